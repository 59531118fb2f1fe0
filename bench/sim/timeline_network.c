/* SPDX-License-Identifier: BSD-3-Clause */
/* Actions on the network, and what follows from them for the judges of a run. */
#include <stdlib.h>
#include <string.h>

#include "bench/sim/world.h"

void sim_timeline_tell_zone(struct sim_world *w, enum sim_news_kind kind, uint32_t zone)
{
    struct sim_news news = {
        .at_ns = sim_world_ns(w), .node = zone, .of_zone = true, .earlier = SIM_NEWS_NONE};
    sim_watch_news(&w->watch, kind, &news);
}

static uint32_t count_in(const uint8_t *set, uint32_t first, uint32_t count)
{
    uint32_t sum = 0;
    for (uint32_t i = 0; i < count; i++)
        sum += set[first + i] != 0;
    return sum;
}

/* A zone that is cut from all others is news; so is its healing. */
static void tell_of_zones(struct sim_world *w, const struct sim_action *a, const uint8_t *set_a,
                          const uint8_t *set_b)
{
    const struct sim_scenario *s = w->scenario;
    uint32_t in_a = count_in(set_a, 0, s->node_count);
    for (uint32_t zone = 0; zone < s->zone_count; zone++) {
        uint32_t first = s->zones[zone].first, count = s->zones[zone].count;
        uint32_t of_a = count_in(set_a, first, count), of_b = count_in(set_b, first, count);
        bool cut = a->verb == SIM_CUT && !a->one_way && sim_pick_is_all(&a->b, s->node_count) &&
                   of_a == count && in_a == count;
        bool heals = a->verb == SIM_HEAL && w->is_cut_off[zone] && of_a + of_b > 0;
        if (cut)
            sim_timeline_tell_zone(w, SIM_NEWS_UNREACHABLE, zone);
        if (heals)
            sim_timeline_tell_zone(w, SIM_NEWS_REACHABLE, zone);
        w->is_cut_off[zone] = (w->is_cut_off[zone] || cut) && !heals;
    }
}

/* Of two nodes so apart, one may go on telling for long what the other knows better. */
#define DEAF_MILLIONTHS 500000u

static void find_cuts(const struct sim_world *w, bool cuts[SIM_ZONES_MAX][SIM_ZONES_MAX])
{
    const struct sim_places *p = &w->network.places;
    for (uint32_t from = 0; from < p->count; from++) {
        for (uint32_t to = 0; to < p->count; to++) {
            const struct sim_way *way = sim_places_way(p, from, to);
            if (!way->cut && way->loss < DEAF_MILLIONTHS)
                continue;
            cuts[p->zones[from]][p->zones[to]] = true;
            cuts[p->zones[to]][p->zones[from]] = true;
        }
    }
}

/* What is told between zones that are cut is not heard. */
static void note_cuts(struct sim_world *w)
{
    bool cuts[SIM_ZONES_MAX][SIM_ZONES_MAX] = {{false}};
    find_cuts(w, cuts);
    for (uint32_t a = 0; a < w->scenario->zone_count; a++) {
        for (uint32_t b = 0; b <= a; b++) {
            struct sim_silence silence = {w->now_ns, SIM_ENDLESS, SIM_SILENCE_CUT, a, b};
            if (cuts[a][b] && !w->is_cut[a][b])
                sim_silence_begin(&w->lives, &silence);
            if (!cuts[a][b] && w->is_cut[a][b])
                sim_silence_end(&w->lives, SIM_SILENCE_CUT, a, b, w->now_ns);
            w->is_cut[a][b] = cuts[a][b];
        }
    }
}

/* A cut between nodes and all: those and all others. */
static void leave_out(uint8_t *all, const uint8_t *others, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        all[i] = others[i] == 0;
}

void sim_timeline_act_on_network(struct sim_world *w, const struct sim_action *a)
{
    uint32_t nodes = w->scenario->node_count;
    uint8_t *set_a = sim_world_pick_set(w, &a->a, a->verb);
    uint8_t *set_b = sim_world_pick_set(w, &a->b, a->verb);
    if (a->verb == SIM_CUT && sim_pick_is_all(&a->b, nodes))
        leave_out(set_b, set_a, nodes);
    else if (a->verb == SIM_CUT && sim_pick_is_all(&a->a, nodes))
        leave_out(set_a, set_b, nodes);
    sim_network_act(&w->network, a, set_a, set_b, w->now_ns);
    tell_of_zones(w, a, set_a, set_b);
    if (a->verb == SIM_HEAL)
        w->healed_ns = w->now_ns;
    note_cuts(w);
    free(set_a);
    free(set_b);
}
