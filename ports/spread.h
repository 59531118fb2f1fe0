/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * How a device spreads frames over its queues by the Toeplitz hash of addresses and ports (RSS),
 * where it tells: so that who asks picks the source port by which the answer comes back to its own
 * queue, and no other core has to hand it over. Read by the control thread; then read-only.
 */
#include <stdbool.h>
#include <stdint.h>

#include "lib/endpoint.h"
#include "lib/limits.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Of so many hashes for a queue, one in 3,000 peers finds none that leads there, however many
   queues there are. */
#define SL_SPREAD_PORTS_PER_QUEUE 8
#define SL_SPREAD_PORTS_MAX       (SL_SPREAD_PORTS_PER_QUEUE * SL_WORKERS_MAX)
#define SL_SPREAD_TABLE_MAX       2048
#define SL_SPREAD_KEY_WORDS       10 /* what the hash of an IPv6 datagram takes of the key */

struct sl_spread {
    bool known;
    uint16_t first_port, ports; /* UDP ports to choose from */
    uint16_t table_mask;
    uint32_t key[SL_SPREAD_KEY_WORDS]; /* in this CPU's byte order */
    /* What the last bits of the first port turned into those of the i-th do to a hash: the hash is
       linear, so the rest of it is computed once. */
    uint32_t change_v4[SL_SPREAD_PORTS_MAX], change_v6[SL_SPREAD_PORTS_MAX];
    uint8_t queue_of[SL_SPREAD_TABLE_MAX];
};

/* Asks a started device with more than one queue. Leaves `known` false if it spreads by other
   means or does not tell. */
void sl_spread_read(struct sl_spread *spread, uint16_t ethdev_id, uint16_t queues,
                    uint16_t first_port);

/* The source port of a datagram from `local` (4 or 16 bytes, as the destination is) whose answer
   comes to `queue`; the first port + queue if no port leads there. Any thread. */
uint16_t sl_spread_port(const struct sl_spread *spread, const uint8_t *local,
                        const struct sl_endpoint *to, uint16_t queue);

#ifdef __cplusplus
}
#endif
