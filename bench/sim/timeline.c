/* SPDX-License-Identifier: BSD-3-Clause */
/* The scenario's actions, when they are due. */
#include <err.h>
#include <stdlib.h>

#include "bench/sim/world.h"

static bool fits(const struct sim_node *node, enum sim_verb verb)
{
    switch (verb) {
    case SIM_RESTART:
    case SIM_JOIN:
        return node->state == SIM_NODE_DOWN;
    case SIM_CRASH:
        return node->state != SIM_NODE_DOWN;
    case SIM_CLOCK:
        return true;
    default:
        return node->state == SIM_NODE_UP;
    }
}

static bool is_meant(const struct sim_node *node, const struct sim_pick *who)
{
    if (who->kind == SIM_PICK_RANGE)
        return node->number >= who->first && node->number <= who->last;
    if (who->kind == SIM_PICK_CRASHED)
        return node->crash != SIM_NEWS_NONE && node->state == SIM_NODE_DOWN;
    return node->state == SIM_NODE_UP;
}

static uint32_t wanted(const struct sim_pick *who, uint32_t there)
{
    uint64_t count = there;
    if (who->kind == SIM_PICK_COUNT)
        count = who->first;
    if (who->kind == SIM_PICK_SHARE) {
        count = ((uint64_t)there * who->first + SIM_MILLION / 2) / SIM_MILLION;
        count = count == 0 && who->first > 0 ? 1 : count;
    }
    return count < there ? (uint32_t)count : there;
}

/* Fills `chosen` with nodes; those drawn at random come in the order of the draw. */
static uint32_t choose(struct sim_world *w, const struct sim_action *a, uint32_t *chosen)
{
    uint32_t there = 0;
    for (uint32_t i = 0; i < w->scenario->node_count; i++) {
        if (is_meant(&w->nodes[i], &a->who) && fits(&w->nodes[i], a->verb))
            chosen[there++] = i;
    }
    uint32_t count = wanted(&a->who, there);
    for (uint32_t i = 0; count < there && i < count; i++) {
        uint32_t other = i + sl_prng_below(&w->prng, there - i);
        uint32_t node = chosen[other];
        chosen[other] = chosen[i];
        chosen[i] = node;
    }
    return count;
}

static void later(struct sim_node *node, enum sim_chore chore, uint64_t in_ns)
{
    struct sim_world *w = node->world;
    node->chore = chore;
    sim_wheel_set(&w->wheel, &node->chore_link, sim_tick_at(w->now_ns + in_ns));
}

static void crash(struct sim_node *node)
{
    struct sim_world *w = node->world;
    struct sim_news news = {.at_ns = sim_world_ns(w), .node = node->number};
    sim_node_stop(node);
    news.earlier = SIM_NEWS_NONE;
    node->crash = sim_watch_news(&w->watch, SIM_NEWS_CRASH, &news);
    sim_world_count(w, SIM_METRIC_resurrection_chances, 1);
}

/* A pause that is tolerated is no reason to miss news for long. */
static void hears_nothing(struct sim_node *node, uint64_t from_ns, uint64_t until_ns)
{
    if (until_ns - from_ns <= node->world->scenario->options.config.max_pause_ns)
        return;
    struct sim_silence silence = {from_ns, until_ns, SIM_SILENCE_NODE, node->number, 0};
    sim_silence_begin(&node->world->lives, &silence);
}

/* The links of the chosen stop one by one, and come back in random order. */
static void clog_links(struct sim_node *node, const struct sim_action *a, uint32_t index,
                       uint32_t count)
{
    struct sim_world *w = node->world;
    uint64_t quarter_ns = a->duration_ns / 4;
    node->clog_from_ns = w->now_ns + quarter_ns * index / count;
    node->clog_until_ns = w->now_ns + 3 * quarter_ns + sl_prng_next(&w->prng) % (quarter_ns + 1);
    node->excused_until_ns = node->clog_until_ns + sim_world_echo_ns(w);
    hears_nothing(node, node->clog_from_ns, node->clog_until_ns);
}

static void act_on(struct sim_node *node, const struct sim_action *a, uint32_t index,
                   uint32_t count)
{
    struct sim_world *w = node->world;
    int64_t step_s = (int64_t)(a->duration_ns / 1000000000u);
    switch (a->verb) {
    case SIM_CRASH:
        crash(node);
        return;
    case SIM_UPDATE:
        sim_node_update(node);
        return;
    case SIM_CLOG:
        clog_links(node, a, index, count);
        return;
    case SIM_STARVE:
        hears_nothing(node, w->now_ns, w->now_ns + a->duration_ns);
        sim_node_starve(node, a->millionths, w->now_ns + a->duration_ns);
        return;
    case SIM_RING:
        node->ring = a->number;
        return;
    case SIM_LIE:
        sim_lies_begin(w, node->number, w->now_ns + a->duration_ns, a->forges);
        return;
    case SIM_RESTART:
    case SIM_JOIN:
        sim_world_count(w, SIM_METRIC_resurrection_chances, 1);
        later(node, SIM_CHORE_START, a->duration_ns * index / count);
        return;
    case SIM_PAUSE:
        hears_nothing(node, w->now_ns, w->now_ns + a->duration_ns);
        sim_node_pause(node);
        later(node, SIM_CHORE_RESUME, a->duration_ns);
        return;
    case SIM_LEAVE:
        node->crash = SIM_NEWS_NONE;
        sim_node_leave(node);
        return;
    case SIM_CLOCK:
        node->clock_s += a->back ? -step_s : step_s;
        return;
    default:
        return;
    }
}

static void tell_of_zone(struct sim_world *w, enum sim_news_kind kind, uint32_t zone)
{
    struct sim_news news = {
        .at_ns = sim_world_ns(w), .node = zone, .of_zone = true, .earlier = SIM_NEWS_NONE};
    sim_watch_news(&w->watch, kind, &news);
}

static bool is_whole_zone(const struct sim_scenario *s, const struct sim_pick *who, uint32_t zone)
{
    return who->kind == SIM_PICK_RANGE && who->first <= s->zones[zone].first &&
           who->last >= s->zones[zone].first + s->zones[zone].count - 1;
}

/* A zone that is cut from all others, or dies as a whole, is news; so is its healing. */
static void tell_of_zones(struct sim_world *w, const struct sim_action *a)
{
    for (uint32_t zone = 0; zone < w->scenario->zone_count; zone++) {
        bool cut = a->verb == SIM_CUT && a->zone_a == zone && a->zone_b == SIM_ZONE_ANY;
        bool dies = a->verb == SIM_CRASH && is_whole_zone(w->scenario, &a->who, zone);
        bool heals = a->verb == SIM_HEAL && w->is_cut_off[zone];
        if (cut || dies)
            tell_of_zone(w, SIM_NEWS_UNREACHABLE, zone);
        if (heals)
            tell_of_zone(w, SIM_NEWS_REACHABLE, zone);
        w->is_cut_off[zone] = (w->is_cut_off[zone] || cut) && !heals;
    }
}

/* What is told between zones that are cut is not heard. */
static void note_cuts(struct sim_world *w)
{
    for (uint32_t a = 0; a < w->scenario->zone_count; a++) {
        for (uint32_t b = 0; b < a; b++) {
            bool cut = w->network.cut[a][b] || w->network.cut[b][a];
            struct sim_silence silence = {w->now_ns, SIM_ENDLESS, SIM_SILENCE_CUT, a, b};
            if (cut && !w->is_cut[a][b])
                sim_silence_begin(&w->lives, &silence);
            if (!cut && w->is_cut[a][b])
                sim_silence_end(&w->lives, SIM_SILENCE_CUT, a, b, w->now_ns);
            w->is_cut[a][b] = cut;
        }
    }
}

static void act(struct sim_world *w, const struct sim_action *a)
{
    if (a->verb >= SIM_CUT) {
        sim_network_act(&w->network, a);
        tell_of_zones(w, a);
        if (a->verb == SIM_HEAL)
            w->healed_ns = w->now_ns;
        note_cuts(w);
        return;
    }
    if (a->verb == SIM_CLOG || a->verb == SIM_STARVE || a->verb == SIM_LIE)
        sim_watch_act(&w->watch, sim_world_ns(w) + a->duration_ns);
    tell_of_zones(w, a);
    uint32_t *chosen = malloc(w->scenario->node_count * sizeof(*chosen));
    if (chosen == NULL)
        errx(1, "out of memory for %u nodes", w->scenario->node_count);
    uint32_t count = choose(w, a, chosen);
    for (uint32_t i = 0; i < count; i++)
        act_on(&w->nodes[chosen[i]], a, i, count);
    free(chosen);
}

void sim_timeline_start(struct sim_world *w)
{
    w->next_action_ns = 0;
    for (uint32_t i = 0; i < w->scenario->action_count; i++)
        w->action_due_ns[i] = w->scenario->actions[i].at_ns;
}

void sim_timeline_run(struct sim_world *w)
{
    uint64_t now_ns = sim_world_ns(w);
    w->next_action_ns = SIM_NEVER;
    for (uint32_t i = 0; i < w->scenario->action_count; i++) {
        const struct sim_action *a = &w->scenario->actions[i];
        uint64_t *due_ns = &w->action_due_ns[i];
        if (*due_ns <= now_ns) {
            act(w, a);
            sim_watch_act(&w->watch, now_ns);
            uint64_t next_ns = *due_ns + a->every_ns;
            *due_ns = a->every_ns == 0 || next_ns > a->until_ns ? SIM_NEVER : next_ns;
        }
        if (*due_ns < w->next_action_ns)
            w->next_action_ns = *due_ns;
    }
}
