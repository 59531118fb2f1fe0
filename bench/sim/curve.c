/* SPDX-License-Identifier: BSD-3-Clause */
#include "bench/sim/curve.h"

#include <err.h>
#include <stdlib.h>
#include <string.h>

/* All latencies of one kind, pooled. */
struct pool {
    uint64_t *after_ns;
    uint64_t count, capacity, total, events;
};

static void *enough(void *memory)
{
    if (memory == NULL)
        errx(1, "out of memory for a curve");
    return memory;
}

static void add(struct pool *p, uint64_t after_ns)
{
    if (p->count == p->capacity) {
        p->capacity = p->capacity == 0 ? 1024 : 2 * p->capacity;
        p->after_ns = enough(realloc(p->after_ns, p->capacity * sizeof(*p->after_ns)));
    }
    p->after_ns[p->count++] = after_ns;
}

static void pool_one(struct pool *p, const struct sim_world *w, const struct sim_news *n,
                     uint8_t *counts)
{
    p->total += sim_mark_viewers(w, n, counts);
    p->events++;
    for (uint32_t i = 0; i < n->count; i++) {
        uint8_t *is_counted = &counts[n->sights[i].viewer];
        if (*is_counted)
            add(p, n->sights[i].at_ns - n->at_ns);
        *is_counted = 0; /* a viewer may see the same death twice */
    }
}

static void pool_news(struct pool *p, const struct sim_world *w, enum sim_news_kind kind)
{
    uint8_t *counts = enough(malloc(w->scenario->node_count));
    for (uint32_t i = 0; i < w->watch.news[kind].count; i++)
        pool_one(p, w, &w->watch.news[kind].all[i], counts);
    free(counts);
}

static void pool_joins(struct pool *p, const struct sim_world *w)
{
    for (uint32_t i = 0; i < w->watch.start_count; i++) {
        if (w->watch.starts[i].took_ns != SIM_NEVER)
            add(p, w->watch.starts[i].took_ns);
        p->total++;
        p->events++;
    }
}

static int compare(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return x < y ? -1 : x > y;
}

/* Steps of about equal height, and always the last one. */
static void draw_pool(const struct pool *p, struct sim_curve *c)
{
    uint64_t step = p->count / (SIM_CURVE_POINTS - 1) + 1;
    if (p->count != 0)
        qsort(p->after_ns, p->count, sizeof(*p->after_ns), compare);
    c->events = p->events;
    c->total = p->total;
    for (uint64_t i = 0; i < p->count; i += step) {
        uint64_t last = i + step < p->count ? i : p->count - 1;
        if (i == 0)
            last = 0;
        c->points[c->count++] =
            (struct sim_point){p->after_ns[last], (uint32_t)((last + 1) * SIM_MILLION / p->total)};
    }
    if (p->count > 1 && step >= p->count)
        c->points[c->count++] = (struct sim_point){p->after_ns[p->count - 1],
                                                   (uint32_t)(p->count * SIM_MILLION / p->total)};
}

static void draw_views(const struct sim_world *w, struct sim_curve *c)
{
    const struct sim_watch *watch = &w->watch;
    uint32_t first = 0;
    while (first < watch->sample_count && watch->samples[first].at_ns < watch->last_action_ns)
        first++;
    uint32_t step = (watch->sample_count - first) / SIM_CURVE_POINTS + 1;
    for (uint32_t i = first; i < watch->sample_count; i += step) {
        const struct sim_sample *s = &watch->samples[i];
        if (s->total == 0)
            continue;
        c->points[c->count++] =
            (struct sim_point){s->at_ns - watch->last_action_ns,
                               (uint32_t)((uint64_t)s->right * SIM_MILLION / s->total)};
        c->total = s->total;
    }
    c->events = 1;
}

const char *sim_curve_name(enum sim_curve_kind kind)
{
    static const char *const names[] = {
        "viewers that know of a death", "viewers that hold an update",
        "started nodes that have a view", "views that are right, after the last action"};
    return names[kind];
}

bool sim_curve_make(const struct sim_world *w, enum sim_curve_kind kind, struct sim_curve *c)
{
    struct pool pool = {.count = 0};
    memset(c, 0, sizeof(*c));
    if (kind == SIM_CURVE_VIEWS) {
        draw_views(w, c);
        return c->count != 0;
    }
    if (kind == SIM_CURVE_JOINS)
        pool_joins(&pool, w);
    else
        pool_news(&pool, w, kind == SIM_CURVE_DEATHS ? SIM_NEWS_CRASH : SIM_NEWS_UPDATE);
    if (pool.total != 0)
        draw_pool(&pool, c);
    free(pool.after_ns);
    return c->count != 0;
}

uint32_t sim_curve_at(const struct sim_curve *c, uint64_t after_ns)
{
    uint32_t millionths = 0;
    for (uint32_t i = 0; i < c->count && c->points[i].after_ns <= after_ns; i++)
        millionths = c->points[i].millionths;
    return millionths;
}

uint64_t *sim_detections(const struct sim_world *w, uint32_t millionths, uint32_t *count)
{
    const struct sim_news_list *crashes = &w->watch.news[SIM_NEWS_CRASH];
    uint64_t *values = enough(malloc((crashes->count + 1) * sizeof(*values)));
    uint8_t *counts = enough(malloc(w->scenario->node_count));
    *count = 0;
    for (uint32_t i = 0; i < crashes->count; i++) {
        uint32_t total = sim_mark_viewers(w, &crashes->all[i], counts);
        values[*count] = sim_news_latency(&crashes->all[i], counts, total, millionths);
        *count += values[*count] != SIM_NEVER;
    }
    free(counts);
    qsort(values, *count, sizeof(*values), compare);
    return values;
}
