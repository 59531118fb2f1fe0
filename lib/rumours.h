/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * The updates still being spread. One rumour per member: a newer one replaces it and starts afresh.
 * Within a class the least sent goes first (memberlist's queue order), of equals the latest: in a
 * storm that does not fit the byte budget, news must not wait at every hop behind what others have
 * long told. A send is charged only when the record really went out. Records are written from the
 * table at the time of sending, so a rumour never carries an old word.
 *
 * A rumour that was sent often enough is pushed no more, but for a while it is still told to those
 * who ask: pushing leaves a share of e^-sends without it, however it ends, and asking finds those
 * cheaply (Demers et al. 1987, section 1.4; Karp et al. 2000). One thread.
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
    uint64_t told_until_ns;  /* of one that is pushed no more */
    uint32_t previous, next; /* in the list of its class and number of sends, or of the told */
    uint8_t record_type;     /* enum sl_record_type */
    uint8_t traffic;         /* enum sl_class */
    uint8_t sends;
    bool pushed;
};

struct sl_rumour_list {
    uint32_t head, tail;
};

struct sl_rumours {
    struct sl_slot_map map;
    struct sl_rumour *all;
    struct sl_rumour_list lists[SL_CLASS_COUNT][SL_SENDS_MAX];
    uint64_t used_lists[SL_CLASS_COUNT]; /* of each class, by number of sends: a bit if not empty */
    struct sl_rumour_list told;          /* only told to those who ask; latest first */
    uint32_t pushed_count;
    uint64_t version; /* grows with every addition or removal, and when pushing ends */
};

void sl_rumours_create(struct sl_rumours *rumours, struct sl_arena *arena, uint32_t capacity);

/* Adds or replaces the rumour about a slot. It starts with `sends` of its sends behind it, for what
   need not reach everybody. Without room it takes the place of one that is only told, then of the
   most sent one of a less urgent class. false: there is none. */
bool sl_rumours_add(struct sl_rumours *rumours, uint32_t slot, uint8_t record_type,
                    enum sl_class traffic, uint64_t accuser_id, uint32_t sends);
void sl_rumours_remove(struct sl_rumours *rumours, uint32_t slot);

/* Those still being pushed. */
static inline uint32_t sl_rumours_count(const struct sl_rumours *rumours)
{
    return rumours->pushed_count;
}

/* Class in which the rumour about a slot is pushed; SL_CLASS_COUNT: it is not. */
static inline enum sl_class sl_rumours_class(const struct sl_rumours *rumours, uint32_t slot)
{
    uint32_t entry = sl_slot_map_find(&rumours->map, slot);
    bool pushed = entry != SL_ENTRY_NONE && rumours->all[entry].pushed;
    return pushed ? (enum sl_class)rumours->all[entry].traffic : SL_CLASS_COUNT;
}

static inline uint32_t sl_rumour_slot(const struct sl_rumours *rumours, uint32_t entry)
{
    return rumours->map.slots[entry];
}

/* Walks what is pushed of one class, least sent first. Start with entry = SL_ENTRY_NONE; returns
 * SL_ENTRY_NONE at the end. */
uint32_t sl_rumours_walk(const struct sl_rumours *rumours, enum sl_class traffic, uint32_t entry);
/* The same for what is only told, latest first. */
uint32_t sl_rumours_walk_told(const struct sl_rumours *rumours, uint32_t entry);

/* Charges `sends` to a rumour. Once it has been sent `limit` times it is only told, until
 * told_until_ns. */
void sl_rumours_charge(struct sl_rumours *rumours, uint32_t entry, uint32_t sends, uint32_t limit,
                       uint64_t told_until_ns);
/* Ends the pushing of the rumour about a slot. */
void sl_rumours_only_tell(struct sl_rumours *rumours, uint32_t slot, uint64_t told_until_ns);
/* Drops what has been told long enough, `most` at most. */
void sl_rumours_expire(struct sl_rumours *rumours, uint64_t now_ns, uint32_t most);

#ifdef __cplusplus
}
#endif
