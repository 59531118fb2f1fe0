/* SPDX-License-Identifier: BSD-3-Clause */
/* SIGTERM ends a node in every phase of its life. */
#include <signal.h>

#include <fstream>

#include "tests/lab/node.h"

namespace lab
{
namespace
{
class Sigterm : public LabTest
{
  protected:
    void SetUp() override
    {
        LabTest::SetUp();
        if (!IsSkipped())
            build(2);
    }

    void ends(Node &node)
    {
        node.process().signal(SIGTERM);
        node.expect_clean_end();
    }

    /* The signal is the daemon's to handle, not `ip netns exec`'s to die from. */
    static bool takes_signals(Node &node)
    {
        std::ifstream file("/proc/" + std::to_string(node.process().pid()) + "/status");
        std::string line;
        while (std::getline(file, line))
            if (line.rfind("SigBlk:", 0) == 0)
                return std::stoull(line.substr(7), nullptr, 16) & (1ull << (SIGTERM - 1));
        return false;
    }

    static bool is_up(Node &node)
    {
        return node.process().err().find("is up") != std::string::npos;
    }
};

TEST_F(Sigterm, AsItStarts)
{
    Node node(net(), 1);
    node.start();
    ASSERT_TRUE(await("signals are taken", [&] { return takes_signals(node); }));
    ends(node);
}

TEST_F(Sigterm, BeforeTheInterfaceHasALink)
{
    net().bash("ip -n ${LAB}sw link set p2 down");
    Node node(net(), 2);
    node.start();
    ASSERT_TRUE(await("it is up", [&] { return is_up(node); }));
    ends(node);
}

TEST_F(Sigterm, WhileItJoinsUnreachableSeeds)
{
    Node node(net(), 2);
    node.start();
    ASSERT_TRUE(await("it joins", [&] { return node.phase() == "joining"; }));
    ends(node);
}

TEST_F(Sigterm, WhileItResolvesASeedsName)
{
    /* A name server that never answers: its MAC is nobody's at the other end of the link. */
    net().bash("ip -n ${LAB}2 link add dns0 type veth peer name dns1\n"
               "ip -n ${LAB}2 address add 192.0.2.1/24 dev dns0\n"
               "ip -n ${LAB}2 link set dns1 up\n"
               "ip -n ${LAB}2 link set dns0 up\n"
               "ip -n ${LAB}2 neighbour add 192.0.2.53 lladdr 02:00:00:00:00:53 dev dns0\n"
               "echo nameserver 192.0.2.53 >$RUN/resolv.conf");
    Node node(net(), 2);
    node.start({"--join.seeds=seed.example"},
               {"bash", "-c",
                "mount --bind " + folder() + "/resolv.conf /etc/resolv.conf && exec \"$@\"",
                "bash"});
    /* 350200C0:0035 is 192.0.2.53, port 53. */
    std::string sockets = "/proc/" + std::to_string(node.process().pid()) + "/net/udp";
    EXPECT_TRUE(await("the name server is asked", [&] {
        std::ifstream file(sockets);
        std::string text((std::istreambuf_iterator<char>(file)), {});
        return is_up(node) && text.find("350200C0:0035") != std::string::npos;
    }));
    ends(node);
    std::remove((folder() + "/resolv.conf").c_str());
}

TEST_F(Sigterm, AsAMember)
{
    Cluster cluster = start_cluster(net(), 2);
    ASSERT_TRUE(formed(cluster));
    ends(*cluster[1]);
    EXPECT_TRUE(await("n1 says left", [&] { return cluster[0]->status_of("n2") == "left"; }));
    EXPECT_FALSE(cluster[0]->reported("dead", "n2"));
    ends(*cluster[0]);
}

TEST_F(Sigterm, TwiceInARow)
{
    Cluster cluster = start_cluster(net(), 2);
    ASSERT_TRUE(formed(cluster));
    cluster[1]->process().signal(SIGTERM);
    ends(*cluster[1]);
}

TEST_F(Sigterm, ToAMemberWhoseLinkIsGone)
{
    Cluster cluster = start_cluster(net(), 2);
    ASSERT_TRUE(formed(cluster));
    net().bash("ip -n ${LAB}sw link set p2 down");
    ends(*cluster[1]);
}
} // namespace
} // namespace lab
