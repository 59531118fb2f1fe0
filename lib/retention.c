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

void sl_retention_forget(struct sl_engine *e, uint32_t slot)
{
    uint64_t word = sl_view_slot_word(e->view, slot);
    sl_engine_tell(e, SL_EVENT_MEMBER_FORGOTTEN, slot, word, word, 0);
    sl_rumours_remove(&e->rumours, slot);
    sl_flaps_forget(e, slot);
    if (sl_word_is_live(word)) {
        sl_suspicion_end(e, slot);
        sl_engine_member_gone(e, slot);
    } else {
        e->gone_count--;
    }
    (void)sl_admission_end_hearsay(e, slot);
    sl_view_forget(e->view, slot);
}

/* ---- a full table ---- */

/* Slots looked at for one place: of a small table, all. */
#define SLOTS_PER_PLACE 1024

/* How readily a slot's member gives way: 0, it does not. LEFT ones are the least loss; of the dead,
 * those that never answered this node, for they may be made up; of the living, hearsay. */
static uint32_t readiness(const struct sl_engine *e, uint32_t slot, bool of_hearsay)
{
    uint64_t word = sl_view_slot_word(e->view, slot);
    if (word == 0 || slot == e->self_slot)
        return 0;
    if (sl_word_is_live(word))
        return of_hearsay && sl_admission_is_hearsay(e, slot) ? 1 : 0;
    if (sl_rumours_class(&e->rumours, slot) != SL_CLASS_COUNT)
        return 0;
    if (sl_word_status(word) == SL_LEFT)
        return 4;
    return sl_view_is_proven(e->view, slot) ? 2 : 3;
}

bool sl_retention_make_room(struct sl_engine *e, bool of_hearsay)
{
    uint32_t best = SL_SLOT_NONE, best_readiness = 0;
    bool any = e->gone_count > 0 || (of_hearsay && e->admission.count > 0);
    for (uint32_t i = 0; any && i < SLOTS_PER_PLACE && i < e->config.max_members; i++) {
        uint32_t slot = e->room_cursor;
        e->room_cursor = (e->room_cursor + 1) % e->config.max_members;
        uint32_t r = readiness(e, slot, of_hearsay);
        if (r > best_readiness ||
            (r != 0 && r == best_readiness && e->since_s[slot] < e->since_s[best])) {
            best = slot;
            best_readiness = r;
        }
    }
    if (best == SL_SLOT_NONE)
        return false;
    sl_retention_forget(e, best);
    return true;
}

void sl_retention_fire(struct sl_engine *e)
{
    for (uint32_t i = 0; i < SLOTS_PER_SWEEP; i++) {
        uint32_t slot = e->retention_cursor;
        e->retention_cursor = (e->retention_cursor + 1) % e->config.max_members;
        uint64_t word = sl_view_slot_word(e->view, slot);
        if (word != 0 && slot != e->self_slot && !sl_word_is_live(word) && is_over(e, slot, word))
            sl_retention_forget(e, slot);
    }
    if (e->gone_count > 0)
        sl_timer_set(&e->timers, &e->retention_timer, e->now_ns + SWEEP_NS);
}
