/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* DNS and /etc/hosts, through getaddrinfo(). */
#include <stdint.h>

#include "lib/endpoint.h"

#ifdef __cplusplus
extern "C" {
#endif

/* An sl_lookup_fn (resolver.h). Blocks. */
int sl_lookup(const char *host, uint16_t port, struct sl_endpoint *out, uint32_t room);

#ifdef __cplusplus
}
#endif
