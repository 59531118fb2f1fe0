/* SPDX-License-Identifier: BSD-3-Clause */
#include "bench/sim/lives.h"

#include <stdlib.h>
#include <string.h>

#include "bench/sim/grow.h"

bool sim_lives_create(struct sim_lives *l, uint32_t nodes)
{
    memset(l, 0, sizeof(*l));
    l->node_count = nodes;
    l->latest = malloc(nodes * sizeof(*l->latest));
    for (uint32_t i = 0; l->latest != NULL && i < nodes; i++)
        l->latest[i] = SIM_LIFE_NONE;
    return l->latest != NULL;
}

void sim_lives_destroy(struct sim_lives *l)
{
    free(l->all);
    free(l->latest);
    free(l->silences);
    memset(l, 0, sizeof(*l));
}

void sim_lives_begin(struct sim_lives *l, uint32_t node, uint64_t generation, uint64_t at_ns)
{
    uint32_t latest = l->latest[node];
    if (latest != SIM_LIFE_NONE && l->all[latest].ended_ns == SIM_ENDLESS &&
        l->all[latest].generation == generation)
        return;
    sim_lives_end(l, node, at_ns);
    l->all = sim_grow(l->all, l->count, &l->capacity, sizeof(*l->all));
    l->all[l->count] = (struct sim_life){generation, SIM_ENDLESS, l->latest[node]};
    l->latest[node] = l->count++;
}

void sim_lives_end(struct sim_lives *l, uint32_t node, uint64_t at_ns)
{
    if (l->latest[node] == SIM_LIFE_NONE)
        return;
    struct sim_life *life = &l->all[l->latest[node]];
    if (life->ended_ns != SIM_ENDLESS)
        return;
    life->ended_ns = at_ns;
    l->ended++;
}

uint64_t sim_lives_ended_ns(const struct sim_lives *l, uint32_t node, uint64_t generation)
{
    for (uint32_t i = l->latest[node]; i != SIM_LIFE_NONE; i = l->all[i].earlier) {
        if (l->all[i].generation == generation)
            return l->all[i].ended_ns;
    }
    return SIM_ENDLESS;
}

void sim_silence_begin(struct sim_lives *l, const struct sim_silence *silence)
{
    l->silences =
        sim_grow(l->silences, l->silence_count, &l->silence_capacity, sizeof(*l->silences));
    uint32_t at = l->silence_count++;
    for (; at > 0 && l->silences[at - 1].from_ns > silence->from_ns; at--)
        l->silences[at] = l->silences[at - 1];
    l->silences[at] = *silence;
}

void sim_silence_end(struct sim_lives *l, enum sim_silence_kind kind, uint32_t a, uint32_t b,
                     uint64_t at_ns)
{
    for (uint32_t i = 0; i < l->silence_count; i++) {
        struct sim_silence *s = &l->silences[i];
        if (s->kind == kind && s->a == a && s->b == b && s->until_ns > at_ns)
            s->until_ns = at_ns;
    }
}

static bool concerns(const struct sim_silence *s, uint32_t zone)
{
    return s->kind == SIM_SILENCE_NODE || s->a == zone || s->b == zone;
}

/* They overlap: what has been counted already ends at `at_ns`. */
uint64_t sim_lives_heard_ns(const struct sim_lives *l, uint32_t zone, uint64_t from_ns,
                            uint64_t until_ns)
{
    uint64_t at_ns = from_ns, heard_ns = 0;
    for (uint32_t i = 0; i < l->silence_count; i++) {
        const struct sim_silence *s = &l->silences[i];
        if (!concerns(s, zone) || s->from_ns >= until_ns || s->until_ns <= at_ns)
            continue;
        heard_ns += s->from_ns > at_ns ? s->from_ns - at_ns : 0;
        at_ns = s->until_ns;
    }
    return heard_ns + (at_ns < until_ns ? until_ns - at_ns : 0);
}
