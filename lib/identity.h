/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* What a member says of itself besides its word: the cold half of a claim. Strings are not
 * zero-terminated. */
#include <stdint.h>

#include "lib/endpoint.h"

struct sl_identity {
    struct sl_endpoint v4; /* port 0 = has no IPv4 endpoint */
    struct sl_endpoint v6; /* port 0 = has no IPv6 endpoint */
    const char *name;      /* 1..SL_NAME_BYTES_MAX bytes of UTF-8 */
    const char *zone;      /* 0..SL_ZONE_BYTES_MAX bytes; none means "default" */
    const char *tags;      /* 0..SL_TAGS_BYTES_MAX bytes */
    uint8_t name_bytes;
    uint8_t zone_bytes;
    uint16_t tags_bytes;
};
