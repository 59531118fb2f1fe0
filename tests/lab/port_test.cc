/* SPDX-License-Identifier: BSD-3-Clause */
/* Every kind of port, address and core that two nodes can form a cluster with. */
#include <signal.h>

#include "tests/lab/node.h"

namespace lab
{
namespace
{
class Port : public LabTest
{
  protected:
    void SetUp() override
    {
        LabTest::SetUp();
        if (!IsSkipped())
            build(2);
    }
};

TEST_F(Port, TwoNodesFormOverIpv6Alone)
{
    Cluster cluster;
    for (int number : {1, 2}) {
        cluster.push_back(std::make_unique<Node>(net(), number));
        cluster.back()->start(
            {"--port.address=", "--port.address6=fd77::" + std::to_string(number) + "/64",
             "--join.seeds=fd77::1"});
    }
    EXPECT_TRUE(formed(cluster));
    EXPECT_EQ(cluster[0]->members()["n2"].address, "[fd77::2]:7947");
}

TEST_F(Port, TwoNodesFormOverAfXdp)
{
    EXPECT_TRUE(formed(start_cluster(net(), 2, {}, "af_xdp")));
}

TEST_F(Port, TwoNodesFormOverTap)
{
    Cluster cluster = start_cluster(net(), 2, {}, "tap");
    for (const std::string number : {"1", "2"}) {
        Process::Command look = {"ip", "-n", net().name_of(number), "link", "show", "starling0"};
        ASSERT_TRUE(await("tap of node " + number, [&] { return Process(look).ends() == 0; }));
        net().bash("lab_attach_tap " + number + " starling0");
    }
    EXPECT_TRUE(formed(cluster));
}

TEST_F(Port, ANodeWithAWorkerOfItsOwnFormsWithOneWithout)
{
    Cluster cluster = start_cluster(net(), 1);
    cluster.push_back(std::make_unique<Node>(net(), 2));
    cluster[1]->start({"--workers.count=1"});
    EXPECT_TRUE(formed(cluster));
    cluster[1]->process().signal(SIGTERM);
    cluster[1]->expect_clean_end();
    EXPECT_TRUE(await("n1 says left", [&] { return cluster[0]->status_of("n2") == "left"; }));
}

TEST_F(Port, TwoNodesFormWithoutHugePages)
{
    EXPECT_TRUE(formed(start_cluster(net(), 2, {"--eal.huge=no"})));
}
} // namespace
} // namespace lab
