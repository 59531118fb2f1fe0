// SPDX-License-Identifier: BSD-3-Clause
// Behaviour that Tarantool's SWIM promises by its suite (test/unit/swim.c), asked of this engine.
// tests/CASES.md has the whole list.
#include "puppet.h"

namespace
{

TEST(TarantoolSwim, OneLinkIsEnoughToMeet)
{
    Cluster cluster;
    cluster.start(1, {1});
    cluster.start(2, {1});
    EXPECT_TRUE(cluster.run_until([&] { return cluster.converged(); }, 1 * kS));
}

TEST(TarantoolSwim, SequenceOfLinksBecomesAFullMesh)
{
    Cluster cluster;
    for (int i = 1; i <= 5; i++)
        cluster.start(i, {i == 5 ? 5 : i + 1});
    EXPECT_TRUE(cluster.run_until([&] { return cluster.converged(); }, 10 * kS));
}

TEST(TarantoolSwim, BasicFailureDetectionTakesItsTimeAndIsUndoneByAnAnswer)
{
    Cluster cluster("lan");
    form(cluster, 3);
    uint64_t life = sl_word_generation(cluster.node(2).word());
    uint64_t cut = cluster.now();
    cluster.reachable = [](int from, int to) { return from != 2 && to != 2; };
    ASSERT_TRUE(
        cluster.run_until([&] { return cluster.node(1).status_of("n2") == SL_SUSPECT; }, 5 * kS));
    const sl_config &c = cluster.node(1).config;
    EXPECT_GE(cluster.now() - cut, c.probe_tries * c.probe_try_interval_ns);
    uint64_t suspected = cluster.now();
    ASSERT_TRUE(
        cluster.run_until([&] { return cluster.node(1).status_of("n2") == SL_DEAD; }, 10 * kS));
    EXPECT_GE(cluster.now() - suspected, c.max_pause_ns);
    cluster.run(5 * kS);
    EXPECT_EQ(cluster.node(1).status_of("n2"), SL_DEAD) << "kept, not dropped";
    cluster.reachable = [](int, int) { return true; };
    EXPECT_TRUE(cluster.run_until([&] { return cluster.converged(); }, 30 * kS));
    EXPECT_EQ(sl_word_generation(cluster.node(2).word()), life) << "without a restart";
}

TEST(TarantoolSwim, BasicGossipTellsOfASuspicionToWhomCannotSee)
{
    Cluster cluster("lan");
    form(cluster, 3);
    // n3 and n2 hear nobody's silence for themselves: n3 may only talk to n1.
    cluster.reachable = [](int from, int to) { return from != 2 && to != 2; };
    ASSERT_TRUE(
        cluster.run_until([&] { return cluster.node(1).status_of("n2") == SL_SUSPECT; }, 5 * kS));
    uint64_t seen = cluster.now();
    ASSERT_TRUE(
        cluster.run_until([&] { return cluster.node(3).status_of("n2") == SL_SUSPECT; }, 5 * kS));
    EXPECT_LE(cluster.now() - seen, 2 * cluster.node(1).config.probe_period_ns);
}

TEST(TarantoolSwim, ProbeOfAnAddressMakesBothKnowEachOther)
{
    Cluster cluster;
    cluster.start(1, {1});
    cluster.start(2, {2});
    cluster.run(5 * kS);
    ASSERT_EQ(cluster.node(1).live_count(), 1u);
    sl_endpoint seed = Cluster::address_of(2);
    ASSERT_EQ(sl_engine_join(cluster.node(1).engine, cluster.now(), &seed, 1), 0);
    EXPECT_TRUE(cluster.run_until([&] { return cluster.converged(); }, 10 * kS));
}

TEST(TarantoolSwim, RefuteAfterTotalLossIsSeenByTheAccuser)
{
    Cluster cluster("lan");
    form(cluster, 2);
    uint64_t before = cluster.node(2).word();
    cluster.loss_percent = 100;
    ASSERT_TRUE(
        cluster.run_until([&] { return cluster.node(1).status_of("n2") == SL_SUSPECT; }, 5 * kS));
    cluster.loss_percent = 0;
    EXPECT_TRUE(cluster.run_until([&] { return cluster.converged(); }, 2 * kS));
    EXPECT_EQ(cluster.node(2).count_events(SL_EVENT_MEMBER_DEAD), 0u);
    EXPECT_GE(cluster.node(2).word(), before);
}

TEST(TarantoolSwim, RefuteByRestartIsANewGeneration)
{
    Cluster cluster("lan");
    form(cluster, 2);
    uint64_t life = sl_word_generation(cluster.node(2).word());
    cluster.kill(2);
    cluster.wall_s += 5;
    cluster.start(2, {1});
    EXPECT_TRUE(cluster.run_until([&] { return cluster.converged(); }, 10 * kS));
    EXPECT_GT(sl_word_generation(cluster.node(1).word_of("n2")), life);
}

TEST(TarantoolSwim, UndeadIsKeptListedAsDead)
{
    Cluster cluster("edge");
    form(cluster, 2);
    cluster.kill(2);
    ASSERT_TRUE(
        cluster.run_until([&] { return cluster.node(1).status_of("n2") == SL_DEAD; }, 5 * kS));
    cluster.run(60 * kS);
    EXPECT_EQ(cluster.node(1).status_of("n2"), SL_DEAD);
    EXPECT_EQ(cluster.node(1).count_events(SL_EVENT_MEMBER_DEAD, "n2"), 1u);
}

TEST(TarantoolSwim, QuitIsLeftEverywhereAndItsRestartIsWelcome)
{
    Cluster cluster("lan");
    form(cluster, 3);
    uint64_t before = cluster.node(2).word();
    ASSERT_EQ(sl_engine_leave(cluster.node(2).engine, cluster.now()), 0);
    EXPECT_EQ(sl_word_status(cluster.node(2).word()), SL_LEFT) << "in its own view at once";
    cluster.node(2).step(nullptr);
    cluster.run(2 * kS);
    cluster.kill(2);
    ASSERT_TRUE(all_say(cluster, "n2", SL_LEFT));
    cluster.start(2, {1}); // within the same second: the clock gives the same generation
    EXPECT_TRUE(cluster.run_until([&] { return cluster.converged(); }, 10 * kS));
    EXPECT_GT(cluster.node(2).word(), before);
}

TEST(TarantoolSwim, QuitOfAnUnknownMemberAddsNobody)
{
    Cluster cluster;
    form(cluster, 2);
    Puppet puppet(cluster, 50, "p");
    puppet.introduce(cluster.node(1));
    puppet.gossip(cluster.node(1), {puppet.left("stranger", sl_word(9, 0, SL_LEFT))});
    cluster.run(2 * kS);
    EXPECT_EQ(cluster.node(1).word_of("stranger"), 0u);
    EXPECT_EQ(cluster.node(2).word_of("stranger"), 0u);
}

TEST(TarantoolSwim, UriUpdateIsNotUndoneByTheOldAddress)
{
    Cluster cluster("edge");
    form(cluster, 3);
    uint64_t old_word = cluster.node(3).word();
    cluster.kill(3);
    cluster.wall_s += 100;
    cluster.start(33, {1}, "n3");
    ASSERT_TRUE(cluster.run_until([&] { return cluster.converged(); }, 20 * kS));
    Puppet puppet(cluster, 50, "p");
    puppet.gossip(cluster.node(1), {puppet.alive("n3", old_word, 3)});
    EXPECT_EQ(cluster.node(1).word_of("n3"), cluster.node(33).word());
    const sl_view *view = sl_engine_view(cluster.node(1).engine);
    uint32_t slot = sl_view_find(view, puppet.id_of("n3"), nullptr);
    sl_endpoint where = sl_cold_endpoint(sl_view_cold(view, slot), true, false);
    EXPECT_EQ(where.ip[15], 33);
}

void set_tags(ClusterNode &node, const std::string &tags)
{
    ASSERT_EQ(sl_engine_update(node.engine, node.cluster.now(), tags.data(), (uint32_t)tags.size()),
              0);
    node.step(nullptr);
}

std::string tags_of(ClusterNode &viewer, const Puppet &hash, const std::string &name)
{
    const sl_view *view = sl_engine_view(viewer.engine);
    uint32_t slot = sl_view_find(view, hash.id_of(name), nullptr);
    sl_identity identity = sl_cold_identity(sl_view_cold(view, slot));
    return std::string(identity.tags, identity.tags_bytes);
}

bool all_hold(Cluster &cluster, const Puppet &hash, const std::string &name,
              const std::string &tags)
{
    for (auto &[number, n] : cluster.nodes) {
        if (tags_of(*n, hash, name) != tags)
            return false;
    }
    return true;
}

TEST(TarantoolSwim, PayloadIsReplacedByItsNextVersionThoughItsRumourIsLost)
{
    Cluster cluster("lan");
    Puppet hash(cluster, 50, "p");
    form(cluster, 3);
    cluster.run(5 * kS);
    set_tags(cluster.node(1), "v=1");
    uint64_t from = cluster.now();
    ASSERT_TRUE(cluster.run_until([&] { return all_hold(cluster, hash, "n1", "v=1"); }, 2 * kS));
    EXPECT_LE(cluster.now() - from, 3 * cluster.node(1).config.gossip_interval_ns);
    // Everything is lost until the rumour has been sent as often as it ever is; repair brings it.
    cluster.reachable = [](int, int) { return false; };
    set_tags(cluster.node(1), "v=2");
    ASSERT_TRUE(
        cluster.run_until([&] { return cluster.node(1).stats().rumours_waiting == 0; }, 5 * kS));
    cluster.reachable = [](int, int) { return true; };
    EXPECT_TRUE(cluster.run_until([&] { return all_hold(cluster, hash, "n1", "v=2"); }, 20 * kS));
}

TEST(TarantoolSwim, PayloadOfTheNextLifeWins)
{
    Cluster cluster("lan");
    Puppet hash(cluster, 50, "p");
    form(cluster, 2);
    set_tags(cluster.node(1), "life=1");
    ASSERT_TRUE(cluster.run_until([&] { return all_hold(cluster, hash, "n1", "life=1"); }, 5 * kS));
    cluster.kill(1);
    cluster.wall_s += 1;
    cluster.start(1, {2});
    set_tags(cluster.node(1), "life=2");
    EXPECT_TRUE(cluster.run_until([&] { return all_hold(cluster, hash, "n1", "life=2"); }, 2 * kS));
}

TEST(TarantoolSwim, SlowNetQueuesNothing)
{
    Cluster cluster("lan");
    form(cluster, 2);
    cluster.node(1).lends = false;
    uint64_t before = cluster.node(1).sent_bytes;
    cluster.run(400 * kMs);
    EXPECT_EQ(cluster.node(1).sent_bytes, before);
    cluster.node(1).lends = true;
    cluster.run(1 * kMs);
    // What was not sent then is not made up for now: a frame or two, not a period's worth.
    EXPECT_LE(cluster.node(1).sent_bytes - before, 3u * cluster.node(1).config.frame_bytes);
    EXPECT_TRUE(cluster.run_until([&] { return cluster.converged(); }, 5 * kS));
}

TEST(TarantoolSwim, MemberByIdFindsSelfAndKnowsNoStranger)
{
    Cluster cluster;
    form(cluster, 2);
    EXPECT_EQ(cluster.node(1).word_of("n1"), cluster.node(1).word());
    EXPECT_EQ(cluster.node(1).word_of("nobody"), 0u);
    EXPECT_EQ(sl_view_find(sl_engine_view(cluster.node(1).engine), 0, nullptr), SL_SLOT_NONE);
}

} // namespace
