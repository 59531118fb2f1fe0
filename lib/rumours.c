/* SPDX-License-Identifier: BSD-3-Clause */
#include "lib/rumours.h"

#include "lib/assert.h"

void sl_rumours_create(struct sl_rumours *r, struct sl_arena *arena, uint32_t capacity)
{
    sl_slot_map_create(&r->map, arena, capacity);
    r->all = sl_arena_take(arena, capacity, sizeof(r->all[0]));
    r->version = 0;
    for (int c = 0; c < SL_CLASS_COUNT; c++) {
        for (int s = 0; s < SL_SENDS_MAX; s++)
            r->lists[c][s] = (struct sl_rumour_list){SL_ENTRY_NONE, SL_ENTRY_NONE};
    }
}

static void append(struct sl_rumours *r, uint32_t entry)
{
    struct sl_rumour *rumour = &r->all[entry];
    struct sl_rumour_list *list = &r->lists[rumour->traffic][rumour->sends];
    rumour->previous = list->tail;
    rumour->next = SL_ENTRY_NONE;
    if (list->tail == SL_ENTRY_NONE)
        list->head = entry;
    else
        r->all[list->tail].next = entry;
    list->tail = entry;
    rumour->listed = true;
}

static void unlink_entry(struct sl_rumours *r, uint32_t entry)
{
    struct sl_rumour *rumour = &r->all[entry];
    struct sl_rumour_list *list = &r->lists[rumour->traffic][rumour->sends];
    SL_ASSERT(rumour->listed);
    if (rumour->previous == SL_ENTRY_NONE)
        list->head = rumour->next;
    else
        r->all[rumour->previous].next = rumour->next;
    if (rumour->next == SL_ENTRY_NONE)
        list->tail = rumour->previous;
    else
        r->all[rumour->next].previous = rumour->previous;
    rumour->listed = false;
}

static void remove_entry(struct sl_rumours *r, uint32_t entry)
{
    unlink_entry(r, entry);
    sl_slot_map_remove(&r->map, entry);
    r->version++;
}

bool sl_rumours_add(struct sl_rumours *r, uint32_t slot, uint8_t record_type, enum sl_class traffic,
                    uint64_t accuser_id)
{
    uint32_t entry = sl_slot_map_find(&r->map, slot);
    if (entry != SL_ENTRY_NONE)
        unlink_entry(r, entry);
    else
        entry = sl_slot_map_add(&r->map, slot);
    if (entry == SL_ENTRY_NONE)
        return false;
    struct sl_rumour *rumour = &r->all[entry];
    rumour->accuser_id = accuser_id;
    rumour->record_type = record_type;
    rumour->traffic = (uint8_t)traffic;
    rumour->sends = 0;
    append(r, entry);
    r->version++;
    return true;
}

void sl_rumours_remove(struct sl_rumours *r, uint32_t slot)
{
    uint32_t entry = sl_slot_map_find(&r->map, slot);
    if (entry != SL_ENTRY_NONE)
        remove_entry(r, entry);
}

static uint32_t first_from(const struct sl_rumours *r, enum sl_class traffic, uint32_t sends)
{
    for (; sends < SL_SENDS_MAX; sends++) {
        if (r->lists[traffic][sends].head != SL_ENTRY_NONE)
            return r->lists[traffic][sends].head;
    }
    return SL_ENTRY_NONE;
}

uint32_t sl_rumours_walk(const struct sl_rumours *r, enum sl_class traffic, uint32_t entry)
{
    if (entry == SL_ENTRY_NONE)
        return first_from(r, traffic, 0);
    const struct sl_rumour *rumour = &r->all[entry];
    if (rumour->next != SL_ENTRY_NONE)
        return rumour->next;
    return first_from(r, traffic, rumour->sends + 1u);
}

void sl_rumours_charge(struct sl_rumours *r, uint32_t entry, uint32_t sends, uint32_t limit)
{
    struct sl_rumour *rumour = &r->all[entry];
    uint32_t total = rumour->sends + sends;
    if (total >= limit || total >= SL_SENDS_MAX) {
        remove_entry(r, entry);
        return;
    }
    unlink_entry(r, entry);
    rumour->sends = (uint8_t)total;
    append(r, entry);
}
