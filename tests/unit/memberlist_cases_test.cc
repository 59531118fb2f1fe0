// SPDX-License-Identifier: BSD-3-Clause
// Behaviour that HashiCorp memberlist promises by its suite (state_test.go and others), asked of
// this engine. tests/CASES.md has the whole list.
#include "puppet.h"

namespace
{

// One node, and a member "m" that a puppet plays.
class MemberlistState : public ::testing::Test
{
  protected:
    MemberlistState() : cluster("lan"), m(cluster, 50, "m"), other(cluster, 51, "other")
    {
        cluster.start(1, {1});
    }

    ClusterNode &node()
    {
        return cluster.node(1);
    }

    size_t Events(sl_event_type type)
    {
        return node().count_events(type, "m");
    }

    uint64_t Word(uint32_t refutations, sl_status status) const
    {
        return sl_word(1000, refutations, status);
    }

    Cluster cluster;
    Puppet m, other;
};

TEST_F(MemberlistState, ProbedNodeThatAnswersStaysAlive)
{
    m.answers = other.answers = true;
    m.introduce(node());
    cluster.run(5 * kS);
    EXPECT_EQ(node().word_of("m"), m.word);
    EXPECT_EQ(Events(SL_EVENT_MEMBER_SUSPECT), 0u);
    EXPECT_GT(node().stats().probes, 5u);
    EXPECT_GT(sl_histogram_percentile(sl_engine_probe_rtt(node().engine), 50), 0u);
}

TEST_F(MemberlistState, ProbeNodeSuspectAsksHelpersFirst)
{
    other.answers = true;
    other.introduce(node());
    m.introduce(node());
    ASSERT_TRUE(cluster.run_until([&] { return Events(SL_EVENT_MEMBER_SUSPECT) == 1; }, 5 * kS));
    bool asked = false;
    for (const sl_header &header : other.received)
        asked |= header.type == SL_FRAME_PING_REQ;
    EXPECT_TRUE(asked);
}

TEST_F(MemberlistState, AliveNodeNewIsOneEvent)
{
    m.introduce(node());
    m.introduce(node());
    EXPECT_EQ(Events(SL_EVENT_MEMBER_ALIVE), 1u);
    EXPECT_EQ(node().word_of("m"), m.word);
}

TEST_F(MemberlistState, AliveNodeIdempotentKeepsTheTimeOfChange)
{
    m.answers = true;
    m.introduce(node());
    for (int i = 0; i < 10; i++) {
        cluster.run(100 * kMs);
        m.introduce(node());
    }
    EXPECT_EQ(Events(SL_EVENT_MEMBER_ALIVE), 1u);
    EXPECT_EQ(Events(SL_EVENT_MEMBER_UPDATED), 0u);
    EXPECT_EQ(node().events.size(), 2u) << "SELF_JOINED and one ALIVE";
}

TEST_F(MemberlistState, AliveNodeSuspectNodeCancelsTheTimer)
{
    m.introduce(node());
    other.gossip(node(), {m.accusation("m", Word(0, SL_SUSPECT), "other")});
    ASSERT_EQ(node().status_of("m"), SL_SUSPECT);
    m.answers = true;
    m.word = Word(1, SL_ALIVE);
    m.introduce(node());
    EXPECT_EQ(node().status_of("m"), SL_ALIVE);
    cluster.run(10 * kS);
    EXPECT_EQ(Events(SL_EVENT_MEMBER_DEAD), 0u);
}

TEST_F(MemberlistState, AliveNodeChangeMetaIsAnUpdate)
{
    m.introduce(node());
    m.gossip(node(), {m.alive("m", Word(1, SL_ALIVE), 50, "role=edge")});
    EXPECT_EQ(Events(SL_EVENT_MEMBER_UPDATED), 1u);
    EXPECT_EQ(Events(SL_EVENT_MEMBER_ALIVE), 1u);
}

TEST_F(MemberlistState, AliveNodeRefuteKeepsTheAccusationOfAnOldIncarnationOut)
{
    m.word = Word(5, SL_ALIVE);
    m.introduce(node());
    other.gossip(node(), {m.accusation("m", Word(4, SL_SUSPECT), "other")});
    EXPECT_EQ(node().word_of("m"), m.word);
}

TEST_F(MemberlistState, AliveNodeConflictKeepsTheAddress)
{
    m.introduce(node());
    // The same incarnation from another address is no news.
    other.gossip(node(), {m.alive("m", m.word, 52)});
    const sl_view *view = sl_engine_view(node().engine);
    uint32_t slot = sl_view_find(view, m.id_of("m"), nullptr);
    EXPECT_EQ(sl_cold_endpoint(sl_view_cold(view, slot), true, false).ip[15], 50);
}

TEST_F(MemberlistState, SuspectNodeNoNodeIsIgnored)
{
    other.gossip(node(), {m.accusation("m", Word(0, SL_SUSPECT), "other")});
    EXPECT_EQ(node().word_of("m"), 0u);
    EXPECT_EQ(node().stats().suspicions_heard, 0u);
}

TEST_F(MemberlistState, SuspectNodeDoubleSuspectIsOneEventAndOneRumour)
{
    m.introduce(node());
    for (int i = 0; i < 5; i++)
        other.gossip(node(), {m.accusation("m", Word(0, SL_SUSPECT), "other")});
    EXPECT_EQ(Events(SL_EVENT_MEMBER_SUSPECT), 1u);
    EXPECT_EQ(node().stats().suspicions_heard, 1u);
    EXPECT_EQ(node().stats().confirmations, 0u) << "the same accuser confirms nothing";
}

TEST_F(MemberlistState, SuspectNodeRefuteRaisesTheOwnIncarnation)
{
    uint64_t before = node().word();
    other.gossip(node(), {m.accusation("n1", sl_word_with_status(before, SL_SUSPECT), "other")});
    EXPECT_EQ(sl_word_incarnation(node().word()), sl_word_incarnation(before) + 1);
    EXPECT_EQ(sl_word_status(node().word()), SL_ALIVE);
    EXPECT_EQ(node().count_events(SL_EVENT_SELF_ACCUSED), 1u);
}

TEST_F(MemberlistState, DeadNodeNoNodeIsIgnored)
{
    other.gossip(node(), {m.accusation("m", Word(0, SL_DEAD), "third")});
    EXPECT_EQ(node().word_of("m"), 0u);
}

TEST_F(MemberlistState, DeadNodeIsOneEventHoweverOftenItIsTold)
{
    m.introduce(node());
    for (int i = 0; i < 3; i++)
        other.gossip(node(), {m.accusation("m", Word(0, SL_DEAD), "third")});
    cluster.run(node().config.spread_ns + kMs);
    EXPECT_EQ(Events(SL_EVENT_MEMBER_DEAD), 1u);
    EXPECT_EQ(node().status_of("m"), SL_DEAD);
}

TEST_F(MemberlistState, DeadNodeOldDeadIsIgnored)
{
    m.word = Word(10, SL_ALIVE);
    m.introduce(node());
    other.gossip(node(), {m.accusation("m", Word(1, SL_DEAD), "third")});
    EXPECT_EQ(node().word_of("m"), m.word);
}

TEST_F(MemberlistState, DeadNodeAliveReplayStaysDead)
{
    m.introduce(node());
    other.gossip(node(), {m.accusation("m", Word(0, SL_DEAD), "third")});
    cluster.run(node().config.spread_ns + kMs);
    m.introduce(node());
    EXPECT_EQ(node().status_of("m"), SL_DEAD);
}

TEST_F(MemberlistState, DeadNodeRefuteOfOneselfNeverBelieved)
{
    other.gossip(node(),
                 {m.accusation("n1", sl_word_with_status(node().word(), SL_DEAD), "third")});
    EXPECT_EQ(sl_word_status(node().word()), SL_ALIVE);
    EXPECT_EQ(node().word_of("n1"), node().word());
}

TEST_F(MemberlistState, DeadNodeLeftThenANewLifeAtAnotherAddressIsTaken)
{
    m.introduce(node());
    m.gossip(node(), {m.left("m", Word(0, SL_LEFT))});
    ASSERT_EQ(node().status_of("m"), SL_LEFT);
    other.gossip(node(), {m.alive("m", sl_word(1001, 0, SL_ALIVE), 52)});
    EXPECT_EQ(node().status_of("m"), SL_ALIVE);
    EXPECT_EQ(Events(SL_EVENT_MEMBER_ALIVE), 2u);
    const sl_view *view = sl_engine_view(node().engine);
    uint32_t slot = sl_view_find(view, m.id_of("m"), nullptr);
    EXPECT_EQ(sl_cold_endpoint(sl_view_cold(view, slot), true, false).ip[15], 52);
}

TEST_F(MemberlistState, ResetNodesForgetsTheDeadOnlyAfterTheirTime)
{
    cluster.configure = [](sl_config &c) {
        c.dead_retention_ns = 20 * kS;
        c.zone_patience_ns = 10 * kS;
        c.left_retention_ns = 20 * kS;
    };
    cluster.start(2, {2});
    ClusterNode &short_memory = cluster.node(2);
    m.introduce(short_memory);
    other.gossip(short_memory, {m.accusation("m", Word(0, SL_DEAD), "third")});
    cluster.run(15 * kS);
    EXPECT_NE(short_memory.word_of("m"), 0u);
    cluster.run(60 * kS);
    EXPECT_EQ(short_memory.word_of("m"), 0u);
}

// No suite had this one; memberlist 0.2.2 ends up alive.
TEST_F(MemberlistState, StaleAliveBehindANewerDeathDoesNotResurrect)
{
    m.word = Word(1, SL_ALIVE);
    m.introduce(node());
    other.gossip(node(), {m.accusation("m", Word(1, SL_DEAD), "third")});
    other.gossip(node(), {m.accusation("m", Word(10, SL_DEAD), "third")});
    other.gossip(node(), {m.alive("m", Word(2, SL_ALIVE), 50)});
    cluster.run(node().config.spread_ns + kMs);
    EXPECT_EQ(node().word_of("m"), Word(10, SL_DEAD));
}

TEST(MemberlistMembers, JoinToADeadAddressKeepsTryingAndLosesNothing)
{
    Cluster cluster;
    cluster.start(1, {99});
    cluster.run(30 * kS);
    EXPECT_EQ(cluster.node(1).stats().phase, (uint64_t)SL_PHASE_JOINING);
    EXPECT_EQ(cluster.node(1).live_count(), 1u);
}

TEST(MemberlistMembers, LeaveIsSeenAsLeftNotAsDead)
{
    Cluster cluster("edge");
    form(cluster, 3);
    sl_engine_leave(cluster.node(3).engine, cluster.now());
    cluster.node(3).step(nullptr);
    cluster.run(2 * kS);
    cluster.kill(3);
    cluster.run(10 * kS);
    EXPECT_TRUE(all_say(cluster, "n3", SL_LEFT));
    EXPECT_EQ(cluster.node(1).count_events(SL_EVENT_MEMBER_DEAD), 0u);
}

TEST(MemberlistMembers, JoinerThatIsShutDownStopsCountingAfterTheSuspicion)
{
    Cluster cluster("edge");
    form(cluster, 2);
    cluster.kill(2);
    EXPECT_TRUE(cluster.run_until([&] { return cluster.node(1).live_count() == 1; }, 5 * kS));
}

TEST(MemberlistMembers, DifferentLabelsNeverMeet)
{
    Cluster cluster("edge");
    cluster.start(1, {1});
    cluster.configure = [](sl_config &c) { strcpy(c.cluster_name, "another"); };
    cluster.start(2, {1});
    cluster.run(10 * kS);
    EXPECT_EQ(cluster.node(1).live_count(), 1u);
    EXPECT_EQ(cluster.node(2).live_count(), 1u);
}

TEST(MemberlistInteg, SixteenNodesConverge)
{
    Cluster cluster("edge");
    for (int i = 1; i <= 16; i++)
        cluster.start(i, {1});
    EXPECT_TRUE(cluster.run_until([&] { return cluster.converged(); }, 2 * kS));
}

TEST(SerfIntents, LeavesOutOfOrderDieDown)
{
    // serf's avoidInfiniteLeaveRebroadcast: two leaves, the older heard last.
    Cluster cluster("lan");
    form(cluster, 3);
    Puppet m(cluster, 50, "m");
    m.introduce(cluster.node(1));
    m.gossip(cluster.node(1), {m.left("m", sl_word(1000, 3, SL_LEFT))});
    m.gossip(cluster.node(2), {m.left("m", sl_word(1000, 2, SL_LEFT))});
    cluster.run(20 * kS);
    for (auto &[number, n] : cluster.nodes)
        EXPECT_EQ(n->stats().rumours_waiting, 0u) << "n" << number;
}

} // namespace
