/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* Integers in network byte order at any address: one load or store and one byte swap each. */
#include <endian.h>
#include <stdint.h>
#include <string.h>

static inline uint16_t sl_be16_load(const uint8_t *at)
{
    uint16_t v;
    memcpy(&v, at, sizeof(v));
    return be16toh(v);
}

static inline uint32_t sl_be32_load(const uint8_t *at)
{
    uint32_t v;
    memcpy(&v, at, sizeof(v));
    return be32toh(v);
}

static inline uint64_t sl_be64_load(const uint8_t *at)
{
    uint64_t v;
    memcpy(&v, at, sizeof(v));
    return be64toh(v);
}

static inline void sl_be16_store(uint8_t *at, uint16_t value)
{
    uint16_t v = htobe16(value);
    memcpy(at, &v, sizeof(v));
}

static inline void sl_be32_store(uint8_t *at, uint32_t value)
{
    uint32_t v = htobe32(value);
    memcpy(at, &v, sizeof(v));
}

static inline void sl_be64_store(uint8_t *at, uint64_t value)
{
    uint64_t v = htobe64(value);
    memcpy(at, &v, sizeof(v));
}
