// SPDX-License-Identifier: BSD-3-Clause
#include "bench/sim/scenario.h"
#include "tests/sim/places.h"

#include <gtest/gtest.h>

#include <cerrno>
#include <filesystem>
#include <memory>
#include <string>

#include "lib/prng.h"

namespace
{

class Scenario : public ::testing::Test
{
  protected:
    int parse(const std::string &text)
    {
        return sim_scenario_parse(s.get(), "f", text.c_str(), why, sizeof(why));
    }
    // What a text is refused with.
    std::string refusal(const std::string &text)
    {
        why[0] = '\0';
        EXPECT_EQ(parse(text), -EINVAL) << text;
        return why;
    }
    std::unique_ptr<sim_scenario> s = std::make_unique<sim_scenario>();
    char why[SIM_WHY_BYTES] = "";
};

TEST_F(Scenario, TopologyAndKnobs)
{
    ASSERT_EQ(parse("zone a 10\nzone b 5 # five\n\nprofile wan\nset probe_period 300ms\n"
                    "rtt a b 40ms jitter 4ms\nstart formed n1-n12\nseeds n2-n3\nrun 5m\nseed 9\n"),
              0)
        << why;
    EXPECT_EQ(s->node_count, 15u);
    EXPECT_EQ(s->zones[1].first, 10u);
    EXPECT_EQ(s->options.config.probe_period_ns, 300000000u);
    EXPECT_EQ(s->options.config.max_pause_ns, 2000000000u);
    EXPECT_EQ(s->options.config.max_members, 15u);
    ASSERT_EQ(s->path_count, 2u);
    EXPECT_EQ(s->paths[0].duration_ns, 500000u);
    EXPECT_EQ(s->paths[0].a.kind, SIM_PICK_ALL);
    EXPECT_EQ(s->paths[1].duration_ns, 20000000u);
    EXPECT_EQ(s->paths[1].jitter_ns, 4000000u);
    EXPECT_EQ(s->paths[1].b.ranges[0].first, 10u);
    EXPECT_EQ(s->formed.ranges[0].last, 11u);
    EXPECT_EQ(s->seeds.ranges[0].first, 1u);
    EXPECT_EQ(s->run_ns, 300000000000u);
    EXPECT_EQ(s->seed, 9u);
}

TEST_F(Scenario, SuspicionTimesFollowWhatTheyAreDerivedFrom)
{
    ASSERT_EQ(parse("nodes 3\nstart formed\nset max_pause 1s\nprofile wan\n"), 0) << why;
    EXPECT_EQ(s->options.config.suspicion_min_ns, 1900000000u);
    ASSERT_EQ(parse("nodes 3\nstart formed\nset suspicion_min 5s\nset max_pause 1s\n"
                    "set suspicion_max 9s"),
              0)
        << why;
    EXPECT_EQ(s->options.config.suspicion_min_ns, 5000000000u) << "in any order";
    EXPECT_EQ(s->options.config.max_pause_ns, 1000000000u);
}

TEST_F(Scenario, Timeline)
{
    ASSERT_EQ(parse("zone a 10\nzone b 5\nstart formed\nrun 5m\nloss 0.5%\nat 30s crash 1%\n"
                    "at 1s every 10s until 2m pause 3 nodes for 2s\nat 5s cut a -> b\n"
                    "at 6s heal\nat 7s replay 2% after 5m\nat 8s clock n3 back 1h\n"
                    "at 9s join zone b over 2s\nat 9s restart crashed\n"),
              0)
        << why;
    ASSERT_EQ(s->action_count, 9u);
    EXPECT_EQ(s->actions[0].verb, SIM_LOSS);
    EXPECT_EQ(s->actions[0].millionths, 5000u);
    EXPECT_EQ(s->actions[1].who.kind, SIM_PICK_SHARE);
    EXPECT_EQ(s->actions[1].who.number, 10000u);
    EXPECT_EQ(s->actions[2].every_ns, 10000000000u);
    EXPECT_EQ(s->actions[2].until_ns, 120000000000u);
    EXPECT_EQ(s->actions[2].who.kind, SIM_PICK_COUNT);
    EXPECT_EQ(s->actions[2].duration_ns, 2000000000u);
    EXPECT_TRUE(s->actions[3].one_way);
    EXPECT_EQ(s->actions[4].a.kind, SIM_PICK_ALL);
    EXPECT_EQ(s->actions[5].duration_ns, 300000000000u);
    EXPECT_TRUE(s->actions[6].back);
    EXPECT_EQ(s->actions[7].who.ranges[0].first, 10u);
}

TEST_F(Scenario, FaultsOfTheNetworkNameAnyNodesOneWayToo)
{
    ASSERT_EQ(
        parse(
            "zone a 10\nzone b 5\nstart formed\nrun 5m\nloss 80% n1-n3\nloss 30% a -> n12,n14-n15\n"
            "at 1s cut all -> 1%\nat 2s heal 5 nodes -> all\nmtu 900 b zone a\n"
            "burst 5% for 1s crashed\nat 3s rtt n1 b 40ms jitter 2ms\n"
            "at 4s delay n1 -> b 15ms\ndelay b -> a 9ms\n"),
        0)
        << why;
    ASSERT_EQ(s->action_count, 8u);
    EXPECT_EQ(s->actions[0].a.ranges[0].last, 2u);
    EXPECT_EQ(s->actions[0].b.kind, SIM_PICK_ALL);
    EXPECT_TRUE(s->actions[1].one_way);
    EXPECT_EQ(s->actions[1].b.count, 2u);
    EXPECT_EQ(s->actions[1].b.ranges[1].first, 13u);
    EXPECT_TRUE(sim_pick_is_all(&s->actions[2].a, 15));
    EXPECT_EQ(s->actions[2].b.kind, SIM_PICK_SHARE);
    EXPECT_EQ(s->actions[3].a.kind, SIM_PICK_COUNT);
    EXPECT_FALSE(s->actions[4].one_way);
    EXPECT_EQ(s->actions[4].b.ranges[0].last, 9u);
    EXPECT_EQ(s->actions[5].a.kind, SIM_PICK_CRASHED);
    EXPECT_EQ(s->actions[6].duration_ns, 20000000u);
    EXPECT_EQ(s->actions[6].jitter_ns, 2000000u);
    EXPECT_EQ(s->actions[7].duration_ns, 15000000u);
    ASSERT_EQ(s->path_count, 2u);
    EXPECT_EQ(s->paths[1].verb, SIM_DELAY);
    EXPECT_TRUE(s->paths[1].one_way);
}

TEST_F(Scenario, NodesMayBeListed)
{
    ASSERT_EQ(parse("nodes 9\nseeds n1,n4\nstart formed n1-n3,n5\nat 1s crash n2,n7-n9\n"
                    "at 2s crash all\nexpect dead n2,n7 at 99% within 5s\n"),
              0)
        << why;
    EXPECT_TRUE(sim_pick_has(&s->formed, 4));
    EXPECT_FALSE(sim_pick_has(&s->formed, 3));
    EXPECT_EQ(s->seeds.count, 2u);
    EXPECT_EQ(s->actions[0].who.ranges[1].last, 8u);
    EXPECT_TRUE(sim_pick_is_all(&s->actions[1].who, 9));
    EXPECT_NE(refusal("nodes 9\ncrash n1,").find("'n1,'"), std::string::npos);
    EXPECT_EQ(refusal("nodes 9\ncrash n1-n5,n4"),
              "f:2: a list with n4 twice, expected each node once");
    EXPECT_NE(refusal("nodes 9\ncrash n1,n10").find("n10 does not exist"), std::string::npos);
}

TEST_F(Scenario, AllButSomeNodesAreTheOthers)
{
    ASSERT_EQ(parse("zone a 4\nzone b 5\nstart formed all but n1\ncrash all but n2,n4-n8\n"
                    "crash all but zone b\n"),
              0)
        << why;
    EXPECT_FALSE(sim_pick_has(&s->formed, 0));
    EXPECT_TRUE(sim_pick_has(&s->formed, 8));
    for (uint32_t node = 0; node < 9; node++) {
        EXPECT_EQ(sim_pick_has(&s->actions[0].who, node), node == 0 || node == 2 || node == 8);
        EXPECT_EQ(sim_pick_has(&s->actions[1].who, node), node < 4);
    }
    EXPECT_EQ(refusal("nodes 9\ncrash all but n1-n9"),
              "f:2: all but all nodes, of which there are none; expected fewer nodes behind 'but'");
    EXPECT_NE(refusal("nodes 9\ncrash all but 1%").find("'1%', expected"), std::string::npos);
}

TEST_F(Scenario, NodesThatWerePickedHaveAName)
{
    ASSERT_EQ(parse("nodes 9\nstart formed\npick bad 3 nodes\nloss 80% bad -> all but bad\n"
                    "at 5s pick worse n1-n2\nat 5s crash worse\n"
                    "expect dead worse at 99% within 5s\n"
                    "expect false_dead of all but bad by worse == 0\n"),
              0)
        << why;
    EXPECT_EQ(s->actions[1].a.kind, SIM_PICK_NAMED);
    EXPECT_FALSE(s->actions[1].a.but);
    EXPECT_TRUE(s->actions[1].b.but);
    EXPECT_EQ(s->actions[3].who.number, 1u);
    EXPECT_EQ(s->expects[1].kind, SIM_EXPECT_COUNT);
    EXPECT_TRUE(s->expects[1].who.but);
    EXPECT_EQ(s->expects[1].by.number, 1u);
    EXPECT_NE(refusal("nodes 9\ncrash bad\npick bad n1").find("f:2: 'bad', expected nodes"),
              std::string::npos);
    EXPECT_EQ(refusal("nodes 9\nat 5s pick bad n1\nat 4s crash bad"),
              "f:3: 'bad' is picked at 5000 ms, expected a time from then on");
    EXPECT_EQ(refusal("nodes 9\npick n1 n2"),
              "f:2: a pick named 'n1', which means nodes; expected another name");
    EXPECT_EQ(refusal("zone a 9\npick a n2"),
              "f:2: a pick named as zone 'a', expected another name");
    EXPECT_EQ(refusal("nodes 9\npick a n2\npick a n3"),
              "f:3: a pick named 'a' a second time, expected another name");
}

TEST_F(Scenario, WhatIsExpectedOfMomentsMembersAndViewers)
{
    ASSERT_EQ(parse("nodes 9\nstart formed\nexpect views equal at 99% at 20s\n"
                    "expect dead crashed at 99% after first p99 within 2s\n"
                    "expect flaps of n1-n3 by all but n1-n3 <= 2\n"
                    "expect revived n4 p50 within 3s\nexpect nodes_up == 9 at 5s\n"),
              0)
        << why;
    EXPECT_TRUE(s->expects[0].has_moment);
    EXPECT_EQ(s->expects[0].at_ns, 20000000000u);
    EXPECT_TRUE(s->expects[1].after_first);
    EXPECT_EQ(s->expects[2].value, 2u);
    EXPECT_EQ(s->expects[3].percentile, 50u);
    EXPECT_EQ(s->expects[3].by.kind, SIM_PICK_ALL);
    EXPECT_EQ(s->expects[4].at_ns, 5000000000u);
    EXPECT_EQ(refusal("nodes 9\nexpect probes of n1 == 0"),
              "f:2: 'probes' of some members, expected a count of deaths, such as false_dead");
    EXPECT_EQ(refusal("nodes 9\nexpect join_max <= 5s at 3s"),
              "f:2: 'join_max' at a moment, but it is known at the end only");
    EXPECT_EQ(refusal("nodes 9\nexpect dead n1 at 99% after 5s"), "f:2: '5s', expected 'first'");
    EXPECT_EQ(refusal("nodes 9\nstart formed\nrun 5s\nexpect nodes_up == 9 at 6s"),
              "f:4: a moment at 6000 ms, but the run ends at 5000 ms; expected a longer 'run'");
}

TEST_F(Scenario, Expectations)
{
    ASSERT_EQ(
        parse("nodes 9\nstart formed\n  expect dead crashed at 99% p50 within 7500ms  # median\n"
              "expect dead n7 at 100% within 10s\nexpect views equal at 99.9% within 1m\n"
              "expect joined n1-n9 within 5s\nexpect bytes_per_node_1s <= 50KB\n"
              "expect false_dead == 0\n"
              "expect spread updated at 99% p90 within 6 rounds\n"
              "set gossip_interval 70ms\nexpect spread n2-n3 at 100% within 3s\n"),
        0)
        << why;
    ASSERT_EQ(s->expect_count, 8u);
    EXPECT_EQ(s->expects[6].within_ns, 420000000u);
    EXPECT_EQ(s->expects[6].percentile, 90u);
    EXPECT_EQ(s->expects[6].who.kind, SIM_PICK_ALL);
    EXPECT_EQ(s->expects[7].within_ns, 3000000000u);
    EXPECT_EQ(s->expects[7].who.ranges[0].last, 2u);
    EXPECT_STREQ(s->expects[0].text, "expect dead crashed at 99% p50 within 7500ms");
    EXPECT_EQ(s->expects[0].line, 3u);
    EXPECT_EQ(s->expects[0].percentile, 50u);
    EXPECT_EQ(s->expects[1].percentile, 100u);
    EXPECT_EQ(s->expects[1].who.ranges[0].first, 6u);
    EXPECT_EQ(s->expects[2].millionths, 999000u);
    EXPECT_EQ(s->expects[4].value, 50000u);
    EXPECT_EQ(s->expects[5].compare, SIM_EQUAL);
}

TEST_F(Scenario, RefusalsSayWhereWhatAndWhatWasExpected)
{
    EXPECT_EQ(refusal(""), "f: no node in it, expected 'nodes' or 'zone' somewhere");
    EXPECT_EQ(refusal("run 5s\ncrash n1"), "f:2: 'crash', expected 'nodes' or 'zone' first");
    EXPECT_EQ(refusal("nodes many"), "f:1: 'many', expected a number of nodes");
    EXPECT_EQ(refusal("nodes 20000"), "f:1: 20000 nodes, expected 1 to 16384 in all");
    EXPECT_EQ(refusal("nodes 3\nrun 60"),
              "f:2: '60', expected a whole number and its unit (us, ms, s, m, h), such as 200ms");
    EXPECT_EQ(refusal("nodes 3\nrun 6s 7s"), "f:2: '7s', expected the end of the line");
    EXPECT_EQ(refusal("nodes 3\nprofile moon"), "f:2: 'moon', expected 'lan', 'wan' or 'edge'");
    EXPECT_EQ(refusal("nodes 3\nset probe_periot 1s"),
              "f:2: no knob 'probe_periot', expected a key of starlingd's [protocol]; did you mean "
              "'probe_period'?");
    EXPECT_EQ(refusal("nodes 3\nset probe_tries x"),
              "f:2: probe_tries is 'x', expected: write a whole number");
    EXPECT_EQ(refusal("nodes 3\nat 5s crash n4"), "f:2: n4 does not exist, expected n1 to n3");
    EXPECT_EQ(
        refusal("nodes 3\nat 5s crash"),
        "f:2: the line ends, expected nodes: n7, n3-n10, "
        "n1,n5-n9, zone NAME, 1%, 5 nodes, crashed, leavers, all, all but n7, or a pick's name");
    EXPECT_EQ(refusal("nodes 3\nat 5s crash 101%"),
              "f:2: '101%', expected nodes: n7, n3-n10, n1,n5-n9, zone NAME, 1%, 5 nodes, crashed, "
              "leavers, all, all but n7, or a pick's name");
    EXPECT_EQ(refusal("nodes 3\ntag n1"),
              "f:2: the line ends, expected tags, such as role=cache,rack=7");
    EXPECT_EQ(refusal("nodes 3\ntag n1 role"),
              "f:2: 'role' is no tag; write key=value pairs, separated by commas");
    EXPECT_EQ(refusal("nodes 3\ntag n1 role=" + std::string(60, 'x')),
              "f:2: tags of 65 bytes, expected at most 63");
    EXPECT_EQ(refusal("zone a 3\nmove n1 to a"), "f:2: 'a', expected 'zone'");
    EXPECT_EQ(
        refusal("nodes 3\nat 5s explode n1"),
        "f:2: 'explode', expected at, crash, restart, pause, leave, remove, join, update, tag, "
        "move, clock, drift, clog, starve, ring, lie, forge, pick, cut, heal, loss, burst, mtu, "
        "rtt, "
        "delay, duplicate, reorder, replay, corrupt, expect or a topology line");
    EXPECT_EQ(refusal("nodes 3\ncut mars"),
              "f:2: 'mars', expected nodes: n7, n3-n10, n1,n5-n9, zone NAME, 1%, 5 nodes, "
              "crashed, leavers, all, all but n7, or a pick's name");
    EXPECT_EQ(refusal("nodes 3\ncut default"),
              "f:2: a cut between all nodes and all others, of which there are none; expected some "
              "of the nodes");
    EXPECT_EQ(refusal("nodes 3\nrtt n1 -> n2 5ms"),
              "f:2: a round trip has no direction, expected 'delay A -> B TIME', which is the time "
              "of that one way");
    EXPECT_EQ(refusal("nodes 3\ndelay 1% 5ms"),
              "f:2: nodes that are drawn, expected fixed ones, or 'at 0s' first");
    EXPECT_EQ(refusal("nodes 3\npause n1 5s"), "f:2: '5s', expected 'for'");
    EXPECT_EQ(refusal("nodes 3\nexpect dead n1 within 5s"), "f:2: 'within', expected 'at'");
    EXPECT_EQ(refusal("nodes 3\nburst 5%"), "f:2: the line ends, expected 'for'");
    EXPECT_EQ(refusal("nodes 3\nburst 5% for 0s"), "f:2: bursts for 0, expected a longer duration");
    EXPECT_EQ(refusal("nodes 3\nmtu wide"), "f:2: 'wide', expected a number of bytes");
    EXPECT_EQ(refusal("nodes 3\nmtu 9000"), "f:2: 9000, expected at most 8952");
    EXPECT_EQ(refusal("nodes 3\nclock n1 -1h"), "f:2: '-1h', expected 'forward' or 'back'");
    EXPECT_EQ(refusal("nodes 3\ndrift n1 by 11% faster"),
              "f:2: a clock that drifts by more than 10%, expected less");
    EXPECT_EQ(refusal("nodes 3\ndrift n1 by 1%"),
              "f:2: the line ends, expected 'faster' or 'slower'");
    EXPECT_EQ(refusal("nodes 3\nat 0 crash n1"), "f:2: '0', expected a whole number and its unit "
                                                 "(us, ms, s, m, h), such as 200ms");
    EXPECT_EQ(refusal("nodes 3\nclog n1"), "f:2: the line ends, expected 'for'");
    EXPECT_EQ(refusal("nodes 3\nstarve n1 to 0% for 5s"),
              "f:2: starved to 0%, expected a share above it");
    EXPECT_EQ(refusal("nodes 3\nring n1 to 2000 packets"), "f:2: 2000, expected at most 1024");
    EXPECT_EQ(refusal("nodes 3\nlie n1 loudly"), "f:2: 'loudly', expected 'for'");
    EXPECT_EQ(refusal("nodes 3\nexpect unreachable zone mars at 99% within 5s"),
              "f:2: 'mars' is no zone, expected one of the zones declared above");
    EXPECT_EQ(refusal("nodes 3\nexpect spread n1 at 99% within six rounds"),
              "f:2: 'six', expected a number of rounds");
    EXPECT_EQ(refusal("nodes 3\nexpect spread crashed at 99% within 5s"),
              "f:2: 'crashed', expected n7, n3-n10, n1,n5-n9, zone NAME, all, all but n7 or a "
              "pick's name");
    EXPECT_EQ(refusal("nodes 3\nexpect luck >= 3"),
              "f:2: 'luck', expected dead, removed, spread, unreachable, reachable, joined, "
              "revived, flaps, "
              "views or a metric (see bench/sim/README.md)");
    EXPECT_EQ(refusal("nodes 3\nexpect false_dead = 0"),
              "f:2: '=', expected '<=', '<', '==' or '>='");
    EXPECT_EQ(refusal("nodes 3\nexpect bytes_per_node_1s <= 5s"),
              "f:2: '5s', expected a size such as 50KB");
}

TEST_F(Scenario, AKnobOutOfBoundsIsRefusedInItsOwnLine)
{
    EXPECT_EQ(refusal("nodes 3\nset frame_bytes 100\nstart formed\n\n"),
              "f:2: set frame_bytes 100: frame_bytes is 100, must be within 576 and 8952");
    EXPECT_EQ(
        refusal("nodes 3\nstart formed\nset probe_tries 2\nset dead_retention 10000ms\n"
                "set spread 1s\n"),
        "f:4: set dead_retention 10000ms: dead_retention is 10s, must be within 307s and "
        "8760h: at least zone_patience + suspicion_max, so that the notice of who died or left "
        "outlives the longest cut");
    EXPECT_EQ(refusal("nodes 3\nset gossip_fanout 99\nstart formed\nset probe_tries 2\n"),
              "f:2: set gossip_fanout 99: gossip_fanout is 99, must be within 1 and 16");
    EXPECT_EQ(refusal("nodes 3\nset fanout 5"),
              "f:2: no knob 'fanout', expected a key of starlingd's [protocol]; did you mean "
              "'gossip_fanout'?");
}

TEST_F(Scenario, SettingsOfSomeNodesAreCheckedToo)
{
    ASSERT_EQ(parse("nodes 9\nstart formed\nset probe_tries 2\nset probe_tries 5 for n1-n3\n"), 0)
        << why;
    EXPECT_EQ(refusal("nodes 9\nstart formed\nset max_pause 1s for n3\nset dead_retention 400s\n"
                      "set gossip_fanout 99 for n4\n"),
              "f:5: set gossip_fanout 99: gossip_fanout is 99, must be within 1 and 16");
    EXPECT_EQ(refusal("nodes 9\nset byte_cap 9KB for n1"),
              "f:2: byte_cap for some nodes, expected it for all");
    EXPECT_EQ(refusal("set probe_tries 2 for n1\nnodes 9"),
              "f:1: 'for' before any node, expected 'nodes' or 'zone' first");
}

TEST_F(Scenario, ARecordMayBeForged)
{
    ASSERT_EQ(parse("nodes 9\nstart formed\nat 5s forge dead of n7,n9 up 3 from stranger to 50%\n"
                    "at 6s forge alive of n7 from n2\n"),
              0)
        << why;
    EXPECT_EQ(s->actions[0].status, SL_DEAD);
    EXPECT_EQ(s->actions[0].number, 3u);
    EXPECT_EQ(s->actions[0].from, SIM_FROM_STRANGER);
    EXPECT_EQ(s->actions[0].a.kind, SIM_PICK_SHARE);
    EXPECT_EQ(s->actions[1].from, 1u);
    EXPECT_EQ(s->actions[1].a.kind, SIM_PICK_ALL);
    EXPECT_EQ(refusal("nodes 9\nforge gone of n7 from n2"),
              "f:2: 'gone', expected 'alive', 'suspect', 'dead' or 'left'");
    EXPECT_EQ(refusal("nodes 9\nforge dead of n7"), "f:2: the line ends, expected 'from'");
    EXPECT_EQ(refusal("nodes 9\nremove n7 by n2-n3"),
              "f:2: several nodes, expected the one whose operator says so");
    EXPECT_EQ(refusal("nodes 9\nremove n7"), "f:2: the line ends, expected 'by'");
    EXPECT_EQ(refusal("nodes 9\nforge dead of n7 from n2-n3"),
              "f:2: several nodes, expected one node or 'stranger'");
}

TEST_F(Scenario, RoomForMembersIsWhatIsSet)
{
    ASSERT_EQ(parse("nodes 3\nstart formed\nset max_members 16384\n"), 0) << why;
    EXPECT_EQ(s->options.config.max_members, 16384u);
}

TEST_F(Scenario, NoLineIsSwallowed)
{
    EXPECT_EQ(refusal("nodes 3"),
              "f: nobody ever runs, expected 'start formed', or 'join' somewhere");
    EXPECT_EQ(refusal("nodes 3\nstart empty\nrestart crashed\n"),
              "f: nobody ever runs, expected 'start formed', or 'join' somewhere");
    EXPECT_EQ(refusal("nodes 5\nnodes 5"),
              "f:2: 'nodes' a second time (first in line 1), expected it once");
    EXPECT_EQ(refusal("zone a 5\nzone a 5"),
              "f:2: zone 'a' a second time, expected each zone once");
    EXPECT_EQ(refusal("nodes 5\nzone default 5"),
              "f:2: zone 'default' a second time, expected each zone once");
    EXPECT_EQ(refusal("nodes 5\nrun 5s\n\nrun 6s"),
              "f:4: 'run' a second time (first in line 2), expected it once");
    EXPECT_EQ(refusal("nodes 5\nset probe_tries 2\nset probe_tries 3"),
              "f:3: probe_tries a second time (first in line 2), expected it once");
    EXPECT_EQ(refusal("nodes 5\nstart formed\nat 90s crash n1\nrun 60s"),
              "f:3: 'crash' at 90000 ms, but the run ends at 60000 ms; expected a longer 'run'");
    EXPECT_EQ(refusal("nodes 5\nstart empty\nat 30s join n1-n5 over 31s"),
              "f:3: 'join' at 61000 ms, but the run ends at 60000 ms; expected a longer 'run'");
    EXPECT_EQ(refusal("nodes 5\nat 9s every 1s until 5s crash n1"),
              "f:2: until a time before the first, expected a later one");
}

TEST_F(Scenario, AZonesNameMeansNothingElse)
{
    for (const char *name : {"n7", "n1-n3", "all", "crashed", "5", "1%", "->"})
        EXPECT_EQ(refusal(std::string("zone ") + name + " 5"),
                  std::string("f:1: a zone named '") + name +
                      "', which means nodes; expected another name");
    EXPECT_EQ(refusal("zone \xff 5"), "f:1: a zone's name that peers refuse, expected UTF-8 "
                                      "without control characters");
    EXPECT_EQ(refusal("zone left 5\ncrash \x1b[31m").find('\x1b'), std::string::npos);
}

// Lines made of the language's own words and of any bytes: refused or read, never worse.
TEST_F(Scenario, AnyBytesAreRefusedOrRead)
{
    const char *const words[] = {
        "nodes",      "zone",  "at",       "5s",        "every",    "until",
        "crash",      "n1",    "n1-",      "n3-n9,n1",  "all",      "but",
        "but n1",     "pick",  "bad",      "loss",      "80%",      "->",
        "a",          "cut",   "heal",     "rtt",       "delay",    "jitter",
        "expect",     "dead",  "of",       "by",        "within",   "rounds",
        "views",      "equal", "set",      "max_pause", "for",      "forge",
        "up",         "from",  "stranger", "over",      "9",        "99999999999999999999",
        "5",          "start", "formed",   "seeds",     "\xff\xfe", "%",
        "n",          "n0",    "n16385",   "zone a",    "leavers",  "#",
        "\t",         "\r",    "\x01",     "join",      "revived",  "flaps",
        "false_dead", "=="};
    sl_prng prng = {7};
    for (int round = 0; round < 20000; round++) {
        std::string text = "zone a 9\nzone b 3\nstart formed\n";
        for (uint32_t lines = 1 + sl_prng_below(&prng, 3); lines > 0; lines--) {
            for (uint32_t i = sl_prng_below(&prng, 9); i > 0; i--)
                text += std::string(words[sl_prng_below(&prng, sizeof(words) / sizeof(words[0]))]) +
                        " ";
            text += "\n";
        }
        why[0] = '\0';
        if (parse(text) != 0) {
            EXPECT_NE(why[0], '\0') << text;
        }
    }
}

TEST_F(Scenario, AMissingFileIsNamed)
{
    EXPECT_EQ(sim_scenario_read(s.get(), "/nonexistent/x", why, sizeof(why)), -ENOENT);
    EXPECT_STREQ(why, "/nonexistent/x: No such file or directory; expected a scenario file");
}

TEST_F(Scenario, EveryScenarioOfTheFolderIsWellFormed)
{
    for (const auto &file : std::filesystem::recursive_directory_iterator(SL_SCENARIOS)) {
        if (!file.is_regular_file())
            continue;
        EXPECT_EQ(sim_scenario_read(s.get(), file.path().c_str(), why, sizeof(why)), 0) << why;
    }
}

} // namespace
