/* SPDX-License-Identifier: BSD-3-Clause */
/* The scenario's actions, when they are due. */
#include <err.h>
#include <stdlib.h>
#include <string.h>

#include "bench/sim/forge.h"
#include "bench/sim/grow.h"
#include "bench/sim/world.h"

static void later(struct sim_node *node, enum sim_chore chore, uint64_t in_ns)
{
    struct sim_world *w = node->world;
    node->chore = chore;
    sim_wheel_set(&w->wheel, &node->chore_link, sim_tick_at(w->now_ns + in_ns));
}

/* Some hold it dead already, or have never heard of it. */
static void note_blind(const struct sim_node *crashed, struct sim_news *news)
{
    const struct sim_world *w = crashed->world;
    uint64_t id = w->directory.entries[crashed->number].id;
    for (uint32_t i = 0; i < w->scenario->node_count; i++) {
        if (w->nodes[i].state != SIM_NODE_DOWN &&
            !sl_word_is_live(sl_view_word(sl_engine_view(w->nodes[i].engine), id)))
            sim_watch_blind(news, i);
    }
}

static void crash(struct sim_node *node)
{
    struct sim_world *w = node->world;
    struct sim_news news = {.at_ns = sim_world_ns(w), .node = node->number};
    sim_node_stop(node);
    news.earlier = SIM_NEWS_NONE;
    note_blind(node, &news);
    node->crash = sim_watch_news(&w->watch, SIM_NEWS_CRASH, &news);
    sim_world_count(w, SIM_METRIC_resurrection_chances, 1);
}

static void leave(struct sim_node *node)
{
    node->crash = SIM_NEWS_NONE;
    sim_node_leave(node);
}

/* Evenly over the action's time. */
static void add_turn(struct sim_node *node, const struct sim_action *a, uint32_t index,
                     uint32_t count)
{
    struct sim_world *w = node->world;
    uint64_t at_ns = sim_world_ns(w) + a->duration_ns * index / count;
    w->turns = sim_grow(w->turns, w->turn_count, &w->turn_capacity, sizeof(*w->turns));
    uint32_t i = w->turn_count++;
    for (; i > 0 && w->turns[i - 1].at_ns > at_ns; i--)
        w->turns[i] = w->turns[i - 1];
    w->turns[i] = (struct sim_turn){at_ns, node->number, a->verb};
}

static void take_turns(struct sim_world *w)
{
    uint32_t taken = 0;
    for (; taken < w->turn_count && w->turns[taken].at_ns <= sim_world_ns(w); taken++) {
        struct sim_node *node = &w->nodes[w->turns[taken].node];
        enum sim_verb verb = w->turns[taken].verb;
        if (!sim_node_fits(node, verb))
            continue;
        sim_watch_act(&w->watch, sim_world_ns(w));
        if (verb == SIM_CRASH)
            crash(node);
        else
            leave(node);
    }
    if (taken == 0)
        return;
    w->turn_count -= taken;
    memmove(w->turns, w->turns + taken, w->turn_count * sizeof(*w->turns));
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
    if (a->duration_ns != 0 && (a->verb == SIM_CRASH || a->verb == SIM_LEAVE)) {
        add_turn(node, a, index, count);
        return;
    }
    switch (a->verb) {
    case SIM_CRASH:
        crash(node);
        return;
    case SIM_UPDATE:
        sim_node_update(node);
        return;
    case SIM_TAG:
        sim_node_tag(node, a->tags);
        return;
    case SIM_MOVE:
        sim_node_move(node, a->number);
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
        leave(node);
        return;
    case SIM_DRIFT:
        sim_node_drift(node, a->back ? -(int32_t)a->millionths : (int32_t)a->millionths);
        return;
    case SIM_CLOCK:
        node->clock_s += a->back ? -step_s : step_s;
        return;
    default:
        return;
    }
}

static bool dies_whole(const struct sim_world *w, const struct sim_pick *who, uint32_t zone)
{
    const struct sim_zone *z = &w->scenario->zones[zone];
    for (uint32_t i = 0; i < z->count; i++) {
        if (!sim_pick_has(who, z->first + i))
            return false;
    }
    return true;
}

static void tell_of_dying_zones(struct sim_world *w, const struct sim_action *a)
{
    bool at_once = a->verb == SIM_CRASH && a->duration_ns == 0;
    for (uint32_t zone = 0; at_once && zone < w->scenario->zone_count; zone++) {
        if (dies_whole(w, &a->who, zone))
            sim_timeline_tell_zone(w, SIM_NEWS_UNREACHABLE, zone);
    }
}

static void remove_all(struct sim_world *w, const struct sim_action *a)
{
    uint8_t *chosen = sim_world_pick_set(w, &a->who, a->verb);
    for (uint32_t i = 0; i < w->scenario->node_count; i++) {
        if (chosen[i] != 0 && w->nodes[a->from].state == SIM_NODE_UP)
            sim_node_remove(&w->nodes[a->from], i);
    }
    free(chosen);
}

static void act(struct sim_world *w, const struct sim_action *a)
{
    if (a->verb >= SIM_CUT) {
        sim_timeline_act_on_network(w, a);
        return;
    }
    if (a->verb == SIM_FORGE) {
        sim_forge(w, a);
        return;
    }
    if (a->verb == SIM_REMOVE) {
        remove_all(w, a);
        return;
    }
    if (a->verb == SIM_PICK) {
        free(w->named[a->number]);
        w->named[a->number] = sim_world_pick_set(w, &a->who, a->verb);
        return;
    }
    if (a->verb == SIM_CLOG || a->verb == SIM_STARVE || a->verb == SIM_LIE)
        sim_watch_act(&w->watch, sim_world_ns(w) + a->duration_ns);
    tell_of_dying_zones(w, a);
    uint32_t *chosen = malloc(w->scenario->node_count * sizeof(*chosen));
    if (chosen == NULL)
        errx(1, "out of memory for %u nodes", w->scenario->node_count);
    uint32_t count = sim_world_pick(w, &a->who, a->verb, chosen);
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
    take_turns(w);
    if (w->turn_count > 0 && w->turns[0].at_ns < w->next_action_ns)
        w->next_action_ns = w->turns[0].at_ns;
}
