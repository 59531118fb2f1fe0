/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * The members that answered this node last, with their addresses. Where most members are dead, or
 * never existed, random picks reach nobody: these are there. Pure; one thread.
 */
#include <stdbool.h>
#include <stdint.h>

#include "lib/endpoint.h"
#include "lib/prng.h"

#ifdef __cplusplus
extern "C" {
#endif

#define SL_ACQUAINTANCES_MAX 16

struct sl_acquaintance {
    uint64_t id;
    struct sl_endpoint endpoint;
};

struct sl_acquaintances {
    struct sl_acquaintance all[SL_ACQUAINTANCES_MAX];
    uint32_t count;
    uint32_t next; /* place of the next new one: the oldest */
};

void sl_acquaintances_note(struct sl_acquaintances *a, uint64_t id,
                           const struct sl_endpoint *endpoint);

/* One of them at random; NULL if there is none. */
const struct sl_acquaintance *sl_acquaintances_pick(const struct sl_acquaintances *a,
                                                    struct sl_prng *prng);

#ifdef __cplusplus
}
#endif
