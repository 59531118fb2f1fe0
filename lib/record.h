/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * Records: the updates that a frame carries. A member's own claims (ALIVE, LEFT) and others'
 * accusations (SUSPECT, DEAD, REMOVED) are different types, so that signatures can tell who may say
 * what. See WIRE.md. Pure functions, any thread.
 *
 * Every record begins: type (1 byte), flags (1), length in bytes, all of the record (2). Types
 * below 128 go on: id (8), word (8).
 */
#include <stdbool.h>
#include <stdint.h>

#include "lib/frame.h"
#include "lib/identity.h"

#ifdef __cplusplus
extern "C" {
#endif

#define SL_RECORD_PREFIX_BYTES     20
#define SL_RECORD_LEFT_BYTES       20
#define SL_RECORD_ACCUSATION_BYTES 28
#define SL_RECORD_DOUBT_BYTES      12
#define SL_RECORD_ALIVE_BYTES_MAX  (20 + 8 + 4 + 16 + 63 + 63 + 256)
#define SL_RECORD_SIGNED           0x01 /* flag: a signature ends the record */
#define SL_RECORD_SIGNATURE_BYTES  64   /* Ed25519, room only: refused until it is checked */

enum sl_record_type {
    SL_RECORD_ALIVE = 1,       /* claim: word with status ALIVE, and the identity */
    SL_RECORD_LEFT = 2,        /* claim: word with status LEFT */
    SL_RECORD_SUSPECT = 3,     /* accusation: word with status SUSPECT, and the accuser's id */
    SL_RECORD_DEAD = 4,        /* accusation: word with status DEAD, and the accuser's id */
    SL_RECORD_REMOVED = 5,     /* accusation: word with status LEFT, and the id of the node where an
                                  operator said so */
    SL_RECORD_SKIPPABLE = 128, /* types from here up are skipped by whom they tell nothing */
    SL_RECORD_PAD = 128,       /* nothing */
    SL_RECORD_DOUBT = 129,     /* first-hand: nobody in this zone answers the sender */
    SL_RECORD_DIGESTS = 130,   /* comparison (digest.h): hashes of a bucket's parts */
    SL_RECORD_ITEMS = 131,     /* hashes of a bucket's members, all of them */
    SL_RECORD_WANT = 132,      /* hashes of members whose records are asked for */
    SL_RECORD_DIFFERS = 133,   /* which of a bucket's parts differ */
};

struct sl_record {
    uint8_t type;
    uint16_t length_bytes;
    uint64_t id;
    uint64_t word;
    uint64_t accuser_id;         /* of an accusation; else 0 */
    struct sl_identity identity; /* ALIVE; its strings point into the frame */
};

struct sl_record_cursor {
    const uint8_t *at, *end;
};

/* Reads and validates the next record. Skips records of skippable types (>= 128). Returns false at
   the end of the records (*error = SL_WIRE_OK) and on a bad one (SL_WIRE_RECORD_BAD; the cursor
   stays there). After true, the record is the out->length_bytes bytes before cursor->at. */
bool sl_record_next(struct sl_record_cursor *cursor, struct sl_record *out,
                    enum sl_wire_error *error);

/* Reads only type, length, id and word: what the stale filter needs. Validates what
   sl_record_next() validates of these, so an ALIVE whose identity is bad passes here; the bytes
   that the cursor moved over, read by sl_record_next(), are this record. */
bool sl_record_next_prefix(struct sl_record_cursor *cursor, uint8_t *type, uint64_t *id,
                           uint64_t *word, enum sl_wire_error *error);

/* The writers return the bytes written, or 0 if `room` does not suffice (then nothing was written).
   The word's status must fit the type and the identity must satisfy sl_identity_fits(). */
uint32_t sl_record_write_alive(uint8_t *out, uint32_t room_bytes, uint64_t id, uint64_t word,
                               const struct sl_identity *identity);
uint32_t sl_record_write_left(uint8_t *out, uint32_t room_bytes, uint64_t id, uint64_t word);
/* word's status selects SUSPECT, DEAD or, by LEFT, REMOVED. */
uint32_t sl_record_write_accusation(uint8_t *out, uint32_t room_bytes, uint64_t id, uint64_t word,
                                    uint64_t accuser_id);
/* Fills exactly length_bytes (4..65535) with one PAD record: type, flags, length, then zeroes. */
void sl_record_write_pad(uint8_t *out, uint32_t length_bytes);

/* Doubts of zones stand before all other records of a frame: reads the next of them. false: there
   is none, or it is not a good one (then it is skipped, as anywhere else). */
bool sl_record_next_doubt(struct sl_record_cursor *cursor, uint64_t *zone_id);
/* zone_id: of the zone's name, as of a member's. Returns SL_RECORD_DOUBT_BYTES. */
uint32_t sl_record_write_doubt(uint8_t *out, uint64_t zone_id);

/* Bytes that sl_record_write_alive() would write. */
uint32_t sl_record_alive_bytes(const struct sl_identity *identity);

#ifdef __cplusplus
}
#endif
