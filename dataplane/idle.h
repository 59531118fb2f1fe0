/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * What a core does when there is nothing to do. `busy` polls on; `adaptive` pauses for some empty
 * polls, then waits, so that nodes share CPUs and an edge box saves power: for the port's doorbell
 * where it has one, and this core is the only one, which a frame then wakes at once; else it
 * sleeps, doubling from SL_IDLE_SLEEP_MIN_NS to SL_IDLE_SLEEP_MAX_NS until something comes, at the
 * price of up to one sleep of latency after a silence.
 */
#include <stdbool.h>
#include <stdint.h>

#include "dataplane/clock.h"
#include "lib/node.h"

#ifdef __cplusplus
extern "C" {
#endif

#define SL_IDLE_PAUSE_POLLS  64      /* empty polls before the first sleep */
#define SL_IDLE_WAIT_MAX_NS  5000000 /* commands and a request to stop ring no bell */
#define SL_IDLE_SLEEP_MIN_NS 50000   /* less costs more in switching than it saves */
#define SL_IDLE_SLEEP_MAX_NS 1000000 /* bounds the latency added to the first packet */

/* Owner: one thread. `load` may be read by others, relaxed. */
struct sl_idler {
    bool busy;            /* the policy */
    int doorbell_fd;      /* 0: none */
    uint32_t empty_polls; /* in a row */
    uint64_t sleep_ns;    /* of the next sleep */
    uint64_t slept_ns;    /* since the last sl_idler_account() */
    struct sl_worker_load *load;
};

/* Calling thread's: also asks the kernel for exact sleeps. `doorbell_fd`: readable when there is
   something to do, whatever it is; 0: there is no such descriptor. */
void sl_idler_init(struct sl_idler *idler, bool busy, int doorbell_fd, struct sl_worker_load *load);

/* How long to sleep after a poll, never past deadline_ns; 0 = poll again at once. */
uint64_t sl_idler_after_poll(struct sl_idler *idler, bool found, uint64_t now_ns,
                             uint64_t deadline_ns);

/* Sleeps, or less if the bell rings. RCU-offline: a sleeping reader must not hold up a grace
 * period. The thread must be registered. */
void sl_idler_sleep(struct sl_idler *idler, const struct sl_clock *clock, uint64_t sleep_ns);

/* Books one loop: its length and whether it found something. */
void sl_idler_account(struct sl_idler *idler, bool found, uint64_t loop_ns);

#ifdef __cplusplus
}
#endif
