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

/* What a type demands of its length, and of its word: a status and what sl_word_is_acceptable()
 * says, both in one comparison. The word less the least good one, turned right by the status's two
 * bits, is at most `word_span`: another status ends up in the top bits. */
struct sl_record_rule {
    uint32_t bytes_least, bytes_span;
    uint64_t word_least, word_span;
};

#define SL_RECORD_WORD_LEAST(status) (1ull << (SL_REFUTATION_BITS + 2) | (status))
#define SL_RECORD_WORD_SPAN \
    ((SL_GENERATION_MAX << SL_REFUTATION_BITS | SL_REFUTATION_MAX) - (1ull << SL_REFUTATION_BITS))

/* As many as the three bits of a type that are looked at; of types that are none, no length is
 * good. */
static const struct sl_record_rule SL_RECORD_RULES[8] = {
    {UINT16_MAX + 1, 0, 0, 0},
    {SL_RECORD_AT_VARIABLE + 4 + 1, SL_RECORD_ALIVE_BYTES_MAX - SL_RECORD_AT_VARIABLE - 4 - 1,
     SL_RECORD_WORD_LEAST(SL_ALIVE), SL_RECORD_WORD_SPAN},
    {SL_RECORD_LEFT_BYTES, 0, SL_RECORD_WORD_LEAST(SL_LEFT), SL_RECORD_WORD_SPAN - 1},
    {SL_RECORD_ACCUSATION_BYTES, 0, SL_RECORD_WORD_LEAST(SL_SUSPECT), SL_RECORD_WORD_SPAN - 1},
    {SL_RECORD_ACCUSATION_BYTES, 0, SL_RECORD_WORD_LEAST(SL_DEAD), SL_RECORD_WORD_SPAN - 1},
    {SL_RECORD_ACCUSATION_BYTES, 0, SL_RECORD_WORD_LEAST(SL_LEFT), SL_RECORD_WORD_SPAN - 1},
    {UINT16_MAX + 1, 0, 0, 0},
    {UINT16_MAX + 1, 0, 0, 0},
};

/* The length of the record at `at` if type, flags, length, id and word are good; else 0. */
static inline uint32_t sl_record_prefix_read(const uint8_t *at, size_t left, uint8_t *type,
                                             uint64_t *id, uint64_t *word)
{
    if (left < SL_RECORD_PREFIX_BYTES)
        return 0;
    uint32_t head = sl_be32_load(at), length = head & 0xffff;
    if ((head >> 16 & 0xf8ff) != 0) /* a flag, or a type past the rules */
        return 0;
    const struct sl_record_rule *rule = &SL_RECORD_RULES[head >> 24];
    if (length > left || length - rule->bytes_least > rule->bytes_span)
        return 0;
    *type = (uint8_t)(head >> 24);
    *id = sl_be64_load(at + SL_RECORD_AT_ID);
    *word = sl_be64_load(at + SL_RECORD_AT_WORD);
    uint64_t above = *word - rule->word_least;
    return *id != 0 && (above >> 2 | above << 62) <= rule->word_span ? length : 0;
}

/* The length of a skippable record; 0 if there is none at `at`, or it overruns. */
static inline uint32_t sl_record_skippable_bytes(const uint8_t *at, size_t left)
{
    if (left < SL_RECORD_HEAD_BYTES || *at < SL_RECORD_SKIPPABLE)
        return 0;
    uint32_t length = sl_be16_load(at + 2);
    return length < SL_RECORD_HEAD_BYTES || length > left ? 0 : length;
}

/* Moves past skippable records. Returns the length of the record that the cursor then stands
   before, its type, flags, length, id and word being good; 0 at the end or before a bad one. */
static inline uint32_t sl_record_prefix_find(struct sl_record_cursor *cursor, uint8_t *type,
                                             uint64_t *id, uint64_t *word,
                                             enum sl_wire_error *error)
{
    for (;;) {
        size_t left = (size_t)(cursor->end - cursor->at);
        uint32_t length = sl_record_prefix_read(cursor->at, left, type, id, word);
        *error = SL_WIRE_OK;
        if (__builtin_expect(length != 0, 1))
            return length;
        length = sl_record_skippable_bytes(cursor->at, left);
        if (length == 0) {
            *error = left == 0 ? SL_WIRE_OK : SL_WIRE_RECORD_BAD;
            return 0;
        }
        cursor->at += length;
    }
}
