/* SPDX-License-Identifier: BSD-3-Clause */
#include "lib/fast_pass.h"
#include "lib/record.h"

/* What a member is told as: by its own claim while it lives, whoever suspects it. Returns the bytes
 * written; 0: no room. */
static uint32_t write_member(uint8_t *out, uint32_t room_bytes, uint64_t self_id,
                             const struct sl_view_item *member)
{
    struct sl_identity identity;
    switch (sl_word_status(member->word)) {
    case SL_LEFT:
        return sl_record_write_left(out, room_bytes, member->id, member->word);
    case SL_DEAD:
        return sl_record_write_accusation(out, room_bytes, member->id, member->word, self_id);
    default:
        identity = sl_cold_identity(member->cold);
        return sl_record_write_alive(out, room_bytes, member->id,
                                     sl_word_with_status(member->word, SL_ALIVE), &identity);
    }
}

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
        uint32_t bytes = write_member(out + at, room_bytes - at, fast->self_id, &member);
        if (bytes == 0) {
            *last_id = member.id - 1;
            break;
        }
        at += bytes;
    }
    return at;
}

/* A stranger could have us read the whole table with every packet: it gets records only. */
static uint64_t own_range_hash(const struct sl_pass *pass, bool proven)
{
    const struct sl_sync_body *asked = &pass->body.sync;
    if (asked->range_hash == 0 || !proven)
        return 0;
    return sl_view_range_hash(pass->fast->view, asked->first_id, asked->last_id);
}

static uint32_t length_limit(const struct sl_pass *pass, bool proven)
{
    uint32_t limit = pass->fast->frame_bytes;
    if (pass->io->room_bytes < limit)
        limit = pass->io->room_bytes;
    if (!proven && pass->io->length_bytes < limit)
        limit = pass->io->length_bytes;
    return limit;
}

enum sl_verdict sl_pass_answer_sync(struct sl_pass *pass)
{
    const uint32_t records_at = SL_HEADER_BYTES + SL_SYNC_BODY_BYTES;
    const struct sl_view_summary *own = pass->own;
    struct sl_sync_body body = pass->body.sync;
    bool proven = sl_pass_sender_is_proven(pass);
    uint32_t bytes = 0;

    body.range_hash = own_range_hash(pass, proven);
    body.live_count = __atomic_load_n(&own->live_count, __ATOMIC_RELAXED);
    if (body.range_hash == 0 || body.range_hash != pass->body.sync.range_hash) {
        bytes = write_range(pass->fast, pass->io->bytes + records_at,
                            length_limit(pass, proven) - records_at, body.first_id, &body.last_id);
        if (bytes == 0 && body.last_id != pass->body.sync.last_id)
            return sl_pass_drop(pass, SL_DROP_ANSWER_NO_ROOM);
    }
    sl_pass_write_header(pass, SL_FRAME_SYNC);
    sl_sync_body_write(pass->io->bytes, &body);
    sl_count(&pass->lane->counters->syncs_answered, 1);
    sl_pass_sent(pass, records_at + bytes, SL_CLASS_BULK);
    return SL_VERDICT_ANSWER;
}
