/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * Whether this node's addresses are its own (RFC 5227 for IPv4, RFC 4862 section 5.4 for IPv6):
 * asks before using them, and notices and answers who claims them later. Part of the neighbours'
 * owner.
 */
#include <rte_ether.h>
#include <stdint.h>

#include "ports/claim.h"
#include "ports/neighbour.h"

#ifdef __cplusplus
extern "C" {
#endif

/* RFC 5227 asks three times within seven seconds, because a bridge may take as long to forward. On
   a link that works a holder answers within a millisecond, and an edge cluster notices a death
   within 110: so three questions in 150 ms hold up the start, and to an answer that comes within
   SL_ADDRESS_NEW_NS the newcomer still gives way. */
#define SL_ADDRESS_PROBES    3
#define SL_ADDRESS_PROBE_NS  50000000ull
#define SL_ADDRESS_NEW_NS    5000000000ull
#define SL_ADDRESS_DEFEND_NS 10000000000ull /* RFC 5227's DEFEND_INTERVAL */
#define SL_ADDRESS_RIVAL_NS  60000000000ull /* a rival that was not heard for so long is gone */
#define SL_ADDRESS_TELL_NS   1000000000ull  /* between two rivals that users hear of */

struct sl_address_guard {
    uint32_t state; /* enum sl_address_state; owner writes, any thread reads */
    uint8_t probes;
    uint64_t rival; /* its MAC, 0 = none; owner writes, any thread reads */
    uint64_t rival_ns, told_ns;
    uint64_t started_ns; /* 0 = not yet */
    uint64_t next_ns;    /* ASKING: of the next question, or the end */
    uint64_t defended_ns;
};

void sl_address_guard_start(struct sl_neighbours *n, uint64_t now_ns);

/* Returns the next deadline, UINT64_MAX for none. */
uint64_t sl_address_guard_tick(struct sl_neighbours *n, uint64_t now_ns);

/* Looks at every claim and question that comes in. */
void sl_address_guard_meet(struct sl_neighbours *n, const struct sl_neighbour_claim *claim,
                           uint64_t now_ns);

#ifdef __cplusplus
}
#endif
