/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* What a run shows: who saw which crash when, how long joining took, how many views were right. */
#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define SIM_NEVER UINT64_MAX

struct sim_sight {
    uint64_t at_ns;
    uint32_t viewer;
};

struct sim_crash {
    uint64_t at_ns;
    uint32_t node;
    struct sim_sight *sights; /* in the order of time */
    uint32_t count, capacity;
};

struct sim_start {
    uint64_t at_ns, took_ns; /* took: SIM_NEVER until the view is there */
    uint32_t node;
};

struct sim_sample {
    uint64_t at_ns;
    uint32_t right, total; /* viewers whose hash is that of the nodes that run, of all */
};

struct sim_watch {
    struct sim_crash *crashes;
    struct sim_start *starts;
    struct sim_sample *samples;
    uint32_t crash_count, crash_capacity;
    uint32_t start_count, start_capacity;
    uint32_t sample_count, sample_capacity;
    uint64_t last_action_ns; /* since the start */
};

/* Each returns the number of the new entry. */
uint32_t sim_watch_crash(struct sim_watch *watch, uint64_t at_ns, uint32_t node);
uint32_t sim_watch_start(struct sim_watch *watch, uint64_t at_ns, uint32_t node);
void sim_watch_sight(struct sim_watch *watch, uint32_t crash, uint64_t at_ns, uint32_t viewer);
void sim_watch_sample(struct sim_watch *watch, uint64_t at_ns, uint32_t right, uint32_t total);
void sim_watch_destroy(struct sim_watch *watch);

/* From the crash until a share of the counted viewers had seen it: counts[viewer] says who counts,
   total how many do. SIM_NEVER if fewer ever did. counts is restored. */
uint64_t sim_crash_latency(const struct sim_crash *crash, uint8_t *counts, uint32_t total,
                           uint32_t millionths);

/* From the last action until a share of the views was right. */
uint64_t sim_watch_equal(const struct sim_watch *watch, uint32_t millionths);

/* Nearest rank; sorts. SIM_NEVER if there are none. */
uint64_t sim_percentile(uint64_t *values, uint32_t count, uint32_t percentile);

#ifdef __cplusplus
}
#endif
