/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* Frames that were refused or lost, by their counters: the first of a reason is a line of log, more
 * of them are a count once a minute, and what this node should not lose is a trouble. Control
 * thread. */
#include <stdbool.h>
#include <stdint.h>

#include "dataplane/troubles.h"
#include "lib/counters.h"

#ifdef __cplusplus
extern "C" {
#endif

#define SL_DROP_WATCH_AGAIN_NS 60000000000ull

struct sl_drop_watch {
    uint64_t told[SL_DROP_COUNT]; /* of a reason, up to its last line */
    uint64_t seen[SL_DROP_COUNT]; /* up to the last look */
    bool grew[SL_DROP_COUNT];     /* at the last look */
    uint64_t due_ns[SL_DROP_COUNT];
};

/* drops: all counters since the node's start. */
void sl_drop_watch_look(struct sl_drop_watch *watch, struct sl_troubles *troubles,
                        const uint64_t drops[SL_DROP_COUNT], uint64_t now_ns);

#ifdef __cplusplus
}
#endif
