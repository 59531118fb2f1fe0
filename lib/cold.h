/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * Cold records: what a member says of itself, packed. A record is immutable (but for the writer's
 * link) from its publication until its grace period has ended. The pool cuts them from one region
 * in 8-byte units, with a list of holes per size. Holes side by side become one, so members may
 * grow longer tags for years.
 *
 * Threads: records are read by any thread; the pool is the writer's.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/arena.h"
#include "lib/identity.h"
#include "lib/limits.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Use sl_cold_identity() and sl_cold_endpoint(): a record has no place for what its member does not
 * have. */
struct sl_cold {
    uint64_t id;
    uint32_t link;    /* the writer's alone: SL_COLD_BEHIND_HOLE, and the next record of a list */
    uint8_t v4_ip[4]; /* network byte order */
    uint16_t v4_port; /* 0 = has no IPv4 endpoint */
    uint16_t v6_port; /* 0 = has no IPv6 endpoint */
    uint16_t tags_bytes;
    uint8_t name_bytes;
    uint8_t zone_bytes;
    char text[]; /* name, zone, tags, one after the other, no zeroes between; then 16 bytes of
                    address if v6_port */
};

#define SL_COLD_UNIT_BYTES 8
#define SL_COLD_BYTES_MAX  (24 + SL_NAME_BYTES_MAX + SL_ZONE_BYTES_MAX + SL_TAGS_BYTES_MAX + 16)
#define SL_COLD_UNITS_MAX  ((SL_COLD_BYTES_MAX + SL_COLD_UNIT_BYTES - 1) / SL_COLD_UNIT_BYTES)

/* Bytes that the record of this identity takes. */
size_t sl_cold_bytes(const struct sl_identity *identity);

/* Writes the record into sl_cold_bytes() bytes, aligned to 8. */
void sl_cold_write(struct sl_cold *out, uint64_t id, const struct sl_identity *identity);

/* The identity inside a record; its strings point into the record. */
struct sl_identity sl_cold_identity(const struct sl_cold *cold);

bool sl_cold_is_named(const struct sl_cold *cold, const struct sl_identity *identity);
bool sl_cold_equal(const struct sl_cold *cold, const struct sl_identity *identity);

/* The endpoint to reach a member at, for a sender that has the given families; port 0 if they share
 * none. IPv4 first. */
struct sl_endpoint sl_cold_endpoint(const struct sl_cold *cold, bool has_v4, bool has_v6);

#define SL_COLD_BEHIND_HOLE 0x80000000u /* in link: the units before this record are a hole */
#define SL_COLD_HOLES       (SL_COLD_UNITS_MAX + 5)

/* A reference is an offset in units, below 2^31; 0 = none. */
struct sl_cold_pool {
    uint64_t *region;
    uint32_t unit_count;
    uint32_t unused_from;          /* units from here on are in no record and no hole */
    uint32_t holes[SL_COLD_HOLES]; /* by size in units: first hole; the last list has all that are
                                      larger, too */
};

/* Room for max_members records of bytes_per_member on average, and for what one step's changes
   retire. Returns false if the arena is dry or too small. */
bool sl_cold_pool_create(struct sl_cold_pool *pool, struct sl_arena *arena, uint32_t max_members,
                         uint32_t bytes_per_member);

/* Returns a reference to unwritten memory for `bytes`; 0 if none is free. */
uint32_t sl_cold_pool_take(struct sl_cold_pool *pool, size_t bytes);

/* Takes back a written record that no reader holds. */
void sl_cold_pool_give(struct sl_cold_pool *pool, uint32_t reference);

static inline struct sl_cold *sl_cold_at(const struct sl_cold_pool *pool, uint32_t reference)
{
    return (struct sl_cold *)(void *)(pool->region + reference);
}

#ifdef __cplusplus
}
#endif
