// SPDX-License-Identifier: BSD-3-Clause
#include "lib/rumours.h"

#include <gtest/gtest.h>

#include <vector>

#include "lib/record.h"
#include "tests/unit/arena_memory.h"

class Rumours : public ::testing::Test
{
  protected:
    Rumours() : memory(1 << 16)
    {
        sl_rumours_create(&rumours, memory.arena(), 8);
    }

    bool add(uint32_t slot, sl_class traffic = SL_CLASS_MEMBERSHIP)
    {
        return sl_rumours_add(&rumours, slot, SL_RECORD_ALIVE, traffic, 0);
    }

    std::vector<uint32_t> walk(sl_class traffic = SL_CLASS_MEMBERSHIP)
    {
        std::vector<uint32_t> slots;
        uint32_t entry = SL_ENTRY_NONE;
        while ((entry = sl_rumours_walk(&rumours, traffic, entry)) != SL_ENTRY_NONE)
            slots.push_back(sl_rumour_slot(&rumours, entry));
        return slots;
    }

    void charge(uint32_t slot, uint32_t sends, uint32_t limit)
    {
        sl_rumours_charge(&rumours, sl_slot_map_find(&rumours.map, slot), sends, limit);
    }

    ArenaMemory memory;
    sl_rumours rumours;
};

TEST_F(Rumours, LeastSentGoesFirstThenOldest)
{
    add(1);
    add(2);
    add(3);
    charge(1, 2, 10);
    charge(2, 1, 10);
    EXPECT_EQ(walk(), (std::vector<uint32_t>{3, 2, 1}));
}

TEST_F(Rumours, NewerOneAboutTheSameMemberReplacesAndStartsAfresh)
{
    add(1);
    add(2);
    charge(1, 3, 10);
    EXPECT_TRUE(add(1, SL_CLASS_SUSPICION));
    EXPECT_EQ(walk(), (std::vector<uint32_t>{2}));
    EXPECT_EQ(walk(SL_CLASS_SUSPICION), (std::vector<uint32_t>{1}));
    EXPECT_EQ(sl_rumours_count(&rumours), 2u);
}

TEST_F(Rumours, EndsAtItsLimitOfSends)
{
    add(1);
    charge(1, 3, 4);
    EXPECT_TRUE(sl_rumours_has(&rumours, 1));
    charge(1, 1, 4);
    EXPECT_FALSE(sl_rumours_has(&rumours, 1));
}

TEST_F(Rumours, FullQueueRefusesNewMembersButTakesNewsOfItsOwn)
{
    for (uint32_t slot = 0; slot < 8; slot++)
        EXPECT_TRUE(add(slot));
    EXPECT_FALSE(add(99));
    EXPECT_TRUE(add(3));
    sl_rumours_remove(&rumours, 5);
    EXPECT_TRUE(add(99));
}
