/* SPDX-License-Identifier: BSD-3-Clause */
/* Every kind of port, address and core that two nodes can form a cluster with. */
#include <signal.h>
#include <sys/syscall.h>

#include <filesystem>
#include <fstream>

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

/* In which system call the core that does everything is; -1: in none. */
int call_of_core(Node &node)
{
    for (const auto &task : std::filesystem::directory_iterator(
             "/proc/" + std::to_string(node.process().pid()) + "/task")) {
        std::string name, call;
        std::ifstream(task.path() / "comm") >> name;
        std::ifstream(task.path() / "syscall") >> call;
        if (name.rfind("rte-worker", 0) == 0)
            return call.empty() || call == "running" ? -1 : std::stoi(call);
    }
    ADD_FAILURE() << "no worker in " << node.name;
    return -1;
}

TEST_F(Port, ACoreWithNothingToDoWaitsForItsPortToRing)
{
    for (const char *port : {"af_packet", "af_xdp", "tap"}) {
        Node node(net(), 1, port);
        node.start();
        ASSERT_TRUE(await("it is up", [&] { return node.phase() != ""; })) << port;
        EXPECT_TRUE(await(std::string("the core waits for ") + port,
                          [&] { return call_of_core(node) == SYS_ppoll; }));
        node.process().signal(SIGTERM);
        node.expect_clean_end();
    }
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

/* A whole packet of that many bytes to the node and back. */
bool echoes(Lab &lab, const std::string &bytes)
{
    return Process(lab.inside("sw",
                              {"ping", "-c", "1", "-W", "1", "-M", "do", "-s", bytes, "10.77.0.1"}))
               .ends() == 0;
}

TEST_F(Port, PacketsAsLongAsConfiguredArriveAndAreSent)
{
    for (auto [port, mtu] : {std::pair{"af_packet", 9000}, {"af_xdp", 3300}}) {
        std::string bytes = std::to_string(mtu), payload = std::to_string(mtu - 28);
        net().bash("for i in 1 2; do ip -n \"${LAB}$i\" link set eth0 mtu " + bytes +
                   "; ip -n \"${LAB}sw\" link set \"p$i\" mtu " + bytes +
                   "; done; ip -n \"${LAB}sw\" link set br0 mtu " + bytes +
                   "; ip -n \"${LAB}sw\" address replace 10.77.0.9/24 dev br0");
        Node node(net(), 1, port);
        node.start({"--port.mtu=" + bytes, "--protocol.frame_bytes=" + std::to_string(mtu - 48),
                    "--eal.memory_mb=128", "--eal.huge=no"});
        ASSERT_TRUE(await("it is up", [&] { return node.phase() != ""; })) << port;
        EXPECT_TRUE(await("whole packets come back", [&] { return echoes(net(), payload); }))
            << port;
        node.process().signal(SIGTERM);
        node.expect_clean_end();
    }
}

constexpr int MORE_THAN_ANY_RING_HOLDS = 5000;

/* The kernel of the second namespace sends datagrams that are no frames of gossip. */
void send_garbage(Lab &lab, int count)
{
    lab.bash("ip netns exec ${LAB}2 bash -c 'for ((i = 0; i < " + std::to_string(count) +
             "; i++)); do echo x >/dev/udp/10.77.0.1/7947; done'");
}

TEST_F(Port, EveryFrameThatAStandingNodeHasNoRoomForIsCounted)
{
    net().bash("ip -n ${LAB}2 address add 10.77.0.2/24 dev eth0");
    for (const char *port : {"af_packet", "af_xdp", "tap"}) {
        Node node(net(), 1, port);
        node.start();
        ASSERT_TRUE(await("it is up", [&] { return node.phase() != ""; })) << port;
        if (port == std::string("tap"))
            net().bash("lab_attach_tap 1 starling0; ip -n ${LAB}2 neigh flush dev eth0");
        ASSERT_TRUE(await("a datagram comes in", [&] {
            send_garbage(net(), 1);
            return node.dropped("FRAME_SHORT") > 0;
        })) << port;
        auto counted = [&] { return node.dropped("FRAME_SHORT") + node.dropped("RX_MISSED"); };
        long long before = counted();
        node.process().signal(SIGSTOP);
        send_garbage(net(), MORE_THAN_ANY_RING_HOLDS);
        node.process().signal(SIGCONT);
        EXPECT_TRUE(await("all are counted",
                          [&] { return counted() >= before + MORE_THAN_ANY_RING_HOLDS; }))
            << port << " counted " << counted() - before;
        EXPECT_GT(node.dropped("RX_MISSED"), 0) << port;
        EXPECT_LE(counted(), before + MORE_THAN_ANY_RING_HOLDS + 100) << "the kernel's own chatter";
        EXPECT_TRUE(await("it says so", [&] {
            return node.process().err().find("frames are lost in this node: missed") !=
                   std::string::npos;
        })) << port;
        node.process().signal(SIGTERM);
        node.expect_clean_end();
    }
}

TEST_F(Port, PacketsTooLongForTheKindOfPortAreRefusedAtStart)
{
    for (const char *port : {"af_xdp", "tap"}) {
        Node node(net(), 1, port);
        node.start({"--port.mtu=9000", "--protocol.frame_bytes=8952", "--eal.memory_mb=128"});
        EXPECT_EQ(node.process().ends(), 1) << port;
        EXPECT_NE(node.process().err().find("carries packets of at most"), std::string::npos);
    }
}

TEST_F(Port, TwoNodesFormWithoutHugePages)
{
    EXPECT_TRUE(formed(start_cluster(net(), 2, {"--eal.huge=no"})));
}
} // namespace
} // namespace lab
