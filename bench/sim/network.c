/* SPDX-License-Identifier: BSD-3-Clause */
#include "bench/sim/network.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

int sim_network_create(struct sim_network *n, const struct sim_scenario *s, uint64_t seed)
{
    uint32_t *zones = malloc(s->node_count * sizeof(*zones));
    uint8_t *a = malloc(s->node_count), *b = malloc(s->node_count);
    memset(n, 0, sizeof(*n));
    n->prng.state = seed;
    n->burst_salt = sl_prng_next(&n->prng);
    bool made = zones != NULL && a != NULL && b != NULL;
    for (uint32_t zone = 0; made && zone < s->zone_count; zone++) {
        for (uint32_t i = 0; i < s->zones[zone].count; i++)
            zones[s->zones[zone].first + i] = zone;
    }
    made = made && sim_places_create(&n->places, zones, s->node_count, s->zone_count);
    for (uint32_t i = 0; made && i < s->path_count; i++) {
        for (uint32_t node = 0; node < s->node_count; node++) {
            a[node] = sim_pick_has(&s->paths[i].a, node);
            b[node] = sim_pick_has(&s->paths[i].b, node);
        }
        sim_network_act(n, &s->paths[i], a, b, 0);
    }
    free(zones);
    free(a);
    free(b);
    return made ? 0 : -ENOMEM;
}

void sim_network_destroy(struct sim_network *n)
{
    sim_places_destroy(&n->places);
}

static bool strikes(struct sim_network *n, uint32_t millionths)
{
    return millionths != 0 && sl_prng_below(&n->prng, SIM_MILLION) < millionths;
}

static uint64_t draw_delay(struct sim_network *n, const struct sim_way *way)
{
    uint64_t delay_ns = way->delay_ns;
    if (way->jitter_ns != 0)
        delay_ns += sl_prng_next(&n->prng) % (way->jitter_ns + 1);
    if (strikes(n, n->reorder))
        delay_ns += sl_prng_next(&n->prng) % (n->reorder_ns + 1);
    return delay_ns;
}

static uint64_t chance_of(uint64_t salt, uint64_t what)
{
    struct sl_prng prng = {salt + what * 0xd1342543de82ef95ull}; /* odd: no two meet */
    return sl_prng_next(&prng);
}

/* Each pair of nodes has its own bursts: time is cut into windows, and chance says for each window
   whether the pair loses all in it (Gilbert's model: bursts that follow each other make longer
   ones). No state, so 10^8 pairs cost nothing. */
static bool is_in_burst(const struct sim_network *n, const struct sim_way *way,
                        const struct sim_passage *p)
{
    if (way->burst == 0)
        return false;
    uint64_t pair = chance_of(n->burst_salt, (uint64_t)p->from << 32 | p->to);
    uint64_t window = (p->now_ns + pair % way->burst_ns) / way->burst_ns;
    return chance_of(pair, window) % SIM_MILLION < way->burst;
}

static bool is_lost(struct sim_network *n, const struct sim_way *way, const struct sim_passage *p)
{
    /* A sealed frame that was damaged does not open, an open one fails the UDP checksum: either way
       it is lost. */
    return strikes(n, way->loss) || strikes(n, n->corrupt) ||
           (way->mtu_bytes != 0 && p->length_bytes > way->mtu_bytes) || is_in_burst(n, way, p);
}

struct sim_fate sim_network_decide(struct sim_network *n, const struct sim_passage *p)
{
    struct sim_fate fate = {.copies = 0};
    const struct sim_way *way = sim_places_between(&n->places, p->from, p->to);
    if (way->cut)
        return fate;
    if (!is_lost(n, way, p))
        fate.delay_ns[fate.copies++] = draw_delay(n, way);
    if (strikes(n, n->duplicate))
        fate.delay_ns[fate.copies++] = draw_delay(n, way);
    fate.comes_again = strikes(n, n->replay);
    if (fate.comes_again)
        fate.again_ns = n->replay_ns + draw_delay(n, way);
    return fate;
}

static void change(struct sim_way *way, const struct sim_action *a, uint64_t now_ns)
{
    switch (a->verb) {
    case SIM_CUT:
        way->cut = true;
        return;
    case SIM_HEAL:
        way->healed_ns = way->cut ? now_ns : way->healed_ns;
        way->cut = false;
        return;
    case SIM_LOSS:
        way->loss = a->millionths;
        return;
    case SIM_BURST:
        way->burst = a->millionths;
        way->burst_ns = a->duration_ns;
        return;
    case SIM_MTU:
        way->mtu_bytes = a->number;
        return;
    case SIM_RTT:
    case SIM_DELAY:
        way->delay_ns = a->duration_ns;
        way->jitter_ns = a->jitter_ns;
        return;
    default:
        return;
    }
}

static void mark_places(const struct sim_places *p, const uint8_t *set, bool marks[SIM_PLACES_MAX])
{
    memset(marks, 0, SIM_PLACES_MAX * sizeof(*marks));
    for (uint32_t node = 0; node < p->node_count; node++)
        marks[p->of_node[node]] |= set[node] != 0;
}

static void change_ways(struct sim_network *n, const struct sim_action *a, const uint8_t *set_a,
                        const uint8_t *set_b, uint64_t now_ns)
{
    struct sim_places *p = &n->places;
    bool in_a[SIM_PLACES_MAX], in_b[SIM_PLACES_MAX];
    sim_places_split(p, set_a);
    sim_places_split(p, set_b);
    mark_places(p, set_a, in_a);
    mark_places(p, set_b, in_b);
    for (uint32_t from = 0; from < p->count; from++) {
        for (uint32_t to = 0; to < p->count; to++) {
            bool forth = in_a[from] && in_b[to], back = in_a[to] && in_b[from];
            if (forth || (back && !a->one_way))
                change(sim_places_way(p, from, to), a, now_ns);
        }
    }
}

void sim_network_act(struct sim_network *n, const struct sim_action *a, const uint8_t *set_a,
                     const uint8_t *set_b, uint64_t now_ns)
{
    switch (a->verb) {
    case SIM_DUPLICATE:
        n->duplicate = a->millionths;
        return;
    case SIM_CORRUPT:
        n->corrupt = a->millionths;
        return;
    case SIM_REORDER:
        n->reorder = a->millionths;
        n->reorder_ns = a->duration_ns;
        return;
    case SIM_REPLAY:
        n->replay = a->millionths;
        n->replay_ns = a->duration_ns;
        return;
    default:
        change_ways(n, a, set_a, set_b, now_ns);
        return;
    }
}
