/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * What a node sees of its own trouble, for its engine: frames that its queues lost, another packet
 * core that stood still, a link that is down (an event, too). Owner: the engine's core, which
 * notices by itself when its own steps come late.
 */
#include <stdbool.h>
#include <stdint.h>

#include "dataplane/engine_host.h"
#include "lib/engine.h"
#include "lib/node.h"
#include "ports/port.h"

#ifdef __cplusplus
extern "C" {
#endif

struct sl_self_watch {
    struct sl_engine *engine;
    struct sl_port *port;
    struct sl_engine_host *host;
    const struct sl_counters *counters[SL_WORKERS_MAX];
    const struct sl_worker_load *loads[SL_WORKERS_MAX];
    unsigned worker_count;
    uint64_t every_ns; /* between two looks */
    /* Its own. */
    uint64_t looked_ns; /* 0 = not yet */
    uint64_t lost;      /* frames, as of the last look */
    struct sl_port_counts port_counts;
    uint64_t polls[SL_WORKERS_MAX];
    bool link_was_up;
    bool told_down; /* the last event of the link */
};

/* As often as a probe tries: what is found is as fresh as the silence it excuses; but asking the
 * device costs system calls. */
uint64_t sl_self_watch_interval_ns(const struct sl_config *config);

/* Looks, if it is time to. true: the engine was told something and must be stepped. */
bool sl_self_watch_look(struct sl_self_watch *watch, uint64_t now_ns);

#ifdef __cplusplus
}
#endif
