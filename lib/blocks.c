/* SPDX-License-Identifier: BSD-3-Clause */
#include "lib/blocks.h"

#include <string.h>

static uint64_t word_count(const struct sl_blocks *blocks)
{
    return blocks->cell_count / (SL_BLOCK_CELLS * 64) + 1;
}

bool sl_blocks_create(struct sl_blocks *blocks, struct sl_arena *arena, uint32_t cell_count)
{
    blocks->cell_count = cell_count;
    blocks->words = sl_arena_take(arena, word_count(blocks), sizeof(*blocks->words));
    return blocks->words != NULL;
}

void sl_blocks_set(struct sl_blocks *blocks, uint64_t cell, bool inhabited)
{
    uint64_t block = cell / SL_BLOCK_CELLS;
    uint64_t *word = &blocks->words[block / 64];
    uint64_t bit = 1ull << block % 64;
    __atomic_store_n(word, inhabited ? *word | bit : *word & ~bit, __ATOMIC_RELAXED);
}

void sl_blocks_clear(struct sl_blocks *blocks)
{
    memset(blocks->words, 0, word_count(blocks) * sizeof(*blocks->words));
}

uint64_t sl_blocks_pass_over(const struct sl_blocks *blocks, uint64_t at)
{
    uint64_t block = at / SL_BLOCK_CELLS;
    uint64_t number = block / 64;
    uint64_t word = __atomic_load_n(&blocks->words[number], __ATOMIC_RELAXED) >> block % 64;
    if (word & 1)
        return at;
    while (word == 0 && ++number < word_count(blocks)) {
        word = __atomic_load_n(&blocks->words[number], __ATOMIC_RELAXED);
        block = number * 64;
    }
    if (word == 0)
        return blocks->cell_count;
    return (block + (uint64_t)__builtin_ctzll(word)) * SL_BLOCK_CELLS;
}
