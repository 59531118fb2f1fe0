/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <string.h>

#include "lib/assert.h"
#include "lib/view_private.h"

/* Records given back, should the pool be dry, for the sake of one new one. A frame brings about
   twenty: more would not fit a step. */
#define GIVEN_IN_NEED 4

_Static_assert(offsetof(struct sl_view, table) == 0, "sl_view_word() relies on it");

/* ---- set-up ---- */

struct sl_view *sl_view_create(struct sl_arena *arena, const struct sl_view_config *config)
{
    SL_ASSERT(config->retire != NULL);
    struct sl_table table;
    struct sl_hash_tree tree;
    struct sl_cold_pool pool;
    memset(&pool, 0, sizeof(pool));
    struct sl_view *view = sl_arena_take(arena, 1, sizeof(*view));
    uint32_t *cold = NULL;
    uint64_t *proven = NULL, *removed = NULL;
    bool whole = view != NULL;
    struct sl_arena *arrays = config->array_arena != NULL ? config->array_arena : arena;
    whole &= sl_table_create(&table, arrays, config->max_members, config->load_percent,
                             config->compacting);
    whole &= sl_hash_tree_create(&tree, arrays, config->max_members);
    proven = sl_arena_take(arrays, (config->max_members + 63) / 64, sizeof(*proven));
    removed = sl_arena_take(arrays, (config->max_members + 63) / 64, sizeof(*removed));
    whole &= proven != NULL && removed != NULL;
    if (config->shared_cold == NULL) {
        cold = sl_arena_take(arrays, config->max_members, sizeof(*cold));
        whole &= cold != NULL;
        whole &=
            sl_cold_pool_create(&pool, arrays, config->max_members, config->cold_bytes_per_member);
    }
    if (!whole)
        return NULL;
    view->table = table;
    view->cold = cold;
    view->proven = proven;
    view->removed = removed;
    view->pool = pool;
    view->tree = tree;
    view->config = *config;
    view->retired.table = &view->table;
    view->retired.pool = &view->pool;
    view->retired.retire = config->retire;
    view->retired.retire_host = config->retire_host;
    return view;
}

void sl_view_adopt(struct sl_view *view, const struct sl_view *from)
{
    SL_ASSERT(view->cold == NULL && from->cold == NULL);
    SL_ASSERT(view->config.max_members == from->config.max_members);
    sl_table_adopt(&view->table, &from->table);
    view->used_slots = from->used_slots;
    view->summary.view_hash = from->summary.view_hash;
    view->summary.live_count = from->summary.live_count;
    view->summary.member_count = from->summary.member_count;
    memcpy(view->summary.count_by_status, from->summary.count_by_status,
           sizeof(view->summary.count_by_status));
}

/* ---- upkeep ---- */

bool sl_view_maintain(struct sl_view *view, uint32_t max_records, uint32_t max_cells)
{
    bool was_retired = view->table.phase == SL_TABLE_RETIRED;
    sl_retired_turn(&view->retired);
    (void)sl_retired_give(&view->retired, max_records);
    bool more = sl_table_work(&view->table, max_cells);
    if (!was_retired && view->table.phase == SL_TABLE_RETIRED) {
        sl_retired_table(&view->retired);
        sl_retired_turn(&view->retired);
    }
    return more || view->table.phase == SL_TABLE_CLEARING || sl_retired_has_idle(&view->retired);
}

struct sl_view_upkeep sl_view_upkeep_done(const struct sl_view *view)
{
    return (struct sl_view_upkeep){view->table.worked, view->retired.given_count};
}

/* ---- the writer ---- */

/* What a change of one member means to the hashes and the live count. */
static void account(struct sl_view *view, uint64_t id, uint64_t hash_change, uint32_t live_change)
{
    struct sl_view_summary *s = &view->summary;
    __atomic_store_n(&s->view_hash, s->view_hash + hash_change, __ATOMIC_RELAXED);
    sl_hash_tree_add(&view->tree, id, hash_change);
    __atomic_store_n(&s->live_count, s->live_count + live_change, __ATOMIC_RELAXED);
}

/* word 0: not known. */
static void account_status(struct sl_view *view, uint64_t word, uint32_t change)
{
    uint32_t *count = &view->summary.count_by_status[sl_word_status(word)];
    if (word != 0)
        __atomic_store_n(count, *count + change, __ATOMIC_RELAXED);
}

static void account_change(struct sl_view *view, uint64_t id, uint64_t before, uint64_t after)
{
    account_status(view, before, UINT32_MAX);
    account_status(view, after, 1);
    bool was_live = sl_word_is_live(before), is_live = sl_word_is_live(after);
    if (was_live && is_live) {
        uint64_t from = sl_word_incarnation(before), to = sl_word_incarnation(after);
        if (from != to)
            account(view, id, sl_item_hash_change(&view->config.cluster, id, from, to), 0);
    } else if (is_live) {
        account(view, id, sl_view_item_hash(view, id, after), 1);
    } else if (was_live) {
        account(view, id, 0 - sl_view_item_hash(view, id, before), UINT32_MAX);
    }
}

static bool slot_take(struct sl_view *view, uint32_t *slot)
{
    if (sl_retired_take_slot(&view->retired, slot))
        return true;
    sl_retired_turn(&view->retired);
    if (sl_retired_take_slot(&view->retired, slot))
        return true;
    if (view->used_slots == view->config.max_members)
        return false;
    *slot = view->used_slots++;
    return true;
}

/* A record not yet published; 0 if there is no room. */
static uint32_t cold_make(struct sl_view *view, uint64_t id, const struct sl_identity *identity)
{
    size_t bytes = sl_cold_bytes(identity);
    uint32_t reference = sl_cold_pool_take(&view->pool, bytes);
    if (reference == 0)
        sl_retired_turn(&view->retired);
    /* One as large as this is most often the first to be given. */
    for (uint32_t i = 0; i < GIVEN_IN_NEED && reference == 0; i++) {
        if (sl_retired_give(&view->retired, 1) == 0)
            break;
        reference = sl_cold_pool_take(&view->pool, bytes);
    }
    if (reference != 0)
        sl_cold_write(sl_cold_at(&view->pool, reference), id, identity);
    return reference;
}

int sl_view_add(struct sl_view *view, uint64_t id, uint64_t word,
                const struct sl_identity *identity, uint32_t *slot)
{
    SL_ASSERT(id != 0 && word != 0 && sl_view_word(view, id) == 0);
    if (view->summary.member_count == view->config.max_members)
        return -ENOSPC;
    uint32_t cell = sl_table_claim(&view->table, id);
    if (cell == SL_CELL_NONE)
        return -EXFULL;
    if (!slot_take(view, slot))
        return -ENOBUFS;
    if (view->cold != NULL) {
        uint32_t reference = cold_make(view, id, identity);
        if (reference == 0) {
            sl_retired_return_slot(&view->retired, *slot);
            return -ENOBUFS;
        }
        __atomic_store_n(&view->cold[*slot], reference, __ATOMIC_RELEASE);
    }
    sl_table_put(&view->table, cell, id, word, *slot);
    account_change(view, id, 0, word);
    __atomic_store_n(&view->summary.member_count, view->summary.member_count + 1, __ATOMIC_RELAXED);
    return 0;
}

/* Of one bit per slot. */
static void set_bit(uint64_t *bits, uint32_t slot, bool is_set)
{
    uint64_t *word = &bits[slot / 64], bit = 1ull << slot % 64;
    __atomic_store_n(word, is_set ? *word | bit : *word & ~bit, __ATOMIC_RELAXED);
}

static bool is_removed(const struct sl_view *view, uint32_t slot, uint64_t word)
{
    return sl_word_status(word) == SL_LEFT && sl_view_is_removed(view, slot);
}

static void count_removed(struct sl_view *view, bool before, bool after)
{
    uint32_t *count = &view->summary.removed_count;
    if (before != after)
        __atomic_store_n(count, *count + (after ? 1u : UINT32_MAX), __ATOMIC_RELAXED);
}

void sl_view_remove(struct sl_view *view, uint32_t slot, uint64_t word)
{
    uint64_t held = sl_view_slot_word(view, slot);
    SL_ASSERT(held != 0 && word >= held && sl_word_status(word) == SL_LEFT);
    count_removed(view, is_removed(view, slot, held), true);
    set_bit(view->removed, slot, true);
    if (word > held) {
        sl_table_set(&view->table, slot, word);
        account_change(view, sl_view_slot_id(view, slot), held, word);
    }
}

void sl_view_raise(struct sl_view *view, uint32_t slot, uint64_t word)
{
    uint64_t held = sl_view_slot_word(view, slot);
    SL_ASSERT(held != 0 && word > held);
    uint64_t id = sl_view_slot_id(view, slot);
    count_removed(view, is_removed(view, slot, held), false);
    if (sl_word_status(word) == SL_LEFT)
        set_bit(view->removed, slot, false);
    sl_table_set(&view->table, slot, word);
    account_change(view, id, held, word);
}

uint32_t sl_view_cold_bytes(const struct sl_view *view, uint32_t slot)
{
    if (view->cold == NULL)
        return 0;
    struct sl_identity identity = sl_cold_identity(sl_view_cold(view, slot));
    return (uint32_t)sl_cold_bytes(&identity);
}

bool sl_view_awaits_room(const struct sl_view *view)
{
    return sl_retired_is_awaited(&view->retired);
}

void sl_view_prove(struct sl_view *view, uint32_t slot)
{
    SL_ASSERT(sl_view_slot_word(view, slot) != 0);
    if (!sl_view_is_proven(view, slot)) /* mostly it is: the line stays shared */
        set_bit(view->proven, slot, true);
}

static bool has_moved(const struct sl_cold *held, const struct sl_identity *identity)
{
    struct sl_identity before = sl_cold_identity(held);
    return !sl_endpoint_equal(&before.v4, &identity->v4) ||
           !sl_endpoint_equal(&before.v6, &identity->v6);
}

int sl_view_describe(struct sl_view *view, uint32_t slot, const struct sl_identity *identity)
{
    if (view->cold == NULL)
        return 0;
    const struct sl_cold *held = sl_view_cold(view, slot);
    SL_ASSERT(held != NULL);
    if (sl_cold_equal(held, identity))
        return 0;
    uint32_t reference = cold_make(view, held->id, identity);
    if (reference == 0)
        return -ENOBUFS;
    uint32_t before = view->cold[slot];
    if (has_moved(held, identity))
        set_bit(view->proven, slot, false);
    __atomic_store_n(&view->cold[slot], reference, __ATOMIC_RELEASE);
    sl_retired_cold(&view->retired, before);
    return 0;
}

void sl_view_forget(struct sl_view *view, uint32_t slot)
{
    uint64_t word = sl_view_slot_word(view, slot);
    SL_ASSERT(word != 0);
    account_change(view, sl_view_slot_id(view, slot), word, 0);
    set_bit(view->proven, slot, false);
    count_removed(view, is_removed(view, slot, word), false);
    set_bit(view->removed, slot, false);
    sl_table_erase(&view->table, slot);
    sl_retired_slot(&view->retired, slot);
    if (view->cold != NULL) {
        uint32_t reference = view->cold[slot];
        __atomic_store_n(&view->cold[slot], 0, __ATOMIC_RELEASE);
        sl_retired_cold(&view->retired, reference);
    }
    __atomic_store_n(&view->summary.member_count, view->summary.member_count - 1, __ATOMIC_RELAXED);
}

struct sl_view_summary *sl_view_summary_mutable(struct sl_view *view)
{
    return &view->summary;
}
