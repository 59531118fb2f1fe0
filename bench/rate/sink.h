/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* Where a fan-out may go instead of the wire: DPDK's null driver, which frees what is sent as a
 * NIC's driver does. One in a process. */
#include <rte_mempool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The pool is one that the driver may ask for. Returns 0, or -1 after one line on stderr. */
int bench_sink_open(uint16_t *ethdev_id, uint16_t queues, struct rte_mempool *pool);
void bench_sink_close(uint16_t ethdev_id);

#ifdef __cplusplus
}
#endif
