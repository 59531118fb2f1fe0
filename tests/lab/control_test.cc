/* SPDX-License-Identifier: BSD-3-Clause */
/* The control socket of a real node: which users may use it, and a daemon that stands still. */
#include <grp.h>
#include <signal.h>
#include <sys/stat.h>

#include "tests/lab/node.h"

namespace lab
{
namespace
{
class ControlSocket : public LabTest
{
  protected:
    void SetUp() override
    {
        LabTest::SetUp();
        if (IsSkipped())
            return;
        build(1);
        node = std::make_unique<Node>(net(), 1);
    }

    std::unique_ptr<Node> node;
};

TEST_F(ControlSocket, BelongsToTheGroupAndHasTheModeOfTheConfiguration)
{
    node->start({"--control.group=daemon", "--control.mode=0640"});
    ASSERT_TRUE(await("an answer", [&] { return node->phase() != ""; }));
    struct stat file;
    ASSERT_EQ(stat(node->socket.c_str(), &file), 0);
    EXPECT_EQ(file.st_mode & 0777, 0640u);
    EXPECT_EQ(file.st_gid, getgrnam("daemon")->gr_gid);
    node->process().signal(SIGTERM);
    node->expect_clean_end();
}

TEST_F(ControlSocket, OfAStoppedDaemonIsGivenUp)
{
    node->start();
    ASSERT_TRUE(await("an answer", [&] { return node->phase() != ""; }));
    node->process().signal(SIGSTOP);
    for (const char *command : {"info", "members", "stats", "leave"}) {
        auto asked = node->ask({command, "--timeout", "0.2"});
        EXPECT_EQ(asked->ends(), 3) << command;
        EXPECT_NE(asked->err().find("does not answer in time"), std::string::npos) << asked->err();
    }
    node->process().signal(SIGCONT);
    ASSERT_TRUE(await("an answer", [&] { return node->phase() != ""; }));
    node->process().signal(SIGTERM);
    node->expect_clean_end();
}
} // namespace
} // namespace lab
