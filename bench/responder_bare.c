/* SPDX-License-Identifier: BSD-3-Clause */
#include <netinet/in.h>
#include <rte_ip.h>
#include <rte_udp.h>
#include <string.h>

#include "bench/responder.h"

#define UDP_BYTES (sizeof(struct rte_udp_hdr) + BENCH_ANSWER_BYTES)

static bool is_sound(const struct rte_mbuf *m, const struct rte_ether_hdr *ether,
                     const struct rte_ipv4_hdr *ip, const struct rte_udp_hdr *udp)
{
    if (m->data_len < BENCH_HEADERS_BYTES + BENCH_ANSWER_BYTES ||
        ether->ether_type != rte_cpu_to_be_16(RTE_ETHER_TYPE_IPV4) ||
        ip->version_ihl != RTE_IPV4_VHL_DEF || ip->next_proto_id != IPPROTO_UDP ||
        rte_be_to_cpu_16(ip->total_length) != m->data_len - sizeof(*ether) ||
        udp->dst_port != rte_cpu_to_be_16(SL_UDP_PORT))
        return false;
    uint32_t bytes = rte_be_to_cpu_16(ip->total_length) - (uint32_t)sizeof(*ip);
    uint32_t sum = (uint32_t)rte_raw_cksum(udp, bytes) + rte_ipv4_phdr_cksum(ip, 0);
    return rte_raw_cksum(ip, sizeof(*ip)) == 0xffff &&
           (uint16_t)((sum >> 16) + (sum & 0xffff)) == 0xffff;
}

static bool answer(struct rte_mbuf *m, const uint8_t *payload)
{
    struct rte_ether_hdr *ether = rte_pktmbuf_mtod(m, struct rte_ether_hdr *);
    struct rte_ipv4_hdr *ip = (struct rte_ipv4_hdr *)(ether + 1);
    struct rte_udp_hdr *udp = (struct rte_udp_hdr *)(ip + 1);
    if (!is_sound(m, ether, ip, udp))
        return false;
    m->data_len = BENCH_HEADERS_BYTES + BENCH_ANSWER_BYTES;
    m->pkt_len = m->data_len;

    struct rte_ether_addr mac = ether->src_addr;
    ether->src_addr = ether->dst_addr;
    ether->dst_addr = mac;
    rte_be32_t address = ip->src_addr;
    ip->src_addr = ip->dst_addr;
    ip->dst_addr = address;
    ip->total_length = rte_cpu_to_be_16(sizeof(*ip) + UDP_BYTES);
    ip->hdr_checksum = 0;
    ip->hdr_checksum = rte_ipv4_cksum(ip);
    rte_be16_t port = udp->src_port;
    udp->src_port = udp->dst_port;
    udp->dst_port = port;
    udp->dgram_len = rte_cpu_to_be_16(UDP_BYTES);
    memcpy(udp + 1, payload, BENCH_ANSWER_BYTES);
    udp->dgram_cksum = 0;
    udp->dgram_cksum = rte_ipv4_udptcp_cksum(ip, udp);
    return true;
}

uint32_t bench_responder_bare(struct bench_world *world, struct rte_mbuf **burst, uint16_t count,
                              uint64_t now_ns)
{
    (void)now_ns;
    const uint8_t *payload = world->start + BENCH_HEADERS_BYTES;
    uint32_t dropped = 0;
    for (uint16_t i = 0; i < count; i++)
        if (!answer(burst[i], payload))
            dropped++;
    return dropped;
}
