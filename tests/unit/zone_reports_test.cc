// SPDX-License-Identifier: BSD-3-Clause
// The zone rule where zones or nodes do not agree on who is cut off.
#include "tests/unit/zone_fixture.h"

namespace
{

using namespace zone_test;

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
    // In its turn: here within a third of a second.
    for (int i = 0; i < 40 && cluster.node(101).stats().probes == before; i++) {
        teller.gossip(cluster.node(101), {doubt_of("a")});
        cluster.run(10 * kMs);
    }
    EXPECT_EQ(cluster.node(101).stats().probes, before + 3);
    teller.gossip(cluster.node(101), {doubt_of("a")});
    EXPECT_EQ(cluster.node(101).stats().probes, before + 3) << "one look is enough";
    cluster.run(kS);
    EXPECT_EQ(cluster.node(101).stats().zone_doubts, 1u);
}

// All hear the same report at the same time.
TEST_F(ZoneRule, AReportIsLookedIntoByNodesInTurns)
{
    form(20, 20, 10);
    cut("c");
    Puppet teller(cluster, 99, "n102");
    for (int number : zone('a', 20)) {
        uint64_t before = cluster.node(number).stats().probes;
        teller.gossip(cluster.node(number), {doubt_of("c")});
        EXPECT_LT(cluster.node(number).stats().probes, before + 3) << number;
    }
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

TEST_F(ZoneRule, ReportsGrowOld)
{
    passive = 101;
    form(10, 10, 10);
    auto doubt_with_reports_aged = [this](uint64_t age_ns) {
        sl_engine *e = cluster.node(101).engine;
        for (const char *name : {"n102", "n201"})
            Puppet(cluster, 99, name).gossip(cluster.node(101), {doubt_of("a")});
        cluster.run(age_ns);
        cluster.node(101).step(nullptr); // the engine's time is now
        uint32_t slot = sl_view_find(e->view, cluster.node(101).id_of("n1"), nullptr);
        uint32_t zone = sl_zones_of(&e->zones, slot);
        EXPECT_EQ(e->zone_watches[zone].state, SL_ZONE_OPEN);
        sl_zone_doubt(e, zone);
        bool unreachable = finds_unreachable(101, 'a');
        sl_zone_reopen(e, zone);
        return unreachable;
    };
    EXPECT_FALSE(doubt_with_reports_aged(60 * kS));
    EXPECT_TRUE(doubt_with_reports_aged(2 * kS));
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

} // namespace
