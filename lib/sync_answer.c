/* SPDX-License-Identifier: BSD-3-Clause */
/* What an answer to a session's question leads to. */
#include "lib/sync_session.h"

#include <string.h>

/* Turns of one conversation: opening, levels down to 2^-32 of all ids, items, wants. */
#define TURNS_MAX       12
/* Frames of one turn: the records of the widest range that is walked. */
#define TURN_FRAMES_MAX 6

static uint32_t count_bits(const uint8_t *map, uint32_t bytes)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < bytes; i++)
        count += (uint32_t)__builtin_popcount(map[i]);
    return count;
}

/* What the answer to an opening could not hold is followed by oneself. true: it is too much for
 * that. */
static bool note_parts(struct sl_sync *sync, const struct sl_input *input)
{
    struct sl_record_cursor cursor = {input->records, input->records + input->records_bytes};
    struct sl_digest d;
    while (sl_digest_next(&cursor, &d)) {
        if (d.type == SL_RECORD_DIFFERS && d.depth == 0) {
            memcpy(sync->differs, d.bytes, d.count / 8);
            if (2 * count_bits(sync->differs, d.count / 8) > d.count)
                return true;
            sync->part_bits = d.bits;
            sync->next_part = 0;
        } else if (sync->part_bits != 0 && d.depth == sync->part_bits) {
            sync->differs[d.bucket / 8] &= (uint8_t) ~(0x80 >> d.bucket % 8); /* told already */
        }
    }
    return false;
}

static bool has_digests(const struct sl_input *input)
{
    struct sl_record_cursor cursor = {input->records, input->records + input->records_bytes};
    struct sl_digest digest;
    return sl_digest_next(&cursor, &digest);
}

/* One frame of this side's turn. */
static bool send_turn(struct sl_engine *e, struct sl_pull *pull, const struct sl_input *input,
                      uint32_t skip, struct sl_compare *compare)
{
    struct sl_buffer buffer;
    struct sl_sync_body body = {pull->first_id, pull->last_id, e->sync.salt,
                                sl_view_summary(e->view)->live_count, pull->most_bytes};
    uint32_t length = sl_sync_begin_request(e, &buffer, pull->number, &body, false);
    if (length == 0)
        return false;
    *compare = sl_sync_comparison(e, pull, buffer.bytes, length);
    compare->skip = skip;
    sl_compare_turn(compare, input->records, input->records_bytes);
    if (!compare->asks)
        buffer.bytes[SL_HEADER_TYPE_AT] = SL_FRAME_SYNC;
    sl_engine_send(e, &buffer, length + compare->length_bytes, SL_CLASS_BULK, &input->from, 1);
    return true;
}

/* This side's turn; it may take a few frames to tell what the other wants. true: an answer to it is
 * to come. */
static bool take_turn(struct sl_engine *e, struct sl_pull *pull, const struct sl_input *input)
{
    struct sl_compare compare = {.asks = false};
    uint32_t told = 0;
    if (!has_digests(input))
        return false;
    for (uint32_t i = 0; i < TURN_FRAMES_MAX; i++) {
        bool sent = send_turn(e, pull, input, told, &compare);
        told += compare.told;
        compare.left_out |= !sent;
        if (!sent || compare.asks || !compare.left_out)
            break;
    }
    e->sync.taught += told;
    e->sync.failed |= compare.left_out;
    return compare.asks;
}

/* An answer longer than its question proves that this node is proven there. One that was cut short
 * and is not, that it may not be. */
static void note_length(struct sl_sync *sync, const struct sl_pull *pull,
                        const struct sl_input *input)
{
    uint32_t least = sl_frame_records_at(SL_FRAME_SYNC) + input->records_bytes;
    if (least > pull->asked_bytes)
        sync->is_known = true;
    else if (input->body.sync.last_id < pull->last_id)
        sync->is_known = false;
}

/* Whether long frames pass. What the answer said that was no news is not counted: it may have been
 * longer. */
static void note_path(struct sl_engine *e, struct sl_pull *pull, const struct sl_input *input)
{
    uint32_t least = sl_frame_records_at(SL_FRAME_SYNC) + input->records_bytes;
    if (least > SL_FRAME_BYTES_MIN || pull->asked_bytes > SL_FRAME_BYTES_MIN)
        sl_path_passed(e, pull->zone);
    else if (pull->lost_long)
        sl_path_swallowed(e, pull->zone);
    pull->lost_long = false;
}

static bool is_answer(const struct sl_sync *sync, const struct sl_input *input)
{
    const struct sl_pull *pull = &sync->pulls[input->header.probe % SL_PULLS_MAX];
    const struct sl_sync_body *body = &input->body.sync;
    return sync->active && pull->kind != SL_PULL_FREE && pull->number == input->header.probe &&
           body->salt == sync->salt && body->first_id == pull->first_id;
}

bool sl_sync_is_asked(const struct sl_engine *e, const struct sl_input *input)
{
    bool is_of_join = input->header.probe != 0 && input->header.probe == e->join.ask_number;
    return is_of_join || is_answer(&e->sync, input);
}

void sl_sync_answer(struct sl_engine *e, const struct sl_input *input)
{
    struct sl_sync *sync = &e->sync;
    struct sl_pull *pull = &sync->pulls[input->header.probe % SL_PULLS_MAX];
    const struct sl_sync_body *body = &input->body.sync;
    if (pull->number == input->header.probe) /* the conversation may be over for this node */
        sl_budget_answered(e, input);
    if (!is_answer(sync, input)) {
        if (input->header.probe != 0) /* that is asked without waiting for the answer */
            sl_engine_drop(e, SL_DROP_UNASKED);
        return;
    }
    if (sl_ip_equal(&input->from, &pull->to))
        sl_engine_answered(e, input->header.sender_id, &input->from);
    if (body->live_count > sync->their_count)
        sync->their_count = body->live_count;
    sl_timer_cancel(&e->timers, &pull->timer);
    note_length(sync, pull, input);
    note_path(e, pull, input);
    if (sync->window < SL_PULLS_MAX)
        sync->window++;
    if (e->now_ns - pull->asked_ns > sync->slowest_ns)
        sync->slowest_ns = e->now_ns - pull->asked_ns;
    if (pull->kind == SL_PULL_OPENING && pull->turns == 0 && note_parts(sync, input)) {
        sl_sync_release(e, pull);
        sl_walk_begin(e);
        sl_sync_assign(e);
        return;
    }
    bool more = take_turn(e, pull, input);
    pull->turns++;
    if (pull->kind == SL_PULL_WALK || pull->kind == SL_PULL_WALK_OPENING) {
        sl_walk_answer(e, pull, input);
    } else if (more && pull->turns < TURNS_MAX) {
        sl_timer_set(&e->timers, &pull->timer, e->now_ns + sl_sync_patience_ns(e));
    } else {
        sl_sync_release(e, pull);
    }
    sl_sync_assign(e);
}
