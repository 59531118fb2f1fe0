// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// A small cluster in one thread and virtual time: real engines and fast paths, a network of
// function calls.
#include <gtest/gtest.h>

#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "lib/engine.h"
#include "lib/fast.h"
#include "lib/prng.h"
#include "lib/profile.h"

constexpr uint64_t kMs = 1000000ull;
constexpr uint64_t kS = 1000 * kMs;

struct ClusterPacket {
    sl_endpoint from, to;
    std::vector<uint8_t> bytes;
};

class ClusterNode;

class Cluster
{
  public:
    explicit Cluster(const char *profile = "lan", uint64_t seed = 1);
    ~Cluster();

    // Adds and starts a node at address 10.0.0.(number). Seeds are numbers of nodes.
    ClusterNode &start(int number, const std::vector<int> &seeds, const char *name = nullptr);
    // Tears a node down without a word.
    void kill(int number);
    void pause(int number);
    void resume(int number);
    void run(uint64_t duration_ns);
    // Runs until the condition holds; false after the limit.
    bool run_until(const std::function<bool()> &condition, uint64_t limit_ns);
    // Every running node holds exactly the running nodes as ALIVE.
    bool converged() const;
    ClusterNode &node(int number);
    uint64_t now() const
    {
        return now_ns_;
    }

    uint64_t grace_ns = 5 * kMs; // how long readers may hold what an engine took back
    uint64_t delay_ns = kMs / 2;
    uint32_t loss_percent = 0;
    // Longer frames are lost.
    std::function<uint32_t(int from, int to)> mtu = [](int, int) { return UINT32_MAX; };
    uint64_t wall_s = 1000000;
    // false: the packet is lost
    std::function<bool(int from, int to)> reachable = [](int, int) { return true; };
    std::function<void(sl_config &)> configure = [](sl_config &) {};
    std::map<int, std::unique_ptr<ClusterNode>> nodes;

    void send(const sl_endpoint &from, const sl_endpoint &to, const uint8_t *bytes,
              uint32_t length);

    static sl_endpoint address_of(int number);
    // Sees all that is sent, lost or not.
    std::function<void(const ClusterPacket &)> tap = [](const ClusterPacket &) {};
    // Who receives at numbers that no node has.
    std::map<int, std::function<void(const ClusterPacket &)>> puppets;

  private:
    void deliver(const ClusterPacket &packet);

    std::string profile_;
    sl_prng prng_;
    uint64_t now_ns_ = 1000 * kS;
    std::multimap<uint64_t, ClusterPacket> wire_;
};

struct SeenEvent {
    uint64_t at_ns;
    sl_event_type type;
    uint64_t id, word, previous_word;
    std::string name, zone; // of the member that came along
    std::string accuser;
    bool damped;
};

// Starts nodes 1..count with node 1 as their seed and waits until they are members that know each
// other.
void form(Cluster &cluster, int count);

// True once every running node but itself holds this status of the member.
bool all_say(Cluster &cluster, const std::string &name, sl_status status);

class ClusterNode
{
  public:
    ClusterNode(Cluster &cluster, int number, const sl_config &config, uint64_t seed,
                uint64_t wall_s);
    ~ClusterNode();

    void step(const sl_input *input);
    void receive(const ClusterPacket &packet);
    // The word held for a member by name; 0 if it is not known.
    uint64_t id_of(const std::string &name) const;
    uint64_t word_of(const std::string &name) const;
    sl_status status_of(const std::string &name) const
    {
        return sl_word_status(word_of(name));
    }
    // Gone by an operator's word.
    bool is_removed(const std::string &name) const;
    uint64_t word() const
    {
        return sl_engine_self_word(engine);
    }
    uint32_t live_count() const
    {
        return sl_view_summary(sl_engine_view(engine))->live_count;
    }
    const struct sl_engine_stats &stats() const
    {
        return *sl_engine_stats(engine);
    }
    size_t count_events(sl_event_type type, const std::string &name = "") const;

    Cluster &cluster;
    int number;
    sl_config config;
    sl_endpoint endpoint;
    sl_engine *engine = nullptr;
    uint64_t deadline_ns = 0;
    bool paused = false;
    bool lends = true;                  // false: no buffer is free
    std::vector<ClusterPacket> backlog; // arrived while paused
    std::vector<SeenEvent> events;
    uint64_t sent_bytes = 0;

  private:
    static bool lend(void *context, sl_buffer *buffer);
    static void send(void *context, sl_buffer *buffer, uint32_t length, sl_class traffic,
                     const sl_endpoint *to, uint32_t count);
    static void event(void *context, const sl_event *event);
    static void retire(void *context, sl_retire_ticket *ticket);

    void end_grace_periods();

    std::deque<std::pair<uint64_t, sl_retire_ticket *>> retired_; // since when
    void *memory_ = nullptr;
    std::vector<uint8_t> buffer_, input_;
    sl_counters counters_ = {};
    sl_lane lane_ = {};
};
