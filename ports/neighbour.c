/* SPDX-License-Identifier: BSD-3-Clause */
#include "ports/neighbour.h"

#include <rte_malloc.h>
#include <rte_random.h>
#include <string.h>
#include <sys/queue.h>

#include "ports/arp.h"
#include "ports/log.h"
#include "ports/nd.h"
#include "ports/neighbour_table.h"

/* A lost question must not cost an edge cluster its detection time, so we ask more often than the
   hosts of RFC 1122 (one a second), but not longer. */
#define RETRY_NS         250000000ull
#define TRIES            4
#define TRIES_UNICAST    2 /* of these, when refreshing: ask who had it before asking everybody */
#define REACHABLE_NS     30000000000ull /* RFC 4861's REACHABLE_TIME */
#define SWEEP_NS         50000000ull
#define SWEEP_SLOTS      64 /* the whole table in 6.4 s */
#define RETRIES_PER_TICK 64
#define NEVER            UINT64_MAX

enum state {
    FREE,
    RESOLVING,  /* no MAC, questions under way */
    REACHABLE,  /* MAC known; refreshed if used past REACHABLE_NS */
    REFRESHING, /* MAC known, questions under way */
};

struct held {
    struct rte_mbuf *m;
    struct sl_endpoint to;
    uint8_t lane;
};

/* The owner's part of a slot. */
struct entry {
    TAILQ_ENTRY(entry) asking;
    enum state state;
    uint8_t tries;
    uint8_t held_count;
    uint64_t retry_ns;
    uint64_t confirmed_ns;
    uint64_t last_used_ns;
    struct held held[SL_NEIGHBOUR_HOLD];
};

struct sl_neighbours {
    struct sl_neighbour_table table;
    const struct sl_net *net;
    struct sl_neighbour_host host;
    struct entry *entry;
    TAILQ_HEAD(, entry) asking; /* by retry_ns: all wait equally long, so the order is by asking */
    uint32_t known;             /* entries not FREE */
    uint32_t sweep_at;
    uint64_t sweep_ns;
    uint64_t unanswered; /* owner writes, any thread reads */
};

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

static void free_held(struct entry *e)
{
    for (unsigned i = 0; i < e->held_count; i++)
        rte_pktmbuf_free(e->held[i].m);
    e->held_count = 0;
}

void sl_neighbours_destroy(struct sl_neighbours *n)
{
    if (!n)
        return;
    for (uint32_t i = 0; n->entry && i < SL_NEIGHBOUR_SLOTS; i++)
        free_held(&n->entry[i]);
    rte_free(n->entry);
    rte_free(n->table.slot);
    rte_free(n);
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

static uint32_t slot_of(const struct sl_neighbours *n, const struct entry *e)
{
    return (uint32_t)(e - n->entry);
}

static bool is_v4(const uint8_t ip[16])
{
    return memcmp(ip, SL_V4_PREFIX, sizeof(SL_V4_PREFIX)) == 0;
}

static bool is_asking(const struct entry *e)
{
    return e->state == RESOLVING || e->state == REFRESHING;
}

/* Puts one question on the wire and the entry at the end of those that wait. */
static void ask(struct sl_neighbours *n, struct entry *e, uint64_t now_ns)
{
    struct rte_ether_addr mac;
    const struct rte_ether_addr *to = NULL;
    if (e->state == REFRESHING && e->tries < TRIES_UNICAST &&
        sl_neighbour_table_mac(&n->table, slot_of(n, e), &mac))
        to = &mac;

    struct rte_mbuf *m = n->host.allocate(n->host.context);
    if (m) { /* else the next try may find one */
        uint8_t ip[16];
        sl_neighbour_table_ip(&n->table, slot_of(n, e), ip);
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

static void start_asking(struct sl_neighbours *n, struct entry *e, enum state state,
                         uint64_t now_ns)
{
    e->state = state;
    e->tries = 0;
    ask(n, e, now_ns);
}

static void forget(struct sl_neighbours *n, struct entry *e)
{
    static const uint8_t nobody[16];
    if (is_asking(e))
        TAILQ_REMOVE(&n->asking, e, asking);
    __atomic_store_n(&n->unanswered, n->unanswered + e->held_count, __ATOMIC_RELAXED);
    free_held(e);
    sl_neighbour_table_assign(&n->table, slot_of(n, e), nobody);
    memset(e, 0, sizeof(*e));
    n->known--;
}

/* A free slot of the address's bucket, else its longest unused. */
static struct entry *make_room(struct sl_neighbours *n, const uint8_t ip[16])
{
    struct entry *first = &n->entry[sl_neighbour_table_bucket(&n->table, ip)];
    struct entry *oldest = first;
    for (struct entry *e = first; e < first + SL_NEIGHBOUR_WAYS; e++) {
        if (e->state == FREE)
            return e;
        if (e->last_used_ns < oldest->last_used_ns)
            oldest = e;
    }
    forget(n, oldest);
    return oldest;
}

static struct entry *add(struct sl_neighbours *n, const uint8_t ip[16], uint64_t now_ns)
{
    struct entry *e = make_room(n, ip);
    sl_neighbour_table_assign(&n->table, slot_of(n, e), ip);
    n->known++;
    start_asking(n, e, RESOLVING, now_ns);
    return e;
}

static struct entry *lookup(struct sl_neighbours *n, const uint8_t ip[16])
{
    uint32_t slot = sl_neighbour_table_lookup(&n->table, ip);
    if (slot == SL_NEIGHBOUR_NONE || n->entry[slot].state == FREE)
        return NULL;
    return &n->entry[slot];
}

static bool hold(struct entry *e, struct rte_mbuf *m, const struct sl_endpoint *to, uint8_t lane)
{
    if (e->held_count == SL_NEIGHBOUR_HOLD) {
        rte_pktmbuf_free(m);
        return false;
    }
    struct held *h = &e->held[e->held_count++];
    h->m = m;
    h->to = *to;
    h->lane = lane;
    return true;
}

bool sl_neighbour_send(struct sl_neighbours *n, struct rte_mbuf *m, const struct sl_endpoint *to,
                       uint8_t lane, uint64_t now_ns)
{
    uint8_t next_hop[16];
    if (!sl_net_next_hop(n->net, to, next_hop)) {
        rte_pktmbuf_free(m);
        return false;
    }
    struct entry *e = lookup(n, next_hop);
    if (!e)
        e = add(n, next_hop, now_ns);
    e->last_used_ns = now_ns;
    if (e->state == RESOLVING)
        return hold(e, m, to, lane);

    struct rte_ether_addr mac;
    sl_neighbour_table_mac(&n->table, slot_of(n, e), &mac);
    sl_net_wrap(n->net, m, to, &mac, lane);
    n->host.transmit(n->host.context, m);
    if (e->state == REACHABLE && now_ns >= e->confirmed_ns + REACHABLE_NS)
        start_asking(n, e, REFRESHING, now_ns);
    return true;
}

static void release_held(struct sl_neighbours *n, struct entry *e, const struct rte_ether_addr *mac)
{
    for (unsigned i = 0; i < e->held_count; i++) {
        struct held *h = &e->held[i];
        sl_net_wrap(n->net, h->m, &h->to, mac, h->lane);
        n->host.transmit(n->host.context, h->m);
    }
    e->held_count = 0;
}

/* Only about next hops that we asked for: a stranger's claims take no room here. */
static void learn(struct sl_neighbours *n, const struct sl_neighbour_claim *claim, uint64_t now_ns)
{
    struct entry *e = lookup(n, claim->ip);
    if (!e)
        return;
    struct rte_ether_addr known;
    bool is_new = !sl_neighbour_table_mac(&n->table, slot_of(n, e), &known) ||
                  !rte_is_same_ether_addr(&known, &claim->mac);
    if (is_new) {
        if (e->state != RESOLVING && !claim->overrides)
            return;
        sl_neighbour_table_set_mac(&n->table, slot_of(n, e), &claim->mac);
    }
    if (is_asking(e))
        TAILQ_REMOVE(&n->asking, e, asking);
    e->state = REACHABLE;
    e->confirmed_ns = now_ns;
    release_held(n, e, &claim->mac);
}

void sl_neighbour_input(struct sl_neighbours *n, struct rte_mbuf *m, const struct sl_net_rx *rx,
                        uint64_t now_ns)
{
    struct sl_neighbour_claim claim = rx->is_v6 ? sl_nd_read(m, rx) : sl_arp_read(n->net, m, rx);
    if (claim.has_mac)
        learn(n, &claim, now_ns);
    if (!claim.asks_me) {
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
        struct entry *e = TAILQ_FIRST(&n->asking);
        if (!e || e->retry_ns > now_ns)
            return;
        if (e->tries == TRIES) {
            forget(n, e);
            continue;
        }
        TAILQ_REMOVE(&n->asking, e, asking);
        ask(n, e, now_ns);
    }
}

/* Workers' use shows in the slots only, so a part of them is looked at each time. */
static void sweep(struct sl_neighbours *n, uint64_t now_ns)
{
    for (unsigned i = 0; i < SWEEP_SLOTS; i++) {
        struct entry *e = &n->entry[n->sweep_at];
        uint32_t slot = n->sweep_at;
        n->sweep_at = (n->sweep_at + 1) & (SL_NEIGHBOUR_SLOTS - 1);
        if (e->state == FREE)
            continue;
        if (sl_neighbour_table_take_used(&n->table, slot))
            e->last_used_ns = now_ns;
        if (e->state == REACHABLE && now_ns >= e->confirmed_ns + REACHABLE_NS &&
            e->last_used_ns > e->confirmed_ns)
            start_asking(n, e, REFRESHING, now_ns);
    }
}

uint64_t sl_neighbour_tick(struct sl_neighbours *n, uint64_t now_ns)
{
    if (now_ns >= n->sweep_ns && n->known > 0) {
        sweep(n, now_ns);
        n->sweep_ns = now_ns + SWEEP_NS;
    }
    retry(n, now_ns);
    if (n->known == 0)
        return NEVER;
    const struct entry *next = TAILQ_FIRST(&n->asking);
    return next && next->retry_ns < n->sweep_ns ? next->retry_ns : n->sweep_ns;
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
