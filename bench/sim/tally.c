/* SPDX-License-Identifier: BSD-3-Clause */
#include "bench/sim/tally.h"

#include <err.h>
#include <stdlib.h>
#include <string.h>

#include "bench/sim/grow.h"
#include "bench/sim/world.h"

void sim_tallies_create(struct sim_world *w)
{
    const struct sim_scenario *s = w->scenario;
    size_t pairs = (size_t)s->node_count * s->node_count;
    w->tallies = calloc(s->expect_count + 1, sizeof(*w->tallies));
    for (uint32_t i = 0; w->tallies != NULL && i < s->expect_count; i++) {
        if (s->expects[i].kind != SIM_EXPECT_FLAPS)
            continue;
        w->tallies[i].pairs = calloc(pairs, sizeof(uint16_t));
        if (w->tallies[i].pairs == NULL)
            errx(1, "out of memory for the flaps of %u nodes", s->node_count);
    }
    if (w->tallies == NULL)
        errx(1, "out of memory for expectations");
}

void sim_tallies_destroy(struct sim_world *w)
{
    for (uint32_t i = 0; w->tallies != NULL && i < w->scenario->expect_count; i++) {
        free(w->tallies[i].pairs);
        free(w->tallies[i].now);
        free(w->tallies[i].lasted_ns);
    }
    free(w->tallies);
}

static bool concerns(const struct sim_world *w, const struct sim_expect *x,
                     const struct sim_node *viewer, const struct sim_node *member)
{
    return sim_world_has(w, &x->who, member->number) && sim_world_has(w, &x->by, viewer->number);
}

/* ---- deaths ---- */

static void fall(struct sim_tally *t, uint64_t at_ns, const struct sim_node *viewer,
                 const struct sim_node *member)
{
    t->now = sim_grow(t->now, t->now_count, &t->now_capacity, sizeof(*t->now));
    t->now[t->now_count++] =
        (struct sim_fall){at_ns, viewer->number, member->number, viewer->life, member->life};
}

void sim_tallies_count(struct sim_world *w, const struct sim_node *viewer,
                       const struct sim_node *member, uint32_t metric)
{
    for (uint32_t i = 0; i < w->scenario->expect_count; i++) {
        const struct sim_expect *x = &w->scenario->expects[i];
        if (x->kind == SIM_EXPECT_COUNT && x->metric == metric && concerns(w, x, viewer, member))
            w->tallies[i].value++;
    }
}

void sim_tallies_death(struct sim_world *w, const struct sim_node *viewer,
                       const struct sim_node *member)
{
    for (uint32_t i = 0; i < w->scenario->expect_count; i++) {
        const struct sim_expect *x = &w->scenario->expects[i];
        if (x->kind == SIM_EXPECT_REVIVED && concerns(w, x, viewer, member))
            fall(&w->tallies[i], sim_world_ns(w), viewer, member);
    }
}

/* The member is known to be alive again, or the viewer knows that it is gone. */
static void rise(struct sim_world *w, struct sim_tally *t, const struct sim_node *viewer,
                 const struct sim_node *member, bool lives)
{
    for (uint32_t i = 0; i < t->now_count; i++) {
        const struct sim_fall *f = &t->now[i];
        if (f->viewer != viewer->number || f->member != member->number)
            continue;
        if (lives && f->viewer_life == viewer->life && f->member_life == member->life) {
            t->lasted_ns =
                sim_grow(t->lasted_ns, t->lasted_count, &t->lasted_capacity, sizeof(*t->lasted_ns));
            t->lasted_ns[t->lasted_count++] = sim_world_ns(w) - f->at_ns;
        }
        t->now[i] = t->now[--t->now_count];
        return;
    }
}

static void flap(struct sim_tally *t, uint64_t pair)
{
    if (t->pairs[pair] < UINT16_MAX)
        t->pairs[pair]++;
    t->value = t->pairs[pair] > t->value ? t->pairs[pair] : t->value;
}

void sim_tallies_change(struct sim_world *w, const struct sim_node *viewer,
                        const struct sim_node *member, const struct sl_event *event)
{
    bool lives = sl_word_is_live(event->word);
    bool was_dead = event->previous_word != 0 && sl_word_status(event->previous_word) == SL_DEAD;
    if (!was_dead)
        return;
    for (uint32_t i = 0; i < w->scenario->expect_count; i++) {
        const struct sim_expect *x = &w->scenario->expects[i];
        if ((x->kind != SIM_EXPECT_REVIVED && x->kind != SIM_EXPECT_FLAPS) ||
            !concerns(w, x, viewer, member))
            continue;
        if (x->kind == SIM_EXPECT_REVIVED)
            rise(w, &w->tallies[i], viewer, member, lives);
        else if (lives && !event->damped)
            flap(&w->tallies[i],
                 (uint64_t)viewer->number * w->scenario->node_count + member->number);
    }
}

uint64_t *sim_tally_latencies(const struct sim_world *w, uint32_t expect, uint32_t *count)
{
    const struct sim_tally *t = &w->tallies[expect];
    uint64_t *values = malloc((t->lasted_count + t->now_count + 1) * sizeof(*values));
    if (values == NULL)
        errx(1, "out of memory for figures");
    *count = t->lasted_count;
    if (t->lasted_count > 0)
        memcpy(values, t->lasted_ns, t->lasted_count * sizeof(*values));
    for (uint32_t i = 0; i < t->now_count; i++) {
        const struct sim_fall *f = &t->now[i];
        const struct sim_node *viewer = &w->nodes[f->viewer], *member = &w->nodes[f->member];
        if (viewer->state != SIM_NODE_DOWN && viewer->life == f->viewer_life &&
            member->state != SIM_NODE_DOWN && member->life == f->member_life)
            values[(*count)++] = SIM_NEVER;
    }
    return values;
}

/* ---- at a moment ---- */

static uint64_t value_now(const struct sim_world *w, const struct sim_expect *x)
{
    if (x->kind == SIM_EXPECT_EQUAL)
        return w->up_count == 0 ? 0 : (uint64_t)sim_views_right(w) * SIM_MILLION / w->up_count;
    switch ((enum sim_metric)x->metric) {
    case SIM_METRIC_nodes_up:
        return w->up_count;
    case SIM_METRIC_views_wrong:
        return w->up_count - sim_views_right(w);
    default:
        return w->metrics.values[x->metric];
    }
}

void sim_tallies_sample(struct sim_world *w)
{
    for (uint32_t i = 0; i < w->scenario->expect_count; i++) {
        const struct sim_expect *x = &w->scenario->expects[i];
        struct sim_tally *t = &w->tallies[i];
        if (!x->has_moment || t->taken || sim_world_ns(w) < x->at_ns)
            continue;
        t->value = value_now(w, x);
        t->taken = true;
    }
}
