/* SPDX-License-Identifier: BSD-3-Clause */
#include "bench/sim/repairs.h"

#include "bench/sim/world.h"

/* Of one question: tries, and members that a walk asks for in one at least (sync.c, walk.c). */
#define TRIES         6
#define TURNS         12
#define RANGE_MEMBERS 16
/* For waiting in turn for room in the byte cap. */
#define ROOM_NS       60000000000ull

static uint64_t patience_ns(const struct sl_config *c)
{
    return (c->probe_tries * c->probe_try_interval_ns + c->probe_helper_wait_ns) * 9 / 8;
}

/* An opening, and a walk of which nothing is answered: its ranges go one behind the other at worst.
 */
uint64_t sim_repair_bound_ns(const struct sim_world *w)
{
    uint64_t ranges = w->scenario->node_count / RANGE_MEMBERS + 2;
    return (TURNS + TRIES + TRIES * ranges) * patience_ns(&w->scenario->options.config) + ROOM_NS;
}

/* All faults are over, and what they began is spread. */
static bool is_quiet(const struct sim_world *w)
{
    uint64_t spread_ns = w->scenario->options.config.spread_ns;
    return sim_world_ns(w) > w->watch.last_action_ns + spread_ns;
}

static uint64_t life_of(const struct sim_world *w, uint32_t viewer, uint32_t member)
{
    const struct sl_view *view = sl_engine_view(w->nodes[viewer].engine);
    uint64_t word = sl_view_word(view, w->directory.entries[member].id);
    return sl_word_is_live(word) ? sl_word_incarnation(word) : 0;
}

static bool is_cut_from(const struct sim_world *w, uint32_t a, uint32_t b)
{
    return sim_places_between(&w->network.places, a, b)->cut ||
           sim_places_between(&w->network.places, b, a)->cut;
}

/* A cut goes on between the member and one of the two, who thus accuses it anew for ever. */
static bool is_restless(const struct sim_world *w, const struct sim_repair *r, uint32_t member)
{
    bool restless = is_cut_from(w, member, r->node) || is_cut_from(w, member, r->peer);
    bool is_one_of_them = member == r->node || member == r->peer;
    for (uint32_t i = 0; i < w->scenario->node_count && is_one_of_them && !restless; i++)
        restless = is_cut_from(w, member, i);
    return restless;
}

static void follow(struct sim_node *node, uint32_t peer, uint64_t number)
{
    struct sim_world *w = node->world;
    struct sim_repair *r = &w->repairs.followed[w->repairs.count];
    *r = (struct sim_repair){
        .node = node->number,
        .peer = peer,
        .life = node->life,
        .peer_life = w->nodes[peer].life,
        .number = number,
        .failed = sl_engine_stats(node->engine)->syncs_failed,
        .began_ns = w->now_ns,
    };
    for (uint32_t i = 0; i < w->scenario->node_count && r->count < SIM_REPAIR_MEMBERS_MAX; i++) {
        if (life_of(w, r->node, i) != life_of(w, peer, i) && !is_restless(w, r, i))
            r->members[r->count++] = i;
    }
    w->repairs.count += r->count > 0;
}

/* Whoever got no answer may turn to somebody else: then it is no session of those two. */
static void forget_others(struct sim_repairs *repairs, uint32_t node, uint32_t peer)
{
    for (uint32_t i = 0; i < repairs->count; i++) {
        struct sim_repair *r = &repairs->followed[i];
        if (r->node == node && r->peer != peer && r->ended_ns == 0)
            *r = repairs->followed[--repairs->count];
    }
}

void sim_repairs_asked(struct sim_node *node, uint32_t peer)
{
    struct sim_world *w = node->world;
    const struct sl_engine_stats *stats = sl_engine_stats(node->engine);
    if (stats->syncs_started == node->sync_number) {
        forget_others(&w->repairs, node->number, peer);
        return;
    }
    node->sync_number = stats->syncs_started;
    node->sync_began_ns = w->now_ns;
    if (stats->phase == SL_PHASE_MEMBER && w->repairs.count < SIM_REPAIRS_MAX && is_quiet(w) &&
        peer < w->scenario->node_count && w->nodes[peer].state == SIM_NODE_UP)
        follow(node, peer, node->sync_number);
}

static uint32_t differing(const struct sim_world *w, const struct sim_repair *r)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < r->count; i++)
        count += life_of(w, r->node, r->members[i]) != life_of(w, r->peer, r->members[i]);
    return count;
}

/* Whom the other view holds dead is asked first, then suspected, then asked for the last time;
   twice as long for a node that is not well. */
static uint64_t effect_ns(const struct sl_config *c)
{
    uint64_t asked_ns = c->probe_tries * c->probe_try_interval_ns +
                        (c->probe_helper_rounds + 1) * c->probe_helper_wait_ns;
    return 2 * (2 * asked_ns + c->suspicion_max_ns + c->spread_ns);
}

/* On this way long frames may vanish. */
static bool is_narrow(const struct sim_world *w, uint32_t from, uint32_t to)
{
    uint32_t mtu = sim_places_between(&w->network.places, from, to)->mtu_bytes;
    return mtu != 0 && mtu < w->scenario->options.config.frame_bytes;
}

/* What there was no room for, in a table or on the way, no session can bring. */
static bool lacks_room(const struct sim_world *w, const struct sim_repair *r)
{
    return w->nodes[r->node].was_full || w->nodes[r->peer].was_full ||
           is_narrow(w, r->node, r->peer) || is_narrow(w, r->peer, r->node);
}

/* Returns whether there is nothing more to see. */
static bool judge(struct sim_world *w, struct sim_repair *r)
{
    const struct sim_node *node = &w->nodes[r->node], *peer = &w->nodes[r->peer];
    if (node->state != SIM_NODE_UP || peer->state != SIM_NODE_UP || node->life != r->life ||
        peer->life != r->peer_life || !is_quiet(w) || lacks_room(w, r))
        return true;
    const struct sl_engine_stats *stats = sl_engine_stats(node->engine);
    if (stats->syncs_ended < r->number)
        return false;
    if (r->ended_ns == 0) {
        r->ended_ns = w->now_ns;
        if (stats->syncs_failed > r->failed)
            return true; /* nobody promises what a lost answer teaches */
    }
    uint32_t left = differing(w, r);
    bool late = w->now_ns - r->ended_ns > effect_ns(&w->scenario->options.config);
    if (left == r->count && !late)
        return false;
    w->repairs.judged++;
    sim_check_repair(&w->invariants, sim_world_ns(w), r->node, r->peer, r->count, left);
    return true;
}

void sim_repairs_run(struct sim_world *w)
{
    struct sim_repairs *repairs = &w->repairs;
    for (uint32_t i = 0; i < repairs->count;) {
        if (judge(w, &repairs->followed[i]))
            repairs->followed[i] = repairs->followed[--repairs->count];
        else
            i++;
    }
}

void sim_repairs_check_ends(struct sim_world *w)
{
    uint64_t bound_ns = sim_repair_bound_ns(w);
    for (uint32_t i = 0; i < w->scenario->node_count; i++) {
        struct sim_node *node = &w->nodes[i];
        if (node->sync_began_ns == 0)
            continue;
        bool is_over = node->state == SIM_NODE_DOWN ||
                       sl_engine_stats(node->engine)->syncs_ended >= node->sync_number;
        if (node->state == SIM_NODE_PAUSED || node->is_starved)
            node->sync_began_ns = w->now_ns;
        else if (is_over || !sim_check_session(&w->invariants, sim_world_ns(w), i,
                                               w->now_ns - node->sync_began_ns, bound_ns))
            node->sync_began_ns = 0; /* said once */
    }
}
