/* SPDX-License-Identifier: BSD-3-Clause */
#include "dataplane/packet.h"

#include "lib/assert.h"
#include "ports/net.h"

#define POOL_CACHE 128

static unsigned packet_room(unsigned payload_bytes_max)
{
    unsigned room = payload_bytes_max + SL_NET_HEADERS_MAX;
    return RTE_PKTMBUF_HEADROOM +
           (room < RTE_MBUF_DEFAULT_DATAROOM ? RTE_MBUF_DEFAULT_DATAROOM : room);
}

unsigned sl_packet_bytes(unsigned payload_bytes_max)
{
    unsigned bytes =
        (unsigned)sizeof(struct rte_mbuf) + SL_PACKET_NOTE_BYTES + packet_room(payload_bytes_max);
    return rte_mempool_calc_obj_size(bytes, 0, NULL);
}

struct rte_mempool *sl_packet_pool_create(const char *name, unsigned packets,
                                          unsigned payload_bytes_max, int socket)
{
    static_assert(sizeof(struct sl_packet_note) <= SL_PACKET_NOTE_BYTES, "private area");
    uint16_t bytes = (uint16_t)packet_room(payload_bytes_max);
    struct rte_mempool *pool = rte_pktmbuf_pool_create_by_ops(
        name, packets, POOL_CACHE, SL_PACKET_NOTE_BYTES, bytes, socket, "ring_mt_rts");
    if (pool == NULL && socket != SOCKET_ID_ANY)
        pool = rte_pktmbuf_pool_create_by_ops(name, packets, POOL_CACHE, SL_PACKET_NOTE_BYTES,
                                              bytes, SOCKET_ID_ANY, "ring_mt_rts");
    return pool;
}

static void put_back(struct rte_mempool *pool, void *argument, void *object, unsigned index)
{
    rte_pktmbuf_init(pool, NULL, object, index);
    SL_ASSERT(rte_mempool_ops_enqueue_bulk(pool, &object, 1) == 0);
    (void)argument;
}

void sl_packet_pool_restore(struct rte_mempool *pool)
{
    void *object;
    for (unsigned lcore = 0; lcore < RTE_MAX_LCORE; lcore++)
        rte_mempool_cache_flush(rte_mempool_default_cache(pool, lcore), pool);
    while (rte_mempool_ops_dequeue_bulk(pool, &object, 1) == 0)
        continue;
    rte_mempool_obj_iter(pool, put_back, NULL);
}
