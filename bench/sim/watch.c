/* SPDX-License-Identifier: BSD-3-Clause */
#include "bench/sim/watch.h"

#include <err.h>
#include <stdlib.h>
#include <string.h>

#include "bench/sim/scenario.h"

/* Makes room for one more. */
static void *grow(void *array, uint32_t count, uint32_t *capacity, size_t each)
{
    if (count < *capacity)
        return array;
    *capacity = *capacity == 0 ? 64 : 2 * *capacity;
    array = realloc(array, *capacity * each);
    if (array == NULL)
        errx(1, "out of memory for what is watched: a shorter run would do");
    return array;
}

uint32_t sim_watch_crash(struct sim_watch *w, uint64_t at_ns, uint32_t node)
{
    w->crashes = grow(w->crashes, w->crash_count, &w->crash_capacity, sizeof(*w->crashes));
    w->crashes[w->crash_count] = (struct sim_crash){.at_ns = at_ns, .node = node};
    return w->crash_count++;
}

uint32_t sim_watch_start(struct sim_watch *w, uint64_t at_ns, uint32_t node)
{
    w->starts = grow(w->starts, w->start_count, &w->start_capacity, sizeof(*w->starts));
    w->starts[w->start_count] = (struct sim_start){at_ns, SIM_NEVER, node};
    return w->start_count++;
}

void sim_watch_sight(struct sim_watch *w, uint32_t crash, uint64_t at_ns, uint32_t viewer)
{
    struct sim_crash *c = &w->crashes[crash];
    c->sights = grow(c->sights, c->count, &c->capacity, sizeof(*c->sights));
    c->sights[c->count++] = (struct sim_sight){at_ns, viewer};
}

void sim_watch_sample(struct sim_watch *w, uint64_t at_ns, uint32_t right, uint32_t total)
{
    w->samples = grow(w->samples, w->sample_count, &w->sample_capacity, sizeof(*w->samples));
    w->samples[w->sample_count++] = (struct sim_sample){at_ns, right, total};
}

void sim_watch_destroy(struct sim_watch *w)
{
    for (uint32_t i = 0; i < w->crash_count; i++)
        free(w->crashes[i].sights);
    free(w->crashes);
    free(w->starts);
    free(w->samples);
    memset(w, 0, sizeof(*w));
}

uint64_t sim_crash_latency(const struct sim_crash *c, uint8_t *counts, uint32_t total,
                           uint32_t millionths)
{
    uint64_t wanted = ((uint64_t)total * millionths + SIM_MILLION - 1) / SIM_MILLION;
    uint64_t seen = 0, latency_ns = SIM_NEVER;
    uint32_t i = 0;
    if (wanted == 0)
        wanted = 1;
    for (; i < c->count && latency_ns == SIM_NEVER; i++) {
        uint8_t *state = &counts[c->sights[i].viewer];
        if (*state != 1)
            continue;
        *state = 2; /* counted: a viewer may see the same death twice */
        if (++seen == wanted)
            latency_ns = c->sights[i].at_ns - c->at_ns;
    }
    while (i-- > 0) {
        uint8_t *state = &counts[c->sights[i].viewer];
        if (*state == 2)
            *state = 1;
    }
    return latency_ns;
}

uint64_t sim_watch_equal(const struct sim_watch *w, uint32_t millionths)
{
    for (uint32_t i = 0; i < w->sample_count; i++) {
        const struct sim_sample *s = &w->samples[i];
        if (s->at_ns >= w->last_action_ns &&
            (uint64_t)s->right * SIM_MILLION >= (uint64_t)s->total * millionths)
            return s->at_ns - w->last_action_ns;
    }
    return SIM_NEVER;
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
