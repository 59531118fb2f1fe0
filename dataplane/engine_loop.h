/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* The engine's share of its core's poll loop: commands, handed-over packets and inputs, timers. A
 * turn is bounded, so that the core's own RX queue waits for no flood. */
#include <stdbool.h>
#include <stdint.h>

#include "dataplane/clock.h"
#include "dataplane/engine_host.h"
#include "dataplane/handoff.h"
#include "dataplane/mailbox.h"
#include "dataplane/self_watch.h"
#include "lib/engine.h"
#include "lib/limits.h"
#include "ports/net.h"

#ifdef __cplusplus
extern "C" {
#endif

#define SL_TURN_INPUTS_MAX 32 /* inputs stepped per turn; a step takes up to 50 us */
#define SL_TURN_INPUTS_ONCE \
    8 /* inputs taken before urgent ones and the clock are looked at again */

struct sl_engine_loop {
    const struct sl_clock *clock;
    struct sl_engine *engine;
    struct sl_engine_host *host;
    const struct sl_net *net;
    struct sl_handoff *handoff;
    struct sl_mailbox *mailbox;
    const struct sl_counters *workers[SL_WORKERS_MAX]; /* whose received bytes are summed */
    unsigned worker_count;
    uint64_t charged_bytes; /* by workers, told to the engine so far */
    uint64_t served_bytes;
    uint64_t traffic_due_ns; /* when to add up again */
    uint64_t neighbour_due_ns;
    bool waits_for_link; /* our addresses were not made known to it yet */
    struct sl_self_watch watch;
    struct sl_step step; /* what the last one said */
};

/* Before the first turn: begins to make our own address known to the link, as soon as it is up. */
void sl_engine_loop_start(struct sl_engine_loop *loop, uint64_t now_ns);

/* Returns whether it found anything to do. */
bool sl_engine_loop_turn(struct sl_engine_loop *loop, uint64_t now_ns);

/* When the next turn is due, input or not. */
uint64_t sl_engine_loop_deadline(const struct sl_engine_loop *loop);

#ifdef __cplusplus
}
#endif
