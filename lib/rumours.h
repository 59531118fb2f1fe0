/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * The updates still being spread. One rumour per member: a newer one replaces it and starts afresh.
 * Within a class the least sent goes first (memberlist's queue order); a send is charged only when
 * the record really went out. Records are written from the table at the time of sending, so a
 * rumour never carries an old word. One thread.
 */
#include <stdbool.h>
#include <stdint.h>

#include "lib/counters.h"
#include "lib/slot_map.h"

#ifdef __cplusplus
extern "C" {
#endif

#define SL_SENDS_MAX 64 /* sends per rumour at most */

struct sl_rumour {
    uint64_t accuser_id;     /* SUSPECT and DEAD; else 0 */
    uint32_t previous, next; /* in the list of its class and number of sends */
    uint8_t record_type;     /* enum sl_record_type */
    uint8_t traffic;         /* enum sl_class */
    uint8_t sends;
    bool listed;
};

struct sl_rumour_list {
    uint32_t head, tail;
};

struct sl_rumours {
    struct sl_slot_map map;
    struct sl_rumour *all;
    struct sl_rumour_list lists[SL_CLASS_COUNT][SL_SENDS_MAX];
    uint64_t version; /* grows with every addition or removal */
};

void sl_rumours_create(struct sl_rumours *rumours, struct sl_arena *arena, uint32_t capacity);

/* Adds or replaces the rumour about a slot. false: no room. */
bool sl_rumours_add(struct sl_rumours *rumours, uint32_t slot, uint8_t record_type,
                    enum sl_class traffic, uint64_t accuser_id);
void sl_rumours_remove(struct sl_rumours *rumours, uint32_t slot);

static inline uint32_t sl_rumours_count(const struct sl_rumours *rumours)
{
    return rumours->map.count;
}

static inline bool sl_rumours_has(const struct sl_rumours *rumours, uint32_t slot)
{
    return sl_slot_map_find(&rumours->map, slot) != SL_ENTRY_NONE;
}

static inline uint32_t sl_rumour_slot(const struct sl_rumours *rumours, uint32_t entry)
{
    return rumours->map.slots[entry];
}

/* Walks one class, least sent first. Start with entry = SL_ENTRY_NONE; returns SL_ENTRY_NONE at the
 * end. */
uint32_t sl_rumours_walk(const struct sl_rumours *rumours, enum sl_class traffic, uint32_t entry);

/* Charges `sends` to a rumour; it is dropped once it has been sent `limit` times. */
void sl_rumours_charge(struct sl_rumours *rumours, uint32_t entry, uint32_t sends, uint32_t limit);

#ifdef __cplusplus
}
#endif
