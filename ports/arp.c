/* SPDX-License-Identifier: BSD-3-Clause */
#include "ports/arp.h"

#include <rte_arp.h>
#include <string.h>

#include "lib/assert.h"
#include "ports/link.h"

static const struct rte_ether_addr everybody = {{0xff, 0xff, 0xff, 0xff, 0xff, 0xff}};

static struct rte_arp_hdr *put_question(const struct sl_net *net, struct rte_mbuf *m,
                                        const uint8_t target[4],
                                        const struct rte_ether_addr *to_mac)
{
    uint16_t at = sl_link_bytes(net);
    uint8_t *frame = (uint8_t *)rte_pktmbuf_append(m, (uint16_t)(at + sizeof(struct rte_arp_hdr)));
    SL_ASSERT(frame != NULL);
    sl_link_put(net, frame, to_mac ? to_mac : &everybody, RTE_ETHER_TYPE_ARP);

    struct rte_arp_hdr *arp = (struct rte_arp_hdr *)(frame + at);
    arp->arp_hardware = rte_cpu_to_be_16(RTE_ARP_HRD_ETHER);
    arp->arp_protocol = rte_cpu_to_be_16(RTE_ETHER_TYPE_IPV4);
    arp->arp_hlen = RTE_ETHER_ADDR_LEN;
    arp->arp_plen = sizeof(rte_be32_t);
    arp->arp_opcode = rte_cpu_to_be_16(RTE_ARP_OP_REQUEST);
    arp->arp_data.arp_sha = net->mac;
    memcpy(&arp->arp_data.arp_sip, net->v4.address, 4);
    memset(&arp->arp_data.arp_tha, 0, sizeof(arp->arp_data.arp_tha));
    memcpy(&arp->arp_data.arp_tip, target, 4);
    return arp;
}

void sl_arp_ask(const struct sl_net *net, struct rte_mbuf *m, const uint8_t target[4],
                const struct rte_ether_addr *to_mac)
{
    put_question(net, m, target, to_mac);
}

void sl_arp_probe(const struct sl_net *net, struct rte_mbuf *m)
{
    put_question(net, m, net->v4.address, NULL)->arp_data.arp_sip = 0;
}

/* RFC 5227, 1.1: a probe goes to everybody, and its sender is whose frame it is. Switches that
 * track hosts ask the same of one host alone, or in another's name: they want no address. */
static bool is_probe(const struct rte_ether_hdr *ether, const struct rte_arp_hdr *arp)
{
    return arp->arp_data.arp_sip == 0 && rte_is_broadcast_ether_addr(&ether->dst_addr) &&
           rte_is_same_ether_addr(&ether->src_addr, &arp->arp_data.arp_sha);
}

struct sl_neighbour_claim sl_arp_read(const struct sl_net *net, const struct rte_mbuf *m,
                                      const struct sl_net_rx *rx)
{
    const struct rte_arp_hdr *arp =
        rte_pktmbuf_mtod_offset(m, const struct rte_arp_hdr *, rx->l3_at);
    struct sl_neighbour_claim claim;
    memcpy(claim.ip, SL_V4_PREFIX, sizeof(SL_V4_PREFIX));
    memcpy(claim.ip + sizeof(SL_V4_PREFIX), &arp->arp_data.arp_sip, 4);
    claim.mac = arp->arp_data.arp_sha;
    claim.has_mac = rte_is_valid_assigned_ether_addr(&claim.mac);
    claim.is_v4 = true;
    claim.overrides = true;
    claim.probes_me =
        claim.has_mac && is_probe(rte_pktmbuf_mtod(m, const struct rte_ether_hdr *), arp);
    claim.answers_probe = arp->arp_opcode == rte_cpu_to_be_16(RTE_ARP_OP_REPLY) &&
                          arp->arp_data.arp_tip == 0 &&
                          rte_is_same_ether_addr(&arp->arp_data.arp_tha, &net->mac);
    claim.asks_me = claim.has_mac && arp->arp_opcode == rte_cpu_to_be_16(RTE_ARP_OP_REQUEST) &&
                    memcmp(&arp->arp_data.arp_tip, net->v4.address, 4) == 0;
    return claim;
}

void sl_arp_answer(const struct sl_net *net, struct rte_mbuf *m, const struct sl_net_rx *rx)
{
    struct rte_arp_hdr *arp = rte_pktmbuf_mtod_offset(m, struct rte_arp_hdr *, rx->l3_at);
    struct rte_ether_hdr *ether = rte_pktmbuf_mtod(m, struct rte_ether_hdr *);
    ether->dst_addr = arp->arp_data.arp_sha;
    ether->src_addr = net->mac;
    arp->arp_opcode = rte_cpu_to_be_16(RTE_ARP_OP_REPLY);
    arp->arp_data.arp_tha = arp->arp_data.arp_sha;
    arp->arp_data.arp_tip = arp->arp_data.arp_sip;
    arp->arp_data.arp_sha = net->mac;
    memcpy(&arp->arp_data.arp_sip, net->v4.address, 4);
    sl_link_set_length(m, (uint16_t)(rx->l3_at + sizeof(*arp)));
}
