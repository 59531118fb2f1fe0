/* SPDX-License-Identifier: BSD-3-Clause */
#include "dataplane/transmitter.h"

#include <rte_ethdev.h>
#include <rte_pause.h>

void sl_transmitter_init(struct sl_transmitter *t, uint16_t ethdev_id, uint16_t queue, bool prepare,
                         struct sl_counters *counters)
{
    t->counters = counters;
    t->ethdev_id = ethdev_id;
    t->queue = queue;
    t->prepare = prepare;
    t->count = 0;
}

/* Returns how many of the gathered packets a driver will take; the first it refuses would block
 * those behind it. */
static uint16_t transmitter_prepare(struct sl_transmitter *t, uint16_t from)
{
    if (!t->prepare)
        return t->count;
    uint16_t ready =
        rte_eth_tx_prepare(t->ethdev_id, t->queue, t->packets + from, (uint16_t)(t->count - from));
    return (uint16_t)(from + ready);
}

void sl_transmitter_flush(struct sl_transmitter *t)
{
    if (t->count == 0)
        return;
    uint16_t sent = 0;
    uint16_t ready = transmitter_prepare(t, 0);
    for (unsigned tries = 0; tries < SL_TX_TRIES && sent < ready; tries++) {
        if (tries > 0)
            rte_pause();
        sent = (uint16_t)(sent + rte_eth_tx_burst(t->ethdev_id, t->queue, t->packets + sent,
                                                  (uint16_t)(ready - sent)));
    }
    if (sent < t->count) {
        sl_count(&t->counters->drops[SL_DROP_TX_FULL], (uint64_t)(t->count - sent));
        rte_pktmbuf_free_bulk(t->packets + sent, (unsigned)(t->count - sent));
    }
    t->count = 0;
}
