/* SPDX-License-Identifier: BSD-3-Clause */
#include "ports/neighbour_entry.h"

#include <string.h>

#include "ports/arp.h"
#include "ports/nd.h"

/* A lost question must not cost an edge cluster its detection time, so we ask more often than the
   hosts of RFC 1122 (one a second), but not longer. */
#define RETRY_NS 250000000ull

static bool is_v4(const uint8_t ip[16])
{
    return memcmp(ip, SL_V4_PREFIX, sizeof(SL_V4_PREFIX)) == 0;
}

void sl_neighbour_entry_ask(struct sl_neighbours *n, struct sl_neighbour_entry *e, uint64_t now_ns)
{
    struct rte_ether_addr mac;
    const struct rte_ether_addr *to = NULL;
    if (e->state == SL_NEIGHBOUR_REFRESHING && e->tries < SL_NEIGHBOUR_UNICAST &&
        sl_neighbour_table_mac(&n->table, sl_neighbour_entry_slot(n, e), &mac))
        to = &mac;

    struct rte_mbuf *m = n->host.allocate(n->host.context);
    if (m) { /* else the next try may find one */
        uint8_t ip[16];
        sl_neighbour_table_ip(&n->table, sl_neighbour_entry_slot(n, e), ip);
        if (is_v4(ip))
            sl_arp_ask(n->net, m, ip + sizeof(SL_V4_PREFIX), to);
        else
            sl_nd_ask(n->net, m, ip, to);
        n->host.transmit(n->host.context, m);
    }
    e->tries++;
    e->retry_ns = now_ns + RETRY_NS;
    TAILQ_INSERT_TAIL(&n->asking, e, asking);
}

void sl_neighbour_entry_start_asking(struct sl_neighbours *n, struct sl_neighbour_entry *e,
                                     enum sl_neighbour_state state, uint64_t now_ns)
{
    e->state = state;
    e->tries = 0;
    sl_neighbour_entry_ask(n, e, now_ns);
}

void sl_neighbour_entry_forget(struct sl_neighbours *n, struct sl_neighbour_entry *e)
{
    static const uint8_t nobody[16];
    if (sl_neighbour_entry_is_asking(e))
        TAILQ_REMOVE(&n->asking, e, asking);
    __atomic_store_n(&n->unanswered, n->unanswered + e->held_count, __ATOMIC_RELAXED);
    sl_neighbour_entry_drop_held(e);
    sl_neighbour_table_assign(&n->table, sl_neighbour_entry_slot(n, e), nobody);
    memset(e, 0, sizeof(*e));
    n->known--;
}

/* A free slot of the address's bucket, else its longest unused. */
static struct sl_neighbour_entry *make_room(struct sl_neighbours *n, const uint8_t ip[16])
{
    struct sl_neighbour_entry *first = &n->entry[sl_neighbour_table_bucket(&n->table, ip)];
    struct sl_neighbour_entry *oldest = first;
    for (struct sl_neighbour_entry *e = first; e < first + SL_NEIGHBOUR_WAYS; e++) {
        if (e->state == SL_NEIGHBOUR_FREE)
            return e;
        if (e->last_used_ns < oldest->last_used_ns)
            oldest = e;
    }
    sl_neighbour_entry_forget(n, oldest);
    return oldest;
}

struct sl_neighbour_entry *sl_neighbour_entry_add(struct sl_neighbours *n, const uint8_t ip[16],
                                                  uint64_t now_ns)
{
    struct sl_neighbour_entry *e = make_room(n, ip);
    sl_neighbour_table_assign(&n->table, sl_neighbour_entry_slot(n, e), ip);
    n->known++;
    sl_neighbour_entry_start_asking(n, e, SL_NEIGHBOUR_RESOLVING, now_ns);
    return e;
}

struct sl_neighbour_entry *sl_neighbour_entry_find(struct sl_neighbours *n, const uint8_t ip[16])
{
    uint32_t slot = sl_neighbour_table_lookup(&n->table, ip);
    if (slot == SL_NEIGHBOUR_NONE || n->entry[slot].state == SL_NEIGHBOUR_FREE)
        return NULL;
    return &n->entry[slot];
}

bool sl_neighbour_entry_hold(struct sl_neighbour_entry *e, struct rte_mbuf *m,
                             const struct sl_endpoint *to, uint8_t lane)
{
    if (e->held_count == SL_NEIGHBOUR_HOLD) {
        rte_pktmbuf_free(m);
        return false;
    }
    struct sl_neighbour_held *h = &e->held[e->held_count++];
    h->m = m;
    h->to = *to;
    h->lane = lane;
    return true;
}

void sl_neighbour_entry_drop_held(struct sl_neighbour_entry *e)
{
    for (unsigned i = 0; i < e->held_count; i++)
        rte_pktmbuf_free(e->held[i].m);
    e->held_count = 0;
}

void sl_neighbour_entry_release_held(struct sl_neighbours *n, struct sl_neighbour_entry *e,
                                     const struct rte_ether_addr *mac)
{
    for (unsigned i = 0; i < e->held_count; i++) {
        struct sl_neighbour_held *h = &e->held[i];
        sl_net_wrap(n->net, h->m, &h->to, mac, h->lane);
        n->host.transmit(n->host.context, h->m);
    }
    e->held_count = 0;
}
