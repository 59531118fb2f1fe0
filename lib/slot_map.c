/* SPDX-License-Identifier: BSD-3-Clause */
#include "lib/slot_map.h"

#include "lib/assert.h"

void sl_slot_map_create(struct sl_slot_map *map, struct sl_arena *arena, uint32_t capacity)
{
    uint32_t head_count = 1;
    while (head_count < capacity)
        head_count *= 2;
    map->heads = sl_arena_take(arena, head_count, sizeof(map->heads[0]));
    map->nexts = sl_arena_take(arena, capacity, sizeof(map->nexts[0]));
    map->slots = sl_arena_take(arena, capacity, sizeof(map->slots[0]));
    map->head_mask = head_count - 1;
    map->capacity = capacity;
    map->count = 0;
    map->free_head = 0;
    if (map->slots == NULL || map->nexts == NULL || map->heads == NULL)
        return;
    for (uint32_t i = 0; i < head_count; i++)
        map->heads[i] = SL_ENTRY_NONE;
    for (uint32_t i = 0; i < capacity; i++)
        map->nexts[i] = i + 1 < capacity ? i + 1 : SL_ENTRY_NONE;
}

/* Slots are dense numbers: their low bits spread well as they are. */
static uint32_t *chain(const struct sl_slot_map *map, uint32_t slot)
{
    return &map->heads[slot & map->head_mask];
}

uint32_t sl_slot_map_find(const struct sl_slot_map *map, uint32_t slot)
{
    uint32_t entry = map->count == 0 ? SL_ENTRY_NONE : *chain(map, slot);
    while (entry != SL_ENTRY_NONE && map->slots[entry] != slot)
        entry = map->nexts[entry];
    return entry;
}

uint32_t sl_slot_map_add(struct sl_slot_map *map, uint32_t slot)
{
    uint32_t entry = map->free_head;
    if (entry == SL_ENTRY_NONE)
        return SL_ENTRY_NONE;
    map->free_head = map->nexts[entry];
    map->slots[entry] = slot;
    map->nexts[entry] = *chain(map, slot);
    *chain(map, slot) = entry;
    map->count++;
    return entry;
}

void sl_slot_map_remove(struct sl_slot_map *map, uint32_t entry)
{
    uint32_t *link = chain(map, map->slots[entry]);
    while (*link != entry) {
        SL_ASSERT(*link != SL_ENTRY_NONE);
        link = &map->nexts[*link];
    }
    *link = map->nexts[entry];
    map->nexts[entry] = map->free_head;
    map->free_head = entry;
    map->count--;
}
