// SPDX-License-Identifier: BSD-3-Clause
// A node that was deaf itself accuses nobody for it.
#include "probe_fixture.h"

using Stall = ProbeFixture;

TEST_F(Stall, OverflowMakesProbesAskAgainAndHealthFall)
{
    Start();
    helpers[0].receipts = true;
    Probe();
    cluster.run(150 * kMs);
    uint32_t number = NumberOfPing();
    m.received.clear();
    sl_engine_note_stall(&engine(), cluster.now(), SL_STALL_RX_OVERFLOW, 100 * kMs);
    EXPECT_EQ(node().stats().stalls, 1u);
    EXPECT_EQ(engine().health.score, 1u);
    node().step(nullptr);
    cluster.run(250 * kMs);
    EXPECT_NE(NumberOfPing(), 0u);
    EXPECT_NE(NumberOfPing(), number);
}

TEST_F(Stall, NodeThatOverflowsAllTheTimeAccusesNobodyForABoundedTime)
{
    Start();
    for (Puppet &h : helpers)
        h.receipts = true;
    Probe();
    uint64_t from = cluster.now();
    while (!Suspected() && cluster.now() < from + 60 * kS) {
        cluster.run(50 * kMs);
        helpers[0].introduce(node()); // heard now and then
        sl_engine_note_stall(&engine(), cluster.now(), SL_STALL_RX_OVERFLOW, 50 * kMs);
        node().step(nullptr);
    }
    uint64_t patience = 8 * node().config.suspicion_max_ns;
    EXPECT_GE(cluster.now() - from, patience);
    EXPECT_LE(cluster.now() - from, patience + 5 * kS);
}

TEST_F(Stall, MissedPollsPutTheVerdictOff)
{
    Start();
    helpers[0].receipts = true;
    uint64_t from = cluster.now(), window = Window();
    Probe();
    cluster.run(150 * kMs);
    sl_engine_note_stall(&engine(), cluster.now(), SL_STALL_MISSED_POLLS, 100 * kMs);
    node().step(nullptr);
    ASSERT_TRUE(cluster.run_until([&] { return Suspected(); }, 5 * kS));
    EXPECT_EQ(cluster.now() - from, window + 100 * kMs);
}

TEST_F(Stall, OwnAccusationsGetTheTimeAddedAndTheFinalProbeStartsOver)
{
    Start();
    for (Puppet &h : helpers)
        h.receipts = h.answers = true;
    Probe();
    ASSERT_TRUE(cluster.run_until([&] { return Suspected(); }, 5 * kS));
    auto final_is_on = [&] {
        return sl_probe_is_under_way(&engine(), SlotOf("m"), SL_PROBE_FINAL);
    };
    ASSERT_TRUE(cluster.run_until(final_is_on, 5 * kS));
    cluster.run(200 * kMs);
    uint64_t from = cluster.now();
    sl_engine_note_stall(&engine(), cluster.now(), SL_STALL_MISSED_POLLS, 100 * kMs);
    node().step(nullptr);
    ASSERT_TRUE(cluster.run_until([&] { return node().status_of("m") == SL_DEAD; }, 10 * kS));
    const sl_config &c = node().config;
    EXPECT_GE(cluster.now() - from,
              (c.probe_tries * c.probe_try_interval_ns + c.probe_helper_wait_ns) / 2);
}

// Others' evidence does not depend on whether this node could hear.
TEST_F(Stall, OthersAccusationsArePutOffByNothing)
{
    Start();
    m.gossip(node(), {m.accusation("m", sl_word_with_status(m.word, SL_SUSPECT), "h1")});
    ASSERT_TRUE(Suspected());
    uint32_t entry = sl_slot_map_find(&engine().suspicion_map, SlotOf("m"));
    ASSERT_NE(entry, SL_ENTRY_NONE);
    const sl_suspicion &s = engine().suspicions[entry];
    uint64_t due_ns = s.timer.deadline_ns, started_ns = s.started_ns;
    cluster.run(50 * kMs);
    sl_engine_note_stall(&engine(), cluster.now(), SL_STALL_MISSED_POLLS, 50 * kMs);
    EXPECT_EQ(s.timer.deadline_ns, due_ns);
    EXPECT_EQ(s.started_ns, started_ns);
}

TEST_F(Stall, OwnPauseIsNotTakenForASlowPath)
{
    Start();
    m.answers = true;
    Probe();
    cluster.pause(1);
    cluster.run(300 * kMs);
    cluster.resume(1);
    EXPECT_EQ(engine().probes_used, 0u) << "answered";
    EXPECT_EQ(node().stats().path_round_trip_ns, 0u);
    Probe();
    cluster.run(100 * kMs);
    EXPECT_NE(node().stats().path_round_trip_ns, 0u);
}

TEST(CutOff, NodeWhoseLinkIsDownAccusesNobodyHoweverLong)
{
    Cluster cluster("lan");
    form(cluster, 6);
    cluster.reachable = [](int from, int to) { return from != 1 && to != 1; };
    ClusterNode &alone = cluster.node(1);
    for (int i = 0; i < 1200; i++) {
        cluster.run(100 * kMs);
        sl_engine_note_stall(alone.engine, cluster.now(), SL_STALL_LINK_DOWN, 100 * kMs);
        alone.step(nullptr);
    }
    EXPECT_EQ(alone.count_events(SL_EVENT_MEMBER_SUSPECT), 0u);
    EXPECT_EQ(alone.count_events(SL_EVENT_MEMBER_DEAD), 0u);
    EXPECT_EQ(alone.stats().health, 0u + SL_HEALTH_MAX);
    cluster.reachable = [](int, int) { return true; };
    EXPECT_TRUE(cluster.run_until([&] { return cluster.converged(); }, 30 * kS));
}

TEST(CutOff, NodeThatHearsNobodyAtAllHoldsItsVerdictBack)
{
    Cluster cluster("lan");
    form(cluster, 6);
    cluster.reachable = [](int from, int to) { return from != 1 && to != 1; };
    ClusterNode &alone = cluster.node(1);
    cluster.run(7 * alone.config.suspicion_max_ns);
    EXPECT_EQ(alone.stats().deaths_declared, 0u);
    EXPECT_EQ(cluster.node(2).status_of("n1"), SL_DEAD) << "the others have each other";
    cluster.reachable = [](int, int) { return true; };
    EXPECT_TRUE(cluster.run_until([&] { return cluster.converged(); }, 30 * kS));
    EXPECT_EQ(alone.count_events(SL_EVENT_MEMBER_DEAD), 0u);
}

TEST(CutOff, LastSurvivorNoticesThatItIsAloneInABoundedTime)
{
    Cluster cluster("lan");
    form(cluster, 6);
    for (int i = 2; i <= 6; i++)
        cluster.kill(i);
    ClusterNode &last = cluster.node(1);
    const sl_config &c = last.config;
    uint64_t patience = 8 * c.suspicion_max_ns;
    uint64_t window = 4 * (c.probe_try_interval_ns + c.probe_helper_wait_ns) +
                      c.probe_tries * c.probe_try_interval_ns;
    uint64_t bound = patience + 2 * 5 * 8 * c.probe_period_ns + window + c.suspicion_max_ns;
    EXPECT_TRUE(cluster.run_until([&] { return last.live_count() == 1; }, bound));
    EXPECT_EQ(last.stats().deaths_declared, 5u);
}

TEST(CutOff, OfTwoTheSurvivorDoesNotWait)
{
    Cluster cluster("lan");
    form(cluster, 2);
    cluster.kill(2);
    uint64_t from = cluster.now();
    ASSERT_TRUE(cluster.run_until([&] { return cluster.node(1).live_count() == 1; }, 60 * kS));
    EXPECT_LE(cluster.now() - from, 3 * kS);
}
