/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* Where a member receives: an IP address and a UDP port. IPv4 is held as ::ffff:a.b.c.d (RFC
 * 4291, 2.5.5.2). */
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "lib/bytes.h"

struct sl_endpoint {
    uint8_t ip[16];    /* network byte order; IPv4 in its mapped form */
    uint16_t port;     /* host byte order; 0 = no endpoint */
    uint16_t reserved; /* 0, so that endpoints compare by memcmp */
};

static const uint8_t SL_V4_PREFIX[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

static inline bool sl_endpoint_is_v4(const struct sl_endpoint *e)
{
    return memcmp(e->ip, SL_V4_PREFIX, sizeof(SL_V4_PREFIX)) == 0;
}

static inline bool sl_endpoint_equal(const struct sl_endpoint *a, const struct sl_endpoint *b)
{
    return memcmp(a, b, sizeof(*a)) == 0;
}

/* The same host, whatever the ports. */
static inline bool sl_ip_equal(const struct sl_endpoint *a, const struct sl_endpoint *b)
{
    return memcmp(a->ip, b->ip, sizeof(a->ip)) == 0;
}

static inline bool sl_endpoint_is_set(const struct sl_endpoint *e)
{
    return e->port != 0;
}

/* address: four bytes in network order. */
static inline struct sl_endpoint sl_endpoint_v4(const uint8_t address[4], uint16_t port)
{
    struct sl_endpoint e;
    sl_be64_store(e.ip, 0);
    sl_be64_store(e.ip + 8, 0xffffull << 32 | sl_be32_load(address));
    e.port = port;
    e.reserved = 0;
    return e;
}

static inline struct sl_endpoint sl_endpoint_v6(const uint8_t address[16], uint16_t port)
{
    struct sl_endpoint e;
    memcpy(e.ip, address, 16);
    e.port = port;
    e.reserved = 0;
    return e;
}
