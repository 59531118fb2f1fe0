/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * Members that die and come back again and again (the idea is RFC 2439's, for routes). Each death,
 * seen or not, costs a penalty that decays; past a limit the member is flapping: users are told so
 * once instead of each change, and rumours of its deaths and new lives wait a growing interval.
 * Words are merged and repaired as ever, and what a member says against an accusation never waits.
 * One of the engine's insides (engine_private.h); one thread.
 */
#include <stdbool.h>
#include <stdint.h>

#include "lib/counters.h"
#include "lib/limits.h"
#include "lib/slot_map.h"
#include "lib/timers.h"

struct sl_engine;

struct sl_flap {
    uint64_t at_ns;          /* when `penalty` was right */
    uint64_t next_spread_ns; /* while flapping: no rumour of a death or a new life before */
    uint64_t interval_ns;    /* between such rumours */
    uint64_t held_accuser_id;
    uint32_t penalty;  /* 0: a free entry */
    uint8_t held_type; /* enum sl_record_type of the rumour that waits; 0: none */
    bool flapping;
};

struct sl_flaps {
    struct sl_timer timer;
    struct sl_slot_map map;
    struct sl_flap all[SL_FLAPS_MAX];
    uint64_t ids[SL_FLAPS_MAX]; /* of those flapping; 0 = none. Engine writes, any thread reads,
                                   relaxed */
};

/* The penalty that is left of one after a time. */
uint32_t sl_flaps_decayed(uint32_t penalty, uint64_t elapsed_ns);
/* A life of the member has ended: it is taken for dead from now on, or a new life of it is there.
 * true: that makes it flapping. */
bool sl_flaps_died(struct sl_engine *e, uint32_t slot);
bool sl_flaps_has(const struct sl_engine *e, uint32_t slot);
void sl_flaps_forget(struct sl_engine *e, uint32_t slot);
/* true: this rumour waits; it is spread later, unless a later word of the member comes before. */
bool sl_flaps_hold(struct sl_engine *e, uint32_t slot, uint8_t record_type, enum sl_class traffic,
                   uint64_t accuser_id);
void sl_flaps_fire(struct sl_engine *e);
