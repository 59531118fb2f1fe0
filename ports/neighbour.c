/* SPDX-License-Identifier: BSD-3-Clause */
#include "ports/neighbour.h"

#include <rte_malloc.h>
#include <rte_random.h>
#include <string.h>

#include "ports/arp.h"
#include "ports/log.h"
#include "ports/nd.h"
#include "ports/neighbour_entry.h"

#define REACHABLE_NS     30000000000ull /* RFC 4861's REACHABLE_TIME */
#define SWEEP_NS         50000000ull
#define SWEEP_SLOTS      64 /* the whole table in 6.4 s */
#define RETRIES_PER_TICK 64
/* A flood of false claims makes us ask a neighbour this often at most. */
#define DOUBT_NS         250000000ull

struct sl_neighbours *sl_neighbours_create(const struct sl_net *net,
                                           const struct sl_neighbour_host *host)
{
    struct sl_neighbours *n = rte_zmalloc("neighbours", sizeof(*n), 0);
    if (n) {
        n->table.slot = rte_zmalloc("neighbour slots", SL_NEIGHBOUR_SLOTS * sizeof(*n->table.slot),
                                    RTE_CACHE_LINE_SIZE);
        n->entry = rte_zmalloc("neighbour entries", SL_NEIGHBOUR_SLOTS * sizeof(*n->entry), 0);
    }
    if (!n || !n->table.slot || !n->entry) {
        SL_LOG(SL_LOG_ERROR, "no memory for %u neighbours; give EAL more (-m)", SL_NEIGHBOURS_MAX);
        sl_neighbours_destroy(n);
        return NULL;
    }
    n->table.seed = (uint32_t)rte_rand();
    n->net = net;
    n->host = *host;
    TAILQ_INIT(&n->asking);
    return n;
}

void sl_neighbours_destroy(struct sl_neighbours *n)
{
    if (!n)
        return;
    sl_neighbours_drop_held(n);
    rte_free(n->entry);
    rte_free(n->table.slot);
    rte_free(n);
}

void sl_neighbours_drop_held(struct sl_neighbours *n)
{
    for (uint32_t i = 0; n->entry && i < SL_NEIGHBOUR_SLOTS; i++)
        sl_neighbour_entry_drop_held(&n->entry[i]);
}

bool sl_neighbour_find(const struct sl_neighbours *n, const uint8_t next_hop[16],
                       struct rte_ether_addr *mac)
{
    return sl_neighbour_table_find(&n->table, next_hop, mac);
}

uint64_t sl_neighbours_unanswered(const struct sl_neighbours *n)
{
    return __atomic_load_n(&n->unanswered, __ATOMIC_RELAXED);
}

bool sl_neighbour_send(struct sl_neighbours *n, struct rte_mbuf *m, const struct sl_endpoint *to,
                       uint8_t lane, uint64_t now_ns)
{
    uint8_t next_hop[16];
    if (!sl_net_next_hop(n->net, to, next_hop)) {
        rte_pktmbuf_free(m);
        return false;
    }
    struct sl_neighbour_entry *e = sl_neighbour_entry_find(n, next_hop);
    if (!e)
        e = sl_neighbour_entry_add(n, next_hop, now_ns);
    e->last_used_ns = now_ns;
    if (e->state == SL_NEIGHBOUR_RESOLVING)
        return sl_neighbour_entry_hold(e, m, to, lane);

    struct rte_ether_addr mac;
    sl_neighbour_table_mac(&n->table, sl_neighbour_entry_slot(n, e), &mac);
    sl_net_wrap(n->net, m, to, &mac, lane);
    n->host.transmit(n->host.context, m);
    if (e->state == SL_NEIGHBOUR_REACHABLE && now_ns >= e->confirmed_ns + REACHABLE_NS)
        sl_neighbour_entry_start_asking(n, e, SL_NEIGHBOUR_REFRESHING, now_ns);
    return true;
}

static void confirm(struct sl_neighbours *n, struct sl_neighbour_entry *e,
                    const struct rte_ether_addr *mac, uint64_t now_ns)
{
    struct sl_rival rival = {.mac = e->rival};
    if (sl_neighbour_entry_is_asking(e))
        TAILQ_REMOVE(&n->asking, e, asking);
    e->state = SL_NEIGHBOUR_REACHABLE;
    e->confirmed_ns = now_ns;
    sl_neighbour_entry_release_held(n, e, mac);
    bool told = e->rival_told_ns != 0 && now_ns - e->rival_told_ns < SL_ADDRESS_RIVAL_NS;
    if (rte_is_zero_ether_addr(&e->rival) || told)
        return;
    e->rival_told_ns = now_ns;
    sl_neighbour_table_ip(&n->table, sl_neighbour_entry_slot(n, e), rival.ip);
    n->host.rival(n->host.context, &rival);
}

/* The known MAC keeps the address for as long as it answers, or one false frame would cut us off.
 * If it is silent, the new one has it, and is itself asked at once whether it answers. */
static void contradict(struct sl_neighbours *n, struct sl_neighbour_entry *e,
                       const struct rte_ether_addr *mac, uint64_t now_ns)
{
    if (e->state == SL_NEIGHBOUR_REFRESHING) {
        if (e->tries <= SL_NEIGHBOUR_UNICAST)
            return;
        sl_neighbour_table_set_mac(&n->table, sl_neighbour_entry_slot(n, e), mac);
        e->rival = (struct rte_ether_addr){{0}};
        TAILQ_REMOVE(&n->asking, e, asking);
        sl_neighbour_entry_start_asking(n, e, SL_NEIGHBOUR_REFRESHING, now_ns);
        return;
    }
    e->rival = *mac;
    if (e->doubted_ns != 0 && now_ns - e->doubted_ns < DOUBT_NS)
        return;
    e->doubted_ns = now_ns;
    sl_neighbour_entry_start_asking(n, e, SL_NEIGHBOUR_REFRESHING, now_ns);
}

/* Only about next hops that we asked for: a stranger's claims take no room here. */
static void learn(struct sl_neighbours *n, const struct sl_neighbour_claim *claim, uint64_t now_ns)
{
    struct sl_neighbour_entry *e = sl_neighbour_entry_find(n, claim->ip);
    if (!e)
        return;
    struct rte_ether_addr known;
    if (e->state == SL_NEIGHBOUR_RESOLVING)
        sl_neighbour_table_set_mac(&n->table, sl_neighbour_entry_slot(n, e), &claim->mac);
    sl_neighbour_table_mac(&n->table, sl_neighbour_entry_slot(n, e), &known);
    if (rte_is_same_ether_addr(&known, &claim->mac))
        confirm(n, e, &known, now_ns);
    else if (claim->overrides)
        contradict(n, e, &claim->mac, now_ns);
}

void sl_neighbour_input(struct sl_neighbours *n, struct rte_mbuf *m, const struct sl_net_rx *rx,
                        uint64_t now_ns)
{
    struct sl_neighbour_claim claim = rx->is_v6 ? sl_nd_read(m, rx) : sl_arp_read(n->net, m, rx);
    sl_address_guard_meet(n, &claim, now_ns);
    if (claim.has_mac)
        learn(n, &claim, now_ns);
    if (!claim.asks_me || n->guard.state != SL_ADDRESS_HELD) {
        rte_pktmbuf_free(m);
        return;
    }
    if (rx->is_v6)
        sl_nd_answer(n->net, m, rx);
    else
        sl_arp_answer(n->net, m, rx);
    n->host.transmit(n->host.context, m);
}

static void retry(struct sl_neighbours *n, uint64_t now_ns)
{
    for (unsigned i = 0; i < RETRIES_PER_TICK; i++) {
        struct sl_neighbour_entry *e = TAILQ_FIRST(&n->asking);
        if (!e || e->retry_ns > now_ns)
            return;
        if (e->tries == SL_NEIGHBOUR_TRIES) {
            sl_neighbour_entry_forget(n, e);
            continue;
        }
        TAILQ_REMOVE(&n->asking, e, asking);
        sl_neighbour_entry_ask(n, e, now_ns);
    }
}

/* Workers' use shows in the slots only, so a part of them is looked at each time. */
static void sweep(struct sl_neighbours *n, uint64_t now_ns)
{
    for (unsigned i = 0; i < SWEEP_SLOTS; i++) {
        struct sl_neighbour_entry *e = &n->entry[n->sweep_at];
        uint32_t slot = n->sweep_at;
        n->sweep_at = (n->sweep_at + 1) & (SL_NEIGHBOUR_SLOTS - 1);
        if (e->state == SL_NEIGHBOUR_FREE)
            continue;
        if (sl_neighbour_table_take_used(&n->table, slot))
            e->last_used_ns = now_ns;
        if (e->state == SL_NEIGHBOUR_REACHABLE && now_ns >= e->confirmed_ns + REACHABLE_NS &&
            e->last_used_ns > e->confirmed_ns)
            sl_neighbour_entry_start_asking(n, e, SL_NEIGHBOUR_REFRESHING, now_ns);
    }
}

void sl_neighbour_start(struct sl_neighbours *n, uint64_t now_ns)
{
    sl_address_guard_start(n, now_ns);
}

uint64_t sl_neighbour_tick(struct sl_neighbours *n, uint64_t now_ns)
{
    uint64_t next_ns = sl_address_guard_tick(n, now_ns);
    if (now_ns >= n->sweep_ns && n->known > 0) {
        sweep(n, now_ns);
        n->sweep_ns = now_ns + SWEEP_NS;
    }
    retry(n, now_ns);
    if (n->known == 0)
        return next_ns;
    const struct sl_neighbour_entry *first = TAILQ_FIRST(&n->asking);
    next_ns = RTE_MIN(next_ns, n->sweep_ns);
    return first && first->retry_ns < next_ns ? first->retry_ns : next_ns;
}

static void announce_v6(struct sl_neighbours *n, const uint8_t address[16])
{
    struct rte_mbuf *m = n->host.allocate(n->host.context);
    if (!m)
        return;
    sl_nd_announce(n->net, m, address);
    n->host.transmit(n->host.context, m);
}

void sl_neighbour_announce(struct sl_neighbours *n)
{
    struct rte_mbuf *m = n->net->v4.set ? n->host.allocate(n->host.context) : NULL;
    if (m) {
        /* A request for oneself is an announcement (RFC 5227, 3). */
        sl_arp_ask(n->net, m, n->net->v4.address, NULL);
        n->host.transmit(n->host.context, m);
    }
    if (!n->net->v6.set)
        return;
    announce_v6(n, n->net->v6.address);
    if (memcmp(n->net->v6.address, n->net->link_local, 16) != 0)
        announce_v6(n, n->net->link_local);
}
