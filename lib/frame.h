/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * The frame: one datagram, a fixed 72 byte header, a body fixed by the type, then records. The
 * format itself is written down in WIRE.md; this is its code. Everything is in network byte order
 * on the wire and in host order here. Pure functions, any thread.
 */
#include <stdbool.h>
#include <stdint.h>

#include "lib/bytes.h"

#ifdef __cplusplus
extern "C" {
#endif

#define SL_WIRE_VERSION          1
#define SL_HEADER_BYTES          72
/* Of a PING_REQ to a helper to which the asker may not be proven: as long as both answers. */
#define SL_PING_REQ_PADDED_BYTES (2 * (SL_HEADER_BYTES + SL_PROBE_BODY_BYTES))
#define SL_PROBE_BODY_BYTES      24
#define SL_SYNC_BODY_BYTES       32

enum sl_frame_type {
    SL_FRAME_PING = 1,         /* are you there? */
    SL_FRAME_ACK = 2,          /* I am */
    SL_FRAME_NACK = 3,         /* a helper's receipt: I heard you and asked the target */
    SL_FRAME_PING_REQ = 4,     /* ask that member for me */
    SL_FRAME_GOSSIP = 5,       /* records, no body */
    SL_FRAME_SYNC_REQUEST = 6, /* what do you hold in this range of ids? */
    SL_FRAME_SYNC = 7,         /* this */
    SL_FRAME_PULL = 8,         /* records, no body, and: what is new? */
    SL_FRAME_TYPE_END,
};

/* Header flags. Unknown flags make a frame unreadable: they may change what follows. */
#define SL_FRAME_SEALED 0x0001 /* AEAD-protected: refused until it can be opened; else tag = 0 */

/* What an answer changes in the header that it answers; the rest is in frame.c. */
#define SL_HEADER_TYPE_AT      1
#define SL_HEADER_SENDER_AT    8
#define SL_HEADER_SALT_AT      16
#define SL_HEADER_LANE_AT      24 /* lane | counter */
#define SL_HEADER_PROBE_AT     32
#define SL_HEADER_UNSETTLED_AT 36
#define SL_HEADER_VIEW_HASH_AT 40
#define SL_HEADER_AUTHORITY_AT 48
#define SL_PROBE_WORD_AT       88 /* of a probe's body, all that an ACK changes */
#define SL_COUNTER_MAX         ((1ull << 56) - 1)

struct sl_header {
    uint8_t type; /* enum sl_frame_type */
    uint16_t flags;
    uint32_t cluster_id;
    uint64_t sender_id;
    uint32_t boot_salt; /* drawn at the sender's start: tells its lives apart, for replay windows */
    uint16_t key_id;    /* 0 = not sealed */
    uint8_t lane;       /* the sender's TX queue */
    uint64_t counter;   /* 56 bits, per lane, from 1 */
    uint32_t probe;     /* probe or sync session number; echoed by answers; 0 = none */
    uint32_t unsettled; /* changes in the sender's view that are younger than the spread time */
    uint64_t view_hash; /* sum of item hashes of the sender's live members */
    uint64_t authority_revision; /* highest authority revision the sender has heard of; 0 = none */
};

/* Body of PING, ACK, NACK and PING_REQ: one shape, so that each is made from another in place. */
struct sl_probe_body {
    uint64_t target_id;   /* who is probed */
    uint64_t origin_id;   /* who wants to know */
    uint64_t target_word; /* PING, PING_REQ, NACK: the target's word as the origin holds it, so that
                             an accused member learns it at once; ACK: the target's own word, or, if
                             origin and target are one (two nodes of one name), the word with which
                             its life began */
};

/* Body of SYNC_REQUEST and SYNC. Ranges are inclusive at both ends. */
struct sl_sync_body {
    uint64_t first_id;   /* SYNC: as asked */
    uint64_t last_id;    /* SYNC: the last id covered; less than asked if the frame was full */
    uint64_t salt;       /* of the hashes in a comparison (digest.h); 0: no comparison, a request
                            pulls all records of the range */
    uint32_t live_count; /* live members in the sender's whole view */
    uint32_t most_bytes; /* longest frame that may answer this one; 0: any, less than
                            SL_FRAME_BYTES_MIN counts as that */
};

/* Why a frame or record was refused; each is a drop counter (see counters.h). */
enum sl_wire_error {
    SL_WIRE_OK = 0,
    SL_WIRE_SHORT, /* ends before what its type needs */
    SL_WIRE_VERSION_UNKNOWN,
    SL_WIRE_TYPE_UNKNOWN,
    SL_WIRE_FLAGS_UNKNOWN,
    SL_WIRE_FIELD_BAD,  /* a forbidden value: zero id, zero counter, generation too high, ... */
    SL_WIRE_RECORD_BAD, /* a record overruns the frame, has a wrong length or a forbidden value */
};

/* Checks length, version, type and flags, reads the header, and checks every field of header and
   body that has a forbidden value. The length must cover the type's body as well. Unless SL_WIRE_OK
   is returned, *out is undefined. */
enum sl_wire_error sl_header_read(const uint8_t *frame, uint32_t length_bytes,
                                  struct sl_header *out);

/* Writes all SL_HEADER_BYTES (tag zeroed). */
void sl_header_write(uint8_t *frame, const struct sl_header *header);

/* Sets lane and counter (1..SL_COUNTER_MAX) in a written frame: only the sending queue knows them.
 */
static inline void sl_header_stamp(uint8_t *frame, uint8_t lane, uint64_t counter)
{
    sl_be64_store(frame + SL_HEADER_LANE_AT, (uint64_t)lane << 56 | counter);
}

/* Makes the header of a received frame of my cluster one of mine, in place. The probe number stays,
   and what is zero in a frame that is not sealed. Whole words at multiples of eight: who sums them
   up next by words finds each in one store that is still under way. (A word that is loaded, changed
   in one byte and stored is a store of that byte to gcc.) */
static inline void sl_header_turn(uint8_t *frame, const struct sl_header *mine)
{
    uint64_t probe = sl_be64_load(frame + SL_HEADER_PROBE_AT);
    sl_be64_store(frame,
                  (uint64_t)SL_WIRE_VERSION << 56 | (uint64_t)mine->type << 48 | mine->cluster_id);
    sl_be64_store(frame + SL_HEADER_SENDER_AT, mine->sender_id);
    sl_be64_store(frame + SL_HEADER_SALT_AT, (uint64_t)mine->boot_salt << 32);
    sl_header_stamp(frame, mine->lane, mine->counter);
    sl_be64_store(frame + SL_HEADER_PROBE_AT, (probe & ~(uint64_t)UINT32_MAX) | mine->unsettled);
    sl_be64_store(frame + SL_HEADER_VIEW_HASH_AT, mine->view_hash);
    sl_be64_store(frame + SL_HEADER_AUTHORITY_AT, mine->authority_revision);
}

/* Has no body. */
static inline bool sl_frame_is_gossip(uint8_t type)
{
    return type == SL_FRAME_GOSSIP || type == SL_FRAME_PULL;
}

/* First byte after header and body of this type. */
static inline uint32_t sl_frame_records_at(uint8_t type)
{
    if (type <= SL_FRAME_PING_REQ)
        return SL_HEADER_BYTES + SL_PROBE_BODY_BYTES;
    return sl_frame_is_gossip(type) ? SL_HEADER_BYTES : SL_HEADER_BYTES + SL_SYNC_BODY_BYTES;
}

/* The bodies of a frame that sl_header_read() accepted, or of one being written. */
void sl_probe_body_read(const uint8_t *frame, struct sl_probe_body *out);
void sl_probe_body_write(uint8_t *frame, const struct sl_probe_body *body);
void sl_sync_body_read(const uint8_t *frame, struct sl_sync_body *out);
void sl_sync_body_write(uint8_t *frame, const struct sl_sync_body *body);

#ifdef __cplusplus
}
#endif
