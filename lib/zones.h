/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * Zones (failure domains) as the live members name them: which zone a slot is in, how many live
 * members a zone has, oneself included, and a few of them to turn to. Index 0 stands for "default",
 * and for zones past the bound: they are never told apart, so no rule of zones applies to them.
 * One thread.
 */
#include <stdint.h>

#include "lib/arena.h"
#include "lib/limits.h"

#ifdef __cplusplus
extern "C" {
#endif

#define SL_ZONE_NONE      0u /* "default", or past SL_ZONES_MAX */
#define SL_ZONE_WITNESSES 8  /* members remembered of a zone: enough to ask two sets of three */

struct sl_zone {
    uint64_t id;                           /* of its name, by the cluster's hash */
    uint32_t live_count;                   /* members in it that are ALIVE or SUSPECT here */
    uint32_t next_witness;                 /* the place before it is the latest */
    uint32_t witnesses[SL_ZONE_WITNESSES]; /* slots of live members, those who answered last if
                                              any did; SL_SLOT_NONE = none */
};

struct sl_zones {
    struct sl_zone all[SL_ZONES_MAX]; /* 1..count-1 are in use */
    uint32_t count;                   /* SL_ZONE_NONE included */
    uint8_t *of_slot; /* index of each slot's zone while it is live; else 0. One thread writes,
                         others may load relaxed */
};

void sl_zones_create(struct sl_zones *zones, struct sl_arena *arena, uint32_t max_members);

/* Set-up. Takes over what another holds, once the array is a copy of its. */
void sl_zones_adopt(struct sl_zones *zones, const struct sl_zones *from);

/* The index of a zone by the hash of its name, entered if it is new. id 0: "default". */
uint32_t sl_zones_enter(struct sl_zones *zones, uint64_t id);

/* The same, but SL_ZONE_NONE if it is not known. */
uint32_t sl_zones_find(const struct sl_zones *zones, uint64_t id);

/* A live member's slot is in this zone from now on; it may have been in another. */
void sl_zones_put(struct sl_zones *zones, uint32_t slot, uint32_t zone);

/* The member is no longer live. No effect if it was not. */
void sl_zones_remove(struct sl_zones *zones, uint32_t slot);

/* This member has answered: it becomes a witness of its zone, in the place of the oldest. */
void sl_zones_answered(struct sl_zones *zones, uint32_t slot);

static inline uint32_t sl_zones_of(const struct sl_zones *zones, uint32_t slot)
{
    return zones->of_slot[slot];
}

#ifdef __cplusplus
}
#endif
