// SPDX-License-Identifier: BSD-3-Clause
// Every fault bites, ends, and leaves views that agree.
#include <gtest/gtest.h>

#include "bench/sim/settings.h"
#include "tests/sim/played.h"

namespace
{

const char *const kTwenty = "nodes 60\nprofile lan\nstart formed\n";

TEST(SimFaults, ABurstLosesFramesAndNobodyDies)
{
    Played run(std::string(kTwenty) + "run 20s\nat 1s burst 10% for 100ms\nat 10s burst 0% for 1s\n"
                                      "expect false_dead == 0\n",
               1);
    EXPECT_TRUE(run.holds());
    EXPECT_GT(run.metric(SIM_METRIC_frames_lost), 500u);
}

TEST(SimFaults, AnMtuHoleSwallowsLongFrames)
{
    std::string text = std::string(kTwenty) + "run 10s\nat 2s update n1-n30\nat 2s mtu ";
    Played narrow(text + "200\n", 1), wide(text + "1300\n", 1);
    EXPECT_GT(narrow.metric(SIM_METRIC_frames_lost), 0u);
    EXPECT_EQ(wide.metric(SIM_METRIC_frames_lost), 0u);
}

TEST(SimFaults, CloggedLinksComeBackInRandomOrder)
{
    Played run(std::string(kTwenty) + "run 40s\nat 2s clog 10 nodes for 8s\n"
                                      "expect views equal at 100% within 20s\n",
               1);
    EXPECT_TRUE(run.holds());
    EXPECT_GT(run.metric(SIM_METRIC_frames_lost), 100u);
    uint64_t first_ns = UINT64_MAX, last_ns = 0;
    for (uint32_t i = 0; i < 60; i++) {
        uint64_t until_ns = run.world.nodes[i].clog_until_ns;
        if (until_ns == 0)
            continue;
        first_ns = std::min(first_ns, until_ns);
        last_ns = std::max(last_ns, until_ns);
    }
    EXPECT_GT(last_ns - first_ns, 500000000u);
    EXPECT_LE(last_ns - run.world.start_ns, 10100000000u);
}

TEST(SimFaults, AStarvedNodeIsSlowAndItsRingOverflows)
{
    std::string text = std::string(kTwenty) + "run 10s\nat 1s ring n7 to 2 packets\n";
    Played run(text + "at 2s starve n7 to 0.2% for 5s\n", 1), well(text, 1);
    EXPECT_GT(run.metric(SIM_METRIC_overflows), 10u);
    EXPECT_EQ(well.metric(SIM_METRIC_overflows), 0u);
    EXPECT_GT(sl_engine_stats(run.world.nodes[6].engine)->stalls, 0u);
    EXPECT_EQ(sl_engine_stats(well.world.nodes[6].engine)->stalls, 0u);
    EXPECT_FALSE(run.world.nodes[6].is_starved);
    EXPECT_EQ(run.world.nodes[6].backlog.count, 0u);
}

TEST(SimFaults, AStarvedNodeStillPollsWhileItsEngineIsIdle)
{
    Played run("nodes 5\nprofile lan\nstart formed\nrun 10s\nat 1s ring n4 to 2 packets\n"
               "at 1s starve n4 to 50% for 8s\nexpect false_dead == 0\n",
               1);
    EXPECT_TRUE(run.holds());
    EXPECT_EQ(run.metric(SIM_METRIC_overflows), 0u) << "it polls every 2 ms";
}

TEST(SimFaults, ALiarIsBelievedForAMomentAndNobodyStaysDead)
{
    Played run(std::string(kTwenty) + "run 60s\nat 2s lie n7 for 5s\n"
                                      "expect views equal at 100% within 40s\n"
                                      "expect false_dead == 0\nexpect forged_held == 0\n",
               1);
    EXPECT_TRUE(run.holds());
    EXPECT_GT(run.metric(SIM_METRIC_lied_dead), 0u);
    EXPECT_GT(run.metric(SIM_METRIC_refutations), 0u);
}

TEST(SimFaults, AForgerRaisesOthersIncarnationsAndTheyRiseAboveIt)
{
    Played run(std::string(kTwenty) + "run 60s\nat 2s lie n7 forging for 5s\n"
                                      "expect views equal at 100% within 40s\n",
               1);
    EXPECT_TRUE(run.holds());
    EXPECT_GT(run.metric(SIM_METRIC_forged_held), 0u);
}

TEST(SimFaults, OldPacketsComeOnceMore)
{
    Played run(std::string(kTwenty) + "run 20s\nat 1s replay 10% after 5s\nat 3s crash n7\n"
                                      "at 10s replay 0% after 5s\n"
                                      "expect replayed >= 200\nexpect nodes_up == 59\n",
               1);
    EXPECT_TRUE(run.holds());
    EXPECT_EQ(run.metric(SIM_METRIC_resurrection_chances), run.metric(SIM_METRIC_replayed) + 1);
}

TEST(SimFaults, AFlappingLinkIsCutAndHealedAgainAndAgain)
{
    Played run("zone a 20\nzone b 20\nprofile lan\nstart formed\nrun 30s\n"
               "at 1s every 4s until 13s cut b\nat 3s every 4s until 15s heal\n"
               "expect false_dead == 0\nexpect views equal at 100% within 12s\n",
               1);
    EXPECT_TRUE(run.holds());
    EXPECT_EQ(run.world.watch.news[SIM_NEWS_UNREACHABLE].count, 4u);
    EXPECT_EQ(run.world.watch.news[SIM_NEWS_REACHABLE].count, 4u);
}

TEST(SimFaults, ANodeThatIsCutOffAloneDiesAndComesBack)
{
    Played run(std::string(kTwenty) + "run 40s\nat 2s cut n7\nat 20s heal n7\n"
                                      "expect false_dead == 0\n"
                                      "expect views equal at 100% within 20s\n",
               1);
    EXPECT_TRUE(run.holds());
    EXPECT_GE(run.metric(SIM_METRIC_cut_dead), 59u);
    EXPECT_EQ(run.world.watch.news[SIM_NEWS_UNREACHABLE].count, 0u) << "it is no zone";
}

TEST(SimFaults, FarNodesAreFarFromTheFirstFrameOn)
{
    std::string text = "nodes 8\nprofile lan\nstart formed\nrun 5s\n";
    Played far(text + "rtt n1 n2-n8 300ms jitter 0ms\n", 1), near(text, 1);
    EXPECT_GT(sl_engine_stats(far.world.nodes[0].engine)->path_round_trip_ns, 250000000u);
    EXPECT_LT(sl_engine_stats(near.world.nodes[0].engine)->path_round_trip_ns, 10000000u);
}

TEST(SimFaults, ARoundTripMayChangeDuringARun)
{
    Played run("nodes 8\nprofile lan\nstart formed\nrun 20s\nat 5s rtt n1 200ms\n", 1);
    EXPECT_GT(sl_engine_stats(run.world.nodes[0].engine)->path_round_trip_ns, 150000000u);
}

TEST(SimFaults, AForgedClaimIsHeldUntilItsOwnerRisesAboveIt)
{
    Played run(std::string(kTwenty) + "run 30s\nat 5s forge alive of n7 up 3 from n9 to n10-n20\n"
                                      "expect views equal at 100% within 10s\n"
                                      "expect false_dead == 0\n",
               1);
    EXPECT_TRUE(run.holds());
    EXPECT_GT(run.metric(SIM_METRIC_forged_held), 0u);
    EXPECT_GE(sl_word_incarnation(run.world.nodes[6].word),
              sl_word_incarnation(run.world.nodes[7].word) + 3);
}

TEST(SimFaults, AForgedDeathIsNobodysFaultAndRefuted)
{
    for (const char *sender : {"n9", "stranger"}) {
        Played run(std::string(kTwenty) +
                       "run 30s\nat 5s every 1s until 9s forge dead of n7-n9 from " + sender +
                       "\nexpect views equal at 100% within 15s\nexpect false_dead == 0\n",
                   1);
        EXPECT_TRUE(run.holds()) << sender;
    }
    Played left(std::string(kTwenty) +
                    "run 30s\nat 5s every 1s until 9s forge left of n7-n9 from n9\n"
                    "expect views equal at 100% within 5s\nexpect false_dead == 0\n",
                1);
    EXPECT_TRUE(left.holds()) << "a LEFT that is not its member's own is refuted, too";
    Played member(std::string(kTwenty) + "run 30s\nat 5s forge suspect of n7 from n9\n", 1);
    EXPECT_GT(member.metric(SIM_METRIC_refutations), 0u);
}

TEST(SimFaults, SomeNodesMayBeConfiguredOtherwise)
{
    Played run("nodes 20\nprofile lan\nstart formed\nrun 20s\nset probe_period 2s for n1-n5\n"
               "set max_pause 1s for n6\nset probe_tries 4\n",
               1);
    uint64_t slow = sl_engine_stats(run.world.nodes[4].engine)->probes;
    uint64_t quick = sl_engine_stats(run.world.nodes[9].engine)->probes;
    EXPECT_LT(5 * slow, quick);
    sl_config own = {}, others = {};
    sim_settings_of_node(run.scenario.get(), 5, &own);
    sim_settings_of_node(run.scenario.get(), 6, &others);
    EXPECT_EQ(own.suspicion_min_ns, others.suspicion_min_ns + 500000000) << "it follows";
    EXPECT_EQ(own.probe_tries, 4u);
}

TEST(SimFaults, AClockMayGoFasterOrSlowerWhileItsNodeRuns)
{
    Played run("nodes 10\nprofile lan\nstart formed\nrun 101s\nat 1s drift n1 by 10% faster\n"
               "at 1s drift n2 by 10% slower\nat 51s drift n3 by 1% faster\n"
               "expect false_dead == 0\n",
               1);
    EXPECT_TRUE(run.holds());
    uint64_t now_ns = run.world.now_ns;
    auto off_ms = [&](uint32_t node) {
        return ((int64_t)sim_node_now_ns(&run.world.nodes[node]) - (int64_t)now_ns) / 1000000.0;
    };
    EXPECT_NEAR(off_ms(0), 10000, 1);
    EXPECT_NEAR(off_ms(1), -10000, 1);
    EXPECT_NEAR(off_ms(2), 500, 1);
    EXPECT_EQ(off_ms(3), 0);
    const struct sl_engine_stats *quick = sl_engine_stats(run.world.nodes[0].engine);
    const struct sl_engine_stats *slow = sl_engine_stats(run.world.nodes[1].engine);
    EXPECT_NEAR((double)quick->probes / slow->probes, 1.1 / 0.9, 0.05);
}

TEST(SimFaults, ATimeOfADriftingClockIsFoundInTheWorlds)
{
    Played run("nodes 3\nstart formed\nrun 9s\nat 1s drift n1 by 3.3333% faster\n"
               "at 1s drift n2 by 0.0001% slower\nat 5s drift n1 by 9.9% slower\n",
               1);
    for (uint32_t node = 0; node < 3; node++) {
        sim_node &n = run.world.nodes[node];
        for (uint64_t after_ns : {1ull, 999ull, 1000001ull, 123456789012ull}) {
            uint64_t own_ns = sim_node_now_ns(&n) + after_ns;
            uint64_t now_ns = run.world.now_ns;
            run.world.now_ns = sim_node_world_ns(&n, own_ns);
            EXPECT_GE(sim_node_now_ns(&n), own_ns);
            EXPECT_LE(sim_node_now_ns(&n), own_ns + 2);
            run.world.now_ns = now_ns;
        }
    }
}

} // namespace
