/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * Sessions that make two views equal: whether each ends, and, once all faults are over, whether the
 * members in which the two views differed when it began have become fewer behind it.
 */
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct sim_world;
struct sim_node;

#define SIM_REPAIRS_MAX        8   /* that are followed at once */
#define SIM_REPAIR_MEMBERS_MAX 256 /* of those that differ, as many are remembered */

struct sim_repair {
    uint32_t node, peer;
    uint32_t life, peer_life;    /* in another one nothing is to be learned from it */
    uint64_t number;             /* of the node's sessions */
    uint64_t failed;             /* of them, before it */
    uint64_t began_ns, ended_ns; /* ended: 0 while it goes on */
    uint32_t count;              /* members that differed */
    uint32_t members[SIM_REPAIR_MEMBERS_MAX];
};

struct sim_repairs {
    struct sim_repair followed[SIM_REPAIRS_MAX];
    uint32_t count;
    uint64_t judged; /* how many have been */
};

/* A node has asked this one something for a session, perhaps a new one. */
void sim_repairs_asked(struct sim_node *node, uint32_t peer);
/* Now and then: looks at those that are followed. */
void sim_repairs_run(struct sim_world *world);
/* More rarely: looks for sessions that do not end. */
void sim_repairs_check_ends(struct sim_world *world);

/* A session of one of `nodes` takes no longer, but for its waiting for room in the byte cap. */
uint64_t sim_repair_bound_ns(const struct sim_world *world);

#ifdef __cplusplus
}
#endif
