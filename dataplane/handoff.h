/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * From the workers to the engine's core: copied-out records (struct sl_input) in two rings, so that
 * a flood of records cannot drop an ACK, and whole packets (neighbour discovery, relays whose next
 * hop is not resolved) in a third. Any number of givers, one taker.
 */
#include <rte_mbuf.h>
#include <rte_mempool.h>
#include <rte_ring.h>
#include <stdbool.h>
#include <stdint.h>

#include "lib/counters.h"
#include "lib/input.h"

#ifdef __cplusplus
extern "C" {
#endif

struct sl_handoff {
    struct rte_mempool *inputs; /* as many as both rings hold, and one spare per worker */
    struct rte_ring *urgent;
    struct rte_ring *ordinary;
    struct rte_ring *packets;
};

struct sl_handoff_config {
    const char *name; /* prefix of the DPDK objects' names: at most 16 bytes */
    uint32_t frame_bytes;
    unsigned workers;
    unsigned urgent_inputs, ordinary_inputs, packets; /* ring sizes, powers of two */
};

/* 0 or -errno (nothing is left). Control thread. */
int sl_handoff_create(struct sl_handoff *h, const struct sl_handoff_config *config);

/* Frees the packets that wait. The engine's core, or while it stands still. */
void sl_handoff_drop_packets(struct sl_handoff *h);

/* Frees what is still in the rings, then the rings. All givers' spares must be back. */
void sl_handoff_destroy(struct sl_handoff *h);

/* A worker's spare input; NULL if none is free. */
struct sl_input *sl_handoff_borrow(struct sl_handoff *h);
void sl_handoff_return(struct sl_handoff *h, struct sl_input *input);

/* Hands over a filled input and returns the next spare. If the pool or the ring has no room the
   input's contents are dropped and counted, and the same buffer is the spare again. */
struct sl_input *sl_handoff_give(struct sl_handoff *h, struct sl_input *filled,
                                 struct sl_counters *counters);

/* Hands over an mbuf (see struct sl_packet_note); frees and counts it if the ring is full. */
void sl_handoff_give_packet(struct sl_handoff *h, struct rte_mbuf *m, struct sl_counters *counters);

/* Engine's core: takes up to `count` inputs, urgent ones first. They go back by sl_handoff_done().
 */
unsigned sl_handoff_take(struct sl_handoff *h, struct sl_input **inputs, unsigned count);
void sl_handoff_done(struct sl_handoff *h, struct sl_input **inputs, unsigned count);
unsigned sl_handoff_take_packets(struct sl_handoff *h, struct rte_mbuf **packets, unsigned count);

#ifdef __cplusplus
}
#endif
