/* SPDX-License-Identifier: BSD-3-Clause */
/* From a seed to a draft. */
#include <inttypes.h>
#include <stdarg.h>
#include <string.h>

#include "bench/sim/swarm_drawing.h"

static const struct sim_terrain terrains[] = {
    {"lan", 4, 300, 2000, 10, 500, 20, 10, 2},
    {"wan", 4, 300, 2000, 200, 2000, 40, 20, 2},
    {"edge", 2, 100, 500, 1, 50, 6, 1, 1},
};

void sim_draft_add(struct sim_draft *draft, const struct sim_draft_event *event)
{
    if (draft->event_count < SIM_DRAFT_EVENTS_MAX)
        draft->events[draft->event_count++] = *event;
}

void sim_draw_once(struct sim_drawing *d, uint64_t at_ms, const char *format, ...)
{
    struct sim_draft_event event = {.at_ms = at_ms};
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(event.what, sizeof(event.what), format, arguments);
    va_end(arguments);
    sim_draft_add(d->draft, &event);
}

void sim_draw_some(struct sim_drawing *d, const struct sim_draw_kind *kinds, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (sim_draw_chance(d, kinds[i].percent))
            kinds[i].draw(d);
    }
}

/* ---- topology and knobs ---- */

static void draw_zones(struct sim_drawing *d)
{
    struct sim_draft *draft = d->draft;
    static const uint32_t sizes[] = {16, 40, 100, 300}; /* small clusters as often as large ones */
    uint32_t most = sizes[sim_draw_between(d, 0, 3)];
    most = most < d->terrain->nodes_max ? most : d->terrain->nodes_max;
    uint32_t nodes = (uint32_t)sim_draw_between(d, 8, most);
    draft->zone_count =
        sim_draw_chance(d, 40) ? 1 : (uint32_t)sim_draw_between(d, 2, SIM_DRAFT_ZONES_MAX);
    for (uint32_t i = 0; i < draft->zone_count; i++) {
        uint32_t left = draft->zone_count - i - 1;
        draft->zone_nodes[i] = left == 0 ? nodes : (uint32_t)sim_draw_between(d, 1, nodes - left);
        nodes -= draft->zone_nodes[i];
        for (uint32_t j = i + 1; j < draft->zone_count; j++)
            draft->far_rtt_us[i][j] = 1000 * sim_draw_between(d, 1, d->terrain->far_rtt_ms);
    }
    draft->rtt_us = sim_draw_between(d, 100, d->terrain->near_rtt_us);
    draft->jitter_us = sim_draw_between(d, 0, draft->rtt_us);
    if (sim_draw_chance(d, 40)) {
        draft->joiners =
            (uint32_t)sim_draw_between(d, 1, sim_draft_nodes(draft) - SIM_DRAFT_NODES_MIN);
        draft->join_at_ms = sim_draw_moment(d, 5000);
        draft->join_over_ms = sim_draw_between(d, 0, 4000);
    }
}

static void draw_knobs(struct sim_drawing *d)
{
    static const struct {
        const char *key;
        uint32_t least, most;
        bool weakens; /* below the profile's value its promises are off */
    } knobs[] = {
        {"gossip_fanout", 2, 5, true},         {"probe_tries", 2, 5, true},
        {"probe_helpers", 1, 6, true},         {"suspicion_confirmations", 0, 4, true},
        {"transmit_multiplier", 2, 6, true},   {"max_rumours", 32, 512, true},
        {"max_suspicions", 8, 128, true},      {"frame_bytes", 576, 1400, false},
        {"table_load_percent", 10, 90, false},
    };
    for (size_t i = 0; i < sizeof(knobs) / sizeof(knobs[0]); i++) {
        struct sim_draft *draft = d->draft;
        if (!sim_draw_chance(d, 12) || (knobs[i].weakens && draft->promises) ||
            draft->knob_count == SIM_DRAFT_KNOBS_MAX)
            continue;
        snprintf(draft->knobs[draft->knob_count++], sizeof(draft->knobs[0]), "%s %" PRIu64,
                 knobs[i].key, sim_draw_between(d, knobs[i].least, knobs[i].most));
    }
}

static const struct sim_terrain *draw_terrain(struct sim_drawing *d)
{
    uint32_t at = sl_prng_below(&d->prng, 10);
    const struct sim_terrain *terrain = terrains;
    for (; at >= terrain->weight; terrain++)
        at -= terrain->weight;
    return terrain;
}

static void sort_events(struct sim_draft *draft)
{
    for (uint32_t i = 1; i < draft->event_count; i++) {
        for (uint32_t j = i; j > 0 && draft->events[j].at_ms < draft->events[j - 1].at_ms; j--) {
            struct sim_draft_event later = draft->events[j - 1];
            draft->events[j - 1] = draft->events[j];
            draft->events[j] = later;
        }
    }
}

void sim_draft_draw(struct sim_draft *draft, uint64_t seed)
{
    struct sim_drawing d = {.prng = {seed}, .draft = draft};
    memset(draft, 0, sizeof(*draft));
    draft->seed = draft->run_seed = seed;
    draft->settles = true;
    d.terrain = draw_terrain(&d);
    draft->profile = d.terrain->profile;
    draft->promises = sim_draw_chance(&d, 60);
    draft->faults_ms = 1000 * sim_draw_between(&d, d.terrain->faults_s, 3ull * d.terrain->faults_s);
    draw_zones(&d);
    draw_knobs(&d);
    sim_draw_faults(&d);
    sort_events(draft);
}
