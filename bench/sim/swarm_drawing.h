/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* What the two halves of drawing a draft share. */
#include "bench/sim/swarm.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What a profile is made for: beyond this its figures promise nothing. */
struct sim_terrain {
    const char *profile;
    uint32_t weight;         /* of 10 */
    uint32_t nodes_max;      /* edge nodes send ten times as much: fewer of them */
    uint32_t near_rtt_us;    /* most, within a zone */
    uint32_t far_rtt_ms;     /* most, between zones */
    uint32_t pause_ms;       /* longest that a healthy member may take: max_pause */
    uint32_t faults_s;       /* least; up to three times as long */
    uint32_t loss_percent;   /* most under which nobody dies falsely, without pauses */
    uint32_t paused_percent; /* the same with pauses */
};

struct sim_drawing {
    struct sl_prng prng;
    struct sim_draft *draft;
    const struct sim_terrain *terrain;
};

static inline uint64_t sim_draw_between(struct sim_drawing *d, uint64_t least, uint64_t most)
{
    return least + sl_prng_below(&d->prng, (uint32_t)(most - least + 1));
}

static inline bool sim_draw_chance(struct sim_drawing *d, uint32_t percent)
{
    return sl_prng_below(&d->prng, 100) < percent;
}

/* Some time among the faults, early enough that `rest_ms` more are left. */
uint64_t sim_draw_moment(struct sim_drawing *drawing, uint64_t rest_ms);

/* A line of the timeline. */
void __attribute__((format(printf, 3, 4)))
sim_draw_once(struct sim_drawing *drawing, uint64_t at_ms, const char *format, ...);

struct sim_draw_kind {
    void (*draw)(struct sim_drawing *drawing);
    uint32_t percent;
};

/* Each with its chance. */
void sim_draw_some(struct sim_drawing *drawing, const struct sim_draw_kind *kinds, size_t count);

/* swarm_nodes.c: what happens to some nodes' own network, and in their names. */
void sim_draw_node_faults(struct sim_drawing *drawing);
/* swarm_faults.c: the timeline of a draft that has its topology. */
void sim_draw_faults(struct sim_drawing *drawing);

#ifdef __cplusplus
}
#endif
