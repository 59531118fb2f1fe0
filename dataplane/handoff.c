/* SPDX-License-Identifier: BSD-3-Clause */
#include "dataplane/handoff.h"

#include <errno.h>
#include <rte_errno.h>
#include <stdio.h>
#include <string.h>

#define INPUT_CACHE 32

static struct rte_ring *handoff_ring(const char *prefix, const char *what, unsigned size)
{
    char name[RTE_RING_NAMESIZE];
    snprintf(name, sizeof(name), "%s-%s", prefix, what);
    /* RTS: givers may share a CPU, and a preempted one must not make the others spin. */
    return rte_ring_create(name, size, SOCKET_ID_ANY,
                           RING_F_MP_RTS_ENQ | RING_F_SC_DEQ | RING_F_EXACT_SZ);
}

static struct rte_mempool *handoff_pool(const struct sl_handoff_config *config)
{
    char name[RTE_MEMPOOL_NAMESIZE];
    snprintf(name, sizeof(name), "%s-inputs", config->name);
    /* Caches may strand one and a half times their size on every core. */
    unsigned count = config->urgent_inputs + config->ordinary_inputs +
                     (config->workers + 1) * (INPUT_CACHE + INPUT_CACHE / 2 + 1);
    struct rte_mempool *pool =
        rte_mempool_create_empty(name, count, (unsigned)sl_input_bytes(config->frame_bytes),
                                 INPUT_CACHE, 0, SOCKET_ID_ANY, RTE_MEMPOOL_F_NO_IOVA_CONTIG);
    if (pool == NULL)
        return NULL;
    if (rte_mempool_set_ops_byname(pool, "ring_mt_rts", NULL) != 0 ||
        rte_mempool_populate_default(pool) < 0) {
        rte_mempool_free(pool);
        return NULL;
    }
    return pool;
}

int sl_handoff_create(struct sl_handoff *h, const struct sl_handoff_config *config)
{
    memset(h, 0, sizeof(*h));
    h->inputs = handoff_pool(config);
    h->urgent = handoff_ring(config->name, "urgent", config->urgent_inputs);
    h->ordinary = handoff_ring(config->name, "ordinary", config->ordinary_inputs);
    h->packets = handoff_ring(config->name, "packets", config->packets);
    if (h->inputs != NULL && h->urgent != NULL && h->ordinary != NULL && h->packets != NULL)
        return 0;
    sl_handoff_destroy(h);
    return -ENOMEM;
}

void sl_handoff_drop_packets(struct sl_handoff *h)
{
    struct rte_mbuf *m;
    while (sl_handoff_take_packets(h, &m, 1) == 1)
        rte_pktmbuf_free(m);
}

void sl_handoff_destroy(struct sl_handoff *h)
{
    struct sl_input *input;
    while (h->urgent != NULL && h->ordinary != NULL && sl_handoff_take(h, &input, 1) == 1)
        sl_handoff_return(h, input);
    if (h->packets != NULL)
        sl_handoff_drop_packets(h);
    rte_ring_free(h->urgent);
    rte_ring_free(h->ordinary);
    rte_ring_free(h->packets);
    rte_mempool_free(h->inputs);
    memset(h, 0, sizeof(*h));
}

struct sl_input *sl_handoff_borrow(struct sl_handoff *h)
{
    void *input;
    return rte_mempool_get(h->inputs, &input) == 0 ? (struct sl_input *)input : NULL;
}

void sl_handoff_return(struct sl_handoff *h, struct sl_input *input)
{
    rte_mempool_put(h->inputs, input);
}

struct sl_input *sl_handoff_give(struct sl_handoff *h, struct sl_input *filled,
                                 struct sl_counters *counters)
{
    struct sl_input *next = sl_handoff_borrow(h);
    if (next == NULL) {
        sl_count(&counters->drops[SL_DROP_ENGINE_INPUT_EMPTY], 1);
        return filled;
    }
    if (rte_ring_enqueue(filled->urgent ? h->urgent : h->ordinary, filled) != 0) {
        sl_count(&counters->drops[SL_DROP_ENGINE_RING_FULL], 1);
        sl_handoff_return(h, next);
        return filled;
    }
    return next;
}

void sl_handoff_give_packet(struct sl_handoff *h, struct rte_mbuf *m, struct sl_counters *counters)
{
    if (rte_ring_enqueue(h->packets, m) == 0)
        return;
    sl_count(&counters->drops[SL_DROP_ENGINE_RING_FULL], 1);
    rte_pktmbuf_free(m);
}

unsigned sl_handoff_take(struct sl_handoff *h, struct sl_input **inputs, unsigned count)
{
    unsigned n = rte_ring_dequeue_burst(h->urgent, (void **)inputs, count, NULL);
    if (n < count)
        n += rte_ring_dequeue_burst(h->ordinary, (void **)(inputs + n), count - n, NULL);
    return n;
}

void sl_handoff_done(struct sl_handoff *h, struct sl_input **inputs, unsigned count)
{
    rte_mempool_put_bulk(h->inputs, (void *const *)inputs, count);
}

unsigned sl_handoff_take_packets(struct sl_handoff *h, struct rte_mbuf **packets, unsigned count)
{
    return rte_ring_dequeue_burst(h->packets, (void **)packets, count, NULL);
}
