/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* One TX queue and the packets gathered for it. Owner: one thread. */
#include <rte_mbuf.h>
#include <stdbool.h>
#include <stdint.h>

#include "dataplane/packet.h"
#include "lib/counters.h"

#ifdef __cplusplus
extern "C" {
#endif

#define SL_TX_TRIES 4 /* bursts offered to a full queue before the rest is dropped */

struct sl_transmitter {
    struct sl_counters *counters;
    uint16_t ethdev_id;
    uint16_t queue;
    bool prepare; /* the port fills in checksums: drivers want a look at the packets first */
    uint16_t count;
    struct rte_mbuf *packets[SL_BURST];
};

void sl_transmitter_init(struct sl_transmitter *t, uint16_t ethdev_id, uint16_t queue, bool prepare,
                         struct sl_counters *counters);

/* Offers all gathered packets to the queue. Those that a full queue refuses are freed and counted
 * (TX_FULL). */
void sl_transmitter_flush(struct sl_transmitter *t);

/* Takes the mbuf. */
static inline void sl_transmitter_add(struct sl_transmitter *t, struct rte_mbuf *m)
{
    t->packets[t->count++] = m;
    if (t->count == SL_BURST)
        sl_transmitter_flush(t);
}

#ifdef __cplusplus
}
#endif
