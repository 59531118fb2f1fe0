// SPDX-License-Identifier: BSD-3-Clause
#include <gtest/gtest.h>

#include <cstdlib>
#include <cstring>
#include <map>

#include "lib/hash_tree.h"
#include "lib/prng.h"

namespace
{

struct Tree {
    sl_hash_tree tree{};
    sl_arena arena = sl_arena_dry();

    explicit Tree(uint32_t max_members)
    {
        sl_hash_tree_create(&tree, &arena, max_members);
        arena.size_bytes = arena.used_bytes;
        arena.used_bytes = 0;
        arena.base = (uint8_t *)aligned_alloc(SL_CACHE_LINE, arena.size_bytes);
        memset(arena.base, 0, arena.size_bytes);
        EXPECT_TRUE(sl_hash_tree_create(&tree, &arena, max_members));
    }
    ~Tree()
    {
        free(arena.base);
    }
};

TEST(HashTree, TakesABucketPerSixtyFourMembers)
{
    EXPECT_EQ(Tree(2).tree.depth, (uint32_t)SL_HASH_TREE_DEPTH_MIN);
    EXPECT_EQ(Tree(16384).tree.depth, 8u);
    EXPECT_EQ(Tree(16385).tree.depth, 9u);
    EXPECT_EQ(Tree(1u << 24).tree.depth, (uint32_t)SL_HASH_TREE_DEPTH_MAX);
    EXPECT_LE(Tree(16384).arena.used_bytes, 2304u);
}

TEST(HashTree, EveryLevelSumsWhatItsBucketsHold)
{
    for (uint32_t max_members : {2u, 2048u, 16384u, 100000u, 300000u}) {
        Tree t(max_members);
        std::map<uint64_t, uint64_t> held;
        sl_prng prng = {max_members};
        for (int i = 0; i < 500; i++) {
            uint64_t id = sl_prng_next(&prng), hash = sl_prng_next(&prng);
            held[id] = hash;
            sl_hash_tree_add(&t.tree, id, hash);
            if (i % 3 == 0) {
                sl_hash_tree_add(&t.tree, held.begin()->first, 0 - held.begin()->second);
                held.erase(held.begin());
            }
        }
        for (uint32_t depth = 0; depth <= t.tree.depth; depth++) {
            for (uint32_t bucket = 0; bucket < 1u << depth; bucket++) {
                uint64_t sum = 0;
                for (auto at = held.lower_bound(sl_bucket_first(depth, bucket));
                     at != held.end() && at->first <= sl_bucket_last(depth, bucket); at++)
                    sum += at->second;
                ASSERT_EQ(sl_hash_tree_sum(&t.tree, depth, bucket), sum) << depth << " " << bucket;
            }
        }
    }
}

} // namespace
