/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * High dynamic range histogram: counts of 64-bit values with a fixed relative error, from Gil
 * Tene's HdrHistogram (same slots, same figures as its Java and JavaScript versions).
 *
 * Only counts are stored. Total, extremes and percentiles are derived from them, so recording
 * touches one counter and a reader can never see a total that disagrees with the counts it looks
 * at.
 *
 * Threads: one writer records, resets and merges into a histogram; any thread may read it at any
 * time (relaxed loads and stores). Figures of a histogram that is being written to may each be of
 * another moment: for a set that belongs together, merge it into a histogram of your own and read
 * that.
 *
 * Size: 8 bytes a slot. From 1 ns up to 10 s, 2 significant digits take 3,584 slots (28 KiB), 3
 * take 25,600 (200 KiB).
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/arena.h"

#ifdef __cplusplus
extern "C" {
#endif

/* In the caller's unit. Equal configurations can be merged. */
struct sl_histogram_config {
    uint64_t lowest;         /* smallest difference that matters, >= 1 */
    uint64_t highest;        /* >= 2 * lowest, <= INT64_MAX; <= 2^53 if JavaScript is to read it */
    uint32_t decimal_digits; /* significant digits kept, 1 to 5 */
};

struct sl_histogram {
    uint64_t mask;    /* bits of a value that the first bucket resolves */
    uint64_t clamped; /* values above `highest`; writer and readers as of counts */
    uint32_t slots;
    uint32_t bucket_base; /* bucket of a value = bucket_base - its leading zeros */
    uint32_t unit_shift;  /* log2 of `lowest`, rounded down */
    uint32_t half_shift;  /* log2 of half the slots of the first bucket */
    struct sl_histogram_config config;
    uint64_t counts[]; /* writer: the recording thread; read relaxed by any */
};

/* 0, or -EINVAL if a parameter is out of its range. */
int sl_histogram_config_check(const struct sl_histogram_config *config);

static inline bool sl_histogram_config_equal(const struct sl_histogram_config *a,
                                             const struct sl_histogram_config *b)
{
    return a->lowest == b->lowest && a->highest == b->highest &&
           a->decimal_digits == b->decimal_digits;
}

/* Slots that a valid configuration needs. */
uint32_t sl_histogram_config_slots(const struct sl_histogram_config *config);

/* Arena bytes that sl_histogram_create takes; 0 if the configuration is invalid. */
size_t sl_histogram_bytes(const struct sl_histogram_config *config);

/* Carves an empty histogram out of the arena. NULL if the arena is dry or too small or the
 * configuration invalid. */
struct sl_histogram *sl_histogram_create(struct sl_arena *arena,
                                         const struct sl_histogram_config *config);

/* ---- writer ---- */

/* The slot of a value not above `highest`. */
static inline uint32_t sl_histogram_slot(const struct sl_histogram *h, uint64_t value)
{
    uint32_t bucket = h->bucket_base - (uint32_t)__builtin_clzll(value | h->mask);
    return (bucket << h->half_shift) + (uint32_t)(value >> (bucket + h->unit_shift));
}

/* Single-writer addition. */
static inline void sl_histogram_add(uint64_t *counter, uint64_t count)
{
    __atomic_store_n(counter, __atomic_load_n(counter, __ATOMIC_RELAXED) + count, __ATOMIC_RELAXED);
}

/* A value above `highest` is recorded as `highest` and counted in `clamped`: never dropped
 * silently. */
static inline void sl_histogram_record(struct sl_histogram *h, uint64_t value)
{
    if (__builtin_expect(value > h->config.highest, 0)) {
        value = h->config.highest;
        sl_histogram_add(&h->clamped, 1);
    }
    sl_histogram_add(&h->counts[sl_histogram_slot(h, value)], 1);
}

/*
 * Corrects for coordinated omission: a value longer than the interval at which values were due also
 * held up those that were due meanwhile, so value - interval, value - 2 * interval, ... down to
 * interval are recorded too (counted from `highest` if the value is above it). An interval of 0
 * corrects nothing.
 */
void sl_histogram_record_corrected(struct sl_histogram *h, uint64_t value, uint64_t interval);

/* Adds the counts of `from`, which another thread may be writing. -EINVAL if the configurations
 * differ. */
int sl_histogram_merge(struct sl_histogram *into, const struct sl_histogram *from);

void sl_histogram_reset(struct sl_histogram *h);

/* ---- any thread; all but sl_histogram_clamped read every slot ---- */

uint64_t
sl_histogram_total(const struct sl_histogram *h); /* values recorded, clamped ones included */
uint64_t
sl_histogram_clamped(const struct sl_histogram *h); /* of these, how many were above `highest` */

/* Smallest and largest value that the outermost counts may stand for; 0 if empty. */
uint64_t sl_histogram_min(const struct sl_histogram *h);
uint64_t sl_histogram_max(const struct sl_histogram *h);

/* From the middle of each slot's range; 0 if empty. */
double sl_histogram_mean(const struct sl_histogram *h);
double sl_histogram_stddev(const struct sl_histogram *h); /* of the population */

/*
 * The largest value that the slot at this percentile (0 to 100; others are clamped) may stand for;
 * the smallest at 0. 0 if empty. Rounds as Java and JavaScript do; HdrHistogram_c may differ by one
 * value on small totals.
 */
uint64_t sl_histogram_percentile(const struct sl_histogram *h, double percentile);

/* ---- slots, for encoders ---- */

static inline uint64_t sl_histogram_count(const struct sl_histogram *h, uint32_t slot)
{
    return __atomic_load_n(&h->counts[slot], __ATOMIC_RELAXED);
}

uint64_t sl_histogram_slot_low(const struct sl_histogram *h, uint32_t slot);
uint64_t sl_histogram_slot_high(const struct sl_histogram *h, uint32_t slot); /* inclusive */

#ifdef __cplusplus
}
#endif
