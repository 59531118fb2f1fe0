/* SPDX-License-Identifier: BSD-3-Clause */
/* Slow dialling of dead members and lost seeds: whoever forgets to call never hears that a split
 * has healed. */
#include "lib/engine_private.h"

/* Slots looked at per dial for a dead member. */
#define SLOTS_PER_DIAL 256

static bool dial_dead(struct sl_engine *e)
{
    if (e->gone_count == 0)
        return false;
    for (uint32_t i = 0; i < SLOTS_PER_DIAL; i++) {
        uint32_t slot = e->dial_cursor;
        e->dial_cursor = (e->dial_cursor + 1) % e->config.max_members;
        uint64_t word = sl_view_slot_word(e->view, slot);
        if (word != 0 && sl_word_status(word) == SL_DEAD)
            return sl_probe_start(e, slot, SL_PROBE_DIAL, word);
    }
    return false;
}

static bool seed_is_live(const struct sl_engine *e, uint32_t index)
{
    return e->join.seed_ids[index] != 0 &&
           sl_word_is_live(sl_view_word(e->view, e->join.seed_ids[index]));
}

static bool dial_seed(struct sl_engine *e)
{
    struct sl_join *join = &e->join;
    for (uint32_t i = 0; i < join->seed_count; i++) {
        uint32_t index = join->next_seed;
        join->next_seed = (join->next_seed + 1) % join->seed_count;
        if (!seed_is_live(e, index))
            return sl_sync_ask(e, &join->seeds[index], e->self_id, e->self_id, 0, true,
                               SL_HEADER_BYTES + SL_SYNC_BODY_BYTES + SL_RECORD_ALIVE_BYTES_MAX);
    }
    return false;
}

void sl_dial_fire(struct sl_engine *e)
{
    sl_timer_set(&e->timers, &e->dial_timer,
                 e->now_ns + sl_engine_jitter(e, e->config.dial_interval_ns));
    if (e->phase != SL_PHASE_MEMBER)
        return;
    e->dial_seed_next = !e->dial_seed_next;
    if (e->dial_seed_next)
        (void)(dial_seed(e) || dial_dead(e));
    else
        (void)(dial_dead(e) || dial_seed(e));
}
