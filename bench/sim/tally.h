/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* What single expectations count while a run goes on: deaths of some members as some viewers saw
   them, how long those lasted, and what a figure was at a moment. */
#include "bench/sim/watch.h"

#ifdef __cplusplus
extern "C" {
#endif

struct sim_world;
struct sim_node;
struct sl_event;

/* A running member that a viewer holds dead. */
struct sim_fall {
    uint64_t at_ns;
    uint32_t viewer, member;
    uint32_t viewer_life, member_life;
};

struct sim_tally {
    uint64_t value;       /* counted so far; FLAPS: of the worst pair; AT: what it was then */
    bool taken;           /* AT: it has been */
    uint16_t *pairs;      /* FLAPS: viewer * nodes + member */
    struct sim_fall *now; /* REVIVED: those that last */
    uint64_t *lasted_ns;  /* and how long those did that are over */
    uint32_t now_count, now_capacity, lasted_count, lasted_capacity;
};

/* Ends the program if out of memory. */
void sim_tallies_create(struct sim_world *world);
void sim_tallies_destroy(struct sim_world *world);

/* A viewer has seen a member dead, which counts into this metric. */
void sim_tallies_count(struct sim_world *world, const struct sim_node *viewer,
                       const struct sim_node *member, uint32_t metric);
/* A viewer has seen a running member dead, for whatever reason. */
void sim_tallies_death(struct sim_world *world, const struct sim_node *viewer,
                       const struct sim_node *member);
/* A viewer's word of a member has changed, and is not dead. */
void sim_tallies_change(struct sim_world *world, const struct sim_node *viewer,
                        const struct sim_node *member, const struct sl_event *event);
/* Takes what is due. */
void sim_tallies_sample(struct sim_world *world);

/* REVIVED: those that last to the end are SIM_NEVER. The caller frees. */
uint64_t *sim_tally_latencies(const struct sim_world *world, uint32_t expect, uint32_t *count);

#ifdef __cplusplus
}
#endif
