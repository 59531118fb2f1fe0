/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* What the owner of the neighbours knows of one next hop: questions under way, frames that wait for
   the answer. One of their insides (neighbour.c), one thread; workers read the table only. */
#include <sys/queue.h>

#include "ports/address_guard.h"
#include "ports/neighbour.h"
#include "ports/neighbour_table.h"

#ifdef __cplusplus
extern "C" {
#endif

#define SL_NEIGHBOUR_TRIES   4 /* questions before a next hop is given up */
#define SL_NEIGHBOUR_UNICAST 2 /* of these to the known MAC alone, before everybody is asked */

enum sl_neighbour_state {
    SL_NEIGHBOUR_FREE,
    SL_NEIGHBOUR_RESOLVING,  /* no MAC, questions under way */
    SL_NEIGHBOUR_REACHABLE,  /* MAC known; refreshed if used past REACHABLE_NS */
    SL_NEIGHBOUR_REFRESHING, /* MAC known, questions under way */
};

struct sl_neighbour_held {
    struct rte_mbuf *m;
    struct sl_endpoint to;
    uint8_t lane;
};

/* The owner's part of a slot. */
struct sl_neighbour_entry {
    TAILQ_ENTRY(sl_neighbour_entry) asking;
    enum sl_neighbour_state state;
    uint8_t tries;
    uint8_t held_count;
    uint64_t retry_ns;
    uint64_t confirmed_ns;
    uint64_t last_used_ns;
    uint64_t doubted_ns;         /* when a claim of another MAC last made us ask */
    struct rte_ether_addr rival; /* that MAC; zero: none since the known one was found gone */
    uint64_t rival_told_ns;
    struct sl_neighbour_held held[SL_NEIGHBOUR_HOLD];
};

struct sl_neighbours {
    struct sl_neighbour_table table;
    const struct sl_net *net;
    struct sl_neighbour_host host;
    struct sl_address_guard guard;
    struct sl_neighbour_entry *entry;
    /* by retry_ns: all wait equally long, so the order is by asking */
    TAILQ_HEAD(, sl_neighbour_entry) asking;
    uint32_t known; /* entries not SL_NEIGHBOUR_FREE */
    uint32_t sweep_at;
    uint64_t sweep_ns;
    uint64_t unanswered; /* owner writes, any thread reads */
};

struct sl_neighbour_entry *sl_neighbour_entry_find(struct sl_neighbours *n, const uint8_t ip[16]);

/* Takes a free slot of the address's bucket, else its longest unused, and asks. */
struct sl_neighbour_entry *sl_neighbour_entry_add(struct sl_neighbours *n, const uint8_t ip[16],
                                                  uint64_t now_ns);

void sl_neighbour_entry_forget(struct sl_neighbours *n, struct sl_neighbour_entry *e);

/* Puts one question on the wire and the entry at the end of those that wait. */
void sl_neighbour_entry_ask(struct sl_neighbours *n, struct sl_neighbour_entry *e, uint64_t now_ns);
void sl_neighbour_entry_start_asking(struct sl_neighbours *n, struct sl_neighbour_entry *e,
                                     enum sl_neighbour_state state, uint64_t now_ns);

/* Keeps a frame until the MAC is known, and owns it from here. false: no room, it was dropped. */
bool sl_neighbour_entry_hold(struct sl_neighbour_entry *e, struct rte_mbuf *m,
                             const struct sl_endpoint *to, uint8_t lane);
void sl_neighbour_entry_release_held(struct sl_neighbours *n, struct sl_neighbour_entry *e,
                                     const struct rte_ether_addr *mac);
void sl_neighbour_entry_drop_held(struct sl_neighbour_entry *e);

static inline uint32_t sl_neighbour_entry_slot(const struct sl_neighbours *n,
                                               const struct sl_neighbour_entry *e)
{
    return (uint32_t)(e - n->entry);
}

static inline bool sl_neighbour_entry_is_asking(const struct sl_neighbour_entry *e)
{
    return e->state == SL_NEIGHBOUR_RESOLVING || e->state == SL_NEIGHBOUR_REFRESHING;
}

#ifdef __cplusplus
}
#endif
