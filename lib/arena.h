/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * All of a node's memory, taken once at start. Parts are carved off and never given back one by
 * one. To size an arena, run the same carving over a dry one (base NULL): it counts and hands out
 * nothing.
 */
#include <stddef.h>
#include <stdint.h>

#define SL_CACHE_LINE 64

struct sl_arena {
    uint8_t *base;     /* cache-line aligned and zeroed by the host; NULL in a dry run */
    size_t size_bytes; /* SIZE_MAX in a dry run */
    size_t used_bytes;
};

static inline struct sl_arena sl_arena_dry(void)
{
    struct sl_arena a = {NULL, SIZE_MAX, 0};
    return a;
}

/* Returns zeroed memory aligned to a cache line; NULL if the arena is dry or too small (used_bytes
 * grows in both cases). */
static inline void *sl_arena_take(struct sl_arena *a, size_t count, size_t each_bytes)
{
    size_t bytes = (count * each_bytes + SL_CACHE_LINE - 1) & ~(size_t)(SL_CACHE_LINE - 1);
    size_t at = a->used_bytes;
    a->used_bytes += bytes;
    if (a->base == NULL || a->used_bytes > a->size_bytes)
        return NULL;
    return a->base + at;
}
