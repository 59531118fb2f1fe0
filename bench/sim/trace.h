/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* The hash of a whole run: every delivered frame and every event, in order. Same seed, same commit:
   same hash, whatever the compiler. */
#include <stdint.h>

#include "lib/bytes.h"

static inline uint64_t sim_trace_mix(uint64_t hash, uint64_t value)
{
    uint64_t z = (hash ^ value) * 0x9e3779b97f4a7c15ull;
    return (z << 23 | z >> 41) + value;
}

static inline uint64_t sim_trace_bytes(uint64_t hash, const uint8_t *bytes, uint32_t length)
{
    hash = sim_trace_mix(hash, length);
    uint32_t at = 0;
    for (; at + 8 <= length; at += 8)
        hash = sim_trace_mix(hash, sl_be64_load(bytes + at));
    for (; at < length; at++)
        hash = sim_trace_mix(hash, bytes[at]);
    return hash;
}
