/* SPDX-License-Identifier: BSD-3-Clause */
#include <netinet/in.h>
#include <rte_arp.h>
#include <rte_branch_prediction.h>
#include <rte_icmp.h>
#include <rte_ip.h>
#include <rte_udp.h>

#include "ports/checksum.h"
#include "ports/link.h"
#include "ports/nd.h"
#include "ports/net.h"

#define VLAN_ID_MASK    0x0fff
#define V4_NO_OPTIONS   0x45
#define V4_HEADER_WORDS 4 /* bytes per unit of the header length field */

static inline enum sl_net_kind drop(struct sl_net_rx *rx, enum sl_drop reason)
{
    rx->drop = reason;
    return SL_NET_DROP;
}

/* What the device says of a checksum counts only where the port was asked to check it: a ring hands
   over its sender's flags. */
static inline bool vouched(const struct sl_net *net, const struct rte_mbuf *m, uint64_t mask,
                           uint64_t good)
{
    return net->rx_checksum && (m->ol_flags & mask) == good;
}

static inline enum sl_net_kind classify_udp(const struct sl_net *net, struct sl_net_rx *rx,
                                            struct rte_udp_hdr *udp, uint32_t bytes)
{
    if (unlikely(bytes < sizeof(*udp) || rte_be_to_cpu_16(udp->dgram_len) != bytes ||
                 udp->src_port == 0))
        return drop(rx, SL_DROP_IP_MALFORMED);
    uint16_t nth = (uint16_t)(rte_be_to_cpu_16(udp->dst_port) - net->udp_port);
    if (unlikely(nth >= net->udp_ports))
        return drop(rx, SL_DROP_NOT_GOSSIP);
    rx->payload = (uint8_t *)(udp + 1);
    rx->payload_bytes = (uint16_t)(bytes - sizeof(*udp));
    return SL_NET_GOSSIP;
}

/* An answer to such a source would reach nobody, or everybody. */
static inline bool is_v4_source(rte_be32_t address)
{
    uint8_t first = (uint8_t)(rte_be_to_cpu_32(address) >> 24);
    return first != 0 && first != IN_LOOPBACKNET && first < 224;
}

static inline enum sl_net_kind classify_v4_upper(const struct sl_net *net, const struct rte_mbuf *m,
                                                 struct sl_net_rx *rx, struct rte_ipv4_hdr *ip)
{
    uint32_t bytes = (uint32_t)rte_be_to_cpu_16(ip->total_length) - (uint32_t)sizeof(*ip);
    if (likely(ip->next_proto_id == IPPROTO_UDP)) {
        struct rte_udp_hdr *udp = (struct rte_udp_hdr *)(ip + 1);
        enum sl_net_kind kind = classify_udp(net, rx, udp, bytes);
        if (unlikely(kind == SL_NET_DROP))
            return kind;
        /* Zero over IPv4: its sender computed none (RFC 768). */
        if (udp->dgram_cksum != 0 &&
            !vouched(net, m, RTE_MBUF_F_RX_L4_CKSUM_MASK, RTE_MBUF_F_RX_L4_CKSUM_GOOD) &&
            unlikely(!sl_sum_v4_is_sound(ip, udp, bytes)))
            return drop(rx, SL_DROP_CHECKSUM);
        rx->from.port = rte_be_to_cpu_16(udp->src_port);
        return kind;
    }
    if (ip->next_proto_id != IPPROTO_ICMP)
        return drop(rx, SL_DROP_NOT_GOSSIP);
    const struct rte_icmp_hdr *icmp = (const struct rte_icmp_hdr *)(ip + 1);
    if (bytes < sizeof(*icmp))
        return drop(rx, SL_DROP_IP_MALFORMED);
    if (!sl_sum_is_sound(icmp, bytes))
        return drop(rx, SL_DROP_CHECKSUM);
    if (icmp->icmp_type != RTE_IP_ICMP_ECHO_REQUEST || icmp->icmp_code != 0)
        return drop(rx, SL_DROP_NOT_GOSSIP);
    return SL_NET_ECHO;
}

static inline enum sl_net_kind classify_v4(const struct sl_net *net, const struct rte_mbuf *m,
                                           struct sl_net_rx *rx, bool to_my_mac)
{
    struct rte_ipv4_hdr *ip = rte_pktmbuf_mtod_offset(m, struct rte_ipv4_hdr *, rx->l3_at);
    uint32_t room = (uint32_t)m->data_len - rx->l3_at;
    if (unlikely(room < sizeof(*ip)))
        return drop(rx, SL_DROP_IP_MALFORMED);
    uint32_t total = rte_be_to_cpu_16(ip->total_length);
    uint32_t header = (ip->version_ihl & 15u) * V4_HEADER_WORDS;
    if (unlikely(ip->version_ihl >> 4 != 4 || header < sizeof(*ip) || total < header ||
                 total > room))
        return drop(rx, SL_DROP_IP_MALFORMED);

    if (unlikely(!to_my_mac || !net->v4.set || memcmp(&ip->dst_addr, net->v4.address, 4) != 0))
        return drop(rx, SL_DROP_IP_NOT_MINE);
    if (unlikely(ip->version_ihl != V4_NO_OPTIONS ||
                 (ip->fragment_offset &
                  rte_cpu_to_be_16(RTE_IPV4_HDR_MF_FLAG | RTE_IPV4_HDR_OFFSET_MASK))))
        return drop(rx, SL_DROP_IP_FRAGMENT);
    if (!vouched(net, m, RTE_MBUF_F_RX_IP_CKSUM_MASK, RTE_MBUF_F_RX_IP_CKSUM_GOOD) &&
        unlikely(!sl_sum_v4_header_is_sound(ip)))
        return drop(rx, SL_DROP_CHECKSUM);
    if (unlikely(!is_v4_source(ip->src_addr)))
        return drop(rx, SL_DROP_IP_MALFORMED);

    rx->is_v6 = false;
    rx->from = sl_endpoint_v4((const uint8_t *)&ip->src_addr, 0);
    return classify_v4_upper(net, m, rx, ip);
}

/* Also no IPv4 in disguise: a mapped address must not come from the wire as a member's (RFC 4291,
 * 2.5.5.2). */
static inline bool is_v6_source(const uint8_t address[16])
{
    static const uint8_t nobody[15] = {0};
    if (address[0] == 0xff || memcmp(address, SL_V4_PREFIX, sizeof(SL_V4_PREFIX)) == 0)
        return false;
    return memcmp(address, nobody, sizeof(nobody)) != 0 || address[15] > 1;
}

static inline bool is_my_v6(const struct sl_net *net, const uint8_t address[16])
{
    return memcmp(address, net->v6.address, 16) == 0 || memcmp(address, net->link_local, 16) == 0;
}

/* Neighbour discovery comes to one of us, or to a group that we are in. */
static enum sl_net_kind classify_nd(const struct sl_net *net, struct sl_net_rx *rx,
                                    const struct rte_ipv6_hdr *ip, uint32_t bytes)
{
    const struct sl_nd_message *nd = (const struct sl_nd_message *)(ip + 1);
    if (bytes < sizeof(*nd) || nd->code != 0 || ip->hop_limits != SL_ND_HOP_LIMIT)
        return drop(rx, SL_DROP_IP_MALFORMED);
    if (nd->type == SL_ND_SOLICITATION && !is_my_v6(net, nd->target))
        return drop(rx, SL_DROP_IP_NOT_MINE);
    return SL_NET_NEIGHBOUR;
}

static enum sl_net_kind classify_icmp6(const struct sl_net *net, struct sl_net_rx *rx,
                                       const struct rte_ipv6_hdr *ip, uint32_t bytes, bool to_me)
{
    const struct rte_icmp_hdr *icmp = (const struct rte_icmp_hdr *)(ip + 1);
    if (bytes < sizeof(*icmp))
        return drop(rx, SL_DROP_IP_MALFORMED);
    if (!sl_sum_v6_is_sound(ip, icmp, bytes))
        return drop(rx, SL_DROP_CHECKSUM);
    if (icmp->icmp_type == SL_ND_SOLICITATION || icmp->icmp_type == SL_ND_ADVERTISEMENT)
        return classify_nd(net, rx, ip, bytes);
    if (!to_me)
        return drop(rx, SL_DROP_IP_NOT_MINE);
    if (!is_v6_source(ip->src_addr))
        return drop(rx, SL_DROP_IP_MALFORMED);
    if (icmp->icmp_type != SL_ICMP6_ECHO_REQUEST || icmp->icmp_code != 0)
        return drop(rx, SL_DROP_NOT_GOSSIP);
    return SL_NET_ECHO;
}

static inline bool is_extension(uint8_t next_header)
{
    return next_header == IPPROTO_HOPOPTS || next_header == IPPROTO_ROUTING ||
           next_header == IPPROTO_FRAGMENT || next_header == IPPROTO_DSTOPTS;
}

static inline enum sl_net_kind classify_v6_udp(const struct sl_net *net, const struct rte_mbuf *m,
                                               struct sl_net_rx *rx, struct rte_ipv6_hdr *ip,
                                               uint32_t bytes)
{
    struct rte_udp_hdr *udp = (struct rte_udp_hdr *)(ip + 1);
    enum sl_net_kind kind = classify_udp(net, rx, udp, bytes);
    if (unlikely(kind == SL_NET_DROP))
        return kind;
    if (unlikely(!is_v6_source(ip->src_addr)))
        return drop(rx, SL_DROP_IP_MALFORMED);
    /* Over IPv6 the checksum is not optional (RFC 8200, 8.1), whatever the device thinks. */
    if (unlikely(udp->dgram_cksum == 0) ||
        (!vouched(net, m, RTE_MBUF_F_RX_L4_CKSUM_MASK, RTE_MBUF_F_RX_L4_CKSUM_GOOD) &&
         unlikely(!sl_sum_v6_is_sound(ip, udp, bytes))))
        return drop(rx, SL_DROP_CHECKSUM);
    rx->from.port = rte_be_to_cpu_16(udp->src_port);
    return kind;
}

static inline enum sl_net_kind classify_v6(const struct sl_net *net, const struct rte_mbuf *m,
                                           struct sl_net_rx *rx, bool to_my_mac)
{
    struct rte_ipv6_hdr *ip = rte_pktmbuf_mtod_offset(m, struct rte_ipv6_hdr *, rx->l3_at);
    uint32_t room = (uint32_t)m->data_len - rx->l3_at;
    if (unlikely(room < sizeof(*ip)))
        return drop(rx, SL_DROP_IP_MALFORMED);
    uint32_t bytes = rte_be_to_cpu_16(ip->payload_len);
    if (unlikely(rte_be_to_cpu_32(ip->vtc_flow) >> 28 != 6 || bytes > room - sizeof(*ip)))
        return drop(rx, SL_DROP_IP_MALFORMED);

    bool to_me = to_my_mac && is_my_v6(net, ip->dst_addr);
    bool to_my_group = ip->dst_addr[0] == 0xff && sl_nd_is_my_group(net, ip->dst_addr);
    if (unlikely(!net->v6.set || (!to_me && !to_my_group)))
        return drop(rx, SL_DROP_IP_NOT_MINE);

    rx->is_v6 = true;
    rx->from = sl_endpoint_v6(ip->src_addr, 0);
    if (likely(ip->proto == IPPROTO_UDP && to_me))
        return classify_v6_udp(net, m, rx, ip, bytes);
    if (ip->proto == IPPROTO_ICMPV6)
        return classify_icmp6(net, rx, ip, bytes, to_me);
    if (!to_me)
        return drop(rx, SL_DROP_IP_NOT_MINE);
    return drop(rx, is_extension(ip->proto) ? SL_DROP_IP_FRAGMENT : SL_DROP_NOT_GOSSIP);
}

/* For the owner: what asks for me or answers me, announcements (sender and target the same), and
 * claims to my address. */
static enum sl_net_kind classify_arp(const struct sl_net *net, const struct rte_mbuf *m,
                                     struct sl_net_rx *rx)
{
    const struct rte_arp_hdr *arp =
        rte_pktmbuf_mtod_offset(m, const struct rte_arp_hdr *, rx->l3_at);
    if (m->data_len - rx->l3_at < (int)sizeof(*arp) ||
        arp->arp_hardware != rte_cpu_to_be_16(RTE_ARP_HRD_ETHER) ||
        arp->arp_protocol != rte_cpu_to_be_16(RTE_ETHER_TYPE_IPV4) ||
        arp->arp_hlen != RTE_ETHER_ADDR_LEN || arp->arp_plen != sizeof(rte_be32_t))
        return drop(rx, SL_DROP_L2_MALFORMED);
    rx->is_v6 = false;
    const struct rte_arp_ipv4 *data = &arp->arp_data;
    uint32_t mine;
    memcpy(&mine, net->v4.address, sizeof(mine));
    if (!net->v4.set ||
        (data->arp_tip != mine && data->arp_tip != data->arp_sip && data->arp_sip != mine))
        return drop(rx, SL_DROP_IP_NOT_MINE);
    return SL_NET_NEIGHBOUR;
}

enum sl_net_kind sl_net_classify(const struct sl_net *net, struct rte_mbuf *m, struct sl_net_rx *rx)
{
    const struct rte_ether_hdr *ether = rte_pktmbuf_mtod(m, const struct rte_ether_hdr *);
    if (unlikely(m->nb_segs != 1 || m->data_len < sizeof(*ether) ||
                 rte_is_multicast_ether_addr(&ether->src_addr)))
        return drop(rx, SL_DROP_L2_MALFORMED);
    rx->l3_at = sizeof(*ether);
    rte_be16_t type = ether->ether_type;
    uint16_t vlan_id = 0; /* a priority tag, identifier 0, is no VLAN either (802.1Q, 6.9.1) */
    if (type == rte_cpu_to_be_16(RTE_ETHER_TYPE_VLAN)) {
        const struct rte_vlan_hdr *tag = (const struct rte_vlan_hdr *)(ether + 1);
        rx->l3_at = sizeof(*ether) + sizeof(*tag);
        if (unlikely(m->data_len < rx->l3_at))
            return drop(rx, SL_DROP_L2_MALFORMED);
        vlan_id = rte_be_to_cpu_16(tag->vlan_tci) & VLAN_ID_MASK;
        type = tag->eth_proto;
    }
    if (unlikely(vlan_id != net->vlan_id))
        return drop(rx, SL_DROP_NOT_GOSSIP);

    bool to_my_mac = rte_is_same_ether_addr(&ether->dst_addr, &net->mac);
    if (type == rte_cpu_to_be_16(RTE_ETHER_TYPE_IPV4))
        return classify_v4(net, m, rx, to_my_mac);
    if (type == rte_cpu_to_be_16(RTE_ETHER_TYPE_IPV6))
        return classify_v6(net, m, rx, to_my_mac);
    if (type == rte_cpu_to_be_16(RTE_ETHER_TYPE_ARP))
        return classify_arp(net, m, rx);
    return drop(rx, SL_DROP_NOT_GOSSIP);
}
