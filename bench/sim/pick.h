/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* Nodes that a line of a scenario names: some are fixed, others are drawn when the line happens. */
#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define SIM_RANGES_MAX 8 /* of one list */
#define SIM_NAMES_MAX  32
#define SIM_NAME_BYTES 32

enum sim_pick_kind {
    SIM_PICK_ALL,     /* an expectation's: of all that it happened to */
    SIM_PICK_RANGES,  /* n7, n3-n10, n1,n5-n9, zone east: running or not */
    SIM_PICK_SHARE,   /* 5%: of those that fit, at random, at least one */
    SIM_PICK_COUNT,   /* 3 nodes: of those that fit, at random */
    SIM_PICK_CRASHED, /* that the timeline has crashed */
    SIM_PICK_LEAVERS, /* that have left */
    SIM_PICK_NAMED,   /* by an action: pick NAME WHO */
};

struct sim_range {
    uint32_t first, last; /* nodes */
};

struct sim_pick {
    enum sim_pick_kind kind;
    bool but;        /* all but these, which are CRASHED, LEAVERS or NAMED */
    uint32_t number; /* COUNT: nodes; SHARE: in millionths; NAMED: of the name */
    uint32_t count;  /* RANGES */
    struct sim_range ranges[SIM_RANGES_MAX + 1]; /* all but a list has one part more */
};

static inline struct sim_pick sim_pick_range(uint32_t first, uint32_t last)
{
    struct sim_pick pick = {SIM_PICK_RANGES, false, 0, 1, {{first, last}}};
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

static inline bool sim_pick_is_all(const struct sim_pick *pick, uint32_t nodes)
{
    return pick->kind == SIM_PICK_ALL ||
           (pick->kind == SIM_PICK_RANGES && pick->count == 1 && pick->ranges[0].first == 0 &&
            pick->ranges[0].last + 1 == nodes);
}

#ifdef __cplusplus
}
#endif
