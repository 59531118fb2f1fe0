/* SPDX-License-Identifier: BSD-3-Clause */
/* Any text as lines of a .hlog file, and what they carry as histograms. */
#include <stdlib.h>
#include <string.h>

#include "lib/assert.h"
#include "lib/histogram_log.h"
#include "tests/fuzz/fuzz.h"

static const struct sl_histogram_config largest = {
    .lowest = 1, .highest = 3600000000000ull, .decimal_digits = 3};

static size_t round_up(size_t bytes)
{
    return (bytes + SL_CACHE_LINE - 1) / SL_CACHE_LINE * SL_CACHE_LINE;
}

static struct sl_arena arena_of(size_t bytes)
{
    struct sl_arena arena = {.base = aligned_alloc(SL_CACHE_LINE, bytes), .size_bytes = bytes};
    SL_ASSERT(arena.base != NULL);
    memset(arena.base, 0, bytes);
    return arena;
}

static void decode(struct sl_histogram_codec *codec, const char *text, size_t length)
{
    struct sl_histogram_config config;
    if (sl_histogram_decode_config(codec, text, length, &config) != 0)
        return;
    size_t bytes = sl_histogram_bytes(&config);
    SL_ASSERT(bytes != 0);
    if (bytes > 4u << 20)
        return;
    struct sl_arena arena = arena_of(round_up(bytes));
    struct sl_histogram *h = sl_histogram_create(&arena, &config);
    SL_ASSERT(h != NULL);
    uint64_t before = sl_histogram_total(h);
    if (sl_histogram_decode_add(codec, text, length, h) != 0)
        SL_ASSERT(sl_histogram_total(h) == before);
    free(arena.base);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct sl_histogram_codec *codec;
    struct sl_histogram_interval interval;
    const char *text;
    size_t length;
    if (codec == NULL) {
        struct sl_arena arena = sl_arena_dry();
        sl_histogram_codec_create(&arena, &largest);
        arena = arena_of(round_up(arena.used_bytes));
        codec = sl_histogram_codec_create(&arena, &largest);
        SL_ASSERT(codec != NULL);
    }
    /* Of the exact size, without a zero behind it. */
    char *line = malloc(size + (size == 0));
    SL_ASSERT(line != NULL);
    if (size != 0)
        memcpy(line, data, size);
    decode(codec, line, size);
    if (sl_histogram_log_parse(line, size, &interval, &text, &length) == 1) {
        SL_ASSERT(text >= line && text + length <= line + size);
        decode(codec, text, length);
    }
    free(line);
    return 0;
}
