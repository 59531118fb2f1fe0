/* SPDX-License-Identifier: BSD-3-Clause */
#include "lib/zones.h"

#include <string.h>

#include "lib/assert.h"
#include "lib/view.h"

_Static_assert(SL_ZONES_MAX <= 256, "an index is a byte");

static void clear_witnesses(struct sl_zone *zone)
{
    for (uint32_t i = 0; i < SL_ZONE_WITNESSES; i++)
        zone->witnesses[i] = SL_SLOT_NONE;
}

/* SL_ZONE_WITNESSES: it is none. */
static uint32_t place_of(const struct sl_zone *zone, uint32_t slot)
{
    uint32_t i = 0;
    while (i < SL_ZONE_WITNESSES && zone->witnesses[i] != slot)
        i++;
    return i;
}

void sl_zones_create(struct sl_zones *zones, struct sl_arena *arena, uint32_t max_members)
{
    zones->of_slot = sl_arena_take(arena, max_members, sizeof(zones->of_slot[0]));
    zones->count = 1;
    for (uint32_t i = 0; i < SL_ZONES_MAX; i++)
        clear_witnesses(&zones->all[i]);
}

void sl_zones_adopt(struct sl_zones *zones, const struct sl_zones *from)
{
    memcpy(zones->all, from->all, sizeof(zones->all));
    zones->count = from->count;
}

uint32_t sl_zones_find(const struct sl_zones *zones, uint64_t id)
{
    for (uint32_t i = 1; i < zones->count; i++) {
        if (zones->all[i].id == id)
            return i;
    }
    return SL_ZONE_NONE;
}

uint32_t sl_zones_enter(struct sl_zones *zones, uint64_t id)
{
    uint32_t known = sl_zones_find(zones, id);
    if (id == 0 || known != SL_ZONE_NONE)
        return known;
    /* Once all are taken, a zone that nobody is in any more gives its place to the new one. */
    uint32_t i = zones->count;
    if (zones->count < SL_ZONES_MAX)
        zones->count++;
    else
        for (i = 1; i < SL_ZONES_MAX && zones->all[i].live_count > 0;)
            i++;
    if (i == SL_ZONES_MAX)
        return SL_ZONE_NONE;
    zones->all[i].id = id;
    clear_witnesses(&zones->all[i]);
    return i;
}

void sl_zones_put(struct sl_zones *zones, uint32_t slot, uint32_t zone)
{
    SL_ASSERT(zone < zones->count);
    if (zones->of_slot[slot] == zone)
        return;
    sl_zones_remove(zones, slot);
    if (zone == SL_ZONE_NONE)
        return;
    struct sl_zone *z = &zones->all[zone];
    __atomic_store_n(&zones->of_slot[slot], (uint8_t)zone, __ATOMIC_RELAXED);
    z->live_count++;
    /* Nobody who has answered gives way to one who has not. */
    if (place_of(z, SL_SLOT_NONE) != SL_ZONE_WITNESSES)
        z->witnesses[place_of(z, SL_SLOT_NONE)] = slot;
}

void sl_zones_answered(struct sl_zones *zones, uint32_t slot)
{
    uint32_t zone = zones->of_slot[slot];
    if (zone == SL_ZONE_NONE)
        return;
    struct sl_zone *z = &zones->all[zone];
    uint32_t *next = &z->witnesses[z->next_witness++ % SL_ZONE_WITNESSES];
    uint32_t place = place_of(z, slot);
    if (place != SL_ZONE_WITNESSES)
        z->witnesses[place] = *next;
    *next = slot;
}

void sl_zones_remove(struct sl_zones *zones, uint32_t slot)
{
    uint32_t zone = zones->of_slot[slot];
    if (zone == SL_ZONE_NONE)
        return;
    struct sl_zone *z = &zones->all[zone];
    __atomic_store_n(&zones->of_slot[slot], (uint8_t)SL_ZONE_NONE, __ATOMIC_RELAXED);
    SL_ASSERT(z->live_count > 0);
    z->live_count--;
    uint32_t place = place_of(z, slot);
    if (place != SL_ZONE_WITNESSES)
        z->witnesses[place] = SL_SLOT_NONE;
}
