/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * The live members other than oneself: whom to probe next, and whom to pick at random. Probing is
 * SWIM's shuffled round-robin (section 4.3 of the paper): each member once per pass, so detection
 * time is bounded; the shuffle is done one swap per step, so that no step costs more than another.
 * One thread.
 */
#include <stdint.h>

#include "lib/arena.h"
#include "lib/prng.h"

#ifdef __cplusplus
extern "C" {
#endif

#define SL_PICK_MAX 16 /* peers picked in one go */

/* Numbers up to max_members, 16 bits each where that is enough. */
struct sl_peer_numbers {
    uint16_t *narrow; /* one of the two */
    uint32_t *wide;
};

struct sl_peers {
    struct sl_peer_numbers slots; /* live slots: [0, cursor) were probed in this pass, the rest were
                                     not */
    struct sl_peer_numbers places; /* per slot: 1 + index into `slots`; 0 = not a live peer */
    uint32_t count;
    uint32_t cursor;
};

/* The slot of peer `at`, below count. */
static inline uint32_t sl_peers_at(const struct sl_peers *peers, uint32_t at)
{
    return peers->slots.narrow != NULL ? peers->slots.narrow[at] : peers->slots.wide[at];
}

/* Begins loading what adding or removing this slot will read. */
static inline void sl_peers_prefetch(const struct sl_peers *peers, uint32_t slot)
{
    if (peers->places.narrow != NULL)
        __builtin_prefetch(&peers->places.narrow[slot]);
    else
        __builtin_prefetch(&peers->places.wide[slot]);
}

void sl_peers_create(struct sl_peers *peers, struct sl_arena *arena, uint32_t max_members);
/* Set-up. Takes over what another holds, once the arrays are copies of its. */
void sl_peers_adopt(struct sl_peers *peers, const struct sl_peers *from);
void sl_peers_add(struct sl_peers *peers, uint32_t slot);    /* no effect if there already */
void sl_peers_remove(struct sl_peers *peers, uint32_t slot); /* no effect if not there */

/* The next member to probe; SL_SLOT_NONE if there is none. */
uint32_t sl_peers_next(struct sl_peers *peers, struct sl_prng *prng);

/* Up to `count` (at most SL_PICK_MAX) distinct random peers, never `except` (SL_SLOT_NONE: nobody
 * is excepted). Returns how many. */
uint32_t sl_peers_pick(const struct sl_peers *peers, struct sl_prng *prng, uint32_t except,
                       uint32_t *out, uint32_t count);

#ifdef __cplusplus
}
#endif
