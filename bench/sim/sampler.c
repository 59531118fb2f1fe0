/* SPDX-License-Identifier: BSD-3-Clause */
/* Looks into views from outside: how many are right, and whether what must hold holds. */
#include <err.h>
#include <stdlib.h>
#include <string.h>

#include "bench/sim/world.h"

#define CHECK_EVERY 10 /* samples */

static const struct sl_view *view_of(const struct sim_world *w, uint32_t node)
{
    return sl_engine_view(w->nodes[node].engine);
}

void sim_sampler_create(struct sim_world *w)
{
    uint32_t count = w->scenario->node_count;
    for (uint32_t i = 0; i < w->scenario->expect_count; i++)
        w->samples_equality |=
            w->scenario->expects[i].kind == SIM_EXPECT_EQUAL && !w->scenario->expects[i].has_moment;
    for (uint32_t i = 0; i < SIM_WATCHED_MAX; i++) {
        w->watched[i] = sl_prng_below(&w->prng, count);
        w->watched_words[i] = calloc(count, sizeof(uint64_t));
        if (w->watched_words[i] == NULL)
            errx(1, "out of memory for %u nodes", count);
    }
}

uint32_t sim_views_right(const struct sim_world *w)
{
    uint32_t right = 0;
    for (uint32_t i = 0; i < w->scenario->node_count; i++) {
        if (w->nodes[i].state != SIM_NODE_DOWN)
            right += sl_view_summary(view_of(w, i))->view_hash == w->true_hash;
    }
    return right;
}

static void sample_equality(struct sim_world *w)
{
    sim_watch_sample(&w->watch, sim_world_ns(w), sim_views_right(w), w->up_count);
}

static void check_believed(struct sim_world *w, uint32_t viewer, uint32_t member, uint64_t word)
{
    struct sim_change held = {
        .at_ns = sim_world_ns(w),
        .viewer = viewer,
        .member = member,
        .word = word,
        .gone_ns = sim_world_gone_ns(w, viewer, member, word),
        .grace_ns = sim_world_grace_ns(w),
    };
    sim_check_believed(&w->invariants, &held);
}

static void check_words(struct sim_world *w, uint32_t index)
{
    uint32_t viewer = w->watched[index];
    uint64_t *words = w->watched_words[index];
    const struct sim_node *node = &w->nodes[viewer];
    if (node->state == SIM_NODE_DOWN)
        return;
    sim_check_queue(&w->invariants, sim_world_ns(w), viewer,
                    sl_engine_stats(node->engine)->rumours_waiting,
                    w->scenario->options.config.max_rumours);
    if (node->life != w->watched_lives[index])
        memset(words, 0, w->scenario->node_count * sizeof(*words));
    w->watched_lives[index] = node->life;
    for (uint32_t i = 0; i < w->scenario->node_count; i++) {
        uint64_t now = sl_view_word(view_of(w, viewer), w->directory.entries[i].id);
        sim_check_held(&w->invariants, sim_world_ns(w), viewer, i, words[i], now);
        words[i] = now;
        if (w->lives.ended > 0)
            check_believed(w, viewer, i, now);
    }
}

static uint32_t draw_running(struct sim_world *w)
{
    uint32_t node = sl_prng_below(&w->prng, w->scenario->node_count);
    while (w->nodes[node].state == SIM_NODE_DOWN)
        node = (node + 1) % w->scenario->node_count;
    return node;
}

static uint64_t life_of(const struct sl_view *view, uint64_t id)
{
    uint64_t word = sl_view_word(view, id);
    return sl_word_is_live(word) ? sl_word_incarnation(word) : 0;
}

static void check_digests(struct sim_world *w)
{
    if (w->up_count == 0)
        return;
    uint32_t a = draw_running(w), b = draw_running(w);
    bool same = true;
    for (uint32_t i = 0; i < w->scenario->node_count && same; i++) {
        uint64_t id = w->directory.entries[i].id;
        same = life_of(view_of(w, a), id) == life_of(view_of(w, b), id);
    }
    uint64_t hash_a = sl_view_summary(view_of(w, a))->view_hash;
    uint64_t hash_b = sl_view_summary(view_of(w, b))->view_hash;
    uint64_t counted_a = sl_view_range_hash(view_of(w, a), 0, UINT64_MAX);
    sim_check_digest(&w->invariants, sim_world_ns(w), a, b, hash_a, hash_b, same);
    sim_check_digest(&w->invariants, sim_world_ns(w), a, a, hash_a, counted_a, true);
}

void sim_sampler_run(struct sim_world *w)
{
    uint64_t number = w->next_sample_ns / SIM_SAMPLE_NS;
    w->next_sample_ns += SIM_SAMPLE_NS;
    if (w->samples_equality)
        sample_equality(w);
    sim_tallies_sample(w);
    sim_repairs_run(w);
    if (number % CHECK_EVERY != 0)
        return;
    sim_repairs_check_ends(w);
    for (uint32_t i = 0; i < SIM_WATCHED_MAX; i++)
        check_words(w, i);
    check_digests(w);
}
