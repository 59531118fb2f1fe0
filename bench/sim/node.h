/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* One node: a real engine and a real fast path, and what the simulator keeps of it across its
   lives. */
#include "bench/sim/packet.h"
#include "lib/engine.h"
#include "lib/fast.h"
#include "lib/meter.h"
#include "lib/preload.h"

#ifdef __cplusplus
extern "C" {
#endif

struct sim_world;

#define SIM_POLL_NS    1000000ull /* between the polls of a busy node; a starved one's are rarer */
#define SIM_POLL_BURST 32         /* packets that a starved node takes in one poll */

#define SIM_SEED_CAP_BYTES 5000000u /* of a seed in any 1 s, by the design's table */

enum sim_node_state { SIM_NODE_DOWN, SIM_NODE_UP, SIM_NODE_PAUSED };

enum sim_chore { SIM_CHORE_NONE, SIM_CHORE_START, SIM_CHORE_RESUME };

/* What every event touches comes first. */
struct sim_node {
    struct sim_link wake; /* the engine's deadline; its owner is this node's number */
    uint64_t deadline_ns;
    struct sl_engine *engine;
    struct sl_lane *lane;
    struct sim_world *world;
    enum sim_node_state state;
    uint32_t number;
    uint64_t word; /* own, as of the last step */
    uint64_t born_ns;
    uint64_t young_until_ns; /* SIM_NEVER until it has joined; then the cap of a joiner ends */
    struct sl_meter meter;   /* tx + rx; while it is down, what its address gets */
    bool has_left;           /* its engine said so: stop it after the step */
    bool is_starved;
    bool is_seed;
    uint32_t sent; /* frames in the running step */

    bool counted; /* its word is part of the true hash */
    enum sim_chore chore;
    struct sim_link chore_link;
    struct sl_counters *counters;
    struct sl_meter refused; /* of `meter`: frames that it refused as they came */
    struct sim_packet_queue backlog;
    uint32_t ring;       /* packets that may wait; more are lost */
    uint32_t overflowed; /* since its last poll */
    uint64_t poll_every_ns, next_poll_ns, starved_until_ns;
    uint64_t clog_from_ns, clog_until_ns; /* between them nothing goes in or out */
    uint32_t life;                        /* how often started */
    uint64_t joined_ns;                   /* in this life; SIM_NEVER until it has */
    uint64_t down_ns, paused_ns;
    uint64_t excused_until_ns; /* behind a pause longer than is tolerated, its deaths are not
                                  false */
    uint64_t issued;           /* the highest word of all lives */
    uint64_t cut_word;         /* the highest that a cut has declared dead: such news travels on */
    uint32_t crash;            /* number of its last crash in the watch; SIM_NEWS_NONE */
    uint32_t update;           /* of its last update */
    uint32_t removal;          /* of its last removal */
    uint32_t start;            /* number of its last start there */
    uint64_t forged;           /* the highest word that a liar claimed in its name */
    bool has_lied;
    bool was_full;                       /* its table had no room for some member, in this life */
    uint64_t sync_number, sync_began_ns; /* the session begun last; began: 0 once it has ended */
    const char *tags;                    /* its own, now; the action has them */
    uint8_t moves;                       /* how often its address has changed */
    bool moves_next;                     /* at its next start; then next_zone is its zone */
    uint32_t next_zone;
    int64_t clock_s;                     /* off by */
    int32_t drift_ppm;                   /* its time goes so much faster */
    uint64_t drift_from_ns, drift_at_ns; /* since this world's time, when its own was that */
} __attribute__((aligned(SL_CACHE_LINE)));

/* Where a node's engine lies while there is one. */
const struct sl_engine *sim_node_engine_at(const struct sim_world *world, uint32_t number);

struct sl_engine_layout sim_node_layout(struct sim_world *world, struct sl_arena *arrays);

/* Starts a node that finds its cluster by the seeds. 0 or -ENOMEM. */
int sim_node_start(struct sim_node *node);
/* At time 0: starts a node that has long been in. `like` is one that was formed before, or NULL. */
int sim_node_form(struct sim_node *node, const struct sim_node *like);
/* What its own clock says now. The world's if it never drifted. */
uint64_t sim_node_now_ns(const struct sim_node *node);
/* The first time of the world at which its own clock says this. */
uint64_t sim_node_world_ns(const struct sim_node *node, uint64_t own_ns);
/* From now on its time goes so much faster than the world's, or slower. */
void sim_node_drift(struct sim_node *node, int32_t ppm);
/* Gone without a word. */
void sim_node_stop(struct sim_node *node);
void sim_node_pause(struct sim_node *node);
void sim_node_resume(struct sim_node *node);
/* Polls so much more rarely, until that time. */
void sim_node_starve(struct sim_node *node, uint32_t millionths, uint64_t until_ns);
/* Its deadline has come, or its poll. */
void sim_node_wake(struct sim_node *node);
void sim_node_leave(struct sim_node *node);
/* Its operator says that this member is gone; an error is as if it had said nothing. */
void sim_node_remove(struct sim_node *node, uint32_t member);

/* node_identity.c. Claims itself anew, with a higher incarnation. */
void sim_node_update(struct sim_node *node);
/* The same, with these tags, which must outlive the world. */
void sim_node_tag(struct sim_node *node, const char *tags);
/* Another address, and maybe another zone, from its next start on. */
void sim_node_move(struct sim_node *node, uint32_t zone);
/* Where and in which zone a life begins. */
void sim_node_settle(struct sim_node *node);
struct sl_endpoint sim_node_endpoint(const struct sim_node *node);
/* What it says of itself as a new life, or where it is formed. */
void sim_node_describe(const struct sim_node *node, struct sl_config *config);

/* Its word is this from now on. */
void sim_node_tell_truth(struct sim_node *node, uint64_t word);

/* node_meter.c */
void sim_node_has_joined(struct sim_node *node);
/* Until then a joiner's byte cap is its own. */
void sim_node_is_young_until(struct sim_node *node, uint64_t until_ns);
/* Bytes sent or received now, and taken or refused. */
void sim_node_meter(struct sim_node *node, uint32_t bytes, bool is_refused);
/* Bytes that arrive now, while it is down. */
void sim_node_meter_down(struct sim_node *node, uint32_t bytes);
/* What the engine of a node that runs has counted, before it is gone or the run ends. */
void sim_node_absorb(struct sim_node *node);

/* node_work.c */
void sim_node_step(struct sim_node *node, const struct sl_input *input);
/* Takes the packet over. */
void sim_node_receive(struct sim_node *node, struct sim_packet *packet);

/* node_host.c */
struct sl_host sim_node_host(struct sim_node *node);

#ifdef __cplusplus
}
#endif
