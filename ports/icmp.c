/* SPDX-License-Identifier: BSD-3-Clause */
#include <rte_icmp.h>
#include <rte_ip.h>

#include "ports/checksum.h"
#include "ports/link.h"
#include "ports/nd.h"
#include "ports/net.h"

/* The checksum follows the changed type (RFC 1624). Swapped
   addresses leave it as it is. */
static void adjust(struct rte_icmp_hdr *icmp, uint8_t type)
{
    uint16_t before = rte_cpu_to_be_16((uint16_t)(icmp->icmp_type << 8));
    uint16_t after = rte_cpu_to_be_16((uint16_t)(type << 8));
    uint32_t sum = (uint32_t)(uint16_t)~icmp->icmp_cksum + (uint16_t)~before + after;
    icmp->icmp_type = type;
    icmp->icmp_cksum = (uint16_t)~sl_sum_fold(sum);
}

static void reply_v4(const struct sl_net *net, struct rte_mbuf *m, uint16_t l3_at)
{
    struct rte_ipv4_hdr *ip = rte_pktmbuf_mtod_offset(m, struct rte_ipv4_hdr *, l3_at);
    rte_be32_t mine = ip->dst_addr;
    ip->dst_addr = ip->src_addr;
    ip->src_addr = mine;
    ip->time_to_live = net->hop_limit;
    ip->hdr_checksum = 0;
    ip->hdr_checksum = rte_ipv4_cksum(ip);
    adjust((struct rte_icmp_hdr *)(ip + 1), RTE_IP_ICMP_ECHO_REPLY);
    sl_link_set_length(m, (uint16_t)(l3_at + rte_be_to_cpu_16(ip->total_length)));
}

static void reply_v6(const struct sl_net *net, struct rte_mbuf *m, const struct sl_net_rx *rx)
{
    struct rte_ipv6_hdr *ip = rte_pktmbuf_mtod_offset(m, struct rte_ipv6_hdr *, rx->l3_at);
    memcpy(ip->src_addr, ip->dst_addr, 16);
    memcpy(ip->dst_addr, rx->from.ip, 16);
    ip->hop_limits = net->hop_limit;
    adjust((struct rte_icmp_hdr *)(ip + 1), SL_ICMP6_ECHO_REPLY);
    sl_link_set_length(m, (uint16_t)(rx->l3_at + sizeof(*ip) + rte_be_to_cpu_16(ip->payload_len)));
}

void sl_net_echo_reply(const struct sl_net *net, struct rte_mbuf *m, const struct sl_net_rx *rx)
{
    struct rte_ether_hdr *ether = rte_pktmbuf_mtod(m, struct rte_ether_hdr *);
    ether->dst_addr = ether->src_addr;
    ether->src_addr = net->mac;
    if (rx->is_v6)
        reply_v6(net, m, rx);
    else
        reply_v4(net, m, rx->l3_at);
}
