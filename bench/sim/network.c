/* SPDX-License-Identifier: BSD-3-Clause */
#include "bench/sim/network.h"

#include <string.h>

void sim_network_create(struct sim_network *n, const struct sim_scenario *s, uint64_t seed)
{
    memset(n, 0, sizeof(*n));
    memcpy(n->paths, s->paths, sizeof(n->paths));
    n->prng.state = seed;
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

struct sim_fate sim_network_decide(struct sim_network *n, uint32_t from, uint32_t to)
{
    struct sim_fate fate = {.copies = 0};
    const struct sim_path *path = &n->paths[from][to];
    if (n->cut[from][to])
        return fate;
    /* A sealed frame that was damaged does not open, an open one fails the UDP checksum: either way
       it is lost. */
    if (!strikes(n, n->loss[from][to]) && !strikes(n, n->corrupt))
        fate.delay_ns[fate.copies++] = draw_delay(n, path);
    if (strikes(n, n->duplicate))
        fate.delay_ns[fate.copies++] = draw_delay(n, path);
    if (strikes(n, n->replay))
        fate.delay_ns[fate.copies++] = n->replay_ns + draw_delay(n, path);
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
        }
    }
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
