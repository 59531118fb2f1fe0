/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* What becomes of a packet between two zones. Faults are set by the timeline. */
#include "bench/sim/scenario.h"
#include "lib/prng.h"

#ifdef __cplusplus
extern "C" {
#endif

struct sim_network {
    struct sim_path paths[SIM_ZONES_MAX][SIM_ZONES_MAX];
    uint32_t loss[SIM_ZONES_MAX][SIM_ZONES_MAX]; /* in millionths, from row to column */
    bool cut[SIM_ZONES_MAX][SIM_ZONES_MAX];
    uint32_t burst[SIM_ZONES_MAX][SIM_ZONES_MAX];     /* share of the time, in millionths */
    uint32_t mtu_bytes[SIM_ZONES_MAX][SIM_ZONES_MAX]; /* longer ones are lost; 0: none is */
    uint64_t burst_ns, burst_salt;
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
    uint32_t from_zone, to_zone;
    uint32_t length_bytes;
};

void sim_network_create(struct sim_network *network, const struct sim_scenario *scenario,
                        uint64_t seed);
struct sim_fate sim_network_decide(struct sim_network *network, const struct sim_passage *passage);
/* The verbs from CUT on. */
void sim_network_act(struct sim_network *network, const struct sim_action *action);

#ifdef __cplusplus
}
#endif
