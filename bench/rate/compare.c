/* SPDX-License-Identifier: BSD-3-Clause */
#include "bench/rate/compare.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <urcu/urcu-qsbr.h>

#include "bench/rate/arguments.h"
#include "bench/rate/peer.h"
#include "bench/rate/progress.h"
#include "bench/rate/session.h"
#include "bench/rate/trial.h"

enum system { STARLING, FLOOR, KERNEL, MEMBERLIST, MEMBERLIST_UNCOMPRESSED, SYSTEMS };

static const char *const names[SYSTEMS] = {"starling", "floor", "kernel_udp", "memberlist",
                                           "memberlist_uncompressed"};
static const char *const texts[SYSTEMS] = {
    "one worker over a ring", "bare DPDK responder over the same ring",
    "one socket, recvmmsg and sendmmsg of 32, a ready answer", "HashiCorp memberlist, its defaults",
    "the same without compression"};

struct row {
    double acks_per_s[BENCH_TRIALS_MAX], cpu_ns[BENCH_TRIALS_MAX];
    uint32_t trials; /* 0: skipped */
};

struct comparison {
    struct bench_places places;
    struct bench_node *node;
    struct bench_kernel_peer *kernel;
    struct bench_memberlist_peer *memberlist[2]; /* with and without compression; NULL: skipped */
    uint8_t ping[BENCH_FRAME_MAX];
    uint32_t ping_bytes;
    struct row rows[SYSTEMS];
};

static struct {
    uint32_t members, records, trial_ms, repetitions;
    bool json, no_huge;
} options = {.members = 10000, .records = 4, .trial_ms = 400, .repetitions = 5};

static const struct bench_option known[] = {
    {"members", BENCH_OPTION_NUMBER, &options.members, BENCH_MEMBERS_MIN, BENCH_MEMBERS_MAX, NULL,
     "known to Starling"},
    {"records", BENCH_OPTION_NUMBER, &options.records, 0, 24, NULL, "known records in each PING"},
    {"trial-ms", BENCH_OPTION_NUMBER, &options.trial_ms, 20, 60000, NULL, "a trial's time"},
    {"repetitions", BENCH_OPTION_NUMBER, &options.repetitions, 1, BENCH_TRIALS_MAX, NULL,
     "trials of each"},
    {"json", BENCH_OPTION_FLAG, &options.json, 0, 0, NULL, "one JSON object"},
    {"no-huge", BENCH_OPTION_FLAG, &options.no_huge, 0, 0, NULL, "use no hugepages"},
    {NULL, BENCH_OPTION_FLAG, NULL, 0, 0, NULL, NULL},
};

void bench_compare_usage(void)
{
    bench_arguments_print(known);
}

static void note(struct row *row, double acks_per_s, double cpu_ns)
{
    row->acks_per_s[row->trials] = acks_per_s;
    row->cpu_ns[row->trials++] = cpu_ns;
}

/* A polling core spends all of its time: a packet's share of it is its CPU time. */
static int run_node(struct comparison *c)
{
    struct bench_trials trials = {2 * options.trial_ms, 1};
    struct bench_closed closed;
    urcu_qsbr_thread_online();
    int rc = bench_trial_run(c->node, &trials, &closed);
    urcu_qsbr_thread_offline();
    if (rc != 0 || closed.pps[0] <= 0 || closed.floor_pps[0] <= 0)
        return -1;
    note(&c->rows[STARLING], closed.pps[0], 1e9 / closed.pps[0]);
    note(&c->rows[FLOOR], closed.floor_pps[0], 1e9 / closed.floor_pps[0]);
    return 0;
}

static int run_once(struct comparison *c)
{
    struct bench_peer_figure figure;
    bench_places_go_to_answer(&c->places);
    if (run_node(c) != 0)
        return -1;
    bench_places_go_to_ask(&c->places);
    bench_progress("compare: a kernel socket");
    if (bench_kernel_peer_run(c->kernel, options.trial_ms, &figure) != 0)
        return -1;
    note(&c->rows[KERNEL], figure.acks_per_s, figure.cpu_ns_per_ack);
    for (int i = 0; i < 2; i++) {
        bench_progress("compare: %s", names[MEMBERLIST + i]);
        if (c->memberlist[i] != NULL &&
            bench_memberlist_peer_run(c->memberlist[i], options.trial_ms, &figure) == 0)
            note(&c->rows[MEMBERLIST + i], figure.acks_per_s, figure.cpu_ns_per_ack);
    }
    return 0;
}

/* The kernel's responder gets the very PINGs that Starling answers. */
static void copy_ping(struct comparison *c)
{
    struct bench_seat *seat = &c->node->seats[0];
    struct rte_mbuf *m = rte_pktmbuf_alloc(seat->pool);
    uint32_t header_bytes = bench_header_bytes(false);
    if (m == NULL)
        return;
    bench_frames_restore(&seat->frames, m);
    c->ping_bytes = m->data_len - header_bytes;
    memcpy(c->ping, rte_pktmbuf_mtod_offset(m, uint8_t *, header_bytes), c->ping_bytes);
    rte_pktmbuf_free(m);
}

static double ratio(const struct comparison *c, enum system system)
{
    double ratios[BENCH_TRIALS_MAX];
    const struct row *row = &c->rows[system];
    for (uint32_t i = 0; i < row->trials; i++)
        ratios[i] = row->cpu_ns[i] / c->rows[STARLING].cpu_ns[i];
    return bench_spread_of(ratios, row->trials).median;
}

static void report(const struct comparison *c)
{
    json_t *rows = json_array(), *ratios = json_object();
    for (int i = 0; i < SYSTEMS; i++) {
        const struct row *row = &c->rows[i];
        struct bench_spread cpu = bench_spread_of(row->cpu_ns, row->trials);
        if (row->trials == 0)
            continue;
        json_array_append_new(
            rows, json_pack("{s:s, s:f, s:f, s:f, s:f}", "system", names[i], "acks_per_s",
                            bench_spread_of(row->acks_per_s, row->trials).median, "cpu_ns_per_ack",
                            cpu.median, "cpu_ns_min", cpu.least, "cpu_ns_max", cpu.most));
        if (i != STARLING)
            json_object_set_new(ratios, names[i], json_real(ratio(c, (enum system)i)));
    }
    bench_json_print(json_pack("{s:s, s:o, s:o, s:i, s:i, s:i, s:i}", "kind", "compare", "rows",
                               rows, "ratios", ratios, "members", (int)options.members,
                               "records_per_frame", (int)options.records, "trials",
                               (int)options.repetitions, "trial_ms", (int)options.trial_ms));
}

static void print(const struct comparison *c)
{
    printf("PING answered, %u members, %u known records each; median [least .. most] of %u trials "
           "of %u ms\n\n  %-24s %11s  %26s  %8s\n",
           options.members, options.records, options.repetitions, options.trial_ms, "", "acks/s",
           "CPU ns per ack", "ratio");
    for (int i = 0; i < SYSTEMS; i++) {
        const struct row *row = &c->rows[i];
        struct bench_spread cpu = bench_spread_of(row->cpu_ns, row->trials);
        if (row->trials > 0)
            printf("  %-24s %11.0f  %8.1f [%.1f .. %.1f]  %8.2f  %s\n", names[i],
                   bench_spread_of(row->acks_per_s, row->trials).median, cpu.median, cpu.least,
                   cpu.most, ratio(c, (enum system)i), texts[i]);
    }
    printf("\n  ratio: CPU time per ack over Starling's\n");
}

static int run_on_node(struct comparison *c)
{
    struct bench_seat *seat = &c->node->seats[0];
    urcu_qsbr_thread_online();
    int rc = bench_seat_take(seat);
    urcu_qsbr_thread_offline();
    if (rc != 0)
        return rc;
    copy_ping(c);
    c->kernel = bench_kernel_peer_start(c->places.cpu, c->ping, c->ping_bytes,
                                        SL_HEADER_BYTES + SL_PROBE_BODY_BYTES);
    rc = c->kernel != NULL ? 0 : -1;
    for (uint32_t i = 0; rc == 0 && i < options.repetitions; i++)
        rc = run_once(c);
    bench_progress_end();
    bench_kernel_peer_stop(c->kernel);
    urcu_qsbr_thread_online();
    bench_seat_leave(seat);
    urcu_qsbr_thread_offline();
    return rc;
}

static int run(struct comparison *c, char **argv)
{
    const struct bench_load load = {.what = BENCH_PING_ACK,
                                    .members = options.members,
                                    .records = options.records,
                                    .in_flight = 1024,
                                    .workers = 1};
    bool hugepages = !options.no_huge;
    if (bench_session_start(argv, &load, 1, &hugepages) != 0)
        return -1;
    int rc = bench_node_create(c->node, &load);
    if (rc == 0)
        rc = run_on_node(c);
    bench_node_destroy(c->node);
    bench_session_end(&load);
    return rc;
}

int bench_compare(int argc, char **argv)
{
    if (bench_arguments_read(argc, argv, known, NULL) != 0)
        return 2;
    struct comparison *c = calloc(1, sizeof(*c));
    if (c == NULL || (c->node = calloc(1, sizeof(*c->node))) == NULL)
        return 1;
    c->places = bench_places_find();
    c->memberlist[0] = bench_memberlist_peer_start(c->places.cpu, true);
    if (c->memberlist[0] != NULL)
        c->memberlist[1] = bench_memberlist_peer_start(c->places.cpu, false);
    int rc = run(c, argv);
    for (int i = 0; i < 2; i++)
        bench_memberlist_peer_stop(c->memberlist[i]);
    if (rc == 0)
        (options.json ? report : print)(c);
    free(c->node);
    free(c);
    return rc == 0 ? 0 : 1;
}
