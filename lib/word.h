/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * A member's whole state in one 64-bit word: generation (40 bits) | refutations (22) | status (2).
 *
 * The merge rule is max(): a higher incarnation wins, and within one incarnation
 * LEFT > DEAD > SUSPECT > ALIVE. max() is commutative, associative and idempotent, so lost,
 * duplicated and reordered records cannot make two views differ for good.
 *
 * A gone member may also be removed by an operator's word. The two bits of status are used up, and
 * one more would move every word on the wire. So REMOVED is a bit beside the word (view.h), of
 * words with status LEFT only, and ranks above LEFT as if it were the word's lowest bit.
 *
 * Word 0 means "no such member": generations start at 1.
 */
#include <stdbool.h>
#include <stdint.h>

enum sl_status {
    SL_ALIVE = 0,
    SL_SUSPECT = 1,
    SL_DEAD = 2,
    SL_LEFT = 3,
};

#define SL_REFUTATION_BITS 22
#define SL_REFUTATION_MAX  ((1u << SL_REFUTATION_BITS) - 1)
#define SL_GENERATION_BITS 40
/* Higher generations are refused on the wire: room for a member to climb above any word it meets.
 */
#define SL_GENERATION_MAX  ((1ull << SL_GENERATION_BITS) - (1ull << 20))

/* generation: start time in seconds since 1970, or one more than an earlier life's if the clock
 * went backwards. */
static inline uint64_t sl_word(uint64_t generation, uint32_t refutations, enum sl_status status)
{
    return generation << (SL_REFUTATION_BITS + 2) | (uint64_t)refutations << 2 | (uint64_t)status;
}

static inline enum sl_status sl_word_status(uint64_t word)
{
    return (enum sl_status)(word & 3);
}

/* The word without its status: what only the member itself may raise. */
static inline uint64_t sl_word_incarnation(uint64_t word)
{
    return word >> 2;
}

static inline uint64_t sl_word_generation(uint64_t word)
{
    return word >> (SL_REFUTATION_BITS + 2);
}

static inline uint32_t sl_word_refutations(uint64_t word)
{
    return (uint32_t)(word >> 2) & SL_REFUTATION_MAX;
}

static inline uint64_t sl_word_with_status(uint64_t word, enum sl_status status)
{
    return (word & ~3ull) | (uint64_t)status;
}

/* ALIVE and SUSPECT members count as live: they are probed, gossiped to, and part of the view hash.
 */
static inline bool sl_word_is_live(uint64_t word)
{
    return word != 0 && sl_word_status(word) <= SL_SUSPECT;
}

static inline bool sl_word_is_accusation(uint64_t word)
{
    return ((word ^ word >> 1) & 1) != 0;
}

/* What is accepted from the wire: generation 1..SL_GENERATION_MAX, and what others may have made up
   (all but ALIVE) leaves room for its refutation, which must be acceptable itself. */
static inline bool sl_word_is_acceptable(uint64_t word)
{
    uint64_t least = 1ull << SL_REFUTATION_BITS;
    uint64_t most = SL_GENERATION_MAX << SL_REFUTATION_BITS | SL_REFUTATION_MAX;
    uint64_t room = sl_word_status(word) != SL_ALIVE ? 1 : 0;
    return sl_word_incarnation(word) - least <= most - least - room;
}

/* Generations are start times: none is much later than now. The bound is far off, because clocks
 * are wrong by decades; what matters is that it moves on, so that above every accepted word there
 * is room for its member's answer, a second later at most. No right clock shows less than the
 * epoch: a node without a clock accepts what others do. */
#define SL_GENERATION_EPOCH_S 1767225600ull /* 2026-01-01 */
#define SL_GENERATION_AHEAD_S (1ull << 30)  /* 34 years */

/* What a member may start with, because all accept it, whatever their clocks say, with room above
 * for later lives. A later time is a wrong clock; in 34 years each life follows on the one before.
 */
#define SL_GENERATION_START_MAX (SL_GENERATION_EPOCH_S + SL_GENERATION_AHEAD_S - (1ull << 20))

/* The greatest word that is accepted at this time (seconds since 1970, by the own clock). */
static inline uint64_t sl_word_most(uint64_t wall_s)
{
    uint64_t now_s = wall_s > SL_GENERATION_EPOCH_S ? wall_s : SL_GENERATION_EPOCH_S;
    uint64_t most = now_s + SL_GENERATION_AHEAD_S;
    if (now_s >= SL_GENERATION_MAX || most > SL_GENERATION_MAX)
        most = SL_GENERATION_MAX;
    return sl_word(most, SL_REFUTATION_MAX, SL_LEFT);
}

static inline uint64_t sl_word_merge(uint64_t a, uint64_t b)
{
    return a > b ? a : b;
}

/* The word by which a member answers an accusation: one incarnation above it, ALIVE. */
static inline uint64_t sl_word_refute(uint64_t accused)
{
    return sl_word_with_status((sl_word_incarnation(accused) + 1) << 2, SL_ALIVE);
}

static inline const char *sl_status_name(enum sl_status status)
{
    static const char *const names[] = {"alive", "suspect", "dead", "left"};
    return names[status & 3];
}
