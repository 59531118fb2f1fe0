/* SPDX-License-Identifier: BSD-3-Clause */
#include "dataplane/receiver.h"

#include <errno.h>
#include <rte_ethdev.h>
#include <rte_prefetch.h>

int sl_receiver_start(struct sl_receiver *r)
{
    r->freed_count = 0;
    r->spare = sl_handoff_borrow(r->handoff);
    return r->spare != NULL ? 0 : -ENOBUFS;
}

void sl_receiver_stop(struct sl_receiver *r)
{
    if (r->spare != NULL)
        sl_handoff_return(r->handoff, r->spare);
    r->spare = NULL;
}

static void receiver_free(struct sl_receiver *r, struct rte_mbuf *m)
{
    r->freed[r->freed_count++] = m;
}

static void receiver_hand_over(struct sl_receiver *r, struct rte_mbuf *m,
                               const struct sl_endpoint *to)
{
    if (to != NULL)
        sl_packet_note(m)->to = *to;
    else
        memset(sl_packet_note(m), 0, sizeof(struct sl_packet_note));
    sl_handoff_give_packet(r->handoff, m, r->counters);
}

static void receiver_relay(struct sl_receiver *r, struct rte_mbuf *m, const struct sl_net_rx *rx,
                           const struct sl_frame_io *io)
{
    uint8_t next_hop[16];
    struct rte_ether_addr mac;
    if (!sl_net_next_hop(r->net, &io->to, next_hop)) {
        sl_count(&r->counters->drops[SL_DROP_RELAY_UNREACHABLE], 1);
        receiver_free(r, m);
        return;
    }
    sl_net_unwrap(m, rx, (uint16_t)io->length_bytes);
    if (!sl_neighbour_find(r->neighbours, next_hop, &mac)) {
        /* Only the engine's core resolves and holds packets. */
        receiver_hand_over(r, m, &io->to);
        return;
    }
    sl_net_wrap(r->net, m, &io->to, &mac, r->lane->id);
    sl_transmitter_add(r->transmitter, m);
}

static void receiver_gossip(struct sl_receiver *r, struct rte_mbuf *m, const struct sl_net_rx *rx,
                            uint64_t now_ns)
{
    struct sl_frame_io io;
    io.bytes = rx->payload;
    io.length_bytes = rx->payload_bytes;
    io.room_bytes = (uint32_t)((uint8_t *)m->buf_addr + m->buf_len - rx->payload);
    io.from = rx->from;
    io.to_engine = false;
    enum sl_verdict verdict = sl_fast_frame(r->fast, r->lane, now_ns, &io, r->spare);
    if (io.to_engine)
        r->spare = sl_handoff_give(r->handoff, r->spare, r->counters);
    switch (verdict) {
    case SL_VERDICT_ANSWER:
        sl_net_reply(r->net, m, rx, (uint16_t)io.length_bytes);
        sl_transmitter_add(r->transmitter, m);
        break;
    case SL_VERDICT_RELAY:
        receiver_relay(r, m, rx, &io);
        break;
    case SL_VERDICT_DROP:
    case SL_VERDICT_DONE:
        receiver_free(r, m);
        break;
    }
}

static void receiver_packet(struct sl_receiver *r, struct rte_mbuf *m, enum sl_net_kind kind,
                            const struct sl_net_rx *rx, uint64_t now_ns)
{
    switch (kind) {
    case SL_NET_GOSSIP:
        receiver_gossip(r, m, rx, now_ns);
        break;
    case SL_NET_NEIGHBOUR:
        receiver_hand_over(r, m, NULL);
        break;
    case SL_NET_ECHO:
        sl_net_echo_reply(r->net, m, rx);
        sl_transmitter_add(r->transmitter, m);
        break;
    case SL_NET_DROP:
        sl_count(&r->counters->drops[rx->drop], 1);
        receiver_free(r, m);
        break;
    }
}

/* The whole frame: its checksum reads all of it. So many lines most have at least; to load one in
 * vain is cheaper than a mispredicted jump. */
#define USUAL_LINES 3

static inline void receiver_prefetch(const struct rte_mbuf *m)
{
    const uint8_t *at = rte_pktmbuf_mtod(m, const uint8_t *), *end = at + m->data_len;
    for (uint32_t i = 0; i < USUAL_LINES; i++, at += RTE_CACHE_LINE_SIZE)
        rte_prefetch0(at);
    for (; __builtin_expect(at < end, 0); at += RTE_CACHE_LINE_SIZE)
        rte_prefetch0(at);
}

/* Frames that are being loaded while one is parsed; and whose members are, while one is acted on:
 * the cells of a whole burst of full frames would not fit the first cache. */
#define AHEAD 4

unsigned sl_receiver_poll(struct sl_receiver *r, uint64_t now_ns)
{
    struct rte_mbuf *packets[SL_BURST];
    struct sl_net_rx rx[SL_BURST];
    enum sl_net_kind kinds[SL_BURST];
    unsigned n = rte_eth_rx_burst(r->ethdev_id, r->queue, packets, SL_BURST);
    for (unsigned i = 0; i < n && i < AHEAD; i++)
        receiver_prefetch(packets[i]);
    for (unsigned i = 0; i < n; i++) {
        if (i + AHEAD < n)
            receiver_prefetch(packets[i + AHEAD]);
        kinds[i] = sl_net_classify(r->net, packets[i], &rx[i]);
    }
    unsigned ahead = sl_view_is_far(r->fast->view) ? AHEAD : 0;
    for (unsigned i = 0; i < n + ahead; i++) {
        if (ahead > 0 && i < n && kinds[i] == SL_NET_GOSSIP)
            sl_fast_prefetch(r->fast, rx[i].payload, rx[i].payload_bytes);
        if (i >= ahead)
            receiver_packet(r, packets[i - ahead], kinds[i - ahead], &rx[i - ahead], now_ns);
    }
    if (r->freed_count > 0) {
        rte_pktmbuf_free_bulk(r->freed, r->freed_count);
        r->freed_count = 0;
    }
    return n;
}
