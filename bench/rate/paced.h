/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * Open-loop trials on one core: frames come at a fixed rate, whether or not the last one is done.
 *
 * Time is the responder's own: a clock that runs while it works and jumps to the next frame's
 * arrival when there is none, so that the generator, on the same core, costs nothing. Frames that
 * find the receive ring full are lost. A frame's latency is counted from when it was due to arrive
 * until its answer is handed over, so what waits behind a slow burst shows (no coordinated
 * omission). A burst in which the kernel gave the CPU to somebody else counts as the last one that
 * was not disturbed, and is counted: nobody's rate is measured by who else runs on the machine.
 */
#include "bench/rate/node.h"
#include "bench/rate/responder.h"
#include "lib/histogram.h"

#ifdef __cplusplus
extern "C" {
#endif

struct bench_paced {
    uint64_t offered; /* frames due */
    uint64_t lost;
    uint64_t disturbed; /* bursts */
};

/* Offers `pps` for `ms` of the responder's time. latency_ns may be NULL. Calling thread as for
 * bench_trial_run(); the case must be one that receives. */
struct bench_paced bench_paced_run(struct bench_seat *seat, bench_responder_fn respond, double pps,
                                   uint32_t ms, struct sl_histogram *latency_ns);

/* The highest rate at which the loss is at most `loss_ppm` millionths, found by halving between 0
 * and `most_pps` until the step is a hundredth (RFC 2544, 26.1, with RFC 9004's shorter trials): at
 * most 10 steps of up to 3 trials. */
double bench_paced_search(struct bench_seat *seat, bench_responder_fn respond, double most_pps,
                          uint32_t ms, uint32_t loss_ppm);

#ifdef __cplusplus
}
#endif
