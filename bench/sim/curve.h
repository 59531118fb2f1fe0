/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* A finished run as curves: which share of those who should know did, how long after. */
#include <stdio.h>

#include "bench/sim/world.h"

#ifdef __cplusplus
extern "C" {
#endif

#define SIM_CURVE_POINTS 400 /* more than a screen shows */

enum sim_curve_kind {
    SIM_CURVE_DEATHS,  /* viewers of all crashes that hold it dead */
    SIM_CURVE_UPDATES, /* viewers of all updates that hold it */
    SIM_CURVE_JOINS,   /* started nodes that have their view */
    SIM_CURVE_VIEWS,   /* views that are right, after the last action; only if they were sampled */
    SIM_CURVE_KINDS,
};

struct sim_point {
    uint64_t after_ns;
    uint32_t millionths; /* reached by then */
};

struct sim_curve {
    uint64_t events; /* crashes, updates, starts; VIEWS: 1 */
    uint64_t total;  /* of events and viewers of each */
    uint32_t count;
    struct sim_point points[SIM_CURVE_POINTS];
};

const char *sim_curve_name(enum sim_curve_kind kind);

/* Returns false if the run had nothing of this kind. */
bool sim_curve_make(const struct sim_world *world, enum sim_curve_kind kind,
                    struct sim_curve *curve);
/* The share reached by some time. */
uint32_t sim_curve_at(const struct sim_curve *curve, uint64_t after_ns);

/* When each crash was known to a share of its viewers, sorted; what never was is left out. The
   caller frees. */
uint64_t *sim_detections(const struct sim_world *world, uint32_t millionths, uint32_t *count);

/* curve_text.c: the first curve that the run has, in ten lines. */
void sim_curve_text(const struct sim_world *world, FILE *out);

#ifdef __cplusplus
}
#endif
