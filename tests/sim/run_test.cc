// SPDX-License-Identifier: BSD-3-Clause
// Whole runs of small clusters.
#include <gtest/gtest.h>

#include <cstring>

#include "tests/sim/played.h"

namespace
{

const char *const kFaults =
    "zone a 40\nzone b 20\nrtt a b 40ms jitter 9ms\nprofile lan\n"
    "start formed n1-n55\nloss 5%\nduplicate 1%\nreorder 1% by 100ms\n"
    "replay 1% after 5s\ncorrupt 1%\nburst 1% for 50ms\nat 1s join n56-n60 over 1s\n"
    "at 2s crash 3 nodes\nat 3s leave n20\nat 4s every 3s pause 5% for 300ms\n"
    "at 6s cut b\nat 9s heal\nat 10s restart crashed\n"
    "at 12s clock n30 back 1h\nat 12s crash n30\nat 14s restart n30\n"
    "at 5s clog 3 nodes for 4s\nat 5s starve n9 to 1% for 3s\nat 5s ring n9 to 3 packets\n"
    "at 7s mtu 500 a b\nat 11s mtu 0 a b\nat 7s lie n10 for 2s\nat 8s update n11\n";

TEST(SimRun, TheSameSeedIsTheSameRun)
{
    const std::string text = std::string(kFaults) + "run 25s\n";
    Played first(text, 7), again(text, 7);
    EXPECT_EQ(first.world.trace, again.world.trace);
    for (int m = 0; m < SIM_METRIC_COUNT; m++)
        EXPECT_EQ(first.metric((sim_metric)m), again.metric((sim_metric)m))
            << sim_metric_name((sim_metric)m);
}

TEST(SimRun, AnotherSeedIsAnotherRun)
{
    const std::string text = std::string(kFaults) + "run 25s\n";
    Played first(text, 7), other(text, 8);
    EXPECT_NE(first.world.trace, other.world.trace);
}

TEST(SimRun, SafetyHoldsUnderAllFaultsAndViewsAgreeBehindThem)
{
    for (uint64_t seed = 1; seed <= 5; seed++) {
        Played run(std::string(kFaults) + "at 15s loss 0%\nat 15s pause n1 for 1ms\nrun 60s\n"
                                          "expect views equal at 100% within 40s\n",
                   seed);
        uint64_t took_ns;
        EXPECT_TRUE(sim_world_judge(&run.world, &run.scenario->expects[0], &took_ns)) << seed;
        EXPECT_EQ(run.world.invariants.broken[SIM_RULE_MONOTONE], 0u);
        EXPECT_EQ(run.world.invariants.broken[SIM_RULE_INCARNATION], 0u);
        EXPECT_EQ(run.world.invariants.broken[SIM_RULE_RESURRECTION], 0u);
        EXPECT_EQ(run.world.invariants.broken[SIM_RULE_DIGEST], 0u);
    }
}

TEST(SimRun, CrashesLeavesAndRestartsMayTakeTurns)
{
    Played run("nodes 60\nstart formed\nrun 40s\nat 1s crash n11-n20 over 5s\n"
               "at 1s leave n21-n30 over 5s\nat 20s restart crashed over 5s\n"
               "at 20s restart leavers over 5s\nexpect nodes_up == 60\n"
               "expect views equal at 100% within 12s\n",
               1);
    EXPECT_TRUE(run.holds());
    const sim_news_list &crashes = run.world.watch.news[SIM_NEWS_CRASH];
    ASSERT_EQ(crashes.count, 10u);
    for (uint32_t i = 0; i < 10; i++) {
        EXPECT_EQ(crashes.all[i].node, 10 + i);
        EXPECT_NEAR(crashes.all[i].at_ns, 1e9 + i * 5e8, 1e6);
    }
    ASSERT_EQ(run.world.watch.start_count, 20u);
    EXPECT_NEAR(run.world.watch.starts[19].at_ns, 24.5e9, 1e6);
}

TEST(SimRun, NodesToBeStartedAtRandomAreDrawnOfThoseThatAreDown)
{
    Played run("nodes 20\nstart formed\nrun 10s\nat 1s crash n1-n10\nat 5s restart 4 nodes\n"
               "expect nodes_up == 14\n",
               1);
    EXPECT_TRUE(run.holds());
}

TEST(SimRun, CrashesAreSeenAndPausesAreNot)
{
    Played run(
        "nodes 200\nstart formed\nloss 1%\nrun 15s\nat 2s crash 1%\nat 3s pause 5% for 400ms\n"
        "expect dead crashed at 99% within 5s\nexpect false_dead == 0\n"
        "expect views equal at 100% within 10s\n",
        1);
    EXPECT_TRUE(run.holds());
    EXPECT_EQ(run.metric(SIM_METRIC_nodes_up), 198u);
    EXPECT_EQ(run.world.watch.news[SIM_NEWS_CRASH].count, 2u);
}

TEST(SimRun, AFormedClusterIsSettledFromTheStart)
{
    Played run("nodes 100\nstart formed\nrun 5s\nexpect views equal at 100% within 1ms\n"
               "expect suspicions == 0\nexpect syncs == 0\nexpect sync_bytes == 0\n",
               1);
    EXPECT_TRUE(run.holds());
}

TEST(SimRun, NodesJoinByTheirSeeds)
{
    Played run("nodes 60\nstart formed n1-n3\nrun 20s\nat 1s join n4-n60 over 1s\n"
               "expect joined n4-n60 within 5s\nexpect views equal at 100% within 10s\n"
               "expect nodes_up == 60\n",
               1);
    EXPECT_TRUE(run.holds());
}

TEST(SimRun, WhatACrashedAddressGetsIsMetered)
{
    Played quiet("nodes 50\nstart formed\nrun 4s\n", 1);
    EXPECT_EQ(quiet.metric(SIM_METRIC_bytes_to_down_1s), 0u);
    Played run("nodes 50\nstart formed\nrun 4s\nat 1s crash n7\n", 1);
    EXPECT_GT(run.metric(SIM_METRIC_bytes_to_down_1s), 500u);
    EXPECT_EQ(run.world.invariants.broken[SIM_RULE_DOWN_CAP], 0u);
}

TEST(SimRun, ACrashedAddressThatGetsMoreThanItsCapBreaksTheRule)
{
    Played run("nodes 20\nprofile wan\nstart formed\nrun 4s\nat 1s crash n7\n", 1);
    sim_node_meter_down(&run.world.nodes[6], 50001);
    EXPECT_EQ(run.world.invariants.broken[SIM_RULE_DOWN_CAP], 1u);
}

TEST(SimRun, WhoLeavesIsNotDead)
{
    Played run(
        "nodes 50\nstart formed\nrun 10s\nat 1s leave n7\n"
        "expect dead_seen == 0\nexpect nodes_up == 49\nexpect views equal at 100% within 5s\n",
        1);
    EXPECT_TRUE(run.holds());
}

TEST(SimRun, UpdatesAreSeenToSpread)
{
    Played run(
        "nodes 200\nrtt 1ms\nstart formed\nrun 8s\nat 1s every 500ms until 3s update 1 node\n"
        "at 5s update n7\nexpect spread updated at 99% p50 within 10 rounds\n"
        "expect spread n7 at 100% within 2s\nexpect spread n7 at 50% within 0 rounds\n",
        1);
    uint64_t measured;
    EXPECT_TRUE(sim_world_judge(&run.world, &run.scenario->expects[0], &measured));
    EXPECT_GT(measured, 0u);
    EXPECT_LE(measured, run.metric(SIM_METRIC_spread_p99));
    EXPECT_TRUE(sim_world_judge(&run.world, &run.scenario->expects[1], &measured));
    EXPECT_FALSE(sim_world_judge(&run.world, &run.scenario->expects[2], &measured));
    EXPECT_EQ(run.world.watch.news[SIM_NEWS_UPDATE].count, 6u);
    EXPECT_EQ(run.metric(SIM_METRIC_refutations), 0u);
}

TEST(SimRun, RemovalsAreSeenToSpread)
{
    Played run("nodes 60\nrtt 1ms\nprofile lan\nstart formed\nrun 40s\nat 1s crash n7,n8\n"
               "at 20s remove n7 by n1\nat 20s remove n7-n8 by n2\nat 20s remove n9 by n1\n"
               "expect removed removed at 100% within 3s\nexpect removed n8 at 50% within 0s\n"
               "expect removed n9 at 50% within 20s\n",
               1);
    uint64_t measured;
    EXPECT_TRUE(sim_world_judge(&run.world, &run.scenario->expects[0], &measured));
    EXPECT_GT(measured, 0u);
    EXPECT_FALSE(sim_world_judge(&run.world, &run.scenario->expects[1], &measured));
    EXPECT_FALSE(sim_world_judge(&run.world, &run.scenario->expects[2], &measured))
        << "it lives: there was nothing to hear";
    EXPECT_EQ(run.world.watch.news[SIM_NEWS_REMOVAL].count, 3u);
    EXPECT_EQ(run.metric(SIM_METRIC_removed_seen), 2u * 58);
    EXPECT_EQ(run.metric(SIM_METRIC_removed_living), 0u);
}

TEST(SimRun, AnUpdateThatNobodyCanHearIsNeverHeld)
{
    Played run("zone a 20\nzone b 1\nstart formed\nrun 3s\nat 1s cut b\nat 2s update n21\n"
               "expect spread n21 at 5% within 3s\n",
               1);
    uint64_t measured;
    EXPECT_FALSE(sim_world_judge(&run.world, &run.scenario->expects[0], &measured));
    EXPECT_EQ(measured, SIM_NEVER);
}

// A later word of the same member tells the earlier one too.
TEST(SimRun, WhoHoldsALaterUpdateHoldsTheEarlier)
{
    Played run("nodes 40\nstart formed\nrun 5s\nat 1s update n7\nat 1s update n7\n"
               "at 1s update n7\nexpect spread n7 at 100% within 3s\n",
               1);
    EXPECT_TRUE(run.holds());
    EXPECT_EQ(run.world.watch.news[SIM_NEWS_UPDATE].count, 3u);
}

TEST(SimRun, ADeathByACutStaysTheCutsHoweverLateItIsHeard)
{
    std::string zones = "zone a 5\nzone b 1\nzone c 1\nzone d 1\nrtt 158us jitter 1us\n";
    for (const char *pair : {"a b", "a c", "a d", "b c", "b d", "c d"})
        zones += std::string("rtt ") + pair + " 1ms jitter 100us\n";
    Played run(zones + "profile edge\nstart formed\nrun 14s\nat 3226ms cut d\n"
                       "at 10021ms crash 2 nodes\nat 11565ms heal d a\nexpect false_dead == 0\n",
               1280);
    EXPECT_TRUE(run.holds());
    EXPECT_GT(run.metric(SIM_METRIC_cut_dead), 0u);
}

TEST(SimRun, ADeathIsJudgedByThoseThatHeldItsMemberAlive)
{
    Played known("nodes 20\nprofile lan\nstart formed\nrun 20s\nat 1s cut n7\nat 12s crash n7\n"
                 "expect dead n7 at 100% within 6s\n",
                 1);
    EXPECT_TRUE(known.holds()) << "all held it dead before";
    EXPECT_EQ(known.world.watch.news[SIM_NEWS_CRASH].all[0].blind_count, 19u);
    Played fresh("nodes 20\nprofile lan\nstart formed n1-n19\nrun 20s\nat 7999ms join n20\n"
                 "cut n20\nat 8s crash n7\nexpect dead n7 at 100% within 6s\n",
                 1);
    EXPECT_TRUE(fresh.holds()) << "n20 never knew it";
    EXPECT_EQ(fresh.world.watch.news[SIM_NEWS_CRASH].all[0].blind_count, 1u);
}

TEST(SimRun, AnExpectationThatFailsSaysSo)
{
    Played run("nodes 20\nstart formed\nrun 5s\nat 1s crash n2\nexpect dead n2 at 99% within 1ms\n",
               1);
    EXPECT_FALSE(run.holds());
    uint64_t measured = 0;
    EXPECT_FALSE(sim_world_judge(&run.world, &run.scenario->expects[0], &measured));
    EXPECT_GT(measured, 500000000u);
    EXPECT_LT(measured, 4000000000u);
}

// Empty frames of n2 reach n1 at the end of a quiet run.
struct Flooded : Played {
    Flooded() : Played("nodes 2\nstart formed\nrun 5s\n", 1)
    {
    }
    void receive(uint8_t version)
    {
        sl_header header = {};
        header.type = SL_FRAME_GOSSIP;
        header.cluster_id = sl_engine_fast(world.nodes[1].engine)->cluster_id;
        header.sender_id = sl_engine_self_id(world.nodes[1].engine);
        header.counter = 1;
        header.boot_salt = 1;
        sim_packet *packet = sim_packet_take(&world.pool);
        memset(packet->bytes, 0, SL_HEADER_BYTES);
        sl_header_write(packet->bytes, &header);
        packet->bytes[0] = version;
        packet->length_bytes = SL_HEADER_BYTES;
        packet->from = 1;
        sim_node_receive(&world.nodes[0], packet);
    }
};

TEST(SimRun, TheByteCapCountsWhatANodeTakesAndNotWhatItRefuses)
{
    Flooded run;
    run.world.nodes[0].is_seed = false;
    run.world.nodes[0].young_until_ns = 0;
    uint32_t frames = run.scenario->options.config.byte_cap / SL_HEADER_BYTES + 1;
    for (uint32_t i = 0; i < frames; i++)
        run.receive(SL_WIRE_VERSION + 1);
    EXPECT_EQ(run.world.invariants.broken[SIM_RULE_BYTE_CAP], 0u);
    EXPECT_GT(run.metric(SIM_METRIC_bytes_per_node_1s), run.scenario->options.config.byte_cap);
    for (uint32_t i = 0; i < frames; i++)
        run.receive(SL_WIRE_VERSION);
    EXPECT_GT(run.world.invariants.broken[SIM_RULE_BYTE_CAP], 0u);
}

TEST(SimRun, WhatAnEarlierLifeRefusedIsNotTakenFromTheNextOnesBytes)
{
    Flooded run;
    run.world.nodes[0].is_seed = false;
    for (uint32_t i = 0; i < 10; i++)
        run.receive(SL_WIRE_VERSION + 1);
    sim_node_stop(&run.world.nodes[0]);
    ASSERT_EQ(sim_node_start(&run.world.nodes[0]), 0);
    run.receive(SL_WIRE_VERSION);
    EXPECT_EQ(run.world.invariants.broken[SIM_RULE_BYTE_CAP], 0u);
}

TEST(SimRun, ABrokenInvariantFailsTheRun)
{
    Played run("nodes 20\nstart formed\nrun 1s\n", 1);
    EXPECT_TRUE(run.holds());
    sim_check_bytes(&run.world.invariants, 0, 0, 2, 1);
    EXPECT_FALSE(run.holds());
}

} // namespace
