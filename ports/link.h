/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* What every frame of ours shares below and in the IP header. Internal to the network layer. */
#include <rte_ether.h>
#include <rte_ip.h>
#include <rte_mbuf.h>

#include "ports/net.h"

#ifdef __cplusplus
extern "C" {
#endif

#define SL_ND_HOP_LIMIT 255 /* proves that no router passed it on (RFC 4861, 6.1) */

/* The bytes before the IP header: 18 with our tag, 14 without. */
static inline uint16_t sl_link_bytes(const struct sl_net *net)
{
    return (uint16_t)(sizeof(struct rte_ether_hdr) +
                      (net->vlan_id ? sizeof(struct rte_vlan_hdr) : 0));
}

/* The tag's priority follows the DSCP's class selector, as bridges map it by default. */
static inline rte_be16_t sl_link_tag(const struct sl_net *net)
{
    return rte_cpu_to_be_16((uint16_t)(net->vlan_id | (net->dscp >> 3) << 13));
}

static inline void sl_link_put(const struct sl_net *net, uint8_t *frame,
                               const struct rte_ether_addr *to, uint16_t ether_type)
{
    struct rte_ether_hdr *ether = (struct rte_ether_hdr *)frame;
    ether->dst_addr = *to;
    ether->src_addr = net->mac;
    ether->ether_type = rte_cpu_to_be_16(ether_type);
    if (net->vlan_id == 0)
        return;
    struct rte_vlan_hdr *tag = (struct rte_vlan_hdr *)(ether + 1);
    tag->eth_proto = ether->ether_type;
    tag->vlan_tci = sl_link_tag(net);
    ether->ether_type = rte_cpu_to_be_16(RTE_ETHER_TYPE_VLAN);
}

/* All but the addresses. */
static inline void sl_link_put_v6(const struct sl_net *net, struct rte_ipv6_hdr *ip, uint8_t proto,
                                  uint16_t payload_bytes, uint8_t hop_limit)
{
    ip->vtc_flow = rte_cpu_to_be_32(6u << 28 | (uint32_t)net->dscp << 22);
    ip->payload_len = rte_cpu_to_be_16(payload_bytes);
    ip->proto = proto;
    ip->hop_limits = hop_limit;
}

/* One segment of `bytes`, with no offload asked for: a received mbuf carries the receive flags. */
static inline void sl_link_set_length(struct rte_mbuf *m, uint16_t bytes)
{
    m->data_len = bytes;
    m->pkt_len = bytes;
    m->ol_flags = 0;
}

#ifdef __cplusplus
}
#endif
