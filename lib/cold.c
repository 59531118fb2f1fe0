/* SPDX-License-Identifier: BSD-3-Clause */
#include "lib/cold.h"

#include <string.h>

#include "lib/assert.h"

/* A smaller hole could hold no record: nameless members do not exist. */
#define UNITS_MIN   4
/* Any record can be cut from a hole of this size, and what stays is a hole that can hold a record.
 */
#define UNITS_LARGE (SL_COLD_HOLES - 1)

_Static_assert((UNITS_MIN - 1) * SL_COLD_UNIT_BYTES == sizeof(struct sl_cold), "room for one byte");
_Static_assert(UNITS_LARGE == SL_COLD_UNITS_MAX + UNITS_MIN, "the largest record leaves a hole");

/* What is not in use. Holes never lie side by side, and never before unused_from. */
struct hole {
    uint64_t no_id; /* 0, where a record has its member's id */
    uint32_t next, previous;
    uint32_t size; /* in units; once more in the hole's last unit, for the record behind it */
    uint32_t unused;
};

static size_t record_bytes(size_t text_bytes, bool has_v6)
{
    return sizeof(struct sl_cold) + text_bytes + (has_v6 ? 16 : 0);
}

size_t sl_cold_bytes(const struct sl_identity *identity)
{
    return record_bytes((size_t)identity->name_bytes + identity->zone_bytes + identity->tags_bytes,
                        sl_endpoint_is_set(&identity->v6));
}

static size_t text_bytes(const struct sl_cold *cold)
{
    return (size_t)cold->name_bytes + cold->zone_bytes + cold->tags_bytes;
}

static char *append(char *at, const char *bytes, size_t count)
{
    if (count > 0)
        memcpy(at, bytes, count);
    return at + count;
}

void sl_cold_write(struct sl_cold *out, uint64_t id, const struct sl_identity *identity)
{
    out->id = id;
    out->link = 0;
    out->v4_port = identity->v4.port;
    out->v6_port = identity->v6.port;
    out->tags_bytes = identity->tags_bytes;
    out->name_bytes = identity->name_bytes;
    out->zone_bytes = identity->zone_bytes;
    memset(out->v4_ip, 0, sizeof(out->v4_ip));
    if (sl_endpoint_is_set(&identity->v4))
        memcpy(out->v4_ip, identity->v4.ip + sizeof(SL_V4_PREFIX), sizeof(out->v4_ip));
    char *at = append(out->text, identity->name, identity->name_bytes);
    at = append(at, identity->zone, identity->zone_bytes);
    at = append(at, identity->tags, identity->tags_bytes);
    if (sl_endpoint_is_set(&identity->v6))
        memcpy(at, identity->v6.ip, sizeof(identity->v6.ip));
}

static struct sl_endpoint endpoint_v4(const struct sl_cold *cold)
{
    static const struct sl_endpoint none;
    return cold->v4_port == 0 ? none : sl_endpoint_v4(cold->v4_ip, cold->v4_port);
}

static struct sl_endpoint endpoint_v6(const struct sl_cold *cold)
{
    static const struct sl_endpoint none;
    return cold->v6_port == 0
               ? none
               : sl_endpoint_v6((const uint8_t *)cold->text + text_bytes(cold), cold->v6_port);
}

struct sl_identity sl_cold_identity(const struct sl_cold *cold)
{
    struct sl_identity identity = {
        .v4 = endpoint_v4(cold),
        .v6 = endpoint_v6(cold),
        .name = cold->text,
        .zone = cold->text + cold->name_bytes,
        .tags = cold->text + cold->name_bytes + cold->zone_bytes,
        .name_bytes = cold->name_bytes,
        .zone_bytes = cold->zone_bytes,
        .tags_bytes = cold->tags_bytes,
    };
    return identity;
}

static bool bytes_equal(const char *a, const char *b, size_t count)
{
    return count == 0 || memcmp(a, b, count) == 0;
}

bool sl_cold_is_named(const struct sl_cold *cold, const struct sl_identity *identity)
{
    return cold->name_bytes == identity->name_bytes &&
           bytes_equal(cold->text, identity->name, cold->name_bytes);
}

bool sl_cold_equal(const struct sl_cold *cold, const struct sl_identity *identity)
{
    const char *zone = cold->text + cold->name_bytes;
    const char *tags = zone + cold->zone_bytes;
    return cold->zone_bytes == identity->zone_bytes && cold->tags_bytes == identity->tags_bytes &&
           cold->v4_port == identity->v4.port && cold->v6_port == identity->v6.port &&
           (cold->v4_port == 0 || memcmp(cold->v4_ip, identity->v4.ip + sizeof(SL_V4_PREFIX),
                                         sizeof(cold->v4_ip)) == 0) &&
           sl_cold_is_named(cold, identity) &&
           bytes_equal(zone, identity->zone, cold->zone_bytes) &&
           bytes_equal(tags, identity->tags, cold->tags_bytes) &&
           (cold->v6_port == 0 ||
            memcmp(tags + cold->tags_bytes, identity->v6.ip, sizeof(identity->v6.ip)) == 0);
}

struct sl_endpoint sl_cold_endpoint(const struct sl_cold *cold, bool has_v4, bool has_v6)
{
    static const struct sl_endpoint none;
    if (has_v4 && cold->v4_port != 0)
        return endpoint_v4(cold);
    return has_v6 ? endpoint_v6(cold) : none;
}

static uint32_t units(size_t bytes)
{
    return (uint32_t)((bytes + SL_COLD_UNIT_BYTES - 1) / SL_COLD_UNIT_BYTES);
}

bool sl_cold_pool_create(struct sl_cold_pool *pool, struct sl_arena *arena, uint32_t max_members,
                         uint32_t bytes_per_member)
{
    memset(pool, 0, sizeof(*pool));
    uint64_t bytes = (uint64_t)max_members * bytes_per_member;
    uint64_t count = 1 + (bytes + SL_COLD_UNIT_BYTES - 1) / SL_COLD_UNIT_BYTES +
                     SL_STEP_RECORDS_MAX * SL_COLD_UNITS_MAX;
    SL_ASSERT(count < SL_COLD_BEHIND_HOLE);
    pool->region = sl_arena_take(arena, count, sizeof(*pool->region));
    pool->unit_count = (uint32_t)count;
    pool->unused_from = 1;
    return pool->region != NULL;
}

static struct hole *hole_at(const struct sl_cold_pool *pool, uint32_t reference)
{
    return (struct hole *)(void *)(pool->region + reference);
}

static uint32_t *hole_list(struct sl_cold_pool *pool, uint32_t size)
{
    return &pool->holes[size < UNITS_LARGE ? size : UNITS_LARGE];
}

static void hole_insert(struct sl_cold_pool *pool, uint32_t reference, uint32_t size)
{
    uint32_t *first = hole_list(pool, size);
    struct hole *hole = hole_at(pool, reference);
    *hole = (struct hole){.next = *first, .size = size};
    pool->region[reference + size - 1] = size;
    if (*first != 0)
        hole_at(pool, *first)->previous = reference;
    *first = reference;
}

static void hole_remove(struct sl_cold_pool *pool, uint32_t reference)
{
    const struct hole *hole = hole_at(pool, reference);
    if (hole->next != 0)
        hole_at(pool, hole->next)->previous = hole->previous;
    if (hole->previous != 0)
        hole_at(pool, hole->previous)->next = hole->next;
    else
        *hole_list(pool, hole->size) = hole->next;
}

/* The smallest hole that fits without leaving a crumb; 0 if there is none. */
static uint32_t hole_find(const struct sl_cold_pool *pool, uint32_t size)
{
    if (pool->holes[size] != 0)
        return pool->holes[size];
    for (uint32_t larger = size + UNITS_MIN; larger <= UNITS_LARGE; larger++)
        if (pool->holes[larger] != 0)
            return pool->holes[larger];
    return 0;
}

uint32_t sl_cold_pool_take(struct sl_cold_pool *pool, size_t bytes)
{
    uint32_t size = units(bytes);
    SL_ASSERT(size >= UNITS_MIN && size <= SL_COLD_UNITS_MAX);
    uint32_t reference = hole_find(pool, size);
    if (reference != 0) {
        uint32_t rest = hole_at(pool, reference)->size - size;
        hole_remove(pool, reference);
        if (rest > 0)
            hole_insert(pool, reference + size, rest);
        else
            sl_cold_at(pool, reference + size)->link &= ~SL_COLD_BEHIND_HOLE;
        return reference;
    }
    if (pool->unit_count - pool->unused_from < size)
        return 0;
    reference = pool->unused_from;
    pool->unused_from += size;
    return reference;
}

void sl_cold_pool_give(struct sl_cold_pool *pool, uint32_t reference)
{
    const struct sl_cold *cold = sl_cold_at(pool, reference);
    uint32_t size = units(record_bytes(text_bytes(cold), cold->v6_port != 0));
    if (cold->link & SL_COLD_BEHIND_HOLE) {
        uint32_t before = (uint32_t)pool->region[reference - 1];
        reference -= before;
        size += before;
        hole_remove(pool, reference);
    }
    uint32_t behind = reference + size;
    if (behind < pool->unused_from && hole_at(pool, behind)->no_id == 0) {
        size += hole_at(pool, behind)->size;
        hole_remove(pool, behind);
        behind = reference + size;
    }
    if (behind == pool->unused_from) {
        pool->unused_from = reference;
        return;
    }
    hole_insert(pool, reference, size);
    sl_cold_at(pool, behind)->link |= SL_COLD_BEHIND_HOLE;
}
