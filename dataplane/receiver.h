/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* One RX queue, run to completion: parse, fast path, answer or relay from the same mbuf, hand the
 * rest over. Owner: one thread, inside a read-side critical section. */
#include <rte_mbuf.h>
#include <stdbool.h>
#include <stdint.h>

#include "dataplane/handoff.h"
#include "dataplane/packet.h"
#include "dataplane/transmitter.h"
#include "lib/fast.h"
#include "ports/neighbour.h"
#include "ports/net.h"

#ifdef __cplusplus
extern "C" {
#endif

struct sl_receiver {
    const struct sl_fast *fast;
    const struct sl_net *net;
    const struct sl_neighbours *neighbours;
    struct sl_handoff *handoff;
    struct sl_transmitter *transmitter;
    struct sl_lane *lane;
    struct sl_counters *counters;
    struct sl_input *spare; /* always one at hand while the thread runs */
    uint16_t ethdev_id;
    uint16_t queue;
    uint16_t freed_count; /* packets of this burst that are done with */
    struct rte_mbuf *freed[SL_BURST];
};

/* Takes the spare input. 0, or -ENOBUFS: the pool was sized wrong. */
int sl_receiver_start(struct sl_receiver *r);
void sl_receiver_stop(struct sl_receiver *r);

/* Receives and handles one burst; answers are left with the transmitter. Returns its packets. */
unsigned sl_receiver_poll(struct sl_receiver *r, uint64_t now_ns);

#ifdef __cplusplus
}
#endif
