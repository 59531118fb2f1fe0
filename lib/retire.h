/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * How lib/ gives memory back that readers may still see. It has no threads and no RCU of its own:
 * it hands a ticket to the host, the host waits for a grace period (liburcu QSBR call_rcu in the
 * daemon; at once in a simulator), then calls sl_retire_done(). The engine looks at the ticket in a
 * later step and reuses the memory itself, so the table keeps one writer.
 */
#include <stdbool.h>
#include <stdint.h>

struct sl_retire_ticket {
    uint64_t host_private[4]; /* the host's, from retire() to sl_retire_done(): room for a struct
                                 rcu_head */
    uint32_t pending; /* written by the engine (1) and by the host (0); read by the engine */
};

typedef void (*sl_retire_fn)(void *host, struct sl_retire_ticket *ticket);

/* Host: call once per ticket, from any thread, when no reader can hold what it stands for. */
static inline void sl_retire_done(struct sl_retire_ticket *ticket)
{
    __atomic_store_n(&ticket->pending, 0, __ATOMIC_RELEASE);
}

static inline bool sl_retire_is_pending(const struct sl_retire_ticket *ticket)
{
    return __atomic_load_n(&ticket->pending, __ATOMIC_ACQUIRE) != 0;
}
