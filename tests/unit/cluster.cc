// SPDX-License-Identifier: BSD-3-Clause
#include "cluster.h"

#include <cstring>

sl_endpoint Cluster::address_of(int number)
{
    const uint8_t v4[4] = {10, 0, (uint8_t)(number >> 8), (uint8_t)number};
    return sl_endpoint_v4(v4, SL_UDP_PORT);
}

static int number_at(const sl_endpoint &e)
{
    return e.ip[14] << 8 | e.ip[15];
}

Cluster::Cluster(const char *profile, uint64_t seed) : profile_(profile), prng_{seed}
{
}

Cluster::~Cluster() = default;

ClusterNode &Cluster::start(int number, const std::vector<int> &seeds, const char *name)
{
    sl_config config;
    EXPECT_EQ(sl_profile_load(&config, profile_.c_str()), 0);
    strcpy(config.cluster_name, "test");
    snprintf(config.name, sizeof(config.name), "%s",
             name ? name : ("n" + std::to_string(number)).c_str());
    config.v4 = address_of(number);
    config.max_members = 256;
    config.max_rumours = 256;
    config.max_suspicions = 256;
    configure(config);
    char why[256] = "";
    EXPECT_EQ(sl_config_check(&config, why, sizeof(why)), 0) << why;
    nodes[number] =
        std::make_unique<ClusterNode>(*this, number, config, sl_prng_next(&prng_), wall_s);
    std::vector<sl_endpoint> where;
    for (int seed : seeds)
        where.push_back(address_of(seed));
    EXPECT_EQ(sl_engine_join(nodes[number]->engine, now_ns_, where.data(), (uint32_t)where.size()),
              0);
    nodes[number]->step(nullptr);
    return *nodes[number];
}

void Cluster::kill(int number)
{
    nodes.erase(number);
}

void Cluster::pause(int number)
{
    node(number).paused = true;
}

void Cluster::resume(int number)
{
    ClusterNode &n = node(number);
    n.paused = false;
    std::vector<ClusterPacket> backlog;
    backlog.swap(n.backlog);
    for (const ClusterPacket &packet : backlog)
        n.receive(packet);
    n.step(nullptr);
}

ClusterNode &Cluster::node(int number)
{
    return *nodes.at(number);
}

void Cluster::send(const sl_endpoint &from, const sl_endpoint &to, const uint8_t *bytes,
                   uint32_t length)
{
    ClusterPacket packet{from, to, {bytes, bytes + length}};
    tap(packet);
    if (length > mtu(number_at(from), number_at(to)) || sl_prng_below(&prng_, 100) < loss_percent ||
        !reachable(number_at(from), number_at(to)))
        return;
    uint64_t at = now_ns_ + delay_ns / 2 + sl_prng_below(&prng_, (uint32_t)delay_ns + 1);
    wire_.emplace(at, std::move(packet));
}

void Cluster::deliver(const ClusterPacket &packet)
{
    auto puppet = puppets.find(number_at(packet.to));
    if (puppet != puppets.end())
        puppet->second(packet);
    auto found = nodes.find(number_at(packet.to));
    if (found == nodes.end())
        return;
    if (found->second->paused)
        found->second->backlog.push_back(packet);
    else
        found->second->receive(packet);
}

bool Cluster::run_until(const std::function<bool()> &condition, uint64_t limit_ns)
{
    uint64_t end = now_ns_ + limit_ns;
    while (!condition()) {
        uint64_t next = wire_.empty() ? UINT64_MAX : wire_.begin()->first;
        ClusterNode *due = nullptr;
        for (auto &[number, n] : nodes) {
            if (!n->paused && n->deadline_ns < next) {
                next = n->deadline_ns;
                due = n.get();
            }
        }
        if (next > end) {
            now_ns_ = end;
            return condition();
        }
        now_ns_ = std::max(now_ns_, next);
        if (due != nullptr) {
            due->step(nullptr);
            continue;
        }
        ClusterPacket packet = wire_.begin()->second;
        wire_.erase(wire_.begin());
        deliver(packet);
    }
    return true;
}

void Cluster::run(uint64_t duration_ns)
{
    run_until([] { return false; }, duration_ns);
}

bool Cluster::converged() const
{
    for (auto &[number, viewer] : nodes) {
        if (viewer->live_count() != nodes.size())
            return false;
        const sl_view *view = sl_engine_view(viewer->engine);
        for (auto &[other, n] : nodes) {
            if (sl_view_word(view, sl_engine_self_id(n->engine)) != n->word())
                return false;
        }
    }
    return true;
}

void form(Cluster &cluster, int count)
{
    for (int i = 1; i <= count; i++)
        cluster.start(i, {1});
    auto formed = [&] {
        for (auto &[number, n] : cluster.nodes) {
            if (n->stats().phase != SL_PHASE_MEMBER)
                return false;
        }
        return cluster.converged();
    };
    ASSERT_TRUE(cluster.run_until(formed, 20 * kS));
}

bool all_say(Cluster &cluster, const std::string &name, sl_status status)
{
    uint64_t id = 0; /* hashed once: this is asked after every event */
    for (auto &[number, n] : cluster.nodes) {
        id = id != 0 ? id : n->id_of(name);
        uint64_t word = sl_view_word(sl_engine_view(n->engine), id);
        if (n->config.name != name && (word == 0 || sl_word_status(word) != status))
            return false;
    }
    return true;
}

ClusterNode::ClusterNode(Cluster &owner, int number_, const sl_config &config_, uint64_t seed,
                         uint64_t wall_s)
    : cluster(owner), number(number_), config(config_), endpoint(config_.v4),
      buffer_(config_.frame_bytes), input_(sl_input_bytes(config_.frame_bytes))
{
    sl_host host = {this, lend, send, event, retire};
    size_t bytes = sl_engine_arena_bytes(&config, nullptr);
    memory_ = aligned_alloc(SL_CACHE_LINE, bytes);
    memset(memory_, 0, bytes);
    sl_arena arena = {(uint8_t *)memory_, bytes, 0};
    engine = sl_engine_create(&arena, &config, nullptr, &host, seed, wall_s, cluster.now());
    EXPECT_NE(engine, nullptr);
    sl_lane_init(&lane_, 0, 1, &counters_);
}

ClusterNode::~ClusterNode()
{
    free(memory_);
}

void ClusterNode::end_grace_periods()
{
    while (!retired_.empty() && cluster.now() - retired_.front().first >= cluster.grace_ns) {
        sl_retire_done(retired_.front().second);
        retired_.pop_front();
    }
}

void ClusterNode::step(const sl_input *input)
{
    end_grace_periods();
    sl_step result = sl_engine_step(engine, cluster.now(), input);
    while (result.more)
        result = sl_engine_step(engine, cluster.now(), nullptr);
    deadline_ns = result.next_deadline_ns;
}

void ClusterNode::receive(const ClusterPacket &packet)
{
    std::vector<uint8_t> bytes = packet.bytes;
    bytes.resize(config.frame_bytes);
    sl_frame_io io = {};
    io.bytes = bytes.data();
    io.length_bytes = (uint32_t)packet.bytes.size();
    io.room_bytes = (uint32_t)bytes.size();
    io.from = packet.from;
    sl_input *input = (sl_input *)input_.data();
    uint64_t charged_before = counters_.charged_bytes, served_before = counters_.served_bytes;
    sl_verdict verdict = sl_fast_frame(sl_engine_fast(engine), &lane_, cluster.now(), &io, input);
    sl_engine_note_traffic(engine, cluster.now(), counters_.charged_bytes - charged_before,
                           counters_.served_bytes - served_before);
    if (verdict == SL_VERDICT_ANSWER)
        cluster.send(endpoint, packet.from, io.bytes, io.length_bytes);
    if (verdict == SL_VERDICT_RELAY)
        cluster.send(endpoint, io.to, io.bytes, io.length_bytes);
    if (io.to_engine)
        step(input);
}

uint64_t ClusterNode::id_of(const std::string &name) const
{
    sl_cluster c = sl_cluster_from_name(config.cluster_name);
    return sl_member_id(&c, name.data(), name.size());
}

bool ClusterNode::is_removed(const std::string &name) const
{
    uint64_t word = 0;
    uint32_t slot = sl_view_find(sl_engine_view(engine), id_of(name), &word);
    return sl_word_status(word) == SL_LEFT && sl_view_is_removed(sl_engine_view(engine), slot);
}

uint64_t ClusterNode::word_of(const std::string &name) const
{
    return sl_view_word(sl_engine_view(engine), id_of(name));
}

size_t ClusterNode::count_events(sl_event_type type, const std::string &name) const
{
    size_t count = 0;
    for (const SeenEvent &e : events)
        count += e.type == type && (name.empty() || e.name == name);
    return count;
}

bool ClusterNode::lend(void *context, sl_buffer *buffer)
{
    auto *self = (ClusterNode *)context;
    *buffer = {self->buffer_.data(), (uint32_t)self->buffer_.size(), nullptr};
    return self->lends;
}

void ClusterNode::send(void *context, sl_buffer *buffer, uint32_t length, sl_class,
                       const sl_endpoint *to, uint32_t count)
{
    auto *self = (ClusterNode *)context;
    sl_header_stamp(buffer->bytes, 0, ++self->lane_.counter);
    for (uint32_t i = 0; i < count; i++) {
        self->sent_bytes += length;
        self->cluster.send(self->endpoint, to[i], buffer->bytes, length);
    }
}

void ClusterNode::event(void *context, const sl_event *e)
{
    auto *self = (ClusterNode *)context;
    std::string name, zone;
    if (e->cold != nullptr) {
        sl_identity identity = sl_cold_identity(e->cold);
        name.assign(identity.name, identity.name_bytes);
        zone.assign(identity.zone, identity.zone_bytes);
    }
    std::string accuser;
    if (e->accuser != nullptr)
        accuser.assign(e->accuser->text, e->accuser->name_bytes);
    self->events.push_back({self->cluster.now(), e->type, e->id, e->word, e->previous_word, name,
                            zone, accuser, e->damped});
}

void ClusterNode::retire(void *context, sl_retire_ticket *ticket)
{
    auto *self = (ClusterNode *)context;
    self->retired_.emplace_back(self->cluster.now(), ticket);
}
