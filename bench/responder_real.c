/* SPDX-License-Identifier: BSD-3-Clause */
#include <rte_prefetch.h>

#include "bench/responder.h"

static bool answer(struct bench_world *world, struct rte_mbuf *m, uint64_t now_ns)
{
    struct sl_net_rx rx;
    if (sl_net_classify(&world->net, m, &rx) != SL_NET_GOSSIP)
        return false;
    struct sl_frame_io io;
    io.bytes = rx.payload;
    io.length_bytes = rx.payload_bytes;
    io.room_bytes = (uint32_t)((uint8_t *)m->buf_addr + m->buf_len - rx.payload);
    io.from = rx.from;
    if (sl_fast_frame(&world->fast, &world->lane, now_ns, &io, world->input) != SL_VERDICT_ANSWER)
        return false;
    sl_net_reply(&world->net, m, &rx, (uint16_t)io.length_bytes);
    return true;
}

uint32_t bench_responder_real(struct bench_world *world, struct rte_mbuf **burst, uint16_t count,
                              uint64_t now_ns)
{
    uint32_t dropped = 0;
    for (uint16_t i = 0; i < count; i++)
        rte_prefetch0(rte_pktmbuf_mtod(burst[i], void *));
    for (uint16_t i = 0; i < count; i++)
        if (!answer(world, burst[i], now_ns))
            dropped++;
    return dropped;
}
