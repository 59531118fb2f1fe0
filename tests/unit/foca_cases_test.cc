// SPDX-License-Identifier: BSD-3-Clause
// Behaviour that foca promises by its tests (src/member.rs, src/lib.rs), and chitchat's liveness,
// asked of this engine. tests/CASES.md has the whole list.
#include "puppet.h"

namespace
{

class FocaMember : public ::testing::Test
{
  protected:
    FocaMember() : cluster("lan"), m(cluster, 50, "m"), other(cluster, 51, "other")
    {
        cluster.start(1, {1});
        m.word = Held(SL_ALIVE);
        m.introduce(node());
    }

    static uint64_t At(uint32_t incarnation, sl_status status)
    {
        return sl_word(1000, incarnation, status);
    }

    static uint64_t Held(sl_status status)
    {
        return At(5, status);
    }

    ClusterNode &node()
    {
        return cluster.node(1);
    }

    // What is held after an update, of which foca's table says whether it is taken.
    uint64_t After(uint64_t word)
    {
        if (sl_word_status(word) == SL_ALIVE)
            other.gossip(node(), {m.alive("m", word, 50)});
        else
            other.gossip(node(), {m.accusation("m", word, "third")});
        if (sl_word_status(word) == SL_DEAD)
            cluster.run(node().config.spread_ns + kMs); // a suspicion first
        return node().word_of("m");
    }

    Cluster cluster;
    Puppet m, other;
};

TEST_F(FocaMember, AliveGivesWayToANewerAliveAnEqualSuspectAndADeath)
{
    EXPECT_EQ(After(At(4, SL_SUSPECT)), Held(SL_ALIVE));
    EXPECT_EQ(After(At(5, SL_ALIVE)), Held(SL_ALIVE));
    EXPECT_EQ(After(At(5, SL_SUSPECT)), Held(SL_SUSPECT));
    EXPECT_EQ(After(At(6, SL_ALIVE)), At(6, SL_ALIVE));
    EXPECT_EQ(After(At(6, SL_DEAD)), At(6, SL_DEAD));
}

TEST_F(FocaMember, SuspectGivesWayOnlyToANewerAliveOrSuspectOrADeath)
{
    ASSERT_EQ(After(At(5, SL_SUSPECT)), Held(SL_SUSPECT));
    EXPECT_EQ(After(At(5, SL_ALIVE)), Held(SL_SUSPECT));
    EXPECT_EQ(After(At(6, SL_SUSPECT)), At(6, SL_SUSPECT));
    EXPECT_EQ(After(At(7, SL_ALIVE)), At(7, SL_ALIVE));
}

// Unlike foca, where Down is for good, a member that was wrongly declared dead comes back by itself
// with a higher incarnation; an equal or lower one never brings it back.
TEST_F(FocaMember, DownGivesWayToAHigherIncarnationOnly)
{
    ASSERT_EQ(After(At(5, SL_DEAD)), Held(SL_DEAD));
    EXPECT_EQ(After(At(5, SL_ALIVE)), Held(SL_DEAD));
    EXPECT_EQ(After(At(5, SL_SUSPECT)), Held(SL_DEAD));
    EXPECT_EQ(After(At(4, SL_ALIVE)), Held(SL_DEAD));
    EXPECT_EQ(After(At(6, SL_ALIVE)), At(6, SL_ALIVE));
}

TEST_F(FocaMember, AckWithAWrongNumberIsIgnored)
{
    auto pinged = [&] { return !m.received.empty() && m.received.back().type == SL_FRAME_PING; };
    ASSERT_TRUE(cluster.run_until(pinged, 5 * kS));
    sl_probe_body body = {m.id_of("m"), m.id_of("n1"), m.word};
    m.probe_frame(node(), SL_FRAME_ACK, m.received.back().probe + 64, body);
    EXPECT_TRUE(cluster.run_until([&] { return node().status_of("m") == SL_SUSPECT; }, 5 * kS));
}

TEST_F(FocaMember, StaleSuspicionOfOneselfRaisesNothing)
{
    other.gossip(node(),
                 {m.accusation("n1", sl_word_with_status(node().word(), SL_SUSPECT), "other")});
    uint64_t raised = node().word();
    other.gossip(node(),
                 {m.accusation("n1", sl_word(sl_word_generation(raised), 0, SL_SUSPECT), "other")});
    EXPECT_EQ(node().word(), raised);
}

TEST_F(FocaMember, MessageFromAwareSuspectRefutes)
{
    ASSERT_EQ(After(At(5, SL_SUSPECT)), Held(SL_SUSPECT));
    m.answers = true;
    // The probe tells it what is held of it; it answers by a claim of its own.
    auto told = [&] { return m.received.size() > 1; };
    ASSERT_TRUE(cluster.run_until(told, 5 * kS));
    m.word = At(6, SL_ALIVE);
    m.introduce(node());
    EXPECT_EQ(node().word_of("m"), At(6, SL_ALIVE));
}

// foca's TurnUndead: the probes that it slept through had told it of the suspicion.
TEST(Foca, MemberDeclaredDeadWhileItPausedIsBackAsSoonAsItResumes)
{
    Cluster cluster("lan");
    form(cluster, 6);
    cluster.pause(3);
    ASSERT_TRUE(cluster.run_until([&] { return all_say(cluster, "n3", SL_DEAD); }, 20 * kS));
    cluster.run(5 * kS);
    cluster.resume(3);
    const sl_config &c = cluster.node(3).config;
    EXPECT_TRUE(
        cluster.run_until([&] { return cluster.converged(); }, c.spread_ns + c.probe_period_ns));
}

TEST_F(FocaMember, LeftClusterSaysNothingMore)
{
    m.answers = true;
    sl_engine_leave(node().engine, cluster.now());
    node().step(nullptr);
    ASSERT_TRUE(
        cluster.run_until([&] { return node().count_events(SL_EVENT_SELF_LEFT) == 1; }, 5 * kS));
    cluster.run(100 * kMs); // what is on the wire
    uint64_t before = node().sent_bytes;
    cluster.run(20 * kS);
    EXPECT_EQ(node().sent_bytes, before);
    other.gossip(node(), {m.accusation("m", Held(SL_DEAD), "other")});
    EXPECT_EQ(node().word_of("m"), Held(SL_ALIVE)) << "inert";
}

// chitchat's perf_test.rs: detection within 10 s at 10..100 nodes, under loss within 15 s, and no
// false death in 30 s. It loses half of the packets; lan's suspicion times promise less than half.
TEST(ChitchatLiveness, DeathIsSeenWithinItsBoundsWhateverTheLoss)
{
    for (uint32_t seed = 1; seed <= 12; seed++) {
        uint32_t loss = seed % 4 * 10;
        Cluster cluster("lan", seed);
        form(cluster, 40);
        cluster.loss_percent = loss;
        cluster.run(30 * kS);
        for (auto &[number, n] : cluster.nodes)
            ASSERT_EQ(n->count_events(SL_EVENT_MEMBER_DEAD), 0u) << loss << " %, seed " << seed;
        cluster.kill(7);
        EXPECT_TRUE(cluster.run_until([&] { return all_say(cluster, "n7", SL_DEAD); },
                                      loss == 0 ? 10 * kS : 15 * kS))
            << loss << " %, seed " << seed;
    }
}

} // namespace
