/* SPDX-License-Identifier: BSD-3-Clause */
#include "ports/nd.h"

#include <netinet/in.h>
#include <rte_ip.h>

#include "lib/assert.h"
#include "ports/link.h"

#define FLAG_SOLICITED 0x40000000u
#define FLAG_OVERRIDE  0x20000000u
#define OPTION_SOURCE  1 /* link-layer address of the sender */
#define OPTION_TARGET  2 /* link-layer address of the target */
#define OPTION_UNIT    8 /* option lengths count these bytes */

struct option {
    uint8_t type;
    uint8_t units;
    struct rte_ether_addr mac;
};

static const uint8_t all_nodes[16] = {0xff, 0x02, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1};

/* RFC 2464, section 7. */
static struct rte_ether_addr group_mac(const uint8_t group[16])
{
    struct rte_ether_addr mac = {{0x33, 0x33, group[12], group[13], group[14], group[15]}};
    return mac;
}

static bool is_link_local(const uint8_t address[16])
{
    return address[0] == 0xfe && (address[1] & 0xc0) == 0x80;
}

struct message {
    uint8_t type;
    uint8_t option; /* 0: none */
    uint32_t flags;
    const uint8_t *from, *to, *target;
    const struct rte_ether_addr *to_mac;
};

static uint16_t message_bytes(const struct message *w)
{
    return (uint16_t)(sizeof(struct sl_nd_message) + (w->option ? sizeof(struct option) : 0));
}

static void put_option(struct option *option, const struct sl_net *net, uint8_t type)
{
    option->type = type;
    option->units = sizeof(*option) / OPTION_UNIT;
    option->mac = net->mac;
}

/* `from`, `to` and `target` must not point into the frame. */
static void put(const struct sl_net *net, uint8_t *frame, uint16_t at, const struct message *w)
{
    sl_link_put(net, frame, w->to_mac, RTE_ETHER_TYPE_IPV6);
    struct rte_ipv6_hdr *ip = (struct rte_ipv6_hdr *)(frame + at);
    sl_link_put_v6(net, ip, IPPROTO_ICMPV6, message_bytes(w), SL_ND_HOP_LIMIT);
    memcpy(ip->src_addr, w->from, 16);
    memcpy(ip->dst_addr, w->to, 16);

    struct sl_nd_message *nd = (struct sl_nd_message *)(ip + 1);
    nd->type = w->type;
    nd->code = 0;
    nd->checksum = 0;
    nd->flags = rte_cpu_to_be_32(w->flags);
    memcpy(nd->target, w->target, 16);
    if (w->option)
        put_option((struct option *)(nd + 1), net, w->option);
    /* The function's name says UDP and TCP; the sum is ICMPv6's too. */
    nd->checksum = rte_ipv6_udptcp_cksum(ip, nd);
}

static void put_new(const struct sl_net *net, struct rte_mbuf *m, const struct message *w)
{
    uint16_t at = sl_link_bytes(net);
    uint8_t *frame = (uint8_t *)rte_pktmbuf_append(
        m, (uint16_t)(at + sizeof(struct rte_ipv6_hdr) + message_bytes(w)));
    SL_ASSERT(frame != NULL);
    put(net, frame, at, w);
}

/* RFC 4291, 2.7.1. */
static void solicited_group(uint8_t group[16], const uint8_t target[16])
{
    static const uint8_t prefix[13] = {0xff, 0x02, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0xff};
    memcpy(group, prefix, sizeof(prefix));
    memcpy(group + 13, target + 13, 3);
}

void sl_nd_probe(const struct sl_net *net, struct rte_mbuf *m, const uint8_t address[16])
{
    static const uint8_t unspecified[16];
    uint8_t group[16];
    solicited_group(group, address);
    struct rte_ether_addr mac = group_mac(group);
    struct message w = {
        .type = SL_ND_SOLICITATION,
        .from = unspecified,
        .to = group,
        .target = address,
        .to_mac = &mac,
    };
    put_new(net, m, &w);
}

void sl_nd_ask(const struct sl_net *net, struct rte_mbuf *m, const uint8_t target[16],
               const struct rte_ether_addr *to_mac)
{
    uint8_t group[16];
    solicited_group(group, target);
    struct rte_ether_addr mac = to_mac ? *to_mac : group_mac(group);
    struct message w = {
        .type = SL_ND_SOLICITATION,
        .option = OPTION_SOURCE,
        .from = is_link_local(target) ? net->link_local : net->v6.address,
        .to = to_mac ? target : group,
        .target = target,
        .to_mac = &mac,
    };
    put_new(net, m, &w);
}

void sl_nd_announce(const struct sl_net *net, struct rte_mbuf *m, const uint8_t address[16])
{
    struct rte_ether_addr mac = group_mac(all_nodes);
    struct message w = {
        .type = SL_ND_ADVERTISEMENT,
        .option = OPTION_TARGET,
        .flags = FLAG_OVERRIDE,
        .from = address,
        .to = all_nodes,
        .target = address,
        .to_mac = &mac,
    };
    put_new(net, m, &w);
}

/* The MAC in an option of the wanted type, if the options are sound (RFC 4861, 7.1). */
static bool find_mac(const uint8_t *options, uint32_t bytes, uint8_t wanted,
                     struct rte_ether_addr *mac)
{
    bool found = false;
    while (bytes >= OPTION_UNIT) {
        const struct option *option = (const struct option *)options;
        uint32_t length = option->units * (uint32_t)OPTION_UNIT;
        if (length == 0 || length > bytes)
            return false;
        if (option->type == wanted && length == sizeof(*option)) {
            *mac = option->mac;
            found = rte_is_valid_assigned_ether_addr(mac);
        }
        options += length;
        bytes -= length;
    }
    return found && bytes == 0;
}

static bool is_unspecified(const uint8_t address[16])
{
    static const uint8_t unspecified[16];
    return memcmp(address, unspecified, 16) == 0;
}

struct sl_neighbour_claim sl_nd_read(const struct rte_mbuf *m, const struct sl_net_rx *rx)
{
    const struct rte_ipv6_hdr *ip =
        rte_pktmbuf_mtod_offset(m, const struct rte_ipv6_hdr *, rx->l3_at);
    const struct sl_nd_message *nd = (const struct sl_nd_message *)(ip + 1);
    bool asks = nd->type == SL_ND_SOLICITATION;
    bool to_many = ip->dst_addr[0] == 0xff;
    struct sl_neighbour_claim claim;
    memset(&claim, 0, sizeof(claim));
    memcpy(claim.ip, asks ? ip->src_addr : nd->target, 16);
    /* Who has no address yet asks many; from others such a question is unsound (RFC 4861, 7.1.1).
     */
    claim.asks_me = asks && (to_many || !is_unspecified(ip->src_addr));
    claim.overrides = asks || (nd->flags & rte_cpu_to_be_32(FLAG_OVERRIDE)) != 0;
    /* Who asks without an address yet (is mine taken?) says nothing about itself. */
    claim.has_mac = !is_unspecified(claim.ip) &&
                    find_mac((const uint8_t *)(nd + 1),
                             rte_be_to_cpu_16(ip->payload_len) - (uint32_t)sizeof(*nd),
                             asks ? OPTION_SOURCE : OPTION_TARGET, &claim.mac);
    claim.probes_me = claim.asks_me && is_unspecified(claim.ip);
    if (claim.probes_me)
        claim.mac = rte_pktmbuf_mtod(m, const struct rte_ether_hdr *)->src_addr;
    return claim;
}

void sl_nd_answer(const struct sl_net *net, struct rte_mbuf *m, const struct sl_net_rx *rx)
{
    uint8_t *frame = rte_pktmbuf_mtod(m, uint8_t *);
    struct rte_ipv6_hdr *ip = (struct rte_ipv6_hdr *)(frame + rx->l3_at);
    const struct sl_nd_message *nd = (const struct sl_nd_message *)(ip + 1);
    uint8_t target[16], asker[16];
    memcpy(target, nd->target, 16);
    memcpy(asker, ip->src_addr, 16);
    struct rte_ether_addr asker_mac = ((struct rte_ether_hdr *)frame)->src_addr;
    struct rte_ether_addr all_nodes_mac = group_mac(all_nodes);

    /* An asker without an address hears the answer by multicast (RFC 4861, 7.2.4). */
    bool nobody = is_unspecified(asker);
    struct message w = {
        .type = SL_ND_ADVERTISEMENT,
        .option = OPTION_TARGET,
        .flags = FLAG_OVERRIDE | (nobody ? 0 : FLAG_SOLICITED),
        .from = target,
        .to = nobody ? all_nodes : asker,
        .target = target,
        .to_mac = nobody ? &all_nodes_mac : &asker_mac,
    };
    /* A question may be shorter than its answer, or come with a priority tag that we do not send.
     */
    uint16_t at = sl_link_bytes(net);
    sl_link_set_length(m, (uint16_t)(at + sizeof(*ip) + message_bytes(&w)));
    put(net, frame, at, &w);
}
