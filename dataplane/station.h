/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* What a node stands on: EAL, the packet pool and the open port, from the operator's options.
 * Control thread. */
#include <rte_mempool.h>

#include "dataplane/options.h"
#include "ports/net.h"
#include "ports/port.h"

#ifdef __cplusplus
extern "C" {
#endif

struct sl_station {
    struct rte_mempool *packets[SL_WORKERS_MAX]; /* each worker's, on its NUMA node */
    struct sl_port port;
    struct sl_net net;
    unsigned workers; /* threads, lanes and queue pairs: one with the engine, and the others */
};

/* 0, or -errno after logging one line; nothing is left. */
int sl_station_open(struct sl_station *s, const struct sl_options *options);

/* Workers stand still and hold no packets: closes the port and opens it on the interface that has
   its name now; `missed` is what it had missed so far. 0, or -errno after logging one line; then
   the port is closed. */
int sl_station_reopen(struct sl_station *s, const struct sl_options *options, uint64_t missed);

/* The runtime must be closed: a packet that did not come back is a leak and ends in an assertion.
 */
void sl_station_close(struct sl_station *s);

#ifdef __cplusplus
}
#endif
