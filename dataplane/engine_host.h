/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* The engine's host (lib/host.h) in the daemon: its frames become mbufs, its events the event
 * log's, its retired memory call_rcu's. Owner: the engine's core. */
#include <rte_mempool.h>
#include <stdbool.h>
#include <stdint.h>

#include "dataplane/event_log.h"
#include "dataplane/transmitter.h"
#include "lib/fast.h"
#include "lib/host.h"
#include "ports/neighbour.h"

#ifdef __cplusplus
extern "C" {
#endif

/* From here up a fan-out shares one payload behind header mbufs. Three destinations, by
 * `starling-bench packet --case fan-out --offload`: with buffers that come out of the second cache,
 * as behind a NIC's queue, sharing saves 11 of 144 cycles a packet at 146 bytes, 40 of 190 at 512
 * and 80 of 320 at 1518, the driver's freeing not counted (--port ring); with buffers that come
 * back at once, freeing counted, it costs 13 of 127 at 512 and pays from 1024 on (--port null). */
#define SL_SHARE_PAYLOAD_BYTES 512

struct sl_engine_host {
    uint64_t now_ns; /* of the running step */
    uint64_t sent;   /* packets sent so far */
    struct rte_mempool *pool;
    struct sl_neighbours *neighbours;
    struct sl_transmitter *transmitter;
    struct sl_lane *lane;
    struct sl_counters *counters;
    struct sl_event_log *events;
    uint64_t self_id;
    uint16_t udp_port;
    uint32_t frame_bytes;
    bool share_payloads; /* the port sends chained mbufs and fills in UDP checksums */
};

struct sl_host sl_engine_host(struct sl_engine_host *host);

/* Tells users of an event, as the engine does. */
void sl_engine_host_tell(struct sl_engine_host *host, const struct sl_event *event);

/* Another process of this host, which has no MAC address of its own, wanted this node's address. */
void sl_engine_host_tell_rival(struct sl_engine_host *host, const struct sl_endpoint *address,
                               const char *rival);

/* The neighbour table's way to send, over the same pool and queue. */
struct sl_neighbour_host sl_engine_host_neighbours(struct sl_engine_host *host);

#ifdef __cplusplus
}
#endif
