/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* A seed as an operator writes it: 192.0.2.1, 2001:db8::1, [2001:db8::1]:7947, a DNS name, or
 * name:port. Pure functions. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/endpoint.h"

#ifdef __cplusplus
extern "C" {
#endif

#define SL_HOST_BYTES_MAX 253                         /* RFC 1035, 2.3.4, in text form */
#define SL_SEED_BYTES_MAX (SL_HOST_BYTES_MAX + 2 + 6) /* brackets and :port */

struct sl_seed {
    char text[SL_SEED_BYTES_MAX + 1]; /* as written */
    char host[SL_HOST_BYTES_MAX + 1]; /* without brackets and port */
    uint16_t port;
    bool numeric;                /* then `endpoint` holds it; else `host` is a name to resolve */
    struct sl_endpoint endpoint; /* unset for a name */
};

/* Returns 0, or -EINVAL and a sentence in `why` that names what is wrong and the forms that are
 * right. */
int sl_seed_parse(const char *text, uint16_t default_port, struct sl_seed *seed, char *why,
                  size_t why_bytes);

#ifdef __cplusplus
}
#endif
