/* SPDX-License-Identifier: BSD-3-Clause */
#include "lib/rumours.h"

#include "lib/assert.h"

_Static_assert(SL_SENDS_MAX == 64, "a bit of used_lists each");

static const struct sl_rumour_list empty_list = {SL_ENTRY_NONE, SL_ENTRY_NONE};

void sl_rumours_create(struct sl_rumours *r, struct sl_arena *arena, uint32_t capacity)
{
    sl_slot_map_create(&r->map, arena, capacity);
    r->all = sl_arena_take(arena, capacity, sizeof(r->all[0]));
    r->version = 0;
    r->pushed_count = 0;
    r->told = empty_list;
    for (int c = 0; c < SL_CLASS_COUNT; c++) {
        r->used_lists[c] = 0;
        for (int s = 0; s < SL_SENDS_MAX; s++)
            r->lists[c][s] = empty_list;
    }
}

/* The list that a rumour is in. */
static struct sl_rumour_list *list_of(struct sl_rumours *r, const struct sl_rumour *rumour)
{
    return rumour->pushed ? &r->lists[rumour->traffic][rumour->sends] : &r->told;
}

/* Puts it in front of its list. */
static void prepend(struct sl_rumours *r, uint32_t entry)
{
    struct sl_rumour *rumour = &r->all[entry];
    struct sl_rumour_list *list = list_of(r, rumour);
    rumour->previous = SL_ENTRY_NONE;
    rumour->next = list->head;
    *(list->head == SL_ENTRY_NONE ? &list->tail : &r->all[list->head].previous) = entry;
    list->head = entry;
    r->pushed_count += rumour->pushed;
    r->used_lists[rumour->traffic] |= (uint64_t)rumour->pushed << rumour->sends;
}

static void unlink_entry(struct sl_rumours *r, uint32_t entry)
{
    struct sl_rumour *rumour = &r->all[entry];
    struct sl_rumour_list *list = list_of(r, rumour);
    uint32_t previous = rumour->previous, next = rumour->next;
    *(previous == SL_ENTRY_NONE ? &list->head : &r->all[previous].next) = next;
    *(next == SL_ENTRY_NONE ? &list->tail : &r->all[next].previous) = previous;
    r->pushed_count -= rumour->pushed;
    if (rumour->pushed && list->head == SL_ENTRY_NONE)
        r->used_lists[rumour->traffic] &= ~(1ull << rumour->sends);
}

static void remove_entry(struct sl_rumours *r, uint32_t entry)
{
    unlink_entry(r, entry);
    sl_slot_map_remove(&r->map, entry);
    r->version++;
}

/* The most sent rumour of the least urgent class, if that is less urgent than `traffic`. */
static uint32_t find_lesser(const struct sl_rumours *r, enum sl_class traffic)
{
    for (int c = SL_CLASS_COUNT - 1; c > (int)traffic; c--) {
        if (r->used_lists[c] != 0)
            return r->lists[c][63 - __builtin_clzll(r->used_lists[c])].tail;
    }
    return SL_ENTRY_NONE;
}

static uint32_t make_room(struct sl_rumours *r, uint32_t slot, enum sl_class traffic)
{
    if (r->map.count == r->map.capacity) {
        uint32_t least = r->told.tail != SL_ENTRY_NONE ? r->told.tail : find_lesser(r, traffic);
        if (least == SL_ENTRY_NONE)
            return SL_ENTRY_NONE;
        remove_entry(r, least);
    }
    return sl_slot_map_add(&r->map, slot);
}

bool sl_rumours_add(struct sl_rumours *r, uint32_t slot, uint8_t record_type, enum sl_class traffic,
                    uint64_t accuser_id, uint32_t sends)
{
    SL_ASSERT(sends < SL_SENDS_MAX);
    uint32_t entry = sl_slot_map_find(&r->map, slot);
    if (entry != SL_ENTRY_NONE)
        unlink_entry(r, entry);
    else
        entry = make_room(r, slot, traffic);
    if (entry == SL_ENTRY_NONE)
        return false;
    struct sl_rumour *rumour = &r->all[entry];
    rumour->accuser_id = accuser_id;
    rumour->record_type = record_type;
    rumour->traffic = (uint8_t)traffic;
    rumour->sends = (uint8_t)sends;
    rumour->pushed = true;
    prepend(r, entry);
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
    uint64_t used = sends < SL_SENDS_MAX ? r->used_lists[traffic] >> sends : 0;
    return used == 0 ? SL_ENTRY_NONE
                     : r->lists[traffic][sends + (uint32_t)__builtin_ctzll(used)].head;
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

uint32_t sl_rumours_walk_told(const struct sl_rumours *r, uint32_t entry)
{
    return entry == SL_ENTRY_NONE ? r->told.head : r->all[entry].next;
}

static void only_tell(struct sl_rumours *r, uint32_t entry, uint64_t told_until_ns)
{
    unlink_entry(r, entry);
    r->all[entry].pushed = false;
    r->all[entry].told_until_ns = told_until_ns;
    prepend(r, entry);
    r->version++;
}

void sl_rumours_charge(struct sl_rumours *r, uint32_t entry, uint32_t sends, uint32_t limit,
                       uint64_t told_until_ns)
{
    struct sl_rumour *rumour = &r->all[entry];
    uint32_t total = rumour->sends + sends;
    SL_ASSERT(rumour->pushed);
    if (total >= limit || total >= SL_SENDS_MAX) {
        only_tell(r, entry, told_until_ns);
        return;
    }
    unlink_entry(r, entry);
    rumour->sends = (uint8_t)total;
    prepend(r, entry);
}

void sl_rumours_only_tell(struct sl_rumours *r, uint32_t slot, uint64_t told_until_ns)
{
    uint32_t entry = sl_slot_map_find(&r->map, slot);
    if (entry != SL_ENTRY_NONE && r->all[entry].pushed)
        only_tell(r, entry, told_until_ns);
}

void sl_rumours_expire(struct sl_rumours *r, uint64_t now_ns, uint32_t most)
{
    while (most-- > 0 && r->told.tail != SL_ENTRY_NONE &&
           r->all[r->told.tail].told_until_ns <= now_ns)
        remove_entry(r, r->told.tail);
}
