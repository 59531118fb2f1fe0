/* SPDX-License-Identifier: BSD-3-Clause */
/* What an answer to a probe, or a helper's receipt, teaches. */
#include "lib/engine_private.h"

static void note_agreement(struct sl_engine *e, const struct sl_header *header)
{
    if (!e->settle.awaiting_agreement || header->view_hash != sl_view_summary(e->view)->view_hash)
        return;
    e->settle.awaiting_agreement = false;
    sl_histogram_record(e->convergence, e->now_ns - e->settle.changed_ns);
}

/* Who is back from a long pause answers everybody at once: so many on average ask for its claim,
 * and tell the others. */
#define FETCHERS 8

/* The member answers with a newer word than the one held, but an ACK is no claim: ask it for its
 * own. */
static void fetch_claim(struct sl_engine *e, const struct sl_probe *p, uint64_t its_word)
{
    bool is_newer =
        sl_word_status(its_word) == SL_ALIVE && its_word > sl_view_slot_word(e->view, p->slot);
    /* Few dial. */
    bool is_my_turn =
        p->purpose == SL_PROBE_DIAL || sl_prng_below(&e->prng, e->peers.count + 1) < FETCHERS;
    if (is_newer && is_my_turn)
        sl_sync_ask(e, &p->endpoint, p->target_id, p->target_id, 0, true,
                    SL_HEADER_BYTES + SL_SYNC_BODY_BYTES + SL_RECORD_ALIVE_BYTES_MAX);
}

/* Only a probe's first try is long. */
static void learn_of_length(struct sl_engine *e, const struct sl_probe *p, uint32_t answered_try)
{
    uint32_t zone = sl_path_zone(e, p->slot);
    if (p->first_bytes > sl_path_bytes(e, zone))
        sl_path_tested(e, zone, p->first_bytes, answered_try == 0);
    else if (answered_try == 0)
        sl_path_passed(e, zone);
    else
        sl_path_swallowed(e, zone);
}

/* Each try has a number of its own, so an answer tells which one came through, however late; of the
 * earlier ones those count as lost whose answer would be late by now. */
static void learn_of_path(struct sl_engine *e, const struct sl_probe *p,
                          const struct sl_input *input, bool direct)
{
    /* What took long may have waited here. */
    if (p->first_try_ns < e->stalled_ns)
        return;
    struct sl_round_trip *path = sl_probe_path(e, p->slot);
    uint64_t timeout_ns = sl_round_trip_timeout_ns(path);
    uint32_t answered_try = direct ? input->header.probe % SL_TRIES_MAX : SL_TRIES_MAX;
    uint32_t lost = 0;
    for (uint32_t i = 0; i < p->tries; i++) {
        uint64_t sent_ns = p->first_try_ns + p->sent_us[i] * 1000ull;
        uint64_t took_ns = input->received_ns > sent_ns ? input->received_ns - sent_ns : 0;
        if (i == answered_try) {
            sl_histogram_record(e->probe_rtt, took_ns);
            sl_round_trip_note(path, took_ns);
            sl_round_trip_note_tries(path, 0, 1);
        } else if (i < answered_try && timeout_ns != 0 && took_ns > timeout_ns) {
            lost++;
        }
    }
    sl_round_trip_note_tries(path, lost, 0);
    sl_engine_publish_paths(e);
    if (direct && p->first_bytes > SL_FRAME_BYTES_MIN)
        learn_of_length(e, p, answered_try);
}

void sl_probe_answered(struct sl_engine *e, const struct sl_input *input)
{
    struct sl_probe *p = sl_probe_by_number(e, input->header.probe);
    if (p == NULL || input->body.probe.target_id != p->target_id) {
        sl_engine_drop(e, SL_DROP_UNASKED);
        return;
    }
    sl_budget_answered(e, input);
    bool direct = sl_probe_is_from_target(p, input);
    if (direct)
        sl_engine_answered(e, input->header.sender_id, &p->endpoint);
    if (!direct && sl_probe_helper_of(e, p, input) == SL_HELPERS_MAX) {
        sl_engine_drop(e, SL_DROP_SENDER_UNPROVEN);
        return;
    }
    note_agreement(e, &input->header);
    struct sl_probe answered = *p;
    sl_probe_release(e, p);
    if (answered.purpose == SL_PROBE_CONFLICT) {
        sl_namesake_answer(e, &answered, input);
        return;
    }
    if (!direct)
        SL_STAT(e, probes_saved);
    if (sl_probe_tells_of_health(&answered))
        sl_engine_feels(e, -1);
    if (answered.purpose == SL_PROBE_ROUND)
        sl_health_note_turn(&e->health, true);
    learn_of_path(e, &answered, input, direct);
    bool same_member = sl_view_slot_id(e->view, answered.slot) == answered.target_id;
    if (same_member)
        sl_zone_rule_answered(e, answered.slot);
    if (answered.purpose == SL_PROBE_WITNESS)
        sl_zone_rule_asked(e, answered.zone);
    if (!same_member)
        return;
    fetch_claim(e, &answered, input->body.probe.target_word);
    if (answered.purpose == SL_PROBE_FINAL)
        sl_suspicion_final(e, answered.slot, true);
}

void sl_probe_helper_heard(struct sl_engine *e, const struct sl_input *input)
{
    struct sl_probe *p = sl_probe_by_number(e, input->header.probe);
    uint32_t place = p == NULL || input->body.probe.target_id != p->target_id
                         ? SL_HELPERS_MAX
                         : sl_probe_helper_of(e, p, input);
    if (place == SL_HELPERS_MAX) {
        sl_engine_drop(e, SL_DROP_UNASKED);
        return;
    }
    sl_engine_answered(e, input->header.sender_id, &input->from);
    p->receipts |= (uint16_t)(1u << place);
    sl_zone_rule_answered(e, sl_view_find(e->view, input->header.sender_id, NULL));
}
