/* SPDX-License-Identifier: BSD-3-Clause */
#include "ports/port_ring.h"

#include <errno.h>
#include <rte_dev.h>
#include <rte_errno.h>
#include <rte_eth_ring.h>
#include <rte_ethdev.h>
#include <rte_ring.h>
#include <stdio.h>

#include "ports/log.h"

#define DESCRIPTORS_DEFAULT 1024

static void free_rings(struct sl_port *port)
{
    for (uint16_t q = 0; q < port->queues && port->ring[q]; q++) {
        void *m;
        while (rte_ring_dequeue(port->ring[q], &m) == 0)
            rte_pktmbuf_free(m);
        rte_ring_free(port->ring[q]);
        port->ring[q] = NULL;
    }
}

/* Two ring ports in a process need two names. */
static void choose_name(char *name, size_t bytes)
{
    uint16_t taken;
    for (unsigned i = 0; i < RTE_MAX_ETHPORTS; i++) {
        char ethdev[RTE_ETH_NAME_MAX_LEN];
        snprintf(name, bytes, "starling%u", i);
        snprintf(ethdev, sizeof(ethdev), "net_ring_%s", name);
        if (rte_eth_dev_get_port_by_name(ethdev, &taken) != 0)
            return;
    }
}

int sl_port_ring_create(struct sl_port *port, const struct sl_port_config *config)
{
    char name[RTE_ETH_NAME_MAX_LEN / 2], ring_name[RTE_RING_NAMESIZE];
    choose_name(name, sizeof(name));
    unsigned size = config->rx_descriptors ? config->rx_descriptors : DESCRIPTORS_DEFAULT;
    for (uint16_t q = 0; q < port->queues; q++) {
        snprintf(ring_name, sizeof(ring_name), "%.16s_%u", name, q);
        /* A queue pair belongs to one worker, and its ring with it. */
        port->ring[q] = rte_ring_create(ring_name, size, SOCKET_ID_ANY,
                                        RING_F_SP_ENQ | RING_F_SC_DEQ | RING_F_EXACT_SZ);
        if (!port->ring[q]) {
            int error = -rte_errno;
            SL_LOG(SL_LOG_ERROR, "port %s: no ring of %u: %s; give EAL more memory (-m)",
                   config->spec.text, size, rte_strerror(-error));
            free_rings(port);
            return error;
        }
    }
    int id = rte_eth_from_rings(name, port->ring, port->queues, port->ring, port->queues, 0);
    if (id < 0) {
        SL_LOG(SL_LOG_ERROR, "port %s: no ring device with %u queues (%s); use 1 to 16 workers",
               config->spec.text, port->queues, rte_strerror(rte_errno));
        free_rings(port);
        return -EINVAL;
    }
    port->ethdev_id = (uint16_t)id;
    return 0;
}

void sl_port_ring_destroy(struct sl_port *port)
{
    struct rte_eth_dev_info info;
    bool known = rte_eth_dev_info_get(port->ethdev_id, &info) == 0;
    rte_eth_dev_close(port->ethdev_id);
    if (known)
        rte_dev_remove(info.device);
    free_rings(port);
}

void sl_port_ring_mac(struct sl_port *port)
{
    static const struct rte_ether_addr base = {{0x02, 's', 'l', 0, 0, 0}};
    port->mac = base;
    port->mac.addr_bytes[5] = (uint8_t)port->ethdev_id;
}
