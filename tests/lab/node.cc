/* SPDX-License-Identifier: BSD-3-Clause */
#include "tests/lab/node.h"
#include "tests/lab/places.h"

#include <signal.h>

#include <algorithm>
#include <filesystem>
#include <iostream>

namespace lab
{
namespace
{
std::string text_of(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    return text != nullptr ? text : "";
}

long long number_of(const json_t *object, const char *key)
{
    return json_integer_value(json_object_get(object, key));
}
} // namespace

Node::Node(const Lab &lab, int number, const std::string &port)
    : name("n" + std::to_string(number)), config(folder() + "/" + name + ".conf"),
      socket(folder() + "/" + name + ".sock"), lab(lab), number(std::to_string(number))
{
    lab.bash("node_config " + this->number + " " + port + " auto >" + config);
}

Node::~Node()
{
    if (daemon != nullptr && testing::Test::HasFailure())
        std::cerr << "log of " << name << ":\n" << daemon->err();
    daemon.reset();
    std::filesystem::remove(config);
    std::filesystem::remove(socket);
}

void Node::start(const Flags &flags, const Process::Command &wrapper)
{
    Process::Command command = wrapper;
    command.insert(command.end(), {SL_DAEMON_PROGRAM, "--config", config});
    command.insert(command.end(), flags.begin(), flags.end());
    daemon = std::make_unique<Process>(lab.inside(number, command));
    note_daemon(daemon->pid());
}

void Node::crash()
{
    daemon->signal(SIGKILL);
    EXPECT_EQ(daemon->ends(), 128 + SIGKILL) << daemon->err();
}

std::unique_ptr<Process> Node::ask(const Process::Command &command) const
{
    Process::Command whole = {SL_CLI_PROGRAM, "--socket", socket};
    whole.insert(whole.end(), command.begin(), command.end());
    auto process = std::make_unique<Process>(whole);
    process->ends();
    return process;
}

json_t *Node::answer(const Process::Command &command) const
{
    auto process = ask(command);
    return process->ends() == 0 ? json_loads(process->out().c_str(), 0, nullptr) : nullptr;
}

std::map<std::string, Member> Node::members() const
{
    std::map<std::string, Member> found;
    json_t *whole = answer({"members", "--json"}), *one;
    size_t i;
    json_array_foreach(json_object_get(whole, "members"), i, one) found[text_of(one, "name")] = {
        text_of(one, "status"), text_of(one, "address"), number_of(one, "generation"),
        number_of(one, "refutations"), text_of(one, "tags_text")};
    json_decref(whole);
    return found;
}

std::string Node::status_of(const std::string &member) const
{
    auto all = members();
    auto at = all.find(member);
    return at != all.end() ? at->second.status : "";
}

Incarnation Node::incarnation_of(const std::string &member) const
{
    auto all = members();
    auto at = all.find(member);
    return at != all.end() ? Incarnation(at->second.generation, at->second.refutations)
                           : Incarnation(-1, -1);
}

bool Node::alive(const std::vector<std::string> &names) const
{
    auto all = members();
    return all.size() == names.size() &&
           std::all_of(names.begin(), names.end(), [&](const std::string &one) {
               auto at = all.find(one);
               return at != all.end() && at->second.status == "alive";
           });
}

std::string Node::phase() const
{
    return info("phase");
}

std::string Node::info(const std::string &key) const
{
    json_t *info = answer({"info", "--json"});
    std::string text = text_of(info, key.c_str());
    json_decref(info);
    return text;
}

long long Node::pings_answered() const
{
    json_t *stats = answer({"stats", "--json"});
    long long count = number_of(json_object_get(stats, "records"), "pings_answered");
    json_decref(stats);
    return count;
}

long long Node::dropped(const std::string &reason) const
{
    json_t *stats = answer({"stats", "--json", "--interval", "0.1"}), *one;
    long long count = 0;
    size_t i;
    json_array_foreach(json_object_get(stats, "drops"), i, one)
    {
        if (text_of(one, "reason") == reason)
            count = number_of(one, "count");
    }
    json_decref(stats);
    return count;
}

std::vector<std::string> Node::events_about(const std::string &member) const
{
    std::vector<std::string> types;
    std::string lines = ask({"events", "--json"})->out();
    for (size_t at = 0, end; (end = lines.find('\n', at)) != std::string::npos; at = end + 1) {
        json_t *event = json_loadb(lines.data() + at, end - at, 0, nullptr);
        if (text_of(event, "name") == member)
            types.push_back(text_of(event, "type"));
        json_decref(event);
    }
    return types;
}

bool Node::reported(const std::string &type, const std::string &member) const
{
    auto types = events_about(member);
    return std::find(types.begin(), types.end(), type) != types.end();
}

void Node::expect_clean_end()
{
    EXPECT_EQ(daemon->ends(10), 0) << name << ": " << daemon->err();
    EXPECT_FALSE(std::filesystem::exists(socket)) << name;
    expect_nothing_left();
}

void Node::expect_nothing_left() const
{
    namespace fs = std::filesystem;
    std::string prefix = "starling-" + std::to_string(daemon->pid());
    EXPECT_FALSE(fs::exists("/run/dpdk/" + prefix));
    if (!fs::exists("/dev/hugepages"))
        return;
    for (const auto &entry : fs::directory_iterator("/dev/hugepages"))
        EXPECT_NE(entry.path().filename().string().rfind(prefix + "map_", 0), 0u) << entry;
}

Cluster start_cluster(const Lab &lab, int count, const Flags &flags, const std::string &port)
{
    Cluster cluster;
    for (int number = 1; number <= count; number++) {
        cluster.push_back(std::make_unique<Node>(lab, number, port));
        cluster.back()->start(flags);
    }
    return cluster;
}

testing::AssertionResult formed(const Cluster &cluster)
{
    std::vector<std::string> names;
    for (const auto &node : cluster)
        names.push_back(node->name);
    for (const auto &node : cluster) {
        auto seen = await(node->name + " sees all of " + std::to_string(names.size()) + " alive",
                          [&] { return node->alive(names); });
        if (!seen)
            return seen;
    }
    return testing::AssertionSuccess();
}
} // namespace lab
