/* SPDX-License-Identifier: BSD-3-Clause */
#include "ports/control_convert.h"

#include <stdio.h>
#include <string.h>

#include "lib/word.h"

_Static_assert(SL_CLASS_COUNT <= SL_CONTROL_CLASSES, "raise SL_CONTROL_CLASSES and the version");
_Static_assert((int)SL_DROP_COUNT <= (int)SL_CONTROL_DROPS,
               "raise SL_CONTROL_DROPS and the version");
_Static_assert(SL_WORKERS_MAX <= SL_CONTROL_WORKERS, "raise SL_CONTROL_WORKERS and the version");
_Static_assert(SL_NODE_TROUBLES_MAX <= SL_CONTROL_TROUBLES,
               "raise SL_CONTROL_TROUBLES and the version");
_Static_assert(SL_NAME_BYTES_MAX < SL_CONTROL_NAME_BYTES &&
                   SL_ZONE_BYTES_MAX < SL_CONTROL_NAME_BYTES &&
                   SL_TAGS_BYTES_MAX < SL_CONTROL_TAGS_BYTES,
               "strings must fit the socket's");

static void copy(char *out, size_t out_bytes, const char *text)
{
    snprintf(out, out_bytes, "%s", text);
}

static struct sl_control_endpoint convert_endpoint(const struct sl_endpoint *endpoint)
{
    struct sl_control_endpoint out = {.port = endpoint->port};
    memcpy(out.ip, endpoint->ip, sizeof(out.ip));
    return out;
}

void sl_control_convert_member(const struct sl_member_info *m, struct sl_control_member *out)
{
    memset(out, 0, sizeof(*out));
    out->id = m->id;
    out->generation = sl_word_generation(m->word);
    out->refutations = sl_word_refutations(m->word);
    out->status = m->removed ? SL_CONTROL_STATUS_REMOVED : (uint8_t)sl_word_status(m->word);
    out->self = m->self;
    out->unreachable = m->unreachable;
    out->flapping = m->flapping;
    out->v4 = convert_endpoint(&m->v4);
    out->v6 = convert_endpoint(&m->v6);
    copy(out->name, sizeof(out->name), m->name);
    copy(out->zone, sizeof(out->zone), m->zone);
    copy(out->tags, sizeof(out->tags), m->tags);
    out->accuser = m->accuser_id;
    copy(out->accuser_name, sizeof(out->accuser_name), m->accuser);
}

static void convert_trouble(const struct sl_trouble *trouble, struct sl_control_trouble *out)
{
    out->since_ns = trouble->since_ns;
    copy(out->kind, sizeof(out->kind), trouble->kind);
    copy(out->subject, sizeof(out->subject), trouble->subject);
    copy(out->text, sizeof(out->text), trouble->text);
    copy(out->advice, sizeof(out->advice), trouble->advice);
}

void sl_control_convert_info(const struct sl_node_info *info, struct sl_control_info *out)
{
    static const char *const phases[] = {"alone",   "joining", "member",
                                         "leaving", "left",    "yielded"};
    memset(out, 0, sizeof(*out));
    sl_control_convert_member(&info->self, &out->self);
    copy(out->cluster, sizeof(out->cluster), info->cluster);
    copy(out->profile, sizeof(out->profile), info->profile);
    copy(out->phase, sizeof(out->phase),
         info->phase <= SL_PHASE_YIELDED ? phases[info->phase] : "?");
    copy(out->port, sizeof(out->port), info->port);
    copy(out->version, sizeof(out->version), info->version);
    out->uptime_ns = info->uptime_ns;
    out->view_hash = info->view_hash;
    memcpy(out->members_by_status, info->members_by_status, sizeof(out->members_by_status));
    out->max_members = info->max_members;
    out->workers = info->workers;
    copy(out->link, sizeof(out->link), info->link);
    out->flapping = info->flapping;
    out->trouble_count = info->trouble_count;
    for (uint32_t i = 0; i < info->trouble_count; i++)
        convert_trouble(&info->troubles[i], &out->troubles[i]);
}

void sl_control_convert_event(const struct sl_node_event *e, struct sl_control_event *out)
{
    memset(out, 0, sizeof(*out));
    out->sequence = e->sequence;
    out->time_ns = e->time_ns;
    out->id = e->id;
    out->generation = sl_word_generation(e->word);
    out->accuser = e->accuser_id;
    out->refutations = sl_word_refutations(e->word);
    out->status = e->type == SL_EVENT_MEMBER_REMOVED ? SL_CONTROL_STATUS_REMOVED
                                                     : (uint8_t)sl_word_status(e->word);
    out->previous_status =
        e->previous_word == 0 ? UINT8_MAX : (uint8_t)sl_word_status(e->previous_word);
    out->endpoint = convert_endpoint(&e->endpoint);
    copy(out->type, sizeof(out->type),
         e->type < SL_EVENT_COUNT ? sl_event_name((enum sl_event_type)e->type) : "?");
    copy(out->name, sizeof(out->name), e->name);
    copy(out->accuser_name, sizeof(out->accuser_name), e->accuser);
}

static void convert_counters(const struct sl_counters *c, struct sl_control_stats *out)
{
    out->records_stale = c->records_stale;
    out->records_novel = c->records_novel;
    out->pings_answered = c->pings_answered;
    out->relays = c->relays;
    out->syncs_answered = c->syncs_answered;
    out->settled_frames = c->settled_frames;
    out->settled_unequal = c->settled_unequal;
    out->charged_bytes = c->charged_bytes;
    out->stranger_bytes = c->stranger_bytes;
    out->gossip_stale = c->gossip_stale;
    out->served_bytes = c->served_bytes;
    out->class_count = SL_CLASS_COUNT;
    for (uint32_t i = 0; i < SL_CLASS_COUNT; i++) {
        struct sl_control_class *class = &out->classes[i];
        copy(class->name, sizeof(class->name), sl_class_name((enum sl_class)i));
        class->rx_frames = c->rx_frames[i];
        class->rx_bytes = c->rx_bytes[i];
        class->tx_frames = c->tx_frames[i];
        class->tx_bytes = c->tx_bytes[i];
    }
    out->drop_count = SL_DROP_COUNT;
    for (uint32_t i = 0; i < SL_DROP_COUNT; i++) {
        struct sl_control_drop *drop = &out->drops[i];
        copy(drop->name, sizeof(drop->name), sl_drop_name((enum sl_drop)i));
        copy(drop->text, sizeof(drop->text), sl_drop_text((enum sl_drop)i));
        drop->count = c->drops[i];
    }
}

static void convert_engine(const struct sl_engine_stats *e, struct sl_control_stats *out)
{
    out->probes = e->probes;
    out->probes_failed = e->probes_failed;
    out->probes_saved = e->probes_saved;
    out->suspicions_raised = e->suspicions_raised;
    out->suspicions_heard = e->suspicions_heard;
    out->suspicions_refuted = e->suspicions_refuted;
    out->confirmations = e->confirmations;
    out->deaths_declared = e->deaths_declared;
    out->deaths_heard = e->deaths_heard;
    out->deaths_refuted = e->deaths_refuted;
    out->refutations = e->refutations;
    out->gossip_rounds = e->gossip_rounds;
    out->rumours_sent = e->rumours_sent;
    out->rumours_waiting = e->rumours_waiting;
    out->syncs_started = e->syncs_started;
    out->stalls = e->stalls;
    out->health = e->health;
    out->path_round_trip_ns = e->path_round_trip_ns;
    out->path_lost_permille = e->path_lost_permille;
    out->zone_doubts = e->zone_doubts;
    out->zones_unreachable = e->zones_unreachable;
    out->syncs_ended = e->syncs_ended;
    out->syncs_failed = e->syncs_failed;
    out->sync_learned = e->sync_learned;
    out->flapping = e->flapping;
    out->path_bytes = e->path_bytes;
    out->paths_swallowed = e->paths_swallowed;
    out->removals_made = e->removals_made;
    out->removals_heard = e->removals_heard;
}

static struct sl_control_percentiles convert_percentiles(const struct sl_percentiles *p)
{
    return (struct sl_control_percentiles){.count = p->count,
                                           .p50_ns = p->p50_ns,
                                           .p90_ns = p->p90_ns,
                                           .p99_ns = p->p99_ns,
                                           .p999_ns = p->p999_ns,
                                           .max_ns = p->max_ns};
}

void sl_control_convert_stats(const struct sl_node_stats *stats, struct sl_control_stats *out)
{
    memset(out, 0, sizeof(*out));
    out->time_ns = stats->time_ns;
    convert_counters(&stats->counters, out);
    convert_engine(&stats->engine, out);
    out->probe_rtt = convert_percentiles(&stats->probe_rtt);
    out->convergence = convert_percentiles(&stats->convergence);
    out->worker_count =
        stats->worker_count <= SL_CONTROL_WORKERS ? stats->worker_count : SL_CONTROL_WORKERS;
    for (uint32_t i = 0; i < out->worker_count; i++) {
        const struct sl_worker_load *w = &stats->workers[i];
        out->workers[i] = (struct sl_control_worker){.polls = w->polls,
                                                     .empty_polls = w->empty_polls,
                                                     .busy_ns = w->busy_ns,
                                                     .asleep_ns = w->asleep_ns,
                                                     .cpu = w->cpu,
                                                     .lcore = w->lcore};
    }
}

void sl_control_convert_seed(const struct sl_node_seed *seed, struct sl_control_seed *out)
{
    memset(out, 0, sizeof(*out));
    copy(out->text, sizeof(out->text), seed->text);
    copy(out->why, sizeof(out->why), seed->why);
    out->state = seed->state;
    out->addresses = seed->addresses;
}
