/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * A wire with a port at each end: the node's, and the far one, the generator's. Either made of
 * rings, over DPDK's ring driver, or joined outside of this process. Who gives and takes need not
 * know which.
 */
#include <rte_mbuf.h>
#include <rte_mempool.h>
#include <rte_ring.h>

#include "bench/rate/ends.h"
#include "ports/port.h"

#ifdef __cplusplus
extern "C" {
#endif

struct bench_wire_config {
    const struct bench_ends *ends; /* NULL: made of rings */
    uint16_t queues;               /* of each end */
    uint32_t frames;               /* that it carries at once each way, per queue, if of rings */
    struct rte_mempool *pool;      /* what the node's port receives into; rings never do */
};

struct bench_wire {
    const struct bench_ends *ends;            /* NULL: made of rings */
    struct sl_port port;                      /* the node's end, started */
    struct sl_port far_port;                  /* the generator's */
    struct rte_ring *to_node[SL_WORKERS_MAX]; /* only if it is made of rings */
    struct rte_ring *from_node[SL_WORKERS_MAX];
    struct rte_mempool *far_pool; /* only if it is not */
};

#define BENCH_WIRE_FAR_PACKETS 8191 /* of the far port's pool */
#define BENCH_WIRE_FAR_SENT    1024 /* at most that the far port may keep after it took them */

/* Waits until the link is up. 0, or -1 after one line on stderr; close it in both cases. */
int bench_wire_open(struct bench_wire *wire, const struct bench_wire_config *config);

/* Frees what is still on it. */
void bench_wire_close(struct bench_wire *wire);

/* Sends a burst to the node, takes one from it. One thread per queue. Returns how many; what the
   far port refuses is freed. */
uint32_t bench_wire_give(const struct bench_wire *wire, uint16_t queue, struct rte_mbuf **packets,
                         uint32_t count);
uint32_t bench_wire_take(const struct bench_wire *wire, uint16_t queue, struct rte_mbuf **packets,
                         uint32_t count);

#ifdef __cplusplus
}
#endif
