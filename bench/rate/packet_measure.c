/* SPDX-License-Identifier: BSD-3-Clause */
#include <rte_lcore.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <urcu/urcu-qsbr.h>

#include "bench/rate/hlog.h"
#include "bench/rate/paced.h"
#include "bench/rate/packet.h"
#include "bench/rate/progress.h"

/* Percentiles are medians over slices: short enough that most have no interrupt of another's. */
#define LATENCY_SLICES 25 /* of node and floor in turn */
#define LATENCY_MS     10 /* a slice, in the responder's time */

#define SEARCH_MS 50 /* one trial of a search: 500,000 frames at 10 Mpps */

#define PDR_LOSS_PPM 1000 /* 0.1 % */

struct side {
    bench_responder_fn respond;
    struct sl_histogram *all, *slice;
    double pps; /* offered: half of its own rate */
    double p50[LATENCY_SLICES], p99[LATENCY_SLICES];
};

static void take_slice(struct bench_seat *seat, struct side *side, int slice,
                       struct bench_packet_result *r)
{
    sl_histogram_reset(side->slice);
    struct bench_paced paced =
        bench_paced_run(seat, side->respond, side->pps, LATENCY_MS, side->slice);
    r->disturbed += paced.disturbed;
    side->p50[slice] = (double)sl_histogram_percentile(side->slice, 50);
    side->p99[slice] = (double)sl_histogram_percentile(side->slice, 99);
    sl_histogram_merge(side->all, side->slice);
}

static void take_latency(struct bench_seat *seat, struct bench_packet_result *r)
{
    struct sl_histogram *slice = bench_histogram_create();
    double half_share = 0.5 / r->load->workers; /* seat 0's */
    r->latency_pps = half_share * bench_spread_of(r->closed.pps, r->closed.trials).median;
    struct side sides[] = {
        {.respond = bench_responder_bare(r->load),
         .all = r->floor_latency_ns,
         .slice = slice,
         .pps = half_share * bench_spread_of(r->closed.floor_pps, r->closed.trials).median},
        {.respond = bench_responder_node(r->load),
         .all = r->latency_ns,
         .slice = slice,
         .pps = r->latency_pps}};
    for (int i = 0; i < LATENCY_SLICES; i++) {
        bench_progress("%s: latency at %.2f Mpps, %d of %d", bench_case_names[r->load->what],
                       r->latency_pps / 1e6, i + 1, LATENCY_SLICES);
        for (int side = 0; side < 2; side++)
            take_slice(seat, &sides[side], i, r);
    }
    r->floor_p50_ns = bench_spread_of(sides[0].p50, LATENCY_SLICES).median;
    r->floor_p99_ns = bench_spread_of(sides[0].p99, LATENCY_SLICES).median;
    r->p50_ns = bench_spread_of(sides[1].p50, LATENCY_SLICES).median;
    r->p99_ns = bench_spread_of(sides[1].p99, LATENCY_SLICES).median;
    bench_histogram_destroy(slice);
}

static void search(struct bench_seat *seat, struct bench_packet_result *r)
{
    enum bench_case what = r->load->what;
    bench_responder_fn node = bench_responder_node(r->load), bare = bench_responder_bare(r->load);
    double most = 1.5 * bench_spread_of(r->closed.pps, r->closed.trials).most / r->load->workers;
    double floor_most =
        1.5 * bench_spread_of(r->closed.floor_pps, r->closed.trials).most / r->load->workers;
    bench_progress("%s: searching for the highest rate without loss", bench_case_names[what]);
    r->ndr_pps = bench_paced_search(seat, node, most, SEARCH_MS, 0);
    bench_progress("%s: searching for the highest rate with 0.1 %% loss", bench_case_names[what]);
    r->pdr_pps = bench_paced_search(seat, node, most, SEARCH_MS, PDR_LOSS_PPM);
    bench_progress("%s: searching for the floor's highest rate", bench_case_names[what]);
    r->floor_ndr_pps = bench_paced_search(seat, bare, floor_most, SEARCH_MS, 0);
}

static int measure_on(struct bench_node *node, const struct bench_packet_plan *plan,
                      struct bench_packet_result *r)
{
    if (bench_seat_take(&node->seats[0]) != 0)
        return -1;
    int rc = bench_trial_run(node, &plan->trials, &r->closed);
    /* what waits in a device nobody sees */
    bool paced = r->load->what != BENCH_FAN_OUT && r->load->ends == NULL;
    if (rc == 0 && paced)
        take_latency(&node->seats[0], r);
    if (rc == 0 && paced && plan->search)
        search(&node->seats[0], r);
    bench_progress_end();
    for (unsigned w = 0; w < node->load.workers; w++)
        bench_seat_leave(&node->seats[w]);
    return rc;
}

int bench_packet_measure(const struct bench_load *load, const struct bench_packet_plan *plan,
                         struct bench_packet_result *r)
{
    struct bench_node *node = calloc(1, sizeof(*node));
    memset(r, 0, sizeof(*r));
    r->load = load;
    r->trials = &plan->trials;
    r->latency_ns = bench_histogram_create();
    r->floor_latency_ns = bench_histogram_create();
    r->start_unix_ms = bench_unix_ms();
    if (node == NULL) {
        fprintf(stderr, "starling-bench: no memory\n");
        return -1;
    }
    bench_progress("making a node of %u members", load->members);
    int rc = bench_node_create(node, load);
    if (rc == 0) {
        r->bytes_per_member = node->bytes_per_member;
        urcu_qsbr_thread_online();
        rc = measure_on(node, plan, r);
        urcu_qsbr_thread_offline();
    }
    bench_node_destroy(node);
    free(node);
    r->length_ms = bench_unix_ms() - r->start_unix_ms;
    return rc;
}
