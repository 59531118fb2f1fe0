/* SPDX-License-Identifier: BSD-3-Clause */
#include "bench/sim/watch.h"

#include <stdlib.h>
#include <string.h>

#include "bench/sim/grow.h"
#include "bench/sim/scenario.h"

uint32_t sim_watch_news(struct sim_watch *w, enum sim_news_kind kind, const struct sim_news *news)
{
    struct sim_news_list *list = &w->news[kind];
    list->all = sim_grow(list->all, list->count, &list->capacity, sizeof(*list->all));
    list->all[list->count] = *news;
    return list->count++;
}

uint32_t sim_watch_start(struct sim_watch *w, uint64_t at_ns, uint32_t node)
{
    w->starts = sim_grow(w->starts, w->start_count, &w->start_capacity, sizeof(*w->starts));
    w->starts[w->start_count] = (struct sim_start){at_ns, SIM_NEVER, node};
    return w->start_count++;
}

void sim_watch_sight(struct sim_news *n, uint64_t at_ns, uint32_t viewer)
{
    n->sights = sim_grow(n->sights, n->count, &n->capacity, sizeof(*n->sights));
    n->sights[n->count++] = (struct sim_sight){at_ns, viewer};
}

void sim_watch_blind(struct sim_news *n, uint32_t viewer)
{
    n->blind = sim_grow(n->blind, n->blind_count, &n->blind_capacity, sizeof(*n->blind));
    n->blind[n->blind_count++] = viewer;
}

void sim_watch_sample(struct sim_watch *w, uint64_t at_ns, uint32_t right, uint32_t total)
{
    w->samples = sim_grow(w->samples, w->sample_count, &w->sample_capacity, sizeof(*w->samples));
    w->samples[w->sample_count++] = (struct sim_sample){at_ns, right, total};
}

void sim_watch_destroy(struct sim_watch *w)
{
    for (int kind = 0; kind < SIM_NEWS_KINDS; kind++) {
        for (uint32_t i = 0; i < w->news[kind].count; i++) {
            free(w->news[kind].all[i].sights);
            free(w->news[kind].all[i].blind);
        }
        free(w->news[kind].all);
    }
    free(w->starts);
    free(w->samples);
    memset(w, 0, sizeof(*w));
}

uint64_t sim_news_latency(const struct sim_news *n, uint8_t *counts, uint32_t total,
                          uint32_t millionths)
{
    uint64_t wanted = ((uint64_t)total * millionths + SIM_MILLION - 1) / SIM_MILLION;
    uint64_t seen = 0, latency_ns = SIM_NEVER;
    uint32_t i = 0;
    if (wanted == 0)
        wanted = 1;
    for (; i < n->count && latency_ns == SIM_NEVER; i++) {
        uint8_t *state = &counts[n->sights[i].viewer];
        if (*state != 1)
            continue;
        *state = 2; /* counted: a viewer may learn the same twice */
        if (++seen == wanted)
            latency_ns = n->sights[i].at_ns - n->at_ns;
    }
    while (i-- > 0) {
        uint8_t *state = &counts[n->sights[i].viewer];
        if (*state == 2)
            *state = 1;
    }
    return latency_ns;
}

void sim_watch_act(struct sim_watch *w, uint64_t at_ns)
{
    if (at_ns > w->last_action_ns)
        w->last_action_ns = at_ns;
}

uint64_t sim_watch_equal(const struct sim_watch *w, uint32_t millionths)
{
    uint64_t took_ns = SIM_NEVER;
    for (uint32_t i = 0; i < w->sample_count; i++) {
        const struct sim_sample *s = &w->samples[i];
        bool enough = (uint64_t)s->right * SIM_MILLION >= (uint64_t)s->total * millionths;
        if (s->at_ns < w->last_action_ns)
            continue;
        if (enough && took_ns == SIM_NEVER)
            took_ns = s->at_ns - w->last_action_ns;
        else if (!enough && millionths == SIM_MILLION)
            took_ns = SIM_NEVER;
    }
    return took_ns;
}

static int compare(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return x < y ? -1 : x > y;
}

uint64_t sim_percentile(uint64_t *values, uint32_t count, uint32_t percentile)
{
    if (count == 0)
        return SIM_NEVER;
    qsort(values, count, sizeof(*values), compare);
    uint64_t rank = ((uint64_t)count * percentile + 99) / 100;
    return values[rank == 0 ? 0 : rank - 1];
}
