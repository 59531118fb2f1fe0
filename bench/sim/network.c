/* SPDX-License-Identifier: BSD-3-Clause */
#include "bench/sim/network.h"

#include <string.h>

void sim_network_create(struct sim_network *n, const struct sim_scenario *s, uint64_t seed)
{
    memset(n, 0, sizeof(*n));
    memcpy(n->paths, s->paths, sizeof(n->paths));
    n->prng.state = seed;
    n->burst_salt = sl_prng_next(&n->prng);
}

static bool strikes(struct sim_network *n, uint32_t millionths)
{
    return millionths != 0 && sl_prng_below(&n->prng, SIM_MILLION) < millionths;
}

static uint64_t draw_delay(struct sim_network *n, const struct sim_path *path)
{
    uint64_t delay_ns = path->delay_ns;
    if (path->jitter_ns != 0)
        delay_ns += sl_prng_next(&n->prng) % (path->jitter_ns + 1);
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
static bool is_in_burst(const struct sim_network *n, const struct sim_passage *p)
{
    uint32_t share = n->burst[p->from_zone][p->to_zone];
    if (share == 0)
        return false;
    uint64_t pair = chance_of(n->burst_salt, (uint64_t)p->from << 32 | p->to);
    uint64_t window = (p->now_ns + pair % n->burst_ns) / n->burst_ns;
    return chance_of(pair, window) % SIM_MILLION < share;
}

static bool is_lost(struct sim_network *n, const struct sim_passage *p)
{
    uint32_t mtu = n->mtu_bytes[p->from_zone][p->to_zone];
    /* A sealed frame that was damaged does not open, an open one fails the UDP checksum: either way
       it is lost. */
    return strikes(n, n->loss[p->from_zone][p->to_zone]) || strikes(n, n->corrupt) ||
           (mtu != 0 && p->length_bytes > mtu) || is_in_burst(n, p);
}

struct sim_fate sim_network_decide(struct sim_network *n, const struct sim_passage *p)
{
    struct sim_fate fate = {.copies = 0};
    const struct sim_path *path = &n->paths[p->from_zone][p->to_zone];
    if (n->cut[p->from_zone][p->to_zone])
        return fate;
    if (!is_lost(n, p))
        fate.delay_ns[fate.copies++] = draw_delay(n, path);
    if (strikes(n, n->duplicate))
        fate.delay_ns[fate.copies++] = draw_delay(n, path);
    fate.comes_again = strikes(n, n->replay);
    if (fate.comes_again)
        fate.again_ns = n->replay_ns + draw_delay(n, path);
    return fate;
}

static bool concerns(const struct sim_action *a, uint32_t from, uint32_t to)
{
    bool forth = (a->zone_a == SIM_ZONE_ANY || a->zone_a == from) &&
                 (a->zone_b == SIM_ZONE_ANY || a->zone_b == to);
    bool back = (a->zone_a == SIM_ZONE_ANY || a->zone_a == to) &&
                (a->zone_b == SIM_ZONE_ANY || a->zone_b == from);
    return forth || (back && !a->one_way);
}

void sim_network_act(struct sim_network *n, const struct sim_action *a)
{
    for (uint32_t from = 0; from < SIM_ZONES_MAX; from++) {
        for (uint32_t to = 0; to < SIM_ZONES_MAX; to++) {
            if (!concerns(a, from, to))
                continue;
            if (a->verb == SIM_CUT && from != to)
                n->cut[from][to] = true;
            if (a->verb == SIM_HEAL)
                n->cut[from][to] = false;
            if (a->verb == SIM_LOSS)
                n->loss[from][to] = a->millionths;
            if (a->verb == SIM_BURST)
                n->burst[from][to] = a->millionths;
            if (a->verb == SIM_MTU)
                n->mtu_bytes[from][to] = a->number;
        }
    }
    if (a->verb == SIM_BURST)
        n->burst_ns = a->duration_ns;
    if (a->verb == SIM_DUPLICATE)
        n->duplicate = a->millionths;
    if (a->verb == SIM_CORRUPT)
        n->corrupt = a->millionths;
    if (a->verb == SIM_REORDER) {
        n->reorder = a->millionths;
        n->reorder_ns = a->duration_ns;
    }
    if (a->verb == SIM_REPLAY) {
        n->replay = a->millionths;
        n->replay_ns = a->duration_ns;
    }
}
