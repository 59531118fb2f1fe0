/* SPDX-License-Identifier: BSD-3-Clause */
/* Troubles that are no deaths: pauses that the profile tolerates, and a cut between two zones. */
#include <signal.h>

#include <algorithm>

#include "tests/lab/node.h"

namespace lab
{
namespace
{
class Trouble : public LabTest
{
  protected:
    /* No node has ever told of anybody's death. */
    static void expect_no_deaths(const Cluster &cluster)
    {
        for (const auto &node : cluster) {
            auto events = node->ask({"events", "--json"});
            EXPECT_EQ(events->ends(), 0) << events->err();
            EXPECT_EQ(events->out().find("\"dead\""), std::string::npos) << node->name << ":\n"
                                                                         << events->out();
        }
    }
};

TEST_F(Trouble, PausesOfSeveralAtOnceKillNobody)
{
    build(5);
    /* Half of what is tolerated: a loaded machine adds to it. */
    Cluster cluster = start_cluster(net(), 5, {"--protocol.max_pause=3s"});
    ASSERT_TRUE(formed(cluster));
    for (int node : {1, 3})
        cluster[(size_t)node]->process().signal(SIGSTOP);
    poll(nullptr, 0, 1500);
    for (int node : {1, 3})
        cluster[(size_t)node]->process().signal(SIGCONT);
    EXPECT_TRUE(formed(cluster));
    expect_no_deaths(cluster);
}

/* The zone rule asks for this many members on the other side. */
constexpr int IN_A_ZONE = 8;

class Zones : public Trouble
{
  protected:
    /* Nodes 1 to 8 in the east, the others in the west. Quick to start and modest, since there are
     * more of them than this machine has processors. */
    Cluster two_zones()
    {
        Cluster cluster;
        build(2 * IN_A_ZONE);
        for (int number = 1; number <= 2 * IN_A_ZONE; number++) {
            std::string zone = number <= IN_A_ZONE ? "east" : "west";
            cluster.push_back(std::make_unique<Node>(net(), number));
            cluster.back()->start({"--node.zone=" + zone, "--cluster.profile=lan",
                                   "--protocol.max_pause=1s", "--protocol.max_members=64",
                                   "--eal.huge=no"});
        }
        return cluster;
    }

    static bool sees_only_the_other_zone_unreachable(const Node &node)
    {
        bool east = std::stoi(node.name.substr(1)) <= IN_A_ZONE;
        auto all = node.members();
        return all.size() == 2 * IN_A_ZONE &&
               std::all_of(all.begin(), all.end(), [&](const auto &one) {
                   bool near = (std::stoi(one.first.substr(1)) <= IN_A_ZONE) == east;
                   return one.second.status == (near ? "alive" : "unreachable");
               });
    }
};

TEST_F(Zones, ACutBetweenTwoIsShownAsThatKillsNobodyAndHeals)
{
    Cluster cluster = two_zones();
    ASSERT_TRUE(formed(cluster));
    net().bash("lab_cut {1.." + std::to_string(IN_A_ZONE) + "}");
    for (const auto &node : cluster)
        ASSERT_TRUE(await(node->name + " says that the other zone is unreachable",
                          [&] { return sees_only_the_other_zone_unreachable(*node); }));
    net().bash("lab_cut");
    EXPECT_TRUE(formed(cluster));
    for (const auto &node : cluster)
        EXPECT_TRUE(node->reported("zone-unreachable",
                                   std::stoi(node->name.substr(1)) <= IN_A_ZONE ? "west" : "east"));
    expect_no_deaths(cluster);
}
} // namespace
} // namespace lab
