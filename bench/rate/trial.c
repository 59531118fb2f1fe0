/* SPDX-License-Identifier: BSD-3-Clause */
#include "bench/rate/trial.h"

#include <rte_cycles.h>
#include <rte_launch.h>
#include <rte_lcore.h>
#include <rte_pause.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <urcu/urcu-qsbr.h>

#include "bench/rate/progress.h"
#include "bench/rate/responder.h"

#define SLICE_MS    10
#define SAMPLES_MAX 8192 /* per side and trial: what comes later in a long trial is not kept */
#define PATIENCE_MS \
    20 /* without a packet, before what is out counts as lost: above a scheduler's slice */

enum side { NODE, FLOOR, SIDES };

struct samples {
    float cycles[SAMPLES_MAX];
    uint32_t count;
};

/* One worker's part of a trial. */
struct part {
    struct bench_seat *seat;
    uint64_t start_tsc, end_tsc;
    uint64_t frames;
    uint64_t lost; /* frames that a round did not bring back */
    bool taken;
    struct samples samples[SIDES];
};

static bench_responder_fn responder_of(enum side side, const struct bench_load *load)
{
    return side == NODE ? bench_responder_node(load) : bench_responder_bare(load);
}

/* A device delivers when it likes, and to wait for it is no work: adds the cycles until the poll
   that brought something. Returns what that handled; 0: nothing came. */
static unsigned await(struct bench_seat *seat, bench_responder_fn respond, uint64_t *idle)
{
    uint64_t patience = rte_get_tsc_hz() / 1000 * PATIENCE_MS;
    uint64_t start = rte_rdtsc_precise(), now;
    unsigned n;
    do {
        now = rte_rdtsc_precise();
        n = respond(seat);
    } while (n == 0 && now - start < patience);
    *idle += now - start;
    return n;
}

/* Returns cycles per packet. */
static double run_round(struct part *part, enum side side, bool redraw)
{
    struct bench_seat *seat = part->seat;
    const struct bench_load *load = &seat->node->load;
    bench_responder_fn respond = responder_of(side, load);
    bool receives = load->what != BENCH_FAN_OUT;
    uint32_t count = receives ? bench_seat_fill(seat, load->in_flight, redraw) : load->in_flight;
    /* a call to a fan-out sends up to a burst, which must find room */
    uint32_t enough = receives ? count : count - BENCH_BURST + 1;
    uint32_t done = 0;
    uint64_t idle = 0, start = rte_rdtsc_precise();
    while (done < enough) {
        unsigned n = respond(seat);
        if (unlikely(n == 0) && (n = await(seat, respond, &idle)) == 0)
            break;
        done += n;
    }
    uint64_t cycles = rte_rdtsc_precise() - start - idle;
    bench_seat_drain(seat);
    part->frames += done;
    part->lost += receives && done < count ? count - done : 0;
    return done == 0 ? 0 : (double)cycles / done;
}

static void run_slice(struct part *part, enum side side, uint64_t end_tsc)
{
    struct samples *samples = &part->samples[side];
    /* the caches and the branch predictors still hold the other side's */
    run_round(part, side, side == FLOOR);
    do {
        double cycles = run_round(part, side, false);
        if (samples->count < SAMPLES_MAX && cycles > 0)
            samples->cycles[samples->count++] = (float)cycles;
    } while (rte_rdtsc() < end_tsc);
}

/* All workers are on the same side at the same time. */
static void run_part(struct part *part)
{
    uint64_t slice = rte_get_tsc_hz() * SLICE_MS / 1000;
    while (rte_rdtsc() < part->start_tsc)
        rte_pause();
    for (uint64_t at = part->start_tsc; at < part->end_tsc; at += 2 * slice) {
        run_slice(part, FLOOR, at + slice);
        run_slice(part, NODE, at + 2 * slice);
    }
}

static int worker_main(void *argument)
{
    struct part *part = argument;
    urcu_qsbr_register_thread();
    if (!part->taken)
        part->taken = bench_seat_take(part->seat) == 0;
    if (part->taken)
        run_part(part);
    urcu_qsbr_unregister_thread();
    return part->taken ? 0 : -1;
}

static int run_trial(struct part *parts, unsigned workers, uint32_t trial_ms)
{
    uint64_t hz = rte_get_tsc_hz();
    uint64_t start = rte_rdtsc() + hz / 100; /* time for the others to wake */
    int rc = 0;
    for (unsigned w = 0; w < workers; w++) {
        parts[w].start_tsc = start;
        parts[w].end_tsc = start + hz * trial_ms / 1000;
        parts[w].samples[NODE].count = parts[w].samples[FLOOR].count = 0;
        if (w > 0)
            rte_eal_remote_launch(worker_main, &parts[w], w);
    }
    run_part(&parts[0]);
    urcu_qsbr_thread_offline();
    for (unsigned w = 1; w < workers; w++)
        rc |= rte_eal_wait_lcore(w);
    urcu_qsbr_thread_online();
    return rc;
}

static void sum_up(struct part *parts, unsigned workers, struct bench_closed *out)
{
    double hz = (double)rte_get_tsc_hz(), pps[SIDES] = {0, 0};
    for (unsigned w = 0; w < workers; w++) {
        for (int side = NODE; side < SIDES; side++) {
            struct samples *s = &parts[w].samples[side];
            double cycles = bench_median(s->cycles, s->count);
            pps[side] += cycles > 0 ? hz / cycles : 0;
        }
    }
    out->pps[out->trials] = pps[NODE];
    out->floor_pps[out->trials] = pps[FLOOR];
    out->ratio[out->trials] = pps[FLOOR] > 0 ? pps[NODE] / pps[FLOOR] : 0;
    out->trials++;
}

static void finish(const struct bench_node *node, const struct part *parts, uint64_t drops_before,
                   struct bench_closed *out)
{
    uint64_t records = 0, filled = 0;
    out->drops = bench_node_drops(node) - drops_before;
    for (unsigned w = 0; w < node->load.workers; w++) {
        out->drops += parts[w].lost + node->seats[w].drops;
        out->frames += parts[w].frames;
        records += node->seats[w].records_filled;
        filled += node->seats[w].frames_filled;
    }
    out->records_per_frame = filled == 0 ? 0 : (double)records / (double)filled;
}

int bench_trial_run(struct bench_node *node, const struct bench_trials *trials,
                    struct bench_closed *out)
{
    unsigned workers = node->load.workers;
    struct part *parts = calloc(workers, sizeof(*parts));
    uint64_t drops = bench_node_drops(node);
    int rc = parts != NULL ? 0 : -1;
    memset(out, 0, sizeof(*out));
    for (unsigned w = 0; rc == 0 && w < workers; w++) {
        parts[w].seat = &node->seats[w];
        parts[w].taken = w == 0;
    }
    for (uint32_t i = 0; rc == 0 && i < trials->repetitions; i++) {
        bench_progress("%s, %u members: trial %u of %u", bench_case_names[node->load.what],
                       node->load.members, i + 1, trials->repetitions);
        rc = run_trial(parts, workers, trials->trial_ms);
        if (rc == 0)
            sum_up(parts, workers, out);
    }
    bench_progress_end();
    if (rc == 0)
        finish(node, parts, drops, out);
    free(parts);
    return rc;
}
