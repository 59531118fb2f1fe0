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
             uint32_t b = SIM_ZONE_ANY, bool one_way = false, uint64_t duration_ns = 0,
             uint32_t number = 0)
    {
        sim_action action = {};
        action.verb = verb;
        action.millionths = millionths;
        action.zone_a = a;
        action.zone_b = b;
        action.one_way = one_way;
        action.duration_ns = duration_ns;
        action.number = number;
        sim_network_act(&network, &action);
    }
    // From some node of a zone to another's.
    sim_fate decide(uint32_t from, uint32_t to, uint32_t bytes = 100, uint64_t now_ns = 0,
                    uint32_t node = 0)
    {
        sim_passage passage = {now_ns, node, node + 1, from, to, bytes};
        return sim_network_decide(&network, &passage);
    }
    bool passes(uint32_t from, uint32_t to)
    {
        return decide(from, to).copies > 0;
    }
    // Copies that arrive of 10,000 packets from a to b.
    uint32_t arrived()
    {
        uint32_t sum = 0;
        for (int i = 0; i < 10000; i++)
            sum += decide(0, 1).copies;
        return sum;
    }
    sim_network network = {};
};

TEST_F(Network, DelaysAreHalfTheRoundTripAndUpToTheJitterMore)
{
    uint64_t least = UINT64_MAX, most = 0;
    for (int i = 0; i < 1000; i++) {
        uint64_t delay_ns = decide(1, 0).delay_ns[0];
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
    sim_fate fate = decide(0, 1);
    ASSERT_EQ(fate.copies, 1u);
    EXPECT_TRUE(fate.comes_again);
    EXPECT_GE(fate.again_ns, 5020000000u);
}

TEST_F(Network, BurstsTakeTheirShareAndLoseAllOfAPairForThatLong)
{
    act(SIM_BURST, 200000, SIM_ZONE_ANY, SIM_ZONE_ANY, false, 50000000);
    uint32_t lost = 0, changes = 0;
    bool was_lost = false;
    for (uint32_t ms = 0; ms < 100000; ms++) {
        bool is_lost = decide(0, 1, 100, ms * 1000000ull).copies == 0;
        lost += is_lost;
        changes += is_lost != was_lost;
        was_lost = is_lost;
    }
    EXPECT_NEAR(lost, 20000, 2500);
    EXPECT_NEAR(changes, 2 * 2000 * 0.2 * 0.8, 120); // independent losses would change 32,000 times
    uint32_t lost_of_others = 0;                     // at one moment
    for (uint32_t node = 0; node < 10000; node++)
        lost_of_others += decide(0, 1, 100, 0, node).copies == 0;
    EXPECT_NEAR(lost_of_others, 2000, 200);
    act(SIM_BURST, 0, SIM_ZONE_ANY, SIM_ZONE_ANY, false, 50000000);
    EXPECT_EQ(arrived(), 10000u);
}

TEST_F(Network, AnMtuLosesLongerFramesAndNoOthers)
{
    act(SIM_MTU, 0, 0, 1, false, 0, 600);
    EXPECT_EQ(decide(0, 1, 600).copies, 1u);
    EXPECT_EQ(decide(0, 1, 601).copies, 0u);
    EXPECT_EQ(decide(1, 0, 601).copies, 0u);
    EXPECT_EQ(decide(0, 2, 1200).copies, 1u);
    act(SIM_MTU, 0, 0, 1, false, 0, 0);
    EXPECT_EQ(decide(0, 1, 1200).copies, 1u);
}

TEST_F(Network, ReorderedPacketsAreLate)
{
    act(SIM_REORDER, SIM_MILLION, SIM_ZONE_ANY, SIM_ZONE_ANY, false, 1000000000);
    uint64_t most = 0;
    for (int i = 0; i < 1000; i++)
        most = std::max(most, decide(0, 1).delay_ns[0]);
    EXPECT_GT(most, 900000000u);
}

} // namespace
