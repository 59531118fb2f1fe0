/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * One cluster in one process and virtual time. Everything that happens hangs on one wheel; all
 * chance comes from one seed. Times inside are the engines': sim_world_ns() gives those since the
 * start.
 */
#include "bench/sim/directory.h"
#include "bench/sim/invariants.h"
#include "bench/sim/metrics.h"
#include "bench/sim/network.h"
#include "bench/sim/node.h"
#include "bench/sim/packet.h"
#include "bench/sim/watch.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Engines' clocks begin here, so that no time is 0. */
#define SIM_START_TICK  (1ull << 25)
#define SIM_WALL_S      1800000000ull /* seconds since 1970 at the start */
#define SIM_SAMPLE_NS   100000000ull
#define SIM_WATCHED_MAX 8 /* viewers whose every word is compared with what it was */

enum sim_link_kind { SIM_LINK_PACKET, SIM_LINK_WAKE, SIM_LINK_CHORE };

struct sim_world {
    const struct sim_scenario *scenario;
    uint64_t seed, now_ns, start_ns;
    struct sim_directory directory;
    struct sim_wheel wheel;
    struct sim_packet_pool pool;
    struct sim_network network;
    struct sim_node *nodes;
    uint64_t healed_ns;      /* end of the last cut; 0: there was none */
    struct sl_prng prng;     /* the timeline's, and nodes' seeds */
    uint64_t *action_due_ns; /* SIM_NEVER: done */
    uint64_t next_action_ns;

    uint64_t trace;
    uint64_t true_hash; /* of the nodes that run */
    uint32_t up_count;
    uint64_t node_ns;        /* time up of all nodes that stopped, added up */
    uint64_t bytes, packets; /* sent and received */
    struct sim_metrics metrics;
    struct sim_invariants invariants;
    struct sim_watch watch;
    bool samples_equality;
    uint64_t next_sample_ns;
    uint64_t *watched_words[SIM_WATCHED_MAX]; /* 0 = not known */
    uint32_t watched[SIM_WATCHED_MAX];
    uint32_t watched_lives[SIM_WATCHED_MAX];

    uint8_t *lent;          /* the one buffer that engines write frames into */
    struct sl_input *input; /* the one input */
    size_t node_bytes;      /* of one node's memory */
    struct sl_engine_layout layout;
};

/* Builds the cluster as it is at time 0. 0 or -ENOMEM. */
int sim_world_create(struct sim_world *world, const struct sim_scenario *scenario, uint64_t seed);
void sim_world_destroy(struct sim_world *world);

/* Runs until this time since the start, or the scenario's end. */
void sim_world_run(struct sim_world *world, uint64_t until_ns);

/* Completes the metrics (figures.c). Once, at the end. */
void sim_world_finish(struct sim_world *world);

/* What an expectation measures of a finished run: a latency, or the metric. Returns whether it
   held. */
bool sim_world_judge(struct sim_world *world, const struct sim_expect *expect, uint64_t *measured);

static inline uint64_t sim_world_ns(const struct sim_world *world)
{
    return world->now_ns - world->start_ns;
}

static inline void sim_world_count(struct sim_world *world, enum sim_metric metric, uint64_t by)
{
    world->metrics.values[metric] += by;
}

/* Copies bytes onto the network. */
void sim_world_send(struct sim_world *world, uint32_t from, const struct sl_endpoint *to,
                    const uint8_t *bytes, uint32_t length_bytes);
/* An engine has told something. */
void sim_world_event(struct sim_world *world, struct sim_node *viewer,
                     const struct sl_event *event);

/* timeline.c */
void sim_timeline_start(struct sim_world *world);
void sim_timeline_run(struct sim_world *world);

/* sampler.c */
void sim_sampler_create(struct sim_world *world);
void sim_sampler_run(struct sim_world *world);

#ifdef __cplusplus
}
#endif
