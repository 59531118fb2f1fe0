/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* What a member says of itself besides its word: the cold half of a claim. Strings are not
 * zero-terminated. */
#include <stdbool.h>
#include <stdint.h>

#include "lib/endpoint.h"

#ifdef __cplusplus
extern "C" {
#endif

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

/* At least one endpoint, and lengths within their limits: what a writer of records needs. */
bool sl_identity_fits(const struct sl_identity *identity);

/* Everything that a receiver demands of a claim: sl_identity_fits(), unicast addresses of the right
   family, name and zone in UTF-8 without control characters. For whoever takes an identity from a
   file, a person or a packet. */
bool sl_identity_is_valid(const struct sl_identity *identity);

/* Could a member have this name? 1..SL_NAME_BYTES_MAX bytes of UTF-8 without control characters. */
bool sl_name_is_valid(const char *name, size_t name_bytes);

#ifdef __cplusplus
}
#endif
