/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* An endpoint for people: 192.0.2.1:7947, [2001:db8::1]:7947. */
#include "lib/endpoint.h"

#ifdef __cplusplus
extern "C" {
#endif

#define SL_ENDPOINT_BYTES 56

struct sl_endpoint_text {
    char text[SL_ENDPOINT_BYTES]; /* empty for an endpoint that is not set */
};

struct sl_endpoint_text sl_endpoint_text(const struct sl_endpoint *endpoint);

#ifdef __cplusplus
}
#endif
