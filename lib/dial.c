/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Slow dialling of dead members and lost seeds: whoever forgets to call never hears that a split
 * has healed. Thousands may have the same member dead. So a cursor goes around the table, from a
 * random place, and a lap takes so long that all together dial each member a few times a second;
 * the dial is one PING.
 */
#include "lib/engine_private.h"

/* Dials a second that a dead member, or a lost seed, gets from everybody. */
#define DIALLED_PER_MEMBER 8

/* Slots looked at in one step, a cell each, and until the next lot of the same turn. */
#define SLOTS_PER_STEP 256
#define STEP_NS        1000000ull

/* Nobody dials the same member more often. */
static uint64_t lap_ns(const struct sl_engine *e)
{
    uint64_t turns_ns = e->peers.count * 1000000000ull / DIALLED_PER_MEMBER;
    return turns_ns > e->config.dial_interval_ns ? turns_ns : e->config.dial_interval_ns;
}

/* The cursor's way in one interval. The rest of the division is left to chance. */
static uint32_t slots_per_turn(struct sl_engine *e)
{
    uint64_t lap_us = lap_ns(e) / 1000;
    uint64_t slots_us = e->config.max_members * (e->config.dial_interval_ns / 1000);
    return (uint32_t)((slots_us + sl_prng_next(&e->prng) % lap_us) / lap_us);
}

/* Looks at some of the slots that are left of this turn. true: one was dialled. */
static bool dial_dead(struct sl_engine *e)
{
    struct sl_dial *dial = &e->dial;
    for (uint32_t i = 0; i < SLOTS_PER_STEP && dial->slots_left > 0; i++) {
        uint32_t slot = dial->cursor;
        dial->cursor = (dial->cursor + 1) % e->config.max_members;
        dial->slots_left--;
        uint64_t word = sl_view_slot_word(e->view, slot);
        if (word == 0 || sl_word_status(word) != SL_DEAD)
            continue;
        if (sl_probe_start(e, slot, SL_PROBE_DIAL, word)) {
            dial->slots_left = 0;
            return true;
        }
    }
    return false;
}

static bool seed_is_live(const struct sl_engine *e, uint32_t index)
{
    return e->join.seed_ids[index] != 0 &&
           sl_word_is_live(sl_view_word(e->view, e->join.seed_ids[index]));
}

/* Like a dead member, a seed is dialled by a few of all. */
static bool dial_seed(struct sl_engine *e)
{
    struct sl_join *join = &e->join;
    if (sl_prng_next(&e->prng) % lap_ns(e) >= e->config.dial_interval_ns)
        return false;
    for (uint32_t i = 0; i < join->seed_count; i++) {
        uint32_t index = join->next_seed;
        join->next_seed = (join->next_seed + 1) % join->seed_count;
        if (!seed_is_live(e, index))
            return sl_sync_ask(e, &join->seeds[index], e->self_id, e->self_id, 0, true,
                               SL_HEADER_BYTES + SL_SYNC_BODY_BYTES + SL_RECORD_ALIVE_BYTES_MAX);
    }
    return false;
}

static void begin_turn(struct sl_engine *e)
{
    struct sl_dial *dial = &e->dial;
    dial->next_turn_ns = e->now_ns + sl_engine_jitter(e, e->config.dial_interval_ns);
    dial->seed_first = !dial->seed_first;
    dial->slots_left = 0;
    if (dial->seed_first && dial_seed(e))
        return;
    if (e->gone_count > 0)
        dial->slots_left = slots_per_turn(e);
}

void sl_dial_start(struct sl_engine *e)
{
    struct sl_dial *dial = &e->dial;
    dial->cursor = sl_prng_below(&e->prng, e->config.max_members);
    sl_timer_set(&e->timers, &dial->timer,
                 e->now_ns + sl_prng_next(&e->prng) % e->config.dial_interval_ns);
}

void sl_dial_fire(struct sl_engine *e)
{
    struct sl_dial *dial = &e->dial;
    if (e->phase == SL_PHASE_MEMBER) {
        if (dial->slots_left == 0)
            begin_turn(e);
        bool dialled = dial_dead(e);
        if (!dialled && dial->slots_left == 0 && !dial->seed_first)
            (void)dial_seed(e);
    } else {
        dial->next_turn_ns = e->now_ns + sl_engine_jitter(e, e->config.dial_interval_ns);
        dial->slots_left = 0;
    }
    uint64_t next_ns = dial->slots_left > 0 ? e->now_ns + STEP_NS : dial->next_turn_ns;
    sl_timer_set(&e->timers, &dial->timer, next_ns > e->now_ns ? next_ns : e->now_ns + STEP_NS);
}
