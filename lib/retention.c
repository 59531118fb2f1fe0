/* SPDX-License-Identifier: BSD-3-Clause */
/* Dead and left members are kept until no rumour of their life can be under way any more, then
 * forgotten. */
#include "lib/engine_private.h"

#define SWEEP_NS        100000000ull
#define SLOTS_PER_SWEEP 64

void sl_retention_note(struct sl_engine *e)
{
    if (!sl_timer_is_set(&e->retention_timer))
        sl_timer_set(&e->timers, &e->retention_timer, e->now_ns + SWEEP_NS);
}

static bool is_over(const struct sl_engine *e, uint32_t slot, uint64_t word)
{
    uint64_t keep_ns =
        sl_word_status(word) == SL_DEAD ? e->config.dead_retention_ns : e->config.left_retention_ns;
    uint64_t since_ns = e->started_ns + e->since_s[slot] * 1000000000ull;
    return e->now_ns - since_ns > keep_ns;
}

static void forget(struct sl_engine *e, uint32_t slot, uint64_t word)
{
    sl_engine_tell(e, SL_EVENT_MEMBER_FORGOTTEN, slot, word, word, 0);
    sl_rumours_remove(&e->rumours, slot);
    sl_view_forget(e->view, slot);
    e->gone_count--;
}

void sl_retention_fire(struct sl_engine *e)
{
    for (uint32_t i = 0; i < SLOTS_PER_SWEEP; i++) {
        uint32_t slot = e->retention_cursor;
        e->retention_cursor = (e->retention_cursor + 1) % e->config.max_members;
        uint64_t word = sl_view_slot_word(e->view, slot);
        if (word != 0 && slot != e->self_slot && !sl_word_is_live(word) && is_over(e, slot, word))
            forget(e, slot, word);
    }
    if (e->gone_count > 0)
        sl_timer_set(&e->timers, &e->retention_timer, e->now_ns + SWEEP_NS);
}
