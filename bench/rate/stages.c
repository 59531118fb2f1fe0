/* SPDX-License-Identifier: BSD-3-Clause */
#include "bench/rate/stages.h"

#include <stdio.h>
#include <stdlib.h>
#include <urcu/urcu-qsbr.h>

#include "bench/rate/arguments.h"
#include "bench/rate/progress.h"
#include "bench/rate/session.h"
#include "bench/rate/stage_meter.h"

static const char *const stage_names[BENCH_STAGE_COUNT] = {
    "receive", "parse", "admit", "look_up", "answer", "reply", "transmit", "free", "merge"};

static const char *const stage_texts[BENCH_STAGE_COUNT] = {
    "the driver hands over the burst",
    "prefetch; Ethernet, IP and UDP headers, checksums (sl_net_classify)",
    "the frame's header (sl_header_read)",
    "walk the records, find their members' words",
    "what is left of sl_fast_frame: the answer in place, news copied out, counters",
    "headers and checksums of the answer (sl_net_reply)",
    "the driver takes the burst",
    "mbufs that nobody answers go back to their pool",
    "the engine's turn: ring, merge (sl_engine_loop_turn)",
};

static struct {
    uint32_t what, members, records, frame_bytes, in_flight, trial_ms;
    bool fill, v6, offload, json, no_huge;
} options = {.members = 10000, .records = UINT32_MAX, .in_flight = 1024, .trial_ms = 2000};

static const struct bench_option known[] = {
    {"case", BENCH_OPTION_WORD, &options.what, 0, 0, bench_case_names, "all but fan-out"},
    {"members", BENCH_OPTION_NUMBER, &options.members, BENCH_MEMBERS_MIN, BENCH_MEMBERS_MAX, NULL,
     "known to the node"},
    {"records", BENCH_OPTION_NUMBER, &options.records, 0, 200, NULL, "per frame"},
    {"fill", BENCH_OPTION_FLAG, &options.fill, 0, 0, NULL, "as many records as a frame holds"},
    {"frame-bytes", BENCH_OPTION_NUMBER, &options.frame_bytes, BENCH_FRAME_MIN, BENCH_FRAME_MAX,
     NULL, "Ethernet frame with check sequence, padded"},
    {"in-flight", BENCH_OPTION_NUMBER, &options.in_flight, 2 * BENCH_BURST, 4096, NULL,
     "frames waiting"},
    {"ipv6", BENCH_OPTION_FLAG, &options.v6, 0, 0, NULL, "instead of IPv4"},
    {"offload", BENCH_OPTION_FLAG, &options.offload, 0, 0, NULL, "as if a NIC did the checksums"},
    {"trial-ms", BENCH_OPTION_NUMBER, &options.trial_ms, 20, 3600000, NULL, "how long"},
    {"json", BENCH_OPTION_FLAG, &options.json, 0, 0, NULL, "one JSON object"},
    {"no-huge", BENCH_OPTION_FLAG, &options.no_huge, 0, 0, NULL, "use no hugepages"},
    {NULL, BENCH_OPTION_FLAG, NULL, 0, 0, NULL, NULL},
};

void bench_stages_usage(void)
{
    bench_arguments_print(known);
}

static json_t *to_json(const struct bench_load *load, const struct bench_stage_costs *o)
{
    json_t *stages = json_object();
    for (int stage = 0; stage < BENCH_STAGE_COUNT; stage++)
        json_object_set_new(stages, stage_names[stage], json_real(o->cycles[stage]));
    return json_pack("{s:s, s:s, s:i, s:i, s:b, s:o, s:f, s:f, s:f}", "kind", "stages", "case",
                     bench_case_names[load->what], "members", (int)load->members, "in_flight",
                     (int)load->in_flight, "offload", (int)load->offload, "cycles_per_packet",
                     stages, "stages_sum", o->sum, "unmetered_cycles_per_packet", o->whole,
                     "meter_cycles_per_stage", o->read);
}

static void print(const struct bench_load *load, const struct bench_stage_costs *o)
{
    printf("%s: cycles a packet by stage, %u members, %u in flight, bursts of %d\n\n",
           bench_case_names[load->what], load->members, load->in_flight, BENCH_BURST);
    for (int stage = 0; stage < BENCH_STAGE_COUNT; stage++)
        printf("  %-9s %8.1f  %4.0f %%  %s\n", stage_names[stage], o->cycles[stage],
               100 * o->cycles[stage] / o->sum, stage_texts[stage]);
    printf(
        "  %-9s %8.1f\n\n  Without meter and in the worker's own order %.1f. A reading of the TSC "
        "costs %.1f a packet and stage and was taken off.\n",
        "sum", o->sum, o->whole, o->read);
}

static int run(const struct bench_load *load)
{
    struct bench_node *node = calloc(1, sizeof(*node));
    struct bench_stage_costs costs = {{0}, 0, 0, 0};
    int rc = node != NULL ? bench_node_create(node, load) : -1;
    if (rc == 0) {
        urcu_qsbr_thread_online();
        rc = bench_seat_take(&node->seats[0]);
        if (rc == 0) {
            rc = bench_stage_meter(&node->seats[0], options.trial_ms, &costs);
            bench_seat_leave(&node->seats[0]);
        }
        urcu_qsbr_thread_offline();
    }
    if (rc == 0 && options.json)
        bench_json_print(to_json(load, &costs));
    else if (rc == 0)
        print(load, &costs);
    bench_progress_end();
    if (node != NULL)
        bench_node_destroy(node);
    free(node);
    return rc;
}

int bench_stages(int argc, char **argv)
{
    if (bench_arguments_read(argc, argv, known, NULL) != 0)
        return 2;
    struct bench_load load = {
        .what = (enum bench_case)options.what,
        .members = options.members,
        .records = options.fill ? BENCH_RECORDS_FILL : options.records,
        .frame_bytes = options.frame_bytes,
        .in_flight = options.in_flight / BENCH_BURST * BENCH_BURST,
        .workers = 1,
        .v6 = options.v6,
        .offload = options.offload,
    };
    if (load.what == BENCH_FAN_OUT) {
        fprintf(stderr, "starling-bench: --case fan-out: expected a case that receives\n");
        return 2;
    }
    if (bench_load_complete(&load, options.fill || options.records != UINT32_MAX) != 0)
        return 2;
    bool hugepages = !options.no_huge;
    if (bench_session_start(argv, &load, 1, &hugepages) != 0)
        return 1;
    int rc = run(&load);
    bench_session_end(&load);
    return rc == 0 ? 0 : 1;
}
