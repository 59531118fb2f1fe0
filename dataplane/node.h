/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* The answers to what ports ask of a node (lib/node.h). Control thread, registered with RCU and
 * offline but for the length of a call. */
#include "dataplane/joiner.h"
#include "dataplane/options.h"
#include "dataplane/runtime.h"
#include "dataplane/troubles.h"
#include "lib/node.h"

#ifdef __cplusplus
extern "C" {
#endif

struct sl_node_context {
    struct sl_runtime *runtime;
    const struct sl_options *options;
    struct sl_joiner *joiner;
    const struct sl_troubles *troubles;
    uint64_t started_ns; /* CLOCK_MONOTONIC, which the runtime's clock starts at */
    /* Its own: whether a live member has addresses of both families, and when to look again. */
    bool has_bridge;
    uint64_t bridge_due_ns;
};

struct sl_node sl_node_of(struct sl_node_context *context);

/* Own phase as last published by the engine. */
enum sl_phase sl_node_phase(const struct sl_runtime *runtime);

#ifdef __cplusplus
}
#endif
