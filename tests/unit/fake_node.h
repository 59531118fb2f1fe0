// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// A struct sl_node without a node behind it, and a server of it in a thread.
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "lib/node.h"
#include "lib/word.h"
#include "ports/control_server.h"

// A directory of its own under /tmp, removed with what the test made known in it.
class TempDir
{
  public:
    TempDir()
    {
        char pattern[] = "/tmp/starling-test-XXXXXX";
        path_ = mkdtemp(pattern);
    }
    ~TempDir()
    {
        for (const std::string &file : files_)
            unlink(file.c_str());
        rmdir(path_.c_str());
    }
    std::string file(const char *name)
    {
        files_.push_back(path_ + "/" + name);
        return files_.back();
    }
    std::string write(const char *name, const std::string &text)
    {
        std::string where = file(name);
        FILE *out = fopen(where.c_str(), "w");
        fwrite(text.data(), 1, text.size(), out);
        fclose(out);
        return where;
    }
    const std::string &path() const
    {
        return path_;
    }

  private:
    std::string path_;
    std::vector<std::string> files_;
};

class FakeNode
{
  public:
    FakeNode()
    {
        node_.context = this;
        node_.info = [](void *c, struct sl_node_info *info) { return self(c)->info(info); };
        node_.stats = [](void *c, struct sl_node_stats *stats) { return self(c)->stats(stats); };
        node_.members = [](void *c, uint64_t after, struct sl_member_info *out, uint32_t count) {
            return self(c)->page(after, out, count);
        };
        node_.events = [](void *c, uint64_t after, struct sl_node_event *out, uint32_t count) {
            return self(c)->read_events(after, out, count);
        };
        node_.join = [](void *c, const char *const *seeds, uint32_t count) {
            return self(c)->join(seeds, count);
        };
        node_.seeds = [](void *c, struct sl_node_seed *out) {
            const std::vector<struct sl_node_seed> &states = self(c)->seed_states;
            std::copy(states.begin(), states.end(), out);
            return (int)states.size();
        };
        node_.leave = [](void *c) { return self(c)->leave_status.load(); };
        node_.update = [](void *c, const void *tags, uint32_t bytes) {
            self(c)->tags.assign(static_cast<const char *>(tags), bytes);
            return self(c)->update_status.load();
        };
        node_.remove = [](void *c, const char *name, uint32_t bytes) {
            self(c)->removed.emplace_back(name, bytes);
            return self(c)->remove_status.load();
        };
    }

    const struct sl_node *node() const
    {
        return &node_;
    }

    void add_member(const char *name, enum sl_status status, uint64_t id = 0)
    {
        struct sl_member_info m = {};
        const uint8_t address[4] = {10, 0, 0, (uint8_t)(members.size() + 1)};
        m.id = id != 0 ? id : 0x1000 + members.size();
        m.word = sl_word(1700000000, 2, status);
        m.v4 = sl_endpoint_v4(address, 7947);
        m.self = members.empty();
        snprintf(m.name, sizeof(m.name), "%s", name);
        snprintf(m.zone, sizeof(m.zone), members.size() % 2 ? "west" : "east");
        snprintf(m.tags, sizeof(m.tags), "role=%s", name);
        members.push_back(m);
    }

    void add_seed(const char *text, uint32_t state, uint32_t addresses, const char *why = "")
    {
        struct sl_node_seed seed = {};
        snprintf(seed.text, sizeof(seed.text), "%s", text);
        snprintf(seed.why, sizeof(seed.why), "%s", why);
        seed.state = state;
        seed.addresses = addresses;
        seed_states.push_back(seed);
    }

    void add_event(enum sl_event_type type, const char *name)
    {
        std::lock_guard<std::mutex> lock(mutex_);
        struct sl_node_event e = {};
        e.sequence = ++last_sequence_;
        e.time_ns = 1700000000123456789;
        e.type = type;
        e.id = 0xabcdef;
        if (!sl_event_is_of_zone(type)) {
            e.word = sl_word(1700000000, 1, SL_SUSPECT);
            e.accuser_id = 0x77;
            snprintf(e.accuser, sizeof(e.accuser), "%s", accuser.c_str());
        }
        snprintf(e.name, sizeof(e.name), "%s", name);
        push(e);
    }

    // An event as it stands, but for its sequence.
    void add_event(struct sl_node_event e)
    {
        std::lock_guard<std::mutex> lock(mutex_);
        e.sequence = ++last_sequence_;
        push(e);
    }

    // Set before a server runs or, as what it writes, read after it.
    std::string accuser = "witness"; // of events
    std::vector<struct sl_member_info> members;
    std::vector<struct sl_trouble> troubles;
    std::vector<std::string> seeds;
    std::vector<struct sl_node_seed> seed_states;
    std::string tags = "unset";
    size_t event_room = 4096;
    struct sl_node_stats next_stats = {};
    bool plain_stats = false; // next_stats, and nothing of what a read adds
    uint64_t stats_reads = 0;
    std::atomic<int> join_status{0}, leave_status{0}, info_status{0}, update_status{0};
    std::atomic<int> members_status{0}, remove_status{0};
    std::vector<std::string> removed;                // names
    std::atomic<uint32_t> largest_page{0}, pages{0}; // asked for

  private:
    void push(const struct sl_node_event &e)
    {
        events_.push_back(e);
        if (events_.size() > event_room)
            events_.pop_front();
    }

    static FakeNode *self(void *context)
    {
        return static_cast<FakeNode *>(context);
    }

    int info(struct sl_node_info *info)
    {
        if (!members.empty())
            info->self = members[0];
        snprintf(info->cluster, sizeof(info->cluster), "test");
        snprintf(info->profile, sizeof(info->profile), "edge");
        snprintf(info->port, sizeof(info->port), "ring");
        snprintf(info->version, sizeof(info->version), "0.1.0");
        info->uptime_ns = 5000000000;
        info->phase = SL_PHASE_MEMBER;
        for (const struct sl_member_info &m : members)
            info->members_by_status[m.removed ? SL_NODE_STATUSES - 1 : sl_word_status(m.word)]++;
        info->max_members = 16384;
        info->view_hash = 0x1234;
        for (const struct sl_trouble &t : troubles)
            info->troubles[info->trouble_count++] = t;
        return info_status;
    }

    // Exactly one second and a known number of everything lies between two reads.
    int stats(struct sl_node_stats *stats)
    {
        uint64_t n = ++stats_reads;
        *stats = next_stats;
        stats->time_ns = n * 1000000000;
        if (plain_stats)
            return 0;
        stats->counters.rx_frames[SL_CLASS_PROBE] = 100 * n;
        stats->counters.tx_bytes[SL_CLASS_SOFT] = 5000 * n;
        stats->counters.drops[SL_DROP_CHECKSUM] = 3 * n;
        stats->counters.settled_frames = 10 * n;
        stats->counters.settled_unequal = n;
        stats->engine.suspicions_raised = 7;
        stats->engine.health = 2;
        stats->engine.stalls = 3;
        stats->engine.path_round_trip_ns = 1500000;
        stats->engine.path_lost_permille = 20;
        stats->engine.deaths_refuted = 2;
        stats->probe_rtt = {9, 1000, 2000, 3000, 4000, 5000};
        stats->worker_count = 1;
        stats->workers[0].polls = 1000 * n;
        stats->workers[0].empty_polls = 750 * n;
        stats->workers[0].cpu = 1;
        return 0;
    }

    // In the order of ids, whatever the order of adding was.
    int page(uint64_t after, struct sl_member_info *out, uint32_t count)
    {
        std::map<uint64_t, const struct sl_member_info *> by_id;
        for (const struct sl_member_info &m : members)
            by_id[m.id] = &m;
        uint32_t copied = 0;
        for (auto at = by_id.upper_bound(after); at != by_id.end() && copied < count; at++)
            out[copied++] = *at->second;
        pages++;
        largest_page = std::max(largest_page.load(), count);
        return members_status != 0 ? members_status.load() : (int)copied;
    }

    int read_events(uint64_t after, struct sl_node_event *out, uint32_t count)
    {
        std::lock_guard<std::mutex> lock(mutex_);
        uint32_t copied = 0;
        for (const struct sl_node_event &e : events_) {
            if (e.sequence > after && copied < count)
                out[copied++] = e;
        }
        return (int)copied;
    }

    int join(const char *const *names, uint32_t count)
    {
        seeds.assign(names, names + count);
        return join_status;
    }

    struct sl_node node_ = {};
    std::mutex mutex_;
    std::deque<struct sl_node_event> events_;
    uint64_t last_sequence_ = 0;
};

// Serves until destroyed, as a daemon's control thread does.
class ServerThread
{
  public:
    ServerThread(const std::string &path, const struct sl_node *node)
        : stop_fd_(eventfd(0, EFD_CLOEXEC))
    {
        struct sl_control_place place = {path.c_str(), "", 0660};
        if (sl_control_server_create(&server_, &place, {60000, 60000}, node) != 0)
            abort();
        thread_ = std::thread([this] { run(); });
    }
    ~ServerThread()
    {
        uint64_t one = 1;
        if (write(stop_fd_, &one, sizeof(one)) < 0)
            abort();
        thread_.join();
        sl_control_server_destroy(server_);
        close(stop_fd_);
    }

  private:
    void run()
    {
        int poll_fd = epoll_create1(EPOLL_CLOEXEC);
        struct epoll_event event = {};
        event.events = EPOLLIN;
        event.data.fd = stop_fd_;
        epoll_ctl(poll_fd, EPOLL_CTL_ADD, stop_fd_, &event);
        event.data.fd = sl_control_server_fd(server_);
        epoll_ctl(poll_fd, EPOLL_CTL_ADD, event.data.fd, &event);
        while (epoll_wait(poll_fd, &event, 1, -1) < 0 || event.data.fd != stop_fd_)
            sl_control_server_run(server_, 0);
        close(poll_fd);
    }

    struct sl_control_server *server_ = nullptr;
    int stop_fd_;
    std::thread thread_;
};
