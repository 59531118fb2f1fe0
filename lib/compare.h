/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * One turn of a comparison of two views: from the other side's records to one's own answer to them.
 * Both sides do the same, and neither remembers anything between turns but what the frames say:
 *
 *   DIGESTS  every part whose hash differs here is told one level finer, as DIGESTS, or as ITEMS
 *            once only a few members are to be expected in it
 *   ITEMS    members that the other lacks are told as records; hashes unknown here are WANTed
 *   WANT     those members are told
 *
 * A difference is so found in the time of log16(members) frames, for a few dozen bytes (Demers et
 * al. 1987, section 1.3; Merkle 1987). What finds no room in the frame is left out: the next
 * session finds it.
 */
#include <stdbool.h>
#include <stdint.h>

#include "lib/digest.h"
#include "lib/view.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Members that one turn may hash: about 25 us. A stranger is worth less. */
#define SL_COMPARE_WORK          1024
#define SL_COMPARE_WORK_STRANGER 256

struct sl_compare {
    /* the caller's */
    const struct sl_view *view;
    uint64_t self_id;
    uint64_t salt;
    uint64_t first_id, last_id; /* ITEMS and WANT concern ids in here only */
    uint32_t live_count;        /* of the larger of the two views */
    uint32_t work;              /* members that may still be hashed */
    uint32_t skip;              /* records told by an earlier frame of this very turn */
    uint8_t *out;
    uint32_t room_bytes;

    /* what came of it */
    uint32_t length_bytes; /* written to out */
    bool asks;             /* something that wants an answer was written */
    uint32_t told;         /* records were written, so many */
    bool left_out;         /* something found no room */
    uint64_t covered_id; /* ITEMS were gone through up to here: last_id, or less for lack of room */
};

/* Answers all comparison records among these. Other records are passed over. */
void sl_compare_turn(struct sl_compare *c, const uint8_t *records, uint32_t bytes);

/* Opening words. false: no room, or more than one record can hold. */
bool sl_compare_write_digests(struct sl_compare *c, uint32_t depth, uint32_t bucket, uint32_t bits);
bool sl_compare_write_items(struct sl_compare *c, uint32_t depth, uint32_t bucket);

/* The record by which a member is told: by its own claim while it lives, whoever suspects it.
   Returns the bytes written; 0: no room. */
uint32_t sl_compare_write_member(uint8_t *out, uint32_t room_bytes, uint64_t self_id,
                                 const struct sl_view_item *member);

#ifdef __cplusplus
}
#endif
