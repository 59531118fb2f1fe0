/* SPDX-License-Identifier: BSD-3-Clause */
#include <signal.h>

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <set>

#include "tests/lab/node.h"

namespace lab
{
namespace
{
/* Room for what a loaded machine does to a process; deaths still take less than two seconds. */
const Flags PATIENT = {"--protocol.max_pause=500ms"};

class Membership : public LabTest
{
  protected:
    Cluster five()
    {
        build(5);
        Cluster cluster = start_cluster(net(), 5, PATIENT);
        EXPECT_TRUE(formed(cluster));
        return cluster;
    }
};

size_t place_of(const std::vector<std::string> &types, const std::string &type)
{
    return (size_t)(std::find(types.begin(), types.end(), type) - types.begin());
}

TEST_F(Membership, FiveNodesFormFromOneSeed)
{
    Cluster cluster = five();
    for (const auto &node : cluster) {
        EXPECT_EQ(node->phase(), "member");
        for (const auto &[name, member] : node->members())
            EXPECT_EQ(member.address, "10.77.0." + name.substr(1) + ":7947");
    }
}

TEST_F(Membership, ACrashedNodeIsSuspectedThenDeadAndReturnsWithAHigherIncarnation)
{
    Cluster cluster = five();
    Node &victim = *cluster[3];
    Incarnation before = cluster[0]->incarnation_of(victim.name);
    unsigned suspecting = 0;
    victim.crash();
    for (const auto &node : cluster) {
        if (node.get() == &victim)
            continue;
        EXPECT_TRUE(await(node->name + " says dead",
                          [&] { return node->status_of(victim.name) == "dead"; }));
        auto types = node->events_about(victim.name);
        size_t suspect = place_of(types, "suspect"), dead = place_of(types, "dead");
        suspecting += suspect < dead;
        EXPECT_LT(dead, types.size()) << node->name;
        EXPECT_TRUE(suspect < dead || suspect == types.size()) << node->name;
    }
    EXPECT_GE(suspecting, 1u) << "who saw it says so before it decides";
    victim.expect_nothing_left();
    victim.start(PATIENT);
    EXPECT_TRUE(formed(cluster));
    for (const auto &node : cluster)
        EXPECT_GT(node->incarnation_of(victim.name), before) << node->name;
}

TEST_F(Membership, ADeadNodeThatAnOperatorRemovesIsGoneForAllAndMayReturn)
{
    build(3);
    Cluster cluster = start_cluster(net(), 3, PATIENT);
    ASSERT_TRUE(formed(cluster));
    Node &victim = *cluster[2];
    auto early = cluster[1]->ask({"remove", victim.name});
    EXPECT_EQ(early->ends(), 1);
    EXPECT_NE(early->err().find("lives, as far as the node knows"), std::string::npos);
    victim.crash();
    for (int i : {0, 1})
        ASSERT_TRUE(await(cluster[i]->name + " says dead",
                          [&] { return cluster[i]->status_of(victim.name) == "dead"; }));
    auto removal = cluster[1]->ask({"remove", victim.name});
    EXPECT_EQ(removal->ends(), 0) << removal->err();
    for (int i : {0, 1}) {
        EXPECT_TRUE(await(cluster[i]->name + " shows it no more",
                          [&] { return cluster[i]->members().count(victim.name) == 0; }));
        auto asked = cluster[i]->ask({"members", "--status", "removed"});
        EXPECT_EQ(asked->ends(), 0) << asked->err();
        EXPECT_NE(asked->out().find(victim.name), std::string::npos) << asked->out();
        EXPECT_NE(asked->out().find(cluster[1]->name), std::string::npos) << "who removed it";
    }
    victim.expect_nothing_left();
    victim.start(PATIENT);
    EXPECT_TRUE(formed(cluster));
}

TEST_F(Membership, ANodeThatLeavesHasLeftAndIsNeverDead)
{
    Cluster cluster = five();
    Node &leaver = *cluster[4];
    auto leave = leaver.ask({"leave"});
    EXPECT_EQ(leave->ends(), 0) << leave->err();
    leaver.expect_clean_end();
    for (const auto &node : cluster) {
        if (node.get() == &leaver)
            continue;
        EXPECT_TRUE(await(node->name + " says left",
                          [&] { return node->status_of(leaver.name) == "left"; }));
        EXPECT_FALSE(node->reported("dead", leaver.name)) << node->name;
    }
}

TEST_F(Membership, TagsSetOnOneNodeAreSeenOnAnother)
{
    build(3);
    Cluster cluster = start_cluster(net(), 3, PATIENT);
    ASSERT_TRUE(formed(cluster));
    Incarnation before = cluster[2]->incarnation_of("n2");
    auto set = cluster[1]->ask({"tags", "set", "role=edge", "rack=7"});
    EXPECT_EQ(set->ends(), 0) << set->err();
    EXPECT_TRUE(await("n3 sees n2's tags",
                      [&] { return cluster[2]->members()["n2"].tags == "role=edge\nrack=7"; }));
    EXPECT_GT(cluster[2]->incarnation_of("n2"), before);
    EXPECT_EQ(cluster[1]->ask({"tags"})->out(), "role=edge\nrack=7\n");
    EXPECT_EQ(cluster[1]->ask({"tags", "set", ""})->ends(), 0);
    EXPECT_TRUE(await("n3 sees that n2 has none",
                      [&] { return cluster[2]->members()["n2"].tags.empty(); }));
}

class Split : public Membership, public testing::WithParamInterface<std::set<int>>
{
};

TEST_P(Split, EachSideDeclaresTheOtherDeadAndTheyRejoinUnaided)
{
    Cluster cluster = five();
    for (int node : GetParam())
        net().bash("lab_isolate " + std::to_string(node));
    /* The isolated do not reach each other either. */
    for (int a = 1; a <= 5; a++)
        for (int b = 1; b <= 5; b++) {
            bool apart = a != b && (GetParam().count(a) || GetParam().count(b));
            Node &viewer = *cluster[(size_t)a - 1];
            std::string name = cluster[(size_t)b - 1]->name, status = apart ? "dead" : "alive";
            EXPECT_TRUE(await(viewer.name + " says that " + name + " is " + status,
                              [&] { return viewer.status_of(name) == status; }));
        }
    for (int node : GetParam())
        net().bash("lab_heal " + std::to_string(node));
    EXPECT_TRUE(formed(cluster));
}

INSTANTIATE_TEST_SUITE_P(Of, Split, testing::Values(std::set<int>{3}, std::set<int>{4, 5}),
                         [](const auto &instance) {
                             return instance.param.size() == 1 ? std::string("OneNode")
                                                               : std::string("TwoNodes");
                         });

TEST_F(Membership, ShortPausesKillNobody)
{
    Cluster cluster = five();
    for (const auto &node : cluster) {
        node->process().signal(SIGSTOP);
        poll(nullptr, 0, 150);
        node->process().signal(SIGCONT);
    }
    EXPECT_TRUE(formed(cluster));
    for (const auto &node : cluster)
        for (const auto &other : cluster)
            EXPECT_FALSE(node->reported("dead", other->name))
                << node->name << " of " << other->name;
}

TEST_F(Membership, APausedNodeThatIsSuspectedRefutesIt)
{
    build(3);
    Cluster cluster = start_cluster(net(), 3, {"--protocol.max_pause=5s"});
    ASSERT_TRUE(formed(cluster));
    Node &paused = *cluster[2];
    Incarnation before = cluster[0]->incarnation_of(paused.name);
    paused.process().signal(SIGSTOP);
    bool suspected = (bool)await("n1 suspects n3",
                                 [&] { return cluster[0]->status_of(paused.name) == "suspect"; });
    paused.process().signal(SIGCONT);
    EXPECT_TRUE(suspected);
    EXPECT_TRUE(formed(cluster));
    EXPECT_GT(cluster[0]->incarnation_of(paused.name), before);
    EXPECT_FALSE(cluster[0]->reported("dead", paused.name));
}

TEST_F(Membership, TheLaterOfTwoNodesWithOneNameYields)
{
    build(3);
    Cluster cluster = start_cluster(net(), 2, PATIENT);
    ASSERT_TRUE(formed(cluster));
    long long started = cluster[0]->incarnation_of("n1").first;
    Node later(net(), 3);
    later.start({"--node.name=n1"});
    EXPECT_EQ(later.process().ends(), 4) << later.process().err();
    EXPECT_NE(later.process().err().find("was first to use the name 'n1'"), std::string::npos)
        << later.process().err();
    later.expect_nothing_left();
    EXPECT_TRUE(formed(cluster));
    EXPECT_EQ(cluster[0]->incarnation_of("n1").first, started);
    EXPECT_EQ(cluster[1]->members()["n1"].address, "10.77.0.1:7947");
    EXPECT_FALSE(cluster[1]->reported("dead", "n1"));
}

/* As containers do that are started again elsewhere. */
TEST_F(Membership, WhoLosesItsClusterSaysSoAndFindsItsSeedsUnderTheirNameAtNewAddresses)
{
    build(3);
    auto seeds_are_at = [](const std::string &address) {
        std::ofstream(folder() + "/hosts") << address << " seeds.lab\n"; /* the same file */
    };
    seeds_are_at("10.77.0.1");
    Node before(net(), 1), node(net(), 2), after(net(), 3);
    before.start();
    node.start(
        {"--join.seeds=seeds.lab"},
        {"bash", "-c", "mount --bind " + folder() + "/hosts /etc/hosts && exec \"$@\"", "bash"});
    ASSERT_TRUE(await("it joins", [&] { return node.alive({"n1", "n2"}); }));
    before.crash();
    seeds_are_at("10.77.0.3");
    ASSERT_TRUE(await("it says that it is alone", [&] {
        auto info = node.ask({"info"});
        return info->ends() == 0 && info->out().find("alone since") != std::string::npos;
    }));
    after.start({"--join.seeds=10.77.0.3"});
    EXPECT_TRUE(await("it finds n3", [&] { return node.status_of("n3") == "alive"; }));
    std::remove((folder() + "/hosts").c_str());
}
} // namespace
} // namespace lab
