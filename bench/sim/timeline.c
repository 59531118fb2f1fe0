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
        return node->crash != UINT32_MAX && node->state == SIM_NODE_DOWN;
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

static void act_on(struct sim_node *node, const struct sim_action *a, uint32_t index,
                   uint32_t count)
{
    struct sim_world *w = node->world;
    int64_t step_s = (int64_t)(a->duration_ns / 1000000000u);
    switch (a->verb) {
    case SIM_CRASH:
        sim_node_stop(node);
        node->crash = sim_watch_crash(&w->watch, sim_world_ns(w), node->number);
        return;
    case SIM_RESTART:
    case SIM_JOIN:
        later(node, SIM_CHORE_START, a->duration_ns * index / count);
        return;
    case SIM_PAUSE:
        sim_node_pause(node);
        later(node, SIM_CHORE_RESUME, a->duration_ns);
        return;
    case SIM_LEAVE:
        node->crash = UINT32_MAX;
        sim_node_leave(node);
        return;
    case SIM_CLOCK:
        node->clock_s += a->back ? -step_s : step_s;
        return;
    default:
        return;
    }
}

static void act(struct sim_world *w, const struct sim_action *a)
{
    if (a->verb >= SIM_CUT) {
        sim_network_act(&w->network, a);
        if (a->verb == SIM_HEAL)
            w->healed_ns = w->now_ns;
        return;
    }
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
            w->watch.last_action_ns = now_ns;
            uint64_t next_ns = *due_ns + a->every_ns;
            *due_ns = a->every_ns == 0 || next_ns > a->until_ns ? SIM_NEVER : next_ns;
        }
        if (*due_ns < w->next_action_ns)
            w->next_action_ns = *due_ns;
    }
}
