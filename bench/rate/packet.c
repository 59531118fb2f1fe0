/* SPDX-License-Identifier: BSD-3-Clause */
#include "bench/rate/packet.h"

#include <rte_common.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/rate/arguments.h"
#include "bench/rate/ends.h"
#include "bench/rate/hlog.h"
#include "bench/rate/session.h"

#define RESULTS_MAX (BENCH_LIST_MAX * BENCH_LIST_MAX)

struct options {
    uint32_t what, records, frame_bytes, in_flight, workers, fan_out;
    uint32_t trial_ms, repetitions, seconds;
    struct bench_list members, frame_sizes;
    bool fill, v6, offload, search, json, no_huge;
    const char *port, *far_port, *hlog;
};

static struct options options = {
    .records = UINT32_MAX,
    .in_flight = 1024,
    .workers = 1,
    .fan_out = 3,
    .trial_ms = 500,
    .repetitions = 5,
    .members = {{10000}, 1},
    .frame_sizes = {{0}, 1},
    .port = "ring",
};

static const struct bench_option known[] = {
    {"case", BENCH_OPTION_WORD, &options.what, 0, 0, bench_case_names, "what comes in"},
    {"members", BENCH_OPTION_LIST, &options.members, BENCH_MEMBERS_MIN, BENCH_MEMBERS_MAX, NULL,
     "known to the node; one result each"},
    {"records", BENCH_OPTION_NUMBER, &options.records, 0, 200, NULL, "per frame"},
    {"fill", BENCH_OPTION_FLAG, &options.fill, 0, 0, NULL, "as many records as a frame holds"},
    {"frame-bytes", BENCH_OPTION_LIST, &options.frame_sizes, BENCH_FRAME_MIN, BENCH_FRAME_MAX, NULL,
     "Ethernet frame with check sequence, padded; one result each"},
    {"workers", BENCH_OPTION_NUMBER, &options.workers, 1, 16, NULL, "a CPU and a queue each"},
    {"fan-out", BENCH_OPTION_NUMBER, &options.fan_out, 1, SL_FANOUT_MAX, NULL,
     "destinations of a frame, case fan-out"},
    {"in-flight", BENCH_OPTION_NUMBER, &options.in_flight, 2 * BENCH_BURST, 4096, NULL,
     "frames waiting, per worker: the receive ring; at most 256 over a real port"},
    {"ipv6", BENCH_OPTION_FLAG, &options.v6, 0, 0, NULL, "instead of IPv4"},
    {"offload", BENCH_OPTION_FLAG, &options.offload, 0, 0, NULL, "as if a NIC did the checksums"},
    {"port", BENCH_OPTION_TEXT, &options.port, 0, 0, NULL,
     "the node's: ring; null for fan-out, which frees what is sent as a NIC's driver does; or as "
     "starlingd's port.spec: memif:/run/x.sock, af_packet:a0, af_xdp:a0, pci:..., with --far-port"},
    {"far-port", BENCH_OPTION_TEXT, &options.far_port, 0, 0, NULL,
     "the generator's, joined to --port outside: memif:/run/x.sock,role=server, af_packet:a1 of a "
     "veth pair, pci:... by a cable"},
    {"trial-ms", BENCH_OPTION_NUMBER, &options.trial_ms, 20, 3600000, NULL, "a trial's time"},
    {"repetitions", BENCH_OPTION_NUMBER, &options.repetitions, 1, BENCH_TRIALS_MAX, NULL, "trials"},
    {"seconds", BENCH_OPTION_NUMBER, &options.seconds, 1, 3600, NULL,
     "time of all trials of a result, instead of --trial-ms"},
    {"search", BENCH_OPTION_FLAG, &options.search, 0, 0, NULL,
     "find the highest rates with loss 0 (NDR) and 0.1 % (PDR)"},
    {"hlog", BENCH_OPTION_TEXT, &options.hlog, 0, 0, NULL,
     "FILE for the latencies, as HdrHistogram's tools read it"},
    {"json", BENCH_OPTION_FLAG, &options.json, 0, 0, NULL, "one JSON object a line and result"},
    {"no-huge", BENCH_OPTION_FLAG, &options.no_huge, 0, 0, NULL, "use no hugepages"},
    {NULL, BENCH_OPTION_FLAG, NULL, 0, 0, NULL, NULL},
};

void bench_packet_usage(void)
{
    bench_arguments_print(known);
}

static bool is_port(const char *name)
{
    return strcmp(options.port, name) == 0;
}

/* What was asked for that takes a wire of rings, and why; NULL: nothing. */
static const char *asked_of_rings(void)
{
    if (options.search)
        return "--search: expected --port ring, whose fill tells what is lost; `starling-bench "
               "generate --search` searches over other ports";
    if (options.hlog != NULL)
        return "--hlog: expected --port ring: over others no latencies are taken here; see "
               "`starling-bench generate --hlog`";
    if (options.offload)
        return "--offload: expected --port ring: it pretends, and a wire carries real checksums";
    return options.workers > 1 ? "--workers: expected 1, or --port ring" : NULL;
}

static int refuse(const char *why)
{
    fprintf(stderr, "starling-bench: %s\n", why);
    return -1;
}

/* Fills in *ends if the wire is outside of this process. */
static int check_port(struct bench_ends *ends)
{
    if (is_port("null") && options.what != BENCH_FAN_OUT)
        return refuse("--port null: expected another, or --case fan-out: a frame that is not there "
                      "can be neither checked nor answered");
    if (is_port("null") || is_port("ring"))
        return options.far_port == NULL
                   ? 0
                   : refuse("--far-port: expected --port as well, joined to it outside");
    const char *asked = asked_of_rings();
    if (asked != NULL)
        return refuse(asked);
    return bench_ends_read(ends, options.port, options.far_port);
}

static int make_loads(struct bench_load *loads, const struct bench_ends *ends)
{
    int count = 0;
    uint32_t in_flight = options.in_flight / BENCH_BURST * BENCH_BURST;
    if (ends != NULL)
        in_flight = RTE_MIN(in_flight, (uint32_t)BENCH_ENDS_FRAMES_MAX);
    for (uint32_t m = 0; m < options.members.count; m++) {
        for (uint32_t f = 0; f < options.frame_sizes.count; f++) {
            struct bench_load *load = &loads[count++];
            *load = (struct bench_load){
                .what = (enum bench_case)options.what,
                .members = options.members.values[m],
                .records = options.fill ? BENCH_RECORDS_FILL : options.records,
                .frame_bytes = options.frame_sizes.values[f],
                .in_flight = in_flight,
                .workers = options.workers,
                .fan_out = options.fan_out,
                .v6 = options.v6,
                .offload = options.offload,
                .null = is_port("null"),
                .ends = ends,
            };
            if (bench_load_complete(load, options.fill || options.records != UINT32_MAX) != 0)
                return -1;
        }
    }
    return count;
}

static void show(const struct bench_packet_result *result)
{
    if (options.json)
        bench_json_print(bench_packet_json(result));
    else
        bench_packet_print(result);
}

static int write_hlog(const struct bench_packet_result *results, int count)
{
    struct bench_hlog_entry entries[2 * RESULTS_MAX];
    char tags[2 * RESULTS_MAX][64];
    uint32_t written = 0;
    for (int i = 0; i < count; i++) {
        const struct bench_load *load = results[i].load;
        for (int side = 0; side < 2; side++) {
            snprintf(tags[written], sizeof(tags[0]), "%s%s-%u-%u", side == 0 ? "" : "floor-",
                     bench_case_names[load->what], load->members, load->frame_bytes);
            entries[written] = (struct bench_hlog_entry){
                tags[written], side == 0 ? results[i].latency_ns : results[i].floor_latency_ns,
                results[i].start_unix_ms, results[i].length_ms};
            written++;
        }
    }
    return bench_hlog_write(options.hlog, entries, written);
}

static int run(const struct bench_load *loads, int count)
{
    struct bench_packet_plan plan = {.trials = {options.trial_ms, options.repetitions},
                                     .search = options.search};
    struct bench_packet_result *results = calloc((size_t)count, sizeof(*results));
    if (options.seconds != 0)
        plan.trials.trial_ms = options.seconds * 1000 / options.repetitions;
    int rc = results != NULL ? 0 : -1;
    for (int i = 0; rc == 0 && i < count; i++) {
        rc = bench_packet_measure(&loads[i], &plan, &results[i]);
        results[i].hugepages = !options.no_huge;
        if (rc == 0)
            show(&results[i]);
    }
    if (rc == 0 && options.hlog != NULL)
        rc = write_hlog(results, count);
    for (int i = 0; results != NULL && i < count; i++) {
        bench_histogram_destroy(results[i].latency_ns);
        bench_histogram_destroy(results[i].floor_latency_ns);
    }
    free(results);
    return rc;
}

int bench_packet(int argc, char **argv)
{
    static struct bench_load loads[RESULTS_MAX];
    static struct bench_ends ends;
    if (bench_arguments_read(argc, argv, known, NULL) != 0 || check_port(&ends) != 0)
        return 2;
    int count = make_loads(loads, is_port("null") || is_port("ring") ? NULL : &ends);
    if (count < 0)
        return 2;
    bool hugepages = !options.no_huge;
    if (bench_session_start(argv, loads, count, &hugepages) != 0)
        return 1;
    options.no_huge = !hugepages;
    int rc = run(loads, count);
    bench_session_end(loads);
    return rc == 0 ? 0 : 1;
}
