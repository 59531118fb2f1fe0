/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* One TX queue and the packets gathered for it. Owner: one thread. */
#include <rte_branch_prediction.h>
#include <rte_mbuf.h>
#include <stdbool.h>
#include <stdint.h>

#include "dataplane/packet.h"
#include "lib/counters.h"

#ifdef __cplusplus
extern "C" {
#endif

#define SL_TX_TRIES                                                              \
    4 /* bursts offered to a full queue before the rest waits for the next flush \
       */

struct sl_transmitter {
    struct sl_counters *counters;
    uint16_t ethdev_id;
    uint16_t queue;
    bool prepare;   /* the port fills in checksums: drivers want a look at the packets first */
    bool backed_up; /* the last flush left packets: nobody should write new ones */
    uint16_t count;
    struct rte_mbuf *packets[SL_BURST];
};

void sl_transmitter_init(struct sl_transmitter *t, uint16_t ethdev_id, uint16_t queue, bool prepare,
                         struct sl_counters *counters);

/* Offers all gathered packets to the queue. Those that a full queue refuses wait for the next
 * flush. */
void sl_transmitter_flush(struct sl_transmitter *t);

/* The last flush: what the queue refuses is freed and counted (TX_FULL). */
void sl_transmitter_stop(struct sl_transmitter *t);

/* Frees and counts (TX_FULL). */
void sl_transmitter_refuse(struct sl_transmitter *t, struct rte_mbuf *m);

/* Takes the mbuf. With a burst waiting behind a full queue, there is no room for it. */
static inline void sl_transmitter_add(struct sl_transmitter *t, struct rte_mbuf *m)
{
    if (unlikely(t->count == SL_BURST)) {
        sl_transmitter_refuse(t, m);
        return;
    }
    t->packets[t->count++] = m;
    if (t->count == SL_BURST)
        sl_transmitter_flush(t);
}

#ifdef __cplusplus
}
#endif
