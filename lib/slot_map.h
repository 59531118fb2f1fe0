/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* From a member's slot to an entry of a small pool (rumours, suspicions): chained hashing, all
   memory from the arena, entries linked by index. One thread. */
#include <stdint.h>

#include "lib/arena.h"

#ifdef __cplusplus
extern "C" {
#endif

#define SL_ENTRY_NONE UINT32_MAX

struct sl_slot_map {
    uint32_t *heads; /* first entry of each chain */
    uint32_t *nexts; /* per entry: next of its chain; of free entries: next free */
    uint32_t *slots; /* per entry: the slot that it is for */
    uint32_t head_mask;
    uint32_t capacity;
    uint32_t count;
    uint32_t free_head;
};

void sl_slot_map_create(struct sl_slot_map *map, struct sl_arena *arena, uint32_t capacity);

/* The entry of a slot, or SL_ENTRY_NONE. */
uint32_t sl_slot_map_find(const struct sl_slot_map *map, uint32_t slot);

/* A new entry for a slot that has none; SL_ENTRY_NONE if all are taken. */
uint32_t sl_slot_map_add(struct sl_slot_map *map, uint32_t slot);

void sl_slot_map_remove(struct sl_slot_map *map, uint32_t entry);

#ifdef __cplusplus
}
#endif
