/* SPDX-License-Identifier: BSD-3-Clause */
#include "ports/port.h"

#include <errno.h>
#include <rte_dev.h>
#include <rte_ethdev.h>
#include <stdio.h>
#include <string.h>

#include "ports/doorbell.h"
#include "ports/interface.h"
#include "ports/log.h"
#include "ports/port_ring.h"
#include "ports/steer.h"

#define DESCRIPTORS_DEFAULT 1024

/* One line: which port, what failed, why, what to do. */
static int failed(const struct sl_port_config *config, int error, const char *what,
                  const char *hint)
{
    SL_LOG(SL_LOG_ERROR, "port %s: %s: %s; %s", config->spec.text, what, strerror(-error), hint);
    return error;
}

static int find(struct sl_port *port, const struct sl_port_config *config)
{
    if (config->spec.kind == SL_PORT_RING)
        return sl_port_ring_create(port, config);
    char name[64];
    sl_port_spec_device_name(&config->spec, name, sizeof(name));
    if (rte_eth_dev_get_port_by_name(name, &port->ethdev_id) != 0)
        return failed(config, -ENODEV, "EAL brought up no such device",
                      "the driver's lines above say why (its package? fewer workers?)");
    return 0;
}

/* Software drivers that offer checksums compute them on the CPU, and slower than we do. */
static bool has_hardware(const struct sl_port_config *config)
{
    return config->spec.kind == SL_PORT_PCI;
}

static void choose_offloads(struct sl_port *port, const struct sl_port_config *config,
                            const struct rte_eth_dev_info *info, struct rte_eth_conf *conf)
{
    const uint64_t rx = RTE_ETH_RX_OFFLOAD_IPV4_CKSUM | RTE_ETH_RX_OFFLOAD_UDP_CKSUM;
    if (has_hardware(config) && (info->rx_offload_capa & rx) == rx) {
        conf->rxmode.offloads |= rx;
        port->rx_checksum = true;
    }
    uint64_t tx = RTE_ETH_TX_OFFLOAD_MULTI_SEGS;
    if (has_hardware(config))
        tx |= RTE_ETH_TX_OFFLOAD_IPV4_CKSUM | RTE_ETH_TX_OFFLOAD_UDP_CKSUM;
    tx &= info->tx_offload_capa;
    conf->txmode.offloads = tx;
    port->tx_checksum_ipv4 = tx & RTE_ETH_TX_OFFLOAD_IPV4_CKSUM;
    port->tx_checksum_udp = tx & RTE_ETH_TX_OFFLOAD_UDP_CKSUM;
    port->multi_segment = tx & RTE_ETH_TX_OFFLOAD_MULTI_SEGS;
}

static uint16_t first_set(uint16_t wanted, uint16_t preferred)
{
    if (wanted)
        return wanted;
    return preferred ? preferred : DESCRIPTORS_DEFAULT;
}

static int set_up_queues(const struct sl_port *port, const struct sl_port_config *config,
                         const struct rte_eth_dev_info *info)
{
    unsigned socket = (unsigned)rte_eth_dev_socket_id(port->ethdev_id); /* descriptors near it */
    uint16_t rx = first_set(config->rx_descriptors, info->default_rxportconf.ring_size);
    uint16_t tx = first_set(config->tx_descriptors, info->default_txportconf.ring_size);
    int error = rte_eth_dev_adjust_nb_rx_tx_desc(port->ethdev_id, &rx, &tx);
    if (error)
        return failed(config, error, "cannot fit the descriptor counts", "leave them at 0");
    for (uint16_t q = 0; q < port->queues; q++) {
        error = rte_eth_rx_queue_setup(port->ethdev_id, q, rx, socket, NULL, config->pool[q]);
        if (error)
            return failed(config, error, "cannot set up a receive queue",
                          error == -EBUSY ? "another process holds it" : "try fewer workers");
        error = rte_eth_tx_queue_setup(port->ethdev_id, q, tx, socket, NULL);
        if (error)
            return failed(config, error, "cannot set up a transmit queue", "try fewer workers");
    }
    return 0;
}

static bool on_interface(const struct sl_port_config *config)
{
    return config->spec.kind == SL_PORT_AF_PACKET || config->spec.kind == SL_PORT_AF_XDP;
}

/* Drivers on a kernel interface take it for one of 1,500, whatever it can. */
static int set_mtu(const struct sl_port *port, const struct sl_port_config *config)
{
    int error = 0;
    if (config->mtu != 0)
        error = on_interface(config) ? sl_interface_set_mtu(config->spec.device, config->mtu)
                                     : rte_eth_dev_set_mtu(port->ethdev_id, config->mtu);
    if (error != 0 && error != -ENOTSUP)
        return failed(config, error, "cannot set the MTU", "choose a smaller one or leave it 0");
    return 0;
}

static int configure(struct sl_port *port, const struct sl_port_config *config)
{
    struct rte_eth_dev_info info;
    int error = rte_eth_dev_info_get(port->ethdev_id, &info);
    if (error)
        return failed(config, error, "cannot read what the device offers", "try another port kind");
    snprintf(port->driver, sizeof(port->driver), "%s", info.driver_name);
    if (port->queues > info.max_rx_queues || port->queues > info.max_tx_queues) {
        SL_LOG(SL_LOG_ERROR, "port %s: %u workers need as many queue pairs, the device has %u; %s",
               config->spec.text, port->queues, RTE_MIN(info.max_rx_queues, info.max_tx_queues),
               "use fewer workers");
        return -EINVAL;
    }
    struct rte_eth_conf conf;
    memset(&conf, 0, sizeof(conf));
    conf.rxmode.mtu = on_interface(config) ? 0 : config->mtu;
    conf.intr_conf.rxq = config->spec.kind == SL_PORT_TAP; /* or it hides its descriptor */
    choose_offloads(port, config, &info, &conf);
    sl_steer_configure(&conf, &info, port->queues);
    error = rte_eth_dev_configure(port->ethdev_id, port->queues, port->queues, &conf);
    if (error)
        return failed(config, error, "the device refuses its configuration",
                      "try fewer workers or a smaller MTU");
    error = set_mtu(port, config);
    if (error)
        return error;
    return set_up_queues(port, config, &info);
}

/* Solicited-node groups must get in; a driver without that switch has the coarser one. */
static void accept_groups(const struct sl_port *port)
{
    if (rte_eth_allmulticast_enable(port->ethdev_id) == -ENOTSUP)
        rte_eth_promiscuous_enable(port->ethdev_id);
}

/* AF_XDP takes single receive queues from the kernel: what comes to the others does not reach us.
 */
static void warn_of_other_queues(const struct sl_port_config *config)
{
    uint32_t queues = sl_interface_receive_queues(config->spec.device);
    if (config->spec.kind == SL_PORT_AF_XDP && queues > config->queues)
        SL_LOG(SL_LOG_WARNING,
               "port %s: %s has %u receive queues and we take %u, so frames will be missed; run "
               "`ethtool -L %s` with a count of %u, or steer UDP port %u to these queues",
               config->spec.text, config->spec.device, queues, config->queues, config->spec.device,
               config->queues, config->udp_port);
}

static int read_facts(struct sl_port *port, const struct sl_port_config *config)
{
    int error = rte_eth_macaddr_get(port->ethdev_id, &port->mac);
    if (error)
        return failed(config, error, "cannot read the MAC address", "try another port kind");
    if (config->spec.kind == SL_PORT_RING)
        sl_port_ring_mac(port);
    /* The driver gives the kernel's end of a tap the same address, which a bridge would keep to
     * itself. */
    if (config->spec.kind == SL_PORT_TAP)
        port->mac.addr_bytes[5] ^= 1;
    error = rte_eth_dev_get_mtu(port->ethdev_id, &port->mtu);
    if (error)
        return failed(config, error, "cannot read the MTU", "set one");
    uint16_t kernel = on_interface(config) ? sl_interface_mtu(config->spec.device) : 0;
    if (kernel)
        port->mtu = kernel;
    return 0;
}

static int start(struct sl_port *port, const struct sl_port_config *config)
{
    int error = rte_eth_dev_start(port->ethdev_id);
    if (error)
        return failed(config, error, "the device does not start", "see the driver's lines above");
    accept_groups(port);
    error = read_facts(port, config);
    if (error)
        return error;
    warn_of_other_queues(config);
    sl_kernel_missed_start(&port->kernel_missed, &config->spec);
    if (port->queues == 1)
        port->doorbell_fd = sl_doorbell_find(port->ethdev_id, &config->spec);
    sl_spread_read(&port->spread, port->ethdev_id, port->queues, config->udp_port);
    /* A software device's rules would run on our CPU, or in the kernel; and a rule's own table of
     * queues nobody tells. */
    port->steered =
        has_hardware(config) && !port->spread.known &&
        sl_steer_start(port->ethdev_id, config->spec.text, config->udp_port, port->queues);
    return 0;
}

int sl_port_open(struct sl_port *port, const struct sl_port_config *config)
{
    memset(port, 0, sizeof(*port));
    port->queues = config->queues;
    port->keeps_mbufs = config->spec.kind == SL_PORT_AF_XDP;
    int error = find(port, config);
    if (error)
        return error;
    port->is_open = true;
    error = configure(port, config);
    if (!error)
        error = start(port, config);
    if (error)
        sl_port_close(port);
    return error;
}

void sl_port_close(struct sl_port *port)
{
    if (!port->is_open)
        return;
    port->is_open = false;
    sl_kernel_missed_stop(&port->kernel_missed);
    if (rte_eth_promiscuous_get(port->ethdev_id) == 1)
        rte_eth_promiscuous_disable(port->ethdev_id); /* the kernel's interface would keep it */
    rte_eth_dev_stop(port->ethdev_id);
    if (port->ring[0])
        sl_port_ring_destroy(port);
    else
        rte_eth_dev_close(port->ethdev_id);
}

int sl_port_replug(const struct sl_port_config *config)
{
    char name[64], argument[512];
    sl_port_spec_device_name(&config->spec, name, sizeof(name));
    int error =
        sl_port_spec_eal_argument(&config->spec, config->queues, argument, sizeof(argument));
    const char *arguments = error ? NULL : strchr(argument, ',');
    if (arguments == NULL)
        return failed(config, -ENOTSUP, "only a virtual device can be made anew", "start again");
    rte_eal_hotplug_remove("vdev", name);
    error = rte_eal_hotplug_add("vdev", name, arguments + 1);
    return error ? failed(config, error, "the driver does not take the interface that is there now",
                          "see `ip link`, then start again")
                 : 0;
}

enum sl_link sl_port_link(const struct sl_port *port)
{
    struct rte_eth_link link;
    if (port->kernel_tells)
        return (enum sl_link)__atomic_load_n(&port->kernel_link, __ATOMIC_RELAXED);
    bool up =
        rte_eth_link_get_nowait(port->ethdev_id, &link) == 0 && link.link_status == RTE_ETH_LINK_UP;
    return up ? SL_LINK_UP : SL_LINK_DOWN;
}

struct sl_port_counts sl_port_counts(struct sl_port *port)
{
    struct rte_eth_stats stats;
    if (rte_eth_stats_get(port->ethdev_id, &stats) != 0)
        memset(&stats, 0, sizeof(stats));
    uint64_t missed = stats.imissed + sl_kernel_missed_read(&port->kernel_missed);
    return (struct sl_port_counts){.received = stats.ipackets,
                                   .missed = port->missed_earlier + missed};
}
