/* SPDX-License-Identifier: BSD-3-Clause */
/* What a record does to the view: the rule is max() on the member word, everything else follows
 * from the change. */
#include "lib/engine_private.h"

static bool is_gone(uint64_t word)
{
    return word != 0 && !sl_word_is_live(word);
}

/* What a sync has told is no news to others, or comes in masses that rumours cannot carry: it goes
   on as a rumour only where views are settled otherwise. */
#define SYNC_RUMOURS_MAX 32 /* of changes younger than the spread time */

static void spread(struct sl_engine *e, uint32_t slot, uint8_t record_type, enum sl_class traffic,
                   uint64_t accuser_id)
{
    bool is_urgent = traffic == SL_CLASS_REFUTATION;
    bool masses = e->phase != SL_PHASE_MEMBER || e->settle.sum > SYNC_RUMOURS_MAX;
    if (!e->told_by_sync || is_urgent || !masses)
        sl_gossip_spread(e, slot, record_type, traffic, accuser_id);
    else
        sl_rumours_remove(&e->rumours, slot); /* about an earlier word */
}

static void became_alive(struct sl_engine *e, uint32_t slot, uint64_t word, uint64_t previous)
{
    bool same_life = sl_word_generation(previous) == sl_word_generation(word);
    bool was_accused = same_life && sl_word_status(previous) != SL_ALIVE;
    if (same_life && sl_word_status(previous) == SL_DEAD)
        SL_STAT(e, deaths_refuted);
    if (same_life && sl_word_status(previous) == SL_SUSPECT)
        SL_STAT(e, suspicions_refuted);
    sl_engine_member_lives(e, slot);
    sl_join_note_member(e, slot);
    spread(e, slot, SL_RECORD_ALIVE, was_accused ? SL_CLASS_REFUTATION : SL_CLASS_MEMBERSHIP, 0);
    /* It has started again before anybody found it dead. */
    bool unseen_end = !same_life && previous != 0 && sl_word_is_live(previous);
    bool begins_to_flap = unseen_end && sl_flaps_died(e, slot);
    bool news = !same_life || was_accused;
    sl_engine_tell(e, news ? SL_EVENT_MEMBER_ALIVE : SL_EVENT_MEMBER_UPDATED, slot, word, previous,
                   0);
    if (begins_to_flap)
        sl_engine_tell(e, SL_EVENT_MEMBER_FLAPPING, slot, word, previous, 0);
}

static enum sl_event_type event_of_end(uint64_t word, bool removed)
{
    if (sl_word_status(word) == SL_DEAD)
        return SL_EVENT_MEMBER_DEAD;
    return removed ? SL_EVENT_MEMBER_REMOVED : SL_EVENT_MEMBER_LEFT;
}

static void became_gone(struct sl_engine *e, uint32_t slot, uint64_t word, uint64_t previous,
                        uint64_t accuser_id)
{
    bool dead = sl_word_status(word) == SL_DEAD;
    bool removed = !dead && accuser_id != 0;
    sl_engine_member_gone(e, slot);
    if (dead && accuser_id != e->self_id)
        SL_STAT(e, deaths_heard);
    if (removed && accuser_id != e->self_id)
        SL_STAT(e, removals_heard);
    sl_retention_note(e);
    bool begins_to_flap = dead && sl_word_is_live(previous) && sl_flaps_died(e, slot);
    sl_engine_tell(e, event_of_end(word, removed), slot, word, previous, accuser_id);
    if (begins_to_flap)
        sl_engine_tell(e, SL_EVENT_MEMBER_FLAPPING, slot, word, previous, accuser_id);
}

/* A LEFT that has an accuser is an operator's word. */
static void raise_word(struct sl_engine *e, uint32_t slot, uint64_t word, uint64_t accuser_id)
{
    uint64_t previous = sl_view_slot_word(e->view, slot);
    bool removed = sl_word_status(word) == SL_LEFT && accuser_id != 0;
    SL_ASSERT(slot != e->self_slot && (removed ? word >= previous : word > previous));
    if (removed)
        sl_view_remove(e->view, slot, word);
    else
        sl_view_raise(e->view, slot, word);
    sl_settle_note(e);
    e->since_s[slot] = (uint32_t)((e->now_ns - e->started_ns) / 1000000000ull);
    if (is_gone(previous) != is_gone(word))
        e->gone_count += is_gone(word) ? 1u : -1u;

    switch (sl_word_status(word)) {
    case SL_ALIVE:
        sl_suspicion_refuted(e, slot);
        sl_suspicion_end(e, slot);
        became_alive(e, slot, word, previous);
        return;
    case SL_SUSPECT:
        /* An accusation of a newer life than the one known: its claim will follow, until then it is
         * a peer again. */
        sl_engine_member_lives(e, slot);
        sl_suspicion_end(e, slot);
        sl_rumours_remove(&e->rumours, slot);
        sl_engine_tell(e, SL_EVENT_MEMBER_SUSPECT, slot, word, previous, accuser_id);
        return;
    case SL_DEAD:
    case SL_LEFT:
        sl_suspicion_end(e, slot);
        became_gone(e, slot, word, previous, accuser_id);
        return;
    }
}

/* A removal that has waited for its member's end is what this end becomes. */
static void take_removal(const struct sl_engine *e, uint32_t slot, uint64_t *word,
                         uint64_t *accuser_id)
{
    uint64_t removed = is_gone(*word) ? sl_suspicion_removal(e, slot, *word, accuser_id) : 0;
    if (removed != 0)
        *word = removed;
}

void sl_merge_word(struct sl_engine *e, uint32_t slot, uint64_t word, uint64_t accuser_id)
{
    take_removal(e, slot, &word, &accuser_id);
    raise_word(e, slot, word, accuser_id);
    if (sl_word_status(word) == SL_DEAD)
        spread(e, slot, SL_RECORD_DEAD, SL_CLASS_SUSPICION, accuser_id);
    else if (sl_word_status(word) == SL_LEFT)
        spread(e, slot, accuser_id != 0 ? SL_RECORD_REMOVED : SL_RECORD_LEFT, SL_CLASS_MEMBERSHIP,
               accuser_id);
}

void sl_merge_word_quietly(struct sl_engine *e, uint32_t slot, uint64_t word, uint64_t accuser_id)
{
    SL_ASSERT(is_gone(word));
    take_removal(e, slot, &word, &accuser_id);
    raise_word(e, slot, word, accuser_id);
    sl_rumours_remove(&e->rumours, slot);
}

/* An id is its name's hash: a claim for another's id under a name of its own is a forgery. The name
 * held for an id was checked when it came. */
static bool claim_is_of_its_name(const struct sl_engine *e, const struct sl_record *r,
                                 const struct sl_cold *held)
{
    return (held != NULL && sl_cold_is_named(held, &r->identity)) ||
           r->id == sl_member_id(&e->cluster, r->identity.name, r->identity.name_bytes);
}

static void add_claimed(struct sl_engine *e, const struct sl_input *input,
                        const struct sl_record *r)
{
    uint32_t slot;
    if (!sl_admission_add(e, input, r, &slot))
        return;
    e->since_s[slot] = (uint32_t)((e->now_ns - e->started_ns) / 1000000000ull);
    sl_settle_note(e);
    became_alive(e, slot, r->word, 0);
}

static int describe(struct sl_engine *e, uint32_t slot, const struct sl_identity *identity)
{
    bool is_hearsay = sl_admission_end_hearsay(e, slot);
    int error = sl_view_describe(e->view, slot, identity);
    if (is_hearsay)
        sl_admission_begin_hearsay(e, slot);
    return error;
}

/* The slot that was seen ahead, unless records before this one have changed what is there. */
static uint32_t find(const struct sl_engine *e, uint64_t id, uint32_t seen_slot, uint64_t *word)
{
    if (seen_slot != SL_SLOT_NONE && sl_view_slot_is_of(e->view, seen_slot, id, word))
        return seen_slot;
    return sl_view_find(e->view, id, word);
}

static void merge_claim(struct sl_engine *e, const struct sl_input *input,
                        const struct sl_record *r, uint32_t seen_slot)
{
    uint64_t held = 0;
    uint32_t slot = find(e, r->id, seen_slot, &held);
    const struct sl_cold *cold = slot == SL_SLOT_NONE ? NULL : sl_view_cold(e->view, slot);
    bool same = cold != NULL && sl_cold_equal(cold, &r->identity);
    if (!same && !claim_is_of_its_name(e, r, cold)) {
        sl_engine_drop(e, SL_DROP_FRAME_FIELD);
        return;
    }
    if (slot == SL_SLOT_NONE) {
        add_claimed(e, input, r);
        return;
    }
    if (r->word <= held)
        return;
    int error = same ? 0 : describe(e, slot, &r->identity);
    if (error) {
        sl_admission_refused(e, error);
        return;
    }
    sl_merge_word(e, slot, r->word, 0);
}

static void merge_about_self(struct sl_engine *e, const struct sl_record *r)
{
    bool mine = r->type != SL_RECORD_ALIVE || sl_self_is_mine(e, &r->identity.v4) ||
                sl_self_is_mine(e, &r->identity.v6);
    if (r->type == SL_RECORD_ALIVE &&
        !claim_is_of_its_name(e, r, sl_view_cold(e->view, e->self_slot))) {
        sl_engine_drop(e, SL_DROP_FRAME_FIELD);
        return;
    }
    if (r->type == SL_RECORD_DEAD || r->type == SL_RECORD_REMOVED)
        sl_self_heard_dead(e, r->word);
    if (mine)
        sl_self_accused(e, r->word);
    else
        sl_namesake_claimed(e, r);
}

void sl_merge_records(struct sl_engine *e, const struct sl_input *input)
{
    uint8_t type = input->header.type;
    e->teller_unsettled = input->header.unsettled > 0;
    e->told_by_sync = type == SL_FRAME_SYNC || type == SL_FRAME_SYNC_REQUEST;
    uint32_t seen_slots[SL_STEP_RECORDS_MAX];
    uint32_t seen = sl_merge_ahead(e, input, seen_slots);
    struct sl_record_cursor cursor = {input->records, input->records + input->records_bytes};
    struct sl_record record;
    enum sl_wire_error error = SL_WIRE_OK;
    for (uint32_t i = 0; sl_record_next(&cursor, &record, &error); i++) {
        if (record.word > sl_self_word_most(e))
            sl_engine_drop(e, SL_DROP_WORD_AHEAD);
        else if (record.id == e->self_id)
            merge_about_self(e, &record);
        else if (record.type == SL_RECORD_ALIVE)
            merge_claim(e, input, &record, i < seen ? seen_slots[i] : SL_SLOT_NONE);
        else if (record.type == SL_RECORD_LEFT)
            sl_merge_left(e, &record);
        else if (record.type == SL_RECORD_REMOVED)
            sl_merge_removed(e, &record, input->header.sender_id);
        else
            sl_merge_accusation(e, &record, input->header.sender_id);
    }
    e->told_by_sync = false;
    if (error != SL_WIRE_OK)
        sl_engine_drop(e, SL_DROP_RECORD_MALFORMED);
}
