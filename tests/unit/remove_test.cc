// SPDX-License-Identifier: BSD-3-Clause
// An operator's word that a dead or left member is gone: what it does where the member is gone,
// where it lives, and to those who only hear of it.
#include <cerrno>

#include "probe_fixture.h"

namespace
{

int remove(ClusterNode &node, const std::string &name)
{
    int error =
        sl_engine_remove(node.engine, node.cluster.now(), name.data(), (uint32_t)name.size());
    node.step(nullptr);
    return error;
}

bool all_have_it_removed(Cluster &cluster, const std::string &name)
{
    bool all = true;
    for (auto &[number, node] : cluster.nodes)
        all &= node->is_removed(name);
    return all;
}

TEST(Remove, OfADeadMemberIsHeardByAllAndSaysWho)
{
    Cluster cluster;
    form(cluster, 4);
    cluster.kill(4);
    ASSERT_TRUE(cluster.run_until([&] { return all_say(cluster, "n4", SL_DEAD); }, 20 * kS));
    uint64_t dead = cluster.node(1).word_of("n4");
    ASSERT_EQ(remove(cluster.node(1), "n4"), 0);
    EXPECT_TRUE(cluster.run_until([&] { return all_have_it_removed(cluster, "n4"); },
                                  cluster.node(1).config.spread_ns));
    for (int number : {1, 2, 3}) {
        ClusterNode &node = cluster.node(number);
        EXPECT_EQ(node.word_of("n4"), sl_word_with_status(dead, SL_LEFT));
        ASSERT_EQ(node.count_events(SL_EVENT_MEMBER_REMOVED, "n4"), 1u);
        EXPECT_EQ(node.count_events(SL_EVENT_MEMBER_LEFT), 0u);
        EXPECT_EQ(sl_view_summary(sl_engine_view(node.engine))->removed_count, 1u);
        EXPECT_EQ(node.stats().removals_made, number == 1 ? 1u : 0u);
        EXPECT_EQ(node.stats().removals_heard, number == 1 ? 0u : 1u);
        for (const SeenEvent &event : node.events)
            if (event.type == SL_EVENT_MEMBER_REMOVED) {
                EXPECT_EQ(event.accuser, "n1");
            }
    }
}

TEST(Remove, SaysWhyItCannot)
{
    Cluster cluster;
    form(cluster, 3);
    ClusterNode &node = cluster.node(1);
    EXPECT_EQ(remove(node, "n1"), -EINVAL);
    EXPECT_EQ(remove(node, "n9"), -ENOENT);
    EXPECT_EQ(remove(node, ""), -ENOENT);
    EXPECT_EQ(remove(node, "n2"), -EBUSY);
    cluster.kill(2);
    ASSERT_TRUE(cluster.run_until([&] { return node.status_of("n2") == SL_SUSPECT; }, 20 * kS));
    EXPECT_EQ(remove(node, "n2"), -EBUSY);
    EXPECT_EQ(node.stats().removals_made, 0u);
    ASSERT_TRUE(cluster.run_until([&] { return node.status_of("n2") == SL_DEAD; }, 20 * kS));
    ASSERT_EQ(sl_engine_leave(node.engine, cluster.now()), 0);
    EXPECT_EQ(remove(node, "n2"), -ESHUTDOWN);
    EXPECT_EQ(node.status_of("n2"), SL_DEAD);
}

TEST(Remove, OfAMemberThatLeftRanksAboveItsLeaving)
{
    Cluster cluster;
    form(cluster, 3);
    ASSERT_EQ(sl_engine_leave(cluster.node(3).engine, cluster.now()), 0);
    cluster.node(3).step(nullptr);
    ASSERT_TRUE(cluster.run_until([&] { return all_say(cluster, "n3", SL_LEFT); }, 5 * kS));
    cluster.run(kS);
    cluster.kill(3);
    EXPECT_FALSE(cluster.node(1).is_removed("n3"));
    uint64_t left = cluster.node(1).word_of("n3");
    ASSERT_EQ(remove(cluster.node(1), "n3"), 0);
    EXPECT_TRUE(cluster.run_until([&] { return all_have_it_removed(cluster, "n3"); }, 5 * kS));
    EXPECT_EQ(cluster.node(2).word_of("n3"), left);
    EXPECT_EQ(cluster.node(2).count_events(SL_EVENT_MEMBER_REMOVED, "n3"), 1u);
}

TEST(Remove, ByTwoAtOnceAndAgainIsOneRemoval)
{
    Cluster cluster;
    form(cluster, 5);
    cluster.kill(5);
    ASSERT_TRUE(cluster.run_until([&] { return all_say(cluster, "n5", SL_DEAD); }, 20 * kS));
    EXPECT_EQ(remove(cluster.node(1), "n5"), 0);
    EXPECT_EQ(remove(cluster.node(2), "n5"), 0);
    EXPECT_EQ(remove(cluster.node(2), "n5"), 0);
    cluster.run(5 * kS);
    for (int number : {1, 2, 3, 4}) {
        EXPECT_TRUE(cluster.node(number).is_removed("n5"));
        EXPECT_EQ(cluster.node(number).count_events(SL_EVENT_MEMBER_REMOVED, "n5"), 1u);
    }
}

TEST(Remove, IsNotDialledAndIsForgottenAsOneThatLeft)
{
    Cluster cluster;
    cluster.configure = [](sl_config &c) {
        c.left_retention_ns = 400 * kS;
        c.dial_interval_ns = 500 * kMs;
    };
    form(cluster, 3);
    cluster.kill(3);
    ASSERT_TRUE(cluster.run_until([&] { return all_say(cluster, "n3", SL_DEAD); }, 20 * kS));
    ASSERT_EQ(remove(cluster.node(1), "n3"), 0);
    ASSERT_TRUE(cluster.run_until([&] { return all_have_it_removed(cluster, "n3"); }, 5 * kS));
    cluster.run(kS); // dials under way
    size_t dials = 0;
    cluster.tap = [&](const ClusterPacket &packet) {
        dials += packet.to.ip[15] == cluster.address_of(3).ip[15];
    };
    cluster.run(390 * kS);
    EXPECT_EQ(dials, 0u);
    EXPECT_TRUE(all_have_it_removed(cluster, "n3"));
    cluster.run(20 * kS);
    EXPECT_EQ(cluster.node(1).word_of("n3"), 0u);
    EXPECT_EQ(sl_view_summary(sl_engine_view(cluster.node(1).engine))->removed_count, 0u);
}

TEST(Remove, AMemberThatStartsAgainJoinsAsBefore)
{
    Cluster cluster;
    form(cluster, 3);
    cluster.kill(3);
    ASSERT_TRUE(cluster.run_until([&] { return all_say(cluster, "n3", SL_DEAD); }, 20 * kS));
    ASSERT_EQ(remove(cluster.node(1), "n3"), 0);
    ASSERT_TRUE(cluster.run_until([&] { return all_have_it_removed(cluster, "n3"); }, 5 * kS));
    cluster.wall_s += 60;
    cluster.start(3, {1});
    EXPECT_TRUE(cluster.run_until([&] { return cluster.converged(); }, 10 * kS));
    EXPECT_FALSE(cluster.node(1).is_removed("n3"));
    EXPECT_EQ(cluster.node(2).count_events(SL_EVENT_MEMBER_ALIVE, "n3"), 2u);
    ASSERT_EQ(sl_engine_leave(cluster.node(3).engine, cluster.now()), 0);
    cluster.node(3).step(nullptr);
    ASSERT_TRUE(cluster.run_until([&] { return all_say(cluster, "n3", SL_LEFT); }, 5 * kS));
    EXPECT_FALSE(cluster.node(1).is_removed("n3")) << "the mark was of its earlier life";
}

// The cut's one side has the other's member dead, and an operator there removes it.
TEST(Remove, OfALivingMemberThatIsDeadBehindACutDropsItNowhereElse)
{
    Cluster cluster;
    form(cluster, 6);
    bool cut = true;
    cluster.reachable = [&](int from, int to) { return !cut || (from <= 3) == (to <= 3); };
    auto a_has_b_dead = [&] {
        bool dead = true;
        for (int a : {1, 2, 3})
            for (int b : {4, 5, 6})
                dead &= cluster.node(a).status_of("n" + std::to_string(b)) == SL_DEAD;
        return dead;
    };
    ASSERT_TRUE(cluster.run_until(a_has_b_dead, 60 * kS));
    ASSERT_EQ(remove(cluster.node(1), "n5"), 0);
    ASSERT_EQ(remove(cluster.node(2), "n6"), 0);
    cluster.run(5 * kS);
    ASSERT_TRUE(cluster.node(3).is_removed("n5"));
    cut = false;
    ASSERT_TRUE(cluster.run_until([&] { return cluster.converged(); }, 60 * kS));
    for (int b : {4, 5, 6})
        for (const char *victim : {"n5", "n6"})
            for (sl_event_type type :
                 {SL_EVENT_MEMBER_DEAD, SL_EVENT_MEMBER_LEFT, SL_EVENT_MEMBER_REMOVED})
                EXPECT_EQ(cluster.node(b).count_events(type, victim), 0u) << b << victim << type;
}

class RemoveHeard : public ProbeFixture
{
  protected:
    void SetUp() override
    {
        m.answers = true;
        Start();
    }

    std::vector<uint8_t> Removal(uint32_t refutations = 0)
    {
        return m.accusation("m", sl_word(1000, refutations, SL_LEFT), "h1");
    }

    void Say(Puppet &teller, const std::vector<uint8_t> &record)
    {
        teller.gossip(node(), {record});
    }
};

TEST_F(RemoveHeard, OfALivingMemberIsASuspicionThatItLearnsOfAtOnce)
{
    Say(helpers[0], Removal());
    EXPECT_TRUE(Suspected());
    node().step(nullptr);
    cluster.run(kMs);
    ASSERT_NE(NumberOfPing(), 0u);
    Say(m, m.alive("m", sl_word(1000, 1, SL_ALIVE), 50));
    cluster.run(60 * kS);
    EXPECT_EQ(node().status_of("m"), SL_ALIVE);
    EXPECT_EQ(node().count_events(SL_EVENT_MEMBER_REMOVED), 0u);
}

// Nobody's probe fails, so nobody may take it for gone, whatever operators say.
TEST_F(RemoveHeard, OfAMemberThatAnswersNeverDropsIt)
{
    for (Puppet &h : helpers)
        Say(h, m.accusation("m", sl_word(1000, 0, SL_LEFT), h.name));
    cluster.run(120 * kS);
    EXPECT_TRUE(Suspected());
    EXPECT_EQ(node().count_events(SL_EVENT_MEMBER_DEAD), 0u);
    EXPECT_EQ(node().count_events(SL_EVENT_MEMBER_REMOVED), 0u);
}

TEST_F(RemoveHeard, OfALiveMemberThatIsSilentIsTakenWhenItIsFoundGone)
{
    m.answers = false;
    Say(helpers[0], Removal());
    EXPECT_TRUE(cluster.run_until([&] { return node().is_removed("m"); }, 60 * kS));
    EXPECT_EQ(node().count_events(SL_EVENT_MEMBER_REMOVED, "m"), 1u);
    EXPECT_EQ(node().count_events(SL_EVENT_MEMBER_DEAD, "m"), 0u);
}

TEST_F(RemoveHeard, IsWhatADeathThatIsHeardMeanwhileBecomes)
{
    Say(helpers[0], Removal());
    Say(helpers[1], m.accusation("m", sl_word(1000, 0, SL_DEAD), "h2"));
    cluster.run(node().config.suspicion_min_ns + kMs);
    EXPECT_TRUE(node().is_removed("m"));
}

TEST_F(RemoveHeard, IsWhatALeavingThatIsHeardMeanwhileBecomes)
{
    Say(helpers[0], Removal());
    Say(m, m.left("m", sl_word(1000, 0, SL_LEFT)));
    EXPECT_TRUE(node().is_removed("m"));
}

TEST_F(RemoveHeard, AnEarlierIncarnationsDoesNotOutliveItsRefutation)
{
    Say(helpers[0], Removal());
    Say(m, m.alive("m", sl_word(1000, 1, SL_ALIVE), 50));
    Say(m, m.left("m", sl_word(1000, 1, SL_LEFT)));
    EXPECT_EQ(node().status_of("m"), SL_LEFT);
    EXPECT_FALSE(node().is_removed("m"));
}

TEST_F(RemoveHeard, OfADeadMemberIsTakenAtOnceAndOfALeftOneToo)
{
    for (sl_status status : {SL_DEAD, SL_LEFT}) {
        uint32_t refutations = status == SL_DEAD ? 2 : 3;
        uint64_t word = sl_word(1000, refutations, status);
        Say(helpers[0], m.alive("m", sl_word(1000, refutations, SL_ALIVE), 50));
        if (status == SL_LEFT) {
            Say(m, m.left("m", word));
        } else {
            Say(helpers[0], m.accusation("m", word, "h1"));
            cluster.run(node().config.suspicion_min_ns + kMs);
        }
        ASSERT_EQ(node().status_of("m"), status);
        Say(helpers[0], Removal(refutations));
        EXPECT_TRUE(node().is_removed("m"));
    }
}

// A session tells what another view holds: the member is asked, and only if it is silent suspected.
TEST_F(RemoveHeard, BySyncOfAMemberThatAnswersIsNoSuspicion)
{
    auto sync = [&] {
        std::vector<uint8_t> memory(sl_input_bytes(SL_FRAME_BYTES)), record = Removal();
        sl_input *input = (sl_input *)memory.data();
        input->header.type = SL_FRAME_SYNC;
        input->header.sender_id = m.id_of("h1");
        input->from = helpers[0].endpoint;
        memcpy(input->records, record.data(), record.size());
        input->records_bytes = (uint16_t)record.size();
        input->record_count = 1;
        node().step(input);
    };
    sync();
    cluster.run(5 * kS);
    EXPECT_EQ(node().status_of("m"), SL_ALIVE);
    m.answers = false;
    sync();
    EXPECT_TRUE(cluster.run_until([&] { return node().is_removed("m"); }, 60 * kS));
    EXPECT_EQ(node().count_events(SL_EVENT_MEMBER_DEAD, "m"), 0u);
}

// A LEFT is taken from anybody: what a liar says of a living member must not last.
TEST(LyingLeft, IsRefutedByItsMemberWhateverItsIncarnation)
{
    for (bool greatest : {false, true}) {
        Cluster cluster;
        form(cluster, 4);
        Puppet liar(cluster, 60, "liar");
        uint64_t word = greatest ? sl_word_most(cluster.wall_s) : cluster.node(4).word();
        word = sl_word_with_status(word, SL_LEFT);
        for (int number : {1, 2, 3})
            liar.gossip(cluster.node(number), {liar.left("n4", word)});
        EXPECT_EQ(cluster.node(1).status_of("n4"), SL_LEFT);
        EXPECT_TRUE(cluster.run_until([&] { return cluster.converged(); }, 5 * kS));
        EXPECT_GT(cluster.node(4).word(), word);
    }
}

TEST(LyingLeft, WithoutRoomForARefutationIsRefused)
{
    EXPECT_FALSE(sl_word_is_acceptable(sl_word(SL_GENERATION_MAX, SL_REFUTATION_MAX, SL_LEFT)));
}

} // namespace
