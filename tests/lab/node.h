/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* A starlingd in a namespace of a lab, and what `starling` tells about it. */
#include <jansson.h>

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "tests/lab/lab.h"

namespace lab
{
struct Member {
    std::string status, address;
    long long generation, refutations;
    std::string tags;
};

using Flags = std::vector<std::string>;
using Incarnation = std::pair<long long, long long>;

class Node
{
  public:
    /* Number N is nN at 10.77.0.N, in the profile and by the seed that scripts/node.sh writes. */
    Node(const Lab &lab, int number, const std::string &port = "af_packet");
    ~Node();

    /* Flags win over the configuration; `wrapper` is a command that runs the one behind it. Does
     * not wait. */
    void start(const Flags &flags = {}, const Process::Command &wrapper = {});
    Process &process()
    {
        return *daemon;
    }
    /* Ends it with SIGKILL, as a crash would. */
    void crash();

    /* "starling COMMAND..." asked of this node. */
    std::unique_ptr<Process> ask(const Process::Command &command) const;

    /* By name; none if the node does not answer. */
    std::map<std::string, Member> members() const;
    std::string status_of(const std::string &member) const;
    Incarnation incarnation_of(const std::string &member) const;
    bool alive(const std::vector<std::string> &names) const; /* these, and nobody else */
    std::string phase() const;                               /* "" if it does not answer */
    /* A text that `starling info` shows under this key; "" if it does not answer. */
    std::string info(const std::string &key) const;
    long long pings_answered() const;
    long long dropped(const std::string &reason) const;

    /* Types of the events about a member, oldest first. */
    std::vector<std::string> events_about(const std::string &member) const;
    bool reported(const std::string &type, const std::string &member) const;

    /* It exits with 0 in a generous time and takes its files along. */
    void expect_clean_end();
    /* No file of the process is left, however it ended. */
    void expect_nothing_left() const;

    const std::string name, config, socket;

  private:
    json_t *answer(const Process::Command &command) const;

    const Lab &lab;
    const std::string number;
    std::unique_ptr<Process> daemon;
};

using Cluster = std::vector<std::unique_ptr<Node>>;

/* Starts `count` nodes, 1 and upwards. */
Cluster start_cluster(const Lab &lab, int count, const Flags &flags = {},
                      const std::string &port = "af_packet");

/* All see all of them alive, and nobody else. */
testing::AssertionResult formed(const Cluster &cluster);
} // namespace lab
