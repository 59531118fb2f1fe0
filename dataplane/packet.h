/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* The packet pool, and what an mbuf's private area says while it waits for the engine's core. */
#include <rte_mbuf.h>
#include <stdbool.h>

#include "lib/endpoint.h"

#ifdef __cplusplus
extern "C" {
#endif

#define SL_BURST 32 /* packets per RX burst and per free */

/* Written by who hands an mbuf to the engine's core, read there. */
struct sl_packet_note {
    struct sl_endpoint to; /* set: a bare payload to send there; unset: a frame as received */
};

#define SL_PACKET_NOTE_BYTES 32

static inline struct sl_packet_note *sl_packet_note(struct rte_mbuf *m)
{
    return (struct sl_packet_note *)rte_mbuf_to_priv(m);
}

/* Memory of one packet, all included. */
unsigned sl_packet_bytes(unsigned payload_bytes_max);

/* A pool whose threads may share CPUs: a preempted one must not stop the others. On a NUMA node, or
 * on another if that has no room, or SOCKET_ID_ANY. NULL: rte_errno says why. */
struct rte_mempool *sl_packet_pool_create(const char *name, unsigned packets,
                                          unsigned payload_bytes_max, int socket);

/* Makes every packet free again, those too that a closed device did not give back. No other thread
   may use the pool, and nobody may hold a packet of it. */
void sl_packet_pool_restore(struct rte_mempool *pool);

#ifdef __cplusplus
}
#endif
