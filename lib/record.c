/* SPDX-License-Identifier: BSD-3-Clause */
#include "lib/record.h"

#include <stddef.h>

#include "lib/assert.h"
#include "lib/bytes.h"
#include "lib/limits.h"
#include "lib/word.h"

/* Offsets in a record, as WIRE.md has them. */
enum {
    AT_FLAGS = 1,
    AT_LENGTH = 2,
    AT_ID = 4,
    AT_WORD = 12,
    AT_ACCUSER = 20,
    AT_V4_PORT = 20,
    AT_V6_PORT = 22,
    AT_NAME_BYTES = 24,
    AT_ZONE_BYTES = 25,
    AT_TAGS_BYTES = 26,
    AT_VARIABLE = 28,
};

#define HEAD_BYTES 4 /* type, flags, length: all that is known of a skippable type */

_Static_assert(SL_RECORD_ALIVE_BYTES_MAX ==
                   AT_VARIABLE + 4 + 16 + SL_NAME_BYTES_MAX + SL_ZONE_BYTES_MAX + SL_TAGS_BYTES_MAX,
               "the longest claim");
_Static_assert(SL_HEADER_BYTES + SL_SYNC_BODY_BYTES + SL_RECORD_ALIVE_BYTES_MAX <=
                   SL_FRAME_BYTES_MIN,
               "a sync answer of the smallest frame limit moves on by one record at least");

/* What a type demands of its length and of its word's status. */
struct record_rule {
    uint16_t bytes_min, bytes_max;
    uint8_t status;
};

static const struct record_rule rules[] = {
    [SL_RECORD_ALIVE] = {AT_VARIABLE + 4 + 1, SL_RECORD_ALIVE_BYTES_MAX, SL_ALIVE},
    [SL_RECORD_LEFT] = {SL_RECORD_LEFT_BYTES, SL_RECORD_LEFT_BYTES, SL_LEFT},
    [SL_RECORD_SUSPECT] = {SL_RECORD_ACCUSATION_BYTES, SL_RECORD_ACCUSATION_BYTES, SL_SUSPECT},
    [SL_RECORD_DEAD] = {SL_RECORD_ACCUSATION_BYTES, SL_RECORD_ACCUSATION_BYTES, SL_DEAD},
};

/* Moves past skippable records. Returns the length of the record that the cursor then stands
   before, its type, flags, length, id and word being good; 0 at the end or before a bad one. */
static inline uint32_t prefix_find(struct sl_record_cursor *cursor, uint8_t *type, uint64_t *id,
                                   uint64_t *word, enum sl_wire_error *error)
{
    size_t left;
    uint32_t length;
    *error = SL_WIRE_RECORD_BAD;
    for (;; cursor->at += length) {
        left = (size_t)(cursor->end - cursor->at);
        if (left < HEAD_BYTES) {
            if (left == 0)
                *error = SL_WIRE_OK;
            return 0;
        }
        uint32_t head = sl_be32_load(cursor->at);
        length = head & 0xffff;
        if (length < HEAD_BYTES || length > left)
            return 0;
        *type = (uint8_t)(head >> 24);
        if (*type < SL_RECORD_SKIPPABLE)
            break;
    }
    if (*type < SL_RECORD_ALIVE || *type > SL_RECORD_DEAD || cursor->at[AT_FLAGS] != 0)
        return 0;
    const struct record_rule *rule = &rules[*type];
    if (length < rule->bytes_min || length > rule->bytes_max)
        return 0;
    *id = sl_be64_load(cursor->at + AT_ID);
    *word = sl_be64_load(cursor->at + AT_WORD);
    if (*id == 0 || (*word & 3) != rule->status || !sl_word_is_acceptable(*word))
        return 0;
    *error = SL_WIRE_OK;
    return length;
}

bool sl_record_next_prefix(struct sl_record_cursor *cursor, uint8_t *type, uint64_t *id,
                           uint64_t *word, enum sl_wire_error *error)
{
    uint32_t length = prefix_find(cursor, type, id, word, error);
    cursor->at += length;
    return length != 0;
}

static bool identity_read(const uint8_t *record, uint32_t length_bytes, struct sl_identity *out)
{
    uint16_t v4_port = sl_be16_load(record + AT_V4_PORT);
    uint16_t v6_port = sl_be16_load(record + AT_V6_PORT);
    out->name_bytes = record[AT_NAME_BYTES];
    out->zone_bytes = record[AT_ZONE_BYTES];
    out->tags_bytes = sl_be16_load(record + AT_TAGS_BYTES);

    uint32_t addresses_bytes = (v4_port != 0 ? 4u : 0u) + (v6_port != 0 ? 16u : 0u);
    uint32_t text_bytes = (uint32_t)out->name_bytes + out->zone_bytes + out->tags_bytes;
    if (length_bytes != AT_VARIABLE + addresses_bytes + text_bytes)
        return false;

    const uint8_t *at = record + AT_VARIABLE;
    if (v4_port != 0) {
        out->v4 = sl_endpoint_v4(at, v4_port);
        at += 4;
    }
    if (v6_port != 0) {
        out->v6 = sl_endpoint_v6(at, v6_port);
        at += 16;
    }
    out->name = (const char *)at;
    out->zone = out->name + out->name_bytes;
    out->tags = out->zone + out->zone_bytes;
    return sl_identity_is_valid(out);
}

bool sl_record_next(struct sl_record_cursor *cursor, struct sl_record *out,
                    enum sl_wire_error *error)
{
    memset(out, 0, sizeof(*out));
    uint32_t length = prefix_find(cursor, &out->type, &out->id, &out->word, error);
    if (length == 0)
        return false;
    out->length_bytes = (uint16_t)length;

    bool good = true;
    if (out->type == SL_RECORD_ALIVE) {
        good = identity_read(cursor->at, length, &out->identity);
    } else if (out->type != SL_RECORD_LEFT) {
        out->accuser_id = sl_be64_load(cursor->at + AT_ACCUSER);
        good = out->accuser_id != 0 && out->accuser_id != out->id;
    }
    if (!good) {
        *error = SL_WIRE_RECORD_BAD;
        return false;
    }
    cursor->at += length;
    return true;
}

static void prefix_write(uint8_t *out, uint8_t type, uint32_t length_bytes, uint64_t id,
                         uint64_t word)
{
    SL_ASSERT(id != 0 && (word & 3) == rules[type].status);
    sl_be32_store(out, (uint32_t)type << 24 | length_bytes);
    sl_be64_store(out + AT_ID, id);
    sl_be64_store(out + AT_WORD, word);
}

uint32_t sl_record_alive_bytes(const struct sl_identity *identity)
{
    return AT_VARIABLE + (sl_endpoint_is_set(&identity->v4) ? 4u : 0u) +
           (sl_endpoint_is_set(&identity->v6) ? 16u : 0u) + identity->name_bytes +
           identity->zone_bytes + identity->tags_bytes;
}

static uint8_t *append(uint8_t *at, const void *bytes, size_t length_bytes)
{
    if (length_bytes != 0)
        memcpy(at, bytes, length_bytes); /* not with an absent string's NULL */
    return at + length_bytes;
}

uint32_t sl_record_write_alive(uint8_t *out, uint32_t room_bytes, uint64_t id, uint64_t word,
                               const struct sl_identity *identity)
{
    SL_ASSERT(sl_identity_fits(identity));
    uint32_t length = sl_record_alive_bytes(identity);
    if (length > room_bytes)
        return 0;
    prefix_write(out, SL_RECORD_ALIVE, length, id, word);
    sl_be16_store(out + AT_V4_PORT, identity->v4.port);
    sl_be16_store(out + AT_V6_PORT, identity->v6.port);
    out[AT_NAME_BYTES] = identity->name_bytes;
    out[AT_ZONE_BYTES] = identity->zone_bytes;
    sl_be16_store(out + AT_TAGS_BYTES, identity->tags_bytes);

    uint8_t *at = out + AT_VARIABLE;
    if (sl_endpoint_is_set(&identity->v4))
        at = append(at, identity->v4.ip + sizeof(SL_V4_PREFIX), 4);
    if (sl_endpoint_is_set(&identity->v6))
        at = append(at, identity->v6.ip, 16);
    at = append(at, identity->name, identity->name_bytes);
    at = append(at, identity->zone, identity->zone_bytes);
    append(at, identity->tags, identity->tags_bytes);
    return length;
}

uint32_t sl_record_write_left(uint8_t *out, uint32_t room_bytes, uint64_t id, uint64_t word)
{
    if (room_bytes < SL_RECORD_LEFT_BYTES)
        return 0;
    prefix_write(out, SL_RECORD_LEFT, SL_RECORD_LEFT_BYTES, id, word);
    return SL_RECORD_LEFT_BYTES;
}

uint32_t sl_record_write_accusation(uint8_t *out, uint32_t room_bytes, uint64_t id, uint64_t word,
                                    uint64_t accuser_id)
{
    SL_ASSERT(accuser_id != 0 && accuser_id != id);
    if (room_bytes < SL_RECORD_ACCUSATION_BYTES)
        return 0;
    uint8_t type = sl_word_status(word) == SL_DEAD ? SL_RECORD_DEAD : SL_RECORD_SUSPECT;
    prefix_write(out, type, SL_RECORD_ACCUSATION_BYTES, id, word);
    sl_be64_store(out + AT_ACCUSER, accuser_id);
    return SL_RECORD_ACCUSATION_BYTES;
}

void sl_record_write_pad(uint8_t *out, uint32_t length_bytes)
{
    SL_ASSERT(length_bytes >= HEAD_BYTES && length_bytes <= UINT16_MAX);
    memset(out, 0, length_bytes);
    sl_be32_store(out, (uint32_t)SL_RECORD_PAD << 24 | length_bytes);
}
