// SPDX-License-Identifier: BSD-3-Clause
#include "lib/zones.h"

#include <gtest/gtest.h>

#include <set>

#include "lib/view.h"
#include "tests/unit/arena_memory.h"

class Zones : public ::testing::Test
{
  protected:
    Zones() : memory(1 << 16)
    {
        sl_zones_create(&zones, memory.arena(), 1000);
    }

    uint32_t LiveIn(uint32_t zone)
    {
        return zones.all[zone].live_count;
    }

    std::set<uint32_t> Witnesses(uint32_t zone)
    {
        std::set<uint32_t> found;
        for (uint32_t witness : zones.all[zone].witnesses) {
            if (witness != SL_SLOT_NONE)
                found.insert(witness);
        }
        return found;
    }

    ArenaMemory memory;
    sl_zones zones = {};
};

TEST_F(Zones, DefaultIsNoZone)
{
    EXPECT_EQ(sl_zones_enter(&zones, 0), SL_ZONE_NONE);
    sl_zones_put(&zones, 5, SL_ZONE_NONE);
    EXPECT_EQ(sl_zones_of(&zones, 5), SL_ZONE_NONE);
    EXPECT_EQ(LiveIn(SL_ZONE_NONE), 0u);
}

TEST_F(Zones, OneNameIsOneZone)
{
    uint32_t east = sl_zones_enter(&zones, 111);
    uint32_t west = sl_zones_enter(&zones, 222);
    EXPECT_NE(east, west);
    EXPECT_EQ(sl_zones_enter(&zones, 111), east);
}

TEST_F(Zones, MembersAreCountedWhereTheyAreNow)
{
    uint32_t east = sl_zones_enter(&zones, 111);
    uint32_t west = sl_zones_enter(&zones, 222);
    sl_zones_put(&zones, 1, east);
    sl_zones_put(&zones, 2, east);
    sl_zones_put(&zones, 2, east);
    EXPECT_EQ(LiveIn(east), 2u);
    sl_zones_put(&zones, 2, west);
    EXPECT_EQ(LiveIn(east), 1u);
    EXPECT_EQ(LiveIn(west), 1u);
    sl_zones_remove(&zones, 2);
    sl_zones_remove(&zones, 2);
    EXPECT_EQ(LiveIn(west), 0u);
    EXPECT_EQ(sl_zones_of(&zones, 2), SL_ZONE_NONE);
}

TEST_F(Zones, WitnessesAreLiveMembersOfTheZone)
{
    uint32_t east = sl_zones_enter(&zones, 111);
    for (uint32_t slot = 0; slot < 20; slot++)
        sl_zones_put(&zones, slot, east);
    EXPECT_EQ(Witnesses(east), (std::set<uint32_t>{0, 1, 2, 3, 4, 5, 6, 7}));
    for (uint32_t slot = 0; slot < 16; slot++)
        sl_zones_remove(&zones, slot);
    EXPECT_TRUE(Witnesses(east).empty());
}

TEST_F(Zones, ThePlacesOfDeadWitnessesGoToWhoAnswers)
{
    uint32_t east = sl_zones_enter(&zones, 111);
    for (uint32_t slot = 0; slot < 20; slot++)
        sl_zones_put(&zones, slot, east);
    for (uint32_t slot = 0; slot < 8; slot++)
        sl_zones_remove(&zones, slot);
    sl_zones_answered(&zones, 11);
    sl_zones_answered(&zones, 12);
    sl_zones_answered(&zones, 11);
    EXPECT_EQ(Witnesses(east), (std::set<uint32_t>{11, 12}));
}

TEST_F(Zones, WhoAnsweredLastIsTheLatestWitness)
{
    uint32_t east = sl_zones_enter(&zones, 111);
    for (uint32_t slot = 0; slot < 20; slot++)
        sl_zones_put(&zones, slot, east);
    for (uint32_t slot : {15, 3, 16, 17, 18, 19, 0, 14, 15, 13})
        sl_zones_answered(&zones, slot);
    const sl_zone &z = zones.all[east];
    EXPECT_EQ(z.witnesses[(z.next_witness - 1) % SL_ZONE_WITNESSES], 13u);
    EXPECT_EQ(z.witnesses[(z.next_witness - 2) % SL_ZONE_WITNESSES], 15u);
    EXPECT_EQ(Witnesses(east).size(), 8u);
    EXPECT_EQ(Witnesses(east).count(3), 0u);
}

TEST_F(Zones, WhoIsNotLiveBecomesNoWitness)
{
    uint32_t east = sl_zones_enter(&zones, 111);
    sl_zones_put(&zones, 1, east);
    sl_zones_answered(&zones, 2);
    EXPECT_EQ(Witnesses(east), (std::set<uint32_t>{1}));
}

TEST_F(Zones, FindingEntersNothing)
{
    EXPECT_EQ(sl_zones_find(&zones, 111), SL_ZONE_NONE);
    EXPECT_EQ(zones.count, 1u);
    uint32_t east = sl_zones_enter(&zones, 111);
    EXPECT_EQ(sl_zones_find(&zones, 111), east);
}

TEST_F(Zones, PastTheBoundAZoneIsNotToldApartUntilAnotherIsEmpty)
{
    for (uint64_t id = 1; id < SL_ZONES_MAX; id++)
        sl_zones_put(&zones, (uint32_t)id, sl_zones_enter(&zones, id));
    EXPECT_EQ(sl_zones_enter(&zones, 1000), SL_ZONE_NONE);
    sl_zones_remove(&zones, 7);
    uint32_t late = sl_zones_enter(&zones, 1000);
    EXPECT_NE(late, SL_ZONE_NONE);
    sl_zones_put(&zones, 7, late);
    EXPECT_EQ(sl_zones_enter(&zones, 7), SL_ZONE_NONE);
}
