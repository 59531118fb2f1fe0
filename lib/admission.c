/* SPDX-License-Identifier: BSD-3-Clause */
#include "lib/admission.h"

#include <errno.h>

#include "lib/engine_private.h"

/* Members draw this for one that never answered. */
#define DRAWS 8

/* How long after a refusal room is made by asking. */
#define WANTED_NS 10000000000ull

void sl_admission_create(struct sl_admission *a, struct sl_arena *arena, uint32_t max_members,
                         uint64_t cold_bytes)
{
    a->hearsay = sl_arena_take(arena, (max_members + 63) / 64, sizeof(*a->hearsay));
    a->cold_bytes_max = cold_bytes;
}

/* ---- hearsay ---- */

enum source {
    FIRST_HAND, /* the member itself, or an answer to a question of this node */
    MEMBER,     /* hearsay of a member that is proven */
    STRANGER,   /* hearsay of anybody else */
};

static bool is_own(const struct sl_input *input, const struct sl_record *r)
{
    return input->header.sender_id == r->id && (sl_ip_equal(&input->from, &r->identity.v4) ||
                                                sl_ip_equal(&input->from, &r->identity.v6));
}

static enum source source_of(const struct sl_engine *e, const struct sl_input *input,
                             const struct sl_record *r)
{
    if (is_own(input, r) || (input->header.type == SL_FRAME_SYNC && sl_sync_is_asked(e, input)))
        return FIRST_HAND;
    return sl_engine_is_proven(e, input) ? MEMBER : STRANGER;
}

static bool has_share(const struct sl_engine *e, enum source source, uint64_t cold_bytes)
{
    const struct sl_admission *a = &e->admission;
    uint64_t eighths = source == STRANGER ? SL_HEARSAY_STRANGER : SL_HEARSAY_MEMBER;
    uint64_t members = e->config.max_members * eighths / 8;
    if (members < SL_HEARSAY_FEW)
        members = SL_HEARSAY_FEW;
    return a->count < members && a->cold_bytes + cold_bytes <= a->cold_bytes_max * eighths / 16;
}

bool sl_admission_is_hearsay(const struct sl_engine *e, uint32_t slot)
{
    return (e->admission.hearsay[slot / 64] >> slot % 64 & 1) != 0;
}

bool sl_admission_end_hearsay(struct sl_engine *e, uint32_t slot)
{
    if (!sl_admission_is_hearsay(e, slot))
        return false;
    e->admission.hearsay[slot / 64] &= ~(1ull << slot % 64);
    e->admission.count--;
    e->admission.cold_bytes -= sl_view_cold_bytes(e->view, slot);
    return true;
}

void sl_admission_begin_hearsay(struct sl_engine *e, uint32_t slot)
{
    SL_ASSERT(!sl_admission_is_hearsay(e, slot));
    e->admission.hearsay[slot / 64] |= 1ull << slot % 64;
    e->admission.count++;
    e->admission.cold_bytes += sl_view_cold_bytes(e->view, slot);
}

/* ---- a full table ---- */

void sl_admission_refused(struct sl_engine *e, int error)
{
    if (error == -ENOBUFS) {
        sl_engine_drop(e, SL_DROP_COLD_FULL);
        return;
    }
    sl_engine_drop(e, SL_DROP_MEMBERS_FULL);
    if (e->full_told_ns == 0 || e->now_ns - e->full_told_ns >= 1000000000ull) {
        e->full_told_ns = e->now_ns;
        sl_engine_tell(e, SL_EVENT_MEMBERS_FULL, SL_SLOT_NONE, e->self_word, 0, 0);
    }
}

/* Nobody else asks made-up members; those that are there are proven by it. */
static void ask_a_silent_one(struct sl_engine *e)
{
    struct sl_admission *a = &e->admission;
    a->refused_ns = e->now_ns;
    if (a->asked_ns != 0 && e->now_ns - a->asked_ns < e->config.gossip_interval_ns / 4)
        return;
    for (uint32_t i = 0; i < DRAWS && e->peers.count > 0; i++) {
        uint32_t slot = sl_peers_at(&e->peers, sl_prng_below(&e->prng, e->peers.count));
        if (sl_view_is_proven(e->view, slot) || !sl_zone_is_open(e, slot))
            continue;
        a->asked_ns = e->now_ns;
        (void)sl_probe_start(e, slot, SL_PROBE_DIAL, sl_view_slot_word(e->view, slot));
        return;
    }
}

void sl_admission_silent(struct sl_engine *e, const struct sl_probe *p)
{
    uint64_t refused_ns = e->admission.refused_ns;
    if (refused_ns == 0 || e->now_ns - refused_ns > WANTED_NS ||
        sl_view_slot_id(e->view, p->slot) != p->target_id || sl_view_is_proven(e->view, p->slot) ||
        !sl_word_is_live(sl_view_slot_word(e->view, p->slot)))
        return;
    sl_retention_forget(e, p->slot);
}

static int add_with_room(struct sl_engine *e, const struct sl_record *r, bool first_hand,
                         uint32_t *slot)
{
    int error = sl_view_add(e->view, r->id, r->word, &r->identity, slot);
    bool is_full = error == -ENOSPC || (error == -ENOBUFS && !sl_view_awaits_room(e->view));
    if (is_full && sl_retention_make_room(e, first_hand))
        error = sl_view_add(e->view, r->id, r->word, &r->identity, slot);
    else if (is_full && first_hand)
        ask_a_silent_one(e);
    return error;
}

bool sl_admission_add(struct sl_engine *e, const struct sl_input *input, const struct sl_record *r,
                      uint32_t *slot)
{
    enum source source = source_of(e, input, r);
    if (source != FIRST_HAND && !has_share(e, source, sl_cold_bytes(&r->identity))) {
        sl_engine_drop(e, SL_DROP_HEARSAY_FULL);
        return false;
    }
    int error = add_with_room(e, r, source == FIRST_HAND, slot);
    if (error) {
        sl_admission_refused(e, error);
        return false;
    }
    if (source != FIRST_HAND)
        sl_admission_begin_hearsay(e, *slot);
    return true;
}
