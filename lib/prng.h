/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* A node's own random numbers: the same seed replays the same run. splitmix64 (Steele, Lea, Flood
 * 2014). */
#include <stdint.h>

struct sl_prng {
    uint64_t state;
};

static inline uint64_t sl_prng_next(struct sl_prng *p)
{
    uint64_t z = (p->state += 0x9e3779b97f4a7c15ull);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ull;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebull;
    return z ^ (z >> 31);
}

/* Uniform in [0, bound), without bias (Lemire 2019). bound > 0. */
static inline uint32_t sl_prng_below(struct sl_prng *p, uint32_t bound)
{
    uint64_t m = (sl_prng_next(p) >> 32) * bound;
    if ((uint32_t)m < bound) {
        uint32_t threshold = -bound % bound;
        while ((uint32_t)m < threshold)
            m = (sl_prng_next(p) >> 32) * bound;
    }
    return (uint32_t)(m >> 32);
}
