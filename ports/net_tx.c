/* SPDX-License-Identifier: BSD-3-Clause */
#include <netinet/in.h>
#include <rte_branch_prediction.h>
#include <rte_ip.h>
#include <rte_udp.h>

#include "lib/assert.h"
#include "lib/bytes.h"
#include "ports/checksum.h"
#include "ports/link.h"
#include "ports/net.h"

/* The headers are in place, checksums zero. */
static inline void finish_v4(const struct sl_net *net, struct rte_mbuf *m, struct rte_ipv4_hdr *ip,
                             uint16_t l2_bytes, uint16_t udp_bytes)
{
    struct rte_udp_hdr *udp = (struct rte_udp_hdr *)(ip + 1);
    uint64_t flags = 0;
    if (net->tx_checksum_udp) {
        flags |= RTE_MBUF_F_TX_UDP_CKSUM | RTE_MBUF_F_TX_IPV4;
        udp->dgram_cksum = rte_ipv4_phdr_cksum(ip, 0);
    } else {
        udp->dgram_cksum =
            sl_sum_to_udp(sl_sum_fresh_datagram(udp, udp_bytes) + sl_sum_pseudo_v4(ip, udp_bytes));
    }
    if (net->tx_checksum_ipv4)
        flags |= RTE_MBUF_F_TX_IP_CKSUM | RTE_MBUF_F_TX_IPV4;
    else
        ip->hdr_checksum = (uint16_t)~sl_sum_fold(sl_sum_fresh(ip, sizeof(*ip)));
    m->ol_flags = flags;
    if (flags != 0) /* else the mbuf's second line is not touched */
        m->tx_offload = l2_bytes | (uint64_t)sizeof(*ip) << RTE_MBUF_L2_LEN_BITS;
}

static inline void finish_v6(const struct sl_net *net, struct rte_mbuf *m, struct rte_ipv6_hdr *ip,
                             uint16_t l2_bytes, uint16_t udp_bytes)
{
    struct rte_udp_hdr *udp = (struct rte_udp_hdr *)(ip + 1);
    if (net->tx_checksum_udp) {
        m->ol_flags = RTE_MBUF_F_TX_UDP_CKSUM | RTE_MBUF_F_TX_IPV6;
        udp->dgram_cksum = rte_ipv6_phdr_cksum(ip, 0);
        m->tx_offload = l2_bytes | (uint64_t)sizeof(*ip) << RTE_MBUF_L2_LEN_BITS;
    } else {
        udp->dgram_cksum =
            sl_sum_to_udp(sl_sum_fresh_datagram(udp, udp_bytes) + sl_sum_pseudo_v6(ip, udp_bytes));
    }
}

/* Whole words, as sl_sum_fresh() reads them. Never fragmented, so it needs no identity (RFC 6864).
 */
static inline void put_v4(const struct sl_net *net, struct rte_ipv4_hdr *ip, uint16_t udp_bytes,
                          uint32_t from, uint32_t to)
{
    uint8_t *at = (uint8_t *)ip;
    uint64_t start = (uint64_t)RTE_IPV4_VHL_DEF << 56 | (uint64_t)net->dscp << 50;
    uint64_t total = sizeof(*ip) + udp_bytes;
    uint64_t upper = (uint64_t)net->hop_limit << 56 | (uint64_t)IPPROTO_UDP << 48;
    sl_be64_store(at, start | total << 32 | RTE_IPV4_HDR_DF_FLAG);
    sl_be64_store(at + 8, upper | from);
    sl_be32_store(at + 16, to);
}

static inline void put_udp(struct rte_udp_hdr *udp, uint16_t from, uint16_t to, uint16_t udp_bytes)
{
    sl_be64_store((uint8_t *)udp,
                  (uint64_t)from << 48 | (uint64_t)to << 32 | (uint64_t)udp_bytes << 16);
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
        struct rte_udp_hdr *udp = (struct rte_udp_hdr *)(ip + 1);
        put_udp(udp, rte_be_to_cpu_16(udp->dst_port), rx->from.port, udp_bytes);
        finish_v6(net, m, ip, rx->l3_at, udp_bytes);
        return;
    }
    struct rte_ipv4_hdr *ip = (struct rte_ipv4_hdr *)l3;
    sl_link_set_length(m, (uint16_t)(rx->l3_at + sizeof(*ip) + udp_bytes));
    struct rte_udp_hdr *udp = (struct rte_udp_hdr *)(ip + 1);
    put_v4(net, ip, udp_bytes, rte_be_to_cpu_32(ip->dst_addr), rte_be_to_cpu_32(ip->src_addr));
    put_udp(udp, rte_be_to_cpu_16(udp->dst_port), rx->from.port, udp_bytes);
    finish_v4(net, m, ip, rx->l3_at, udp_bytes);
}

static uint16_t source_port(const struct sl_net *net, const struct sl_endpoint *to, bool is_v4,
                            uint8_t lane)
{
    if (likely(net->spread == NULL))
        return (uint16_t)(net->udp_port + lane);
    return sl_spread_port(net->spread, is_v4 ? net->v4.address : net->v6.address, to, lane);
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
    put_udp(udp, source_port(net, to, is_v4, lane), to->port, udp_bytes);
    sl_link_put(net, frame, next_hop, is_v4 ? RTE_ETHER_TYPE_IPV4 : RTE_ETHER_TYPE_IPV6);
    if (is_v4) {
        struct rte_ipv4_hdr *ip = (struct rte_ipv4_hdr *)(frame + l2_bytes);
        put_v4(net, ip, udp_bytes, sl_be32_load(net->v4.address),
               sl_be32_load(to->ip + sizeof(SL_V4_PREFIX)));
        finish_v4(net, m, ip, l2_bytes, udp_bytes);
        return;
    }
    struct rte_ipv6_hdr *ip = (struct rte_ipv6_hdr *)(frame + l2_bytes);
    sl_link_put_v6(net, ip, IPPROTO_UDP, udp_bytes, net->hop_limit);
    memcpy(ip->src_addr, net->v6.address, 16);
    memcpy(ip->dst_addr, to->ip, 16);
    finish_v6(net, m, ip, l2_bytes, udp_bytes);
}

void sl_net_unwrap(struct rte_mbuf *m, const struct sl_net_rx *rx, uint16_t payload_bytes)
{
    m->data_off = (uint16_t)(rx->payload - (uint8_t *)m->buf_addr);
    sl_link_set_length(m, payload_bytes);
}
