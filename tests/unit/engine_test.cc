// SPDX-License-Identifier: BSD-3-Clause
#include "cluster.h"

#include <cerrno>

namespace
{

TEST(Engine, TwoNodesMeetThroughOneSeed)
{
    Cluster cluster;
    form(cluster, 2);
    EXPECT_EQ(cluster.node(2).count_events(SL_EVENT_SELF_JOINED), 1u);
    EXPECT_EQ(cluster.node(1).count_events(SL_EVENT_MEMBER_ALIVE, "n2"), 1u);
}

TEST(Engine, TheEventOfJoiningHasTheOwnWordAndNoEarlierOne)
{
    Cluster cluster;
    form(cluster, 2);
    for (const SeenEvent &event : cluster.node(2).events) {
        if (event.type != SL_EVENT_SELF_JOINED)
            continue;
        EXPECT_EQ(event.id, cluster.node(2).id_of("n2"));
        EXPECT_EQ(event.word, cluster.node(2).word());
        EXPECT_EQ(event.previous_word, 0u);
    }
}

TEST(Engine, FirstNodeWhoseOnlySeedIsItselfIsAMemberAtOnce)
{
    Cluster cluster;
    cluster.start(1, {1});
    EXPECT_EQ(cluster.node(1).stats().phase, (uint64_t)SL_PHASE_MEMBER);
}

TEST(Engine, JoinerFindsASeedThatStartsLater)
{
    Cluster cluster;
    cluster.start(2, {1});
    cluster.run(3 * kS);
    EXPECT_EQ(cluster.node(2).stats().phase, (uint64_t)SL_PHASE_JOINING);
    cluster.start(1, {1});
    EXPECT_TRUE(cluster.run_until([&] { return cluster.converged(); }, 20 * kS));
}

TEST(Engine, HundredNodesFormFromOneSeedAtTenPercentLoss)
{
    Cluster cluster;
    cluster.loss_percent = 10;
    for (int i = 1; i <= 100; i++)
        cluster.start(i, {1});
    EXPECT_TRUE(cluster.run_until([&] { return cluster.converged(); }, 60 * kS));
}

TEST(Engine, CrashBecomesSuspectThenDeadEverywhere)
{
    Cluster cluster("edge");
    form(cluster, 5);
    cluster.run(1 * kS);
    cluster.kill(3);
    uint64_t from = cluster.now();
    EXPECT_TRUE(cluster.run_until([&] { return all_say(cluster, "n3", SL_DEAD); }, 2 * kS));
    EXPECT_LE(cluster.now() - from, 400 * kMs);
    for (auto &[number, n] : cluster.nodes) {
        EXPECT_EQ(n->count_events(SL_EVENT_MEMBER_SUSPECT, "n3"), 1u);
        EXPECT_EQ(n->count_events(SL_EVENT_MEMBER_DEAD, "n3"), 1u);
    }
}

TEST(Engine, DeadIsNotDeclaredBeforeTheSuspicionMinimum)
{
    Cluster cluster("lan");
    form(cluster, 8);
    cluster.kill(3);
    ASSERT_TRUE(cluster.run_until([&] { return all_say(cluster, "n3", SL_DEAD); }, 10 * kS));
    for (auto &[number, n] : cluster.nodes) {
        uint64_t suspected = 0;
        for (const SeenEvent &e : n->events) {
            if (e.name == "n3" && e.type == SL_EVENT_MEMBER_SUSPECT)
                suspected = e.at_ns;
            if (e.name == "n3" && e.type == SL_EVENT_MEMBER_DEAD) {
                EXPECT_GE(e.at_ns - suspected, n->config.max_pause_ns);
            }
        }
    }
}

TEST(Engine, PauseWithinTheToleratedLengthKillsNobody)
{
    Cluster cluster("lan");
    form(cluster, 10);
    for (int i = 0; i < 20; i++) {
        int victim = 1 + i % 10;
        cluster.pause(victim);
        cluster.run(cluster.node(1).config.max_pause_ns);
        cluster.resume(victim);
        cluster.run(2 * kS);
    }
    EXPECT_TRUE(cluster.run_until([&] { return cluster.converged(); }, 10 * kS));
    for (auto &[number, n] : cluster.nodes)
        EXPECT_EQ(n->count_events(SL_EVENT_MEMBER_DEAD), 0u) << "seen by n" << number;
}

TEST(Engine, SuspectedMemberRefutesWithAHigherIncarnation)
{
    Cluster cluster("lan");
    form(cluster, 5);
    uint64_t before = cluster.node(3).word();
    cluster.pause(3);
    ASSERT_TRUE(cluster.run_until([&] { return all_say(cluster, "n3", SL_SUSPECT); }, 5 * kS));
    cluster.resume(3);
    EXPECT_TRUE(cluster.run_until([&] { return cluster.converged(); }, 5 * kS));
    EXPECT_GT(cluster.node(3).word(), before);
    EXPECT_GE(cluster.node(3).stats().refutations, 1u);
}

TEST(Engine, RestartComesBackWithAHigherIncarnation)
{
    Cluster cluster("edge");
    form(cluster, 5);
    uint64_t before = cluster.node(3).word();
    cluster.kill(3);
    ASSERT_TRUE(cluster.run_until([&] { return all_say(cluster, "n3", SL_DEAD); }, 5 * kS));
    cluster.wall_s += 10;
    cluster.start(3, {1});
    EXPECT_TRUE(cluster.run_until([&] { return cluster.converged(); }, 10 * kS));
    EXPECT_GT(cluster.node(3).word(), before);
}

TEST(Engine, RestartWithAClockThatWentBackwardsStillComesBack)
{
    Cluster cluster("edge");
    form(cluster, 5);
    uint64_t before = cluster.node(3).word();
    cluster.kill(3);
    cluster.run(2 * kS);
    cluster.wall_s -= 100000;
    cluster.start(3, {1});
    EXPECT_TRUE(cluster.run_until([&] { return cluster.converged(); }, 10 * kS));
    EXPECT_GT(sl_word_generation(cluster.node(3).word()), sl_word_generation(before));
}

TEST(Engine, RestartUnnoticedByTheOthersIsTakenAsANewLife)
{
    Cluster cluster("lan");
    form(cluster, 5);
    cluster.kill(3);
    cluster.start(3, {1}); // within the same second
    EXPECT_TRUE(cluster.run_until([&] { return cluster.converged(); }, 10 * kS));
}

std::string tags_at(const ClusterNode &viewer, const std::string &name)
{
    sl_cluster c = sl_cluster_from_name(viewer.config.cluster_name);
    const sl_view *view = sl_engine_view(viewer.engine);
    uint32_t slot = sl_view_find(view, sl_member_id(&c, name.data(), name.size()), nullptr);
    if (slot == SL_SLOT_NONE)
        return "unknown";
    sl_identity identity = sl_cold_identity(sl_view_cold(view, slot));
    return std::string(identity.tags, identity.tags_bytes);
}

TEST(Engine, NewTagsReachEverybodyAsAnUpdate)
{
    Cluster cluster;
    form(cluster, 5);
    uint64_t before = cluster.node(2).word();
    ASSERT_EQ(sl_engine_update(cluster.node(2).engine, cluster.now(), "load=7", 6), 0);
    cluster.node(2).step(nullptr);
    EXPECT_GT(cluster.node(2).word(), before);
    EXPECT_EQ(tags_at(cluster.node(2), "n2"), "load=7");
    cluster.run(2 * kS);
    EXPECT_TRUE(cluster.converged());
    for (int viewer : {1, 3, 4, 5}) {
        EXPECT_EQ(tags_at(cluster.node(viewer), "n2"), "load=7");
        EXPECT_EQ(cluster.node(viewer).count_events(SL_EVENT_MEMBER_UPDATED, "n2"), 1u);
    }
}

TEST(Engine, TheSameTagsAgainAreAnUpdateToo)
{
    Cluster cluster;
    form(cluster, 3);
    uint64_t before = cluster.node(2).word();
    ASSERT_EQ(sl_engine_update(cluster.node(2).engine, cluster.now(), "", 0), 0);
    cluster.node(2).step(nullptr);
    cluster.run(2 * kS);
    EXPECT_EQ(cluster.node(1).word_of("n2"), cluster.node(2).word());
    EXPECT_GT(cluster.node(2).word(), before);
}

TEST(Engine, TagsSetBeforeJoiningAreWhatTheMemberJoinsWith)
{
    Cluster cluster;
    cluster.start(2, {1});
    ASSERT_EQ(sl_engine_update(cluster.node(2).engine, cluster.now(), "early", 5), 0);
    cluster.start(1, {1});
    ASSERT_TRUE(cluster.run_until([&] { return cluster.converged(); }, 20 * kS));
    EXPECT_EQ(tags_at(cluster.node(1), "n2"), "early");
}

TEST(Engine, UpdatesAreRefusedWhenTooLongOrLeaving)
{
    Cluster cluster;
    form(cluster, 2);
    sl_engine *engine = cluster.node(2).engine;
    std::string longest(SL_TAGS_BYTES_MAX, 'x');
    uint64_t before = cluster.node(2).word();
    EXPECT_EQ(sl_engine_update(engine, cluster.now(), longest.data(), SL_TAGS_BYTES_MAX + 1),
              -EINVAL);
    EXPECT_EQ(cluster.node(2).word(), before);
    EXPECT_EQ(sl_engine_update(engine, cluster.now(), longest.data(), SL_TAGS_BYTES_MAX), 0);
    cluster.node(2).step(nullptr);
    cluster.run(kS);
    EXPECT_EQ(tags_at(cluster.node(1), "n2"), longest);
    ASSERT_EQ(sl_engine_leave(engine, cluster.now()), 0);
    EXPECT_EQ(sl_engine_update(engine, cluster.now(), "x", 1), -ESHUTDOWN);
}

TEST(Engine, LeaveIsSeenAsLeftNotDead)
{
    Cluster cluster("lan");
    form(cluster, 5);
    ASSERT_EQ(sl_engine_leave(cluster.node(3).engine, cluster.now()), 0);
    EXPECT_EQ(sl_engine_leave(cluster.node(3).engine, cluster.now()), -EALREADY);
    cluster.node(3).step(nullptr);
    ASSERT_TRUE(cluster.run_until(
        [&] { return cluster.node(3).count_events(SL_EVENT_SELF_LEFT) == 1; }, 3 * kS));
    cluster.kill(3);
    EXPECT_TRUE(cluster.run_until([&] { return all_say(cluster, "n3", SL_LEFT); }, 3 * kS));
    cluster.run(5 * kS);
    for (auto &[number, n] : cluster.nodes) {
        EXPECT_EQ(n->count_events(SL_EVENT_MEMBER_DEAD), 0u);
        EXPECT_EQ(n->count_events(SL_EVENT_MEMBER_SUSPECT), 0u);
    }
}

TEST(Engine, LastNodeLeavesWithoutWaiting)
{
    Cluster cluster;
    cluster.start(1, {});
    ASSERT_EQ(sl_engine_leave(cluster.node(1).engine, cluster.now()), 0);
    cluster.node(1).step(nullptr);
    EXPECT_EQ(cluster.node(1).count_events(SL_EVENT_SELF_LEFT), 1u);
    EXPECT_EQ(cluster.node(1).stats().leave_told, 0u);
}

TEST(Engine, LeaveCountsTheMembersThatWereTold)
{
    for (const char *profile : {"lan", "wan", "edge"}) {
        Cluster cluster(profile);
        form(cluster, 4);
        cluster.run(5 * kS);
        ASSERT_EQ(sl_engine_leave(cluster.node(3).engine, cluster.now()), 0);
        cluster.node(3).step(nullptr);
        ASSERT_TRUE(cluster.run_until(
            [&] { return cluster.node(3).count_events(SL_EVENT_SELF_LEFT) == 1; }, 3 * kS));
        EXPECT_EQ(cluster.node(3).stats().leave_told, 3u) << profile;
    }
}

TEST(Engine, LeaveOfANodeThatNobodyHearsToldNobody)
{
    for (const char *profile : {"lan", "wan", "edge"}) {
        Cluster cluster(profile);
        form(cluster, 4);
        cluster.run(5 * kS);
        cluster.reachable = [](int a, int b) { return a != 3 && b != 3; };
        cluster.run(3 * cluster.node(3).config.probe_period_ns);
        ASSERT_GT(cluster.node(3).live_count(), 1u) << "it waits in doubt, or has no members";
        ASSERT_EQ(sl_engine_leave(cluster.node(3).engine, cluster.now()), 0);
        cluster.node(3).step(nullptr);
        ASSERT_TRUE(cluster.run_until(
            [&] { return cluster.node(3).count_events(SL_EVENT_SELF_LEFT) == 1; }, 3 * kS));
        EXPECT_EQ(cluster.node(3).stats().leave_told, 0u) << profile;
    }
}

TEST(Engine, SplitHealsWithoutHelp)
{
    Cluster cluster("edge");
    form(cluster, 6);
    cluster.reachable = [](int a, int b) { return (a <= 3) == (b <= 3); };
    ASSERT_TRUE(cluster.run_until(
        [&] { return cluster.node(1).live_count() == 3 && cluster.node(6).live_count() == 3; },
        10 * kS));
    cluster.run(30 * kS);
    cluster.reachable = [](int, int) { return true; };
    EXPECT_TRUE(cluster.run_until([&] { return cluster.converged(); }, 20 * kS));
}

TEST(Engine, TwoClustersThatNeverMetMergeThroughASeedTheyDial)
{
    Cluster cluster("edge");
    cluster.reachable = [](int a, int b) { return (a <= 2) == (b <= 2); };
    cluster.start(1, {1});
    cluster.start(2, {1});
    cluster.start(3, {3});
    cluster.start(4, {3, 1});
    cluster.run(5 * kS);
    EXPECT_EQ(cluster.node(4).live_count(), 2u);
    cluster.reachable = [](int, int) { return true; };
    EXPECT_TRUE(cluster.run_until([&] { return cluster.converged(); }, 20 * kS));
}

TEST(Engine, LinkCutBetweenTwoNodesIsBridgedByHelpers)
{
    Cluster cluster("lan");
    form(cluster, 6);
    cluster.reachable = [](int a, int b) { return !((a == 1 && b == 2) || (a == 2 && b == 1)); };
    cluster.run(30 * kS);
    EXPECT_TRUE(cluster.converged());
    EXPECT_GT(cluster.node(1).stats().probes_saved, 0u);
    for (auto &[number, n] : cluster.nodes)
        EXPECT_EQ(n->count_events(SL_EVENT_MEMBER_SUSPECT), 0u);
}

// 2099, and what is left of a time before 1970.
TEST(Engine, NodeWhoseClockIsFarAheadIsTakenByTheOthersAndComesBackWithARightOne)
{
    for (uint64_t wrong_s : {(uint64_t)4095889900, UINT64_MAX - 1000}) {
        SCOPED_TRACE(wrong_s);
        Cluster cluster("lan");
        cluster.wall_s = 1800000000;
        form(cluster, 3);
        cluster.wall_s = wrong_s;
        cluster.start(4, {1});
        ASSERT_TRUE(cluster.run_until([&] { return cluster.converged(); }, 10 * kS));
        EXPECT_EQ(cluster.node(1).status_of("n4"), SL_ALIVE);
        cluster.kill(4);
        cluster.wall_s = 1800000100;
        cluster.start(4, {1});
        ASSERT_TRUE(cluster.run_until([&] { return cluster.converged(); }, 10 * kS));
        EXPECT_EQ(cluster.node(1).status_of("n4"), SL_ALIVE);
    }
}

TEST(Engine, LaterStarterOfATakenNameYields)
{
    Cluster cluster("lan");
    form(cluster, 4);
    cluster.wall_s += 50;
    cluster.start(9, {1}, "n2");
    ASSERT_TRUE(cluster.run_until(
        [&] { return cluster.node(9).count_events(SL_EVENT_CONFLICT_YIELD) == 1; }, 10 * kS));
    EXPECT_EQ(cluster.node(2).count_events(SL_EVENT_CONFLICT), 1u);
    cluster.kill(9);
    EXPECT_TRUE(cluster.run_until([&] { return cluster.converged(); }, 10 * kS));
    EXPECT_EQ(cluster.node(1).count_events(SL_EVENT_MEMBER_DEAD), 0u);
}

// Nobody but the holder itself can tell that the name is taken, and the clocks may be wrong.
TEST(Engine, LaterStarterOfTheNameOfItsOnlySeedYieldsWhateverTheClocksSay)
{
    for (int members : {1, 3}) {
        for (int ahead_s : {-50, 0, 50}) {
            SCOPED_TRACE(std::to_string(members) + " members, " + std::to_string(ahead_s) + " s");
            Cluster cluster("edge");
            form(cluster, members);
            cluster.wall_s += (uint64_t)ahead_s;
            cluster.start(9, {1}, "n1");
            EXPECT_TRUE(cluster.run_until(
                [&] { return cluster.node(9).count_events(SL_EVENT_CONFLICT_YIELD) == 1; },
                10 * kS));
            cluster.kill(9);
            cluster.run(5 * kS);
            EXPECT_EQ(cluster.node(1).count_events(SL_EVENT_CONFLICT_YIELD), 0u);
            EXPECT_EQ(cluster.node(members).count_events(SL_EVENT_MEMBER_DEAD), 0u);
            EXPECT_TRUE(cluster.converged());
        }
    }
}

TEST(Engine, NameThatMovedToANewAddressIsTakenOver)
{
    Cluster cluster("lan");
    form(cluster, 4);
    cluster.kill(2);
    cluster.wall_s += 5;
    cluster.start(9, {1}, "n2");
    EXPECT_TRUE(cluster.run_until([&] { return cluster.converged(); }, 10 * kS));
    // Not only because the others found the old address dead meanwhile.
    EXPECT_EQ(cluster.node(1).count_events(SL_EVENT_MEMBER_DEAD), 0u);
}

TEST(Engine, TwoHoldersOfANameFromTwoSidesOfASplitComeDownToTheFirst)
{
    Cluster cluster("edge");
    cluster.reachable = [](int a, int b) { return (a <= 2) == (b <= 2); };
    cluster.start(1, {1});
    cluster.start(2, {1}, "twin");
    cluster.wall_s += 100;
    cluster.start(3, {3, 1});
    cluster.start(4, {3, 1}, "twin");
    cluster.run(3 * kS);
    cluster.reachable = [](int, int) { return true; };
    ASSERT_TRUE(cluster.run_until(
        [&] { return cluster.node(4).count_events(SL_EVENT_CONFLICT_YIELD) == 1; }, 30 * kS));
    EXPECT_EQ(cluster.node(2).count_events(SL_EVENT_CONFLICT_YIELD), 0u);
    cluster.kill(4);
    EXPECT_TRUE(cluster.run_until([&] { return cluster.converged(); }, 20 * kS));
}

TEST(Engine, DeadMembersAreForgottenAfterTheRetention)
{
    Cluster cluster("edge");
    cluster.configure = [](sl_config &c) {
        c.dead_retention_ns = 20 * kS;
        c.zone_patience_ns = 10 * kS;
    };
    form(cluster, 4);
    cluster.kill(4);
    ASSERT_TRUE(cluster.run_until([&] { return all_say(cluster, "n4", SL_DEAD); }, 5 * kS));
    cluster.run(10 * kS);
    EXPECT_NE(cluster.node(1).word_of("n4"), 0u);
    cluster.run(60 * kS);
    for (auto &[number, n] : cluster.nodes) {
        EXPECT_EQ(n->word_of("n4"), 0u);
        EXPECT_EQ(n->count_events(SL_EVENT_MEMBER_FORGOTTEN, "n4"), 1u);
    }
}

TEST(Engine, MembersPastTheCapacityAreRefusedAndCounted)
{
    Cluster cluster("edge");
    cluster.configure = [](sl_config &c) { c.max_members = 4; };
    for (int i = 1; i <= 6; i++)
        cluster.start(i, {1});
    cluster.run(5 * kS);
    EXPECT_EQ(cluster.node(1).live_count(), 4u);
    EXPECT_GT(sl_engine_counters(cluster.node(1).engine)->drops[SL_DROP_MEMBERS_FULL], 0u);
    EXPECT_GE(cluster.node(1).count_events(SL_EVENT_MEMBERS_FULL), 1u);
}

/* All in: cells of both tables, records, and whatever the engine keeps of a member. */
TEST(Engine, AMillionMembersTake128BytesEach)
{
    sl_config config;
    ASSERT_EQ(sl_profile_load(&config, "lan"), 0);
    config.max_members = 1000000;
    double bytes = (double)sl_engine_arena_bytes(&config, nullptr) / config.max_members;
    EXPECT_LE(bytes, 128.0);
    RecordProperty("bytes_per_member", std::to_string(bytes));
}

TEST(Engine, RoomForManyMembersChangesNothingOfWhatFewDo)
{
    Cluster cluster("edge");
    cluster.configure = [](sl_config &c) { c.max_members = SL_MEMBERS_MANY + 1; };
    form(cluster, 8);
    cluster.kill(3);
    cluster.run(60 * kS);
    for (auto &[number, n] : cluster.nodes)
        EXPECT_EQ(n->status_of("n3"), SL_DEAD);
    cluster.start(9, {1});
    EXPECT_TRUE(cluster.run_until([&] { return cluster.converged(); }, 20 * kS));
}

TEST(Engine, QuietClusterSaysLittle)
{
    Cluster cluster("wan");
    form(cluster, 20);
    cluster.run(60 * kS);
    uint64_t before = cluster.node(7).sent_bytes;
    cluster.run(60 * kS);
    EXPECT_LE((cluster.node(7).sent_bytes - before) / 60, 1000u); // of tx + rx 2 KB/s
}

TEST(Engine, SameSeedReplaysTheSameRun)
{
    auto trace = [](uint64_t seed) {
        Cluster cluster("edge", seed);
        cluster.loss_percent = 5;
        for (int i = 1; i <= 10; i++)
            cluster.start(i, {1});
        cluster.run(5 * kS);
        cluster.kill(4);
        cluster.run(5 * kS);
        std::vector<uint64_t> seen;
        for (auto &[number, n] : cluster.nodes) {
            seen.push_back(n->sent_bytes);
            for (const SeenEvent &e : n->events)
                seen.push_back(e.at_ns ^ e.word);
        }
        return seen;
    };
    EXPECT_EQ(trace(42), trace(42));
    EXPECT_NE(trace(42), trace(43));
}

} // namespace
