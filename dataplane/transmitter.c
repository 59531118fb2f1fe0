/* SPDX-License-Identifier: BSD-3-Clause */
#include "dataplane/transmitter.h"

#include <rte_ethdev.h>
#include <rte_pause.h>
#include <string.h>

void sl_transmitter_init(struct sl_transmitter *t, uint16_t ethdev_id, uint16_t queue, bool prepare,
                         struct sl_counters *counters)
{
    t->counters = counters;
    t->ethdev_id = ethdev_id;
    t->queue = queue;
    t->prepare = prepare;
    t->count = 0;
    t->backed_up = false;
}

static void transmitter_drop(struct sl_transmitter *t, uint16_t from)
{
    if (from == t->count)
        return;
    sl_count(&t->counters->drops[SL_DROP_TX_FULL], (uint64_t)(t->count - from));
    rte_pktmbuf_free_bulk(t->packets + from, (unsigned)(t->count - from));
    t->count = from;
}

/* The first packet that a driver would not take would block those behind it. */
static void transmitter_prepare(struct sl_transmitter *t)
{
    if (t->prepare)
        transmitter_drop(t, rte_eth_tx_prepare(t->ethdev_id, t->queue, t->packets, t->count));
}

void sl_transmitter_flush(struct sl_transmitter *t)
{
    uint16_t sent = 0;
    if (t->count == 0)
        return;
    transmitter_prepare(t);
    for (unsigned tries = 0; tries < SL_TX_TRIES && sent < t->count; tries++) {
        if (tries > 0)
            rte_pause();
        sent = (uint16_t)(sent + rte_eth_tx_burst(t->ethdev_id, t->queue, t->packets + sent,
                                                  (uint16_t)(t->count - sent)));
    }
    t->count = (uint16_t)(t->count - sent);
    t->backed_up = t->count > 0;
    if (t->backed_up)
        memmove(t->packets, t->packets + sent, t->count * sizeof(t->packets[0]));
}

void sl_transmitter_refuse(struct sl_transmitter *t, struct rte_mbuf *m)
{
    sl_count(&t->counters->drops[SL_DROP_TX_FULL], 1);
    rte_pktmbuf_free(m);
}

void sl_transmitter_stop(struct sl_transmitter *t)
{
    sl_transmitter_flush(t);
    transmitter_drop(t, 0);
    t->backed_up = false;
}
