/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * What holds the TSC's clock against the kernel's: a line from TSC to nanoseconds that bends but
 * never breaks, and the discipline that says how steep it goes on. Pure.
 */
#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define SL_CLOCK_RATE_EVERY_NS (1000ull * 1000 * 1000)

/* Two pieces that meet at one point. Rates are nanoseconds per TSC tick in 32.32 fixed point. */
struct sl_clock_line {
    uint64_t bend_tsc;
    uint64_t bend_ns;
    uint64_t bend_fraction; /* of a nanosecond, 32 bits: without it every bend loses some */
    uint64_t rate_before;
    uint64_t rate_after;
};

__extension__ typedef __int128 sl_clock_wide;

/* Nanoseconds, 32.32 bits and wider. */
static inline sl_clock_wide sl_clock_line_fine(const struct sl_clock_line *line, uint64_t tsc)
{
    int64_t ticks = (int64_t)(tsc - line->bend_tsc);
    uint64_t rate = ticks < 0 ? line->rate_before : line->rate_after;
    return ((sl_clock_wide)line->bend_ns << 32) + (sl_clock_wide)line->bend_fraction +
           (sl_clock_wide)ticks * (sl_clock_wide)rate;
}

static inline uint64_t sl_clock_line_at(const struct sl_clock_line *line, uint64_t tsc)
{
    return (uint64_t)(sl_clock_line_fine(line, tsc) >> 32);
}

/* The same line up to bend_tsc, which lies behind the line's own bend; then with this rate. */
struct sl_clock_line sl_clock_line_bend(const struct sl_clock_line *line, uint64_t bend_tsc,
                                        uint64_t rate);

/* What both clocks said at the same moment. */
struct sl_clock_pair {
    uint64_t tsc;
    uint64_t ns;
};

struct sl_clock_rate {
    struct sl_clock_pair last;
    uint64_t rate;     /* the TSC's own, smoothed */
    int64_t offset_ns; /* what jumps of one clock against the other left between them */
};

/* 0 if the pairs are of no use. */
uint64_t sl_clock_rate_between(const struct sl_clock_pair *from, const struct sl_clock_pair *to);

void sl_clock_rate_start(struct sl_clock_rate *r, const struct sl_clock_pair *pair, uint64_t rate);

/* The TSC was set back, because the host slept or the guest moved: what the clock should say at the
 * pair instead is *clock_ns. False if not. */
bool sl_clock_rate_began_anew(struct sl_clock_rate *r, const struct sl_clock_pair *pair,
                              uint64_t *clock_ns);

/* The rate by which the clock goes on, when it says clock_ns at the pair's TSC: the smoothed one,
 * and at most 500 ppm more or less until the clock is right. */
uint64_t sl_clock_rate_next(struct sl_clock_rate *r, const struct sl_clock_pair *pair,
                            uint64_t clock_ns);

#ifdef __cplusplus
}
#endif
