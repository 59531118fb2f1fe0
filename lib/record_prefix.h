/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* The start that records have in common, read where most of them end up: in the stale filter.
 * Inside lib/ only; others use record.h. */
#include <stddef.h>
#include <stdint.h>

#include "lib/bytes.h"
#include "lib/record.h"
#include "lib/word.h"

/* Offsets in a record, as WIRE.md has them. */
#define SL_RECORD_AT_ID       4
#define SL_RECORD_AT_WORD     12
#define SL_RECORD_AT_VARIABLE 28 /* of an ALIVE: addresses and strings */

/* All that is known of a skippable type: type, flags, length. */
#define SL_RECORD_HEAD_BYTES 4

/* What a type demands of its length and of its word's status. */
struct sl_record_rule {
    uint16_t bytes_min, bytes_max;
    uint8_t status;
};

static const struct sl_record_rule SL_RECORD_RULES[] = {
    {UINT16_MAX, 0, 0}, /* no type 0 */
    {SL_RECORD_AT_VARIABLE + 4 + 1, SL_RECORD_ALIVE_BYTES_MAX, SL_ALIVE},
    {SL_RECORD_LEFT_BYTES, SL_RECORD_LEFT_BYTES, SL_LEFT},
    {SL_RECORD_ACCUSATION_BYTES, SL_RECORD_ACCUSATION_BYTES, SL_SUSPECT},
    {SL_RECORD_ACCUSATION_BYTES, SL_RECORD_ACCUSATION_BYTES, SL_DEAD},
};

/* Moves past skippable records. Returns the length of the record that the cursor then stands
   before, its type, flags, length, id and word being good; 0 at the end or before a bad one. */
static inline uint32_t sl_record_prefix_find(struct sl_record_cursor *cursor, uint8_t *type,
                                             uint64_t *id, uint64_t *word,
                                             enum sl_wire_error *error)
{
    uint32_t head, length;
    *error = SL_WIRE_RECORD_BAD;
    for (;; cursor->at += length) {
        size_t left = (size_t)(cursor->end - cursor->at);
        if (left < SL_RECORD_HEAD_BYTES) {
            if (left == 0)
                *error = SL_WIRE_OK;
            return 0;
        }
        head = sl_be32_load(cursor->at);
        length = head & 0xffff;
        if (length < SL_RECORD_HEAD_BYTES || length > left)
            return 0;
        if (head >> 24 < SL_RECORD_SKIPPABLE)
            break;
    }
    uint32_t flags = head >> 16 & 0xff;
    *type = (uint8_t)(head >> 24);
    if (flags != 0 || *type > SL_RECORD_DEAD)
        return 0;
    const struct sl_record_rule *rule = &SL_RECORD_RULES[*type];
    if (length < rule->bytes_min || length > rule->bytes_max)
        return 0;
    *id = sl_be64_load(cursor->at + SL_RECORD_AT_ID);
    *word = sl_be64_load(cursor->at + SL_RECORD_AT_WORD);
    if (*id == 0 || (*word & 3) != rule->status || !sl_word_is_acceptable(*word))
        return 0;
    *error = SL_WIRE_OK;
    return length;
}
