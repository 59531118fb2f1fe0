/* SPDX-License-Identifier: BSD-3-Clause */
#include "lib/record.h"

#include <stddef.h>

#include "lib/assert.h"
#include "lib/limits.h"
#include "lib/record_prefix.h"

/* Offsets in a record, as WIRE.md has them; more in record_prefix.h. */
enum {
    AT_ACCUSER = 20,
    AT_V4_PORT = 20,
    AT_V6_PORT = 22,
    AT_NAME_BYTES = 24,
    AT_ZONE_BYTES = 25,
    AT_TAGS_BYTES = 26,
};

_Static_assert(SL_RECORD_ALIVE_BYTES_MAX == SL_RECORD_AT_VARIABLE + 4 + 16 + SL_NAME_BYTES_MAX +
                                                SL_ZONE_BYTES_MAX + SL_TAGS_BYTES_MAX,
               "the longest claim");
_Static_assert(SL_HEADER_BYTES + SL_SYNC_BODY_BYTES + SL_RECORD_ALIVE_BYTES_MAX <=
                   SL_FRAME_BYTES_MIN,
               "a sync answer of the smallest frame limit moves on by one record at least");

bool sl_record_next_prefix(struct sl_record_cursor *cursor, uint8_t *type, uint64_t *id,
                           uint64_t *word, enum sl_wire_error *error)
{
    uint32_t length = sl_record_prefix_find(cursor, type, id, word, error);
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
    if (length_bytes != SL_RECORD_AT_VARIABLE + addresses_bytes + text_bytes)
        return false;

    const uint8_t *at = record + SL_RECORD_AT_VARIABLE;
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
    uint32_t length = sl_record_prefix_find(cursor, &out->type, &out->id, &out->word, error);
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
    SL_ASSERT(id != 0 && (word & 3) == (SL_RECORD_RULES[type].word_least & 3));
    sl_be32_store(out, (uint32_t)type << 24 | length_bytes);
    sl_be64_store(out + SL_RECORD_AT_ID, id);
    sl_be64_store(out + SL_RECORD_AT_WORD, word);
}

uint32_t sl_record_alive_bytes(const struct sl_identity *identity)
{
    return SL_RECORD_AT_VARIABLE + (sl_endpoint_is_set(&identity->v4) ? 4u : 0u) +
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

    uint8_t *at = out + SL_RECORD_AT_VARIABLE;
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
    static const uint8_t types[] = {SL_RECORD_SUSPECT, SL_RECORD_SUSPECT, SL_RECORD_DEAD,
                                    SL_RECORD_REMOVED};
    prefix_write(out, types[sl_word_status(word)], SL_RECORD_ACCUSATION_BYTES, id, word);
    sl_be64_store(out + AT_ACCUSER, accuser_id);
    return SL_RECORD_ACCUSATION_BYTES;
}

void sl_record_write_pad(uint8_t *out, uint32_t length_bytes)
{
    SL_ASSERT(length_bytes >= SL_RECORD_HEAD_BYTES && length_bytes <= UINT16_MAX);
    memset(out, 0, length_bytes);
    sl_be32_store(out, (uint32_t)SL_RECORD_PAD << 24 | length_bytes);
}

bool sl_record_next_doubt(struct sl_record_cursor *cursor, uint64_t *zone_id)
{
    const uint32_t head = (uint32_t)SL_RECORD_DOUBT << 24 | SL_RECORD_DOUBT_BYTES;
    if (cursor->end - cursor->at < SL_RECORD_DOUBT_BYTES || sl_be32_load(cursor->at) != head)
        return false;
    *zone_id = sl_be64_load(cursor->at + SL_RECORD_AT_ID);
    cursor->at += SL_RECORD_DOUBT_BYTES;
    return *zone_id != 0;
}

uint32_t sl_record_write_doubt(uint8_t *out, uint64_t zone_id)
{
    SL_ASSERT(zone_id != 0);
    sl_be32_store(out, (uint32_t)SL_RECORD_DOUBT << 24 | SL_RECORD_DOUBT_BYTES);
    sl_be64_store(out + SL_RECORD_AT_ID, zone_id);
    return SL_RECORD_DOUBT_BYTES;
}
