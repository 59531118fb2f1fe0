/* SPDX-License-Identifier: BSD-3-Clause */
#include "bench/sim/places.h"

#include <err.h>
#include <stdlib.h>
#include <string.h>

bool sim_places_create(struct sim_places *p, const uint32_t *zone_of_node, uint32_t node_count,
                       uint32_t zone_count)
{
    *p = (struct sim_places){.count = zone_count, .room = zone_count, .node_count = node_count};
    p->of_node = calloc(node_count, sizeof(*p->of_node));
    p->ways = calloc((size_t)zone_count * zone_count, sizeof(*p->ways));
    p->zones = calloc(zone_count, sizeof(*p->zones));
    if (p->of_node == NULL || p->ways == NULL || p->zones == NULL)
        return false;
    for (uint32_t node = 0; node < node_count; node++)
        p->of_node[node] = (uint16_t)zone_of_node[node];
    for (uint32_t zone = 0; zone < zone_count; zone++)
        p->zones[zone] = zone;
    return true;
}

void sim_places_destroy(struct sim_places *p)
{
    free(p->of_node);
    free(p->ways);
    free(p->zones);
    memset(p, 0, sizeof(*p));
}

/* ---- splitting ---- */

static void make_room(struct sim_places *p, uint32_t count)
{
    uint32_t room = p->room;
    while (room < count)
        room *= 2;
    if (room == p->room)
        return;
    struct sim_way *ways = calloc((size_t)room * room, sizeof(*ways));
    p->zones = realloc(p->zones, room * sizeof(*p->zones));
    if (ways == NULL || p->zones == NULL)
        errx(1, "out of memory for %u sets of nodes with faults of their own", count);
    for (uint32_t from = 0; from < p->count; from++)
        memcpy(&ways[from * room], &p->ways[from * p->room], p->count * sizeof(*ways));
    free(p->ways);
    p->ways = ways;
    p->room = room;
}

/* Returns the number of a new place, which is as that one. */
static uint32_t add_like(struct sim_places *p, uint32_t place)
{
    uint32_t added = p->count++;
    p->zones[added] = p->zones[place];
    for (uint32_t other = 0; other < added; other++) {
        *sim_places_way(p, added, other) = *sim_places_way(p, place, other);
        *sim_places_way(p, other, added) = *sim_places_way(p, other, place);
    }
    *sim_places_way(p, added, added) = *sim_places_way(p, place, place);
    return added;
}

/* What a place has: 1 nodes of the set, 2 others, 3 both. Returns how many have both. */
static uint32_t find_both(const struct sim_places *p, const uint8_t *set,
                          uint8_t has[SIM_PLACES_MAX])
{
    uint32_t both = 0;
    memset(has, 0, SIM_PLACES_MAX);
    for (uint32_t node = 0; node < p->node_count; node++)
        has[p->of_node[node]] |= set[node] != 0 ? 1 : 2;
    for (uint32_t place = 0; place < p->count; place++)
        both += has[place] == 3;
    return both;
}

void sim_places_split(struct sim_places *p, const uint8_t *set)
{
    uint8_t has[SIM_PLACES_MAX];
    uint32_t parts[SIM_PLACES_MAX], before;
    uint32_t both = find_both(p, set, has);
    if (p->count + both > SIM_PLACES_MAX) {
        sim_places_join(p);
        both = find_both(p, set, has);
    }
    if (p->count + both > SIM_PLACES_MAX)
        errx(1, "more than %d sets of nodes with faults of their own", SIM_PLACES_MAX);
    make_room(p, p->count + both);
    before = p->count;
    for (uint32_t place = 0; place < before; place++)
        parts[place] = has[place] == 3 ? add_like(p, place) : place;
    for (uint32_t node = 0; node < p->node_count; node++) {
        if (set[node] != 0)
            p->of_node[node] = (uint16_t)parts[p->of_node[node]];
    }
}

/* ---- joining ---- */

/* The end of a cut is past: it makes no difference. */
static bool is_alike(const struct sim_way *a, const struct sim_way *b)
{
    return a->delay_ns == b->delay_ns && a->jitter_ns == b->jitter_ns && a->loss == b->loss &&
           a->burst == b->burst && (a->burst == 0 || a->burst_ns == b->burst_ns) &&
           a->mtu_bytes == b->mtu_bytes && a->cut == b->cut;
}

static bool are_alike(const struct sim_places *p, uint32_t a, uint32_t b)
{
    const struct sim_way *within = sim_places_way(p, a, a);
    if (p->zones[a] != p->zones[b] || !is_alike(within, sim_places_way(p, b, b)) ||
        !is_alike(within, sim_places_way(p, a, b)) || !is_alike(within, sim_places_way(p, b, a)))
        return false;
    for (uint32_t c = 0; c < p->count; c++) {
        if (c != a && c != b &&
            (!is_alike(sim_places_way(p, a, c), sim_places_way(p, b, c)) ||
             !is_alike(sim_places_way(p, c, a), sim_places_way(p, c, b))))
            return false;
    }
    return true;
}

/* The place `gone` is empty: the last one takes its number. */
static void drop(struct sim_places *p, uint32_t gone, uint32_t into)
{
    uint32_t last = --p->count;
    for (uint32_t node = 0; node < p->node_count; node++) {
        if (p->of_node[node] == gone)
            p->of_node[node] = (uint16_t)into;
        else if (p->of_node[node] == last)
            p->of_node[node] = (uint16_t)gone;
    }
    if (gone == last)
        return;
    p->zones[gone] = p->zones[last];
    for (uint32_t other = 0; other <= last; other++)
        *sim_places_way(p, gone, other) = *sim_places_way(p, last, other);
    for (uint32_t other = 0; other <= last; other++)
        *sim_places_way(p, other, gone) = *sim_places_way(p, other, last);
}

static void keep_later(struct sim_way *kept, const struct sim_way *gone)
{
    if (gone->healed_ns > kept->healed_ns)
        kept->healed_ns = gone->healed_ns;
}

void sim_places_join(struct sim_places *p)
{
    for (uint32_t a = 0; a < p->count; a++) {
        for (uint32_t b = a + 1; b < p->count;) {
            if (!are_alike(p, a, b)) {
                b++;
                continue;
            }
            for (uint32_t c = 0; c < p->count; c++) {
                keep_later(sim_places_way(p, a, c), sim_places_way(p, b, c));
                keep_later(sim_places_way(p, c, a), sim_places_way(p, c, b));
            }
            drop(p, b, a);
        }
    }
}
