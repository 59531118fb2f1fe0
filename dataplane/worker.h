/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * A packet core: one lcore, one queue pair, one lane, run to completion. Worker 0 also runs the
 * engine (`loop` set); with no further workers that is the one-core mode. sl_worker_main() is the
 * only place where packet threads register with RCU.
 */
#include <stdbool.h>
#include <stdint.h>

#include "dataplane/clock.h"
#include "dataplane/engine_loop.h"
#include "dataplane/idle.h"
#include "dataplane/receiver.h"
#include "dataplane/reclaim.h"
#include "dataplane/transmitter.h"

#ifdef __cplusplus
extern "C" {
#endif

struct sl_worker {
    /* Read by other threads, relaxed; written by the worker. */
    struct sl_counters counters __attribute__((aligned(SL_CACHE_LINE)));
    struct sl_worker_load load;
    /* Written by the control thread. */
    bool stop __attribute__((aligned(SL_CACHE_LINE)));
    /* Set before launch; then the worker's own. */
    const struct sl_clock *clock __attribute__((aligned(SL_CACHE_LINE)));
    struct sl_engine_loop *loop; /* NULL but for the worker that runs the engine */
    struct sl_reclaim *reclaim;  /* set with `loop` */
    bool busy;                   /* idle policy: never sleeps */
    int doorbell_fd;             /* what to wait on when idle (struct sl_port); 0: nothing */
    struct sl_receiver receiver;
    struct sl_transmitter transmitter;
    struct sl_lane lane;
};

/* The lcore's function (rte_eal_remote_launch): runs until sl_worker_stop(). Returns 0 or -errno.
 */
int sl_worker_main(void *worker);

/* When the worker must look again at the latest; UINT64_MAX: when something comes. Its own thread.
 */
uint64_t sl_worker_deadline(const struct sl_worker *worker, uint64_t now_ns);

/* Control thread: asks the worker to end. */
void sl_worker_stop(struct sl_worker *worker);

#ifdef __cplusplus
}
#endif
