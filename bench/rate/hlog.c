/* SPDX-License-Identifier: BSD-3-Clause */
#include "bench/rate/hlog.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "lib/assert.h"
#include "lib/histogram_log.h"

static const struct sl_histogram_config config = {1, 1000000000, 3};

static struct sl_arena take_arena(size_t bytes)
{
    struct sl_arena arena = {.base = aligned_alloc(SL_CACHE_LINE, (bytes + SL_CACHE_LINE - 1) &
                                                                      ~(size_t)(SL_CACHE_LINE - 1)),
                             .size_bytes = bytes};
    SL_ASSERT(arena.base != NULL);
    memset(arena.base, 0, bytes);
    return arena;
}

struct sl_histogram *bench_histogram_create(void)
{
    struct sl_arena arena = take_arena(sl_histogram_bytes(&config));
    return sl_histogram_create(&arena, &config);
}

/* The histogram begins its arena. */
void bench_histogram_destroy(struct sl_histogram *histogram)
{
    free(histogram);
}

uint64_t bench_unix_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_REALTIME, &t);
    return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

static void write_entries(FILE *out, struct sl_histogram_codec *codec,
                          const struct bench_hlog_entry *entries, uint32_t count)
{
    size_t size = SL_HISTOGRAM_LOG_PREFIX_BYTES + sl_histogram_codec_text_bytes(codec);
    char *line = malloc(size), header[SL_HISTOGRAM_LOG_HEADER_BYTES];
    SL_ASSERT(line != NULL);
    sl_histogram_log_header(header, sizeof(header), "starling-bench " SL_VERSION,
                            count > 0 ? entries[0].start_unix_ms : bench_unix_ms());
    fputs(header, out);
    for (uint32_t i = 0; i < count; i++) {
        struct sl_histogram_interval interval = {.tag = entries[i].tag,
                                                 .tag_length = strlen(entries[i].tag),
                                                 .start_unix_ms = entries[i].start_unix_ms,
                                                 .length_ms = entries[i].length_ms};
        if (sl_histogram_log_interval(line, size, codec, &interval, entries[i].histogram) > 0)
            fputs(line, out);
    }
    free(line);
}

int bench_hlog_write(const char *path, const struct bench_hlog_entry *entries, uint32_t count)
{
    struct sl_arena dry = sl_arena_dry();
    sl_histogram_codec_create(&dry, &config);
    struct sl_arena arena = take_arena(dry.used_bytes);
    struct sl_histogram_codec *codec = sl_histogram_codec_create(&arena, &config);
    FILE *out = fopen(path, "we");
    SL_ASSERT(codec != NULL);
    if (out != NULL)
        write_entries(out, codec, entries, count);
    free(arena.base);
    if (out != NULL && fclose(out) == 0)
        return 0;
    fprintf(stderr, "starling-bench: --hlog %s: %s\n", path, strerror(errno));
    return -1;
}
