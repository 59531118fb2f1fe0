/* SPDX-License-Identifier: BSD-3-Clause */
#include "bench/rate/frames.h"

#include <netinet/in.h>
#include <rte_ip.h>
#include <rte_mbuf_dyn.h>
#include <rte_udp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/limits.h"
#include "lib/record.h"

/* Where a payload says what differs from frame to frame (lib/WIRE.md). */
#define ORIGIN_AT   80
#define FIRST_ID_AT 72
#define LAST_ID_AT  80

/* Members whose claims fill one frame of the default limit, about: what a sync request asks for. */
#define RANGE_MEMBERS 24

/* Where an mbuf says which frame it holds; one field for the process. */
static int number_at = -1;

static uint32_t *number_of(const struct rte_mbuf *m)
{
    return RTE_MBUF_DYNFIELD(m, (size_t)number_at, uint32_t *);
}

static int claim_number_field(void)
{
    static const struct rte_mbuf_dynfield field = {
        .name = "bench_frame_number", .size = sizeof(uint32_t), .align = sizeof(uint32_t)};
    number_at = rte_mbuf_dynfield_register(&field);
    return number_at < 0 ? -1 : 0;
}

static uint8_t *payload_of(const struct bench_frames *f, uint8_t *start)
{
    return start + bench_header_bytes(f->load->v6);
}

static void create_headers(struct bench_frames *f, const struct bench_frames_config *c,
                           uint8_t *start)
{
    const struct sl_net *net = c->net;
    struct rte_ether_hdr *ether = (struct rte_ether_hdr *)start;
    struct rte_udp_hdr *udp =
        (struct rte_udp_hdr *)(start + bench_header_bytes(f->load->v6) - sizeof(*udp));
    ether->dst_addr = net->mac;
    ether->src_addr = c->peer_mac;
    ether->ether_type = rte_cpu_to_be_16(f->load->v6 ? RTE_ETHER_TYPE_IPV6 : RTE_ETHER_TYPE_IPV4);
    udp->src_port = udp->dst_port = rte_cpu_to_be_16(SL_UDP_PORT);
    if (f->load->v6) {
        struct rte_ipv6_hdr *ip = (struct rte_ipv6_hdr *)(ether + 1);
        ip->vtc_flow = rte_cpu_to_be_32(6u << 28 | 48u << 22); /* DSCP CS6 */
        ip->proto = IPPROTO_UDP;
        ip->hop_limits = 64;
        memcpy(ip->dst_addr, net->v6.address, 16);
    } else {
        struct rte_ipv4_hdr *ip = (struct rte_ipv4_hdr *)(ether + 1);
        ip->version_ihl = RTE_IPV4_VHL_DEF;
        ip->type_of_service = 48 << 2;
        ip->fragment_offset = rte_cpu_to_be_16(RTE_IPV4_HDR_DF_FLAG);
        ip->time_to_live = 64;
        ip->next_proto_id = IPPROTO_UDP;
        memcpy(&ip->dst_addr, net->v4.address, 4);
    }
}

static void create_starts(struct bench_frames *f, const struct bench_frames_config *c)
{
    struct sl_header header;
    memset(&header, 0, sizeof(header));
    header.cluster_id = c->members->cluster.id;
    header.boot_salt = 7;
    header.view_hash = c->view_hash;
    header.unsettled = c->unsettled;
    struct sl_probe_body probe = {c->target_id, 0, c->self_word};
    struct sl_sync_body sync = {0, 0, 0, c->members->count, 0};
    for (uint8_t type = SL_FRAME_PING; type < SL_FRAME_TYPE_END; type++) {
        uint8_t *payload = payload_of(f, f->starts[type]);
        create_headers(f, c, f->starts[type]);
        header.type = type;
        sl_header_write(payload, &header);
        if (type == SL_FRAME_PING)
            sl_probe_body_write(payload, &probe);
        else if (type == SL_FRAME_SYNC_REQUEST)
            sl_sync_body_write(payload, &sync);
    }
}

int bench_frames_create(struct bench_frames *f, const struct bench_frames_config *c)
{
    memset(f, 0, sizeof(*f));
    f->load = c->load;
    f->members = c->members;
    f->random.state = 1 + c->first;
    f->count = c->count;
    f->first = c->first;
    f->step = c->step;
    f->range_ids = UINT64_MAX / c->members->count * RANGE_MEMBERS;
    f->frames = calloc(c->count, sizeof(*f->frames));
    if (f->frames == NULL || claim_number_field() != 0) {
        fprintf(stderr, "starling-bench: no memory for %u frames\n", c->count);
        return -1;
    }
    create_starts(f, c);
    return 0;
}

void bench_frames_destroy(struct bench_frames *f)
{
    free(f->frames);
    f->frames = NULL;
}

static void put_addresses(const struct bench_frames *f, const struct bench_frame *frame,
                          uint8_t *start)
{
    uint16_t udp_bytes =
        (uint16_t)(frame->bytes - bench_header_bytes(f->load->v6) + sizeof(struct rte_udp_hdr));
    struct rte_udp_hdr *udp =
        (struct rte_udp_hdr *)(start + bench_header_bytes(f->load->v6) - sizeof(*udp));
    udp->dgram_len = rte_cpu_to_be_16(udp_bytes);
    udp->dgram_cksum = frame->udp_checksum;
    if (f->load->v6) {
        struct rte_ipv6_hdr *ip = (struct rte_ipv6_hdr *)(start + BENCH_ETHER_BYTES);
        ip->payload_len = udp->dgram_len;
        memcpy(ip->src_addr, bench_member_v6(frame->sender).ip, 16);
        return;
    }
    struct rte_ipv4_hdr *ip = (struct rte_ipv4_hdr *)(start + BENCH_ETHER_BYTES);
    ip->total_length = rte_cpu_to_be_16((uint16_t)(udp_bytes + sizeof(*ip)));
    ip->hdr_checksum = frame->ip_checksum;
    memcpy(&ip->src_addr, bench_member_v4(frame->sender).ip + 12, 4);
}

/* From Ethernet's header to the end of the body. */
static void put_start(const struct bench_frames *f, const struct bench_frame *frame,
                      struct rte_mbuf *m)
{
    uint8_t *start = rte_pktmbuf_mtod(m, uint8_t *), *payload = payload_of(f, start);
    uint64_t sender_id = f->members->ids[frame->sender];
    memcpy(start, f->starts[frame->type],
           bench_header_bytes(f->load->v6) + sl_frame_records_at(frame->type));
    put_addresses(f, frame, start);
    sl_be64_store(payload + SL_HEADER_SENDER_AT, sender_id);
    sl_header_stamp(payload, 0, frame->counter);
    if (frame->type == SL_FRAME_PING) {
        sl_be32_store(payload + BENCH_PROBE_AT, frame->probe);
        sl_be64_store(payload + ORIGIN_AT, sender_id);
    } else if (frame->type == SL_FRAME_SYNC_REQUEST) {
        sl_be32_store(payload + BENCH_PROBE_AT, frame->probe);
        sl_be64_store(payload + FIRST_ID_AT, frame->first_id);
        sl_be64_store(payload + LAST_ID_AT, frame->first_id + f->range_ids);
    }
}

static void set_lengths(const struct bench_frames *f, const struct bench_frame *frame,
                        struct rte_mbuf *m)
{
    m->data_len = frame->bytes;
    m->pkt_len = frame->bytes;
    m->ol_flags = f->load->offload ? RTE_MBUF_F_RX_IP_CKSUM_GOOD | RTE_MBUF_F_RX_L4_CKSUM_GOOD : 0;
}

static void sum_up(const struct bench_frames *f, struct bench_frame *frame, uint8_t *start)
{
    if (f->load->v6) {
        struct rte_ipv6_hdr *ip = (struct rte_ipv6_hdr *)(start + BENCH_ETHER_BYTES);
        frame->udp_checksum = rte_ipv6_udptcp_cksum(ip, ip + 1);
    } else {
        struct rte_ipv4_hdr *ip = (struct rte_ipv4_hdr *)(start + BENCH_ETHER_BYTES);
        frame->udp_checksum = rte_ipv4_udptcp_cksum(ip, ip + 1);
        frame->ip_checksum = rte_ipv4_cksum(ip);
    }
    put_addresses(f, frame, start);
}

struct choice {
    uint8_t type;
    bool novel;
    uint32_t records;
};

static struct choice choose(const struct bench_frames *f, uint32_t number)
{
    enum { PING = SL_FRAME_PING, KNOWN = SL_FRAME_GOSSIP, SYNC = SL_FRAME_SYNC_REQUEST, NOVEL = 0 };
    static const uint8_t mix[16] = {PING, KNOWN, PING, KNOWN, PING, KNOWN, PING, SYNC,
                                    PING, KNOWN, PING, KNOWN, PING, KNOWN, PING, NOVEL};
    uint8_t type = mix[number % 16];
    uint32_t records = f->load->records;
    switch (f->load->what) {
    case BENCH_STALE_UPDATES:
    case BENCH_FAN_OUT:
        return (struct choice){SL_FRAME_GOSSIP, false, records};
    case BENCH_NOVEL_UPDATES:
        return (struct choice){SL_FRAME_GOSSIP, true, records};
    case BENCH_SYNC:
        return (struct choice){SL_FRAME_SYNC_REQUEST, false, records};
    case BENCH_MIXED:
        if (type == NOVEL)
            return (struct choice){SL_FRAME_GOSSIP, true, 1};
        /* An answer may bring rumours, which would overwrite a PING's records. */
        return (struct choice){type, false, type == SL_FRAME_GOSSIP ? records : 0};
    default:
        return (struct choice){SL_FRAME_PING, false, records};
    }
}

static uint32_t put_record(struct bench_frames *f, bool novel, uint8_t *at, uint32_t room_bytes)
{
    if (!novel)
        return bench_member_put_stale(f->members, bench_member_draw(f->members, &f->random),
                                      &f->random, at, room_bytes);
    uint32_t groups = (f->members->count - 1) / f->step;
    uint32_t number = 1 + f->first + f->step * sl_prng_below(&f->random, groups);
    return bench_member_put_novel(f->members, number, at, room_bytes);
}

/* Returns the bytes of records, padding included where a size was asked for. */
static uint32_t put_records(struct bench_frames *f, struct bench_frame *frame, struct choice what,
                            uint8_t *at, uint32_t room_bytes)
{
    uint32_t bytes = 0;
    for (frame->records = 0; frame->records < what.records; frame->records++) {
        uint32_t record = put_record(f, what.novel, at + bytes, room_bytes - bytes);
        if (record == 0)
            break;
        bytes += record;
    }
    uint32_t left = room_bytes - bytes;
    if (f->load->frame_bytes == 0 || left < 4)
        return bytes;
    sl_record_write_pad(at + bytes, left);
    return room_bytes;
}

void bench_frames_draw(struct bench_frames *f, uint32_t number, struct rte_mbuf *m)
{
    struct bench_frame *frame = &f->frames[number];
    struct choice what = choose(f, number);
    uint32_t start_bytes = bench_header_bytes(f->load->v6) + sl_frame_records_at(what.type);
    uint32_t room = bench_payload_max(f->load) - sl_frame_records_at(what.type);
    uint8_t *start = rte_pktmbuf_mtod(m, uint8_t *);
    *number_of(m) = number;
    memset(frame, 0, sizeof(*frame));
    frame->type = what.type;
    frame->sender = bench_member_draw(f->members, &f->random);
    frame->counter = 1 + (sl_prng_next(&f->random) >> 32);
    frame->probe = 1 + number;
    frame->first_id = 1 + sl_prng_next(&f->random) % (UINT64_MAX - f->range_ids - 1);
    frame->bytes = (uint16_t)(start_bytes + put_records(f, frame, what, start + start_bytes, room));
    put_start(f, frame, m);
    sum_up(f, frame, start);
    set_lengths(f, frame, m);
}

/* The checksum follows the two words of the probe number that change (RFC 1624, 3). */
static void renew_probe(struct bench_frame *frame)
{
    uint32_t before = frame->probe, after = before + (1u << BENCH_NUMBER_BITS);
    uint32_t sum = (uint16_t)~rte_be_to_cpu_16(frame->udp_checksum);
    sum += (uint16_t) ~(before >> 16) + (uint16_t)~before + (after >> 16) + (after & 0xffff);
    sum = (sum >> 16) + (sum & 0xffff);
    uint16_t checksum = (uint16_t) ~((sum >> 16) + (sum & 0xffff));
    frame->probe = after;
    frame->udp_checksum = rte_cpu_to_be_16(checksum == 0 ? 0xffff : checksum);
}

void bench_frames_restore(struct bench_frames *f, struct rte_mbuf *m)
{
    struct bench_frame *frame = &f->frames[*number_of(m)];
    if (frame->type == SL_FRAME_PING)
        renew_probe(frame);
    if (frame->type != SL_FRAME_GOSSIP)
        put_start(f, frame, m);
    set_lengths(f, frame, m);
}

const struct bench_frame *bench_frames_of(const struct bench_frames *f, const struct rte_mbuf *m)
{
    return &f->frames[*number_of(m)];
}
