// SPDX-License-Identifier: BSD-3-Clause
#include "bench/sim/replay.h"

#include <gtest/gtest.h>

#include <cstring>
#include <vector>

namespace
{

TEST(SimReplay, PacketsComeBackWholeAndInOrderWhenTheyAreDue)
{
    sim_replay replay = {};
    std::vector<uint8_t> bytes(1232);
    for (uint32_t i = 0; i < 2000; i++) { // several slabs
        sim_old head = {};
        head.due_ns = 1000 + i;
        head.from = i;
        head.length_bytes = 60 + i % 1172;
        memset(bytes.data(), (int)i, bytes.size());
        sim_replay_add(&replay, &head, bytes.data());
    }
    EXPECT_EQ(sim_replay_due(&replay, 999), nullptr);
    for (uint32_t i = 0; i < 2000; i++) {
        const sim_old *old = sim_replay_due(&replay, 1000 + i);
        ASSERT_NE(old, nullptr);
        EXPECT_EQ(old->from, i);
        EXPECT_EQ(old->length_bytes, 60 + i % 1172);
        EXPECT_EQ(old->bytes[old->length_bytes - 1], (uint8_t)i);
        sim_replay_drop(&replay);
        EXPECT_EQ(sim_replay_due(&replay, 1000 + i), nullptr); // the next is not due yet
    }
    EXPECT_EQ(replay.count, 0u);
    EXPECT_EQ(replay.first, nullptr);
    sim_replay_destroy(&replay);
}

} // namespace
