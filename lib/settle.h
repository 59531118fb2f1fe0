/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* How young the view's last changes are. One of the engine's insides (engine_private.h); one
   thread. */
#include <stdbool.h>
#include <stdint.h>

#include "lib/timers.h"

struct sl_engine;

#define SL_SETTLE_PARTS 8 /* resolution of "younger than the spread time" */

/* Changes of the view in the last spread time. */
struct sl_settle {
    struct sl_timer timer;
    uint32_t parts[SL_SETTLE_PARTS];
    uint32_t sum;
    uint64_t part_number;
    uint64_t changed_ns;     /* of the last change */
    bool awaiting_agreement; /* nobody was heard with an equal hash since */
};

/* The view has changed. */
void sl_settle_note(struct sl_engine *e);
void sl_settle_fire(struct sl_engine *e);
