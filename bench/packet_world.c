/* SPDX-License-Identifier: BSD-3-Clause */
#include "bench/packet_world.h"

#include <netinet/in.h>
#include <rte_errno.h>
#include <rte_ethdev.h>
#include <rte_ip.h>
#include <rte_malloc.h>
#include <rte_mempool.h>
#include <rte_udp.h>
#include <stdio.h>
#include <string.h>

#include "lib/frame.h"
#include "lib/record.h"
#include "lib/view.h"

#define GENERATION  1800000000ull
#define SELF_NUMBER 0
#define MAX_MEMBERS SL_MEMBERS_DEFAULT

/* Where a PING says what differs from frame to frame (lib/WIRE.md). */
#define SENDER_AT 8
#define PROBE_AT  32
#define ORIGIN_AT 80

struct packet_start {
    struct rte_ether_hdr ether;
    struct rte_ipv4_hdr ip;
    struct rte_udp_hdr udp;
    uint8_t payload[BENCH_ANSWER_BYTES];
} __attribute__((packed, aligned(2)));

_Static_assert(sizeof(struct packet_start) == BENCH_START_BYTES, "Ethernet, IPv4, UDP, ACK");

static int failed(const char *what)
{
    fprintf(stderr, "starling-bench: %s: %s\n", what, rte_strerror(rte_errno));
    return -1;
}

static struct sl_endpoint address_of(uint32_t number)
{
    uint8_t ip[4] = {10, 1, (uint8_t)(number >> 8), (uint8_t)number};
    return sl_endpoint_v4(ip, SL_UDP_PORT);
}

/* Members have refuted once, so that there are accusations to be stale. */
static uint64_t word_of(uint32_t number)
{
    return sl_word(GENERATION + number, 1, SL_ALIVE);
}

static struct sl_identity identity_of(uint32_t number, char name[16])
{
    struct sl_identity identity;
    memset(&identity, 0, sizeof(identity));
    identity.v4 = address_of(number);
    identity.name = name;
    identity.name_bytes = (uint8_t)snprintf(name, 16, "node-%05u", number);
    identity.zone = identity.tags = "";
    return identity;
}

static void retire_at_once(void *host, struct sl_retire_ticket *ticket)
{
    (void)host;
    sl_retire_done(ticket);
}

static int create_view(struct bench_world *world)
{
    struct sl_view_config config;
    memset(&config, 0, sizeof(config));
    config.cluster = world->cluster;
    config.max_members = MAX_MEMBERS;
    config.load_percent = 35;
    config.cold_bytes_per_member = 128;
    config.compacting = true;
    config.retire = retire_at_once;

    struct sl_arena arena = sl_arena_dry();
    sl_view_create(&arena, &config);
    arena.size_bytes = arena.used_bytes;
    arena.used_bytes = 0;
    arena.base = rte_zmalloc("view", arena.size_bytes, SL_CACHE_LINE);
    world->view = arena.base == NULL ? NULL : sl_view_create(&arena, &config);
    if (world->view == NULL)
        return failed("no memory for the member table");
    for (uint32_t i = 0; i < BENCH_MEMBERS; i++) {
        char name[16];
        struct sl_identity identity = identity_of(i, name);
        uint32_t slot;
        world->ids[i] = sl_member_id(&world->cluster, name, identity.name_bytes);
        if (sl_view_add(world->view, world->ids[i], word_of(i), &identity, &slot) != 0)
            return failed("the member table is full");
    }
    sl_view_summary_mutable(world->view)->self_word = word_of(SELF_NUMBER);
    return 0;
}

static int create_node(struct bench_world *world)
{
    world->fast.view = world->view;
    world->fast.self_id = world->ids[SELF_NUMBER];
    world->fast.self_v4 = address_of(SELF_NUMBER);
    world->fast.cluster_id = world->cluster.id;
    world->fast.boot_salt = 1;
    world->fast.frame_bytes = SL_FRAME_BYTES;
    world->fast.piggyback_per_second = 1000;
    sl_lane_init(&world->lane, 0, &world->counters);
    world->input = rte_zmalloc("input", sl_input_bytes(SL_FRAME_BYTES), SL_CACHE_LINE);
    return world->input == NULL ? failed("no memory") : 0;
}

/* A port that receives what it sends. */
static int create_port(struct bench_world *world)
{
    char why[256];
    struct sl_port_config config;
    memset(&config, 0, sizeof(config));
    struct rte_mempool *pool = rte_pktmbuf_pool_create("frames", 2 * BENCH_FRAMES - 1, 0, 0,
                                                       RTE_MBUF_DEFAULT_BUF_SIZE, SOCKET_ID_ANY);
    if (pool == NULL || rte_pktmbuf_alloc_bulk(pool, world->mbufs, BENCH_FRAMES) != 0)
        return failed("no memory for the frames in flight");
    if (sl_port_spec_parse("ring", &config.spec, why, sizeof(why)) != 0) {
        fprintf(stderr, "starling-bench: %s\n", why);
        return -1;
    }
    config.queues = 1;
    config.rx_descriptors = BENCH_FRAMES;
    config.udp_port = SL_UDP_PORT;
    config.pool[0] = pool;
    return sl_port_open(&world->port, &config) == 0 ? 0 : -1; /* it said why */
}

/* No device helps with checksums: both responders do them. */
static void create_net(struct bench_world *world)
{
    struct sl_net *net = &world->net;
    net->mac = world->port.mac;
    memcpy(net->v4.address, world->fast.self_v4.ip + 12, 4);
    net->v4.prefix_bits = 8;
    net->v4.set = true;
    net->dscp = 48;
    net->hop_limit = 64;
    net->udp_port = SL_UDP_PORT;
    net->lanes = 1;
    net->mtu = world->port.mtu;
}

static uint32_t draw_member(struct bench_world *world)
{
    return 1 + sl_prng_below(&world->random, BENCH_MEMBERS - 1); /* never oneself */
}

/* A claim as held, or an accusation refuted since: stale both. */
static uint32_t put_record(struct bench_world *world, uint8_t *at, uint32_t room_bytes)
{
    uint32_t number = draw_member(world);
    uint64_t id = world->ids[number], word = word_of(number);
    if (sl_prng_below(&world->random, 2) != 0) {
        char name[16];
        struct sl_identity identity = identity_of(number, name);
        return sl_record_write_alive(at, room_bytes, id, word, &identity);
    }
    uint64_t accused = sl_word(GENERATION + number, 0, SL_SUSPECT);
    uint64_t accuser = world->ids[number == 1 ? 2 : 1];
    return sl_record_write_accusation(at, room_bytes, id, accused, accuser);
}

/* The part of a frame that the answer will overwrite, as far as all frames share it. */
static void create_start(struct bench_world *world)
{
    struct packet_start *start = (struct packet_start *)world->start;
    const struct rte_ether_addr peer_mac = {{2, 0, 0, 0, 1, 2}};
    start->ether.dst_addr = world->net.mac;
    start->ether.src_addr = peer_mac;
    start->ether.ether_type = rte_cpu_to_be_16(RTE_ETHER_TYPE_IPV4);
    start->ip.version_ihl = RTE_IPV4_VHL_DEF;
    start->ip.type_of_service = 48 << 2;
    start->ip.fragment_offset = rte_cpu_to_be_16(RTE_IPV4_HDR_DF_FLAG);
    start->ip.time_to_live = 64;
    start->ip.next_proto_id = IPPROTO_UDP;
    memcpy(&start->ip.dst_addr, world->net.v4.address, 4);
    start->udp.src_port = start->udp.dst_port = rte_cpu_to_be_16(SL_UDP_PORT);

    struct sl_header header;
    memset(&header, 0, sizeof(header));
    header.type = SL_FRAME_PING;
    header.cluster_id = world->cluster.id;
    header.boot_salt = 7;
    header.view_hash = sl_view_summary(world->view)->view_hash;
    struct sl_probe_body body = {world->fast.self_id, 0, word_of(SELF_NUMBER)};
    sl_header_write(start->payload, &header);
    sl_probe_body_write(start->payload, &body);
}

static void put_start(const struct bench_world *world, const struct bench_frame *frame,
                      struct rte_mbuf *m)
{
    struct packet_start *start = rte_pktmbuf_mtod(m, struct packet_start *);
    uint16_t ip_bytes = (uint16_t)(frame->bytes - sizeof(start->ether));
    memcpy(start, world->start, sizeof(*start));
    start->ip.total_length = rte_cpu_to_be_16(ip_bytes);
    start->ip.src_addr = frame->source;
    start->ip.hdr_checksum = frame->ip_checksum;
    start->udp.dgram_len = rte_cpu_to_be_16((uint16_t)(ip_bytes - sizeof(start->ip)));
    start->udp.dgram_cksum = frame->udp_checksum;
    sl_be64_store(start->payload + SENDER_AT, frame->sender_id);
    sl_be32_store(start->payload + PROBE_AT, frame->probe);
    sl_be64_store(start->payload + ORIGIN_AT, frame->sender_id);
    sl_header_stamp(start->payload, 0, frame->counter);
    m->data_len = frame->bytes;
    m->pkt_len = frame->bytes;
    m->ol_flags = 0;
}

static void draw_frame(struct bench_world *world, struct bench_frame *frame, struct rte_mbuf *m)
{
    struct packet_start *start = rte_pktmbuf_mtod(m, struct packet_start *);
    uint32_t sender = draw_member(world), bytes = 0;
    struct sl_endpoint from = address_of(sender);
    for (int i = 0; i < BENCH_RECORDS_PER_FRAME; i++)
        bytes += put_record(world, (uint8_t *)(start + 1) + bytes,
                            rte_pktmbuf_tailroom(m) - BENCH_START_BYTES - bytes);
    frame->sender_id = world->ids[sender];
    frame->counter = 1 + (sl_prng_next(&world->random) >> 32);
    frame->probe = (uint32_t)sl_prng_next(&world->random) | 1;
    memcpy(&frame->source, from.ip + 12, 4);
    frame->bytes = (uint16_t)(BENCH_START_BYTES + bytes);
    frame->ip_checksum = frame->udp_checksum = 0;
    put_start(world, frame, m);
    frame->udp_checksum = rte_ipv4_udptcp_cksum(&start->ip, &start->udp);
    frame->ip_checksum = rte_ipv4_cksum(&start->ip);
}

void bench_world_draw_frames(struct bench_world *world)
{
    for (int i = 0; i < BENCH_FRAMES; i++) {
        rte_pktmbuf_reset(world->mbufs[i]);
        draw_frame(world, &world->frames[i], world->mbufs[i]);
    }
}

void bench_world_restore_frames(struct bench_world *world)
{
    for (int i = 0; i < BENCH_FRAMES; i++)
        put_start(world, &world->frames[i], world->mbufs[i]);
}

int bench_world_create(struct bench_world *world)
{
    memset(world, 0, sizeof(*world));
    world->cluster = sl_cluster_from_name("bench");
    world->random.state = 1;
    if (create_view(world) != 0 || create_node(world) != 0 || create_port(world) != 0)
        return -1;
    create_net(world);
    create_start(world);
    bench_world_draw_frames(world);
    for (uint16_t sent = 0; sent < BENCH_FRAMES;)
        sent = (uint16_t)(sent + rte_eth_tx_burst(world->port.ethdev_id, 0, world->mbufs + sent,
                                                  BENCH_BURST));
    return 0;
}

void bench_world_destroy(struct bench_world *world)
{
    sl_port_close(&world->port);
}
