/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* One record that is not true, in a member's name or from an address that nobody knows. */
#include "bench/sim/scenario.h"

#ifdef __cplusplus
extern "C" {
#endif

struct sim_world;

/* Sends it about each member of the action's set to each running one of its receivers. */
void sim_forge(struct sim_world *world, const struct sim_action *action);

/* Whether accusations by this id are a stranger's. */
bool sim_is_stranger(const struct sim_world *world, uint64_t id);

/* Writes the header of a gossip frame by this sender; returns where its records begin. */
uint32_t sim_gossip_begin(struct sim_world *world, uint64_t sender_id, uint32_t boot_salt);

#ifdef __cplusplus
}
#endif
