/* SPDX-License-Identifier: BSD-3-Clause */
/* Most drafts have a few kinds of faults, not all: what many faults at once hide, some seeds show
   (swarm testing). */
#include <inttypes.h>

#include "bench/sim/swarm_drawing.h"

/* Some time among the faults, early enough that `rest_ms` more are left; often in the last seconds:
   what has just begun is what healing finds. */
uint64_t sim_draw_moment(struct sim_drawing *d, uint64_t rest_ms)
{
    uint64_t all = d->draft->faults_ms, last;
    if (rest_ms + 1000 >= all)
        return 500;
    last = all - rest_ms - 500;
    return sim_draw_between(d, last > 5000 && sim_draw_chance(d, 30) ? last - 4000 : 500, last);
}

/* The last event happens again and again until `rest_ms` before the faults end. */
static void repeat(struct sim_drawing *d, uint64_t every_ms, uint64_t rest_ms)
{
    struct sim_draft *draft = d->draft;
    if (draft->event_count == 0 || rest_ms + 500 >= draft->faults_ms)
        return;
    struct sim_draft_event *last = &draft->events[draft->event_count - 1];
    uint64_t until_ms = draft->faults_ms - rest_ms - 500;
    if (until_ms < last->at_ms)
        return;
    last->every_ms = every_ms;
    last->until_ms = until_ms;
}

/* ---- faults ---- */

static void draw_loss(struct sim_drawing *d)
{
    uint64_t most = d->draft->promises ? d->terrain->loss_percent : 30;
    for (uint64_t i = sim_draw_between(d, 1, 3); i > 0; i--) {
        uint64_t percent = sim_draw_between(d, 0, most);
        uint64_t at_ms = sim_draw_chance(d, 50) ? 0 : sim_draw_moment(d, 0);
        if (d->draft->zone_count > 1 && sim_draw_chance(d, 30))
            sim_draw_once(d, at_ms, "loss %" PRIu64 "%% z1 z2", percent);
        else
            sim_draw_once(d, at_ms, "loss %" PRIu64 "%%", percent);
    }
}

static void draw_duplicates(struct sim_drawing *d)
{
    sim_draw_once(d, sim_draw_moment(d, 0), "duplicate %" PRIu64 "%%", sim_draw_between(d, 1, 20));
}

static void draw_reorder(struct sim_drawing *d)
{
    uint64_t most_ms = d->terrain->pause_ms / (d->draft->promises ? 10 : 1);
    sim_draw_once(d, sim_draw_moment(d, 0), "reorder %" PRIu64 "%% by %" PRIu64 "ms",
                  sim_draw_between(d, 1, 20), sim_draw_between(d, 1, most_ms));
}

static void draw_replay(struct sim_drawing *d)
{
    sim_draw_once(d, sim_draw_moment(d, 0), "replay %" PRIu64 "%% after %" PRIu64 "ms",
                  sim_draw_between(d, 1, 5), sim_draw_between(d, 100, d->draft->faults_ms));
}

static void draw_corruption(struct sim_drawing *d)
{
    sim_draw_once(d, sim_draw_moment(d, 0), "corrupt %" PRIu64 "%%",
                  sim_draw_between(d, 1, d->draft->promises ? 1 : 5));
}

/* A pair of nodes loses all for a while, but others do not: helpers find a way. */
static void draw_bursts(struct sim_drawing *d)
{
    bool mild = d->draft->promises;
    uint64_t most_ms = d->terrain->pause_ms / (mild ? 10 : 1) + 1;
    sim_draw_once(d, sim_draw_moment(d, 0), "burst %" PRIu64 "%% for %" PRIu64 "ms",
                  sim_draw_between(d, 1, mild ? 1 : 10), sim_draw_between(d, 1, most_ms));
}

/* Room for one record, if it is a long one. */
static void draw_mtu(struct sim_drawing *d)
{
    sim_draw_once(d, sim_draw_moment(d, 0), "mtu %" PRIu64, sim_draw_between(d, 300, 1400));
}

/* Whoever is clogged is rightly taken for dead. */
static void draw_clog(struct sim_drawing *d)
{
    if (d->draft->promises)
        return;
    uint64_t for_ms = sim_draw_between(d, 1000, d->draft->faults_ms);
    sim_draw_once(d, sim_draw_moment(d, for_ms), "clog %" PRIu64 " nodes for %" PRIu64 "ms",
                  sim_draw_between(d, 1, 5), for_ms);
}

/* Rarer polls than the tolerated pause, and their ring overflows at times. */
static void draw_starving(struct sim_drawing *d)
{
    uint64_t for_ms = sim_draw_between(d, 1000, d->draft->faults_ms),
             at_ms = sim_draw_moment(d, for_ms);
    sim_draw_once(d, at_ms, "ring n4 to %" PRIu64 " packets", sim_draw_between(d, 1, 100));
    sim_draw_once(d, at_ms, "starve n4 to %" PRIu64 "%% for %" PRIu64 "ms",
                  sim_draw_between(d, 5, 50), for_ms);
}

static void draw_lies(struct sim_drawing *d)
{
    uint64_t for_ms = sim_draw_between(d, 100, 2000);
    sim_draw_once(d, sim_draw_moment(d, for_ms), "lie n4 for %" PRIu64 "ms", for_ms);
}

static void draw_pauses(struct sim_drawing *d)
{
    bool mild = d->draft->promises;
    uint64_t most_ms = (uint64_t)d->terrain->pause_ms * (mild ? 1 : 8);
    uint64_t for_ms = sim_draw_between(d, most_ms / 10, most_ms);
    sim_draw_once(d, sim_draw_moment(d, for_ms), "pause %" PRIu64 "%% for %" PRIu64 "ms",
                  sim_draw_between(d, 1, mild ? 5 : 40), for_ms);
    if (sim_draw_chance(d, 60))
        repeat(d, sim_draw_between(d, mild ? 5ull * d->terrain->pause_ms : for_ms, 10 * most_ms),
               for_ms);
}

/* Most stay: the few survivors of a massacre would probe for minutes until they had found them all.
 */
static void draw_crashes(struct sim_drawing *d)
{
    uint64_t at_ms = sim_draw_moment(d, 2000);
    if (sim_draw_chance(d, 50))
        sim_draw_once(d, at_ms, "crash %" PRIu64 "%%",
                      sim_draw_between(d, 1, d->draft->promises ? 10 : 40));
    else
        sim_draw_once(d, at_ms, "crash %" PRIu64 " nodes", sim_draw_between(d, 1, 3));
    if (sim_draw_chance(d, 60))
        sim_draw_once(d, at_ms + sim_draw_between(d, 100, d->draft->faults_ms - at_ms - 200),
                      "restart crashed");
}

static void draw_churn(struct sim_drawing *d)
{
    uint64_t every_ms = sim_draw_between(d, 500, 10000);
    uint64_t at_ms = sim_draw_moment(d, 2 * every_ms);
    sim_draw_once(d, at_ms, "crash 1 nodes");
    repeat(d, every_ms, 0);
    sim_draw_once(d, at_ms + sim_draw_between(d, 1, every_ms), "restart crashed");
    repeat(d, every_ms, 0);
}

static void draw_lost_seeds(struct sim_drawing *d)
{
    uint64_t at_ms = sim_draw_moment(d, 2000);
    sim_draw_once(d, at_ms, "crash n1-n3");
    sim_draw_once(d, at_ms + sim_draw_between(d, 100, 1800), "restart n1-n3");
}

static void draw_leaves(struct sim_drawing *d)
{
    sim_draw_once(d, sim_draw_moment(d, 0), "leave %" PRIu64 " nodes", sim_draw_between(d, 1, 3));
    if (sim_draw_chance(d, 30))
        sim_draw_once(d, sim_draw_moment(d, 0), "leave n4");
}

static void draw_updates(struct sim_drawing *d)
{
    sim_draw_once(d, sim_draw_moment(d, 0), "update %" PRIu64 " nodes", sim_draw_between(d, 1, 5));
    if (sim_draw_chance(d, 50))
        repeat(d, sim_draw_between(d, 100, 5000), 0);
}

/* A step shows at the next start. */
static void draw_clock(struct sim_drawing *d)
{
    uint64_t at_ms = sim_draw_moment(d, 2000);
    bool back = !d->draft->promises && sim_draw_chance(d, 50);
    sim_draw_once(d, at_ms, "clock n4 %s %" PRIu64 "s", back ? "back" : "forward",
                  sim_draw_between(d, 1, 3600));
    sim_draw_once(d, at_ms, "crash n4");
    sim_draw_once(d, at_ms + sim_draw_between(d, 100, 1800), "restart n4");
}

static void draw_cut(struct sim_drawing *d)
{
    uint64_t from = sim_draw_between(d, 1, d->draft->zone_count);
    uint64_t to = from % d->draft->zone_count + 1;
    uint64_t long_ms = sim_draw_between(d, 500, d->draft->faults_ms - 1000);
    uint64_t at_ms = sim_draw_moment(d, long_ms);
    if (sim_draw_chance(d, 40))
        sim_draw_once(d, at_ms, "cut z%" PRIu64, from);
    else
        sim_draw_once(d, at_ms, "cut z%" PRIu64 " %sz%" PRIu64, from,
                      sim_draw_chance(d, 50) ? "-> " : "", to);
    if (sim_draw_chance(d, 30))
        sim_draw_once(d, at_ms + long_ms, "heal z%" PRIu64 " z%" PRIu64, from, to);
    else
        sim_draw_once(d, at_ms + long_ms, "heal");
}

static const struct sim_draw_kind of_all[] = {
    {draw_duplicates, 25}, {draw_reorder, 25},  {draw_replay, 25},  {draw_corruption, 20},
    {draw_crashes, 60},    {draw_leaves, 30},   {draw_updates, 40}, {draw_lost_seeds, 15},
    {draw_clock, 20},      {draw_churn, 15},    {draw_bursts, 20},  {draw_mtu, 10},
    {draw_clog, 15},       {draw_starving, 15}, {draw_lies, 10},
};

void sim_draw_faults(struct sim_drawing *d)
{
    bool mild = d->draft->promises;
    bool pauses = sim_draw_chance(d, 40);
    if (!pauses || !mild) /* pauses and much loss together are promised nothing */
        draw_loss(d);
    else
        sim_draw_once(d, 0, "loss %" PRIu64 "%%",
                      sim_draw_between(d, 0, d->terrain->paused_percent));
    if (pauses)
        draw_pauses(d);
    sim_draw_some(d, of_all, sizeof(of_all) / sizeof(of_all[0]));
    for (uint32_t i = 0; i < 3 && d->draft->zone_count > 1 && sim_draw_chance(d, 45); i++)
        draw_cut(d);
    sim_draw_node_faults(d);
}
