/* SPDX-License-Identifier: BSD-3-Clause */
#include "bench/rate/node.h"
#include "bench/rate/sink.h"

#include <rte_errno.h>
#include <stdio.h>
#include <string.h>

#include "dataplane/packet.h"
#include "lib/preload.h"
#include "lib/profile.h"

#define PRELOAD_ONCE 256
#define PACKETS      4095
#define PACKETS_PORT 8191 /* a real port's rings are full of them too */
#define FRAMES_LEAST 256  /* a pool holds one and a half of its caches of 128 */

static int failed(const char *what)
{
    fprintf(stderr, "starling-bench: %s: %s\n", what, rte_strerror(rte_errno));
    return -1;
}

static void create_config(struct sl_config *config, const struct bench_load *load)
{
    sl_profile_load(config, "lan");
    snprintf(config->cluster_name, sizeof(config->cluster_name), "bench");
    snprintf(config->name, sizeof(config->name), "node-%07u", 0);
    config->v4 = bench_member_v4(0);
    if (load->v6)
        config->v6 = bench_member_v6(0);
    /* what is measured is the path, not the cap on it */
    config->byte_cap = config->byte_cap_joining = config->byte_cap_seed = 1u << 31;
    if (load->members > config->max_members)
        config->max_members = load->members;
    if (bench_payload_max(load) > config->frame_bytes)
        config->frame_bytes = bench_payload_max(load);
}

static uint32_t packets_of(const struct bench_load *load)
{
    return load->ends != NULL ? PACKETS_PORT : PACKETS;
}

static uint32_t frames_of(const struct bench_load *load)
{
    uint32_t kept = load->ends != NULL ? BENCH_WIRE_FAR_SENT : 0;
    return RTE_MAX(load->in_flight + kept, (uint32_t)FRAMES_LEAST);
}

uint32_t bench_node_memory_mb(const struct bench_load *load)
{
    struct sl_config config;
    create_config(&config, load);
    uint32_t packets = packets_of(load) + load->workers * frames_of(load);
    if (load->ends != NULL)
        packets = (packets + BENCH_WIRE_FAR_PACKETS) * 8 / 5; /* no hugepages: 4 KB each */
    return 16 + sl_runtime_memory_mb(&config, load->workers, packets, bench_payload_max(load));
}

/* Every member is behind the one gateway: what is measured is no neighbour table. */
static void create_net(struct bench_node *node)
{
    struct sl_net *net = &node->net;
    net->mac = node->wire.port.mac;
    memcpy(net->v4.address, node->config.v4.ip + 12, 4);
    memcpy(net->v4.gateway, (uint8_t[]){10, 255, 255, 254}, 4);
    net->v4.prefix_bits = 32;
    net->v4.set = net->v4.has_gateway = true;
    if (node->load.v6) {
        memcpy(net->v6.address, node->config.v6.ip, 16);
        net->v6.prefix_bits = 64;
        net->v6.set = true;
    }
    net->dscp = 48;
    net->hop_limit = 64;
    net->udp_port = SL_UDP_PORT;
    net->udp_ports = (uint16_t)node->load.workers;
    net->mtu = 1500;
    net->rx_checksum = net->tx_checksum_ipv4 = net->tx_checksum_udp = node->load.offload;
}

static int preload(struct bench_node *node)
{
    struct sl_preload_member members[PRELOAD_ONCE];
    struct sl_identity identities[PRELOAD_ONCE];
    char names[PRELOAD_ONCE][BENCH_NAME_BYTES];
    const struct bench_members *all = &node->members;
    for (uint32_t at = 0; at < all->count; at += PRELOAD_ONCE) {
        uint32_t count = RTE_MIN((uint32_t)PRELOAD_ONCE, all->count - at);
        for (uint32_t i = 0; i < count; i++) {
            identities[i] = bench_member_identity(all, at + i, names[i]);
            members[i] =
                (struct sl_preload_member){all->ids[at + i], all->words[at + i], &identities[i]};
        }
        int error = sl_engine_preload(node->runtime.loop.engine, members, count);
        rte_errno = -error;
        if (error != 0)
            return failed("the member table is full");
    }
    return 0;
}

static int create_runtime(struct bench_node *node)
{
    struct sl_port port = node->wire.port;
    port.tx_checksum_ipv4 = port.tx_checksum_udp = port.multi_segment = node->load.offload;
    struct sl_runtime_config config = {
        .name = "bench",
        .config = &node->config,
        .net = &node->net,
        .port = &port,
        .packets = node->packets,
        .workers = node->load.workers,
        .busy = true,
        .seed = 1,
        .wall_s = BENCH_GENERATION,
    };
    if (sl_runtime_open(&node->runtime, &config) != 0)
        return -1; /* it said why */
    node->has_runtime = true;
    sl_clock_stop(&node->runtime.clock);
    /* The ring driver sends whatever it is given, others get whole checksums: nothing is prepared.
     */
    for (unsigned i = 0; i < node->load.workers; i++)
        node->runtime.workers[i]->transmitter.prepare = false;
    node->bytes_per_member =
        (uint32_t)(sl_engine_arena_bytes(&node->config, NULL) / node->config.max_members);
    return preload(node);
}

static int create_seat(struct bench_node *node, unsigned index)
{
    struct bench_seat *seat = &node->seats[index];
    const struct sl_engine *engine = node->runtime.loop.engine;
    uint32_t count = frames_of(&node->load);
    char name[RTE_MEMPOOL_NAMESIZE];
    snprintf(name, sizeof(name), "frames%u", index);
    seat->node = node;
    seat->worker = node->runtime.workers[index];
    seat->random.state = index;
    seat->pool = sl_packet_pool_create(name, count, bench_payload_max(&node->load), SOCKET_ID_ANY);
    if (seat->pool == NULL)
        return failed("no memory for the frames");
    struct bench_frames_config config = {
        .load = &node->load,
        .members = &node->members,
        .net = &node->net,
        .peer_mac = node->wire.far_port.mac,
        .target_id = node->members.ids[0],
        .self_word = sl_engine_self_word(engine),
        .view_hash = sl_view_summary(sl_engine_view(engine))->view_hash,
        .count = count,
        .first = index,
        .step = node->load.workers,
    };
    return bench_frames_create(&seat->frames, &config);
}

int bench_node_create(struct bench_node *node, const struct bench_load *load)
{
    memset(node, 0, sizeof(*node));
    node->load = *load;
    create_config(&node->config, load);
    node->packets =
        sl_packet_pool_create("packets", packets_of(load), node->config.frame_bytes, SOCKET_ID_ANY);
    if (node->packets == NULL)
        return failed("no memory for packets");
    struct bench_wire_config wire = {load->ends, (uint16_t)load->workers, load->in_flight,
                                     node->packets};
    if (bench_members_create(&node->members, "bench", load->members, load->v6) != 0 ||
        bench_wire_open(&node->wire, &wire) != 0)
        return -1;
    node->sends_to = node->wire.port.ethdev_id;
    if (load->null && bench_sink_open(&node->sends_to, (uint16_t)load->workers, node->packets) != 0)
        return -1;
    node->has_sink = load->null;
    create_net(node);
    if (create_runtime(node) != 0)
        return -1;
    for (unsigned i = 0; i < load->workers; i++)
        if (create_seat(node, i) != 0)
            return -1;
    return 0;
}

void bench_node_destroy(struct bench_node *node)
{
    if (node->has_runtime)
        sl_runtime_close(&node->runtime);
    if (node->has_sink)
        bench_sink_close(node->sends_to);
    bench_wire_close(&node->wire);
    for (unsigned i = 0; i < node->load.workers; i++) {
        bench_frames_destroy(&node->seats[i].frames);
        rte_mempool_free(node->seats[i].pool);
    }
    rte_mempool_free(node->packets);
    bench_members_destroy(&node->members);
    memset(node, 0, sizeof(*node));
}

uint64_t bench_node_drops(const struct bench_node *node)
{
    uint64_t drops = 0;
    for (unsigned w = 0; w < node->load.workers; w++)
        for (unsigned reason = 0; reason < SL_DROP_COUNT; reason++)
            drops += node->runtime.workers[w]->counters.drops[reason];
    return drops;
}
