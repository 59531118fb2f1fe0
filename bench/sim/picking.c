/* SPDX-License-Identifier: BSD-3-Clause */
/* Which nodes an action happens to. */
#include <err.h>
#include <stdlib.h>

#include "bench/sim/world.h"

bool sim_node_fits(const struct sim_node *node, enum sim_verb verb)
{
    if (verb >= SIM_FORGE)
        return true; /* the network's: of addresses, whether somebody is there or not */
    switch (verb) {
    case SIM_RESTART:
    case SIM_JOIN:
        return node->state == SIM_NODE_DOWN;
    case SIM_CRASH:
        return node->state != SIM_NODE_DOWN;
    case SIM_CLOCK:
    case SIM_MOVE:
    case SIM_DRIFT:
        return true;
    default:
        return node->state == SIM_NODE_UP;
    }
}

bool sim_world_has(const struct sim_world *w, const struct sim_pick *who, uint32_t node)
{
    const struct sim_node *n = &w->nodes[node];
    bool down = n->state == SIM_NODE_DOWN;
    switch (who->kind) {
    case SIM_PICK_CRASHED:
        return (down && n->crash != SIM_NEWS_NONE) != who->but;
    case SIM_PICK_LEAVERS:
        return (down && n->crash == SIM_NEWS_NONE && n->life > 0) != who->but;
    case SIM_PICK_NAMED:
        return (w->named[who->number] != NULL && w->named[who->number][node] != 0) != who->but;
    default:
        return sim_pick_has(who, node);
    }
}

/* Those drawn at random are drawn of those that run; to be started, of those that do not. */
static bool is_meant(const struct sim_world *w, uint32_t node, const struct sim_pick *who,
                     enum sim_verb verb)
{
    bool starts = verb == SIM_JOIN || verb == SIM_RESTART;
    if (who->kind == SIM_PICK_SHARE || who->kind == SIM_PICK_COUNT)
        return w->nodes[node].state == (starts ? SIM_NODE_DOWN : SIM_NODE_UP);
    return sim_world_has(w, who, node);
}

static uint32_t wanted(const struct sim_pick *who, uint32_t there)
{
    uint64_t count = there;
    if (who->kind == SIM_PICK_COUNT)
        count = who->number;
    if (who->kind == SIM_PICK_SHARE) {
        count = ((uint64_t)there * who->number + SIM_MILLION / 2) / SIM_MILLION;
        count = count == 0 && who->number > 0 ? 1 : count;
    }
    return count < there ? (uint32_t)count : there;
}

uint32_t sim_world_pick(struct sim_world *w, const struct sim_pick *who, enum sim_verb verb,
                        uint32_t *chosen)
{
    uint32_t there = 0;
    for (uint32_t i = 0; i < w->scenario->node_count; i++) {
        if (is_meant(w, i, who, verb) && sim_node_fits(&w->nodes[i], verb))
            chosen[there++] = i;
    }
    uint32_t count = wanted(who, there);
    for (uint32_t i = 0; count < there && i < count; i++) {
        uint32_t other = i + sl_prng_below(&w->prng, there - i);
        uint32_t node = chosen[other];
        chosen[other] = chosen[i];
        chosen[i] = node;
    }
    return count;
}

uint8_t *sim_world_pick_set(struct sim_world *w, const struct sim_pick *who, enum sim_verb verb)
{
    uint32_t nodes = w->scenario->node_count;
    uint8_t *set = calloc(nodes, 1);
    uint32_t *chosen = malloc(nodes * sizeof(*chosen));
    if (set == NULL || chosen == NULL)
        errx(1, "out of memory for %u nodes", nodes);
    uint32_t count = sim_world_pick(w, who, verb, chosen);
    for (uint32_t i = 0; i < count; i++)
        set[chosen[i]] = 1;
    free(chosen);
    return set;
}
