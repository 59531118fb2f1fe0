/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* What becomes of a packet between two nodes. Faults are set by the timeline. */
#include "bench/sim/places.h"
#include "bench/sim/scenario.h"
#include "lib/prng.h"

#ifdef __cplusplus
extern "C" {
#endif

struct sim_network {
    struct sim_places places;
    uint64_t burst_salt;
    uint32_t duplicate, reorder, replay, corrupt; /* in millionths */
    uint64_t reorder_ns, replay_ns;
    struct sl_prng prng;
};

#define SIM_COPIES_MAX 2 /* itself and a duplicate */

struct sim_fate {
    uint32_t copies; /* 0: lost */
    uint64_t delay_ns[SIM_COPIES_MAX];
    bool comes_again; /* after again_ns */
    uint64_t again_ns;
};

struct sim_passage {
    uint64_t now_ns;
    uint32_t from, to; /* nodes */
    uint32_t length_bytes;
};

/* 0 or -ENOMEM */
int sim_network_create(struct sim_network *network, const struct sim_scenario *scenario,
                       uint64_t seed);
void sim_network_destroy(struct sim_network *network);
struct sim_fate sim_network_decide(struct sim_network *network, const struct sim_passage *passage);
/* The verbs from CUT on. a, b: one byte per node, not 0 if the action's two sets have it. */
void sim_network_act(struct sim_network *network, const struct sim_action *action, const uint8_t *a,
                     const uint8_t *b, uint64_t now_ns);

#ifdef __cplusplus
}
#endif
