/* SPDX-License-Identifier: BSD-3-Clause */
/* What crosses the bridge, and what neighbours on it get. */
#include <signal.h>

#include <algorithm>
#include <cstdio>
#include <fstream>

#include "tests/lab/node.h"

namespace lab
{
namespace
{
class Wire : public LabTest
{
  protected:
    /* Rows of the capture that match. */
    static long count(const std::string &file, const std::string &filter)
    {
        std::string rows = run({"tshark", "-n", "-r", file, "-o", "ip.check_checksum:TRUE", "-o",
                                "udp.check_checksum:TRUE", "-Y", filter});
        return std::count(rows.begin(), rows.end(), '\n');
    }

    /* Frames that left a node's interface. */
    long sent(const std::string &node)
    {
        return std::stol(
            run(net().inside(node, {"cat", "/sys/class/net/eth0/statistics/tx_packets"})));
    }

    /* A node beside which the second one, started by the caller, is to come. */
    Cluster first()
    {
        build(2);
        Cluster cluster = start_cluster(net(), 1);
        EXPECT_TRUE(formed(cluster));
        cluster.push_back(std::make_unique<Node>(net(), 2));
        return cluster;
    }
};

TEST_F(Wire, NoFrameIsAboveTheMtuOrHasABadChecksum)
{
    build(4);
    std::string file = folder() + "/bridge.pcap";
    Process capture(net().inside(
        "sw", {"tcpdump", "-i", "br0", "-s", "0", "-B", "8192", "-U", "-Z", "root", "-w", file}));
    ASSERT_TRUE(await("tcpdump listens",
                      [&] { return capture.err().find("listening on") != std::string::npos; }));
    Cluster cluster;
    for (int number = 1; number <= 4; number++) {
        cluster.push_back(std::make_unique<Node>(net(), number));
        cluster.back()->start({"--port.address6=fd77::" + std::to_string(number) + "/64"});
    }
    EXPECT_TRUE(formed(cluster));
    cluster[3]->crash();
    EXPECT_TRUE(await("n1 says dead", [&] { return cluster[0]->status_of("n4") == "dead"; }));
    cluster[3]->start();
    EXPECT_TRUE(formed(cluster));
    cluster.clear();
    capture.signal(SIGINT);
    EXPECT_EQ(capture.ends(), 0) << capture.err();
    EXPECT_GT(count(file, "udp.port == 7947 && udp.checksum.status == 1"), 100);
    EXPECT_GT(count(file, "ip.checksum.status == 1"), 100);
    EXPECT_EQ(count(file, "ip.checksum.status == 0 || udp.checksum.status == 0 || "
                          "icmp.checksum.status == 0 || icmpv6.checksum.status == 0"),
              0);
    EXPECT_EQ(count(file, "ip.len > 1500 || ipv6.plen > 1460 || frame.len > 1514"), 0);
    EXPECT_EQ(count(file, "_ws.malformed || icmp.type == 3"), 0);
    std::remove(file.c_str());
}

TEST_F(Wire, ANodeAnswersTheKernelsPings)
{
    build(2);
    Node node(net(), 1);
    node.start({"--port.address6=fd77::1/64"});
    ASSERT_TRUE(await("it is up", [&] { return node.phase() != ""; }));
    net().bash("ip netns exec ${LAB}2 sysctl -qw net.ipv6.conf.eth0.disable_ipv6=0\n"
               "ip -n ${LAB}2 address add 10.77.0.200/24 dev eth0\n"
               "ip -n ${LAB}2 address add fd77::200/64 dev eth0 nodad");
    for (const char *address : {"10.77.0.1", "fd77::1"})
        for (const char *bytes : {"56", "1400"}) {
            Process ping(net().inside(
                "2", {"ping", "-n", "-c", "3", "-i", "0.02", "-W", "10", "-s", bytes, address}));
            EXPECT_EQ(ping.ends(), 0) << ping.out() << ping.err();
            EXPECT_NE(ping.out().find("3 received"), std::string::npos) << ping.out();
        }
}

TEST_F(Wire, ALostFirstArpRequestIsRepeated)
{
    Cluster cluster = first();
    net().bash("lab_isolate 2");
    cluster[1]->start();
    EXPECT_TRUE(await("a request went out", [&] { return sent("2") > 0; }));
    EXPECT_EQ(cluster[1]->phase(), "joining");
    net().bash("lab_heal 2");
    EXPECT_TRUE(formed(cluster));
}

TEST_F(Wire, ANodeThatStartsWithoutALinkJoinsOnceItHasOne)
{
    Cluster cluster = first();
    net().bash("ip -n ${LAB}sw link set p2 down");
    cluster[1]->start();
    EXPECT_TRUE(await("it joins", [&] { return cluster[1]->phase() == "joining"; }));
    net().bash("ip -n ${LAB}sw link set p2 up");
    EXPECT_TRUE(formed(cluster));
}
} // namespace
} // namespace lab
