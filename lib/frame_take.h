/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* Where each field of a frame lies, and how a header is read and checked: code that the fast path
 * runs in line. Inside lib/ only; others use frame.h. */
#include <stdbool.h>
#include <stdint.h>

#include "lib/bytes.h"
#include "lib/frame.h"
#include "lib/word.h"

/* Offsets in the header and in the bodies, as WIRE.md has them; more in frame.h. */
enum {
    AT_VERSION = 0,
    AT_FLAGS = 2,
    AT_CLUSTER = 4,
    AT_KEY = 20,
    AT_RESERVED = 22,
    AT_TAG = 56,
    AT_TARGET = 72,
    AT_ORIGIN = 80,
    AT_FIRST = 72,
    AT_LAST = 80,
    AT_SYNC_SALT = 88,
    AT_LIVE = 96,
    AT_SYNC_MOST = 100,
};

static inline bool sl_probe_body_is_good(const uint8_t *frame, uint8_t type)
{
    uint64_t word = sl_be64_load(frame + SL_PROBE_WORD_AT);
    if (sl_be64_load(frame + AT_TARGET) == 0 || sl_be64_load(frame + AT_ORIGIN) == 0)
        return false;
    if (type == SL_FRAME_ACK)
        return sl_word_is_acceptable(word) && !sl_word_is_accusation(word);
    return word == 0 || sl_word_is_acceptable(word);
}

static inline bool sl_sync_body_is_good(const uint8_t *frame)
{
    return sl_be64_load(frame + AT_FIRST) <= sl_be64_load(frame + AT_LAST);
}

static inline bool sl_body_is_good(const uint8_t *frame, uint8_t type)
{
    if (type <= SL_FRAME_PING_REQ)
        return sl_probe_body_is_good(frame, type);
    return sl_frame_is_gossip(type) || sl_sync_body_is_good(frame);
}

/* sl_header_read() and sl_probe_body_read() themselves, where each frame passes. */
static inline enum sl_wire_error sl_header_take(const uint8_t *frame, uint32_t length_bytes,
                                                struct sl_header *out)
{
    if (length_bytes < SL_HEADER_BYTES)
        return SL_WIRE_SHORT;
    if (frame[AT_VERSION] != SL_WIRE_VERSION)
        return SL_WIRE_VERSION_UNKNOWN;
    uint8_t type = frame[SL_HEADER_TYPE_AT];
    if (type == 0 || type >= SL_FRAME_TYPE_END)
        return SL_WIRE_TYPE_UNKNOWN;
    /* Sealed frames too: a receiver without keys cannot tell a good one from a forged one. */
    if (sl_be16_load(frame + AT_FLAGS) != 0)
        return SL_WIRE_FLAGS_UNKNOWN;
    if (length_bytes < sl_frame_records_at(type))
        return SL_WIRE_SHORT;

    uint64_t lane_counter = sl_be64_load(frame + SL_HEADER_LANE_AT);
    out->type = type;
    out->flags = 0;
    out->cluster_id = sl_be32_load(frame + AT_CLUSTER);
    out->sender_id = sl_be64_load(frame + SL_HEADER_SENDER_AT);
    out->boot_salt = sl_be32_load(frame + SL_HEADER_SALT_AT);
    out->key_id = 0;
    out->lane = (uint8_t)(lane_counter >> 56);
    out->counter = lane_counter & SL_COUNTER_MAX;
    out->probe = sl_be32_load(frame + SL_HEADER_PROBE_AT);
    out->unsettled = sl_be32_load(frame + SL_HEADER_UNSETTLED_AT);
    out->view_hash = sl_be64_load(frame + SL_HEADER_VIEW_HASH_AT);
    out->authority_revision = sl_be64_load(frame + SL_HEADER_AUTHORITY_AT);

    uint64_t not_zero = sl_be64_load(frame + AT_TAG) | sl_be64_load(frame + AT_TAG + 8) |
                        sl_be32_load(frame + AT_KEY); /* key id and reserved */
    if (not_zero != 0 || out->cluster_id == 0 || out->sender_id == 0 || out->counter == 0 ||
        !sl_body_is_good(frame, type))
        return SL_WIRE_FIELD_BAD;
    return SL_WIRE_OK;
}

static inline void sl_probe_body_take(const uint8_t *frame, struct sl_probe_body *out)
{
    out->target_id = sl_be64_load(frame + AT_TARGET);
    out->origin_id = sl_be64_load(frame + AT_ORIGIN);
    out->target_word = sl_be64_load(frame + SL_PROBE_WORD_AT);
}
