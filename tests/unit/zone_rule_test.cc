// SPDX-License-Identifier: BSD-3-Clause
// The zone rule, in clusters of three zones: a (1..), b (101..), c (201..).
#include <gtest/gtest.h>

#include <vector>

#include "cluster.h"
#include "puppet.h"

extern "C" {
#include "lib/engine_private.h"
}

namespace
{

char zone_at(int number)
{
    return (char)('a' + number / 100);
}

class ZoneRule : public ::testing::Test
{
  protected:
    ZoneRule() : cluster("lan", 7)
    {
        cluster.configure = [this](sl_config &c) { configure(c); };
    }

    void configure(sl_config &c) const
    {
        const int number = c.v4.ip[15];
        c.zone[0] = named ? zone_at(number) : '\0';
        c.zone[1] = '\0';
        c.zone_patience_ns = patience_ns;
        if (number == helpless)
            c.probe_helpers = 0;
        if (number == passive)
            c.probe_period_ns = 3600 * kS;
        c.dead_retention_ns = 10 * patience_ns;
        c.suspicion_min_ns = 800 * kMs;
        c.suspicion_max_ns = 1600 * kMs;
    }

    // Numbers of one zone.
    static std::vector<int> zone(char name, int size)
    {
        std::vector<int> all;
        for (int i = 1; i <= size; i++)
            all.push_back(100 * (name - 'a') + i);
        return all;
    }

    void form(int a, int b, int c)
    {
        for (auto [name, size] : {std::pair<char, int>{'a', a}, {'b', b}, {'c', c}}) {
            for (int number : zone(name, size)) {
                std::vector<int> seeds;
                if (number != 1)
                    seeds.push_back(1);
                cluster.start(number, seeds);
            }
        }
        ASSERT_TRUE(cluster.run_until([this] { return cluster.converged(); }, 60 * kS));
        cluster.run(3 * kS);
        for (auto &[number, node] : cluster.nodes)
            node->events.clear();
    }

    // Nobody hears anybody from the other side of these zones.
    void cut(const std::string &zones)
    {
        cluster.reachable = [zones](int from, int to) {
            return inside(zones, from) == inside(zones, to);
        };
    }

    void heal()
    {
        cluster.reachable = [](int, int) { return true; };
    }

    static bool inside(const std::string &zones, int number)
    {
        return zones.find(zone_at(number)) != std::string::npos;
    }

    bool finds_unreachable(int viewer, char zone)
    {
        return sl_engine_zone_is_unreachable(cluster.node(viewer).engine, &zone, 1);
    }

    // Every viewer of `of` in the other zones finds it so.
    bool all_find(const std::string &viewers, char of, bool unreachable)
    {
        for (auto &[number, node] : cluster.nodes) {
            if (inside(viewers, number) && finds_unreachable(number, of) != unreachable)
                return false;
        }
        return true;
    }

    size_t events(sl_event_type type)
    {
        size_t count = 0;
        for (auto &[number, node] : cluster.nodes)
            count += node->count_events(type);
        return count;
    }

    bool all_hold(const std::string &viewers, const std::string &name, sl_status status)
    {
        for (auto &[number, node] : cluster.nodes) {
            if (inside(viewers, number) && node->status_of(name) != status)
                return false;
        }
        return true;
    }

    uint64_t suspected_since(int viewer, const std::string &name)
    {
        const sl_engine *e = cluster.node(viewer).engine;
        uint32_t slot = sl_view_find(e->view, Puppet(cluster, 99, name).id_of(name), nullptr);
        uint32_t entry = sl_slot_map_find(&e->suspicion_map, slot);
        return entry == SL_ENTRY_NONE ? 0 : e->suspicions[entry].started_ns;
    }

    static std::vector<uint8_t> doubt_of(const std::string &zone)
    {
        sl_cluster hash = sl_cluster_from_name("test");
        std::vector<uint8_t> doubt(SL_RECORD_DOUBT_BYTES);
        sl_record_write_doubt(doubt.data(), sl_member_id(&hash, zone.data(), zone.size()));
        return doubt;
    }

    Cluster cluster;
    int helpless = 0; // the number of a node that asks no helpers
    int passive = 0;  // the number of a node that probes nobody unasked
    bool named = true;
    uint64_t patience_ns = 300 * kS;
};

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
    heal();
    uint64_t healed_ns = cluster.now();
    int first = 0; // before n3 itself has heard of it
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

TEST_F(ZoneRule, ACutThatAThirdZoneBridgesIsNone)
{
    form(10, 10, 10);
    cluster.reachable = [](int from, int to) {
        return !(inside("a", from) && inside("b", to)) && !(inside("b", from) && inside("a", to));
    };
    cluster.run(60 * kS);
    EXPECT_EQ(events(SL_EVENT_ZONE_UNREACHABLE), 0u);
    EXPECT_EQ(events(SL_EVENT_MEMBER_DEAD), 0u);
    EXPECT_EQ(events(SL_EVENT_MEMBER_SUSPECT), 0u);
}

TEST_F(ZoneRule, ABridgeThatComesLaterEndsIt)
{
    form(10, 10, 10);
    cut("a");
    cluster.run(20 * kS);
    ASSERT_TRUE(all_find("b", 'a', true));
    cluster.reachable = [](int from, int to) {
        return !(inside("a", from) && inside("b", to)) && !(inside("b", from) && inside("a", to));
    };
    ASSERT_TRUE(cluster.run_until(
        [this] { return all_find("b", 'a', false) && all_find("a", 'b', false); }, 20 * kS));
    EXPECT_EQ(events(SL_EVENT_MEMBER_DEAD), 0u);
}

TEST_F(ZoneRule, AZoneThatHearsButIsNotHeardKillsNobodyAndIsNotKilled)
{
    form(10, 10, 10);
    cluster.reachable = [](int from, int to) { return inside("a", to) || !inside("a", from); };
    cluster.run(60 * kS);
    EXPECT_TRUE(all_find("bc", 'a', true));
    EXPECT_EQ(events(SL_EVENT_MEMBER_DEAD), 0u);
    heal();
    ASSERT_TRUE(cluster.run_until([this] { return cluster.converged(); }, 20 * kS));
    EXPECT_EQ(events(SL_EVENT_MEMBER_DEAD), 0u);
}

TEST_F(ZoneRule, OfTwoZonesOneThatIsNotHeardKillsNobodyEither)
{
    form(10, 10, 0);
    for (const char *silent : {"a", "b"}) {
        cluster.reachable = [silent](int from, int to) {
            return inside(silent, to) || !inside(silent, from);
        };
        cluster.run(40 * kS);
        EXPECT_EQ(events(SL_EVENT_MEMBER_DEAD), 0u) << silent;
        heal();
        ASSERT_TRUE(cluster.run_until([this] { return cluster.converged(); }, 20 * kS));
    }
}

TEST_F(ZoneRule, OneNodeWithoutAWayKeepsItsDoubtToItself)
{
    helpless = 101;
    patience_ns = 20 * kS;
    form(10, 10, 10);
    cluster.reachable = [](int from, int to) {
        return (from != 101 || inside("b", to)) && (to != 101 || inside("b", from));
    };
    cluster.run(60 * kS);
    for (auto &[number, node] : cluster.nodes)
        EXPECT_EQ(node->count_events(SL_EVENT_ZONE_UNREACHABLE), 0u) << number;
    EXPECT_EQ(cluster.node(101).stats().zone_doubts, 2u);
    EXPECT_EQ(cluster.node(101).count_events(SL_EVENT_MEMBER_DEAD), 0u);
}

TEST_F(ZoneRule, ADeathThatTheZoneItselfSawCountsAtOnce)
{
    form(10, 10, 10);
    cut("a");
    cluster.run(15 * kS);
    ASSERT_TRUE(finds_unreachable(101, 'a'));
    // One frame of zone a gets through to a member beyond the cut.
    Puppet teller(cluster, 99, "n2");
    uint64_t word = sl_word_with_status(cluster.node(3).word(), SL_DEAD);
    teller.gossip(cluster.node(101), {teller.accusation("n3", word, "n2")});
    EXPECT_EQ(cluster.node(101).status_of("n3"), SL_DEAD);
}

TEST_F(ZoneRule, AReportMakesANodeLookForItself)
{
    passive = 101; // probes nobody unasked
    form(10, 10, 10);
    cut("a");
    Puppet teller(cluster, 99, "n102");
    uint64_t before = cluster.node(101).stats().probes;
    teller.gossip(cluster.node(101), {doubt_of("a")});
    EXPECT_EQ(cluster.node(101).stats().probes, before + 3);
    teller.gossip(cluster.node(101), {doubt_of("a")});
    EXPECT_EQ(cluster.node(101).stats().probes, before + 3) << "one look is enough";
    cluster.run(kS);
    EXPECT_EQ(cluster.node(101).stats().zone_doubts, 1u);
}

TEST_F(ZoneRule, DoubtsOfTheOwnZoneByStrangersOrByTheZoneItselfTellNothing)
{
    passive = 101;
    form(10, 10, 10);
    uint64_t before = cluster.node(101).stats().probes;
    Puppet(cluster, 99, "n201").gossip(cluster.node(101), {doubt_of("b")});
    Puppet(cluster, 99, "nobody").gossip(cluster.node(101), {doubt_of("a")});
    Puppet(cluster, 99, "n1").gossip(cluster.node(101), {doubt_of("a")});
    Puppet(cluster, 99, "n102").gossip(cluster.node(101), {doubt_of("x")});
    EXPECT_EQ(cluster.node(101).stats().probes, before);
}

TEST_F(ZoneRule, ReportsAloneConvinceNobodyWhoGetsAnswers)
{
    form(10, 10, 10);
    for (int i = 0; i < 50; i++) {
        for (const char *name : {"n102", "n103", "n201"})
            Puppet(cluster, 99, name).gossip(cluster.node(101), {doubt_of("a")});
        cluster.run(200 * kMs);
    }
    EXPECT_EQ(cluster.node(101).stats().zone_doubts, 0u);
    EXPECT_FALSE(finds_unreachable(101, 'a'));
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
