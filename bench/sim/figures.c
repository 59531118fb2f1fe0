/* SPDX-License-Identifier: BSD-3-Clause */
/* From what was watched to figures, and from figures to whether expectations held. */
#include <err.h>
#include <stdlib.h>

#include "bench/sim/world.h"

uint32_t sim_mark_viewers(const struct sim_world *w, const struct sim_news *n, uint8_t *counts)
{
    uint32_t total = 0;
    for (uint32_t i = 0; i < w->scenario->node_count; i++) {
        const struct sim_node *node = &w->nodes[i];
        bool concerned = n->of_zone ? w->directory.entries[i].zone == n->node : i == n->node;
        counts[i] =
            node->state != SIM_NODE_DOWN && node->born_ns <= w->start_ns + n->at_ns && !concerned;
        total += counts[i];
    }
    return total;
}

/* Latencies of the named nodes' news; *count is how many. The caller frees. */
static uint64_t *news_latencies(const struct sim_world *w, enum sim_news_kind kind,
                                const struct sim_pick *who, uint32_t millionths, uint32_t *count)
{
    const struct sim_news_list *list = &w->watch.news[kind];
    uint64_t *values = malloc((list->count + 1) * sizeof(*values));
    uint8_t *counts = malloc(w->scenario->node_count);
    if (values == NULL || counts == NULL)
        errx(1, "out of memory for figures");
    *count = 0;
    for (uint32_t i = 0; i < list->count; i++) {
        const struct sim_news *n = &list->all[i];
        if (!sim_pick_has(who, n->node))
            continue;
        uint32_t total = sim_mark_viewers(w, n, counts);
        values[(*count)++] = sim_news_latency(n, counts, total, millionths);
    }
    free(counts);
    return values;
}

static uint64_t news_percentile(const struct sim_world *w, enum sim_news_kind kind,
                                const struct sim_pick *who, uint32_t millionths,
                                uint32_t percentile)
{
    uint32_t count;
    uint64_t *values = news_latencies(w, kind, who, millionths, &count);
    uint64_t latency_ns = sim_percentile(values, count, percentile);
    free(values);
    return latency_ns;
}

/* The caller frees. */
static uint64_t *join_latencies(const struct sim_world *w, const struct sim_pick *who,
                                uint32_t *count)
{
    uint64_t *values = malloc((w->watch.start_count + 1) * sizeof(*values));
    if (values == NULL)
        errx(1, "out of memory for figures");
    *count = 0;
    for (uint32_t i = 0; i < w->watch.start_count; i++) {
        if (sim_pick_has(who, w->watch.starts[i].node))
            values[(*count)++] = w->watch.starts[i].took_ns;
    }
    return values;
}

static uint64_t join_percentile(const struct sim_world *w, const struct sim_pick *who,
                                uint32_t percentile)
{
    uint32_t count;
    uint64_t *values = join_latencies(w, who, &count);
    uint64_t took_ns = sim_percentile(values, count, percentile);
    free(values);
    return took_ns;
}

static uint64_t views_wrong(const struct sim_world *w)
{
    uint64_t wrong = 0;
    for (uint32_t i = 0; i < w->scenario->node_count; i++) {
        const struct sim_node *node = &w->nodes[i];
        if (node->state != SIM_NODE_DOWN)
            wrong += sl_view_summary(sl_engine_view(node->engine))->view_hash != w->true_hash;
    }
    return wrong;
}

static void set(struct sim_world *w, enum sim_metric metric, uint64_t value)
{
    w->metrics.values[metric] = value == SIM_NEVER ? 0 : value;
}

void sim_world_finish(struct sim_world *w)
{
    const struct sim_pick all = {.kind = SIM_PICK_ALL};
    for (uint32_t i = 0; i < w->scenario->node_count; i++)
        sim_node_absorb(&w->nodes[i]);
    uint64_t node_ms = w->node_ns / 1000000 + 1;
    set(w, SIM_METRIC_bytes_per_node_mean, w->bytes * 1000 / node_ms);
    set(w, SIM_METRIC_packets_per_node_mean, w->packets * 1000 / node_ms);
    set(w, SIM_METRIC_repairs_judged, w->repairs.judged);
    set(w, SIM_METRIC_views_wrong, views_wrong(w));
    set(w, SIM_METRIC_nodes_up, w->up_count);
    set(w, SIM_METRIC_violations, sim_invariants_broken(&w->invariants));
    set(w, SIM_METRIC_detect_p50, news_percentile(w, SIM_NEWS_CRASH, &all, 990000, 50));
    set(w, SIM_METRIC_detect_p99, news_percentile(w, SIM_NEWS_CRASH, &all, 990000, 99));
    set(w, SIM_METRIC_detect_max, news_percentile(w, SIM_NEWS_CRASH, &all, 990000, 100));
    set(w, SIM_METRIC_detect_first_p50, news_percentile(w, SIM_NEWS_CRASH, &all, 1, 50));
    set(w, SIM_METRIC_spread_p50, news_percentile(w, SIM_NEWS_UPDATE, &all, 990000, 50));
    set(w, SIM_METRIC_spread_p99, news_percentile(w, SIM_NEWS_UPDATE, &all, 990000, 99));
    set(w, SIM_METRIC_spread_max, news_percentile(w, SIM_NEWS_UPDATE, &all, 990000, 100));
    set(w, SIM_METRIC_spread_all_p50, news_percentile(w, SIM_NEWS_UPDATE, &all, SIM_MILLION, 50));
    set(w, SIM_METRIC_spread_all_p99, news_percentile(w, SIM_NEWS_UPDATE, &all, SIM_MILLION, 99));
    set(w, SIM_METRIC_spread_all_max, news_percentile(w, SIM_NEWS_UPDATE, &all, SIM_MILLION, 100));
    set(w, SIM_METRIC_join_p50, join_percentile(w, &all, 50));
    set(w, SIM_METRIC_join_max, join_percentile(w, &all, 100));
}

const char *sim_compare_text(enum sim_compare compare)
{
    static const char *const texts[] = {
        [SIM_LESS_EQUAL] = "<=",
        [SIM_LESS] = "<",
        [SIM_EQUAL] = "==",
        [SIM_GREATER_EQUAL] = ">=",
    };
    return texts[compare];
}

bool sim_compare_holds(enum sim_compare compare, uint64_t measured, uint64_t value)
{
    switch (compare) {
    case SIM_LESS_EQUAL:
        return measured <= value;
    case SIM_LESS:
        return measured < value;
    case SIM_EQUAL:
        return measured == value;
    case SIM_GREATER_EQUAL:
        return measured >= value;
    }
    return false;
}

uint64_t *sim_world_latencies(const struct sim_world *w, const struct sim_expect *x,
                              uint32_t *count)
{
    switch (x->kind) {
    case SIM_EXPECT_DEAD:
        return news_latencies(w, SIM_NEWS_CRASH, &x->who, x->millionths, count);
    case SIM_EXPECT_SPREAD:
        return news_latencies(w, SIM_NEWS_UPDATE, &x->who, x->millionths, count);
    case SIM_EXPECT_UNREACHABLE:
        return news_latencies(w, SIM_NEWS_UNREACHABLE, &x->who, x->millionths, count);
    case SIM_EXPECT_REACHABLE:
        return news_latencies(w, SIM_NEWS_REACHABLE, &x->who, x->millionths, count);
    case SIM_EXPECT_JOINED:
        return join_latencies(w, &x->who, count);
    default:
        return NULL;
    }
}

bool sim_world_judge(struct sim_world *w, const struct sim_expect *x, uint64_t *measured)
{
    uint32_t count;
    uint64_t *values;
    switch (x->kind) {
    case SIM_EXPECT_EQUAL:
        *measured = sim_watch_equal(&w->watch, x->millionths);
        return *measured <= x->within_ns;
    case SIM_EXPECT_METRIC:
        *measured = w->metrics.values[x->metric];
        return sim_compare_holds(x->compare, *measured, x->value);
    default:
        values = sim_world_latencies(w, x, &count);
        *measured = sim_percentile(values, count, x->percentile);
        free(values);
        return *measured <= x->within_ns;
    }
}
