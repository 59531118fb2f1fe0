/* SPDX-License-Identifier: BSD-3-Clause */
#include "lib/histogram.h"

#include <errno.h>
#include <math.h>

#define DIGITS_MAX 5
#define VALUE_BITS_MAX \
    62 /* unit and first bucket together must leave the sign bit of an int64 free */

/* Smallest power of two that resolves 2 * 10^digits steps. */
static uint32_t half_shift_of(uint32_t decimal_digits)
{
    static const uint8_t shift[DIGITS_MAX + 1] = {0, 4, 7, 10, 14, 17};
    return shift[decimal_digits];
}

static uint32_t unit_shift_of(uint64_t lowest)
{
    return 63 - (uint32_t)__builtin_clzll(lowest);
}

int sl_histogram_config_check(const struct sl_histogram_config *config)
{
    if (config->lowest < 1 || config->highest > INT64_MAX || config->lowest > config->highest / 2 ||
        config->decimal_digits < 1 || config->decimal_digits > DIGITS_MAX)
        return -EINVAL;
    uint32_t bits = unit_shift_of(config->lowest) + half_shift_of(config->decimal_digits) + 1;
    return bits > VALUE_BITS_MAX ? -EINVAL : 0;
}

uint32_t sl_histogram_config_slots(const struct sl_histogram_config *config)
{
    uint32_t half_shift = half_shift_of(config->decimal_digits);
    uint64_t untrackable = UINT64_C(2) << (half_shift + unit_shift_of(config->lowest));
    uint32_t halves = 2;
    while (untrackable <= config->highest) {
        untrackable <<= 1; /* at most 2^63, as highest fits an int64 */
        halves++;
    }
    return halves << half_shift;
}

size_t sl_histogram_bytes(const struct sl_histogram_config *config)
{
    struct sl_arena dry = sl_arena_dry();
    sl_histogram_create(&dry, config);
    return dry.used_bytes;
}

struct sl_histogram *sl_histogram_create(struct sl_arena *arena,
                                         const struct sl_histogram_config *config)
{
    if (sl_histogram_config_check(config) != 0)
        return NULL;
    uint32_t slots = sl_histogram_config_slots(config);
    struct sl_histogram *h = sl_arena_take(arena, 1, sizeof(*h) + slots * sizeof(h->counts[0]));
    if (h == NULL)
        return NULL;
    h->config = *config;
    h->slots = slots;
    h->unit_shift = unit_shift_of(config->lowest);
    h->half_shift = half_shift_of(config->decimal_digits);
    h->bucket_base = 63 - h->unit_shift - h->half_shift;
    h->mask = ((UINT64_C(2) << h->half_shift) - 1) << h->unit_shift;
    return h;
}

/* log2 of the number of values that share a slot. */
static uint32_t slot_width_shift(const struct sl_histogram *h, uint32_t slot)
{
    uint32_t half = slot >> h->half_shift;
    return h->unit_shift + (half > 1 ? half - 1 : 0);
}

uint64_t sl_histogram_slot_low(const struct sl_histogram *h, uint32_t slot)
{
    uint32_t half_slots = UINT32_C(1) << h->half_shift;
    uint64_t step = slot < half_slots ? slot : (slot & (half_slots - 1)) + half_slots;
    return step << slot_width_shift(h, slot);
}

uint64_t sl_histogram_slot_high(const struct sl_histogram *h, uint32_t slot)
{
    return sl_histogram_slot_low(h, slot) + (UINT64_C(1) << slot_width_shift(h, slot)) - 1;
}

static double slot_middle(const struct sl_histogram *h, uint32_t slot)
{
    uint64_t half_width = (UINT64_C(1) << slot_width_shift(h, slot)) >> 1;
    return (double)(sl_histogram_slot_low(h, slot) + half_width);
}

void sl_histogram_record_corrected(struct sl_histogram *h, uint64_t value, uint64_t interval)
{
    sl_histogram_record(h, value);
    if (interval == 0)
        return;
    uint64_t due = value < h->config.highest ? value : h->config.highest;
    /* A slot at a time, so that a tiny interval costs at most one pass over the slots. */
    while (due >= interval && due - interval >= interval) {
        due -= interval;
        uint32_t slot = sl_histogram_slot(h, due);
        uint64_t low = sl_histogram_slot_low(h, slot);
        uint64_t more = (due - (low > interval ? low : interval)) / interval;
        sl_histogram_add(&h->counts[slot], more + 1);
        due -= more * interval;
    }
}

int sl_histogram_merge(struct sl_histogram *into, const struct sl_histogram *from)
{
    if (!sl_histogram_config_equal(&into->config, &from->config))
        return -EINVAL;
    for (uint32_t slot = 0; slot < from->slots; slot++) {
        uint64_t count = sl_histogram_count(from, slot);
        if (count > 0)
            sl_histogram_add(&into->counts[slot], count);
    }
    sl_histogram_add(&into->clamped, sl_histogram_clamped(from));
    return 0;
}

void sl_histogram_reset(struct sl_histogram *h)
{
    for (uint32_t slot = 0; slot < h->slots; slot++)
        __atomic_store_n(&h->counts[slot], 0, __ATOMIC_RELAXED);
    __atomic_store_n(&h->clamped, 0, __ATOMIC_RELAXED);
}

uint64_t sl_histogram_total(const struct sl_histogram *h)
{
    uint64_t total = 0;
    for (uint32_t slot = 0; slot < h->slots; slot++)
        total += sl_histogram_count(h, slot);
    return total;
}

uint64_t sl_histogram_clamped(const struct sl_histogram *h)
{
    return __atomic_load_n(&h->clamped, __ATOMIC_RELAXED);
}

uint64_t sl_histogram_min(const struct sl_histogram *h)
{
    for (uint32_t slot = 0; slot < h->slots; slot++)
        if (sl_histogram_count(h, slot) > 0)
            return sl_histogram_slot_low(h, slot);
    return 0;
}

uint64_t sl_histogram_max(const struct sl_histogram *h)
{
    for (uint32_t slot = h->slots; slot-- > 0;)
        if (sl_histogram_count(h, slot) > 0)
            return sl_histogram_slot_high(h, slot);
    return 0;
}

double sl_histogram_mean(const struct sl_histogram *h)
{
    double sum = 0, total = 0;
    for (uint32_t slot = 0; slot < h->slots; slot++) {
        double count = (double)sl_histogram_count(h, slot);
        sum += count * slot_middle(h, slot);
        total += count;
    }
    return total > 0 ? sum / total : 0;
}

double sl_histogram_stddev(const struct sl_histogram *h)
{
    double mean = sl_histogram_mean(h), squares = 0, total = 0;
    for (uint32_t slot = 0; slot < h->slots; slot++) {
        double count = (double)sl_histogram_count(h, slot);
        double deviation = slot_middle(h, slot) - mean;
        squares += count * deviation * deviation;
        total += count;
    }
    return total > 0 ? sqrt(squares / total) : 0;
}

/* Rank of the value at a percentile. The step of one ulp keeps 0.999 * 1000 from rounding up past
 * an exact rank. */
static uint64_t rank_at(double percentile, uint64_t total)
{
    double rank = percentile / 100 * (double)total;
    rank = ceil(rank - (nextafter(rank, INFINITY) - rank));
    return rank >= 1 ? (uint64_t)rank : 1;
}

uint64_t sl_histogram_percentile(const struct sl_histogram *h, double percentile)
{
    double p = percentile > 0 ? fmin(percentile, 100) : 0;
    uint64_t rank = rank_at(p, sl_histogram_total(h)), seen = 0;
    for (uint32_t slot = 0; slot < h->slots; slot++) {
        seen += sl_histogram_count(h, slot);
        if (seen >= rank)
            return p > 0 ? sl_histogram_slot_high(h, slot) : sl_histogram_slot_low(h, slot);
    }
    return 0;
}
