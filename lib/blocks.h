/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * Which blocks of a table's cells anybody is in. A range of ids is a run of cells; with room for a
 * million and few members that run is long, and readers pass over what is empty: 64 * 64 cells at a
 * glance.
 *
 * Threads: one writer; any number of readers of sl_blocks_pass_over().
 */
#include <stdbool.h>
#include <stdint.h>

#include "lib/arena.h"

#ifdef __cplusplus
extern "C" {
#endif

#define SL_BLOCK_CELLS 64

struct sl_blocks {
    uint64_t *words; /* a bit for each block: somebody is in it */
    uint32_t cell_count;
};

/* Returns false if the arena is dry or too small. */
bool sl_blocks_create(struct sl_blocks *blocks, struct sl_arena *arena, uint32_t cell_count);

/* Writer. Somebody is in this cell's block from now on, or nobody is. */
void sl_blocks_set(struct sl_blocks *blocks, uint64_t cell, bool inhabited);
/* Writer. Nobody is in any. */
void sl_blocks_clear(struct sl_blocks *blocks);

/* Reader. The first cell from `at` on whose block somebody is in; cell_count if there is none. */
uint64_t sl_blocks_pass_over(const struct sl_blocks *blocks, uint64_t at);

#ifdef __cplusplus
}
#endif
