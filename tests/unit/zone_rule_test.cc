// SPDX-License-Identifier: BSD-3-Clause
// The zone rule: cuts, heals, and zones that really die.
#include "tests/unit/zone_fixture.h"

namespace
{

using namespace zone_test;

TEST_F(ZoneRule, ACutIsOneFactToBothSidesAndNobodyDies)
{
    form(10, 10, 10);
    cut("a");
    ASSERT_TRUE(cluster.run_until(
        [this] {
            return all_find("bc", 'a', true) && all_find("a", 'b', true) &&
                   all_find("a", 'c', true);
        },
        10 * kS));
    cluster.run(60 * kS);
    EXPECT_EQ(events(SL_EVENT_MEMBER_DEAD), 0u);
    EXPECT_LE(events(SL_EVENT_MEMBER_SUSPECT), 30u);
    EXPECT_EQ(events(SL_EVENT_ZONE_UNREACHABLE), 40u);
    EXPECT_EQ(events(SL_EVENT_ZONE_REACHABLE), 0u);
    EXPECT_TRUE(all_find("bc", 'b', false));
    EXPECT_TRUE(all_find("bc", 'c', false));
}

TEST_F(ZoneRule, WhoCannotBeAskedIsNotCountedAsAsked)
{
    form(8, 8, 0);
    sl_engine *e = cluster.node(1).engine;
    uint32_t slot = sl_view_find(e->view, cluster.node(1).id_of("n101"), nullptr);
    ASSERT_NE(slot, SL_SLOT_NONE);
    uint32_t zone = sl_zones_of(&e->zones, slot);
    EXPECT_FALSE(sl_zone_ask(e, zone, SL_SLOT_NONE));
    EXPECT_TRUE(sl_zone_ask(e, zone, slot));
    EXPECT_FALSE(sl_zone_ask(e, zone, slot)) << "it is being asked";
}

TEST_F(ZoneRule, TheFirstAnswersAfterAHealEndIt)
{
    form(10, 10, 10);
    cut("a");
    cluster.run(30 * kS);
    ASSERT_TRUE(all_find("bc", 'a', true));
    size_t suspected = events(SL_EVENT_MEMBER_SUSPECT);
    heal();
    ASSERT_TRUE(cluster.run_until(
        [this] {
            return all_find("bc", 'a', false) && all_find("a", 'b', false) &&
                   all_find("a", 'c', false);
        },
        5 * kS));
    EXPECT_EQ(events(SL_EVENT_MEMBER_SUSPECT), suspected) << "by probes from before the heal";
    cluster.run(20 * kS);
    EXPECT_EQ(events(SL_EVENT_ZONE_REACHABLE), 40u);
    EXPECT_EQ(events(SL_EVENT_MEMBER_DEAD), 0u);
    EXPECT_TRUE(cluster.converged());
    EXPECT_EQ(cluster.node(1).stats().zones_unreachable, 0u);
}

TEST_F(ZoneRule, EventsNameTheZone)
{
    form(10, 10, 10);
    cut("b");
    cluster.run(10 * kS);
    sl_cluster hash = sl_cluster_from_name("test");
    size_t seen = 0;
    for (const SeenEvent &e : cluster.node(1).events) {
        if (e.type != SL_EVENT_ZONE_UNREACHABLE)
            continue;
        seen++;
        EXPECT_EQ(e.zone, "b");
        EXPECT_EQ(e.id, sl_member_id(&hash, "b", 1));
        EXPECT_EQ(e.word, 0u);
    }
    EXPECT_EQ(seen, 1u);
}

TEST_F(ZoneRule, EachSideGoesOnFindingItsOwnDead)
{
    form(10, 10, 10);
    cut("a");
    cluster.run(10 * kS);
    cluster.kill(5);
    cluster.kill(105);
    ASSERT_TRUE(cluster.run_until(
        [this] { return all_hold("a", "n5", SL_DEAD) && all_hold("bc", "n105", SL_DEAD); },
        10 * kS));
    EXPECT_TRUE(all_hold("bc", "n5", SL_ALIVE));
    heal();
    ASSERT_TRUE(cluster.run_until(
        [this] { return all_hold("abc", "n5", SL_DEAD) && all_hold("abc", "n105", SL_DEAD); },
        20 * kS));
}

TEST_F(ZoneRule, ACrashInAZoneThatAnswersIsNotDelayed)
{
    uint64_t took_ns[2];
    for (bool with_names : {true, false}) {
        named = with_names;
        cluster.nodes.clear();
        form(10, 10, 10);
        uint64_t began_ns = cluster.now();
        cluster.kill(5);
        ASSERT_TRUE(cluster.run_until([this] { return all_hold("bc", "n5", SL_DEAD); }, 30 * kS));
        took_ns[with_names] = cluster.now() - began_ns;
        EXPECT_EQ(events(SL_EVENT_ZONE_UNREACHABLE), 0u);
    }
    EXPECT_LE(took_ns[true], took_ns[false] + kS);
}

TEST_F(ZoneRule, AZoneThatAnsweredIsNotCheckedAgainAtOnce)
{
    form(10, 10, 10);
    sl_engine *e = cluster.node(1).engine;
    uint32_t slot = sl_view_find(e->view, Puppet(cluster, 99, "x").id_of("n105"), nullptr);
    uint32_t zone = sl_zones_of(&e->zones, slot);
    auto check = [&] {
        uint64_t before = cluster.node(1).stats().probes;
        sl_zone_check(e, zone, slot);
        return cluster.node(1).stats().probes - before;
    };
    uint64_t pause_ns = sl_zone_pause_ns(e, zone, 3 * (e->config.probe_tries + SL_WITNESS_HELPERS));
    EXPECT_EQ(check(), 3u);
    cluster.run(pause_ns / 2);
    EXPECT_EQ(check(), 0u);
    cluster.run(pause_ns / 2 + kMs);
    EXPECT_EQ(check(), 3u);
}

TEST_F(ZoneRule, AZoneOfFewerThanEightIsJudgedMemberByMember)
{
    form(7, 10, 10);
    for (int number : zone('a', 7))
        cluster.kill(number);
    ASSERT_TRUE(cluster.run_until(
        [this] {
            bool all = true;
            for (int number : zone('a', 7))
                all &= all_hold("bc", "n" + std::to_string(number), SL_DEAD);
            return all;
        },
        30 * kS));
    EXPECT_EQ(events(SL_EVENT_ZONE_UNREACHABLE), 0u);
}

TEST_F(ZoneRule, MembersWithoutANamedZoneAreJudgedOneByOne)
{
    named = false;
    form(10, 10, 10);
    for (int number : zone('a', 10))
        cluster.kill(number);
    ASSERT_TRUE(cluster.run_until(
        [this] { return all_hold("bc", "n1", SL_DEAD) && all_hold("bc", "n10", SL_DEAD); },
        30 * kS));
    EXPECT_EQ(cluster.node(101).stats().zone_doubts, 0u);
}

TEST_F(ZoneRule, AZoneThatReallyDiedIsDeadAfterThePatienceAndNotBefore)
{
    patience_ns = 20 * kS;
    form(10, 10, 10);
    uint64_t began_ns = cluster.now();
    for (int number : zone('a', 10))
        cluster.kill(number);
    ASSERT_TRUE(cluster.run_until([this] { return all_find("bc", 'a', true); }, 10 * kS));
    cluster.run(began_ns + patience_ns - cluster.now());
    EXPECT_EQ(events(SL_EVENT_MEMBER_DEAD), 0u);
    uint64_t told = 0;
    for (auto &[number, node] : cluster.nodes)
        told += node->stats().rumours_sent;
    ASSERT_TRUE(cluster.run_until([this] { return cluster.converged(); }, 15 * kS));
    cluster.run(5 * kS);
    uint64_t told_of_deaths = 0;
    for (auto &[number, node] : cluster.nodes)
        told_of_deaths += node->stats().rumours_sent;
    EXPECT_EQ(told_of_deaths, told);
    EXPECT_EQ(events(SL_EVENT_MEMBER_DEAD), 200u);
    EXPECT_EQ(events(SL_EVENT_ZONE_REACHABLE), 0u);
    EXPECT_TRUE(all_find("bc", 'a', false));
}

TEST_F(ZoneRule, WhoJoinedMeanwhileFollowsTheOthersConclusion)
{
    patience_ns = 30 * kS;
    form(10, 10, 10);
    for (int number : zone('a', 10))
        cluster.kill(number);
    cluster.run(15 * kS);
    cluster.start(111, {101}); // its own patience would end 15 s after the others'
    cluster.run(10 * kS);
    EXPECT_EQ(cluster.node(111).live_count(), 31u);
    cluster.run(15 * kS);
    EXPECT_TRUE(cluster.converged());
}

TEST_F(ZoneRule, WhoComesBackAfterThePatienceIsTakenBack)
{
    patience_ns = 15 * kS;
    form(10, 10, 10);
    cut("a");
    cluster.run(40 * kS);
    ASSERT_TRUE(all_hold("bc", "n1", SL_DEAD));
    ASSERT_TRUE(all_hold("a", "n101", SL_DEAD));
    heal();
    ASSERT_TRUE(cluster.run_until([this] { return cluster.converged(); }, 120 * kS));
}

TEST_F(ZoneRule, ASuspicionFromBeforeTheCutWaits)
{
    form(10, 10, 10);
    // A member of zone a is suspected while its zone still answers; then all of the zone is cut
    // off.
    cluster.pause(5);
    ASSERT_TRUE(cluster.run_until([this] { return all_hold("bc", "n5", SL_SUSPECT); }, 10 * kS));
    cut("a");
    cluster.resume(5);
    cluster.run(60 * kS);
    EXPECT_TRUE(all_hold("bc", "n5", SL_SUSPECT));
    heal();
    ASSERT_TRUE(cluster.run_until([this] { return cluster.converged(); }, 20 * kS));
    EXPECT_EQ(events(SL_EVENT_MEMBER_DEAD), 0u);
}

TEST_F(ZoneRule, ACheckIsPacedByTheTriesThatItReallyTakes)
{
    form(10, 10, 10);
    sl_engine *e = cluster.node(1).engine;
    uint32_t zone_b = sl_zones_of(
        &e->zones, sl_view_find(e->view, Puppet(cluster, 99, "x").id_of("n101"), nullptr));
    EXPECT_EQ(sl_probe_questions(e, zone_b), e->config.probe_tries + SL_WITNESS_HELPERS);
    sl_round_trip_note_tries(&e->paths[zone_b], 40, 0); // loss asks for more of them
    EXPECT_GT(sl_probe_questions(e, zone_b), e->config.probe_tries + SL_WITNESS_HELPERS);
}

TEST_F(ZoneRule, SuspicionsBeginAnewAfterAHeal)
{
    form(10, 10, 10);
    cut("a");
    cluster.run(15 * kS);
    Puppet teller(cluster, 99, "n2");
    uint64_t word = sl_word_with_status(cluster.node(3).word(), SL_SUSPECT);
    teller.gossip(cluster.node(101), {teller.accusation("n3", word, "n2")});
    cluster.run(20 * kS);
    ASSERT_EQ(cluster.node(101).status_of("n3"), SL_SUSPECT);
    uint64_t healed_ns = cluster.now();
    cluster.reachable = [](int from, int to) { return from != 3 && to != 3; }; // it cannot refute
    int first = 0;
    ASSERT_TRUE(cluster.run_until(
        [&] {
            for (int number : zone('b', 10))
                first = finds_unreachable(number, 'a') ? first : number;
            return first != 0;
        },
        5 * kS));
    ASSERT_EQ(cluster.node(first).status_of("n3"), SL_SUSPECT);
    EXPECT_GE(suspected_since(first, "n3"), healed_ns);
}

TEST_F(ZoneRule, WhoDiedBesideTheCutIsFoundDeadAfterTheHeal)
{
    form(10, 10, 10);
    cut("a");
    cluster.run(10 * kS);
    for (int number : zone('a', 9))
        cluster.kill(number);
    cluster.run(5 * kS);
    heal();
    ASSERT_TRUE(cluster.run_until(
        [this] { return all_hold("bc", "n1", SL_DEAD) && all_hold("bc", "n9", SL_DEAD); },
        30 * kS));
    EXPECT_TRUE(all_hold("bc", "n10", SL_ALIVE));
}

TEST_F(ZoneRule, ALoneSurvivorWaitsForNobody)
{
    patience_ns = 20 * kS;
    form(10, 1, 0);
    for (int number : zone('a', 10))
        cluster.kill(number);
    ASSERT_TRUE(cluster.run_until([this] { return finds_unreachable(101, 'a'); }, 10 * kS));
    ASSERT_TRUE(cluster.run_until([this] { return cluster.node(101).live_count() == 1; }, 40 * kS));
}

TEST_F(ZoneRule, ANodeThatStoodStillDoesNotCountThatTimeAsPatience)
{
    patience_ns = 30 * kS;
    form(10, 10, 10);
    cut("a");
    cluster.run(5 * kS);
    ASSERT_TRUE(finds_unreachable(101, 'a'));
    cluster.pause(101);
    cluster.run(20 * kS);
    heal();
    cluster.run(10 * kS);
    cluster.node(101).backlog.clear();
    cluster.resume(101);
    cluster.run(200 * kMs);
    EXPECT_EQ(cluster.node(101).count_events(SL_EVENT_MEMBER_DEAD, "n1"), 0u);
}

} // namespace
