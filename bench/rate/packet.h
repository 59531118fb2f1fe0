/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* `starling-bench packet`: what the workers' code handles, beside what a bare responder does. */
#include <jansson.h>

#include "bench/rate/load.h"
#include "bench/rate/trial.h"
#include "lib/histogram.h"

#ifdef __cplusplus
extern "C" {
#endif

/* One load's outcome. Rates are of all workers together. */
struct bench_packet_result {
    const struct bench_load *load;
    const struct bench_trials *trials;
    struct bench_closed closed;
    double latency_pps; /* offered to a worker while latency was taken: half of the node's rate, and
                           to the floor half of the floor's; 0: not taken */
    double p50_ns, p99_ns, floor_p50_ns, floor_p99_ns;  /* medians over slices of that */
    struct sl_histogram *latency_ns, *floor_latency_ns; /* from due to answered, all of it */
    uint64_t disturbed;                                 /* bursts of these trials */
    double ndr_pps, pdr_pps, floor_ndr_pps;             /* 0: not searched */
    uint32_t bytes_per_member;
    bool hugepages;
    uint64_t start_unix_ms, length_ms;
};

/* argv[1] is "packet". Returns the exit code: 0, 1 (could not run) or 2 (wrong usage). */
int bench_packet(int argc, char **argv);
void bench_packet_usage(void);

json_t *bench_packet_json(const struct bench_packet_result *result);
void bench_packet_print(const struct bench_packet_result *result);

struct bench_packet_plan {
    struct bench_trials trials;
    bool search; /* for NDR and PDR */
};

/* Runs one load on a node of its own. EAL must run, the thread be registered with RCU and offline.
   0, or -1 after one line on stderr. The result refers to load and plan; its histograms are the
   caller's in both cases. */
int bench_packet_measure(const struct bench_load *load, const struct bench_packet_plan *plan,
                         struct bench_packet_result *result);

#ifdef __cplusplus
}
#endif
