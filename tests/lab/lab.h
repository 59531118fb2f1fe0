/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * A lab of network namespaces, as scripts/lab.sh makes it, and the fixture that gives one to each
 * test. Interface eth0 of namespace N is a port pN of the bridge in namespace "sw".
 */
#include <gtest/gtest.h>
#include <poll.h>

#include <chrono>
#include <optional>
#include <string>

#include "tests/lab/process.h"

namespace lab
{
/* Generous: how long a loaded machine may take is not what these tests are about. */
constexpr int AWAIT_SECONDS = 30;
constexpr int AWAIT_POLL_MS = 20;

/* Waits for a state that nothing announces. */
template <typename Condition>
testing::AssertionResult await(const std::string &what, Condition condition)
{
    auto end = std::chrono::steady_clock::now() + std::chrono::seconds(AWAIT_SECONDS);
    while (!condition()) {
        if (std::chrono::steady_clock::now() > end)
            return testing::AssertionFailure()
                   << "after " << AWAIT_SECONDS << " s still not so: " << what;
        poll(nullptr, 0, AWAIT_POLL_MS);
    }
    return testing::AssertionSuccess();
}

/* Where this run keeps its files, and how the names of its namespaces begin. */
std::string folder();
std::string namespaces();

/* A daemon killed in the middle of EAL's start leaves its directory: should the tests be killed,
 * this one's is removed, too. */
void note_daemon(pid_t pid);

class Lab
{
  public:
    explicit Lab(int nodes);
    ~Lab();
    Lab(const Lab &) = delete;
    Lab &operator=(const Lab &) = delete;

    /* Name of a node's namespace, or of the switch's ("sw"). */
    std::string name_of(const std::string &which) const
    {
        return prefix + which;
    }

    /* A command in that namespace. */
    Process::Command inside(const std::string &which, const Process::Command &command) const;

    /* Runs a script that knows lib.sh, lab.sh and node.sh, with this lab adopted and $RUN set;
     * returns its stdout, throws if it fails. */
    std::string bash(const std::string &script) const;

  private:
    std::string prefix;
};

class LabTest : public testing::Test
{
  protected:
    void SetUp() override;
    void build(int nodes)
    {
        made.emplace(nodes);
    }
    Lab &net()
    {
        return *made;
    }

  private:
    std::optional<Lab> made;
};
} // namespace lab
