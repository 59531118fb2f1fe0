/* SPDX-License-Identifier: BSD-3-Clause */
#include "dataplane/reporter.h"

#include <inttypes.h>
#include <string.h>

#include "dataplane/event_line.h"

#define EVENTS_AT_ONCE 32
#define LOG_LOST_NS    60000000000ull /* a reader that is late once is a trouble for a minute */

void sl_reporter_open(struct sl_reporter *r, const struct sl_node *node, const char *cluster,
                      uint64_t now_ns, uint64_t time_ns)
{
    memset(r, 0, sizeof(*r));
    r->node = node;
    r->cluster = cluster;
    r->started_ns = now_ns;
    sl_troubles_turn(&r->troubles, now_ns, time_ns);
    r->log_lost = sl_log_lost();
    r->counters_due_ns = now_ns + SL_REPORTER_COUNTERS_NS;
}

/* A kind that holds back a line of this member makes the next one's wait as well: else "is alive"
 * would stand before the "is dead" that it answers. */
static void report_line(struct sl_reporter *r, const struct sl_node_event *event,
                        const struct sl_event_line *line, uint64_t now_ns)
{
    struct sl_log_rate *rate = &r->events[event->type];
    for (uint32_t type = 0; event->id != 0 && type < SL_EVENT_COUNT; type++) {
        const struct sl_log_rate *other = &r->events[type];
        bool waits = other->held > 0 && r->held_ids[type] == event->id;
        if (waits && other->next_ns > rate->next_ns)
            rate->next_ns = other->next_ns;
    }
    r->held_ids[event->type] = event->id;
    r->held_sequences[event->type] = event->sequence;
    sl_log_rate_line(rate, now_ns, line->level, "%s", line->text);
}

/* The kind whose line is due and the oldest; SL_EVENT_COUNT: none. */
static uint32_t oldest_due(const struct sl_reporter *r, uint64_t now_ns)
{
    uint32_t oldest = SL_EVENT_COUNT;
    for (uint32_t type = 0; type < SL_EVENT_COUNT; type++) {
        bool due = r->events[type].held > 0 && now_ns >= r->events[type].next_ns;
        if (due &&
            (oldest == SL_EVENT_COUNT || r->held_sequences[type] < r->held_sequences[oldest]))
            oldest = type;
    }
    return oldest;
}

static void report_held(struct sl_reporter *r, uint64_t now_ns)
{
    uint32_t type;
    while ((type = oldest_due(r, now_ns)) != SL_EVENT_COUNT)
        sl_log_rate_flush(&r->events[type], now_ns);
}

static void report_event(struct sl_reporter *r, const struct sl_node_event *event, uint64_t now_ns)
{
    uint64_t missed = event->sequence - r->last_event - 1;
    struct sl_event_line line;
    r->last_event = event->sequence;
    if (missed > 0)
        sl_log_rate_line(&r->missed, now_ns, SL_LOG_WARNING,
                         "%" PRIu64 " events came too fast to be logged; `starling members` shows "
                         "how things stand",
                         missed);
    sl_event_line(&line, event);
    if (event->type == SL_EVENT_SELF_ACCUSED && sl_troubles_has(&r->troubles, SL_TROUBLE_UNREACHED))
        line.level = SL_LOG_DEBUG; /* its cause is told */
    if (line.text[0] != '\0')
        report_line(r, event, &line, now_ns);
    sl_event_troubles(&r->troubles, event);
}

static void report_joined(struct sl_reporter *r, const struct sl_node_event *event, uint64_t now_ns)
{
    struct sl_endpoint_text by = sl_endpoint_text(&event->endpoint);
    struct sl_node_info info = {0};
    if (by.text[0] == '\0') {
        SL_LOG(SL_LOG_NOTICE, "begins cluster '%s': there is no seed to ask", r->cluster);
        return;
    }
    r->node->info(r->node->context, &info);
    SL_LOG(SL_LOG_NOTICE, "joined cluster '%s' by %s after %" PRIu64 ".%03" PRIu64 " s: %u members",
           r->cluster, by.text, (now_ns - r->started_ns) / 1000000000u,
           (now_ns - r->started_ns) / 1000000u % 1000u,
           info.members_by_status[SL_ALIVE] + info.members_by_status[SL_SUSPECT]);
}

static void report_left(struct sl_reporter *r)
{
    static struct sl_node_stats stats; /* larger than a stack should hold */
    struct sl_node_info info = {0};
    r->node->stats(r->node->context, &stats);
    r->node->info(r->node->context, &info);
    uint64_t told = stats.engine.leave_told;
    uint32_t others = info.members_by_status[SL_ALIVE] + info.members_by_status[SL_SUSPECT];
    if (told > 0)
        SL_LOG(SL_LOG_NOTICE, "has left the cluster: %" PRIu64 " of %u other members were told",
               told, others);
    else if (others > 0)
        SL_LOG(SL_LOG_WARNING,
               "has left the cluster, but no other member hears this node: they will find out "
               "by probes, and declare it dead");
    else
        SL_LOG(SL_LOG_NOTICE, "has left the cluster: there is no other member to tell");
}

static void report_events(struct sl_reporter *r, uint64_t now_ns)
{
    struct sl_node_event events[EVENTS_AT_ONCE];
    int count;
    do {
        count = r->node->events(r->node->context, r->last_event, events, EVENTS_AT_ONCE);
        for (int i = 0; i < count; i++) {
            report_event(r, &events[i], now_ns);
            if (events[i].type == SL_EVENT_SELF_JOINED)
                report_joined(r, &events[i], now_ns);
            if (events[i].type == SL_EVENT_SELF_LEFT)
                report_left(r);
        }
    } while (count == EVENTS_AT_ONCE);
}

/* Until another lives: the dead are forgotten in time, and this node is alone all the same. */
static void watch_alone(struct sl_reporter *r, const struct sl_node_info *info)
{
    bool lost = info->members_by_status[SL_DEAD] > 0 || r->alone;
    uint32_t live = info->members_by_status[SL_ALIVE] + info->members_by_status[SL_SUSPECT];
    r->alone = info->phase == SL_PHASE_MEMBER && live == 1 && lost;
    if (!r->alone)
        sl_troubles_clear(&r->troubles, SL_TROUBLE_ALONE, NULL);
    else if (!sl_troubles_has(&r->troubles, SL_TROUBLE_LINK))
        sl_troubles_raise(&r->troubles, SL_TROUBLE_ALONE, "", 0,
                          "see this node's switch, VLAN and firewall, and whether the others run",
                          "no other member answers this node");
}

static void report_counters(struct sl_reporter *r, uint64_t now_ns)
{
    struct sl_node_stats stats = {0};
    struct sl_node_info info = {0};
    uint64_t lost = sl_log_lost();
    if (r->node->stats(r->node->context, &stats) == 0 &&
        r->node->info(r->node->context, &info) == 0) {
        sl_drop_watch_look(&r->drops, &r->troubles, stats.counters.drops, now_ns);
        sl_reach_watch_look(&r->reach, &r->troubles, &stats, &info.self);
        watch_alone(r, &info);
    }
    if (lost != r->log_lost)
        sl_troubles_raise(&r->troubles, SL_TROUBLE_LOG_LOST, "", LOG_LOST_NS,
                          "see whether its reader runs and reads",
                          "lines of log are lost, because stderr does not take them");
    r->log_lost = lost;
}

/* Membership does without a right clock; who reads the log does not. */
static void watch_clock(struct sl_reporter *r, uint64_t time_ns)
{
    uint64_t now_s = time_ns / 1000000000u;
    if (now_s >= SL_GENERATION_EPOCH_S && now_s <= SL_GENERATION_START_MAX)
        sl_troubles_clear(&r->troubles, SL_TROUBLE_CLOCK, NULL);
    else
        sl_troubles_raise(&r->troubles, SL_TROUBLE_CLOCK, "", 0, "set it (NTP, timedatectl)",
                          "the clock of this host is decades off, and with it the times of log and "
                          "events");
}

void sl_reporter_turn(struct sl_reporter *r, uint64_t now_ns, uint64_t time_ns)
{
    sl_troubles_turn(&r->troubles, now_ns, time_ns);
    watch_clock(r, time_ns);
    report_events(r, now_ns);
    if (now_ns >= r->counters_due_ns) {
        r->counters_due_ns = now_ns + SL_REPORTER_COUNTERS_NS;
        report_counters(r, now_ns);
    }
    report_held(r, now_ns);
    sl_log_rate_flush(&r->missed, now_ns);
}

void sl_reporter_finish(struct sl_reporter *r, uint64_t now_ns, uint64_t time_ns)
{
    r->counters_due_ns = now_ns;
    sl_reporter_turn(r, now_ns, time_ns);
    report_held(r, UINT64_MAX);
    sl_log_rate_finish(&r->missed);
    sl_troubles_finish(&r->troubles);
}
