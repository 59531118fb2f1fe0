/* SPDX-License-Identifier: BSD-3-Clause */
#include "lib/frame.h"

#include "lib/bytes.h"
#include "lib/frame_take.h"

_Static_assert(AT_TAG + 16 == SL_HEADER_BYTES, "the tag ends the header");
_Static_assert(SL_PROBE_WORD_AT + 8 == SL_HEADER_BYTES + SL_PROBE_BODY_BYTES, "probe body");
_Static_assert(AT_SYNC_MOST + 4 == SL_HEADER_BYTES + SL_SYNC_BODY_BYTES, "sync body");

enum sl_wire_error sl_header_read(const uint8_t *frame, uint32_t length_bytes,
                                  struct sl_header *out)
{
    return sl_header_take(frame, length_bytes, out);
}

void sl_header_write(uint8_t *frame, const struct sl_header *header)
{
    frame[AT_VERSION] = SL_WIRE_VERSION;
    frame[SL_HEADER_TYPE_AT] = header->type;
    sl_be16_store(frame + AT_FLAGS, header->flags);
    sl_be32_store(frame + AT_CLUSTER, header->cluster_id);
    sl_be64_store(frame + SL_HEADER_SENDER_AT, header->sender_id);
    sl_be32_store(frame + SL_HEADER_SALT_AT, header->boot_salt);
    sl_be16_store(frame + AT_KEY, header->key_id);
    sl_be16_store(frame + AT_RESERVED, 0);
    sl_header_stamp(frame, header->lane, header->counter);
    sl_be32_store(frame + SL_HEADER_PROBE_AT, header->probe);
    sl_be32_store(frame + SL_HEADER_UNSETTLED_AT, header->unsettled);
    sl_be64_store(frame + SL_HEADER_VIEW_HASH_AT, header->view_hash);
    sl_be64_store(frame + SL_HEADER_AUTHORITY_AT, header->authority_revision);
    memset(frame + AT_TAG, 0, SL_HEADER_BYTES - AT_TAG);
}

void sl_probe_body_read(const uint8_t *frame, struct sl_probe_body *out)
{
    sl_probe_body_take(frame, out);
}

void sl_probe_body_write(uint8_t *frame, const struct sl_probe_body *body)
{
    sl_be64_store(frame + AT_TARGET, body->target_id);
    sl_be64_store(frame + AT_ORIGIN, body->origin_id);
    sl_be64_store(frame + SL_PROBE_WORD_AT, body->target_word);
}

void sl_sync_body_read(const uint8_t *frame, struct sl_sync_body *out)
{
    out->first_id = sl_be64_load(frame + AT_FIRST);
    out->last_id = sl_be64_load(frame + AT_LAST);
    out->salt = sl_be64_load(frame + AT_SYNC_SALT);
    out->live_count = sl_be32_load(frame + AT_LIVE);
    out->most_bytes = sl_be32_load(frame + AT_SYNC_MOST);
}

void sl_sync_body_write(uint8_t *frame, const struct sl_sync_body *body)
{
    sl_be64_store(frame + AT_FIRST, body->first_id);
    sl_be64_store(frame + AT_LAST, body->last_id);
    sl_be64_store(frame + AT_SYNC_SALT, body->salt);
    sl_be32_store(frame + AT_LIVE, body->live_count);
    sl_be32_store(frame + AT_SYNC_MOST, body->most_bytes);
}
