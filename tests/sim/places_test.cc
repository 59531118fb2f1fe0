// SPDX-License-Identifier: BSD-3-Clause
#include "bench/sim/places.h"

#include <gtest/gtest.h>

#include <vector>

namespace
{

// Two zones of 1,000 nodes each.
class Places : public ::testing::Test
{
  protected:
    void SetUp() override
    {
        std::vector<uint32_t> zones(kNodes, 0);
        std::fill(zones.begin() + kNodes / 2, zones.end(), 1);
        ASSERT_TRUE(sim_places_create(&places, zones.data(), kNodes, 2));
        sim_places_way(&places, 0, 1)->delay_ns = 5;
        sim_places_way(&places, 1, 0)->delay_ns = 6;
    }
    void TearDown() override
    {
        sim_places_destroy(&places);
    }
    void split(std::vector<uint32_t> nodes)
    {
        std::vector<uint8_t> set(kNodes, 0);
        for (uint32_t node : nodes)
            set[node] = 1;
        sim_places_split(&places, set.data());
    }
    // From one node to all others and back.
    void lose(uint32_t node, uint32_t loss)
    {
        for (uint32_t other = 0; other < kNodes; other++) {
            sim_places_between(&places, node, other)->loss = loss;
            sim_places_between(&places, other, node)->loss = loss;
        }
    }
    static const uint32_t kNodes = 2000;
    sim_places places = {};
};

TEST_F(Places, ASetThatIsWholeZonesSplitsNothing)
{
    std::vector<uint32_t> zone;
    for (uint32_t node = 0; node < kNodes / 2; node++)
        zone.push_back(node);
    split(zone);
    split({});
    EXPECT_EQ(places.count, 2u);
}

TEST_F(Places, APartOfAZoneHasItsWays)
{
    split({3, 1500});
    EXPECT_EQ(places.count, 4u);
    EXPECT_EQ(sim_places_between(&places, 3, 1500)->delay_ns, 5u);
    EXPECT_EQ(sim_places_between(&places, 1500, 4)->delay_ns, 6u);
    lose(3, 7);
    EXPECT_EQ(sim_places_between(&places, 4, 1500)->loss, 0u);
    EXPECT_EQ(sim_places_between(&places, 3, 1500)->loss, 7u);
}

TEST_F(Places, PlacesThatDifferNoMoreAreOneAgain)
{
    split({3});
    split({1500});
    lose(3, 7);
    lose(1500, 9);
    sim_places_join(&places);
    EXPECT_EQ(places.count, 4u);
    EXPECT_EQ(sim_places_between(&places, 3, 4)->loss, 7u);
    lose(3, 0);
    sim_places_join(&places);
    lose(1500, 0);
    sim_places_join(&places);
    EXPECT_EQ(places.count, 2u);
    EXPECT_EQ(sim_places_between(&places, 3, 1500)->delay_ns, 5u);
    EXPECT_EQ(sim_places_between(&places, 1500, 3)->delay_ns, 6u);
}

TEST_F(Places, MoreSetsOneAfterTheOtherThanThereIsRoomFor)
{
    for (uint32_t node = 0; node < SIM_PLACES_MAX + 100; node++) {
        split({node});
        lose(node, 7);
        EXPECT_EQ(sim_places_between(&places, node, node + 1)->loss, 7u);
        lose(node, 0);
    }
    EXPECT_LE(places.count, (uint32_t)SIM_PLACES_MAX);
    EXPECT_EQ(sim_places_between(&places, 0, 1999)->delay_ns, 5u);
}

} // namespace
