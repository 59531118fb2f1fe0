/* SPDX-License-Identifier: BSD-3-Clause */
/* What becomes of a node whose interface goes down, is deleted and made again, or changes. */
#include <signal.h>

#include <algorithm>

#include "tests/lab/node.h"

namespace lab
{
namespace
{
constexpr int NODES = 3;

class Link : public LabTest
{
  protected:
    void SetUp() override
    {
        LabTest::SetUp();
        if (!IsSkipped())
            build(NODES);
    }

    void ip(const std::string &arguments)
    {
        net().bash("ip -n \"${LAB}2\" " + arguments);
    }

    static testing::AssertionResult says(const Node &node, const std::string &link)
    {
        return await(node.name + " says that its link is " + link,
                     [&] { return node.info("link") == link; });
    }

    /* The others give up on the node that is cut off; it gives up on nobody. */
    static testing::AssertionResult only_the_others_accuse(const Cluster &cluster)
    {
        auto found =
            await("n1 holds n2 dead", [&] { return cluster[0]->status_of("n2") == "dead"; });
        for (const char *other : {"n1", "n3"})
            for (const char *type : {"suspect", "dead"})
                if (found && cluster[1]->reported(type, other))
                    return testing::AssertionFailure() << "n2 says " << type << " " << other;
        return found;
    }

    void unplug_and_plug_again(const Cluster &cluster)
    {
        net().bash("lab_unplug 2");
        EXPECT_TRUE(says(*cluster[1], "gone"));
        EXPECT_TRUE(only_the_others_accuse(cluster));
        net().bash("lab_plug 2 1500");
        EXPECT_TRUE(says(*cluster[1], "up"));
    }

    void expect_clean_ends(Cluster &cluster)
    {
        for (auto &node : cluster) {
            node->process().signal(SIGTERM);
            node->expect_clean_end();
        }
    }
};

TEST_F(Link, DownAndUpIsToldAndNobodyIsAccusedMeanwhile)
{
    Cluster cluster = start_cluster(net(), NODES);
    ASSERT_TRUE(formed(cluster));
    EXPECT_EQ(cluster[1]->info("link"), "up");
    ip("link set eth0 down");
    EXPECT_TRUE(says(*cluster[1], "down"));
    EXPECT_TRUE(only_the_others_accuse(cluster));
    EXPECT_TRUE(cluster[1]->reported("link-down", "n2"));
    ip("link set eth0 up");
    EXPECT_TRUE(formed(cluster));
    EXPECT_TRUE(cluster[1]->reported("link-up", "n2"));
    expect_clean_ends(cluster);
    EXPECT_NE(cluster[1]->process().err().find("the link is down"), std::string::npos);
    EXPECT_NE(cluster[1]->process().err().find("over (link)"), std::string::npos);
}

TEST_F(Link, ANodeStartsWhileItIsDownSaysSoAndJoinsWhenItIsUp)
{
    for (const char *port : {"af_packet", "af_xdp"}) {
        Node first(net(), 1), late(net(), 2, port);
        ip("link set eth0 down");
        first.start();
        late.start();
        EXPECT_TRUE(says(late, "down"));
        EXPECT_NE(late.process().err().find("the link is down"), std::string::npos);
        ip("link set eth0 up");
        EXPECT_TRUE(await("both are one cluster", [&] {
            return first.alive({"n1", "n2"}) && late.alive({"n1", "n2"});
        }));
        EXPECT_EQ(late.process().err().find("does not answer"), std::string::npos);
        for (Node *node : {&late, &first}) {
            node->process().signal(SIGTERM);
            node->expect_clean_end();
        }
    }
}

/* Its questions would reach nobody before. */
TEST_F(Link, AnAddressInUseIsFoundOnceTheLinkIsUp)
{
    Node first(net(), 1), late(net(), 2);
    ip("link set eth0 down");
    first.start();
    ASSERT_TRUE(await("n1 is up", [&] { return first.phase() != ""; }));
    late.start({"--port.address=10.77.0.1/24"});
    ASSERT_TRUE(says(late, "down"));
    ip("link set eth0 up");
    EXPECT_EQ(late.process().ends(), 4);
    EXPECT_NE(late.process().err().find("address conflict"), std::string::npos);
}

TEST_F(Link, AnAddressOfTheKernelsIsATroubleWhileItIsThere)
{
    Node node(net(), 2);
    auto said = [&](const std::string &what) {
        return await(what, [&] { return node.process().err().find(what) != std::string::npos; });
    };
    node.start();
    ASSERT_TRUE(await("n2 is up", [&] { return node.phase() != ""; }));
    ip("address add 10.99.0.1/24 dev eth0");
    EXPECT_TRUE(said("kernel-address: port af_packet:eth0: the kernel has address 10.99.0.1"));
    ip("address flush dev eth0");
    EXPECT_TRUE(said("over (kernel-address)"));
}

TEST_F(Link, ACableThatIsPulledAtTheOtherEndIsToldToo)
{
    Cluster cluster = start_cluster(net(), NODES);
    ASSERT_TRUE(formed(cluster));
    net().bash("ip -n \"${LAB}sw\" link set p2 down");
    EXPECT_TRUE(says(*cluster[1], "down"));
    net().bash("ip -n \"${LAB}sw\" link set p2 up");
    EXPECT_TRUE(says(*cluster[1], "up"));
    EXPECT_TRUE(formed(cluster));
}

/* As often as the packets would not last if the driver kept those of each, and too seldom to be
 * flapping. */
TEST_F(Link, AnInterfaceThatIsDeletedAndMadeAgainIsOpenedAgainOverAfPacket)
{
    Cluster cluster = start_cluster(net(), NODES);
    ASSERT_TRUE(formed(cluster));
    for (int times = 0; times < 2; times++) {
        unplug_and_plug_again(cluster);
        ASSERT_TRUE(formed(cluster));
    }
    expect_clean_ends(cluster);
}

TEST_F(Link, AnInterfaceThatIsDeletedAndMadeAgainIsOpenedAgainOverAfXdp)
{
    Cluster cluster = start_cluster(net(), NODES, {}, "af_xdp");
    ASSERT_TRUE(formed(cluster));
    for (int times = 0; times < 2; times++) {
        unplug_and_plug_again(cluster);
        ASSERT_TRUE(formed(cluster));
    }
    expect_clean_ends(cluster);
}

TEST_F(Link, WorkersGoOnOnAnInterfaceMadeAgain)
{
    Cluster cluster = start_cluster(net(), NODES, {"--workers.count=1"});
    ASSERT_TRUE(formed(cluster));
    unplug_and_plug_again(cluster);
    EXPECT_TRUE(formed(cluster));
    expect_clean_ends(cluster);
}

TEST_F(Link, AnInterfaceWhoseMacChangesIsHeardUnderTheNewOne)
{
    Cluster cluster = start_cluster(net(), NODES);
    ASSERT_TRUE(formed(cluster));
    ip("link set eth0 promisc off address 02:aa:00:00:00:02");
    ASSERT_TRUE(await("n2 opens its port again", [&] {
        return cluster[1]->process().err().find("opened again") != std::string::npos;
    }));
    EXPECT_TRUE(formed(cluster));
    long long before = cluster[1]->pings_answered();
    EXPECT_TRUE(await("PINGs reach the new address",
                      [&] { return cluster[1]->pings_answered() > before + 5; }));
    expect_clean_ends(cluster);
}

TEST_F(Link, ATapThatIsDeletedIsMadeAgain)
{
    Node node(net(), 1, "tap");
    node.start();
    ASSERT_TRUE(await("it is up", [&] { return node.phase() != ""; }));
    net().bash("ip -n \"${LAB}1\" link del starling0");
    EXPECT_TRUE(await("there is a tap again", [&] {
        return Process({"ip", "-n", net().name_of("1"), "link", "show", "starling0"}).ends() == 0 &&
               node.info("link") == "up";
    }));
    node.process().signal(SIGTERM);
    node.expect_clean_end();
}
} // namespace
} // namespace lab
