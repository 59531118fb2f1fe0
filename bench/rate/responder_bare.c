/* SPDX-License-Identifier: BSD-3-Clause */
#include <netinet/in.h>
#include <rte_ethdev.h>
#include <rte_ip.h>
#include <rte_udp.h>
#include <string.h>

#include "bench/rate/responder.h"

static uint16_t fold(uint32_t sum)
{
    sum = (sum >> 16) + (sum & 0xffff);
    return (uint16_t)((sum >> 16) + (sum & 0xffff));
}

/* Where a frame's parts are. Compiled once per family and way of summing: the floor chooses nothing
 * per packet. */
struct view {
    struct rte_ether_hdr *ether;
    void *ip;
    struct rte_udp_hdr *udp;
    uint8_t *payload;
    uint32_t header_bytes;
    bool v6, summed; /* summed: the device does checksums */
};

static __rte_always_inline bool is_sound_v4(const struct rte_mbuf *m, const struct view *v)
{
    const struct rte_ipv4_hdr *ip = v->ip;
    if (v->ether->ether_type != rte_cpu_to_be_16(RTE_ETHER_TYPE_IPV4) ||
        ip->version_ihl != RTE_IPV4_VHL_DEF || ip->next_proto_id != IPPROTO_UDP ||
        rte_be_to_cpu_16(ip->total_length) != m->data_len - sizeof(*v->ether) ||
        v->udp->dst_port != rte_cpu_to_be_16(SL_UDP_PORT))
        return false;
    if (v->summed)
        return true;
    uint32_t bytes = rte_be_to_cpu_16(ip->total_length) - (uint32_t)sizeof(*ip);
    return rte_raw_cksum(ip, sizeof(*ip)) == 0xffff &&
           fold((uint32_t)rte_raw_cksum(v->udp, bytes) + rte_ipv4_phdr_cksum(ip, 0)) == 0xffff;
}

static __rte_always_inline bool is_sound_v6(const struct rte_mbuf *m, const struct view *v)
{
    const struct rte_ipv6_hdr *ip = v->ip;
    uint32_t bytes = rte_be_to_cpu_16(ip->payload_len);
    if (v->ether->ether_type != rte_cpu_to_be_16(RTE_ETHER_TYPE_IPV6) || ip->proto != IPPROTO_UDP ||
        bytes != m->data_len - sizeof(*v->ether) - sizeof(*ip) ||
        v->udp->dst_port != rte_cpu_to_be_16(SL_UDP_PORT))
        return false;
    return v->summed ||
           fold((uint32_t)rte_raw_cksum(v->udp, bytes) + rte_ipv6_phdr_cksum(ip, 0)) == 0xffff;
}

static __rte_always_inline void turn_v4(const struct view *v, uint16_t udp_bytes)
{
    struct rte_ipv4_hdr *ip = v->ip;
    rte_be32_t address = ip->src_addr;
    ip->src_addr = ip->dst_addr;
    ip->dst_addr = address;
    ip->total_length = rte_cpu_to_be_16((uint16_t)(sizeof(*ip) + udp_bytes));
    ip->hdr_checksum = 0;
    v->udp->dgram_cksum = 0;
    if (v->summed)
        return;
    ip->hdr_checksum = rte_ipv4_cksum(ip);
    v->udp->dgram_cksum = rte_ipv4_udptcp_cksum(ip, v->udp);
}

static __rte_always_inline void turn_v6(const struct view *v, uint16_t udp_bytes)
{
    struct rte_ipv6_hdr *ip = v->ip;
    uint8_t address[16];
    memcpy(address, ip->src_addr, 16);
    memcpy(ip->src_addr, ip->dst_addr, 16);
    memcpy(ip->dst_addr, address, 16);
    ip->payload_len = rte_cpu_to_be_16(udp_bytes);
    v->udp->dgram_cksum = 0;
    if (!v->summed)
        v->udp->dgram_cksum = rte_ipv6_udptcp_cksum(ip, v->udp);
}

/* The answer's payload is a start that lies ready; of a long one the rest stays what it was. */
static __rte_always_inline void answer(const struct bench_seat *seat, struct rte_mbuf *m,
                                       const struct view *v)
{
    uint8_t type = v->payload[SL_HEADER_TYPE_AT] == SL_FRAME_PING ? SL_FRAME_ACK : SL_FRAME_SYNC;
    const uint8_t *start = seat->frames.starts[type] + v->header_bytes;
    uint32_t bytes = type == SL_FRAME_ACK ? sl_frame_records_at(type) : SL_FRAME_BYTES;
    struct rte_ether_addr mac = v->ether->src_addr;
    v->ether->src_addr = v->ether->dst_addr;
    v->ether->dst_addr = mac;
    m->data_len = (uint16_t)(v->header_bytes + bytes);
    m->pkt_len = m->data_len;
    uint16_t udp_bytes = (uint16_t)(bytes + sizeof(struct rte_udp_hdr));
    rte_be16_t port = v->udp->src_port;
    v->udp->src_port = v->udp->dst_port;
    v->udp->dst_port = port;
    v->udp->dgram_len = rte_cpu_to_be_16(udp_bytes);
    if (type == SL_FRAME_ACK)
        memcpy(v->payload, start, sl_frame_records_at(SL_FRAME_ACK));
    else
        memcpy(v->payload, start, sl_frame_records_at(SL_FRAME_SYNC));
    if (v->v6)
        turn_v6(v, udp_bytes);
    else
        turn_v4(v, udp_bytes);
}

static __rte_always_inline struct view view_of(struct rte_mbuf *m, bool v6, bool summed)
{
    struct view v;
    v.v6 = v6;
    v.summed = summed;
    v.header_bytes = bench_header_bytes(v.v6);
    v.ether = rte_pktmbuf_mtod(m, struct rte_ether_hdr *);
    v.ip = v.ether + 1;
    v.payload = (uint8_t *)v.ether + v.header_bytes;
    v.udp = (struct rte_udp_hdr *)(v.payload - sizeof(*v.udp));
    return v;
}

static __rte_always_inline void send_burst(struct bench_seat *seat, uint16_t port, uint16_t queue,
                                           struct rte_mbuf **burst, uint16_t count)
{
    uint16_t sent = rte_eth_tx_burst(port, queue, burst, count);
    if (unlikely(sent < count)) {
        seat->drops += count - sent;
        rte_pktmbuf_free_bulk(burst + sent, (unsigned)(count - sent));
    }
}

static __rte_always_inline unsigned respond(struct bench_seat *seat, bool v6, bool summed)
{
    struct rte_mbuf *burst[BENCH_BURST], *freed[BENCH_BURST], *sent[BENCH_BURST];
    uint16_t port = seat->node->wire.port.ethdev_id, queue = seat->worker->receiver.queue;
    unsigned n = rte_eth_rx_burst(port, queue, burst, BENCH_BURST), freed_count = 0;
    uint16_t answers = 0;
    for (unsigned i = 0; i < n; i++) {
        struct view v = view_of(burst[i], v6, summed);
        bool sound = v.v6 ? is_sound_v6(burst[i], &v) : is_sound_v4(burst[i], &v);
        if (sound && v.payload[SL_HEADER_TYPE_AT] != SL_FRAME_GOSSIP) {
            answer(seat, burst[i], &v);
            sent[answers++] = burst[i];
        } else {
            seat->drops += !sound;
            freed[freed_count++] = burst[i];
        }
    }
    if (answers > 0)
        send_burst(seat, port, queue, sent, answers);
    if (freed_count > 0)
        rte_pktmbuf_free_bulk(freed, freed_count);
    return n;
}

static unsigned respond_v4(struct bench_seat *seat)
{
    return respond(seat, false, false);
}

static unsigned respond_v6(struct bench_seat *seat)
{
    return respond(seat, true, false);
}

static unsigned respond_v4_summed(struct bench_seat *seat)
{
    return respond(seat, false, true);
}

static unsigned respond_v6_summed(struct bench_seat *seat)
{
    return respond(seat, true, true);
}

static unsigned send_to_many(struct bench_seat *seat)
{
    struct bench_node *node = seat->node;
    struct rte_mbuf *burst[BENCH_BURST];
    uint32_t header_bytes = bench_header_bytes(false), payload = bench_payload_max(&node->load);
    const uint8_t *start = seat->frames.starts[SL_FRAME_GOSSIP];
    if (rte_pktmbuf_alloc_bulk(node->packets, burst, BENCH_BURST) != 0)
        return 0;
    for (unsigned i = 0; i < BENCH_BURST; i++) {
        uint8_t *frame =
            (uint8_t *)rte_pktmbuf_append(burst[i], (uint16_t)(header_bytes + payload));
        struct view v = view_of(burst[i], false, node->load.offload);
        struct sl_endpoint to = bench_member_v4(bench_member_draw(&node->members, &seat->random));
        memcpy(frame, start, header_bytes + SL_HEADER_BYTES);
        v.ether->dst_addr = node->wire.far_port.mac;
        v.ether->src_addr = node->wire.port.mac;
        memset(v.payload + SL_HEADER_BYTES, 0, payload - SL_HEADER_BYTES);
        memcpy(&((struct rte_ipv4_hdr *)v.ip)->src_addr, to.ip + 12, 4);
        v.udp->dgram_len = rte_cpu_to_be_16((uint16_t)(payload + sizeof(*v.udp)));
        turn_v4(&v, (uint16_t)(payload + sizeof(*v.udp)));
    }
    send_burst(seat, node->sends_to, 0, burst, BENCH_BURST);
    return BENCH_BURST;
}

bench_responder_fn bench_responder_bare(const struct bench_load *load)
{
    if (load->what == BENCH_FAN_OUT)
        return send_to_many;
    if (load->offload)
        return load->v6 ? respond_v6_summed : respond_v4_summed;
    return load->v6 ? respond_v6 : respond_v4;
}
