/* SPDX-License-Identifier: BSD-3-Clause */
#include "dataplane/packet.h"

#include "ports/net.h"

#define POOL_CACHE 128

struct rte_mempool *sl_packet_pool_create(const char *name, unsigned packets,
                                          unsigned payload_bytes_max, int socket)
{
    static_assert(sizeof(struct sl_packet_note) <= SL_PACKET_NOTE_BYTES, "private area");
    unsigned room = payload_bytes_max + SL_NET_HEADERS_MAX;
    if (room < RTE_MBUF_DEFAULT_DATAROOM)
        room = RTE_MBUF_DEFAULT_DATAROOM;
    uint16_t bytes = (uint16_t)(RTE_PKTMBUF_HEADROOM + room);
    struct rte_mempool *pool = rte_pktmbuf_pool_create_by_ops(
        name, packets, POOL_CACHE, SL_PACKET_NOTE_BYTES, bytes, socket, "ring_mt_rts");
    if (pool == NULL && socket != SOCKET_ID_ANY)
        pool = rte_pktmbuf_pool_create_by_ops(name, packets, POOL_CACHE, SL_PACKET_NOTE_BYTES,
                                              bytes, SOCKET_ID_ANY, "ring_mt_rts");
    return pool;
}
