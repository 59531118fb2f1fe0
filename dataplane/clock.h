/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * The one clock of the packet cores: the TSC turned into nanoseconds on CLOCK_MONOTONIC's origin,
 * by a line that the control thread bends a little once a second (clock_rate.h). Written by the
 * control thread alone, read by any thread without a lock or a wait: readers take one of two lines
 * while the other is written. Two CPUs' TSCs may differ by a few nanoseconds: who must not see
 * time go back keeps its own maximum.
 */
#include <rte_cycles.h>
#include <stdint.h>

#include "dataplane/clock_rate.h"

#ifdef __cplusplus
extern "C" {
#endif

struct sl_clock {
    uint64_t turn; /* its lowest bit says which line holds */
    struct sl_clock_line lines[2];
    struct sl_clock_rate discipline; /* the control thread's own */
};

/* Measures the TSC for SL_CLOCK_MEASURE_NS, because DPDK rounds its frequency to 10 MHz. */
#define SL_CLOCK_MEASURE_NS (20l * 1000 * 1000)
struct sl_clock sl_clock_start(void);

/* Control thread, as often as it likes: corrects the clock when that is due. */
void sl_clock_keep(struct sl_clock *c);

/* The clock stands at its start. Before other threads read it. */
void sl_clock_stop(struct sl_clock *c);

static inline uint64_t sl_clock_at(const struct sl_clock *c, uint64_t tsc)
{
    struct sl_clock_line line;
    uint64_t turn, after;
    do { /* each load is an acquire, because the turn must be read again behind them all */
        turn = __atomic_load_n(&c->turn, __ATOMIC_ACQUIRE);
        const struct sl_clock_line *from = &c->lines[turn & 1];
        line.bend_tsc = __atomic_load_n(&from->bend_tsc, __ATOMIC_ACQUIRE);
        line.bend_ns = __atomic_load_n(&from->bend_ns, __ATOMIC_ACQUIRE);
        line.bend_fraction = __atomic_load_n(&from->bend_fraction, __ATOMIC_ACQUIRE);
        line.rate_before = __atomic_load_n(&from->rate_before, __ATOMIC_ACQUIRE);
        line.rate_after = __atomic_load_n(&from->rate_after, __ATOMIC_ACQUIRE);
        after = __atomic_load_n(&c->turn, __ATOMIC_RELAXED);
    } while (turn != after);
    return sl_clock_line_at(&line, tsc);
}

static inline uint64_t sl_clock_now(const struct sl_clock *c)
{
    return sl_clock_at(c, rte_rdtsc());
}

#ifdef __cplusplus
}
#endif
