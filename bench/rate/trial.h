/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * Closed-loop trials: how fast node and floor work off frames that always wait. Both alternate in
 * short slices within each trial, on each worker; a sample is a round of all frames in flight, a
 * trial's figure the median of its samples, so a round in which the kernel ran something else does
 * not move it. Making frames whole again is the generator's time and is not counted, nor are
 * polls that find nothing after another one did: a device delivers when it likes. What does not
 * come is given up.
 */
#include "bench/rate/node.h"
#include "bench/rate/stats.h"

#ifdef __cplusplus
extern "C" {
#endif

struct bench_trials {
    uint32_t trial_ms;
    uint32_t repetitions; /* 1 to BENCH_TRIALS_MAX */
};

/* All workers together; of each trial, then of all. */
struct bench_closed {
    double pps[BENCH_TRIALS_MAX], floor_pps[BENCH_TRIALS_MAX], ratio[BENCH_TRIALS_MAX];
    uint32_t trials;
    double records_per_frame;
    uint64_t drops;  /* frames that either did not handle */
    uint64_t frames; /* handled by either */
};

/* Worker 0 is the calling thread, which must be the main lcore, registered with RCU and online. 0,
   or -1 after one line on stderr. */
int bench_trial_run(struct bench_node *node, const struct bench_trials *trials,
                    struct bench_closed *out);

#ifdef __cplusplus
}
#endif
