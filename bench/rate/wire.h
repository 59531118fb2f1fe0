/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* A wire made of rings, over DPDK's ring driver: per queue one ring towards the node and one from
 * it. The node's side is a port; the other side is the generator's, who may look at how full the
 * rings are. */
#include <rte_mempool.h>
#include <rte_ring.h>

#include "ports/port.h"

#ifdef __cplusplus
extern "C" {
#endif

struct bench_wire {
    struct rte_ring *to_node[SL_WORKERS_MAX];
    struct rte_ring *from_node[SL_WORKERS_MAX];
    struct sl_port port; /* the node's side, started */
};

/* The pool is one that the driver may ask for; it never takes from it. Returns 0, or -1 after one
   line on stderr. */
int bench_wire_open(struct bench_wire *wire, uint16_t queues, uint32_t frames,
                    struct rte_mempool *pool);

/* Frees what is still on it. */
void bench_wire_close(struct bench_wire *wire);

#ifdef __cplusplus
}
#endif
