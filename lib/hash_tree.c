/* SPDX-License-Identifier: BSD-3-Clause */
#include "lib/hash_tree.h"

#include "lib/assert.h"

#define MEMBERS_PER_BUCKET 64u

static uint32_t depth_for(uint32_t max_members)
{
    uint32_t depth = SL_HASH_TREE_DEPTH_MIN;
    while (depth < SL_HASH_TREE_DEPTH_MAX && max_members > MEMBERS_PER_BUCKET << depth)
        depth++;
    return depth;
}

bool sl_hash_tree_create(struct sl_hash_tree *tree, struct sl_arena *arena, uint32_t max_members)
{
    tree->depth = depth_for(max_members);
    bool whole = true;
    for (uint32_t i = 0; i < SL_HASH_TREE_LEVELS; i++) {
        uint32_t above = i * SL_HASH_TREE_FANOUT_BITS;
        tree->levels[i] = NULL;
        if (above >= tree->depth)
            continue;
        tree->levels[i] =
            sl_arena_take(arena, (size_t)1 << (tree->depth - above), sizeof(*tree->levels[i]));
        whole &= tree->levels[i] != NULL;
    }
    return whole;
}

void sl_hash_tree_add(struct sl_hash_tree *tree, uint64_t id, uint64_t hash)
{
    uint32_t depth = tree->depth;
    for (uint32_t i = 0; i < SL_HASH_TREE_LEVELS && tree->levels[i] != NULL; i++) {
        uint64_t *sum = &tree->levels[i][sl_bucket_of(depth, id)];
        __atomic_store_n(sum, *sum + hash, __ATOMIC_RELAXED);
        depth -= SL_HASH_TREE_FANOUT_BITS;
    }
}

uint64_t sl_hash_tree_sum(const struct sl_hash_tree *tree, uint32_t depth, uint32_t bucket)
{
    SL_ASSERT(depth <= tree->depth);
    uint32_t level = (tree->depth - depth) / SL_HASH_TREE_FANOUT_BITS;
    if (level == SL_HASH_TREE_LEVELS || tree->levels[level] == NULL)
        level--; /* depth 0 of a tree whose depth is a multiple of the fan-out's */
    uint32_t finer = tree->depth - level * SL_HASH_TREE_FANOUT_BITS - depth;
    const uint64_t *sums = tree->levels[level] + ((size_t)bucket << finer);
    uint64_t sum = 0;
    for (uint32_t i = 0; i < 1u << finer; i++)
        sum += __atomic_load_n(&sums[i], __ATOMIC_RELAXED);
    return sum;
}
