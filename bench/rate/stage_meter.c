/* SPDX-License-Identifier: BSD-3-Clause */
#include "bench/rate/stage_meter.h"

#include <rte_cycles.h>
#include <rte_ethdev.h>
#include <rte_prefetch.h>
#include <stdlib.h>
#include <string.h>
#include <urcu/urcu-qsbr.h>

#include "bench/rate/progress.h"
#include "bench/rate/trial.h"
#include "lib/record_prefix.h" /* the filter's own walk, to be replayed */

#define ROUNDS_MAX 4096

struct burst {
    struct rte_mbuf *packets[BENCH_BURST];
    struct sl_net_rx rx[BENCH_BURST];
    struct rte_mbuf *answers[BENCH_BURST], *freed[BENCH_BURST];
    uint16_t count, answer_count, freed_count;
    uint64_t mark;
};

struct meter {
    struct bench_seat *seat;
    double sums[BENCH_STAGE_COUNT]; /* of a round */
    float samples[BENCH_STAGE_COUNT][ROUNDS_MAX];
    uint32_t counts[BENCH_STAGE_COUNT];
    double read_cycles; /* what one reading of the TSC adds to a stage */
    bool with_engine;
};

static void stop(struct meter *m, struct burst *b, enum bench_stage stage)
{
    uint64_t now = rte_rdtsc_precise();
    m->sums[stage] += (double)(now - b->mark) - m->read_cycles;
    b->mark = rte_rdtsc_precise();
}

static void receive(struct meter *m, struct burst *b)
{
    const struct sl_receiver *r = &m->seat->worker->receiver;
    b->answer_count = b->freed_count = 0;
    b->mark = rte_rdtsc_precise();
    b->count = rte_eth_rx_burst(r->ethdev_id, r->queue, b->packets, BENCH_BURST);
    stop(m, b, BENCH_STAGE_RECEIVE);
    for (unsigned i = 0; i < b->count; i++)
        rte_prefetch0(rte_pktmbuf_mtod(b->packets[i], void *));
    for (unsigned i = 0; i < b->count; i++)
        if (sl_net_classify(r->net, b->packets[i], &b->rx[i]) != SL_NET_GOSSIP)
            m->seat->drops++;
    stop(m, b, BENCH_STAGE_PARSE);
}

static void replay(struct meter *m, struct burst *b)
{
    const struct sl_view *view = m->seat->worker->receiver.fast->view;
    uint64_t found = 0;
    for (unsigned i = 0; i < b->count; i++) {
        struct sl_header header;
        found += sl_header_read(b->rx[i].payload, b->rx[i].payload_bytes, &header) == SL_WIRE_OK;
    }
    stop(m, b, BENCH_STAGE_ADMIT);
    for (unsigned i = 0; i < b->count; i++) {
        const uint8_t *at = b->rx[i].payload;
        struct sl_record_cursor cursor = {at + sl_frame_records_at(at[SL_HEADER_TYPE_AT]),
                                          at + b->rx[i].payload_bytes};
        enum sl_wire_error error;
        uint8_t type;
        uint64_t id, word;
        for (uint32_t length;
             (length = sl_record_prefix_find(&cursor, &type, &id, &word, &error)) != 0;
             cursor.at += length)
            found += sl_view_word(view, id) >= word;
    }
    stop(m, b, BENCH_STAGE_LOOK_UP);
    /* the compiler must not leave the work out */
    __asm__ volatile("" ::"r"(found));
}

static void answer(struct meter *m, struct burst *b, bool timed)
{
    struct sl_receiver *r = &m->seat->worker->receiver;
    uint64_t now_ns = sl_clock_now(m->seat->worker->clock);
    uint32_t lengths[BENCH_BURST];
    enum sl_verdict verdicts[BENCH_BURST];
    for (unsigned i = 0; i < b->count; i++) {
        struct rte_mbuf *packet = b->packets[i];
        struct sl_frame_io io = {.bytes = b->rx[i].payload,
                                 .length_bytes = b->rx[i].payload_bytes,
                                 .from = b->rx[i].from};
        io.room_bytes =
            (uint32_t)((uint8_t *)packet->buf_addr + packet->buf_len - b->rx[i].payload);
        verdicts[i] = sl_fast_frame(r->fast, r->lane, now_ns, &io, r->spare);
        lengths[i] = io.length_bytes;
        if (io.to_engine)
            r->spare = sl_handoff_give(r->handoff, r->spare, r->counters);
    }
    if (timed)
        stop(m, b, BENCH_STAGE_ANSWER);
    b->mark = rte_rdtsc_precise();
    for (unsigned i = 0; i < b->count; i++) {
        if (verdicts[i] == SL_VERDICT_ANSWER) {
            sl_net_reply(r->net, b->packets[i], &b->rx[i], (uint16_t)lengths[i]);
            b->answers[b->answer_count++] = b->packets[i];
        } else {
            b->freed[b->freed_count++] = b->packets[i];
        }
    }
    stop(m, b, BENCH_STAGE_REPLY);
}

static void finish(struct meter *m, struct burst *b)
{
    struct sl_worker *w = m->seat->worker;
    if (m->with_engine) {
        sl_engine_loop_turn(w->loop, sl_clock_now(w->clock));
        stop(m, b, BENCH_STAGE_MERGE);
    }
    if (b->answer_count > 0 && rte_eth_tx_burst(w->receiver.ethdev_id, w->receiver.queue,
                                                b->answers, b->answer_count) < b->answer_count)
        m->seat->drops++;
    stop(m, b, BENCH_STAGE_TRANSMIT);
    if (b->freed_count > 0)
        rte_pktmbuf_free_bulk(b->freed, b->freed_count);
    stop(m, b, BENCH_STAGE_FREE);
}

static void keep(struct meter *m, enum bench_stage stage, uint32_t packets)
{
    if (m->counts[stage] < ROUNDS_MAX)
        m->samples[stage][m->counts[stage]++] = (float)(m->sums[stage] / packets);
}

/* Replaying rounds tell admit and look up, the others all else: a replay warms the caches for what
 * comes after it. */
static void run_round(struct meter *m, bool replaying, bool redraw)
{
    struct burst b;
    uint32_t count = bench_seat_fill(m->seat, m->seat->node->load.in_flight, redraw), done = 0;
    memset(m->sums, 0, sizeof(m->sums));
    while (done < count) {
        receive(m, &b);
        if (b.count == 0)
            break;
        if (replaying)
            replay(m, &b);
        answer(m, &b, !replaying);
        finish(m, &b);
        urcu_qsbr_quiescent_state();
        done += b.count;
    }
    bench_seat_drain(m->seat);
    if (done == 0)
        return;
    for (int stage = 0; stage < BENCH_STAGE_COUNT; stage++)
        if (replaying == (stage == BENCH_STAGE_ADMIT || stage == BENCH_STAGE_LOOK_UP))
            keep(m, (enum bench_stage)stage, done);
}

static double read_cost(void)
{
    float costs[1001];
    for (int i = 0; i < 1001; i++) {
        uint64_t start = rte_rdtsc_precise();
        costs[i] = (float)(rte_rdtsc_precise() - start);
    }
    return bench_median(costs, 1001);
}

static void sum_up(const struct meter *m, struct bench_stage_costs *out)
{
    out->sum = 0;
    for (int stage = 0; stage < BENCH_STAGE_COUNT; stage++) {
        float samples[ROUNDS_MAX];
        memcpy(samples, m->samples[stage], sizeof(samples));
        double cycles = bench_median(samples, m->counts[stage]);
        out->cycles[stage] = cycles < 0 ? 0 : cycles;
    }
    out->cycles[BENCH_STAGE_ANSWER] -=
        out->cycles[BENCH_STAGE_ADMIT] + out->cycles[BENCH_STAGE_LOOK_UP];
    for (int stage = 0; stage < BENCH_STAGE_COUNT; stage++)
        out->sum += out->cycles[stage];
    out->read = m->read_cycles / BENCH_BURST;
}

int bench_stage_meter(struct bench_seat *seat, uint32_t trial_ms, struct bench_stage_costs *out)
{
    struct bench_trials trials = {trial_ms / 4, 3};
    struct bench_closed closed;
    struct meter *m = calloc(1, sizeof(*m));
    if (m == NULL)
        return -1;
    m->seat = seat;
    m->with_engine = bench_load_has_news(&seat->node->load);
    m->read_cycles = read_cost();
    uint64_t end = rte_rdtsc() + rte_get_tsc_hz() / 1000 * trial_ms;
    bench_progress("%s by stage", bench_case_names[seat->node->load.what]);
    for (uint64_t i = 0; rte_rdtsc() < end; i++)
        run_round(m, i & 1, i % 64 == 0);
    sum_up(m, out);
    free(m);
    int rc = bench_trial_run(seat->node, &trials, &closed);
    if (rc == 0)
        out->whole = (double)rte_get_tsc_hz() / bench_spread_of(closed.pps, closed.trials).median;
    return rc;
}
