/* SPDX-License-Identifier: BSD-3-Clause */
#include "tests/lab/lab.h"
#include "tests/lab/places.h"

#include <sched.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstring>

namespace lab
{
namespace
{
/* Why there can be no lab; empty if there can. */
std::string obstacle()
{
    if (geteuid() != 0)
        return "needs root";
    pid_t child = fork();
    if (child == 0)
        _exit(unshare(CLONE_NEWNET | CLONE_NEWNS) == 0 ? 0 : errno);
    int status = 0;
    waitpid(child, &status, 0);
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
        return "";
    return std::string("the kernel forbids namespaces: ") + strerror(WEXITSTATUS(status));
}
} // namespace

std::string folder()
{
    return "/tmp/starling-lab." + std::to_string(getpid());
}

std::string namespaces()
{
    return "slt" + std::to_string(getpid()) + "-";
}

Lab::Lab(int nodes)
{
    static int labs = 0;
    prefix = namespaces() + std::to_string(++labs) + "-";
    run({SL_SOURCE_ROOT "/scripts/lab", "--prefix", prefix, "up", std::to_string(nodes)});
}

Lab::~Lab()
{
    Process down({SL_SOURCE_ROOT "/scripts/lab", "--prefix", prefix, "down"});
    EXPECT_EQ(down.ends(), 0) << down.err();
    EXPECT_EQ(down.err(), "") << "processes that were left in the lab";
}

Process::Command Lab::inside(const std::string &which, const Process::Command &command) const
{
    Process::Command whole = {"ip", "netns", "exec", name_of(which)};
    whole.insert(whole.end(), command.begin(), command.end());
    return whole;
}

std::string Lab::bash(const std::string &script) const
{
    return run({"bash", "-euo", "pipefail", "-c",
                "cd " SL_SOURCE_ROOT "; . scripts/lib.sh; . scripts/lab.sh; . scripts/node.sh\n"
                "lab_adopt " +
                    prefix + "; RUN=" + folder() + "\n" + script,
                "lab"});
}

void LabTest::SetUp()
{
    static const std::string reason = obstacle();
    if (!reason.empty())
        GTEST_SKIP() << reason;
}
} // namespace lab
