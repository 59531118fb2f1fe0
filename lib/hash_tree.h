/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * Sums of item hashes over buckets: the bucket b of depth d is the range of ids whose top d bits
 * are b (Merkle 1987, with sums instead of hashes of hashes, so that one change touches one number
 * per level). The deepest stored level has about one bucket per 64 members; what is finer is
 * reckoned from the members themselves (view.h).
 *
 * Threads: one writer; any number of readers of sl_hash_tree_sum(), which may see a mix of changes.
 */
#include <stdbool.h>
#include <stdint.h>

#include "lib/arena.h"

#ifdef __cplusplus
extern "C" {
#endif

#define SL_HASH_TREE_FANOUT_BITS 4  /* a sum between two stored levels adds at most 8 of them */
#define SL_HASH_TREE_DEPTH_MIN   8  /* a comparison opens with that many parts at most */
#define SL_HASH_TREE_DEPTH_MAX   18 /* one per 64 of SL_MEMBERS_MAX */
#define SL_HASH_TREE_LEVELS      5

struct sl_hash_tree {
    uint32_t depth;                        /* of the deepest stored level */
    uint64_t *levels[SL_HASH_TREE_LEVELS]; /* at depth, depth - 4, ...; NULL from depth 0 on */
};

static inline uint64_t sl_bucket_first(uint32_t depth, uint32_t bucket)
{
    return depth == 0 ? 0 : (uint64_t)bucket << (64 - depth);
}

static inline uint64_t sl_bucket_last(uint32_t depth, uint32_t bucket)
{
    return depth == 0 ? UINT64_MAX : sl_bucket_first(depth, bucket) | UINT64_MAX >> depth;
}

/* 0 < depth <= 32 */
static inline uint32_t sl_bucket_of(uint32_t depth, uint64_t id)
{
    return (uint32_t)(id >> (64 - depth));
}

/* Returns false if the arena is dry or too small. */
bool sl_hash_tree_create(struct sl_hash_tree *tree, struct sl_arena *arena, uint32_t max_members);

/* Writer. Adds to the sums of every bucket that holds the id; to take away, add the negative. */
void sl_hash_tree_add(struct sl_hash_tree *tree, uint64_t id, uint64_t hash);

/* Reader. The sum of one bucket, depth <= tree->depth. */
uint64_t sl_hash_tree_sum(const struct sl_hash_tree *tree, uint32_t depth, uint32_t bucket);

#ifdef __cplusplus
}
#endif
