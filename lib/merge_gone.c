/* SPDX-License-Identifier: BSD-3-Clause */
/* What others say of a member's end. */
#include "lib/engine_private.h"

/* Taken at once and from anybody, because a leave must be known everywhere before its member is
 * gone: waiting for proof would make each one a death. A liar's is answered within a probe period,
 * by the member that lives on: whoever it asks has it gone and says so. Only the member's signature
 * can prove a LEFT; until claims are signed this is no worse than what a liar does by SUSPECT. */
void sl_merge_left(struct sl_engine *e, const struct sl_record *r)
{
    uint64_t held = 0;
    uint32_t slot = sl_view_find(e->view, r->id, &held);
    if (slot != SL_SLOT_NONE && r->word > held)
        sl_merge_word(e, slot, r->word, 0);
}

/* While changes spread, thousands may be told of the same death by sessions before its rumour
 * comes. So many of them look: whoever is there answers one of them, and whoever is not is dead by
 * their word. */
#define CHECKERS 8

/* Hundreds may be told at once: those that find no room are told again by the next session, unless
 * their refutations come first. */
static void check_death(struct sl_engine *e, uint32_t slot, uint64_t word)
{
    bool is_in_the_air = e->teller_unsettled || sl_view_summary(e->view)->unsettled > 0;
    if (is_in_the_air && sl_prng_below(&e->prng, e->peers.count + 1) >= CHECKERS)
        return;
    if (sl_budget_check(e))
        sl_probe_start(e, slot, SL_PROBE_CHECK, word);
    else
        sl_engine_drop(e, SL_DROP_BYTE_CAP);
}

/* Of those who hear of a death at second hand, and had not heard it suspected, so many ask the
 * member itself. */
#define ASKED_AT_SECOND_HAND 8

static bool is_asked_by_me(struct sl_engine *e, bool first_hand)
{
    return first_hand || sl_prng_below(&e->prng, e->peers.count) < ASKED_AT_SECOND_HAND;
}

static void merge_death(struct sl_engine *e, uint32_t slot, const struct sl_record *r,
                        uint64_t sender_id)
{
    bool news, first_hand = sender_id == r->accuser_id;
    /* In a zone out of reach there is nobody to ask; who is in there knows best. */
    if (!sl_zone_is_open(e, slot) ||
        !sl_suspicion_holds_death(e, slot, r->word, r->accuser_id, first_hand, &news))
        sl_merge_word(e, slot, r->word, r->accuser_id);
    else if (news && is_asked_by_me(e, first_hand))
        check_death(e, slot, r->word);
}

/* A member that is gone here is removed at once. One that is live here is asked, as if it were said
 * to be dead: it learns of it and refutes it. */
void sl_merge_removed(struct sl_engine *e, const struct sl_record *r, uint64_t sender_id)
{
    uint64_t held = 0;
    uint32_t slot = sl_view_find(e->view, r->id, &held);
    if (slot == SL_SLOT_NONE || r->word < held ||
        (r->word == held && sl_view_is_removed(e->view, slot)))
        return;
    bool open = sl_zone_is_open(e, slot);
    if (!sl_word_is_live(held))
        sl_merge_word(e, slot, r->word, r->accuser_id);
    else if (e->told_by_sync && open)
        check_death(e, slot, r->word);
    else if (sl_suspicion_holds_removal(e, slot, r->word, r->accuser_id) && open &&
             is_asked_by_me(e, sender_id == r->accuser_id))
        check_death(e, slot, r->word);
}

/* Of the members, one in so many is held dead after a mass death. A liar's victims are hardly ever:
 * suspected they are many, but they refute. */
#define MANY_SHARE 8

static bool is_after_mass_death(const struct sl_engine *e)
{
    const struct sl_view_summary *s = sl_view_summary(e->view);
    return sl_health_many_died(&e->health) &&
           s->count_by_status[SL_DEAD] > s->member_count / MANY_SHARE;
}

void sl_merge_accusation(struct sl_engine *e, const struct sl_record *r, uint64_t sender_id)
{
    uint64_t held = 0;
    uint32_t slot = sl_view_find(e->view, r->id, &held);
    /* Nobody is added by a rumour of its death. */
    if (slot == SL_SLOT_NONE || r->word < held)
        return;
    if (r->word == held && r->type != SL_RECORD_SUSPECT)
        return;
    if (r->type == SL_RECORD_SUSPECT) {
        sl_suspicion_heard(e, slot, r->word, r->accuser_id);
        return;
    }
    /* What another view holds of the dead is not news of a death: across a healed cut each side has
       the other's members dead. The member itself is asked; if it answers it learns of the
       accusation and refutes it. Where nobody answers, asking is in vain: whoever says so has had
       the patience. Of a member that is gone here, too, it is no news. After a mass death there is
       no time to ask, and no need of a member long suspected here, which had the time to refute:
       what others have accepted is a suspicion here, and becomes the death unless it is refuted. */
    bool need_not_ask = is_after_mass_death(e) || sl_suspicion_is_long(e, slot, r->word);
    bool is_believed = !e->told_by_sync || (need_not_ask && sl_zone_is_open(e, slot));
    if (is_believed && sl_word_is_live(held))
        merge_death(e, slot, r, sender_id);
    else if (!e->told_by_sync)
        sl_merge_word(e, slot, r->word, r->accuser_id);
    else if (sl_word_is_live(held) && sl_zone_is_open(e, slot))
        check_death(e, slot, r->word);
    else if (sl_word_is_live(held))
        sl_merge_word_quietly(e, slot, r->word, r->accuser_id);
}
