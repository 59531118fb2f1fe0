/* SPDX-License-Identifier: BSD-3-Clause */
#include "dataplane/clock_rate.h"

/* A rate that is off by more is none: one of the clocks jumped, or stood while the host slept. */
#define JUMP_SHARE 200

#define SMOOTHING    8
#define CATCH_UP_NS  8000000000ll
#define CATCH_UP_MAX (CATCH_UP_NS / 2000) /* 500 ppm */

struct sl_clock_line sl_clock_line_bend(const struct sl_clock_line *line, uint64_t bend_tsc,
                                        uint64_t rate)
{
    sl_clock_wide fine = sl_clock_line_fine(line, bend_tsc);
    return (struct sl_clock_line){.bend_tsc = bend_tsc,
                                  .bend_ns = (uint64_t)(fine >> 32),
                                  .bend_fraction = (uint32_t)fine,
                                  .rate_before = line->rate_after,
                                  .rate_after = rate};
}

uint64_t sl_clock_rate_between(const struct sl_clock_pair *from, const struct sl_clock_pair *to)
{
    if (to->tsc <= from->tsc || to->ns <= from->ns)
        return 0;
    return (uint64_t)(((sl_clock_wide)(to->ns - from->ns) << 32) /
                      (sl_clock_wide)(to->tsc - from->tsc));
}

void sl_clock_rate_start(struct sl_clock_rate *r, const struct sl_clock_pair *pair, uint64_t rate)
{
    r->last = *pair;
    r->rate = rate;
    r->offset_ns = 0;
}

bool sl_clock_rate_began_anew(struct sl_clock_rate *r, const struct sl_clock_pair *pair,
                              uint64_t *clock_ns)
{
    if (pair->tsc >= r->last.tsc)
        return false;
    r->last = *pair;
    *clock_ns = pair->ns - (uint64_t)r->offset_ns;
    return true;
}

uint64_t sl_clock_rate_next(struct sl_clock_rate *r, const struct sl_clock_pair *pair,
                            uint64_t clock_ns)
{
    uint64_t seen = sl_clock_rate_between(&r->last, pair);
    uint64_t apart = seen > r->rate ? seen - r->rate : r->rate - seen;
    int64_t error_ns = (int64_t)(pair->ns - clock_ns);
    r->last = *pair;
    if (apart > r->rate / JUMP_SHARE) {
        r->offset_ns = error_ns; /* intervals matter, the origin does not */
        return r->rate;
    }
    if (seen > r->rate)
        r->rate += apart / SMOOTHING;
    else
        r->rate -= apart / SMOOTHING;
    error_ns -= r->offset_ns;
    if (error_ns > CATCH_UP_MAX)
        error_ns = CATCH_UP_MAX;
    if (error_ns < -CATCH_UP_MAX)
        error_ns = -CATCH_UP_MAX;
    return (uint64_t)((sl_clock_wide)r->rate + (sl_clock_wide)r->rate * error_ns / CATCH_UP_NS);
}
