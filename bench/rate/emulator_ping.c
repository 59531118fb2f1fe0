/* SPDX-License-Identifier: BSD-3-Clause */
#include <rte_cycles.h>
#include <rte_ethdev.h>
#include <rte_ip.h>
#include <rte_udp.h>
#include <string.h>

#include "bench/rate/emulator.h"
#include "bench/rate/emulator_private.h"
#include "lib/limits.h"
#include "lib/record.h"

#define LINGER_MS    50
#define INTRODUCE_US 100
#define HEADER_BYTES (BENCH_ETHER_BYTES + 28)
#define CLAIMS_TRIES 100 /* for a port that is full */

/* ---- telling of all members ---- */

/* Returns the first member that found no room. */
static uint32_t write_claims(struct bench_emulator *e, struct rte_mbuf *m, uint32_t number)
{
    uint8_t *start = rte_pktmbuf_mtod(m, uint8_t *), *payload = start + HEADER_BYTES;
    struct rte_ipv4_hdr *ip = (struct rte_ipv4_hdr *)(start + BENCH_ETHER_BYTES);
    struct rte_udp_hdr *udp = (struct rte_udp_hdr *)(ip + 1);
    uint32_t bytes = SL_HEADER_BYTES;
    memcpy(start, e->frames.starts[SL_FRAME_GOSSIP], HEADER_BYTES + SL_HEADER_BYTES);
    sl_be64_store(payload + SL_HEADER_SENDER_AT, e->members.ids[number]);
    sl_header_stamp(payload, 0, number);
    memcpy(&ip->src_addr, bench_member_v4(number).ip + 12, 4);
    for (; number < e->members.count; number++) {
        char name[BENCH_NAME_BYTES];
        struct sl_identity identity = bench_member_identity(&e->members, number, name);
        uint32_t record =
            sl_record_write_alive(payload + bytes, SL_FRAME_BYTES - bytes, e->members.ids[number],
                                  e->members.words[number], &identity);
        if (record == 0)
            break;
        bytes += record;
    }
    udp->dgram_len = rte_cpu_to_be_16((uint16_t)(bytes + sizeof(*udp)));
    ip->total_length = rte_cpu_to_be_16((uint16_t)(bytes + sizeof(*udp) + sizeof(*ip)));
    ip->hdr_checksum = 0;
    udp->dgram_cksum = 0;
    ip->hdr_checksum = rte_ipv4_cksum(ip);
    udp->dgram_cksum = rte_ipv4_udptcp_cksum(ip, udp);
    m->data_len = (uint16_t)(HEADER_BYTES + bytes);
    m->pkt_len = m->data_len;
    return number;
}

static void receive_for(struct bench_emulator *e, uint64_t us)
{
    uint64_t end = rte_rdtsc() + rte_get_tsc_hz() / 1000000 * us;
    while (rte_rdtsc() < end)
        bench_emulator_receive(e);
}

void bench_emulator_introduce(struct bench_emulator *e)
{
    for (uint32_t number = 1, tries = 0; number < e->members.count && tries < CLAIMS_TRIES;) {
        struct rte_mbuf *m = rte_pktmbuf_alloc(e->received_pool);
        uint32_t next = m != NULL ? write_claims(e, m, number) : number;
        if (m != NULL && rte_eth_tx_burst(e->port.ethdev_id, 0, &m, 1) == 1) {
            number = next;
            tries = 0;
        } else {
            rte_pktmbuf_free(m);
            tries++;
        }
        receive_for(e, INTRODUCE_US);
    }
}

/* ---- pinging ---- */

/* due_tsc of the first; the others are due `interval` after each other. Returns how many left. */
static uint32_t send_pings(struct bench_emulator *e, uint32_t count, double due_tsc,
                           double interval)
{
    struct rte_mbuf *burst[BENCH_BURST];
    if (count > BENCH_BURST)
        count = BENCH_BURST;
    if (rte_pktmbuf_alloc_bulk(e->sent_pool, burst, count) != 0)
        return 0;
    for (uint32_t i = 0; i < count; i++) {
        bench_frames_restore(&e->frames, burst[i]);
        const struct bench_frame *frame = bench_frames_of(&e->frames, burst[i]);
        e->due_tsc[frame - e->frames.frames] = (uint64_t)(due_tsc + i * interval);
    }
    uint32_t sent = rte_eth_tx_burst(e->port.ethdev_id, 0, burst, (uint16_t)count);
    for (uint32_t i = sent; i < count; i++)
        e->due_tsc[bench_frames_of(&e->frames, burst[i]) - e->frames.frames] = 0;
    if (sent < count)
        rte_pktmbuf_free_bulk(burst + sent, count - sent);
    e->sent += sent;
    return sent;
}

/* What the port refuses although it is due counts as sent and lost. */
static void ping_at_rate(struct bench_emulator *e, double pps, uint64_t end)
{
    double interval = (double)rte_get_tsc_hz() / pps, next = (double)rte_rdtsc();
    for (uint64_t now; (now = rte_rdtsc()) < end;) {
        uint32_t due = (double)now < next ? 0 : 1 + (uint32_t)(((double)now - next) / interval);
        if (due > 0) {
            uint32_t asked = due < BENCH_BURST ? due : BENCH_BURST;
            uint32_t sent = send_pings(e, asked, next, interval);
            e->refused += asked - sent;
            next += interval * asked;
        }
        bench_emulator_receive(e);
    }
}

static void ping_in_window(struct bench_emulator *e, uint32_t window, uint64_t end)
{
    uint64_t patience = rte_get_tsc_hz() / 1000 * LINGER_MS;
    uint64_t lost = 0, answered = e->answered, start = e->sent, since = rte_rdtsc();
    for (uint64_t now; (now = rte_rdtsc()) < end;) {
        uint64_t out = e->sent - start - (e->answered - answered) - lost;
        if (out + BENCH_BURST <= window)
            send_pings(e, BENCH_BURST, (double)now, 0);
        uint64_t before = e->answered;
        bench_emulator_receive(e);
        if (e->answered != before)
            since = now;
        else if (now - since > patience) {
            lost += out;
            since = now;
        }
    }
}

/* Irregular, so that they meet every part of the node's sleep. */
static void ping_seldom(struct bench_emulator *e, uint32_t pause_ms, uint64_t end)
{
    uint32_t pause_us = pause_ms * 1000;
    while (rte_rdtsc() < end) {
        receive_for(e, pause_us / 2 + sl_prng_below(&e->random, pause_us));
        send_pings(e, 1, (double)rte_rdtsc(), 0);
    }
}

struct bench_flow bench_emulator_ping(struct bench_emulator *e, const struct bench_pace *pace,
                                      uint32_t ms)
{
    uint64_t start = rte_rdtsc(), end = start + rte_get_tsc_hz() / 1000 * ms;
    memset(e->due_tsc, 0, sizeof(e->due_tsc));
    e->sent = e->answered = e->refused = e->echoed = 0;
    if (pace->pps > 0)
        ping_at_rate(e, pace->pps, end);
    else if (pace->pause_ms > 0)
        ping_seldom(e, pace->pause_ms, end);
    else
        ping_in_window(e, pace->window, end);
    double seconds = (double)(rte_rdtsc() - start) / (double)rte_get_tsc_hz();
    receive_for(e, LINGER_MS * 1000);
    uint64_t offered = e->sent + e->refused;
    return (struct bench_flow){.sent = (double)offered / seconds,
                               .answered = (double)e->answered / seconds,
                               .sent_frames = offered,
                               .lost = offered - e->answered};
}
