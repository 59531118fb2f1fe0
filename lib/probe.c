/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Is a member there? PINGs to it, then PING_REQs to helpers (SWIM, section 3.1). Probes may overlap
 * and tries need not wait for a round trip: a late ACK of any try ends the probe well. Every PING
 * carries the word that the prober holds of its target, so that an accused member learns of it from
 * the very probe (Lifeguard's buddy system).
 */
#include "lib/engine_private.h"

#include <string.h>

static struct sl_probe *by_number(struct sl_engine *e, uint32_t number)
{
    struct sl_probe *p = &e->probes[number % SL_PROBES_MAX];
    return p->purpose != SL_PROBE_FREE && p->number == number ? p : NULL;
}

static struct sl_probe *take_free(struct sl_engine *e)
{
    for (uint32_t i = 0; i < SL_PROBES_MAX; i++) {
        struct sl_probe *p = &e->probes[i];
        if (p->purpose != SL_PROBE_FREE)
            continue;
        struct sl_timer timer = p->timer;
        memset(p, 0, sizeof(*p));
        p->timer = timer;
        p->number = sl_next_number(&e->probe_sequence, SL_PROBES_MAX, i);
        return p;
    }
    return NULL;
}

static void release(struct sl_engine *e, struct sl_probe *p)
{
    sl_timer_cancel(&e->timers, &p->timer);
    p->purpose = SL_PROBE_FREE;
}

static bool under_way(const struct sl_engine *e, uint32_t slot, enum sl_probe_purpose purpose)
{
    for (uint32_t i = 0; i < SL_PROBES_MAX; i++) {
        if (e->probes[i].purpose == purpose && e->probes[i].slot == slot)
            return true;
    }
    return false;
}

bool sl_probe_start(struct sl_engine *e, uint32_t slot, enum sl_probe_purpose purpose,
                    uint64_t word)
{
    struct sl_endpoint endpoint = sl_engine_endpoint(e, slot);
    if (!sl_endpoint_is_set(&endpoint) || under_way(e, slot, purpose))
        return false;
    struct sl_probe *p = take_free(e);
    if (p == NULL)
        return false;
    p->purpose = purpose;
    p->slot = slot;
    p->target_id = sl_view_slot_id(e->view, slot);
    p->word = word;
    p->endpoint = endpoint;
    SL_STAT(e, probes);
    sl_probe_fire(e, p->timer.index);
    return true;
}

bool sl_probe_start_conflict(struct sl_engine *e, const struct sl_endpoint *endpoint, uint64_t word)
{
    if (under_way(e, SL_SLOT_NONE, SL_PROBE_CONFLICT))
        return false;
    struct sl_probe *p = take_free(e);
    if (p == NULL)
        return false;
    p->purpose = SL_PROBE_CONFLICT;
    p->slot = SL_SLOT_NONE;
    p->target_id = e->self_id;
    p->word = word;
    p->endpoint = *endpoint;
    sl_probe_fire(e, p->timer.index);
    return true;
}

/* The word to show the target: the worse of what the probe began with and what is held now. */
static uint64_t shown_word(const struct sl_engine *e, const struct sl_probe *p)
{
    if (p->slot == SL_SLOT_NONE || sl_view_slot_id(e->view, p->slot) != p->target_id)
        return p->purpose == SL_PROBE_CONFLICT ? 0 : p->word;
    return sl_word_merge(p->word, sl_view_slot_word(e->view, p->slot));
}

static bool send_ping(struct sl_engine *e, struct sl_probe *p)
{
    struct sl_buffer buffer;
    uint32_t length;
    if (!sl_engine_begin(e, SL_FRAME_PING, p->number, &buffer, &length))
        return false;
    struct sl_probe_body body = {p->target_id, e->self_id, shown_word(e, p)};
    sl_probe_body_write(buffer.bytes, &body);
    struct sl_cargo cargo = {.count = 0};
    if (p->purpose == SL_PROBE_ROUND && sl_engine_has_room(e, e->config.frame_bytes))
        length = sl_gossip_load(e, buffer.bytes, length, &cargo);
    sl_engine_send(e, &buffer, length, SL_CLASS_PROBE, &p->endpoint, 1);
    sl_gossip_charge(e, &cargo, 1);
    p->last_try_ns = e->now_ns;
    p->tries++;
    return true;
}

static bool was_asked(const struct sl_probe *p, uint64_t id)
{
    for (uint32_t i = 0; i < p->helper_count; i++) {
        if (p->helper_ids[i] == id)
            return true;
    }
    return false;
}

static bool ask_helpers(struct sl_engine *e, struct sl_probe *p)
{
    uint32_t slots[SL_HELPERS_MAX];
    uint32_t wanted = e->config.probe_helpers;
    uint32_t picked = sl_peers_pick(&e->peers, &e->prng, p->slot, slots, wanted);
    struct sl_endpoint to[SL_HELPERS_MAX];
    uint32_t count = 0;
    for (uint32_t i = 0; i < picked; i++) {
        uint64_t id = sl_view_slot_id(e->view, slots[i]);
        struct sl_endpoint endpoint = sl_engine_endpoint(e, slots[i]);
        if (p->helper_count < SL_HELPERS_MAX && !was_asked(p, id) &&
            sl_endpoint_is_set(&endpoint)) {
            p->helper_ids[p->helper_count++] = id;
            to[count++] = endpoint;
        }
    }
    p->helper_rounds++;
    if (count == 0)
        return false;
    struct sl_buffer buffer;
    uint32_t length;
    if (!sl_engine_begin(e, SL_FRAME_PING_REQ, p->number, &buffer, &length))
        return false;
    struct sl_probe_body body = {p->target_id, e->self_id, shown_word(e, p)};
    sl_probe_body_write(buffer.bytes, &body);
    sl_engine_send(e, &buffer, length, SL_CLASS_PROBE, to, count);
    return true;
}

static void failed(struct sl_engine *e, struct sl_probe *p)
{
    enum sl_probe_purpose purpose = p->purpose;
    uint32_t slot = p->slot;
    uint64_t word = p->word;
    uint64_t target_id = p->target_id;
    release(e, p);
    if (purpose == SL_PROBE_CONFLICT) {
        sl_self_conflict_silence(e, &p->endpoint, word);
        return;
    }
    SL_STAT(e, probes_failed);
    uint64_t held = sl_view_slot_word(e->view, slot);
    bool same_member = sl_view_slot_id(e->view, slot) == target_id;
    bool same_incarnation = sl_word_incarnation(held) == sl_word_incarnation(word);
    if (!same_member || !sl_word_is_live(held) || !same_incarnation)
        return;
    if (purpose == SL_PROBE_FINAL)
        sl_suspicion_final(e, slot, false);
    else if (purpose != SL_PROBE_DIAL)
        sl_suspicion_raise_own(e, slot);
}

void sl_probe_fire(struct sl_engine *e, uint32_t index)
{
    struct sl_probe *p = &e->probes[index];
    const struct sl_config *c = &e->config;
    SL_ASSERT(p->purpose != SL_PROBE_FREE);
    /* Without a buffer to ask with, the silence is this node's own fault: the try is put off, not
     * counted. */
    uint64_t wait_ns = c->probe_try_interval_ns;
    if (p->tries < c->probe_tries) {
        send_ping(e, p);
    } else if (p->helper_rounds < c->probe_helper_rounds && p->slot != SL_SLOT_NONE) {
        if (ask_helpers(e, p))
            wait_ns = c->probe_helper_wait_ns;
    } else {
        failed(e, p);
        return;
    }
    sl_timer_set(&e->timers, &p->timer, e->now_ns + wait_ns);
}

void sl_probe_period_fire(struct sl_engine *e)
{
    uint64_t next_ns = e->probe_timer.deadline_ns + e->config.probe_period_ns;
    if (next_ns <= e->now_ns)
        next_ns = e->now_ns + e->config.probe_period_ns;
    sl_timer_set(&e->timers, &e->probe_timer, next_ns);
    if (e->phase >= SL_PHASE_LEAVING)
        return;
    uint32_t slot = sl_peers_next(&e->peers, &e->prng);
    if (slot != SL_SLOT_NONE)
        sl_probe_start(e, slot, SL_PROBE_ROUND, sl_view_slot_word(e->view, slot));
}

static void note_agreement(struct sl_engine *e, const struct sl_header *header)
{
    if (!e->settle.awaiting_agreement || header->view_hash != sl_view_summary(e->view)->view_hash)
        return;
    e->settle.awaiting_agreement = false;
    sl_histogram_record(e->convergence, e->now_ns - e->settle.changed_ns);
}

/* The member answers with a newer word than the one held, but an ACK is no claim: ask it for its
 * own. */
static void fetch_claim(struct sl_engine *e, const struct sl_probe *p, uint64_t its_word)
{
    if (sl_word_status(its_word) == SL_ALIVE && its_word > sl_view_slot_word(e->view, p->slot))
        sl_sync_ask(e, &p->endpoint, p->target_id, p->target_id, 0, true,
                    SL_HEADER_BYTES + SL_SYNC_BODY_BYTES + SL_RECORD_ALIVE_BYTES_MAX);
}

void sl_probe_answered(struct sl_engine *e, const struct sl_input *input)
{
    struct sl_probe *p = by_number(e, input->header.probe);
    if (p == NULL || input->body.probe.target_id != p->target_id)
        return;
    note_agreement(e, &input->header);
    if (p->purpose == SL_PROBE_CONFLICT) {
        struct sl_probe answered = *p;
        release(e, p);
        sl_self_conflict_answer(e, &answered, input);
        return;
    }
    bool direct = input->header.sender_id == p->target_id;
    if (!direct && !was_asked(p, input->header.sender_id))
        return;
    if (direct && p->tries == 1)
        sl_histogram_record(e->probe_rtt, input->received_ns > p->last_try_ns
                                              ? input->received_ns - p->last_try_ns
                                              : 0);
    if (!direct)
        SL_STAT(e, probes_saved);
    struct sl_probe answered = *p;
    release(e, p);
    if (sl_view_slot_id(e->view, answered.slot) != answered.target_id)
        return;
    fetch_claim(e, &answered, input->body.probe.target_word);
    if (answered.purpose == SL_PROBE_FINAL)
        sl_suspicion_final(e, answered.slot, true);
}

void sl_probe_receipt(struct sl_engine *e, const struct sl_input *input)
{
    struct sl_buffer buffer;
    uint32_t length;
    if (!sl_engine_begin(e, SL_FRAME_NACK, input->header.probe, &buffer, &length))
        return;
    sl_probe_body_write(buffer.bytes, &input->body.probe);
    sl_engine_send(e, &buffer, length, SL_CLASS_PROBE, &input->from, 1);
}

void sl_probe_postpone_all(struct sl_engine *e, uint64_t by_ns)
{
    for (uint32_t i = 0; i < SL_PROBES_MAX; i++) {
        struct sl_timer *timer = &e->probes[i].timer;
        if (sl_timer_is_set(timer))
            sl_timer_set(&e->timers, timer, timer->deadline_ns + by_ns);
    }
}
