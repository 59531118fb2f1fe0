// SPDX-License-Identifier: BSD-3-Clause
#include "lib/peers.h"

#include <gtest/gtest.h>

#include <map>
#include <set>

#include "lib/view.h"
#include "tests/unit/arena_memory.h"

class Peers : public ::testing::Test
{
  protected:
    Peers() : memory(1 << 16)
    {
        sl_peers_create(&peers, memory.arena(), 1000);
    }

    ArenaMemory memory;
    sl_peers peers;
    sl_prng prng = {7};
};

TEST_F(Peers, EachIsProbedOncePerPass)
{
    for (uint32_t slot = 0; slot < 50; slot++)
        sl_peers_add(&peers, slot);
    for (int pass = 0; pass < 3; pass++) {
        std::set<uint32_t> seen;
        for (int i = 0; i < 50; i++)
            seen.insert(sl_peers_next(&peers, &prng));
        EXPECT_EQ(seen.size(), 50u);
    }
}

TEST_F(Peers, RemovalInAPassSkipsAndRepeatsNobody)
{
    for (uint32_t slot = 0; slot < 60; slot++)
        sl_peers_add(&peers, slot);
    std::multiset<uint32_t> seen;
    for (int i = 0; i < 20; i++)
        seen.insert(sl_peers_next(&peers, &prng));
    std::set<uint32_t> removed;
    for (uint32_t slot = 0; slot < 60; slot += 4) {
        sl_peers_remove(&peers, slot);
        removed.insert(slot);
    }
    while (peers.cursor < peers.count)
        seen.insert(sl_peers_next(&peers, &prng));
    for (uint32_t slot = 0; slot < 60; slot++) {
        if (!removed.count(slot)) {
            EXPECT_EQ(seen.count(slot), 1u) << slot;
        }
    }
}

TEST_F(Peers, NobodyToProbeIsSaid)
{
    EXPECT_EQ(sl_peers_next(&peers, &prng), SL_SLOT_NONE);
    sl_peers_add(&peers, 3);
    sl_peers_remove(&peers, 3);
    sl_peers_remove(&peers, 3);
    EXPECT_EQ(sl_peers_next(&peers, &prng), SL_SLOT_NONE);
}

// Chi-squared over many picks: 60 degrees of freedom at most, 99.99 % below 110.
static double chi_squared(const std::map<uint32_t, int> &counts, double expected)
{
    double sum = 0;
    for (auto &[slot, count] : counts)
        sum += (count - expected) * (count - expected) / expected;
    return sum;
}

TEST_F(Peers, RandomPicksAreDistinctUnbiasedAndSpareTheExcepted)
{
    for (uint32_t members : {5u, 7u, 60u}) {
        while (peers.count < members)
            sl_peers_add(&peers, peers.count);
        std::map<uint32_t, int> counts;
        const int rounds = 20000;
        for (int i = 0; i < rounds; i++) {
            uint32_t out[3];
            ASSERT_EQ(sl_peers_pick(&peers, &prng, 2, out, 3), 3u);
            EXPECT_TRUE(out[0] != out[1] && out[1] != out[2] && out[0] != out[2]);
            for (uint32_t slot : out)
                counts[slot]++;
        }
        EXPECT_EQ(counts.count(2), 0u);
        EXPECT_EQ(counts.size(), members - 1);
        EXPECT_LT(chi_squared(counts, rounds * 3.0 / (members - 1)), 110) << members;
    }
}

TEST_F(Peers, FewerThanAskedForAreAllGiven)
{
    sl_peers_add(&peers, 4);
    sl_peers_add(&peers, 9);
    uint32_t out[3];
    EXPECT_EQ(sl_peers_pick(&peers, &prng, SL_SLOT_NONE, out, 3), 2u);
    EXPECT_EQ(sl_peers_pick(&peers, &prng, 4, out, 3), 1u);
    EXPECT_EQ(out[0], 9u);
}
