/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * Runs of one scenario with several seeds, judged as one: percentiles are of all runs' latencies
 * together, counts of events are added up (SIM_METRICS_ADDED), and of everything else every run
 * must hold and the worst one is shown. scripts/long_report.py pools single runs' JSON in the same
 * way; a test compares the two.
 */
#include "bench/sim/world.h"

#ifdef __cplusplus
extern "C" {
#endif

struct sim_pooled {
    uint64_t *latencies; /* NULL: it is not of latencies */
    uint32_t count, capacity;
    uint64_t sum, worst;
    bool all_held; /* worst: of those that did not, if any */
};

struct sim_pooled_run {
    uint64_t seed, trace, violations;
    struct sim_metrics metrics;
};

struct sim_pool {
    const struct sim_scenario *scenario;
    struct sim_pooled *expects; /* as the scenario's */
    struct sim_pooled_run *runs;
    uint32_t run_count, run_capacity;
    uint64_t violations;
};

/* Ends the program if out of memory, as does adding. */
void sim_pool_create(struct sim_pool *pool, const struct sim_scenario *scenario);
void sim_pool_destroy(struct sim_pool *pool);

/* A finished run. */
void sim_pool_add(struct sim_pool *pool, struct sim_world *world);

/* Returns whether the expectation held; *measured as sim_world_judge()'s. */
bool sim_pool_judge(struct sim_pool *pool, uint32_t expect, uint64_t *measured);

#ifdef __cplusplus
}
#endif
