/* SPDX-License-Identifier: BSD-3-Clause */
#include <netinet/in.h>
#include <rte_branch_prediction.h>
#include <rte_ip.h>
#include <rte_udp.h>

#include "lib/assert.h"
#include "ports/checksum.h"
#include "ports/link.h"
#include "ports/net.h"

/* Lengths and ports are in place; the addresses too. */
static inline void finish_v4(const struct sl_net *net, struct rte_mbuf *m, struct rte_ipv4_hdr *ip,
                             uint16_t l2_bytes)
{
    struct rte_udp_hdr *udp = (struct rte_udp_hdr *)(ip + 1);
    uint64_t flags = 0;
    ip->hdr_checksum = 0;
    udp->dgram_cksum = 0;
    if (net->tx_checksum_udp) {
        flags |= RTE_MBUF_F_TX_UDP_CKSUM | RTE_MBUF_F_TX_IPV4;
        udp->dgram_cksum = rte_ipv4_phdr_cksum(ip, 0);
    } else {
        udp->dgram_cksum = sl_sum_to_udp(sl_sum_v4(ip, udp, rte_be_to_cpu_16(udp->dgram_len)));
    }
    if (net->tx_checksum_ipv4)
        flags |= RTE_MBUF_F_TX_IP_CKSUM | RTE_MBUF_F_TX_IPV4;
    else
        ip->hdr_checksum = (uint16_t)~sl_sum_fold(sl_sum(ip, sizeof(*ip)));
    m->ol_flags = flags;
    m->tx_offload = l2_bytes | (uint64_t)sizeof(*ip) << RTE_MBUF_L2_LEN_BITS;
}

static inline void finish_v6(const struct sl_net *net, struct rte_mbuf *m, struct rte_ipv6_hdr *ip,
                             uint16_t l2_bytes)
{
    struct rte_udp_hdr *udp = (struct rte_udp_hdr *)(ip + 1);
    udp->dgram_cksum = 0;
    if (net->tx_checksum_udp) {
        m->ol_flags = RTE_MBUF_F_TX_UDP_CKSUM | RTE_MBUF_F_TX_IPV6;
        udp->dgram_cksum = rte_ipv6_phdr_cksum(ip, 0);
    } else {
        udp->dgram_cksum = sl_sum_to_udp(sl_sum_v6(ip, udp, rte_be_to_cpu_16(udp->dgram_len)));
    }
    m->tx_offload = l2_bytes | (uint64_t)sizeof(*ip) << RTE_MBUF_L2_LEN_BITS;
}

static inline void put_v4(const struct sl_net *net, struct rte_ipv4_hdr *ip, uint16_t udp_bytes)
{
    ip->version_ihl = RTE_IPV4_VHL_DEF;
    ip->type_of_service = (uint8_t)(net->dscp << 2);
    ip->total_length = rte_cpu_to_be_16((uint16_t)(sizeof(*ip) + udp_bytes));
    ip->packet_id = 0; /* never fragmented, so it needs no identity (RFC 6864) */
    ip->fragment_offset = rte_cpu_to_be_16(RTE_IPV4_HDR_DF_FLAG);
    ip->time_to_live = net->hop_limit;
    ip->next_proto_id = IPPROTO_UDP;
}

static inline void swap_udp(struct rte_udp_hdr *udp, uint16_t udp_bytes)
{
    rte_be16_t port = udp->src_port;
    udp->src_port = udp->dst_port;
    udp->dst_port = port;
    udp->dgram_len = rte_cpu_to_be_16(udp_bytes);
}

void sl_net_reply(const struct sl_net *net, struct rte_mbuf *m, const struct sl_net_rx *rx,
                  uint16_t payload_bytes)
{
    struct rte_ether_hdr *ether = rte_pktmbuf_mtod(m, struct rte_ether_hdr *);
    ether->dst_addr = ether->src_addr;
    ether->src_addr = net->mac;
    if (unlikely(rx->l3_at != sizeof(*ether)))
        ((struct rte_vlan_hdr *)(ether + 1))->vlan_tci = sl_link_tag(net);

    uint16_t udp_bytes = (uint16_t)(sizeof(struct rte_udp_hdr) + payload_bytes);
    void *l3 = rte_pktmbuf_mtod_offset(m, void *, rx->l3_at);
    if (unlikely(rx->is_v6)) {
        struct rte_ipv6_hdr *ip = (struct rte_ipv6_hdr *)l3;
        sl_link_set_length(m, (uint16_t)(rx->l3_at + sizeof(*ip) + udp_bytes));
        sl_link_put_v6(net, ip, IPPROTO_UDP, udp_bytes, net->hop_limit);
        memcpy(ip->src_addr, ip->dst_addr, 16);
        memcpy(ip->dst_addr, rx->from.ip, 16);
        swap_udp((struct rte_udp_hdr *)(ip + 1), udp_bytes);
        finish_v6(net, m, ip, rx->l3_at);
        return;
    }
    struct rte_ipv4_hdr *ip = (struct rte_ipv4_hdr *)l3;
    sl_link_set_length(m, (uint16_t)(rx->l3_at + sizeof(*ip) + udp_bytes));
    put_v4(net, ip, udp_bytes);
    rte_be32_t mine = ip->dst_addr;
    ip->dst_addr = ip->src_addr;
    ip->src_addr = mine;
    swap_udp((struct rte_udp_hdr *)(ip + 1), udp_bytes);
    finish_v4(net, m, ip, rx->l3_at);
}

void sl_net_wrap(const struct sl_net *net, struct rte_mbuf *m, const struct sl_endpoint *to,
                 const struct rte_ether_addr *next_hop, uint8_t lane)
{
    bool is_v4 = sl_endpoint_is_v4(to);
    uint16_t l2_bytes = sl_link_bytes(net);
    uint16_t l3_bytes = is_v4 ? sizeof(struct rte_ipv4_hdr) : sizeof(struct rte_ipv6_hdr);
    uint16_t udp_bytes = (uint16_t)(sizeof(struct rte_udp_hdr) + m->pkt_len);
    uint8_t *frame = (uint8_t *)rte_pktmbuf_prepend(
        m, (uint16_t)(l2_bytes + l3_bytes + sizeof(struct rte_udp_hdr)));
    SL_ASSERT(frame != NULL);
    m->ol_flags = 0;

    struct rte_udp_hdr *udp = (struct rte_udp_hdr *)(frame + l2_bytes + l3_bytes);
    udp->src_port = rte_cpu_to_be_16((uint16_t)(net->udp_port + lane));
    udp->dst_port = rte_cpu_to_be_16(to->port);
    udp->dgram_len = rte_cpu_to_be_16(udp_bytes);
    sl_link_put(net, frame, next_hop, is_v4 ? RTE_ETHER_TYPE_IPV4 : RTE_ETHER_TYPE_IPV6);
    if (is_v4) {
        struct rte_ipv4_hdr *ip = (struct rte_ipv4_hdr *)(frame + l2_bytes);
        put_v4(net, ip, udp_bytes);
        memcpy(&ip->src_addr, net->v4.address, 4);
        memcpy(&ip->dst_addr, to->ip + sizeof(SL_V4_PREFIX), 4);
        finish_v4(net, m, ip, l2_bytes);
        return;
    }
    struct rte_ipv6_hdr *ip = (struct rte_ipv6_hdr *)(frame + l2_bytes);
    sl_link_put_v6(net, ip, IPPROTO_UDP, udp_bytes, net->hop_limit);
    memcpy(ip->src_addr, net->v6.address, 16);
    memcpy(ip->dst_addr, to->ip, 16);
    finish_v6(net, m, ip, l2_bytes);
}

void sl_net_unwrap(struct rte_mbuf *m, const struct sl_net_rx *rx, uint16_t payload_bytes)
{
    m->data_off = (uint16_t)(rx->payload - (uint8_t *)m->buf_addr);
    sl_link_set_length(m, payload_bytes);
}
