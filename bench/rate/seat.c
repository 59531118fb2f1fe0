/* SPDX-License-Identifier: BSD-3-Clause */
#include <rte_arp.h>
#include <rte_cycles.h>
#include <rte_lcore.h>
#include <rte_malloc.h>
#include <stdio.h>
#include <string.h>
#include <urcu/urcu-qsbr.h>

#include "bench/rate/node.h"
#include "dataplane/packet.h"

#define SETTLE_TURNS 8
#define SETTLE_MS    2000 /* for a wire to carry a question and its answer */

/* Every mbuf of the pool gets its frame once. */
static int draw_all(struct bench_seat *seat)
{
    struct rte_mbuf **all = rte_malloc(NULL, seat->frames.count * sizeof(*all), 0);
    uint32_t count = 0;
    while (all != NULL && count < seat->frames.count &&
           (all[count] = rte_pktmbuf_alloc(seat->pool)) != NULL) {
        bench_frames_draw(&seat->frames, count, all[count]);
        count++;
    }
    bool good = count == seat->frames.count;
    while (count > 0)
        rte_pktmbuf_free(all[--count]);
    rte_free(all);
    if (!good)
        fprintf(stderr, "starling-bench: no memory for the frames\n");
    return good ? 0 : -1;
}

/* As the gateway would answer the node's question for its address. */
static void answer_for_gateway(struct bench_seat *seat)
{
    const struct sl_net *net = &seat->node->net;
    struct rte_mbuf *m = rte_pktmbuf_alloc(seat->node->packets);
    if (m == NULL)
        return;
    struct rte_ether_hdr *ether =
        (struct rte_ether_hdr *)rte_pktmbuf_append(m, sizeof(*ether) + sizeof(struct rte_arp_hdr));
    struct rte_arp_hdr *arp = (struct rte_arp_hdr *)(ether + 1);
    ether->dst_addr = net->mac;
    ether->src_addr = seat->node->wire.far_port.mac;
    ether->ether_type = rte_cpu_to_be_16(RTE_ETHER_TYPE_ARP);
    arp->arp_hardware = rte_cpu_to_be_16(RTE_ARP_HRD_ETHER);
    arp->arp_protocol = rte_cpu_to_be_16(RTE_ETHER_TYPE_IPV4);
    arp->arp_hlen = RTE_ETHER_ADDR_LEN;
    arp->arp_plen = sizeof(rte_be32_t);
    arp->arp_opcode = rte_cpu_to_be_16(RTE_ARP_OP_REPLY);
    arp->arp_data.arp_sha = ether->src_addr;
    arp->arp_data.arp_tha = net->mac;
    memcpy(&arp->arp_data.arp_sip, net->v4.gateway, 4);
    memcpy(&arp->arp_data.arp_tip, net->v4.address, 4);
    bench_wire_give(&seat->node->wire, seat->worker->receiver.queue, &m, 1);
}

static bool knows_gateway(const struct bench_seat *seat)
{
    struct sl_endpoint to = bench_member_v4(1);
    struct rte_ether_addr mac;
    uint8_t next_hop[16];
    return sl_net_next_hop(&seat->node->net, &to, next_hop) &&
           sl_neighbour_find(seat->node->runtime.neighbours, next_hop, &mac);
}

/* A packet to anybody makes the node ask for the gateway; some turns take in its answer, and what a
   node says when it starts. A wire that carries nothing shows here. */
static int settle_engine(struct bench_seat *seat)
{
    struct sl_worker *w = seat->worker;
    struct sl_host host = sl_engine_host(w->loop->host);
    uint64_t now_ns = sl_clock_now(w->clock);
    struct sl_endpoint to = bench_member_v4(1);
    struct sl_buffer buffer;
    sl_reclaim_attach(w->reclaim);
    sl_engine_loop_start(w->loop, now_ns);
    if (host.lend(host.context, &buffer)) {
        memset(buffer.bytes, 0, SL_HEADER_BYTES);
        host.send(host.context, &buffer, SL_HEADER_BYTES, SL_CLASS_PROBE, &to, 1);
    }
    uint64_t end_tsc = rte_rdtsc() + rte_get_tsc_hz() / 1000 * SETTLE_MS;
    bool heard = false, known = false;
    for (unsigned turn = 0; turn < SETTLE_TURNS || !heard || !known; turn++) {
        if (rte_rdtsc() > end_tsc) {
            fprintf(stderr,
                    "starling-bench: no frame comes from one port to the other%s: are they "
                    "ends of one wire?\n",
                    heard ? ", towards --port" : "");
            return -1;
        }
        if (turn == 2)
            answer_for_gateway(seat);
        sl_receiver_poll(&w->receiver, now_ns);
        sl_engine_loop_turn(w->loop, now_ns);
        sl_transmitter_flush(&w->transmitter);
        urcu_qsbr_quiescent_state();
        heard |= bench_seat_drain(seat) > 0;
        known = knows_gateway(seat);
    }
    return 0;
}

int bench_seat_take(struct bench_seat *seat)
{
    if (sl_receiver_start(&seat->worker->receiver) != 0 || draw_all(seat) != 0)
        return -1;
    if (seat->worker->loop != NULL && settle_engine(seat) != 0)
        return -1;
    seat->worker->transmitter.ethdev_id = seat->node->sends_to;
    return 0;
}

void bench_seat_leave(struct bench_seat *seat)
{
    struct sl_worker *w = seat->worker;
    sl_transmitter_stop(&w->transmitter);
    sl_receiver_stop(&w->receiver);
    if (w->loop != NULL)
        sl_reclaim_detach();
}

/* The members that the frames in flight name would fit the cache where the whole table does not. */
#define REPLAY_MEMBERS 16384

static bool is_for_once(const struct bench_seat *seat, const struct bench_frame *frame)
{
    if (seat->node->load.members > REPLAY_MEMBERS)
        return true;
    enum bench_case what = seat->node->load.what;
    return what == BENCH_NOVEL_UPDATES ||
           (what == BENCH_MIXED && frame->type == SL_FRAME_GOSSIP && frame->records == 1);
}

/* With the clock stopped all bytes fall into one second, and the node would keep to its cap. */
static void forget_traffic(struct sl_lane *lane)
{
    memset(&lane->meter, 0, sizeof(lane->meter));
    memset(&lane->gifts, 0, sizeof(lane->gifts));
}

uint32_t bench_seat_fill(struct bench_seat *seat, uint32_t count, bool redraw)
{
    struct rte_mbuf *burst[BENCH_BURST];
    uint16_t queue = seat->worker->receiver.queue;
    uint32_t put = 0;
    forget_traffic(&seat->worker->lane);
    while (put < count) {
        uint32_t n = RTE_MIN((uint32_t)BENCH_BURST, count - put);
        if (rte_pktmbuf_alloc_bulk(seat->pool, burst, n) != 0)
            break;
        for (uint32_t i = 0; i < n; i++) {
            const struct bench_frame *frame = bench_frames_of(&seat->frames, burst[i]);
            if (redraw || is_for_once(seat, frame))
                bench_frames_draw(&seat->frames, (uint32_t)(frame - seat->frames.frames), burst[i]);
            else
                bench_frames_restore(&seat->frames, burst[i]);
            seat->records_filled += frame->records;
        }
        uint32_t sent = bench_wire_give(&seat->node->wire, queue, burst, n);
        put += sent;
        if (sent < n)
            break;
    }
    seat->frames_filled += put;
    return put;
}

uint32_t bench_seat_drain(struct bench_seat *seat)
{
    struct rte_mbuf *burst[BENCH_BURST];
    uint16_t queue = seat->worker->receiver.queue;
    uint32_t taken = 0, n;
    while ((n = bench_wire_take(&seat->node->wire, queue, burst, BENCH_BURST)) > 0) {
        rte_pktmbuf_free_bulk(burst, n);
        taken += n;
    }
    return taken;
}
