/* SPDX-License-Identifier: BSD-3-Clause */
#include "ports/cli/stats_view.h"
#include "ports/cli/text.h"

double sl_stats_rate(const struct sl_stats_view *view, uint64_t before, uint64_t after)
{
    return (double)(after - before) / view->seconds;
}

double sl_stats_share(uint64_t part, uint64_t whole)
{
    return whole != 0 ? (double)part / (double)whole : -1;
}

double sl_stats_load(const struct sl_stats_view *view, uint32_t worker)
{
    const struct sl_control_worker *a = &view->before->workers[worker];
    const struct sl_control_worker *b = &view->after->workers[worker];
    uint64_t polls = b->polls - a->polls, empty = b->empty_polls - a->empty_polls;
    /* The two counters are read one after the other: empty may run ahead by a poll. */
    return sl_stats_share(polls > empty ? polls - empty : 0, polls);
}

static json_t *share_json(double share)
{
    return share < 0 ? json_null() : json_real(share);
}

static json_t *classes_json(const struct sl_stats_view *v)
{
    json_t *array = json_array();
    for (uint32_t i = 0; i < v->after->class_count && i < SL_CONTROL_CLASSES; i++) {
        const struct sl_control_class *a = &v->before->classes[i], *b = &v->after->classes[i];
        json_array_append_new(
            array,
            json_pack("{s:o, s:f, s:f, s:f, s:f, s:I, s:I, s:I, s:I}", "class",
                      sl_text_json(b->name), "rx_frames_per_second",
                      sl_stats_rate(v, a->rx_frames, b->rx_frames), "rx_bytes_per_second",
                      sl_stats_rate(v, a->rx_bytes, b->rx_bytes), "tx_frames_per_second",
                      sl_stats_rate(v, a->tx_frames, b->tx_frames), "tx_bytes_per_second",
                      sl_stats_rate(v, a->tx_bytes, b->tx_bytes), "rx_frames",
                      (json_int_t)b->rx_frames, "rx_bytes", (json_int_t)b->rx_bytes, "tx_frames",
                      (json_int_t)b->tx_frames, "tx_bytes", (json_int_t)b->tx_bytes));
    }
    return array;
}

static json_t *drops_json(const struct sl_stats_view *v)
{
    json_t *array = json_array();
    for (uint32_t i = 0; i < v->after->drop_count && i < SL_CONTROL_DROPS; i++) {
        const struct sl_control_drop *a = &v->before->drops[i], *b = &v->after->drops[i];
        json_array_append_new(array, json_pack("{s:o, s:o, s:I, s:f}", "reason",
                                               sl_text_json(b->name), "text", sl_text_json(b->text),
                                               "count", (json_int_t)b->count, "per_second",
                                               sl_stats_rate(v, a->count, b->count)));
    }
    return array;
}

static json_t *percentiles_json(const struct sl_control_percentiles *p)
{
    return json_pack("{s:I, s:I, s:I, s:I, s:I, s:I}", "count", (json_int_t)p->count, "p50",
                     (json_int_t)p->p50_ns, "p90", (json_int_t)p->p90_ns, "p99",
                     (json_int_t)p->p99_ns, "p99.9", (json_int_t)p->p999_ns, "max",
                     (json_int_t)p->max_ns);
}

static json_t *workers_json(const struct sl_stats_view *v)
{
    json_t *array = json_array();
    for (uint32_t i = 0; i < v->after->worker_count && i < SL_CONTROL_WORKERS; i++) {
        const struct sl_control_worker *a = &v->before->workers[i], *b = &v->after->workers[i];
        json_array_append_new(
            array, json_pack("{s:i, s:I, s:I, s:o, s:f, s:f, s:I, s:I}", "worker", (int)i, "cpu",
                             (json_int_t)b->cpu, "lcore", (json_int_t)b->lcore, "load",
                             share_json(sl_stats_load(v, i)), "busy_share",
                             sl_stats_rate(v, a->busy_ns, b->busy_ns) / 1e9, "asleep_share",
                             sl_stats_rate(v, a->asleep_ns, b->asleep_ns) / 1e9, "polls",
                             (json_int_t)b->polls, "empty_polls", (json_int_t)b->empty_polls));
    }
    return array;
}

static json_t *engine_json(const struct sl_control_stats *s)
{
    return json_pack(
        "{s:{s:I,s:I,s:I}, s:{s:I,s:I,s:I,s:I}, s:{s:I,s:I,s:I}, s:I, s:I, s:I, s:I, s:I, s:I, "
        "s:I, s:I, s:I, s:I, s:{s:I,s:I}, s:{s:I,s:I}, s:I, s:I, s:I, s:I, s:I}",
        "probes", "started", (json_int_t)s->probes, "failed", (json_int_t)s->probes_failed,
        "saved_by_helpers", (json_int_t)s->probes_saved, "suspicions", "raised",
        (json_int_t)s->suspicions_raised, "heard", (json_int_t)s->suspicions_heard, "confirmations",
        (json_int_t)s->confirmations, "refuted", (json_int_t)s->suspicions_refuted, "deaths",
        "declared", (json_int_t)s->deaths_declared, "heard", (json_int_t)s->deaths_heard, "refuted",
        (json_int_t)s->deaths_refuted, "refutations", (json_int_t)s->refutations, "gossip_rounds",
        (json_int_t)s->gossip_rounds, "rumours_sent", (json_int_t)s->rumours_sent,
        "rumours_waiting", (json_int_t)s->rumours_waiting, "syncs_started",
        (json_int_t)s->syncs_started, "syncs_ended", (json_int_t)s->syncs_ended, "syncs_failed",
        (json_int_t)s->syncs_failed, "sync_learned", (json_int_t)s->sync_learned, "stalls",
        (json_int_t)s->stalls, "health", (json_int_t)s->health, "path", "round_trip_ns",
        (json_int_t)s->path_round_trip_ns, "lost_permille", (json_int_t)s->path_lost_permille,
        "zones", "unreachable", (json_int_t)s->zones_unreachable, "doubts",
        (json_int_t)s->zone_doubts, "flapping", (json_int_t)s->flapping, "path_bytes",
        (json_int_t)s->path_bytes, "paths_swallowed", (json_int_t)s->paths_swallowed,
        "removals_made", (json_int_t)s->removals_made, "removals_heard",
        (json_int_t)s->removals_heard);
}

static json_t *records_json(const struct sl_control_stats *s)
{
    return json_pack("{s:I, s:I, s:I, s:I, s:I, s:I}", "stale", (json_int_t)s->records_stale,
                     "novel", (json_int_t)s->records_novel, "pings_answered",
                     (json_int_t)s->pings_answered, "relays", (json_int_t)s->relays,
                     "syncs_answered", (json_int_t)s->syncs_answered, "gossip_stale",
                     (json_int_t)s->gossip_stale);
}

static json_t *budget_json(const struct sl_control_stats *s)
{
    return json_pack("{s:I, s:I, s:I}", "charged_bytes", (json_int_t)s->charged_bytes,
                     "stranger_bytes", (json_int_t)s->stranger_bytes, "served_bytes",
                     (json_int_t)s->served_bytes);
}

json_t *sl_stats_json(const struct sl_stats_view *v)
{
    const struct sl_control_stats *a = v->before, *b = v->after;
    json_t *object = engine_json(b);
    json_object_set_new(object, "interval_s", json_real(v->seconds));
    json_object_set_new(object, "classes", classes_json(v));
    json_object_set_new(object, "drops", drops_json(v));
    json_object_set_new(object, "records", records_json(b));
    json_object_set_new(object, "budget", budget_json(b));
    json_object_set_new(object, "probe_rtt_ns", percentiles_json(&b->probe_rtt));
    json_object_set_new(object, "convergence_lag_ns", percentiles_json(&b->convergence));
    json_object_set_new(
        object, "view",
        json_pack("{s:I, s:I, s:o, s:o}", "settled_frames", (json_int_t)b->settled_frames,
                  "settled_unequal", (json_int_t)b->settled_unequal, "unequal_share",
                  share_json(sl_stats_share(b->settled_unequal - a->settled_unequal,
                                            b->settled_frames - a->settled_frames)),
                  "unequal_share_since_start",
                  share_json(sl_stats_share(b->settled_unequal, b->settled_frames))));
    json_object_set_new(object, "workers", workers_json(v));
    return object;
}
