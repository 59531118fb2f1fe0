/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* Histograms of the benchmark: memory, and the .hlog file that HdrHistogram's tools read. */
#include <stdint.h>

#include "lib/histogram.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Nanoseconds, 1 to a second, three digits. Ends the process if there is no memory. */
struct sl_histogram *bench_histogram_create(void);
void bench_histogram_destroy(struct sl_histogram *histogram);

struct bench_hlog_entry {
    const char *tag; /* no comma or space */
    const struct sl_histogram *histogram;
    uint64_t start_unix_ms, length_ms;
};

/* 0, or -1 after one line on stderr. */
int bench_hlog_write(const char *path, const struct bench_hlog_entry *entries, uint32_t count);

uint64_t bench_unix_ms(void);

#ifdef __cplusplus
}
#endif
