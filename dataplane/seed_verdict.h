/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* Of what use a seed is to this node, and why it is of none. `starling join` and the troubles of a
 * node say the same. */
#include "lib/config.h"
#include "lib/node.h"
#include "ports/resolver.h"

#ifdef __cplusplus
extern "C" {
#endif

struct sl_seed_verdict {
    enum sl_node_seed_state state;
    uint32_t addresses;       /* that are asked */
    struct sl_endpoint asked; /* one of them */
    char what[96];            /* is wrong; empty if nothing is, as far as is known */
    const char *advice;       /* with `what` */
};

/* config: own endpoints. */
struct sl_seed_verdict sl_seed_verdict(const struct sl_config *config,
                                       const struct sl_seed_state *seed);

#ifdef __cplusplus
}
#endif
