/* SPDX-License-Identifier: BSD-3-Clause */
#include "lib/table.h"

#include <string.h>

#include "lib/assert.h"

_Static_assert(SL_LINE_CELLS == 4, "sl_table_word() looks at four");

/* Tombstones above this share of the cells start a compaction. */
#define TOMBSTONE_SHARE   8
#define TOMBSTONE_PERCENT 13

/* In linear probing the chance of a displacement past k falls as exp(-k * (1 - load)^2 / 2) or
   faster. This bound is 64 halves of that exponent; members are added up to half of it, which
   leaves the other half to their moving. */
static uint32_t probe_limit(uint32_t load_percent)
{
    uint32_t full = load_percent + TOMBSTONE_PERCENT;
    uint32_t free_percent = full < 95 ? 100 - full : 5;
    return SL_CELL_PROBE_MAX * 10000 / (free_percent * free_percent);
}

bool sl_table_create(struct sl_table *table, struct sl_arena *arena, uint32_t max_members,
                     uint32_t load_percent, bool compacting)
{
    SL_ASSERT(load_percent >= SL_LOAD_PERCENT_MIN && load_percent <= 95);
    SL_ASSERT(max_members >= 1 && max_members <= SL_MEMBERS_MAX);
    memset(table, 0, sizeof(*table));
    uint64_t homes = ((uint64_t)max_members * 100 + load_percent - 1) / load_percent;
    table->line_count = (homes + SL_LINE_CELLS - 1) / SL_LINE_CELLS;
    table->cell_count = (uint32_t)(table->line_count * SL_LINE_CELLS) + SL_CELL_PROBE_MAX;
    table->probe_limit = probe_limit(load_percent);
    table->compacting = compacting;

    size_t cells = (size_t)table->cell_count * (compacting ? 2 : 1);
    table->cells = sl_arena_take(arena, cells, sizeof(*table->cells));
    table->slots = sl_arena_take(arena, cells, sizeof(*table->slots));
    table->place = sl_arena_take(arena, max_members, sizeof(*table->place));
    table->now = table->cells;
    bool whole = table->cells != NULL && table->slots != NULL && table->place != NULL;
    for (uint32_t t = 0; t < (compacting ? 2 : 1); t++)
        whole &= sl_blocks_create(&table->blocks[t], arena, table->cell_count);
    return whole;
}

void sl_table_adopt(struct sl_table *table, const struct sl_table *from)
{
    SL_ASSERT(table->cell_count == from->cell_count && from->now == from->cells);
    SL_ASSERT(from->phase == SL_TABLE_SETTLED && table->phase == SL_TABLE_SETTLED);
    table->tombstones = from->tombstones;
}

static uint32_t index_of(const struct sl_table *table, const struct sl_cell *cells)
{
    return cells == table->cells ? 0 : 1;
}

static uint64_t cell_id(const struct sl_cell *cell)
{
    return __atomic_load_n(&cell->id, __ATOMIC_ACQUIRE);
}

static uint64_t cell_word(const struct sl_cell *cell)
{
    return __atomic_load_n(&cell->word, __ATOMIC_ACQUIRE);
}

/* The cell of id in one of the two tables, NULL if it has none. */
static const struct sl_cell *seek(const struct sl_table *table, const struct sl_cell *cells,
                                  uint64_t id)
{
    const struct sl_cell *cell = cells + sl_table_home(table, id);
    for (uint32_t left = table->probe_limit; left > 0; left--, cell++) {
        uint64_t held = cell_id(cell);
        if (held == 0)
            return NULL;
        if (held == id)
            return cell;
    }
    return NULL;
}

/* now is loaded before old: whoever sees the new table sees the old one beside it, or a finished
   copy. Both are loaded before the search: a copy that ends during it has not taken `old` away. */
const struct sl_cell *sl_table_find(const struct sl_table *table, uint64_t id)
{
    const struct sl_cell *now = __atomic_load_n(&table->now, __ATOMIC_ACQUIRE);
    const struct sl_cell *old = __atomic_load_n(&table->old, __ATOMIC_ACQUIRE);
    const struct sl_cell *cell = seek(table, now, id);
    return cell == NULL && old != NULL ? seek(table, old, id) : cell;
}

uint64_t sl_table_word_found(const struct sl_table *table, uint64_t id)
{
    const struct sl_cell *cell = sl_table_find(table, id);
    return cell == NULL ? 0 : cell_word(cell);
}

/* No member is further behind its home. */
static uint64_t search_end(const struct sl_table *table, uint64_t last_id)
{
    uint64_t end = sl_table_home(table, last_id) + table->probe_limit;
    return end < table->cell_count ? end : table->cell_count;
}

/* From this cell on, itself included, the next that a known member may be in. */
static uint64_t seek_inhabited(const struct sl_blocks *blocks, uint64_t at)
{
    return at % SL_BLOCK_CELLS == 0 ? sl_blocks_pass_over(blocks, at) : at;
}

/* The least known id of one table: a run of taken cells holds ids in the order of their arrival, so
   the search is over at the first empty cell behind a hit. */
static const struct sl_cell *least(const struct sl_table *table, const struct sl_cell *cells,
                                   uint64_t first_id, uint64_t last_id)
{
    const struct sl_cell *best = NULL;
    uint64_t best_id = last_id;
    uint64_t last_home = sl_table_home(table, last_id), end = search_end(table, last_id);
    const struct sl_blocks *blocks = &table->blocks[index_of(table, cells)];
    for (uint64_t at = sl_blocks_pass_over(blocks, sl_table_home(table, first_id)); at < end;
         at = seek_inhabited(blocks, at + 1)) {
        uint64_t id = cell_id(&cells[at]);
        if (id == 0 && (best != NULL || at >= last_home))
            break;
        if (id < first_id || id > best_id || id == 0 || cell_word(&cells[at]) == 0)
            continue;
        best = &cells[at];
        best_id = id;
    }
    return best;
}

const struct sl_cell *sl_table_successor(const struct sl_table *table, uint64_t first_id,
                                         uint64_t last_id, uint64_t *word)
{
    const struct sl_cell *now = __atomic_load_n(&table->now, __ATOMIC_ACQUIRE);
    const struct sl_cell *old = __atomic_load_n(&table->old, __ATOMIC_ACQUIRE);
    while (first_id <= last_id) {
        const struct sl_cell *cell = least(table, now, first_id, last_id);
        const struct sl_cell *behind = old == NULL ? NULL : least(table, old, first_id, last_id);
        if (behind != NULL && (cell == NULL || cell_id(behind) < cell_id(cell)))
            cell = behind;
        if (cell == NULL)
            return NULL;
        /* Asked anew: it may have been moved meanwhile, and its word in the old table is the older
         * one. */
        uint64_t id = cell_id(cell);
        cell = sl_table_find(table, id);
        *word = cell == NULL ? 0 : cell_word(cell);
        if (*word != 0)
            return cell;
        if (id == UINT64_MAX)
            return NULL;
        first_id = id + 1;
    }
    return NULL;
}

void sl_table_visit(const struct sl_table *table, uint64_t first_id, uint64_t last_id,
                    void (*visit)(void *context, uint64_t id, uint64_t word), void *context)
{
    const struct sl_cell *tables[2];
    tables[0] = __atomic_load_n(&table->now, __ATOMIC_ACQUIRE);
    tables[1] = __atomic_load_n(&table->old, __ATOMIC_ACQUIRE);
    uint64_t last_home = sl_table_home(table, last_id), end = search_end(table, last_id);

    for (uint32_t t = 0; t < 2 && tables[t] != NULL; t++) {
        const struct sl_blocks *blocks = &table->blocks[index_of(table, tables[t])];
        for (uint64_t at = sl_blocks_pass_over(blocks, sl_table_home(table, first_id)); at < end;
             at = seek_inhabited(blocks, at + 1)) {
            uint64_t id = cell_id(&tables[t][at]);
            if (id == 0 && at >= last_home)
                break;
            if (id < first_id || id > last_id || id == 0)
                continue;
            uint64_t word = cell_word(&tables[t][at]);
            if (word == 0)
                continue;
            /* A member counts where it lay when the copy began: that does not change while it is
             * moved. */
            if (tables[1] != NULL) {
                const struct sl_cell *other = seek(table, tables[1 - t], id);
                if (t == 0 && other != NULL && cell_word(other) != 0)
                    continue;
                if (t == 1 && other != NULL)
                    word = cell_word(other);
            }
            if (word != 0)
                visit(context, id, word);
        }
    }
}

static uint32_t claim(const struct sl_table *table, uint64_t id, uint32_t limit)
{
    const struct sl_cell *cell = table->now + sl_table_home(table, id);
    const struct sl_cell *last = table->now + table->cell_count - 1;
    for (uint32_t i = 0; i < limit && cell < last; i++, cell++)
        if (cell->id == id || cell->id == 0)
            return (uint32_t)(cell - table->cells);
    return SL_CELL_NONE;
}

uint32_t sl_table_claim(const struct sl_table *table, uint64_t id)
{
    /* Its own tombstone may lie anywhere up to the full limit: a second cell of the same id would
     * shadow it. */
    const struct sl_cell *tombstone = seek(table, table->now, id);
    return tombstone != NULL ? (uint32_t)(tombstone - table->cells)
                             : claim(table, id, table->probe_limit / 2);
}

static void set_inhabited(struct sl_table *table, uint32_t cell, bool inhabited)
{
    uint32_t t = cell < table->cell_count ? 0 : 1;
    sl_blocks_set(&table->blocks[t], cell - t * table->cell_count, inhabited);
}

/* Nobody is left in this cell's block? */
static bool is_deserted(const struct sl_table *table, const struct sl_cell *cell)
{
    const struct sl_cell *cells = table->cells;
    if (cell >= cells + table->cell_count)
        cells += table->cell_count;
    uint32_t at = (uint32_t)(cell - cells) / SL_BLOCK_CELLS * SL_BLOCK_CELLS;
    for (uint32_t i = 0; i < SL_BLOCK_CELLS && at + i < table->cell_count; i++) {
        if (cells[at + i].word != 0)
            return false;
    }
    return true;
}

void sl_table_put(struct sl_table *table, uint32_t cell, uint64_t id, uint64_t word, uint32_t slot)
{
    struct sl_cell *c = &table->cells[cell];
    SL_ASSERT(c->word == 0 && (c->id == 0 || c->id == id));
    table->tombstones -= c->id == id;
    set_inhabited(table, cell, true);
    __atomic_store_n(&table->slots[cell], slot, __ATOMIC_RELAXED);
    __atomic_store_n(&c->word, word, __ATOMIC_RELEASE);
    __atomic_store_n(&c->id, id, __ATOMIC_RELEASE);
    table->place[slot] = SL_PLACE_IN_USE | cell;
}

static bool is_in_old(const struct sl_table *table, const struct sl_cell *cell)
{
    return table->old != NULL && cell >= table->old && cell < table->old + table->cell_count;
}

/* Returns false if the new table has no room near the id's home: the member then stays where
 * readers find it too. */
static bool move(struct sl_table *table, const struct sl_cell *from, uint32_t slot, uint64_t word)
{
    uint32_t to = claim(table, from->id, table->probe_limit);
    if (to == SL_CELL_NONE)
        return false;
    sl_table_put(table, to, from->id, word, slot);
    return true;
}

void sl_table_set(struct sl_table *table, uint32_t slot, uint64_t word)
{
    struct sl_cell *cell = sl_table_cell(table, slot);
    SL_ASSERT(cell != NULL);
    if (!is_in_old(table, cell) || !move(table, cell, slot, word))
        __atomic_store_n(&cell->word, word, __ATOMIC_RELEASE);
}

void sl_table_erase(struct sl_table *table, uint32_t slot)
{
    struct sl_cell *cell = sl_table_cell(table, slot);
    SL_ASSERT(cell != NULL);
    table->tombstones += !is_in_old(table, cell);
    __atomic_store_n(&cell->word, 0, __ATOMIC_RELEASE);
    if (is_deserted(table, cell))
        set_inhabited(table, (uint32_t)(cell - table->cells), false);
}

/* The one that is not in use, or waits. */
static struct sl_cell *spare_of(const struct sl_table *table)
{
    return table->now == table->cells ? table->cells + table->cell_count : table->cells;
}

static void copy_begin(struct sl_table *table)
{
    struct sl_cell *old = table->now;
    struct sl_cell *now = spare_of(table);
    table->phase = SL_TABLE_COPYING;
    table->cursor = 0;
    table->tombstones = 0;
    __atomic_store_n(&table->old, old, __ATOMIC_RELEASE);
    __atomic_store_n(&table->now, now, __ATOMIC_RELEASE);
}

/* Copies until the end of the old table, the budget, or a member that finds no room: the copy is
   then taken up again in later calls and ends once that member is forgotten. */
static bool copy_some(struct sl_table *table, uint32_t max_cells)
{
    for (; table->cursor < table->cell_count; table->cursor++) {
        if (max_cells-- == 0)
            return true;
        table->worked++;
        const struct sl_cell *cell = &table->old[table->cursor];
        if (cell->id == 0 || cell->word == 0)
            continue;
        uint32_t slot = sl_table_slot(table, cell);
        if (sl_table_cell(table, slot) == cell && !move(table, cell, slot, cell->word))
            return false;
    }
    __atomic_store_n(&table->old, NULL, __ATOMIC_RELEASE);
    table->phase = SL_TABLE_RETIRED;
    return false;
}

void sl_table_reclaim(struct sl_table *table)
{
    SL_ASSERT(table->phase == SL_TABLE_RETIRED);
    table->phase = SL_TABLE_CLEARING;
    table->cursor = 0;
    sl_blocks_clear(&table->blocks[index_of(table, spare_of(table))]);
}

static bool clear_some(struct sl_table *table, uint32_t max_cells)
{
    struct sl_cell *spare = spare_of(table);
    uint32_t left = table->cell_count - table->cursor;
    uint32_t count = left < max_cells ? left : max_cells;
    memset(spare + table->cursor, 0, (size_t)count * sizeof(*spare));
    table->cursor += count;
    table->worked += count;
    if (table->cursor < table->cell_count)
        return true;
    table->phase = SL_TABLE_SETTLED;
    return false;
}

bool sl_table_work(struct sl_table *table, uint32_t max_cells)
{
    if (table->phase == SL_TABLE_CLEARING)
        return clear_some(table, max_cells);
    if (table->phase == SL_TABLE_SETTLED && table->compacting &&
        table->tombstones > table->cell_count / TOMBSTONE_SHARE)
        copy_begin(table);
    return table->phase == SL_TABLE_COPYING && copy_some(table, max_cells);
}
