/* SPDX-License-Identifier: BSD-3-Clause */
#include "lib/digest.h"

#include <string.h>

#include "lib/assert.h"
#include "lib/record_prefix.h"

/* Offsets in a record, as WIRE.md has them. */
enum {
    AT_DEPTH = 4,
    AT_BITS = 5,
    AT_LIVE = 6,
    AT_BUCKET = 8,
};

static bool is_good(const struct sl_digest *d, uint32_t length_bytes)
{
    bool has_parts = d->type == SL_RECORD_DIGESTS || d->type == SL_RECORD_DIFFERS;
    bool whole = d->type != SL_RECORD_DIFFERS || d->bits >= 3;
    return whole && length_bytes == sl_digest_bytes(d) && d->count <= SL_DIGEST_HASHES_MAX &&
           (d->bits != 0) == has_parts && d->bits <= SL_DIGEST_BITS_MAX &&
           d->depth + d->bits <= SL_DIGEST_DEPTH_MAX &&
           (uint64_t)d->bucket < (uint64_t)1 << d->depth &&
           d->live_count <= (d->type == SL_RECORD_ITEMS ? d->count : 0);
}

static bool read(const uint8_t *record, uint32_t length_bytes, struct sl_digest *out)
{
    if (length_bytes < SL_DIGEST_HEAD_BYTES || record[1] != 0)
        return false;
    out->type = record[0];
    out->depth = record[AT_DEPTH];
    out->bits = record[AT_BITS];
    out->live_count = sl_be16_load(record + AT_LIVE);
    out->bucket = sl_be32_load(record + AT_BUCKET);
    out->bytes = record + SL_DIGEST_HEAD_BYTES;
    if (out->type == SL_RECORD_DIFFERS)
        out->count = (length_bytes - SL_DIGEST_HEAD_BYTES) * 8;
    else
        out->count = (length_bytes - SL_DIGEST_HEAD_BYTES) / 4;
    bool has_parts = out->bits != 0 && out->bits <= SL_DIGEST_BITS_MAX;
    return is_good(out, length_bytes) && (!has_parts || out->count == 1u << out->bits);
}

bool sl_digest_next(struct sl_record_cursor *cursor, struct sl_digest *out)
{
    while (cursor->end - cursor->at >= SL_RECORD_HEAD_BYTES) {
        const uint8_t *record = cursor->at;
        uint32_t length = sl_be32_load(record) & 0xffff;
        if (length < SL_RECORD_HEAD_BYTES || length > (size_t)(cursor->end - record))
            return false;
        cursor->at += length;
        if (record[0] >= SL_RECORD_DIGESTS && record[0] <= SL_RECORD_DIFFERS &&
            read(record, length, out))
            return true;
    }
    return false;
}

uint32_t sl_digest_write(uint8_t *out, uint32_t room_bytes, const struct sl_digest *digest)
{
    uint32_t length = sl_digest_bytes(digest);
    SL_ASSERT(is_good(digest, length));
    if (length > room_bytes)
        return 0;
    sl_be32_store(out, (uint32_t)digest->type << 24 | length);
    out[AT_DEPTH] = digest->depth;
    out[AT_BITS] = digest->bits;
    sl_be16_store(out + AT_LIVE, digest->live_count);
    sl_be32_store(out + AT_BUCKET, digest->bucket);
    if (digest->type == SL_RECORD_DIFFERS)
        memset(out + SL_DIGEST_HEAD_BYTES, 0, length - SL_DIGEST_HEAD_BYTES);
    return length;
}
