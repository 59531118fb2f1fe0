/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* The two responders that are compared. Each turns a burst of received frames into answers in
 * place. Returns how many of them it could not answer; those stay as they are. */
#include <rte_mbuf.h>
#include <stdint.h>

#include "bench/packet_world.h"

typedef uint32_t (*bench_responder_fn)(struct bench_world *world, struct rte_mbuf **burst,
                                       uint16_t count, uint64_t now_ns);

/* What a worker does with a gossip frame. */
uint32_t bench_responder_real(struct bench_world *world, struct rte_mbuf **burst, uint16_t count,
                              uint64_t now_ns);

/* The floor: the least that any responder to a checksummed datagram does. It verifies the
   checksums, trims to the answer's size, writes an answer of that size and its checksums; it
   understands nothing of what it answers. */
uint32_t bench_responder_bare(struct bench_world *world, struct rte_mbuf **burst, uint16_t count,
                              uint64_t now_ns);
