/* SPDX-License-Identifier: BSD-3-Clause */
#include "lib/peers.h"

#include <stdbool.h>

#include "lib/assert.h"
#include "lib/view.h"

static void take(struct sl_peer_numbers *numbers, struct sl_arena *arena, uint32_t max_members)
{
    if (max_members <= UINT16_MAX)
        numbers->narrow = sl_arena_take(arena, max_members, sizeof(numbers->narrow[0]));
    else
        numbers->wide = sl_arena_take(arena, max_members, sizeof(numbers->wide[0]));
}

static uint32_t place_of(const struct sl_peers *peers, uint32_t slot)
{
    return peers->places.narrow != NULL ? peers->places.narrow[slot] : peers->places.wide[slot];
}

static void set(struct sl_peer_numbers *numbers, uint32_t at, uint32_t number)
{
    if (numbers->narrow != NULL)
        numbers->narrow[at] = (uint16_t)number;
    else
        numbers->wide[at] = number;
}

void sl_peers_create(struct sl_peers *peers, struct sl_arena *arena, uint32_t max_members)
{
    take(&peers->slots, arena, max_members);
    take(&peers->places, arena, max_members);
    peers->count = 0;
    peers->cursor = 0;
}

void sl_peers_adopt(struct sl_peers *peers, const struct sl_peers *from)
{
    peers->count = from->count;
    peers->cursor = from->cursor;
}

static void put(struct sl_peers *peers, uint32_t at, uint32_t slot)
{
    set(&peers->slots, at, slot);
    set(&peers->places, slot, at + 1);
}

void sl_peers_add(struct sl_peers *peers, uint32_t slot)
{
    if (place_of(peers, slot) == 0)
        put(peers, peers->count++, slot);
}

void sl_peers_remove(struct sl_peers *peers, uint32_t slot)
{
    uint32_t place = place_of(peers, slot);
    if (place == 0)
        return;
    uint32_t hole = place - 1;
    set(&peers->places, slot, 0);
    if (hole < peers->cursor) {
        /* The hole moves to the edge of the probed part, so that nobody unprobed lands in it. */
        uint32_t edge = --peers->cursor;
        if (hole != edge)
            put(peers, hole, sl_peers_at(peers, edge));
        hole = edge;
    }
    uint32_t last = --peers->count;
    if (hole != last)
        put(peers, hole, sl_peers_at(peers, last));
}

uint32_t sl_peers_next(struct sl_peers *peers, struct sl_prng *prng)
{
    if (peers->count == 0)
        return SL_SLOT_NONE;
    if (peers->cursor >= peers->count)
        peers->cursor = 0;
    uint32_t at = peers->cursor++;
    uint32_t chosen = at + sl_prng_below(prng, peers->count - at);
    uint32_t slot = sl_peers_at(peers, chosen);
    put(peers, chosen, sl_peers_at(peers, at));
    put(peers, at, slot);
    return slot;
}

static bool contains(const uint32_t *slots, uint32_t count, uint32_t slot)
{
    for (uint32_t i = 0; i < count; i++) {
        if (slots[i] == slot)
            return true;
    }
    return false;
}

/* Few to choose from: a partial shuffle of a copy, instead of drawing until all are hit. */
static uint32_t pick_from_few(const struct sl_peers *peers, struct sl_prng *prng, uint32_t except,
                              uint32_t *out, uint32_t count)
{
    uint32_t eligible[2 * SL_PICK_MAX];
    uint32_t left = 0;
    for (uint32_t i = 0; i < peers->count; i++) {
        uint32_t slot = sl_peers_at(peers, i);
        if (slot != except)
            eligible[left++] = slot;
    }
    uint32_t picked = 0;
    while (picked < count && left > 0) {
        uint32_t chosen = sl_prng_below(prng, left);
        out[picked++] = eligible[chosen];
        eligible[chosen] = eligible[--left];
    }
    return picked;
}

uint32_t sl_peers_pick(const struct sl_peers *peers, struct sl_prng *prng, uint32_t except,
                       uint32_t *out, uint32_t count)
{
    SL_ASSERT(count <= SL_PICK_MAX);
    if (peers->count <= 2 * count)
        return pick_from_few(peers, prng, except, out, count);
    uint32_t picked = 0;
    while (picked < count) {
        uint32_t slot = sl_peers_at(peers, sl_prng_below(prng, peers->count));
        if (slot != except && !contains(out, picked, slot))
            out[picked++] = slot;
    }
    return picked;
}
