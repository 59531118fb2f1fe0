// SPDX-License-Identifier: BSD-3-Clause
// Whom an engine turns to, by zone: on the parts of an engine that the choice looks at.
#include <gtest/gtest.h>

#include <map>
#include <memory>

extern "C" {
#include "lib/engine_private.h"
}
#include "tests/unit/arena_memory.h"

namespace
{

class Choice : public ::testing::Test
{
  protected:
    Choice() : memory(1 << 20)
    {
        sl_peers_create(&e->peers, memory.arena(), kSlots);
        sl_zones_create(&e->zones, memory.arena(), kSlots);
        e->zone_watches = static_cast<sl_zone_watch *>(
            sl_arena_take(memory.arena(), SL_ZONES_MAX, sizeof(sl_zone_watch)));
        e->prng.state = 5;
        e->config.gossip_near_percent = 50;
    }

    // Slots [from, from + count) are live members of this zone; the first of all is oneself.
    void zone(uint64_t id, uint32_t from, uint32_t count)
    {
        uint32_t index = sl_zones_enter(&e->zones, id);
        for (uint32_t slot = from; slot < from + count; slot++) {
            sl_zones_put(&e->zones, slot, index);
            if (slot != 0)
                sl_peers_add(&e->peers, slot);
        }
    }

    void silence(uint64_t id)
    {
        e->zone_watches[sl_zones_find(&e->zones, id)].state = SL_ZONE_DOUBTED;
    }

    uint64_t zone_of(uint32_t slot)
    {
        return e->zones.all[sl_zones_of(&e->zones, slot)].id;
    }

    // How often each zone was picked, of 100 picks.
    std::map<uint64_t, double> gossip()
    {
        std::map<uint64_t, double> share;
        const int rounds = 5000;
        for (int i = 0; i < rounds; i++) {
            uint32_t slots[3];
            EXPECT_EQ(sl_choice_gossip(e.get(), slots, 3), 3u);
            EXPECT_TRUE(slots[0] != slots[1] && slots[1] != slots[2] && slots[0] != slots[2]);
            for (uint32_t slot : slots) {
                EXPECT_NE(slot, 0u) << "oneself";
                share[zone_of(slot)] += 100.0 / (3 * rounds);
            }
        }
        return share;
    }

    static constexpr uint32_t kSlots = 2000;
    ArenaMemory memory;
    std::unique_ptr<sl_engine> e = std::make_unique<sl_engine>();
};

TEST_F(Choice, WithoutNamedZonesAllPeersArePickedAlike)
{
    zone(0, 0, 100);
    sl_prng same = e->prng;
    uint32_t slots[3], others[3];
    for (int i = 0; i < 100; i++) {
        ASSERT_EQ(sl_choice_gossip(e.get(), slots, 3), 3u);
        ASSERT_EQ(sl_peers_pick(&e->peers, &same, SL_SLOT_NONE, others, 3), 3u);
        EXPECT_TRUE(std::equal(slots, slots + 3, others));
    }
}

TEST_F(Choice, GossipStaysInTheOwnZoneByItsShareAndGoesAnywhereElse)
{
    zone(1, 0, 200);
    zone(2, 200, 200);
    zone(3, 400, 200);
    auto share = gossip();
    EXPECT_NEAR(share[1], 67, 3);
    EXPECT_NEAR(share[2], 17, 2);
    EXPECT_NEAR(share[3], 17, 2);
    e->config.gossip_near_percent = 0;
    EXPECT_NEAR(gossip()[1], 33, 3);
}

TEST_F(Choice, GossipIsNotBlindToAZoneOfTwo)
{
    zone(1, 0, 600);
    zone(2, 600, 2);
    auto share = gossip();
    EXPECT_GT(share[2], 0.08);
    EXPECT_LT(share[2], 0.3);
}

TEST_F(Choice, ATinyOwnZoneGetsItsShareAsWell)
{
    zone(1, 0, 4);
    zone(2, 4, 1500);
    EXPECT_NEAR(gossip()[1], 50, 5);
}

TEST_F(Choice, GossipTurnsToASilentZoneRarelyButNotNever)
{
    zone(1, 0, 200);
    zone(2, 200, 200);
    zone(3, 400, 200);
    silence(3);
    auto share = gossip();
    EXPECT_GT(share[3], 0.5);
    EXPECT_LT(share[3], 5);
}

TEST_F(Choice, WhoseZonesAreAllSilentStillFindsItsOwn)
{
    zone(1, 0, 5);
    zone(2, 5, 1500);
    silence(2);
    EXPECT_GT(gossip()[1], 80);
}

TEST_F(Choice, HelpersAreOfTheTargetsZoneOfAThirdAndOfTheOwn)
{
    zone(1, 0, 200);
    zone(2, 200, 200);
    zone(3, 400, 200);
    for (int i = 0; i < 1000; i++) {
        uint32_t slots[5];
        std::map<uint64_t, int> count;
        ASSERT_EQ(sl_choice_helpers(e.get(), 250, slots, 5), 5u);
        for (uint32_t slot : slots) {
            EXPECT_NE(slot, 250u);
            count[zone_of(slot)]++;
        }
        EXPECT_EQ(count[2], 2);
        EXPECT_EQ(count[3], 2);
        EXPECT_EQ(count[1], 1);
    }
}

TEST_F(Choice, HelpersForATargetOfTheOwnZoneAreNeverOneself)
{
    zone(1, 0, 3);
    zone(2, 3, 500);
    for (int i = 0; i < 1000; i++) {
        uint32_t slots[5];
        uint32_t count = sl_choice_helpers(e.get(), 1, slots, 5);
        ASSERT_GE(count, 3u);
        for (uint32_t at = 0; at < count; at++) {
            EXPECT_NE(slots[at], 0u);
            EXPECT_NE(slots[at], 1u);
        }
    }
}

TEST_F(Choice, OutsidersAreNotOfTheTargetsZone)
{
    zone(1, 0, 200);
    zone(2, 200, 200);
    zone(3, 400, 200);
    for (int i = 0; i < 1000; i++) {
        uint32_t slots[2];
        ASSERT_EQ(sl_choice_outsiders(e.get(), 250, slots, 2), 2u);
        EXPECT_EQ(zone_of(slots[0]), 3u);
        EXPECT_NE(zone_of(slots[1]), 2u);
    }
}

TEST_F(Choice, AMemberOfASmallZoneIsFoundAmongManyOthers)
{
    zone(1, 0, 1500);
    zone(2, 1500, 8);
    std::map<uint32_t, int> found;
    for (int i = 0; i < 1000; i++)
        found[sl_choice_member(e.get(), sl_zones_find(&e->zones, 2), 1500)]++;
    EXPECT_EQ(found.size(), 7u);
    EXPECT_EQ(found.count(SL_SLOT_NONE), 0u);
    EXPECT_EQ(found.count(1500), 0u);
}

} // namespace
