/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* Nodes that a line of a scenario names: some are fixed, others are drawn when the line happens. */
#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define SIM_RANGES_MAX 8 /* of one list */

enum sim_pick_kind {
    SIM_PICK_ALL,     /* an expectation's: of all that it happened to */
    SIM_PICK_RANGES,  /* n7, n3-n10, n1,n5-n9, zone east: running or not */
    SIM_PICK_SHARE,   /* 5%: of those that fit, at random, at least one */
    SIM_PICK_COUNT,   /* 3 nodes: of those that fit, at random */
    SIM_PICK_CRASHED, /* that the timeline has crashed */
    SIM_PICK_LEAVERS, /* that have left */
};

struct sim_range {
    uint32_t first, last; /* nodes */
};

struct sim_pick {
    enum sim_pick_kind kind;
    uint32_t number; /* COUNT: nodes; SHARE: in millionths */
    uint32_t count;  /* RANGES */
    struct sim_range ranges[SIM_RANGES_MAX];
};

static inline struct sim_pick sim_pick_range(uint32_t first, uint32_t last)
{
    struct sim_pick pick = {SIM_PICK_RANGES, 0, 1, {{first, last}}};
    return pick;
}

/* Of RANGES and ALL. */
static inline bool sim_pick_has(const struct sim_pick *pick, uint32_t node)
{
    for (uint32_t i = 0; i < pick->count; i++) {
        if (node >= pick->ranges[i].first && node <= pick->ranges[i].last)
            return true;
    }
    return pick->kind == SIM_PICK_ALL;
}

#ifdef __cplusplus
}
#endif
