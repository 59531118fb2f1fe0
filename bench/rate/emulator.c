/* SPDX-License-Identifier: BSD-3-Clause */
#include "bench/rate/emulator.h"

#include <netinet/in.h>
#include <rte_arp.h>
#include <rte_cycles.h>
#include <rte_errno.h>
#include <rte_ethdev.h>
#include <rte_ip.h>
#include <rte_udp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/rate/emulator_private.h"
#include "lib/limits.h"

#define HEADER_BYTES (BENCH_ETHER_BYTES + 28)
#define PACKETS      8191
#define ETHER_LEAST  60 /* bytes that a frame has, its check sequence not counted */

/* ---- opening ---- */

static int draw_frames(struct bench_emulator *e, const struct bench_emulator_config *c)
{
    struct rte_mbuf **all = calloc(BENCH_EMULATOR_FRAMES, sizeof(struct rte_mbuf *));
    struct bench_frames_config config = {
        .load = &e->load,
        .members = &e->members,
        .net = &e->target,
        .peer_mac = e->port.mac,
        .target_id = sl_member_id(&e->members.cluster, c->target_name, strlen(c->target_name)),
        .count = BENCH_EMULATOR_FRAMES,
        .step = 1,
        .unsettled = 1, /* nobody can agree with a view that does not exist */
    };
    if (all == NULL || bench_frames_create(&e->frames, &config) != 0 ||
        rte_pktmbuf_alloc_bulk(e->sent_pool, all, BENCH_EMULATOR_FRAMES) != 0) {
        fprintf(stderr, "starling-bench: no memory for the frames\n");
        free(all);
        return -1;
    }
    for (uint32_t i = 0; i < BENCH_EMULATOR_FRAMES; i++)
        bench_frames_draw(&e->frames, i, all[i]);
    rte_pktmbuf_free_bulk(all, BENCH_EMULATOR_FRAMES);
    free(all);
    return 0;
}

int bench_emulator_open(struct bench_emulator *e, const struct bench_emulator_config *c)
{
    struct sl_port_config config = {.spec = c->spec, .queues = 1, .udp_port = SL_UDP_PORT};
    memset(e, 0, sizeof(*e));
    e->load = *c->load;
    e->sent_pool = rte_pktmbuf_pool_create("sent", BENCH_EMULATOR_FRAMES, 0, 0,
                                           RTE_MBUF_DEFAULT_BUF_SIZE, SOCKET_ID_ANY);
    e->received_pool = rte_pktmbuf_pool_create("received", PACKETS, 256, 0,
                                               RTE_MBUF_DEFAULT_BUF_SIZE, SOCKET_ID_ANY);
    config.pool[0] = e->received_pool;
    if (e->sent_pool == NULL || e->received_pool == NULL) {
        fprintf(stderr, "starling-bench: packet pools: %s\n", rte_strerror(rte_errno));
        return -1;
    }
    if (bench_members_create(&e->members, c->cluster, e->load.members, false) != 0 ||
        sl_port_open(&e->port, &config) != 0)
        return -1;
    e->is_open = true;
    rte_eth_promiscuous_enable(e->port.ethdev_id);
    memcpy(e->target.v4.address, c->target, 4);
    e->target.mac = c->mac;
    e->has_mac = c->has_mac;
    return draw_frames(e, c);
}

void bench_emulator_close(struct bench_emulator *e)
{
    if (e->is_open)
        sl_port_close(&e->port);
    bench_frames_destroy(&e->frames);
    bench_members_destroy(&e->members);
}

/* ---- answering what the node asks ---- */

static void send_one(struct bench_emulator *e, struct rte_mbuf *m)
{
    if (rte_eth_tx_burst(e->port.ethdev_id, 0, &m, 1) == 0)
        rte_pktmbuf_free(m);
}

static void answer_arp(struct bench_emulator *e, struct rte_mbuf *m)
{
    struct rte_ether_hdr *ether = rte_pktmbuf_mtod(m, struct rte_ether_hdr *);
    struct rte_arp_hdr *arp = (struct rte_arp_hdr *)(ether + 1);
    struct rte_arp_ipv4 *data = &arp->arp_data;
    rte_be32_t target;
    memcpy(&target, e->target.v4.address, 4);
    if (data->arp_sip == target) {
        e->target.mac = data->arp_sha;
        e->has_mac = true;
    }
    if (arp->arp_opcode != rte_cpu_to_be_16(RTE_ARP_OP_REQUEST) || data->arp_tip == target ||
        data->arp_tip == data->arp_sip) {
        rte_pktmbuf_free(m);
        return;
    }
    rte_be32_t asked = data->arp_tip;
    arp->arp_opcode = rte_cpu_to_be_16(RTE_ARP_OP_REPLY);
    data->arp_tha = data->arp_sha;
    data->arp_tip = data->arp_sip;
    data->arp_sha = e->port.mac;
    data->arp_sip = asked;
    ether->dst_addr = ether->src_addr;
    ether->src_addr = e->port.mac;
    send_one(e, m);
}

/* As the member that was asked. */
static void answer_ping(struct bench_emulator *e, struct rte_mbuf *m)
{
    struct rte_ether_hdr *ether = rte_pktmbuf_mtod(m, struct rte_ether_hdr *);
    struct rte_ipv4_hdr *ip = (struct rte_ipv4_hdr *)(ether + 1);
    struct rte_udp_hdr *udp = (struct rte_udp_hdr *)(ip + 1);
    uint8_t *payload = (uint8_t *)(udp + 1);
    struct sl_header header;
    struct sl_probe_body body;
    uint16_t udp_bytes = sizeof(*udp) + SL_HEADER_BYTES + SL_PROBE_BODY_BYTES;
    uint32_t address = rte_be_to_cpu_32(ip->dst_addr);
    uint32_t number = address - (10u << 24) - (1u << 16);
    if (number == 0 || number >= e->members.count ||
        sl_header_read(payload, m->data_len - HEADER_BYTES, &header) != SL_WIRE_OK) {
        rte_pktmbuf_free(m);
        return;
    }
    sl_probe_body_read(payload, &body);
    body.target_word = e->members.words[number];
    header.type = SL_FRAME_ACK;
    header.sender_id = e->members.ids[number];
    header.boot_salt = 7;
    header.counter = ++e->asked;
    header.unsettled = 1;
    sl_header_write(payload, &header);
    sl_probe_body_write(payload, &body);
    m->data_len = (uint16_t)(BENCH_ETHER_BYTES + sizeof(*ip) + udp_bytes);
    m->pkt_len = m->data_len;
    ether->dst_addr = ether->src_addr;
    ether->src_addr = e->port.mac;
    rte_be32_t mine = ip->dst_addr;
    ip->dst_addr = ip->src_addr;
    ip->src_addr = mine;
    ip->total_length = rte_cpu_to_be_16((uint16_t)(sizeof(*ip) + udp_bytes));
    ip->hdr_checksum = 0;
    ip->hdr_checksum = rte_ipv4_cksum(ip);
    udp->dst_port = udp->src_port;
    udp->src_port = rte_cpu_to_be_16(SL_UDP_PORT);
    udp->dgram_len = rte_cpu_to_be_16(udp_bytes);
    udp->dgram_cksum = 0;
    udp->dgram_cksum = rte_ipv4_udptcp_cksum(ip, udp);
    send_one(e, m);
}

static void note_answer(struct bench_emulator *e, const uint8_t *payload, bool echoed,
                        uint64_t now_tsc)
{
    uint32_t number = bench_frames_number_of_probe(sl_be32_load(payload + BENCH_PROBE_AT));
    if (number >= BENCH_EMULATOR_FRAMES || e->due_tsc[number] == 0)
        return;
    double ns = (double)(now_tsc - e->due_tsc[number]) * 1e9 / (double)rte_get_tsc_hz();
    e->due_tsc[number] = 0;
    e->answered++;
    e->echoed += echoed;
    if (e->latency_ns != NULL)
        sl_histogram_record(e->latency_ns, (uint64_t)ns);
}

static void take_packet(struct bench_emulator *e, struct rte_mbuf *m, uint64_t now_tsc)
{
    const struct rte_ether_hdr *ether = rte_pktmbuf_mtod(m, const struct rte_ether_hdr *);
    const struct rte_ipv4_hdr *ip = (const struct rte_ipv4_hdr *)(ether + 1);
    const struct rte_udp_hdr *udp = (const struct rte_udp_hdr *)(ip + 1);
    const uint8_t *payload = (const uint8_t *)(udp + 1);
    if (ether->ether_type == rte_cpu_to_be_16(RTE_ETHER_TYPE_ARP) &&
        m->data_len >= sizeof(*ether) + sizeof(struct rte_arp_hdr)) {
        answer_arp(e, m);
        return;
    }
    bool gossip = ether->ether_type == rte_cpu_to_be_16(RTE_ETHER_TYPE_IPV4) &&
                  m->data_len >= HEADER_BYTES + SL_HEADER_BYTES + SL_PROBE_BODY_BYTES &&
                  ip->version_ihl == RTE_IPV4_VHL_DEF && ip->next_proto_id == IPPROTO_UDP;
    bool own = gossip && memcmp(&ip->dst_addr, e->target.v4.address, 4) == 0;
    if (gossip && payload[SL_HEADER_TYPE_AT] == SL_FRAME_PING && !own) {
        answer_ping(e, m);
        return;
    }
    if (gossip && (own || payload[SL_HEADER_TYPE_AT] == SL_FRAME_ACK))
        note_answer(e, payload, own, now_tsc);
    rte_pktmbuf_free(m);
}

void bench_emulator_receive(struct bench_emulator *e)
{
    struct rte_mbuf *burst[BENCH_BURST];
    uint16_t n = rte_eth_rx_burst(e->port.ethdev_id, 0, burst, BENCH_BURST);
    uint64_t now_tsc = rte_rdtsc();
    for (uint16_t i = 0; i < n; i++)
        take_packet(e, burst[i], now_tsc);
}

/* ---- speaking first ---- */

static void ask_for_mac(struct bench_emulator *e)
{
    struct rte_mbuf *m = rte_pktmbuf_alloc(e->received_pool);
    if (m == NULL)
        return;
    struct rte_ether_hdr *ether = rte_pktmbuf_mtod(m, struct rte_ether_hdr *);
    struct rte_arp_hdr *arp = (struct rte_arp_hdr *)(ether + 1);
    m->data_len = ETHER_LEAST;
    m->pkt_len = ETHER_LEAST;
    memset(ether, 0, ETHER_LEAST);
    memset(&ether->dst_addr, 0xff, sizeof(ether->dst_addr));
    ether->src_addr = e->port.mac;
    ether->ether_type = rte_cpu_to_be_16(RTE_ETHER_TYPE_ARP);
    arp->arp_hardware = rte_cpu_to_be_16(RTE_ARP_HRD_ETHER);
    arp->arp_protocol = rte_cpu_to_be_16(RTE_ETHER_TYPE_IPV4);
    arp->arp_hlen = RTE_ETHER_ADDR_LEN;
    arp->arp_plen = sizeof(rte_be32_t);
    arp->arp_opcode = rte_cpu_to_be_16(RTE_ARP_OP_REQUEST);
    arp->arp_data.arp_sha = e->port.mac;
    memcpy(&arp->arp_data.arp_sip, bench_member_v4(1).ip + 12, 4);
    memcpy(&arp->arp_data.arp_tip, e->target.v4.address, 4);
    send_one(e, m);
}

int bench_emulator_resolve(struct bench_emulator *e, uint32_t ms)
{
    uint64_t hz = rte_get_tsc_hz(), end = rte_rdtsc() + hz / 1000 * ms, next = 0;
    while (!e->has_mac && rte_rdtsc() < end) {
        if (rte_rdtsc() >= next) {
            ask_for_mac(e);
            next = rte_rdtsc() + hz / 5;
        }
        bench_emulator_receive(e);
    }
    if (e->has_mac) {
        for (int type = 0; type < SL_FRAME_TYPE_END; type++)
            memcpy(e->frames.starts[type], &e->target.mac, sizeof(e->target.mac));
        return 0;
    }
    fprintf(stderr, "starling-bench: %u.%u.%u.%u does not answer ARP on this port\n",
            e->target.v4.address[0], e->target.v4.address[1], e->target.v4.address[2],
            e->target.v4.address[3]);
    return -1;
}
