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

#define SIM_RX_RING 1024 /* packets that wait for a paused node; more are lost */

#define SIM_SEED_CAP_BYTES 5000000u /* of a seed in any 1 s, by the design's table */

enum sim_node_state { SIM_NODE_DOWN, SIM_NODE_UP, SIM_NODE_PAUSED };

enum sim_chore { SIM_CHORE_NONE, SIM_CHORE_START, SIM_CHORE_RESUME };

struct sim_node {
    struct sim_link wake; /* the engine's deadline */
    struct sim_link chore_link;
    enum sim_chore chore;
    struct sim_world *world;
    uint32_t number;
    enum sim_node_state state;
    bool has_left; /* its engine said so: stop it after the step */
    bool counted;  /* its word is part of the true hash */

    void *memory; /* arena, lane and counters */
    struct sl_engine *engine;
    struct sl_lane *lane;
    struct sl_counters *counters;
    uint64_t deadline_ns;
    struct sim_link backlog;
    uint32_t backlog_count;

    uint32_t life; /* how often started */
    uint64_t born_ns, down_ns, paused_ns;
    uint64_t
        excused_until_ns;  /* behind a pause longer than is tolerated, its deaths are not false */
    uint64_t word;         /* own, as of the last step */
    uint64_t issued;       /* the highest of all lives */
    uint32_t crash;        /* number of its last crash in the watch; UINT32_MAX: none */
    uint32_t start;        /* number of its last start there */
    int64_t clock_s;       /* off by */
    struct sl_meter meter; /* tx + rx */
    uint64_t grace_ns;     /* this life's join grace */
};

/* Starts a node that finds its cluster by the seeds. 0 or -ENOMEM. */
int sim_node_start(struct sim_node *node);
/* At time 0: starts a node that has long been in. `like` is one that was formed before, or NULL. */
int sim_node_form(struct sim_node *node, const struct sim_node *like);
/* Gone without a word. */
void sim_node_stop(struct sim_node *node);
void sim_node_pause(struct sim_node *node);
void sim_node_resume(struct sim_node *node);
void sim_node_leave(struct sim_node *node);

void sim_node_step(struct sim_node *node, const struct sl_input *input);
/* Takes the packet over. */
void sim_node_receive(struct sim_node *node, struct sim_packet *packet);

/* node_host.c */
struct sl_host sim_node_host(struct sim_node *node);
/* Bytes sent or received now. */
void sim_node_meter(struct sim_node *node, uint32_t bytes);
/* At the end of a run: counts what a node that still runs has counted. */
void sim_node_absorb(struct sim_node *node);

#ifdef __cplusplus
}
#endif
