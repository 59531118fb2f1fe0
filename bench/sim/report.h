/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* A finished run, for people or as one JSON object. */
#include <stdio.h>

#include "bench/sim/world.h"

#ifdef __cplusplus
extern "C" {
#endif

/* How long the machine took. */
struct sim_cost {
    uint64_t wall_ms, build_ms; /* of it, to build the cluster */
    uint64_t resident_mb;       /* most of the process so far */
};

struct sim_pool;

/* The same of several runs judged as one. */
bool sim_report_pool_text(struct sim_pool *pool, const struct sim_cost *cost, FILE *out);
bool sim_report_pool_json(struct sim_pool *pool, const struct sim_cost *cost, FILE *out);

/* Each returns whether all expectations and invariants held. */
bool sim_report_text(struct sim_world *world, const struct sim_cost *cost, FILE *out);
bool sim_report_json(struct sim_world *world, const struct sim_cost *cost, FILE *out);

#ifdef __cplusplus
}
#endif
