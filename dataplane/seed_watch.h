/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* Why a node does not join: each seed that is of no use is a trouble with its reason; at any time,
 * a seed whose name fails. Control thread. */
#include "dataplane/troubles.h"
#include "lib/config.h"
#include "lib/engine.h"
#include "ports/resolver.h"

#ifdef __cplusplus
extern "C" {
#endif

/* A seed that is only slow has answered by then. */
#define SL_SEED_WATCH_PATIENCE_NS 3000000000ull

struct sl_seed_watch {
    const struct sl_config *config; /* own endpoints, the cluster's name */
    uint64_t joining_since_ns;      /* 0: is not joining */
};

/* Once a second. states: of all seeds now. */
void sl_seed_watch_look(struct sl_seed_watch *watch, struct sl_troubles *troubles,
                        enum sl_phase phase, const struct sl_seed_state *states, uint32_t count,
                        uint64_t now_ns);

#ifdef __cplusplus
}
#endif
