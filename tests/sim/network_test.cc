// SPDX-License-Identifier: BSD-3-Clause
#include "bench/sim/network.h"

#include <gtest/gtest.h>

#include <memory>
#include <vector>

namespace
{

const uint32_t kAny = UINT32_MAX;

class Network : public ::testing::Test
{
  protected:
    void SetUp() override
    {
        char why[SIM_WHY_BYTES];
        auto scenario = std::make_unique<sim_scenario>();
        ASSERT_EQ(sim_scenario_parse(
                      scenario.get(), "s",
                      "zone a 2\nzone b 2\nzone c 2\nrtt a b 40ms jitter 4ms\nstart formed\n", why,
                      sizeof(why)),
                  0)
            << why;
        ASSERT_EQ(sim_network_create(&network, scenario.get(), 1), 0);
    }
    void TearDown() override
    {
        sim_network_destroy(&network);
    }
    // Between two zones of two nodes each, or some of them.
    void act(sim_verb verb, uint32_t millionths, uint32_t a = kAny, uint32_t b = kAny,
             bool one_way = false, uint64_t duration_ns = 0, uint32_t number = 0)
    {
        act_between(verb, millionths, zone(a), zone(b), one_way, duration_ns, number);
    }
    void act_between(sim_verb verb, uint32_t millionths, const std::vector<uint8_t> &a,
                     const std::vector<uint8_t> &b, bool one_way = false, uint64_t duration_ns = 0,
                     uint32_t number = 0)
    {
        sim_action action = {};
        action.verb = verb;
        action.millionths = millionths;
        action.one_way = one_way;
        action.duration_ns = duration_ns;
        action.number = number;
        sim_network_act(&network, &action, a.data(), b.data(), 0);
    }
    static std::vector<uint8_t> zone(uint32_t number)
    {
        std::vector<uint8_t> set(6, number == kAny);
        if (number != kAny)
            set[2 * number] = set[2 * number + 1] = 1;
        return set;
    }
    // From some node of a zone to another's.
    sim_fate decide(uint32_t from, uint32_t to, uint32_t bytes = 100, uint64_t now_ns = 0,
                    uint32_t node = 0)
    {
        sim_passage passage = {now_ns, 2 * from + node, 2 * to + 1, bytes};
        return sim_network_decide(&network, &passage);
    }
    bool arrives(uint32_t from_node, uint32_t to_node, uint32_t bytes = 100)
    {
        sim_passage passage = {0, from_node, to_node, bytes};
        return sim_network_decide(&network, &passage).copies > 0;
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
    act_between(SIM_CUT, 0, zone(1), {1, 1, 0, 0, 1, 1});
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
    act(SIM_REPLAY, SIM_MILLION, kAny, kAny, false, 5000000000);
    sim_fate fate = decide(0, 1);
    ASSERT_EQ(fate.copies, 1u);
    EXPECT_TRUE(fate.comes_again);
    EXPECT_GE(fate.again_ns, 5020000000u);
}

TEST_F(Network, BurstsTakeTheirShareAndLoseAllOfAPairForThatLong)
{
    act(SIM_BURST, 200000, kAny, kAny, false, 50000000);
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
    uint32_t alike = 0;                              // of two pairs: each has its own
    for (uint32_t ms = 0; ms < 100000; ms++)
        alike += decide(0, 1, 100, ms * 1000000ull).copies ==
                 decide(0, 1, 100, ms * 1000000ull, 1).copies;
    EXPECT_NEAR(alike, 100000 * (0.2 * 0.2 + 0.8 * 0.8), 4000);
    act(SIM_BURST, 0, kAny, kAny, false, 50000000);
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

TEST_F(Network, FaultsOfSomeNodesOfAZoneSpareItsOthers)
{
    const std::vector<uint8_t> all(6, 1), n1 = {1, 0, 0, 0, 0, 0}, n3 = {0, 0, 1, 0, 0, 0};
    act_between(SIM_LOSS, SIM_MILLION, n1, all);
    EXPECT_FALSE(arrives(0, 1));
    EXPECT_FALSE(arrives(1, 0));
    EXPECT_FALSE(arrives(0, 4));
    EXPECT_TRUE(arrives(1, 4));
    EXPECT_TRUE(arrives(3, 2));
    act_between(SIM_LOSS, 0, n1, all);
    EXPECT_TRUE(arrives(0, 1));
    act_between(SIM_MTU, 0, n1, n3, true, 0, 600);
    EXPECT_FALSE(arrives(0, 2, 700));
    EXPECT_TRUE(arrives(2, 0, 700));
    EXPECT_TRUE(arrives(0, 3, 700));
    act_between(SIM_CUT, 0, n3, {1, 1, 0, 1, 1, 1}, true);
    EXPECT_FALSE(arrives(2, 3));
    EXPECT_TRUE(arrives(3, 2));
    act_between(SIM_HEAL, 0, n3, all, true);
    EXPECT_TRUE(arrives(2, 3));
}

TEST_F(Network, ADelayOfOneWayLeavesTheOtherAsItWas)
{
    act_between(SIM_DELAY, 0, {0, 0, 1, 0, 0, 0}, {1, 0, 0, 0, 0, 0}, true, 7000000);
    sim_passage there = {0, 2, 0, 100}, back = {0, 0, 2, 100};
    EXPECT_EQ(sim_network_decide(&network, &there).delay_ns[0], 7000000u);
    EXPECT_GE(sim_network_decide(&network, &back).delay_ns[0], 20000000u);
}

TEST_F(Network, TheLastFaultOfAWayHolds)
{
    const std::vector<uint8_t> all(6, 1);
    act_between(SIM_LOSS, SIM_MILLION, {1, 0, 0, 0, 0, 0}, all);
    act_between(SIM_LOSS, 0, all, all);
    EXPECT_TRUE(arrives(0, 1));
}

TEST_F(Network, ReorderedPacketsAreLate)
{
    act(SIM_REORDER, SIM_MILLION, kAny, kAny, false, 1000000000);
    uint64_t most = 0;
    for (int i = 0; i < 1000; i++)
        most = std::max(most, decide(0, 1).delay_ns[0]);
    EXPECT_GT(most, 900000000u);
}

} // namespace
