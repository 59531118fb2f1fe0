/* SPDX-License-Identifier: BSD-3-Clause */
/* Faults of the network of some nodes, and records that are not theirs. */
#include <inttypes.h>

#include "bench/sim/swarm_drawing.h"

/* Faults of some nodes' own network, one way or both. */
static void draw_node_loss(struct sim_drawing *d)
{
    static const char *const whose[] = {"n4",        "2 nodes", "n4 -> all",
                                        "all -> n3", "n3 n4",   "5% -> all"};
    uint64_t most = d->draft->promises ? d->terrain->loss_percent / 2 : 90;
    sim_draw_once(d, sim_draw_moment(d, 0), "loss %" PRIu64 "%% %s", sim_draw_between(d, 0, most),
                  whose[sim_draw_between(d, 0, 5)]);
}

/* The same nodes suffer one thing after the other. */
static void draw_bad_nodes(struct sim_drawing *d)
{
    uint64_t most = d->draft->promises ? d->terrain->loss_percent / 2 : 90;
    uint64_t at_ms = sim_draw_moment(d, 2000);
    sim_draw_once(d, at_ms, "pick bad %" PRIu64 " nodes", sim_draw_between(d, 1, 3));
    sim_draw_once(d, at_ms, "loss %" PRIu64 "%% bad", sim_draw_between(d, 0, most));
    if (sim_draw_chance(d, 50))
        sim_draw_once(d, at_ms + sim_draw_between(d, 0, 800), "crash bad over %" PRIu64 "ms",
                      sim_draw_between(d, 0, 500));
    sim_draw_once(d, at_ms + sim_draw_between(d, 1400, 1900), "restart bad");
}

static void draw_node_mtu(struct sim_drawing *d)
{
    sim_draw_once(d, sim_draw_moment(d, 0), "mtu %" PRIu64 " %s", sim_draw_between(d, 300, 1400),
                  sim_draw_chance(d, 50) ? "n4" : "n3 -> all");
}

static void draw_node_cut(struct sim_drawing *d)
{
    static const char *const whose[] = {"n4", "3 nodes", "all -> n4", "n3-n4 -> all", "n3 n4"};
    uint64_t long_ms = sim_draw_between(d, 500, d->draft->faults_ms - 1000);
    uint64_t at_ms = sim_draw_moment(d, long_ms);
    sim_draw_once(d, at_ms, "cut %s", whose[sim_draw_between(d, 0, 4)]);
    sim_draw_once(d, at_ms + long_ms, "heal%s", sim_draw_chance(d, 30) ? " n4" : "");
}

/* Others than the topology's until the faults end. */
static void draw_delays(struct sim_drawing *d)
{
    bool mild = d->draft->promises;
    uint64_t most_us = mild ? 2ull * d->terrain->near_rtt_us : 3000ull * d->terrain->far_rtt_ms;
    sim_draw_once(d, sim_draw_moment(d, 0), "rtt %s%" PRIu64 "us",
                  sim_draw_chance(d, 50) ? "n4 " : "", sim_draw_between(d, 100, most_us));
    if (sim_draw_chance(d, 50))
        sim_draw_once(d, sim_draw_moment(d, 0),
                      "delay n3 -> all %" PRIu64 "us jitter %" PRIu64 "us",
                      sim_draw_between(d, 100, most_us), sim_draw_between(d, 0, most_us / 10));
}

/* A bad crystal is off by 0.01 %. */
static void draw_drift(struct sim_drawing *d)
{
    sim_draw_once(d, sim_draw_moment(d, 0), "drift 20%% by 0.0%" PRIu64 "%% %s",
                  sim_draw_between(d, 1, 9), sim_draw_chance(d, 50) ? "faster" : "slower");
}

static void draw_forged(struct sim_drawing *d)
{
    static const char *const statuses[] = {"alive", "suspect", "dead"};
    static const char *const senders[] = {"n4", "stranger"};
    sim_draw_once(d, sim_draw_moment(d, 2000), "forge %s of 2 nodes up %" PRIu64 " from %s",
                  statuses[sim_draw_between(d, 0, 2)], sim_draw_between(d, 0, 3),
                  senders[sim_draw_between(d, 0, 1)]);
}

static void draw_tags(struct sim_drawing *d)
{
    sim_draw_once(d, sim_draw_moment(d, 0), "tag %" PRIu64 " nodes role=r%" PRIu64 ",rack=7",
                  sim_draw_between(d, 1, 5), sim_draw_between(d, 1, 9));
}

/* Back at another address, maybe before anybody has missed it. */
static void draw_move(struct sim_drawing *d)
{
    uint64_t at_ms = sim_draw_moment(d, 2000);
    sim_draw_once(d, at_ms, "crash n4");
    if (d->draft->zone_count > 1 && sim_draw_chance(d, 30))
        sim_draw_once(d, at_ms, "move n4 to zone z2");
    else
        sim_draw_once(d, at_ms, "move n4");
    sim_draw_once(d, at_ms + sim_draw_between(d, 100, 1800), "restart n4");
}

/* Of all that are dead or have left there: behind a cut, of living members. */
static void draw_removal(struct sim_drawing *d)
{
    sim_draw_once(d, sim_draw_moment(d, 0), "remove all by n4");
}

static const struct sim_draw_kind of_nodes[] = {
    {draw_node_loss, 20}, {draw_bad_nodes, 10}, {draw_node_mtu, 5}, {draw_node_cut, 20},
    {draw_delays, 15},    {draw_forged, 10},    {draw_drift, 15},   {draw_tags, 10},
    {draw_move, 10},      {draw_removal, 15},
};

void sim_draw_node_faults(struct sim_drawing *d)
{
    sim_draw_some(d, of_nodes, sizeof(of_nodes) / sizeof(of_nodes[0]));
}
