/* SPDX-License-Identifier: BSD-3-Clause */
#include "ports/address_guard.h"

#include <string.h>

#include "ports/arp.h"
#include "ports/mac.h"
#include "ports/nd.h"
#include "ports/neighbour_entry.h"

static void set_state(struct sl_neighbours *n, enum sl_address_state state)
{
    __atomic_store_n(&n->guard.state, state, __ATOMIC_RELAXED);
}

static void ask_v4(struct sl_neighbours *n)
{
    struct rte_mbuf *m = n->net->v4.set ? n->host.allocate(n->host.context) : NULL;
    if (m == NULL)
        return;
    sl_arp_probe(n->net, m);
    n->host.transmit(n->host.context, m);
}

static void ask_v6(struct sl_neighbours *n)
{
    struct rte_mbuf *m = n->net->v6.set ? n->host.allocate(n->host.context) : NULL;
    if (m == NULL)
        return;
    sl_nd_probe(n->net, m, n->net->v6.address);
    n->host.transmit(n->host.context, m);
}

void sl_address_guard_start(struct sl_neighbours *n, uint64_t now_ns)
{
    struct sl_address_guard *g = &n->guard;
    if (g->started_ns != 0) { /* on a port that was opened again */
        sl_neighbour_announce(n);
        return;
    }
    g->started_ns = now_ns;
    g->next_ns = now_ns;
    set_state(n, SL_ADDRESS_ASKING);
}

static void ask_or_take(struct sl_neighbours *n, uint64_t now_ns)
{
    struct sl_address_guard *g = &n->guard;
    if (g->probes == SL_ADDRESS_PROBES) {
        set_state(n, SL_ADDRESS_HELD);
        sl_neighbour_announce(n);
        return;
    }
    ask_v4(n);
    ask_v6(n);
    g->probes++;
    g->next_ns = now_ns + SL_ADDRESS_PROBE_NS;
}

uint64_t sl_address_guard_tick(struct sl_neighbours *n, uint64_t now_ns)
{
    struct sl_address_guard *g = &n->guard;
    if (g->state == SL_ADDRESS_ASKING && now_ns >= g->next_ns)
        ask_or_take(n, now_ns);
    if (g->rival != 0 && now_ns - g->rival_ns >= SL_ADDRESS_RIVAL_NS)
        __atomic_store_n(&g->rival, 0, __ATOMIC_RELAXED);
    if (g->state == SL_ADDRESS_ASKING)
        return g->next_ns;
    return g->rival != 0 ? g->rival_ns + SL_ADDRESS_RIVAL_NS : UINT64_MAX;
}

static bool is_mine(const struct sl_net *net, const uint8_t ip[16])
{
    if (memcmp(ip, SL_V4_PREFIX, sizeof(SL_V4_PREFIX)) == 0)
        return net->v4.set && memcmp(ip + sizeof(SL_V4_PREFIX), net->v4.address, 4) == 0;
    return net->v6.set &&
           (memcmp(ip, net->v6.address, 16) == 0 || memcmp(ip, net->link_local, 16) == 0);
}

static void note_rival(struct sl_neighbours *n, const struct rte_ether_addr *mac, bool is_v4,
                       uint64_t now_ns)
{
    struct sl_address_guard *g = &n->guard;
    struct sl_rival rival = {.mac = *mac, .mine = true};
    g->rival_ns = now_ns;
    if (g->rival == sl_mac_pack(mac) ||
        (g->told_ns != 0 && now_ns - g->told_ns < SL_ADDRESS_TELL_NS))
        return;
    g->told_ns = now_ns;
    __atomic_store_n(&g->rival, sl_mac_pack(mac), __ATOMIC_RELAXED);
    memcpy(rival.ip, n->net->v6.address, sizeof(rival.ip));
    if (is_v4) {
        memcpy(rival.ip, SL_V4_PREFIX, sizeof(SL_V4_PREFIX));
        memcpy(rival.ip + sizeof(SL_V4_PREFIX), n->net->v4.address, 4);
    }
    n->host.rival(n->host.context, &rival);
}

/* Of two that ask at the same moment the one with the lower MAC address goes on. Later it takes an
 * answer to our question: a stranger's false claim must not end a node. */
static bool gives_way(const struct sl_neighbours *n, const struct sl_neighbour_claim *claim,
                      uint64_t now_ns)
{
    const struct sl_address_guard *g = &n->guard;
    bool asking = g->state == SL_ADDRESS_ASKING;
    if (claim->probes_me)
        return asking && memcmp(&claim->mac, &n->net->mac, sizeof(claim->mac)) < 0;
    bool is_new = g->started_ns != 0 && now_ns - g->started_ns < SL_ADDRESS_NEW_NS;
    return asking || (claim->answers_probe && is_new);
}

void sl_address_guard_meet(struct sl_neighbours *n, const struct sl_neighbour_claim *claim,
                           uint64_t now_ns)
{
    struct sl_address_guard *g = &n->guard;
    bool claims = claim->has_mac && is_mine(n->net, claim->ip);
    if ((!claims && !claim->probes_me) || rte_is_same_ether_addr(&claim->mac, &n->net->mac))
        return;
    if (gives_way(n, claim, now_ns))
        set_state(n, SL_ADDRESS_TAKEN);
    note_rival(n, &claim->mac, claim->is_v4, now_ns);
    if (claims && g->state == SL_ADDRESS_HELD &&
        (g->defended_ns == 0 || now_ns - g->defended_ns >= SL_ADDRESS_DEFEND_NS)) {
        g->defended_ns = now_ns;
        sl_neighbour_announce(n);
    }
}

enum sl_address_state sl_neighbours_address(const struct sl_neighbours *n)
{
    return (enum sl_address_state)__atomic_load_n(&n->guard.state, __ATOMIC_RELAXED);
}

bool sl_neighbours_rival(const struct sl_neighbours *n, struct rte_ether_addr *mac)
{
    uint64_t rival = __atomic_load_n(&n->guard.rival, __ATOMIC_RELAXED);
    sl_mac_unpack(rival, mac);
    return rival != 0;
}
