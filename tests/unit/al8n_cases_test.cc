// SPDX-License-Identifier: BSD-3-Clause
// Behaviour that al8n/memberlist promises by its endpoint tests and its simulation, asked of this
// engine. Its invariants run in the simulator (bench/sim/invariants.h); tests/CASES.md has the
// whole list.
#include "puppet.h"

namespace
{

TEST(Al8nEndpoint, OneWayCutIsRoutedAroundByIndirectProbes)
{
    Cluster cluster("lan");
    form(cluster, 6);
    cluster.reachable = [](int from, int to) { return !(from == 1 && to == 2); };
    cluster.run(30 * kS);
    for (auto &[number, n] : cluster.nodes)
        EXPECT_EQ(n->count_events(SL_EVENT_MEMBER_DEAD), 0u);
    EXPECT_GT(cluster.node(1).stats().probes_saved, 0u);
}

TEST(Al8nEndpoint, TruncationMidFrameDoesNotMerge)
{
    Cluster cluster("lan");
    cluster.start(1, {1});
    Puppet m(cluster, 50, "m");
    std::vector<uint8_t> claim = m.alive("m", m.word, 50);
    claim.pop_back();
    m.gossip(cluster.node(1), {claim});
    EXPECT_EQ(cluster.node(1).word_of("m"), 0u);
}

TEST(Al8nEndpoint, TrailingJunkDropsTheFrame)
{
    Cluster cluster("lan");
    cluster.start(1, {1});
    Puppet m(cluster, 50, "m");
    m.gossip(cluster.node(1), {m.alive("m", m.word, 50), {1, 2, 3}});
    EXPECT_EQ(cluster.node(1).word_of("m"), 0u);
}

TEST(Al8nEndpoint, MemberCapRefusesAndCounts)
{
    Cluster cluster("lan");
    cluster.configure = [](sl_config &c) { c.max_members = 3; };
    cluster.start(1, {1});
    Puppet m(cluster, 50, "m");
    for (int i = 0; i < 5; i++)
        m.gossip(cluster.node(1), {m.alive("m" + std::to_string(i), m.word, 60 + i)});
    EXPECT_EQ(cluster.node(1).live_count(), 3u);
    EXPECT_EQ(sl_engine_counters(cluster.node(1).engine)->drops[SL_DROP_MEMBERS_FULL], 3u);
}

TEST(Al8nEndpoint, RemoteLeftBlocksItsReclaimAtTheSameIncarnation)
{
    Cluster cluster("lan");
    cluster.start(1, {1});
    Puppet m(cluster, 50, "m");
    m.introduce(cluster.node(1));
    m.gossip(cluster.node(1), {m.left("m", sl_word_with_status(m.word, SL_LEFT))});
    m.introduce(cluster.node(1));
    EXPECT_EQ(cluster.node(1).status_of("m"), SL_LEFT);
}

TEST(Al8nEndpoint, RestartRefusesAnIncarnationThatNobodyCouldRefute)
{
    Cluster cluster("lan");
    cluster.start(1, {1});
    Puppet m(cluster, 50, "m");
    m.gossip(cluster.node(1), {m.alive("m", sl_word(SL_GENERATION_MAX + 1, 0, SL_ALIVE), 50)});
    EXPECT_EQ(cluster.node(1).word_of("m"), 0u);
}

TEST(Al8nEndpoint, DatagramDelayedAcrossAPartitionOpeningChangesNothing)
{
    Cluster cluster("lan");
    form(cluster, 4);
    uint64_t old_word = cluster.node(4).word();
    cluster.reachable = [](int from, int to) { return (from == 4) == (to == 4); };
    ASSERT_TRUE(
        cluster.run_until([&] { return cluster.node(1).status_of("n4") == SL_DEAD; }, 20 * kS));
    Puppet late(cluster, 60, "late");
    late.gossip(cluster.node(1), {late.alive("n4", old_word, 4)});
    EXPECT_EQ(cluster.node(1).status_of("n4"), SL_DEAD);
}

TEST(Al8nInvariants, RunningNodeNeverHoldsItselfDeadOrLeft)
{
    Cluster cluster("edge", 11);
    cluster.loss_percent = 30;
    for (int i = 1; i <= 10; i++)
        cluster.start(i, {1});
    for (int second = 0; second < 20; second++) {
        int victim = 1 + second % 10;
        cluster.pause(victim);
        cluster.run(500 * kMs); // far beyond what the profile tolerates
        cluster.resume(victim);
        cluster.run(500 * kMs);
        for (auto &[number, n] : cluster.nodes)
            ASSERT_EQ(sl_word_status(n->word_of(n->config.name)), SL_ALIVE) << "n" << number;
    }
    cluster.loss_percent = 0;
    EXPECT_TRUE(cluster.run_until([&] { return cluster.converged(); }, 20 * kS));
}

// No suite had these: a stall of 1, 5 and 50 probe periods accuses nobody by itself.
TEST(Al8nEndpoint, LateTickOfAnyLengthAccusesNobody)
{
    for (uint64_t periods : {1, 5, 50}) {
        Cluster cluster("lan");
        form(cluster, 5);
        cluster.run(1 * kS);
        ClusterNode &stalled = cluster.node(1);
        uint64_t before = stalled.stats().suspicions_raised;
        cluster.pause(1);
        cluster.run(periods * stalled.config.probe_period_ns);
        cluster.resume(1);
        cluster.run(2 * kS);
        EXPECT_EQ(stalled.stats().suspicions_raised, before) << periods << " periods";
        EXPECT_EQ(stalled.count_events(SL_EVENT_MEMBER_DEAD), 0u);
    }
}

// All nodes restart at once without their incarnations, while one old peer survives.
TEST(Al8nEndpoint, MassRestartBesideOneSurvivorConverges)
{
    Cluster cluster("edge");
    form(cluster, 8);
    cluster.run(2 * kS);
    for (int i = 2; i <= 8; i++)
        cluster.kill(i);
    for (int i = 2; i <= 8; i++)
        cluster.start(i, {1}); // same second, same generation as before
    EXPECT_TRUE(cluster.run_until([&] { return cluster.converged(); }, 20 * kS));
}

} // namespace
