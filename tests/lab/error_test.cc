/* SPDX-License-Identifier: BSD-3-Clause */
/* What a node cannot start with: one line that says what, where and what to do, and no trace. */
#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "tests/lab/node.h"

namespace lab
{
namespace
{
class Error : public LabTest
{
  protected:
    void SetUp() override
    {
        LabTest::SetUp();
        if (IsSkipped())
            return;
        build(2);
        node = std::make_unique<Node>(net(), 1);
    }

    /* Replaces a line of the configuration; returns "FILE:LINE" of it. */
    std::string edit(const std::string &line, const std::string &other)
    {
        std::ifstream in(node->config);
        std::string text((std::istreambuf_iterator<char>(in)), {});
        size_t at = text.find(line + "\n");
        EXPECT_NE(at, std::string::npos) << line;
        std::ofstream(node->config) << text.replace(at, line.size(), other);
        auto number = std::count(text.begin(), text.begin() + (long)at, '\n') + 1;
        return node->config + ":" + std::to_string(number);
    }

    void expect_refusal(int code, const std::vector<std::string> &mentioned)
    {
        auto files = listing();
        if (!started)
            node->start({"--eal.huge=no"});
        EXPECT_EQ(node->process().ends(), code);
        std::string said = node->process().err();
        EXPECT_EQ(std::count(said.begin(), said.end(), '\n'), 1) << said;
        for (const std::string &word : mentioned)
            EXPECT_NE(said.find(word), std::string::npos) << word << " is not in: " << said;
        EXPECT_EQ(node->process().out(), "");
        EXPECT_EQ(listing(), files);
        node->expect_nothing_left();
    }

    static std::vector<std::string> listing()
    {
        std::vector<std::string> names;
        for (const auto &entry : std::filesystem::directory_iterator(folder()))
            names.push_back(entry.path().filename());
        std::sort(names.begin(), names.end());
        return names;
    }

    std::unique_ptr<Node> node;
    bool started = false;
};

TEST_F(Error, AnUnknownKey)
{
    std::string where = edit("mtu = 1500", "colour = red");
    expect_refusal(2, {where, "colour"});
}

TEST_F(Error, AValueThatIsNone)
{
    std::string where = edit("max_pause = 200ms", "max_pause = soon");
    expect_refusal(2, {where, "max_pause", "soon"});
}

TEST_F(Error, AnAddressThatIsMissing)
{
    edit("address = 10.77.0.1/24", "");
    expect_refusal(2, {node->config, "address"});
}

TEST_F(Error, AConfigurationFileThatIsMissing)
{
    std::filesystem::remove(node->config);
    expect_refusal(2, {node->config, "--config"});
}

TEST_F(Error, AnInterfaceThatIsMissing)
{
    std::string where = edit("spec = af_packet:eth0", "spec = af_packet:eth9");
    expect_refusal(1, {where, "eth9", "ip link"});
}

TEST_F(Error, AnAddressThatTheKernelHasOnTheInterfaceToo)
{
    net().bash("ip -n ${LAB}1 address add 10.77.0.1/16 dev eth0");
    expect_refusal(1, {node->config, "the kernel has 10.77.0.1 on eth0", "ip addr flush dev eth0"});
}

TEST_F(Error, AnIPv6AddressThatTheKernelHasOnTheInterfaceToo)
{
    net().bash("lab_quietly ${LAB}1 sysctl -w net.ipv6.conf.all.disable_ipv6=0 "
               "net.ipv6.conf.eth0.disable_ipv6=0\n"
               "ip -n ${LAB}1 address add fd00:77::1/64 dev eth0 nodad");
    edit("mtu = 1500", "mtu = 1500\naddress6 = fd00:77::1/64");
    expect_refusal(1, {node->config, "the kernel has fd00:77::1 on eth0"});
}

TEST_F(Error, NoPermission)
{
    chmod(node->config.c_str(), 0644);
    started = true;
    node->start({}, {"setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups"});
    expect_refusal(1, {node->config, "no permission", "CAP_NET_RAW"});
}

TEST_F(Error, AControlSocketInUse)
{
    Node other(net(), 2);
    other.start({"--control.socket=" + node->socket});
    ASSERT_TRUE(await("n2 is up", [&] { return node->phase() != ""; }));
    expect_refusal(1, {node->socket, std::to_string(other.process().pid()), "[control] socket"});
    EXPECT_NE(node->phase(), "") << "the first still answers";
    other.process().signal(SIGTERM);
    EXPECT_EQ(other.process().ends(), 0);
}

TEST_F(Error, AControlSocketWhoseFolderIsMissing)
{
    edit("socket = " + node->socket, "socket = " + folder() + "/no/where/socket");
    expect_refusal(1, {"/no/where/socket", "[control] socket"});
}

TEST_F(Error, TooFewHugePages)
{
    edit("huge = auto", "huge = yes");
    edit("memory_mb = 64", "memory_mb = 1000000");
    started = true;
    node->start();
    expect_refusal(1, {"huge", "memory_mb"});
}
} // namespace
} // namespace lab
