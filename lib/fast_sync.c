/* SPDX-License-Identifier: BSD-3-Clause */
/* Answers to SYNC_REQUESTs, from the view: the records of a range, or a turn of a comparison. */
#include "lib/compare.h"
#include "lib/fast_pass.h"

/* A lane answers while what it received and answered stays below this share of the cap: repair
 * waits for storms, whose rumours may still come in at random. The asker tries elsewhere. */
#define SL_SYNC_EIGHTHS          4
/* Strangers come by the thousand, with padded questions, to the few members that they know: what
 * comes on top before they notice is up to 35 KB (1,000 joining 1,000). */
#define SL_SYNC_EIGHTHS_STRANGER 3

/* Writes the members of first_id..*last_id in the order of their ids, as many as fit; *last_id
   becomes the last id that is covered. Returns the bytes written. */
static uint32_t write_range(const struct sl_fast *fast, uint8_t *out, uint32_t room_bytes,
                            uint64_t first_id, uint64_t *last_id)
{
    struct sl_view_range range;
    struct sl_view_item member;
    uint32_t at = 0;
    sl_view_range_begin(&range, fast->view, first_id, *last_id);
    while (sl_view_range_next(&range, &member)) {
        uint32_t bytes = sl_compare_write_member(out + at, room_bytes - at, fast->self_id, &member);
        if (bytes == 0) {
            *last_id = member.id - 1;
            break;
        }
        at += bytes;
    }
    return at;
}

static uint32_t length_limit(const struct sl_pass *pass, bool proven)
{
    uint32_t limit = sl_pass_path_bytes(pass);
    uint32_t wanted = pass->body.sync.most_bytes;
    if (wanted != 0 && wanted < limit)
        limit = wanted > SL_FRAME_BYTES_MIN ? wanted : SL_FRAME_BYTES_MIN;
    if (pass->io->room_bytes < limit)
        limit = pass->io->room_bytes;
    if (!proven && pass->io->length_bytes < limit)
        limit = pass->io->length_bytes;
    return limit;
}

uint32_t sl_pass_keep_digests(struct sl_pass *pass)
{
    uint8_t *out = pass->input->records + pass->novel_bytes;
    uint32_t room = pass->fast->frame_bytes - pass->novel_bytes, kept = 0;
    struct sl_record_cursor cursor = {
        pass->io->bytes + sl_frame_records_at(pass->header.type),
        pass->io->bytes + pass->io->length_bytes,
    };
    struct sl_digest digest;
    while (sl_digest_next(&cursor, &digest)) {
        uint32_t bytes = sl_digest_bytes(&digest);
        if (bytes > room - kept)
            break;
        memcpy(out + kept, cursor.at - bytes, bytes);
        kept += bytes;
    }
    return kept;
}

/* The request lies where the answer will: it is moved out of the way first. */
static uint32_t write_comparison(struct sl_pass *pass, uint32_t room_bytes, bool proven,
                                 struct sl_sync_body *body)
{
    uint32_t kept = sl_pass_keep_digests(pass);
    struct sl_compare compare = {
        .view = pass->fast->view,
        .self_id = pass->fast->self_id,
        .salt = body->salt,
        .first_id = body->first_id,
        .last_id = body->last_id,
        .live_count = pass->body.sync.live_count > body->live_count ? pass->body.sync.live_count
                                                                    : body->live_count,
        .work = proven ? SL_COMPARE_WORK : SL_COMPARE_WORK_STRANGER,
        .out = pass->io->bytes + SL_HEADER_BYTES + SL_SYNC_BODY_BYTES,
        .room_bytes = room_bytes,
    };
    sl_compare_turn(&compare, pass->input->records + pass->novel_bytes, kept);
    body->last_id = compare.covered_id;
    return compare.length_bytes;
}

/* Strangers' questions and the answers to them, which the lane's meter does not have: a flood of
 * them takes no more from members than their share. */
static uint32_t served_bytes(struct sl_pass *pass)
{
    struct sl_lane *lane = pass->lane;
    uint64_t most = __atomic_load_n(&pass->fast->byte_cap, __ATOMIC_RELAXED) / SL_SERVED_SHARE /
                    lane->lane_count;
    uint64_t served = 2 * (sl_meter_sum(&lane->stranger_acks, pass->now_ns) +
                           sl_meter_sum(&lane->stranger_syncs, pass->now_ns));
    return (uint32_t)(served < most ? served : most);
}

enum sl_verdict sl_pass_answer_sync(struct sl_pass *pass)
{
    const uint32_t records_at = SL_HEADER_BYTES + SL_SYNC_BODY_BYTES;
    struct sl_sync_body body = pass->body.sync;
    bool proven = sl_pass_sender_is_proven(pass);
    uint32_t room = length_limit(pass, proven) - records_at;
    uint32_t bytes;

    uint32_t eighths = proven ? SL_SYNC_EIGHTHS : SL_SYNC_EIGHTHS_STRANGER;
    uint32_t served = proven ? served_bytes(pass) : 0;
    if (!sl_pass_has_room(pass, records_at + room + served, eighths))
        return sl_pass_drop(pass, SL_DROP_BYTE_CAP);
    if (!proven && !sl_pass_may_serve(pass, records_at + room, SL_CLASS_BULK))
        return SL_VERDICT_DROP;
    body.live_count = __atomic_load_n(&pass->own->live_count, __ATOMIC_RELAXED);
    if (body.salt != 0)
        bytes = write_comparison(pass, room, proven, &body);
    else
        bytes = write_range(pass->fast, pass->io->bytes + records_at, room, body.first_id,
                            &body.last_id);
    bool stuck = bytes == 0 && body.last_id != pass->body.sync.last_id;
    if (stuck || body.last_id < body.first_id)
        return sl_pass_drop(pass, SL_DROP_ANSWER_NO_ROOM);
    sl_pass_write_header(pass, SL_FRAME_SYNC);
    sl_sync_body_write(pass->io->bytes, &body);
    sl_count(&pass->lane->counters->syncs_answered, 1);
    sl_pass_sent(pass, records_at + bytes, SL_CLASS_BULK);
    return SL_VERDICT_ANSWER;
}
