/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * The one clock of the packet cores: the TSC turned into nanoseconds by a fixed multiplication, on
 * CLOCK_MONOTONIC's origin. Constant after sl_clock_start(); any thread. Two CPUs' TSCs may differ
 * by a few nanoseconds: who must not see time go back keeps its own maximum.
 */
#include <rte_cycles.h>
#include <stdint.h>
#include <time.h>

#ifdef __cplusplus
extern "C" {
#endif

struct sl_clock {
    uint64_t start_tsc;
    uint64_t start_ns;
    uint64_t ns_per_tsc; /* 32.32 fixed point */
};

static inline struct sl_clock sl_clock_start(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    struct sl_clock c;
    c.start_tsc = rte_rdtsc();
    c.start_ns = (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
    c.ns_per_tsc = (1000000000ull << 32) / rte_get_tsc_hz();
    return c;
}

static inline uint64_t sl_clock_at(const struct sl_clock *c, uint64_t tsc)
{
    __extension__ typedef unsigned __int128 sl_u128;
    return c->start_ns + (uint64_t)((sl_u128)(tsc - c->start_tsc) * c->ns_per_tsc >> 32);
}

static inline uint64_t sl_clock_now(const struct sl_clock *c)
{
    return sl_clock_at(c, rte_rdtsc());
}

#ifdef __cplusplus
}
#endif
