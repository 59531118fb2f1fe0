/* SPDX-License-Identifier: BSD-3-Clause */
#include "dataplane/node.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <urcu/urcu-qsbr.h>

#include "dataplane/seed_verdict.h"

#define BRIDGE_EVERY_NS 1000000000ull

static void copy_text(char *out, size_t out_bytes, const char *text, size_t bytes)
{
    if (bytes >= out_bytes)
        bytes = out_bytes - 1;
    memcpy(out, text, bytes);
    out[bytes] = '\0';
}

static bool is_unreachable(const struct sl_engine *engine, uint64_t word, const char *zone)
{
    bool none = __atomic_load_n(&sl_engine_stats(engine)->zones_unreachable, __ATOMIC_RELAXED) == 0;
    return !none && sl_word_is_live(word) &&
           sl_engine_zone_is_unreachable(engine, zone, strlen(zone));
}

static bool has_both(const struct sl_identity *identity)
{
    return sl_endpoint_is_set(&identity->v4) && sl_endpoint_is_set(&identity->v6);
}

/* Walks to the first such member: in a large table without one, once a second at most. */
static bool has_bridge(struct sl_node_context *n)
{
    struct sl_view_range range;
    struct sl_view_item item;
    uint64_t now_ns = sl_clock_now(&n->runtime->clock);
    if (now_ns < n->bridge_due_ns)
        return n->has_bridge;
    n->bridge_due_ns = now_ns + BRIDGE_EVERY_NS;
    n->has_bridge = false;
    sl_view_range_begin(&range, sl_engine_view(n->runtime->loop.engine), 0, UINT64_MAX);
    while (!n->has_bridge && sl_view_range_next(&range, &item)) {
        struct sl_identity identity = sl_cold_identity(item.cold);
        n->has_bridge = sl_word_is_live(item.word) && has_both(&identity);
    }
    return n->has_bridge;
}

/* A live member that has no family in common with this node, and nobody is left who reaches both:
 * whether it lives cannot be known. */
static bool is_cut_off(struct sl_node_context *n, const struct sl_member_info *m)
{
    const struct sl_config *c = &n->options->config;
    bool shares = (sl_endpoint_is_set(&c->v4) && sl_endpoint_is_set(&m->v4)) ||
                  (sl_endpoint_is_set(&c->v6) && sl_endpoint_is_set(&m->v6));
    return !m->self && !shares && sl_word_is_live(m->word) && !has_bridge(n);
}

/* Online with RCU. */
static void member_fill(struct sl_node_context *n, struct sl_member_info *m,
                        const struct sl_view_item *item)
{
    const struct sl_engine *engine = n->runtime->loop.engine;
    struct sl_identity identity = sl_cold_identity(item->cold);
    memset(m, 0, sizeof(*m));
    m->id = item->id;
    m->word = item->word;
    m->v4 = identity.v4;
    m->v6 = identity.v6;
    m->self = item->id == sl_engine_self_id(engine);
    copy_text(m->name, sizeof(m->name), identity.name, identity.name_bytes);
    copy_text(m->tags, sizeof(m->tags), identity.tags, identity.tags_bytes);
    if (identity.zone_bytes > 0)
        copy_text(m->zone, sizeof(m->zone), identity.zone, identity.zone_bytes);
    else
        copy_text(m->zone, sizeof(m->zone), "default", 7);
    m->unreachable = is_unreachable(engine, m->word, m->zone) || is_cut_off(n, m);
    m->flapping = sl_engine_is_flapping(engine, m->id);
    m->removed = item->removed;
}

static int node_members(void *context, uint64_t after_id, struct sl_member_info *out,
                        uint32_t count)
{
    struct sl_node_context *n = context;
    const struct sl_engine *engine = n->runtime->loop.engine;
    struct sl_view_range range;
    struct sl_view_item item;
    uint32_t found = 0;
    if (after_id == UINT64_MAX)
        return 0;
    urcu_qsbr_thread_online();
    sl_view_range_begin(&range, sl_engine_view(engine), after_id + 1, UINT64_MAX);
    while (found < count && sl_view_range_next(&range, &item))
        member_fill(n, &out[found++], &item);
    urcu_qsbr_thread_offline();
    sl_event_log_accusers(n->runtime->events, out, found);
    return (int)found;
}

static void self_fill(struct sl_node_context *n, struct sl_member_info *self)
{
    const struct sl_engine *engine = n->runtime->loop.engine;
    struct sl_view_item item = {.id = sl_engine_self_id(engine)};
    urcu_qsbr_thread_online();
    item.slot = sl_view_find(sl_engine_view(engine), item.id, &item.word);
    if (item.slot != SL_SLOT_NONE)
        item.cold = sl_view_cold(sl_engine_view(engine), item.slot);
    if (item.cold != NULL)
        member_fill(n, self, &item);
    urcu_qsbr_thread_offline();
}

enum sl_phase sl_node_phase(const struct sl_runtime *runtime)
{
    const struct sl_engine_stats *stats = sl_engine_stats(runtime->loop.engine);
    return (enum sl_phase)__atomic_load_n(&stats->phase, __ATOMIC_RELAXED);
}

static const char *link_name(const struct sl_port *port)
{
    static const char *const names[] = {
        [SL_LINK_UP] = "up", [SL_LINK_DOWN] = "down", [SL_LINK_GONE] = "gone"};
    return names[sl_port_link(port)];
}

/* The engine writes one count after the other: a moment's sum may be off by one. */
static void count_members(const struct sl_view_summary *summary, uint32_t counts[SL_NODE_STATUSES])
{
    uint32_t removed = __atomic_load_n(&summary->removed_count, __ATOMIC_RELAXED);
    for (uint32_t i = 0; i < SL_NODE_STATUSES - 1; i++)
        counts[i] = __atomic_load_n(&summary->count_by_status[i], __ATOMIC_RELAXED);
    counts[SL_NODE_STATUSES - 1] = removed < counts[SL_LEFT] ? removed : counts[SL_LEFT];
    counts[SL_LEFT] -= counts[SL_NODE_STATUSES - 1];
}

static int node_info(void *context, struct sl_node_info *info)
{
    struct timespec now;
    struct sl_node_context *n = context;
    const struct sl_options *o = n->options;
    const struct sl_view_summary *summary =
        sl_view_summary(sl_engine_view(n->runtime->loop.engine));
    memset(info, 0, sizeof(*info));
    self_fill(n, &info->self);
    count_members(summary, info->members_by_status);
    copy_text(info->cluster, sizeof(info->cluster), o->config.cluster_name,
              strlen(o->config.cluster_name));
    copy_text(info->profile, sizeof(info->profile), o->profile, strlen(o->profile));
    copy_text(info->port, sizeof(info->port), o->port.text, strlen(o->port.text));
    copy_text(info->version, sizeof(info->version), SL_VERSION, strlen(SL_VERSION));
    clock_gettime(CLOCK_MONOTONIC, &now);
    info->uptime_ns = (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec - n->started_ns;
    info->phase = (uint32_t)sl_node_phase(n->runtime);
    info->max_members = o->config.max_members;
    info->workers = o->workers;
    snprintf(info->link, sizeof(info->link), "%s", link_name(&n->runtime->port));
    info->trouble_count = n->troubles->count;
    for (uint32_t i = 0; i < n->troubles->count; i++)
        info->troubles[i] = n->troubles->list[i].shown;
    info->view_hash = __atomic_load_n(&summary->view_hash, __ATOMIC_RELAXED);
    info->flapping = (uint32_t)__atomic_load_n(&sl_engine_stats(n->runtime->loop.engine)->flapping,
                                               __ATOMIC_RELAXED);
    return 0;
}

/* Adds up structs that are nothing but 64-bit counters. */
static void add_counters(void *sum, const void *counters, size_t bytes)
{
    uint64_t *to = sum;
    const uint64_t *from = counters;
    for (size_t i = 0; i < bytes / sizeof(*to); i++)
        to[i] += __atomic_load_n(&from[i], __ATOMIC_RELAXED);
}

static struct sl_percentiles percentiles(const struct sl_histogram *h)
{
    return (struct sl_percentiles){
        .count = sl_histogram_total(h),
        .p50_ns = sl_histogram_percentile(h, 50),
        .p90_ns = sl_histogram_percentile(h, 90),
        .p99_ns = sl_histogram_percentile(h, 99),
        .p999_ns = sl_histogram_percentile(h, 99.9),
        .max_ns = sl_histogram_max(h),
    };
}

static void worker_load(struct sl_worker_load *out, const struct sl_worker_load *load)
{
    out->polls = __atomic_load_n(&load->polls, __ATOMIC_RELAXED);
    out->empty_polls = __atomic_load_n(&load->empty_polls, __ATOMIC_RELAXED);
    out->busy_ns = __atomic_load_n(&load->busy_ns, __ATOMIC_RELAXED);
    out->asleep_ns = __atomic_load_n(&load->asleep_ns, __ATOMIC_RELAXED);
    out->cpu = __atomic_load_n(&load->cpu, __ATOMIC_RELAXED);
    out->lcore = __atomic_load_n(&load->lcore, __ATOMIC_RELAXED);
}

static int node_stats(void *context, struct sl_node_stats *stats)
{
    struct sl_node_context *n = context;
    struct sl_runtime *r = n->runtime;
    const struct sl_engine *engine = r->loop.engine;
    _Static_assert(sizeof(struct sl_counters) % 8 == 0 && sizeof(struct sl_engine_stats) % 8 == 0,
                   "counters only");
    memset(stats, 0, sizeof(*stats));
    stats->time_ns = sl_clock_now(&r->clock);
    add_counters(&stats->engine, sl_engine_stats(engine), sizeof(stats->engine));
    add_counters(&stats->counters, sl_engine_counters(engine), sizeof(stats->counters));
    for (unsigned i = 0; i < r->worker_count; i++) {
        add_counters(&stats->counters, &r->workers[i]->counters, sizeof(stats->counters));
        worker_load(&stats->workers[i], &r->workers[i]->load);
    }
    stats->worker_count = r->worker_count;
    stats->counters.drops[SL_DROP_RX_MISSED] += sl_port_counts(&r->port).missed;
    stats->counters.drops[SL_DROP_NEIGHBOUR_UNRESOLVED] += sl_neighbours_unanswered(r->neighbours);
    stats->probe_rtt = percentiles(sl_engine_probe_rtt(engine));
    stats->convergence = percentiles(sl_engine_convergence(engine));
    return 0;
}

static int node_events(void *context, uint64_t after, struct sl_node_event *out, uint32_t count)
{
    struct sl_node_context *n = context;
    const char *self_name = n->options->config.name;
    uint64_t self_id = sl_engine_self_id(n->runtime->loop.engine);
    uint32_t found = sl_event_log_read(n->runtime->events, after, out, count);
    for (uint32_t i = 0; i < found; i++) {
        if (out[i].id == self_id && out[i].name[0] == '\0')
            copy_text(out[i].name, sizeof(out[i].name), self_name, strlen(self_name));
    }
    return (int)found;
}

static int node_join(void *context, const char *const *seeds, uint32_t count)
{
    struct sl_node_context *n = context;
    return sl_joiner_set(n->joiner, seeds, count);
}

static void seed_fill(struct sl_node_seed *seed, const struct sl_seed_state *from,
                      const struct sl_config *config)
{
    struct sl_seed_verdict v = sl_seed_verdict(config, from);
    memset(seed, 0, sizeof(*seed));
    copy_text(seed->text, sizeof(seed->text), from->text, strlen(from->text));
    seed->addresses = v.addresses;
    seed->state = v.state;
    if (v.state == SL_NODE_SEED_LEFT_OUT)
        snprintf(seed->why, sizeof(seed->why), "%s; %s", v.what, v.advice);
}

static int node_seeds(void *context, struct sl_node_seed *out)
{
    struct sl_node_context *n = context;
    struct sl_seed_state states[SL_SEEDS_MAX];
    uint32_t count = sl_resolver_states(n->joiner->resolver, states);
    for (uint32_t i = 0; i < count; i++)
        seed_fill(&out[i], &states[i], &n->options->config);
    return (int)count;
}

static int node_leave(void *context)
{
    struct sl_node_context *n = context;
    struct sl_letter letter = {.command = SL_COMMAND_LEAVE};
    return sl_mailbox_ask(&n->runtime->mailbox, &letter, SL_MAILBOX_WAIT_NS);
}

static int node_update(void *context, const void *tags, uint32_t bytes)
{
    struct sl_node_context *n = context;
    struct sl_letter letter = {.command = SL_COMMAND_UPDATE, .tags_bytes = bytes};
    if (bytes > sizeof(letter.tags))
        return -EINVAL;
    memcpy(letter.tags, tags, bytes);
    return sl_mailbox_ask(&n->runtime->mailbox, &letter, SL_MAILBOX_WAIT_NS);
}

static int node_remove(void *context, const char *name, uint32_t name_bytes)
{
    struct sl_node_context *n = context;
    struct sl_letter letter = {.command = SL_COMMAND_REMOVE, .name_bytes = name_bytes};
    if (name_bytes > sizeof(letter.name))
        return -ENOENT;
    memcpy(letter.name, name, name_bytes);
    return sl_mailbox_ask(&n->runtime->mailbox, &letter, SL_MAILBOX_WAIT_NS);
}

struct sl_node sl_node_of(struct sl_node_context *context)
{
    return (struct sl_node){
        .context = context,
        .info = node_info,
        .stats = node_stats,
        .members = node_members,
        .events = node_events,
        .join = node_join,
        .seeds = node_seeds,
        .leave = node_leave,
        .update = node_update,
        .remove = node_remove,
    };
}
