/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * Next hops' MAC addresses: ARP (RFC 826) and IPv6 neighbour discovery (RFC 4861), resolved by
 * ourselves because the kernel does not see the port's frames. One owner (the engine's core)
 * writes; workers look up lock-free. Addresses in the mapped form of struct sl_endpoint.
 */
#include <rte_ether.h>
#include <rte_mbuf.h>
#include <stdbool.h>
#include <stdint.h>

#include "ports/net.h"

#ifdef __cplusplus
extern "C" {
#endif

#define SL_NEIGHBOURS_MAX 4096 /* on-link next hops; past it the longest unused is replaced */
#define SL_NEIGHBOUR_HOLD 2    /* packets held per unresolved next hop */

struct sl_neighbours; /* opaque */

/* A second MAC address that claims an address: this node's, or a neighbour's whose first one still
 * answers. */
struct sl_rival {
    uint8_t ip[16];
    struct rte_ether_addr mac;
    bool mine;
};

/* How the table sends, and tells of rivals (once each): the host's. Owner's thread. */
struct sl_neighbour_host {
    void *context;
    struct rte_mbuf *(*allocate)(void *context);
    void (*transmit)(void *context, struct rte_mbuf *m);
    void (*rival)(void *context, const struct sl_rival *rival);
};

enum sl_address_state {
    SL_ADDRESS_HELD,
    SL_ADDRESS_ASKING, /* is it free? this node does not answer for it yet */
    SL_ADDRESS_TAKEN,  /* another has it, and was first: this node must end */
};

struct sl_neighbours *sl_neighbours_create(const struct sl_net *net,
                                           const struct sl_neighbour_host *host);
void sl_neighbours_destroy(struct sl_neighbours *n); /* frees held packets */

/* Owner, or while it stands still: frees held packets; what is known and asked stays. */
void sl_neighbours_drop_held(struct sl_neighbours *n);

/* Any thread: the MAC of a next hop, if resolved. */
bool sl_neighbour_find(const struct sl_neighbours *n, const uint8_t next_hop[16],
                       struct rte_ether_addr *mac);

/* Owner: sends `m` (payload only, no headers yet) to `to`, wrapping it; resolves the next hop first
   if need be, holding the packet meanwhile. Takes the mbuf. Returns false (and frees it) if it can
   neither be sent nor held. */
bool sl_neighbour_send(struct sl_neighbours *n, struct rte_mbuf *m, const struct sl_endpoint *to,
                       uint8_t lane, uint64_t now_ns);

/* Owner: an ARP or neighbour discovery frame. Answers requests in place, learns, releases held
 * packets. Takes the mbuf. */
void sl_neighbour_input(struct sl_neighbours *n, struct rte_mbuf *m, const struct sl_net_rx *rx,
                        uint64_t now_ns);

/* Owner: retries, refreshes entries in use before they go stale, and gives up. Returns the next
 * deadline, UINT64_MAX for none until the next send. */
uint64_t sl_neighbour_tick(struct sl_neighbours *n, uint64_t now_ns);

/* Any thread: held packets freed so far because their next hop did not answer. */
uint64_t sl_neighbours_unanswered(const struct sl_neighbours *n);

/* Owner, before the first turn: asks whether our own addresses are free, then announces them.
 * Again, on a port that was opened again: announces them at once. */
void sl_neighbour_start(struct sl_neighbours *n, uint64_t now_ns);

/* Any thread. */
enum sl_address_state sl_neighbours_address(const struct sl_neighbours *n);

/* Any thread: does another MAC address claim an address of ours, or want it? */
bool sl_neighbours_rival(const struct sl_neighbours *n, struct rte_ether_addr *mac);

/* Owner: announces our own address to the link (gratuitous ARP, unsolicited neighbour
 * advertisement). */
void sl_neighbour_announce(struct sl_neighbours *n);

#ifdef __cplusplus
}
#endif
