/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * The hot half of a view: which word is held for which id, and in which slot. See view.h for the
 * whole.
 *
 * Open addressing, linear, without wrapping. Home is the first cell of the cache line that the high
 * half of id * lines names: nine in ten members lie in that one line when the table is 65 % full,
 * all but one in a hundred at 35 %. SL_CELL_PROBE_MAX spare cells stand behind the last home and
 * the very last cell stays empty, so a lookup needs no bounds check. A cell's id is written once
 * per table life, after its word and slot: whoever sees the id sees the rest.
 *
 * Compaction: two equal tables lie side by side. Every write goes to `now`; what is still in `old`
 * is moved there by the writer and left as it was in `old`, so a reader that looks into `now`, then
 * `old`, misses nobody.
 *
 * Threads: one writer; any number of readers of the functions marked "reader".
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/arena.h"
#include "lib/blocks.h"
#include "lib/limits.h"

#ifdef __cplusplus
extern "C" {
#endif

#define SL_CELL_NONE UINT32_MAX
#define SL_PLACE_IN_USE \
    0x80000000u /* set in place[slot] while the slot belongs to a known member */

struct sl_cell {
    uint64_t id;   /* 0 = never used in this table life */
    uint64_t word; /* 0 = forgotten */
};

#define SL_LINE_CELLS (SL_CACHE_LINE / sizeof(struct sl_cell))

enum sl_table_phase {
    SL_TABLE_SETTLED,  /* one table in use, the other (if there is one) empty */
    SL_TABLE_COPYING,  /* both in use */
    SL_TABLE_RETIRED,  /* the old one waits for its grace period */
    SL_TABLE_CLEARING, /* the old one is wiped for its next life */
};

struct sl_table {
    /* read by all; now and old are stored by the writer when a compaction starts and ends */
    struct sl_cell *now;
    struct sl_cell *old;   /* NULL unless copying */
    uint64_t line_count;   /* of homes */
    uint32_t probe_limit;  /* cells a lookup reads at most, per table */
    uint32_t cell_count;   /* cells of one table, whole lines */
    struct sl_cell *cells; /* both tables */
    uint32_t *slots;       /* slot of each cell */
    uint32_t *place; /* the writer's, of each slot: SL_PLACE_IN_USE | index into cells; of a free
                        slot: the view's own link */
    struct sl_blocks blocks[2]; /* of each table: where known members are */

    /* the writer's */
    uint32_t tombstones __attribute__((aligned(SL_CACHE_LINE))); /* in now */
    uint32_t cursor; /* next cell of the old table to copy or to clear */
    enum sl_table_phase phase;
    uint64_t worked; /* cells copied and wiped so far */
    bool compacting; /* has a second table */
};

/* Returns false if the arena is dry or too small. Asserts 5 <= load_percent <= 95. */
bool sl_table_create(struct sl_table *table, struct sl_arena *arena, uint32_t max_members,
                     uint32_t load_percent, bool compacting);

static inline uint64_t sl_table_home(const struct sl_table *table, uint64_t id)
{
    return (uint64_t)(((unsigned __int128)id * table->line_count) >> 64) * SL_LINE_CELLS;
}

/* Reader. The cell of id in either table, NULL if it has none. */
const struct sl_cell *sl_table_find(const struct sl_table *table, uint64_t id);

/* Reader. The word of id by sl_table_find(). */
uint64_t sl_table_word_found(const struct sl_table *table, uint64_t id);

/* Reader. Most members lie in their home line: choosing between its four cells without a jump saves
   the mispredicted one. Id 0 matches an empty cell, which may be being filled. false: not there, it
   may be behind. */
static inline bool sl_table_word_at_home(const struct sl_table *table, uint64_t id, uint64_t *word)
{
    const struct sl_cell *cell =
        __atomic_load_n(&table->now, __ATOMIC_ACQUIRE) + sl_table_home(table, id);
    uint64_t at = __atomic_load_n(&cell[1].id, __ATOMIC_ACQUIRE) == id;
    at += 2 * (uint64_t)(__atomic_load_n(&cell[2].id, __ATOMIC_ACQUIRE) == id);
    at += 3 * (uint64_t)(__atomic_load_n(&cell[3].id, __ATOMIC_ACQUIRE) == id);
    cell += at;
    if (__builtin_expect(__atomic_load_n(&cell->id, __ATOMIC_ACQUIRE) != id, 0))
        return false;
    uint64_t held = __atomic_load_n(&cell->word, __ATOMIC_ACQUIRE);
    *word = id == 0 ? 0 : held;
    return true;
}

static inline uint64_t sl_table_word(const struct sl_table *table, uint64_t id)
{
    uint64_t word;
    return sl_table_word_at_home(table, id, &word) ? word : sl_table_word_found(table, id);
}

/* Reader. */
static inline void sl_table_prefetch(const struct sl_table *table, uint64_t id)
{
    __builtin_prefetch(__atomic_load_n(&table->now, __ATOMIC_RELAXED) + sl_table_home(table, id));
}

/* Reader. The line where most of those are that are not at home. Past the last line it is in
   vain. */
static inline void sl_table_prefetch_behind(const struct sl_table *table, uint64_t id)
{
    __builtin_prefetch(__atomic_load_n(&table->now, __ATOMIC_RELAXED) + sl_table_home(table, id) +
                       SL_LINE_CELLS);
}

/* What fits the second cache of a server's core beside the packets. */
#define SL_TABLE_CACHED_BYTES (1u << 20)

/* The cells outgrow the caches near to a core: prefetching takes less time than it saves. */
static inline bool sl_table_is_far(const struct sl_table *table)
{
    return table->cell_count > SL_TABLE_CACHED_BYTES / sizeof(struct sl_cell);
}

/* Reader. The slot of the cell. */
static inline uint32_t sl_table_slot(const struct sl_table *table, const struct sl_cell *cell)
{
    return __atomic_load_n(&table->slots[cell - table->cells], __ATOMIC_RELAXED);
}

/* Writer. The cell of a slot; NULL if the slot is free. */
static inline struct sl_cell *sl_table_cell(const struct sl_table *table, uint32_t slot)
{
    uint32_t place = table->place[slot];
    return place & SL_PLACE_IN_USE ? table->cells + (place & ~SL_PLACE_IN_USE) : NULL;
}

/* Reader. The known member with the least id in first_id..last_id; NULL if there is none. *word is
 * its word. */
const struct sl_cell *sl_table_successor(const struct sl_table *table, uint64_t first_id,
                                         uint64_t last_id, uint64_t *word);

/* Reader. Calls visit for each known member in first_id..last_id once, in no order. */
void sl_table_visit(const struct sl_table *table, uint64_t first_id, uint64_t last_id,
                    void (*visit)(void *context, uint64_t id, uint64_t word), void *context);

/* Set-up. Makes a fresh table hold what another holds that was created alike, once its arrays are
 * copies of the other's. */
void sl_table_adopt(struct sl_table *table, const struct sl_table *from);

/* Writer. Where an id that is not known would go; SL_CELL_NONE if its neighbourhood is full. Writes
 * nothing. */
uint32_t sl_table_claim(const struct sl_table *table, uint64_t id);

/* Writer. Fills the claimed cell and the slot's place. */
void sl_table_put(struct sl_table *table, uint32_t cell, uint64_t id, uint64_t word, uint32_t slot);

/* Writer. Sets the word of a slot in use, moving the member to the new table if it is still in the
 * old one. */
void sl_table_set(struct sl_table *table, uint32_t slot, uint64_t word);

/* Writer. Leaves a tombstone. The slot's place is the caller's again. */
void sl_table_erase(struct sl_table *table, uint32_t slot);

/* Writer. Starts, copies or clears, at most max_cells. Returns true if more of it is due at once.
   Once the phase is SL_TABLE_RETIRED the caller waits for a grace period, then calls
   sl_table_reclaim(). */
bool sl_table_work(struct sl_table *table, uint32_t max_cells);

/* Writer. No reader holds the old table any more. */
void sl_table_reclaim(struct sl_table *table);

#ifdef __cplusplus
}
#endif
