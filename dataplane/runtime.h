/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * A running node without its outside: engine, workers and what joins them, over a port that is
 * already open. Control thread, registered with RCU and offline. Several may live in one process.
 */
#include <rte_mempool.h>
#include <stdbool.h>
#include <stdint.h>

#include "dataplane/worker.h"
#include "lib/config.h"
#include "ports/port.h"

#ifdef __cplusplus
extern "C" {
#endif

struct sl_runtime_config {
    const char *name; /* prefix of DPDK objects' names, unique in the process, at most 16 bytes */
    const struct sl_config *config;
    const struct sl_net *net;
    const struct sl_port *port; /* open, with one queue pair per worker */
    struct rte_mempool *packets;
    unsigned workers;     /* 1..SL_WORKERS_MAX; the first also runs the engine */
    unsigned first_lcore; /* of worker 0; the others follow */
    bool busy;            /* idle policy */
    uint64_t seed;        /* all the engine's randomness */
    uint64_t wall_s;      /* seconds since 1970, for the generation */
};

struct sl_runtime {
    struct sl_clock clock;
    struct sl_net net;
    struct sl_port port;
    struct sl_handoff handoff;
    struct sl_mailbox mailbox;
    struct sl_reclaim reclaim;
    struct sl_event_log *events;
    void *arena;
    struct sl_neighbours *neighbours;
    struct sl_engine_host host;
    struct sl_engine_loop loop; /* loop.engine: the engine */
    unsigned first_lcore;
    unsigned worker_count;
    unsigned launched;
    struct sl_worker *workers[SL_WORKERS_MAX];
};

/* Makes all of it; nothing runs yet. 0, or -errno after logging one line; nothing is left. */
int sl_runtime_open(struct sl_runtime *r, const struct sl_runtime_config *config);

/* Starts the workers, the first time or again. 0 or -errno after logging one line (then stop and
 * close). */
int sl_runtime_launch(struct sl_runtime *r);

/* Ends the workers and waits for them: at most one loop each. */
void sl_runtime_stop(struct sl_runtime *r);

/* Stopped: gives back all packets that are held or handed over. */
void sl_runtime_drop_packets(struct sl_runtime *r);

/* Stopped: goes on with a port that was opened anew, with the same queues and pools. */
void sl_runtime_use_port(struct sl_runtime *r, const struct sl_port *port,
                         const struct sl_net *net);

/* Waits for retired memory, frees everything but port and packet pool. Packets that were held or
 * handed over return to the pool. */
void sl_runtime_close(struct sl_runtime *r);

/* MB of DPDK memory that a node of this configuration takes, with so many packets for payloads of
 * up to payload_bytes. */
uint32_t sl_runtime_memory_mb(const struct sl_config *config, unsigned workers, unsigned packets,
                              unsigned payload_bytes);

#ifdef __cplusplus
}
#endif
