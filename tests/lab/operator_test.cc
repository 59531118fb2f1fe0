/* SPDX-License-Identifier: BSD-3-Clause */
/* What the people and programs around a node do to it while it runs. */
#include <signal.h>

#include <fstream>

#include "tests/lab/node.h"

namespace lab
{
namespace
{
class Operator : public LabTest
{
  protected:
    void SetUp() override
    {
        LabTest::SetUp();
        if (!IsSkipped())
            build(3);
    }

    static testing::AssertionResult says(Node &node, const std::string &words)
    {
        return await(node.name + " says '" + words + "'",
                     [&] { return node.process().err().find(words) != std::string::npos; });
    }

    static testing::AssertionResult informs(const Node &node, const std::string &words)
    {
        return await("info of " + node.name + " says '" + words + "'", [&] {
            auto info = node.ask({"info"});
            return info->ends() == 0 && info->out().find(words) != std::string::npos;
        });
    }

    static testing::AssertionResult is_member(const Node &node)
    {
        return await(node.name + " is a member", [&] { return node.phase() == "member"; });
    }
};

TEST_F(Operator, ASighupTakesOverWhatItCanAndNamesWhatItCannot)
{
    Node node(net(), 1);
    node.start();
    ASSERT_TRUE(is_member(node));
    std::ifstream before(node.config);
    std::string text((std::istreambuf_iterator<char>(before)), {});
    text.replace(text.find("edge"), 4, "lan");
    std::ofstream(node.config) << text << "[log]\nlevel = debug\n";
    node.process().signal(SIGHUP);
    EXPECT_TRUE(says(node, "taken over: log.level; needs a restart: cluster.profile"));
    std::ofstream(node.config) << text << "[log]\nlevel = shrill\n";
    node.process().signal(SIGHUP);
    EXPECT_TRUE(says(node, "SIGHUP: nothing is changed: "));
    EXPECT_EQ(node.phase(), "member");
    node.process().signal(SIGTERM);
    node.expect_clean_end();
}

TEST_F(Operator, AReaderOfTheLogThatGoesAwayEndsNobody)
{
    Node node(net(), 1);
    node.start({}, {"bash", "-c", "exec \"$@\" 2> >(exec head -n 1 >/dev/null)", "bash"});
    ASSERT_TRUE(is_member(node));
    for (int i = 0; i < 20; i++)
        EXPECT_EQ(node.ask({"join", "10.77.0." + std::to_string(100 + i)})->ends(), 0);
    node.process().signal(SIGHUP);
    EXPECT_EQ(node.phase(), "member");
    node.process().signal(SIGTERM);
    node.expect_clean_end();
}

TEST_F(Operator, ANodeThatCannotJoinSaysWhomItAskedAndWhyNot)
{
    Node other(net(), 1), silent(net(), 2), alone(net(), 3);
    other.start({"--cluster.name=other"});
    silent.start({"--join.seeds=10.77.0.9"});
    alone.start({"--join.seeds=10.77.0.1"});
    EXPECT_TRUE(says(silent, "'10.77.0.9'"));
    EXPECT_TRUE(informs(silent, "'10.77.0.9'"));
    EXPECT_TRUE(says(alone, "'10.77.0.1' does not answer"));
    EXPECT_TRUE(informs(alone, "'10.77.0.1' does not answer"));
    EXPECT_TRUE(says(other, "other-cluster: "));
    EXPECT_EQ(silent.phase(), "joining");
}

TEST_F(Operator, ANodeJoinsOnceItsSeedsNameIsKnown)
{
    std::string hosts = folder() + "/hosts";
    std::ofstream{hosts};
    Node seed(net(), 1), node(net(), 2);
    seed.start();
    node.start({"--join.seeds=late.lab"},
               {"bash", "-c", "mount --bind " + hosts + " /etc/hosts && exec \"$@\"", "bash"});
    EXPECT_TRUE(says(node, "'late.lab'"));
    EXPECT_NE(node.phase(), "member");
    std::ofstream(hosts) << "10.77.0.1 late.lab\n";
    EXPECT_TRUE(await("it joins", [&] { return node.alive({"n1", "n2"}); }));
    std::remove(hosts.c_str());
}
} // namespace
} // namespace lab
