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
        return sl_rumours_add(&rumours, slot, SL_RECORD_ALIVE, traffic, 0, 0);
    }

    std::vector<uint32_t> walk(sl_class traffic = SL_CLASS_MEMBERSHIP)
    {
        std::vector<uint32_t> slots;
        uint32_t entry = SL_ENTRY_NONE;
        while ((entry = sl_rumours_walk(&rumours, traffic, entry)) != SL_ENTRY_NONE)
            slots.push_back(sl_rumour_slot(&rumours, entry));
        return slots;
    }

    std::vector<uint32_t> told()
    {
        std::vector<uint32_t> slots;
        uint32_t entry = SL_ENTRY_NONE;
        while ((entry = sl_rumours_walk_told(&rumours, entry)) != SL_ENTRY_NONE)
            slots.push_back(sl_rumour_slot(&rumours, entry));
        return slots;
    }

    void charge(uint32_t slot, uint32_t sends, uint32_t limit, uint64_t told_until_ns = 1000)
    {
        sl_rumours_charge(&rumours, sl_slot_map_find(&rumours.map, slot), sends, limit,
                          told_until_ns);
    }

    ArenaMemory memory;
    sl_rumours rumours;
};

TEST_F(Rumours, LeastSentGoesFirstThenLatest)
{
    add(1);
    add(2);
    add(3);
    add(4);
    charge(1, 2, 10);
    charge(2, 1, 10);
    EXPECT_EQ(walk(), (std::vector<uint32_t>{4, 3, 2, 1}));
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

TEST_F(Rumours, AtItsLimitOfSendsItIsPushedNoMoreButTold)
{
    add(1);
    add(2);
    charge(1, 3, 4);
    EXPECT_TRUE(told().empty());
    charge(1, 1, 4);
    EXPECT_EQ(walk(), (std::vector<uint32_t>{2}));
    EXPECT_EQ(sl_rumours_count(&rumours), 1u);
    EXPECT_EQ(sl_rumours_class(&rumours, 1), SL_CLASS_COUNT);
    charge(2, 4, 4);
    EXPECT_EQ(told(), (std::vector<uint32_t>{2, 1})) << "latest first";
}

TEST_F(Rumours, WhatWasToldLongEnoughIsDropped)
{
    for (uint32_t slot = 1; slot <= 3; slot++) {
        add(slot);
        charge(slot, 4, 4, 1000 + slot);
    }
    sl_rumours_expire(&rumours, 1000, 8);
    EXPECT_EQ(told().size(), 3u);
    uint64_t version = rumours.version;
    sl_rumours_expire(&rumours, 1002, 1);
    EXPECT_EQ(told(), (std::vector<uint32_t>{3, 2})) << "one at most";
    sl_rumours_expire(&rumours, 1002, 8);
    EXPECT_EQ(told(), (std::vector<uint32_t>{3}));
    EXPECT_GT(rumours.version, version);
}

TEST_F(Rumours, NewsOfAMemberWhoseRumourWasOnlyToldIsPushedAgain)
{
    add(1);
    charge(1, 4, 4);
    add(1, SL_CLASS_SUSPICION);
    EXPECT_TRUE(told().empty());
    EXPECT_EQ(walk(SL_CLASS_SUSPICION), (std::vector<uint32_t>{1}));
    EXPECT_EQ(sl_rumours_count(&rumours), 1u);
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

TEST_F(Rumours, FullQueueGivesUpWhatIsOnlyToldThenTheMostSentOfALesserClass)
{
    for (uint32_t slot = 0; slot < 8; slot++)
        add(slot);
    charge(6, 4, 4);
    charge(2, 2, 4);
    charge(4, 1, 4);
    EXPECT_TRUE(add(99));
    EXPECT_EQ(sl_slot_map_find(&rumours.map, 6), SL_ENTRY_NONE);
    EXPECT_TRUE(add(98, SL_CLASS_SUSPICION));
    EXPECT_EQ(sl_slot_map_find(&rumours.map, 2), SL_ENTRY_NONE);
    EXPECT_FALSE(add(97)) << "nothing is less urgent than membership here";
    EXPECT_EQ(walk(), (std::vector<uint32_t>{99, 7, 5, 3, 1, 0, 4}));
}
