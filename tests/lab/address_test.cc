/* SPDX-License-Identifier: BSD-3-Clause */
/* Addresses that two nodes claim, and addresses that are not a node's own. */
#include "tests/lab/node.h"

namespace lab
{
namespace
{
class Address : public LabTest
{
  protected:
    void SetUp() override
    {
        LabTest::SetUp();
        if (!IsSkipped())
            build(3);
    }

    static bool said(Node &node, const std::string &words)
    {
        return node.process().err().find(words) != std::string::npos;
    }
};

TEST_F(Address, ANodeWhoseAddressIsInUseEndsAndBothNameTheOther)
{
    for (const Flags &flags : {Flags{}, Flags{"--port.address=", "--port.address6=fd77::2/64",
                                              "--join.seeds=fd77::1"}}) {
        Cluster cluster;
        for (int number : {1, 2}) {
            Flags own = flags;
            if (!own.empty())
                own[1] = "--port.address6=fd77::" + std::to_string(number) + "/64";
            cluster.push_back(std::make_unique<Node>(net(), number));
            cluster.back()->start(own);
        }
        ASSERT_TRUE(formed(cluster));
        Node thief(net(), 3);
        thief.start(flags.empty() ? Flags{"--port.address=10.77.0.2/24"} : flags);
        EXPECT_EQ(thief.process().ends(), 4);
        EXPECT_TRUE(said(thief, "02:53:4c:00:00:02")) << thief.process().err();
        thief.expect_nothing_left();
        EXPECT_TRUE(await("n2 tells of it", [&] {
            return cluster[1]->reported("address-conflict", "02:53:4c:00:00:03");
        }));
        EXPECT_TRUE(await("n2 logs it", [&] { return said(*cluster[1], "02:53:4c:00:00:03"); }));
        EXPECT_TRUE(formed(cluster)) << "and nobody has heard of the third";
    }
}
/* The service started by hand beside the one that runs: both get all frames, under one MAC. */
TEST_F(Address, ASecondProcessForAnAddressOfTheSameHostEndsAndTheFirstTellsOfIt)
{
    Cluster cluster = start_cluster(net(), 2);
    ASSERT_TRUE(formed(cluster));
    auto changes = cluster[0]->events_about("n2");
    Node twin(net(), 3);
    twin.start({"--node.name=n2", "--port.address=10.77.0.2/24"},
               {"ip", "netns", "exec", net().name_of("2")});
    EXPECT_EQ(twin.process().ends(), 4);
    EXPECT_TRUE(said(twin, "on this host serves 10.77.0.2:7947 already")) << twin.process().err();
    twin.expect_nothing_left();
    EXPECT_TRUE(
        await("n2 logs it", [&] { return said(*cluster[1], "wanted this node's address"); }));
    EXPECT_NE(cluster[1]->ask({"events", "--json"})->out().find("address-conflict"),
              std::string::npos);
    EXPECT_TRUE(formed(cluster));
    EXPECT_EQ(cluster[0]->events_about("n2"), changes) << "nobody else hears of it";
}

/* A router that gives n2 another port outside, both ways. */
TEST_F(Address, ANodeBehindATranslatingRouterIsReachedWhereItAdvertises)
{
    net().bash("in=\"ip netns exec ${LAB}sw nft\"; $in add table bridge nat;"
               "$in add chain bridge nat turn '{ type filter hook forward priority 0; }';"
               "$in add rule bridge nat turn iifname p2 udp sport 7947 udp sport set 17947;"
               "$in add rule bridge nat turn oifname p2 udp dport 7947 drop;"
               "$in add rule bridge nat turn oifname p2 udp dport 17947 udp dport set 7947");
    Cluster cluster;
    for (int number : {1, 2, 3}) {
        cluster.push_back(std::make_unique<Node>(net(), number));
        cluster.back()->start(number == 2 ? Flags{"--port.advertise=10.77.0.2:17947"} : Flags{});
    }
    ASSERT_TRUE(formed(cluster));
    EXPECT_EQ(cluster[0]->members()["n2"].address, "10.77.0.2:17947");
    long long before = cluster[1]->pings_answered();
    EXPECT_TRUE(
        await("PINGs reach it there", [&] { return cluster[1]->pings_answered() > before + 5; }));
    for (const auto &node : cluster)
        EXPECT_FALSE(node->reported("dead", "n2")) << node->name;
}
} // namespace
} // namespace lab
