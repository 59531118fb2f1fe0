/* SPDX-License-Identifier: BSD-3-Clause */
#include "dataplane/station.h"

#include <errno.h>
#include <rte_common.h>
#include <rte_errno.h>
#include <stdio.h>
#include <string.h>

#include "dataplane/eal.h"
#include "dataplane/packet.h"
#include "dataplane/runtime.h"
#include "lib/assert.h"
#include "ports/kernel_address.h"
#include "ports/log.h"
#include "ports/nd.h"

/* Per queue: both descriptor rings of 1,024, bursts under way, one and a half caches, and the
 * packets that wait for the engine or for a neighbour. */
#define PACKETS_PER_QUEUE 4095

static int station_check_memory(const struct sl_station *s, const struct sl_options *o)
{
    uint32_t needed_mb = sl_runtime_memory_mb(
        &o->config, s->workers, s->workers * PACKETS_PER_QUEUE, sl_port_spec_room(&o->port));
    if (needed_mb <= o->memory_mb)
        return 0;
    char where[SL_OPTIONS_WHY];
    sl_options_where(o, "eal", "memory_mb", where, sizeof(where));
    SL_LOG(SL_LOG_ERROR,
           "%s: %u MB hold no %u members and %u queues of packets of %u bytes; set memory_mb = %u "
           "or more",
           where, o->memory_mb, o->config.max_members, s->workers, o->port.packet_bytes, needed_mb);
    return -ENOMEM;
}

/* The kernel would answer for the node's address, and refuse its packets. */
static int station_check_address(const struct sl_options *o)
{
    struct sl_kernel_address found = {.is_the_nodes = false};
    bool shared = o->port.kind == SL_PORT_AF_PACKET || o->port.kind == SL_PORT_AF_XDP;
    char where[SL_OPTIONS_WHY];
    if (!shared ||
        !sl_kernel_address_find(o->port.device, o->v4.set ? o->v4.address : NULL,
                                o->v6.set ? o->v6.address : NULL, &found) ||
        !found.is_the_nodes)
        return 0;
    sl_options_where(o, "port", strchr(found.text, ':') != NULL ? "address6" : "address", where,
                     sizeof(where));
    SL_LOG(SL_LOG_ERROR,
           "%s: port %s: the kernel has %s on %s, too; run `ip addr flush dev %s`, because the "
           "interface must be the node's alone, or give the node another address",
           where, o->port.text, found.text, o->port.device, o->port.device);
    return -EADDRINUSE;
}

static int station_eal(const struct sl_station *s, const struct sl_options *o)
{
    char why[SL_OPTIONS_WHY];
    int rc = sl_port_spec_check(&o->port, why, sizeof(why));
    if (rc != 0) {
        char where[SL_OPTIONS_WHY];
        sl_options_where(o, "port", "spec", where, sizeof(where));
        SL_LOG(SL_LOG_ERROR, "%s: %s", where, why);
        return rc;
    }
    rc = station_check_address(o);
    if (rc != 0)
        return rc;
    struct sl_eal_config eal = {
        .spec = &o->port,
        .workers = s->workers,
        .huge = (enum sl_huge)o->huge,
        .memory_mb = o->memory_mb,
        .cpus = o->cpus,
        .cpu_count = o->cpu_count,
    };
    return sl_eal_start(&eal);
}

static bool is_first_with(const struct sl_station *s, unsigned worker)
{
    for (unsigned i = 0; i < worker; i++)
        if (s->packets[i] == s->packets[worker])
            return false;
    return true;
}

static void station_free_pools(struct sl_station *s)
{
    for (unsigned i = s->workers; i-- > 0;)
        if (is_first_with(s, i))
            rte_mempool_free(s->packets[i]);
}

/* One for all workers on a NUMA node: what one of them receives another may come to free. */
static int station_pool(struct sl_station *s, const struct sl_options *o, const int *sockets,
                        unsigned worker)
{
    char name[RTE_MEMPOOL_NAMESIZE];
    unsigned sharing = 0;
    for (unsigned i = s->workers; i-- > worker;)
        sharing += sockets[i] == sockets[worker];
    snprintf(name, sizeof(name), "packets%u", worker);
    struct rte_mempool *pool = sl_packet_pool_create(name, sharing * PACKETS_PER_QUEUE,
                                                     sl_port_spec_room(&o->port), sockets[worker]);
    for (unsigned i = worker; i < s->workers; i++)
        if (sockets[i] == sockets[worker])
            s->packets[i] = pool;
    return pool != NULL ? 0 : -ENOMEM;
}

static int station_pools(struct sl_station *s, const struct sl_options *o)
{
    int sockets[SL_WORKERS_MAX], rc = 0;
    for (unsigned i = 0; i < s->workers; i++)
        sockets[i] = sl_eal_socket(sl_eal_lcore(i));
    for (unsigned i = 0; i < s->workers && rc == 0; i++)
        if (s->packets[i] == NULL)
            rc = station_pool(s, o, sockets, i);
    if (rc != 0) {
        SL_LOG(SL_LOG_ERROR, "packet pool: %s; raise eal.memory_mb", rte_strerror(rte_errno));
        station_free_pools(s);
    }
    return rc;
}

static struct sl_port_config station_port_config(const struct sl_station *s,
                                                 const struct sl_options *o)
{
    struct sl_port_config config = {
        .spec = o->port,
        .queues = (uint16_t)s->workers,
        .mtu = (uint16_t)o->mtu,
        .udp_port = (uint16_t)o->udp_port,
    };
    memcpy(config.pool, s->packets, sizeof(config.pool));
    return config;
}

static int station_port(struct sl_station *s, const struct sl_options *o)
{
    int rc = station_pools(s, o);
    if (rc != 0)
        return rc;
    struct sl_port_config config = station_port_config(s, o);
    rc = sl_port_open(&s->port, &config);
    if (rc != 0)
        station_free_pools(s);
    return rc;
}

static struct sl_net_family family(const struct sl_options_family *from)
{
    struct sl_net_family to = {
        .prefix_bits = from->prefix_bits, .set = from->set, .has_gateway = from->has_gateway};
    memcpy(to.address, from->address, sizeof(to.address));
    memcpy(to.gateway, from->gateway, sizeof(to.gateway));
    return to;
}

static void station_net(struct sl_station *s, const struct sl_options *o)
{
    s->net = (struct sl_net){
        .mac = s->port.mac,
        .v4 = family(&o->v4),
        .v6 = family(&o->v6),
        .vlan_id = (uint16_t)o->vlan,
        .dscp = (uint8_t)o->dscp,
        .hop_limit = 64,
        .udp_port = (uint16_t)o->udp_port,
        .udp_ports = s->port.spread.known ? s->port.spread.ports : (uint16_t)s->workers,
        .spread = s->port.spread.known ? &s->port.spread : NULL,
        .mtu = s->port.mtu,
        .rx_checksum = s->port.rx_checksum,
        .tx_checksum_ipv4 = s->port.tx_checksum_ipv4,
        .tx_checksum_udp = s->port.tx_checksum_udp,
    };
    sl_nd_link_local(s->net.link_local, &s->port.mac);
}

/* The device's MTU is known only now, if the operator set none. */
static int station_check_mtu(const struct sl_station *s, const struct sl_options *o)
{
    uint32_t headers = o->v6.set ? 48 : 28;
    if (o->config.frame_bytes + headers <= s->port.mtu)
        return 0;
    SL_LOG(SL_LOG_ERROR, "port %s: MTU %u holds no frames of %u bytes; set frame_bytes = %u",
           o->port.text, s->port.mtu, o->config.frame_bytes, s->port.mtu - headers);
    return -EMSGSIZE;
}

/* All packets are in the pools again. */
static void station_close_port(struct sl_station *s)
{
    sl_port_close(&s->port);
    for (unsigned i = 0; i < s->workers; i++) {
        if (s->port.keeps_mbufs && is_first_with(s, i))
            sl_packet_pool_restore(s->packets[i]);
        SL_ASSERT(rte_mempool_in_use_count(s->packets[i]) == 0);
    }
}

static void station_release(struct sl_station *s)
{
    station_close_port(s);
    station_free_pools(s);
}

int sl_station_reopen(struct sl_station *s, const struct sl_options *o, uint64_t missed)
{
    struct sl_port_config config = station_port_config(s, o);
    station_close_port(s);
    int rc = sl_port_replug(&config);
    if (rc == 0)
        rc = sl_port_open(&s->port, &config);
    if (rc == 0)
        rc = station_check_mtu(s, o);
    if (rc != 0)
        return rc;
    s->port.missed_earlier = missed;
    station_net(s, o);
    return 0;
}

int sl_station_open(struct sl_station *s, const struct sl_options *o)
{
    memset(s, 0, sizeof(*s));
    s->workers = o->workers + 1;
    int rc = station_check_memory(s, o);
    if (rc == 0)
        rc = station_eal(s, o);
    if (rc != 0)
        return rc;
    rc = station_port(s, o);
    if (rc == 0) {
        rc = station_check_mtu(s, o);
        if (rc != 0)
            station_release(s);
    }
    if (rc != 0)
        sl_eal_stop();
    else
        station_net(s, o);
    return rc;
}

void sl_station_close(struct sl_station *s)
{
    station_release(s);
    sl_eal_stop();
}
