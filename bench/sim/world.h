/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * One cluster in one process and virtual time. Everything that happens hangs on one wheel; all
 * chance comes from one seed. Times inside are the engines': sim_world_ns() gives those since the
 * start.
 */
#include "bench/sim/directory.h"
#include "bench/sim/invariants.h"
#include "bench/sim/lies.h"
#include "bench/sim/lives.h"
#include "bench/sim/memory.h"
#include "bench/sim/metrics.h"
#include "bench/sim/network.h"
#include "bench/sim/node.h"
#include "bench/sim/packet.h"
#include "bench/sim/repairs.h"
#include "bench/sim/replay.h"
#include "bench/sim/tally.h"
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

/* A node whose turn in an action over some time comes later. */
struct sim_turn {
    uint64_t at_ns; /* since the start */
    uint32_t node;
    enum sim_verb verb;
};

struct sim_world {
    const struct sim_scenario *scenario;
    uint64_t seed, now_ns, start_ns;
    struct sim_directory directory;
    struct sim_wheel wheel;
    struct sim_packet_pool pool;
    struct sim_network network;
    struct sim_replay replay;
    struct sim_lies lies;
    struct sim_lives lives;
    struct sim_repairs repairs;
    struct sim_node *nodes;
    bool is_cut_off[SIM_ZONES_MAX];            /* from all others */
    uint64_t healed_ns;                        /* end of the last cut; 0: there was none */
    bool is_cut[SIM_ZONES_MAX][SIM_ZONES_MAX]; /* in one direction at least, between some nodes */
    uint32_t zone_up[SIM_ZONES_MAX];           /* nodes that run there */
    struct sl_prng prng;                       /* the timeline's, and nodes' seeds */
    uint64_t *action_due_ns;                   /* SIM_NEVER: done */
    struct sim_turn *turns;                    /* in the order of time */
    uint32_t turn_count, turn_capacity;
    uint64_t next_action_ns;
    uint8_t *named[SIM_NAMES_MAX]; /* one byte per node; NULL: not picked yet */

    uint64_t trace;
    uint64_t true_hash; /* of the nodes that run */
    uint32_t up_count;
    uint64_t node_ns;        /* time up of all nodes that stopped, added up */
    uint64_t bytes, packets; /* sent and received */
    struct sim_metrics metrics;
    struct sim_invariants invariants;
    struct sim_watch watch;
    bool samples_equality;
    struct sim_tally *tallies; /* as the scenario's expectations */
    uint64_t next_sample_ns;
    uint64_t *watched_words[SIM_WATCHED_MAX]; /* 0 = not known */
    uint32_t watched[SIM_WATCHED_MAX];
    uint32_t watched_lives[SIM_WATCHED_MAX];

    uint8_t *lent;          /* the one buffer that engines write frames into */
    struct sl_input *input; /* the one input */
    struct sim_memory memory;
    uint64_t strange_frames; /* sent by a stranger */
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

/* What it is like, for judging several runs as one: a value is compared; of runs the values are
   added up; the smallest is the worst. */
bool sim_expect_compares(const struct sim_expect *expect);
bool sim_expect_is_added(const struct sim_expect *expect);
bool sim_expect_wants_much(const struct sim_expect *expect);
/* Sorts. */
uint64_t sim_expect_percentile(const struct sim_expect *expect, uint64_t *values, uint32_t count);

const char *sim_compare_text(enum sim_compare compare);
bool sim_compare_holds(enum sim_compare compare, uint64_t measured, uint64_t value);

/* The latencies that an expectation's percentile is of, SIM_NEVER among them, so that those of many
   runs can be taken together; NULL if it is not of latencies. The caller frees. */
uint64_t *sim_world_latencies(const struct sim_world *world, const struct sim_expect *expect,
                              uint32_t *count);

/* Latencies of the named nodes' news, or starts; *count is how many. The caller frees. */
uint64_t *sim_news_latencies(const struct sim_world *world, enum sim_news_kind kind,
                             const struct sim_pick *who, uint32_t millionths, uint32_t *count);
uint64_t *sim_join_latencies(const struct sim_world *world, const struct sim_pick *who,
                             uint32_t *count);

/* Viewers of news are those others that ran when it happened and still do, in the same life; of a
   crash those of them that held the crashed one alive, for the others know or never knew: marks
   them with 1, the rest with 0; returns how many. */
uint32_t sim_mark_viewers(const struct sim_world *world, const struct sim_news *news,
                          uint8_t *counts);

static inline uint64_t sim_world_ns(const struct sim_world *world)
{
    return world->now_ns - world->start_ns;
}

static inline void sim_world_count(struct sim_world *world, enum sim_metric metric, uint64_t by)
{
    world->metrics.values[metric] += by;
}

/* How long what a fault has killed may still be spread behind it. */
static inline uint64_t sim_world_echo_ns(const struct sim_world *world)
{
    const struct sl_config *c = &world->scenario->options.config;
    return 2 * c->suspicion_max_ns + c->spread_ns;
}

/* Copies bytes onto the network. */
/* Who is there now; SIM_NODE_NONE: nobody. */
uint32_t sim_world_at(const struct sim_world *world, const struct sl_endpoint *endpoint);
/* A node's address now; behind the last node, a stranger's. */
struct sl_endpoint sim_world_endpoint(const struct sim_world *world, uint32_t node);
void sim_world_send(struct sim_world *world, uint32_t from, const struct sl_endpoint *to,
                    const uint8_t *bytes, uint32_t length_bytes);
/* From an address at which nobody is, past the network's faults. */
void sim_world_send_strange(struct sim_world *world, uint32_t to, const uint8_t *bytes,
                            uint32_t length_bytes);
/* sights.c: an engine has told something. */
void sim_world_event(struct sim_world *world, struct sim_node *viewer,
                     const struct sl_event *event);

/* How long the viewer could have heard that the life of this word has ended; 0: it goes on. No
   more than the grace means no more than that. */
uint64_t sim_world_gone_ns(const struct sim_world *world, uint32_t viewer, uint32_t member,
                           uint64_t word);
/* How long news of a life may be under way, and its end in being found out. */
static inline uint64_t sim_world_grace_ns(const struct sim_world *world)
{
    return 60000000000ull + 4 * world->scenario->options.config.suspicion_max_ns;
}

/* timeline.c */
void sim_timeline_start(struct sim_world *world);
void sim_timeline_run(struct sim_world *world);
/* timeline_network.c */
void sim_timeline_act_on_network(struct sim_world *world, const struct sim_action *action);
void sim_timeline_tell_zone(struct sim_world *world, enum sim_news_kind kind, uint32_t zone);

/* picking.c: whether the nodes, which are not drawn, have this one now. */
bool sim_world_has(const struct sim_world *world, const struct sim_pick *who, uint32_t node);
/* Whether this can happen to the node now. */
bool sim_node_fits(const struct sim_node *node, enum sim_verb verb);
/* Fills `chosen` with the nodes that are meant and that this can happen to; those drawn
   at random come in the order of the draw. */
uint32_t sim_world_pick(struct sim_world *world, const struct sim_pick *who, enum sim_verb verb,
                        uint32_t *chosen);
/* The same as a set, one byte per node; the caller frees. */
uint8_t *sim_world_pick_set(struct sim_world *world, const struct sim_pick *who,
                            enum sim_verb verb);

/* sampler.c: how many views are those of the nodes that run. */
uint32_t sim_views_right(const struct sim_world *world);
void sim_sampler_create(struct sim_world *world);
void sim_sampler_run(struct sim_world *world);

#ifdef __cplusplus
}
#endif
