/* SPDX-License-Identifier: BSD-3-Clause */
/* Decodes any bytes as a frame and as bare records; aborts if what was accepted does not encode to
 * the same bytes. */
#include "tests/fuzz/fuzz.h"

#include <stdlib.h>
#include <string.h>

#include "lib/assert.h"
#include "lib/digest.h"
#include "lib/frame.h"
#include "lib/record.h"
#include "lib/word.h"

static uint32_t record_write(uint8_t *out, uint32_t room, const struct sl_record *r)
{
    if (r->type == SL_RECORD_ALIVE)
        return sl_record_write_alive(out, room, r->id, r->word, &r->identity);
    if (r->type == SL_RECORD_LEFT)
        return sl_record_write_left(out, room, r->id, r->word);
    return sl_record_write_accusation(out, room, r->id, r->word, r->accuser_id);
}

/* The room is of the exact size, so that AddressSanitizer sees every byte written past the end. */
static void check_record(const struct sl_record *record, const uint8_t *bytes)
{
    uint32_t length = record->length_bytes;
    uint8_t *room = malloc(length);
    SL_ASSERT(room != NULL);
    SL_ASSERT(record_write(room, length - 1, record) == 0);
    SL_ASSERT(record_write(room, length, record) == length);
    SL_ASSERT(memcmp(room, bytes, length) == 0);
    free(room);
}

static void check_digests(const uint8_t *from, const uint8_t *end)
{
    struct sl_record_cursor cursor = {from, end};
    struct sl_digest d;
    while (sl_digest_next(&cursor, &d)) {
        uint32_t bytes = sl_digest_bytes(&d);
        uint8_t head[SL_DIFFERS_BYTES_MAX + 4 * SL_DIGEST_HASHES_MAX];
        SL_ASSERT(d.bytes + bytes - SL_DIGEST_HEAD_BYTES == cursor.at && cursor.at <= end);
        SL_ASSERT(sl_digest_write(head, bytes, &d) == bytes);
        SL_ASSERT(memcmp(head, cursor.at - bytes, SL_DIGEST_HEAD_BYTES) == 0);
        for (uint32_t i = 0; d.type != SL_RECORD_DIFFERS && i < d.count; i++)
            (void)sl_digest_at(&d, i);
    }
}

static void check_records(const uint8_t *from, const uint8_t *end)
{
    check_digests(from, end);
    struct sl_record_cursor full = {from, end}, prefixes = {from, end};
    struct sl_record record;
    enum sl_wire_error error;
    while (sl_record_next(&full, &record, &error)) {
        uint8_t type;
        uint64_t id, word;
        SL_ASSERT(error == SL_WIRE_OK);
        SL_ASSERT(sl_record_next_prefix(&prefixes, &type, &id, &word, &error));
        SL_ASSERT(prefixes.at == full.at);
        SL_ASSERT(type == record.type && id == record.id && word == record.word);
        SL_ASSERT(!sl_word_is_accusation(word) || sl_word_is_acceptable(sl_word_refute(word)));
        check_record(&record, full.at - record.length_bytes);
    }
    SL_ASSERT(error == SL_WIRE_RECORD_BAD || full.at == end);
}

static void check_doubts(const uint8_t *from, const uint8_t *end)
{
    struct sl_record_cursor cursor = {from, end};
    uint8_t again[SL_RECORD_DOUBT_BYTES];
    uint64_t zone_id;
    while (sl_record_next_doubt(&cursor, &zone_id)) {
        SL_ASSERT(sl_record_write_doubt(again, zone_id) == sizeof(again));
        SL_ASSERT(memcmp(again, cursor.at - sizeof(again), sizeof(again)) == 0);
    }
    SL_ASSERT(cursor.at <= end);
}

static void check_frame(const uint8_t *frame, const struct sl_header *header)
{
    uint8_t again[SL_HEADER_BYTES + SL_SYNC_BODY_BYTES];
    uint32_t length = sl_frame_records_at(header->type);
    sl_header_write(again, header);
    if (length == SL_HEADER_BYTES + SL_PROBE_BODY_BYTES) {
        struct sl_probe_body body;
        sl_probe_body_read(frame, &body);
        sl_probe_body_write(again, &body);
    } else if (length == SL_HEADER_BYTES + SL_SYNC_BODY_BYTES) {
        struct sl_sync_body body;
        sl_sync_body_read(frame, &body);
        sl_sync_body_write(again, &body);
    }
    SL_ASSERT(memcmp(again, frame, length) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct sl_header header;
    if (size > UINT16_MAX)
        return 0;
    if (sl_header_read(data, (uint32_t)size, &header) == SL_WIRE_OK) {
        check_frame(data, &header);
        check_records(data + sl_frame_records_at(header.type), data + size);
        check_doubts(data + sl_frame_records_at(header.type), data + size);
    }
    /* Records on their own as well: a mutation rarely leaves the header valid. */
    check_records(data, data + size);
    check_doubts(data, data + size);
    return 0;
}
