/* SPDX-License-Identifier: BSD-3-Clause */
/* What any thread reads of a view: no lock, nothing written. */
#include "lib/view_private.h"

void sl_view_prefetch_head(const struct sl_view *view)
{
    __builtin_prefetch(&view->table);
    __builtin_prefetch(&view->table.tombstones);
    __builtin_prefetch(&view->summary);
}

void sl_view_prefetch_member(const struct sl_view *view, uint64_t id)
{
    const struct sl_table *table = &view->table;
    const struct sl_cell *now = __atomic_load_n(&table->now, __ATOMIC_RELAXED);
    sl_table_prefetch(table, id);
    __builtin_prefetch(&table->slots[now + sl_table_home(table, id) - table->cells]);
}

void sl_view_prefetch_slot(const struct sl_view *view, uint32_t slot)
{
    __builtin_prefetch(&view->table.place[slot]);
    if (view->cold != NULL)
        __builtin_prefetch(&view->cold[slot]);
}

void sl_view_prefetch_cold(const struct sl_view *view, uint32_t slot)
{
    if (view->cold != NULL)
        __builtin_prefetch(sl_view_cold(view, slot));
}

uint32_t sl_view_find(const struct sl_view *view, uint64_t id, uint64_t *word)
{
    const struct sl_cell *cell = sl_table_find(&view->table, id);
    uint64_t held = cell == NULL ? 0 : __atomic_load_n(&cell->word, __ATOMIC_ACQUIRE);
    if (word != NULL)
        *word = held;
    return held == 0 ? SL_SLOT_NONE : sl_table_slot(&view->table, cell);
}

const struct sl_cold *sl_view_cold(const struct sl_view *view, uint32_t slot)
{
    if (slot >= view->config.max_members)
        return NULL;
    if (view->config.shared_cold != NULL) {
        uint64_t id = sl_view_slot_id(view, slot);
        return id == 0 ? NULL : view->config.shared_cold(view->config.shared_cold_host, id);
    }
    uint32_t reference = __atomic_load_n(&view->cold[slot], __ATOMIC_ACQUIRE);
    return reference == 0 ? NULL : sl_cold_at(&view->pool, reference);
}

bool sl_view_is_proven(const struct sl_view *view, uint32_t slot)
{
    uint64_t bits = __atomic_load_n(&view->proven[slot / 64], __ATOMIC_RELAXED);
    return (bits >> slot % 64 & 1) != 0;
}

bool sl_view_is_removed(const struct sl_view *view, uint32_t slot)
{
    uint64_t bits = __atomic_load_n(&view->removed[slot / 64], __ATOMIC_RELAXED);
    return (bits >> slot % 64 & 1) != 0;
}

const struct sl_view_summary *sl_view_summary(const struct sl_view *view)
{
    return &view->summary;
}

bool sl_view_slot_is_of(const struct sl_view *view, uint32_t slot, uint64_t id, uint64_t *word)
{
    const struct sl_cell *cell = sl_table_cell(&view->table, slot);
    if (cell == NULL || cell->id != id)
        return false;
    *word = cell->word;
    return *word != 0;
}

uint64_t sl_view_slot_word(const struct sl_view *view, uint32_t slot)
{
    const struct sl_cell *cell = sl_table_cell(&view->table, slot);
    return cell == NULL ? 0 : __atomic_load_n(&cell->word, __ATOMIC_ACQUIRE);
}

uint64_t sl_view_slot_id(const struct sl_view *view, uint32_t slot)
{
    const struct sl_cell *cell = sl_table_cell(&view->table, slot);
    return cell == NULL ? 0 : __atomic_load_n(&cell->id, __ATOMIC_ACQUIRE);
}
