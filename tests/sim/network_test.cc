// SPDX-License-Identifier: BSD-3-Clause
#include "bench/sim/network.h"

#include <gtest/gtest.h>

#include <memory>

namespace
{

class Network : public ::testing::Test
{
  protected:
    void SetUp() override
    {
        char why[SIM_WHY_BYTES];
        auto scenario = std::make_unique<sim_scenario>();
        ASSERT_EQ(sim_scenario_parse(scenario.get(), "s",
                                     "zone a 2\nzone b 2\nzone c 2\nrtt a b 40ms jitter 4ms\n", why,
                                     sizeof(why)),
                  0)
            << why;
        sim_network_create(&network, scenario.get(), 1);
    }
    void act(sim_verb verb, uint32_t millionths, uint32_t a = SIM_ZONE_ANY,
             uint32_t b = SIM_ZONE_ANY, bool one_way = false, uint64_t duration_ns = 0)
    {
        sim_action action = {};
        action.verb = verb;
        action.millionths = millionths;
        action.zone_a = a;
        action.zone_b = b;
        action.one_way = one_way;
        action.duration_ns = duration_ns;
        sim_network_act(&network, &action);
    }
    bool passes(uint32_t from, uint32_t to)
    {
        return sim_network_decide(&network, from, to).copies > 0;
    }
    // Copies that arrive of 10,000 packets from a to b.
    uint32_t arrived()
    {
        uint32_t sum = 0;
        for (int i = 0; i < 10000; i++)
            sum += sim_network_decide(&network, 0, 1).copies;
        return sum;
    }
    sim_network network = {};
};

TEST_F(Network, DelaysAreHalfTheRoundTripAndUpToTheJitterMore)
{
    uint64_t least = UINT64_MAX, most = 0;
    for (int i = 0; i < 1000; i++) {
        uint64_t delay_ns = sim_network_decide(&network, 1, 0).delay_ns[0];
        least = std::min(least, delay_ns);
        most = std::max(most, delay_ns);
    }
    EXPECT_GE(least, 20000000u);
    EXPECT_LT(least, 20100000u);
    EXPECT_LE(most, 24000000u);
    EXPECT_GT(most, 23900000u);
}

TEST_F(Network, LossTakesItsShare)
{
    act(SIM_LOSS, 200000);
    EXPECT_NEAR(arrived(), 8000, 200);
    act(SIM_LOSS, SIM_MILLION);
    EXPECT_EQ(arrived(), 0u);
}

TEST_F(Network, LossBetweenTwoZonesSparesTheOthers)
{
    act(SIM_LOSS, SIM_MILLION, 0, 1);
    EXPECT_FALSE(passes(0, 1));
    EXPECT_FALSE(passes(1, 0));
    EXPECT_TRUE(passes(0, 2));
    EXPECT_TRUE(passes(0, 0));
}

TEST_F(Network, ACutZoneReachesOnlyItselfUntilItHeals)
{
    act(SIM_CUT, 0, 1);
    EXPECT_FALSE(passes(0, 1));
    EXPECT_FALSE(passes(1, 2));
    EXPECT_TRUE(passes(1, 1));
    EXPECT_TRUE(passes(0, 2));
    act(SIM_HEAL, 0);
    EXPECT_TRUE(passes(0, 1));
}

TEST_F(Network, AOneWayCutLetsTheOtherWayPass)
{
    act(SIM_CUT, 0, 0, 1, true);
    EXPECT_FALSE(passes(0, 1));
    EXPECT_TRUE(passes(1, 0));
}

TEST_F(Network, DuplicatesAndReplaysAreFurtherCopies)
{
    act(SIM_DUPLICATE, 100000);
    EXPECT_NEAR(arrived(), 11000, 200);
    act(SIM_DUPLICATE, 0);
    act(SIM_REPLAY, SIM_MILLION, SIM_ZONE_ANY, SIM_ZONE_ANY, false, 5000000000);
    sim_fate fate = sim_network_decide(&network, 0, 1);
    ASSERT_EQ(fate.copies, 2u);
    EXPECT_GE(fate.delay_ns[1], 5020000000u);
}

TEST_F(Network, ReorderedPacketsAreLate)
{
    act(SIM_REORDER, SIM_MILLION, SIM_ZONE_ANY, SIM_ZONE_ANY, false, 1000000000);
    uint64_t most = 0;
    for (int i = 0; i < 1000; i++)
        most = std::max(most, sim_network_decide(&network, 0, 1).delay_ns[0]);
    EXPECT_GT(most, 900000000u);
}

} // namespace
