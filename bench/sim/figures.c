/* SPDX-License-Identifier: BSD-3-Clause */
/* From what was watched to figures, and from figures to whether expectations held. */
#include <err.h>
#include <stdlib.h>

#include "bench/sim/world.h"

/* Viewers of a crash are those that ran when it happened and still do, in the same life. */
static uint32_t mark_viewers(const struct sim_world *w, const struct sim_crash *c, uint8_t *counts)
{
    uint32_t total = 0;
    for (uint32_t i = 0; i < w->scenario->node_count; i++) {
        const struct sim_node *node = &w->nodes[i];
        counts[i] = node->state != SIM_NODE_DOWN && node->born_ns <= w->start_ns + c->at_ns;
        total += counts[i];
    }
    return total;
}

static bool is_named(const struct sim_pick *who, uint32_t node)
{
    return who->kind != SIM_PICK_RANGE || (node >= who->first && node <= who->last);
}

/* Latencies of the named crashes; *count is how many. The caller frees. */
static uint64_t *crash_latencies(const struct sim_world *w, const struct sim_pick *who,
                                 uint32_t millionths, uint32_t *count)
{
    uint64_t *values = malloc((w->watch.crash_count + 1) * sizeof(*values));
    uint8_t *counts = malloc(w->scenario->node_count);
    if (values == NULL || counts == NULL)
        errx(1, "out of memory for figures");
    *count = 0;
    for (uint32_t i = 0; i < w->watch.crash_count; i++) {
        const struct sim_crash *c = &w->watch.crashes[i];
        if (!is_named(who, c->node))
            continue;
        uint32_t total = mark_viewers(w, c, counts);
        values[(*count)++] = sim_crash_latency(c, counts, total, millionths);
    }
    free(counts);
    return values;
}

static uint64_t crash_percentile(const struct sim_world *w, const struct sim_pick *who,
                                 uint32_t millionths, uint32_t percentile)
{
    uint32_t count;
    uint64_t *values = crash_latencies(w, who, millionths, &count);
    uint64_t latency_ns = sim_percentile(values, count, percentile);
    free(values);
    return latency_ns;
}

static uint64_t join_percentile(const struct sim_world *w, const struct sim_pick *who,
                                uint32_t percentile)
{
    uint32_t count = 0;
    uint64_t *values = malloc((w->watch.start_count + 1) * sizeof(*values));
    if (values == NULL)
        errx(1, "out of memory for figures");
    for (uint32_t i = 0; i < w->watch.start_count; i++) {
        if (is_named(who, w->watch.starts[i].node))
            values[count++] = w->watch.starts[i].took_ns;
    }
    uint64_t took_ns = sim_percentile(values, count, percentile);
    free(values);
    return took_ns;
}

static void set(struct sim_world *w, enum sim_metric metric, uint64_t value)
{
    w->metrics.values[metric] = value == SIM_NEVER ? 0 : value;
}

void sim_world_finish(struct sim_world *w)
{
    const struct sim_pick all = {.kind = SIM_PICK_CRASHED};
    for (uint32_t i = 0; i < w->scenario->node_count; i++)
        sim_node_absorb(&w->nodes[i]);
    uint64_t node_ms = w->node_ns / 1000000 + 1;
    set(w, SIM_METRIC_bytes_per_node_mean, w->bytes * 1000 / node_ms);
    set(w, SIM_METRIC_packets_per_node_mean, w->packets * 1000 / node_ms);
    set(w, SIM_METRIC_nodes_up, w->up_count);
    set(w, SIM_METRIC_violations, sim_invariants_broken(&w->invariants));
    set(w, SIM_METRIC_detect_p50, crash_percentile(w, &all, 990000, 50));
    set(w, SIM_METRIC_detect_p99, crash_percentile(w, &all, 990000, 99));
    set(w, SIM_METRIC_detect_max, crash_percentile(w, &all, 990000, 100));
    set(w, SIM_METRIC_detect_first_p50, crash_percentile(w, &all, 1, 50));
    set(w, SIM_METRIC_join_p50, join_percentile(w, &all, 50));
    set(w, SIM_METRIC_join_max, join_percentile(w, &all, 100));
}

static bool holds(enum sim_compare compare, uint64_t measured, uint64_t value)
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

bool sim_world_judge(struct sim_world *w, const struct sim_expect *x, uint64_t *measured)
{
    switch (x->kind) {
    case SIM_EXPECT_DEAD:
        *measured = crash_percentile(w, &x->who, x->millionths, x->percentile);
        return *measured <= x->within_ns;
    case SIM_EXPECT_JOINED:
        *measured = join_percentile(w, &x->who, x->percentile);
        return *measured <= x->within_ns;
    case SIM_EXPECT_EQUAL:
        *measured = sim_watch_equal(&w->watch, x->millionths);
        return *measured <= x->within_ns;
    case SIM_EXPECT_METRIC:
        *measured = w->metrics.values[x->metric];
        return holds(x->compare, *measured, x->value);
    }
    return false;
}
