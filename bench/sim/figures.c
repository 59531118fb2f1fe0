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
    for (uint32_t i = 0; i < n->blind_count; i++) {
        total -= counts[n->blind[i]];
        counts[n->blind[i]] = 0;
    }
    return total;
}

/* Of a zone, `node` is its number. */
static bool names(const struct sim_world *w, enum sim_news_kind kind, const struct sim_pick *who,
                  uint32_t node)
{
    bool of_nodes = kind <= SIM_NEWS_REMOVAL;
    return of_nodes ? sim_world_has(w, who, node) : sim_pick_has(who, node);
}

uint64_t *sim_news_latencies(const struct sim_world *w, enum sim_news_kind kind,
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
        if (!names(w, kind, who, n->node))
            continue;
        uint32_t total = sim_mark_viewers(w, n, counts);
        if (total == 0 && n->blind_count > 0)
            values[(*count)++] =
                0; /* all that could have been told knew it, or never knew it alive */
        else if (total > 0)
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
    uint64_t *values = sim_news_latencies(w, kind, who, millionths, &count);
    uint64_t latency_ns = count == 0 ? 0 : sim_percentile(values, count, percentile);
    free(values);
    return latency_ns;
}

uint64_t *sim_join_latencies(const struct sim_world *w, const struct sim_pick *who, uint32_t *count)
{
    uint64_t *values = malloc((w->watch.start_count + 1) * sizeof(*values));
    if (values == NULL)
        errx(1, "out of memory for figures");
    *count = 0;
    for (uint32_t i = 0; i < w->watch.start_count; i++) {
        if (sim_world_has(w, who, w->watch.starts[i].node))
            values[(*count)++] = w->watch.starts[i].took_ns;
    }
    return values;
}

static uint64_t join_percentile(const struct sim_world *w, const struct sim_pick *who,
                                uint32_t percentile)
{
    uint32_t count;
    uint64_t *values = sim_join_latencies(w, who, &count);
    uint64_t took_ns = count == 0 ? 0 : sim_percentile(values, count, percentile);
    free(values);
    return took_ns;
}

/* SIM_NEVER: what should have happened did not. */
static void set(struct sim_world *w, enum sim_metric metric, uint64_t value)
{
    w->metrics.values[metric] = value;
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
    set(w, SIM_METRIC_views_wrong, w->up_count - sim_views_right(w));
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
