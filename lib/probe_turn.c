/* SPDX-License-Identifier: BSD-3-Clause */
/* Whom to probe when a period begins. */
#include "lib/engine_private.h"

/* Members passed over on the way to one that is worth a whole probe: those of silent zones, with a
 * cheap one, and those left to their accusers. Where two thirds of a cluster are cut off, 4 % of
 * the periods find none. */
#define CHEAP_TURNS_MAX 8

/* Where many have died, those whom nobody accuses yet are asked first: two accusers are enough, and
 * one is in most turns. */
#define ASKED_BESIDE_ONE 4

static bool is_left_to_accusers(struct sl_engine *e, uint32_t slot)
{
    if (!sl_health_is_mass_death(&e->health))
        return false;
    uint32_t accusers = sl_suspicion_accusers(e, slot);
    return accusers > 1 || (accusers == 1 && sl_prng_below(&e->prng, ASKED_BESIDE_ONE) != 0);
}

void sl_probe_period_fire(struct sl_engine *e)
{
    uint64_t period_ns = sl_health_scale(&e->health, e->config.probe_period_ns);
    uint64_t next_ns = e->probe_timer.deadline_ns + period_ns;
    if (next_ns <= e->now_ns)
        next_ns = e->now_ns + period_ns;
    sl_timer_set(&e->timers, &e->probe_timer, next_ns);
    if (e->phase >= SL_PHASE_LEAVING)
        return;
    uint32_t wanted = sl_health_turns(&e->health);
    for (uint32_t turn = 0; turn < CHEAP_TURNS_MAX && wanted > 0; turn++) {
        uint32_t slot = sl_peers_next(&e->peers, &e->prng);
        if (slot == SL_SLOT_NONE)
            return;
        if (is_left_to_accusers(e, slot)) {
            sl_health_note_turn(&e->health, false);
            continue;
        }
        sl_probe_start(e, slot, SL_PROBE_ROUND, sl_view_slot_word(e->view, slot));
        wanted -= sl_zone_is_open(e, slot);
    }
}
