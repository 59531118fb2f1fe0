/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * The records by which two members find out how their views differ (WIRE.md, "Comparison"): hashes
 * of 32 bits for the parts of a bucket of ids (hash_tree.h) or for single members. All are of
 * skippable types: whoever does not compare passes over them. Pure functions, any thread.
 */
#include <stdbool.h>
#include <stdint.h>

#include "lib/bytes.h"
#include "lib/record.h"

#ifdef __cplusplus
extern "C" {
#endif

#define SL_DIGEST_HEAD_BYTES 12  /* of each of these records, before the hashes */
#define SL_DIGEST_BITS_MAX   8   /* parts of one bucket: 2^8 */
#define SL_DIGEST_DEPTH_MAX  32  /* of the parts: their numbers fit 32 bits */
#define SL_DIGEST_HASHES_MAX 256 /* in one record: what one answer looks through is bounded */
#define SL_DIFFERS_BYTES_MAX (SL_DIGEST_HEAD_BYTES + (1 << SL_DIGEST_BITS_MAX) / 8)

struct sl_digest {
    uint8_t type;        /* SL_RECORD_DIGESTS .. SL_RECORD_DIFFERS */
    uint8_t depth;       /* of the bucket */
    uint8_t bits;        /* DIGESTS, DIFFERS: its parts are 2^bits buckets of depth + bits */
    uint16_t live_count; /* ITEMS: so many of the hashes are live members', the rest gone ones' */
    uint32_t bucket;
    uint32_t count;       /* hashes; DIFFERS: parts */
    const uint8_t *bytes; /* count hashes of 4 bytes; DIFFERS: a bit per part, the first highest */
};

/* A sum or an item hash as it goes on the wire: another 32 bits of it in each session, so that two
   that collide differ in the next (multiply-shift, Dietzfelbinger 1997). */
static inline uint32_t sl_digest_hash(uint64_t hash, uint64_t salt)
{
    return (uint32_t)(hash * (salt | 1) >> 32);
}

static inline uint32_t sl_digest_at(const struct sl_digest *digest, uint32_t index)
{
    return sl_be32_load(digest->bytes + 4 * (uint64_t)index);
}

/* Of the whole record. */
static inline uint32_t sl_digest_bytes(const struct sl_digest *digest)
{
    return SL_DIGEST_HEAD_BYTES +
           (digest->type == SL_RECORD_DIFFERS ? digest->count / 8 : 4 * digest->count);
}

/* Moves on to the next good record of these types, past all others; false at the end. A record that
   breaks a rule of its type is passed over: it says nothing. The records before it are whole (a
   frame's were checked by its filter); a record that overruns ends the walk. */
bool sl_digest_next(struct sl_record_cursor *cursor, struct sl_digest *out);

/* Writes the head of a record of digest->count hashes (DIFFERS: parts, all equal as yet), whose
   fields but `bytes` are filled in; the caller writes the hashes behind it. Returns the bytes of
   the whole record, 0 if `room` does not suffice. */
uint32_t sl_digest_write(uint8_t *out, uint32_t room_bytes, const struct sl_digest *digest);

#ifdef __cplusplus
}
#endif
