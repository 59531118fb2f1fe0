/* SPDX-License-Identifier: BSD-3-Clause */
#include <rte_dev.h>
#include <rte_errno.h>
#include <rte_eth_ring.h>
#include <rte_ethdev.h>
#include <stdio.h>
#include <string.h>

#include "bench/rate/wire_private.h"

static int failed(const char *what)
{
    fprintf(stderr, "starling-bench: %s: %s\n", what, rte_strerror(rte_errno));
    return -1;
}

static struct rte_ring *create_ring(const char *way, uint16_t queue, uint32_t frames)
{
    char name[RTE_RING_NAMESIZE];
    snprintf(name, sizeof(name), "bench_%s_%u", way, queue);
    return rte_ring_create(name, frames, SOCKET_ID_ANY,
                           RING_F_SP_ENQ | RING_F_SC_DEQ | RING_F_EXACT_SZ);
}

static void free_ring(struct rte_ring *ring)
{
    void *m;
    while (ring != NULL && rte_ring_dequeue(ring, &m) == 0)
        rte_pktmbuf_free(m);
    rte_ring_free(ring);
}

/* A device that receives from one ring a queue and sends to another. */
static int open_end(struct sl_port *port, const char *name, struct rte_ring **in,
                    struct rte_ring **out, const struct bench_wire_config *config)
{
    struct rte_eth_conf conf;
    memset(&conf, 0, sizeof(conf));
    int id = rte_eth_from_rings(name, in, config->queues, out, config->queues, 0);
    if (id < 0)
        return failed("no ring device");
    port->ethdev_id = (uint16_t)id;
    port->queues = config->queues;
    port->mtu = 1500;
    int error = rte_eth_dev_configure(port->ethdev_id, config->queues, config->queues, &conf);
    for (uint16_t q = 0; error == 0 && q < config->queues; q++) {
        error = rte_eth_rx_queue_setup(port->ethdev_id, q, 0, (unsigned)SOCKET_ID_ANY, NULL,
                                       config->pool);
        if (error == 0)
            error = rte_eth_tx_queue_setup(port->ethdev_id, q, 0, (unsigned)SOCKET_ID_ANY, NULL);
    }
    if (error == 0)
        error = rte_eth_dev_start(port->ethdev_id);
    rte_errno = -error;
    return error == 0 ? 0 : failed("the ring device does not start");
}

static void close_end(const struct sl_port *port)
{
    struct rte_eth_dev_info info;
    if (port->queues == 0 || rte_eth_dev_info_get(port->ethdev_id, &info) != 0)
        return;
    rte_eth_dev_stop(port->ethdev_id);
    rte_eth_dev_close(port->ethdev_id);
    rte_dev_remove(info.device);
}

int bench_wire_rings_open(struct bench_wire *wire, const struct bench_wire_config *config)
{
    for (uint16_t q = 0; q < config->queues; q++) {
        wire->to_node[q] = create_ring("to", q, config->frames);
        wire->from_node[q] = create_ring("from", q, config->frames);
        if (wire->to_node[q] == NULL || wire->from_node[q] == NULL)
            return failed("no memory for the rings");
    }
    if (open_end(&wire->port, "bench", wire->to_node, wire->from_node, config) != 0 ||
        open_end(&wire->far_port, "bench_far", wire->from_node, wire->to_node, config) != 0)
        return -1;
    wire->port.mac = (struct rte_ether_addr){{2, 's', 'l', 0, 0, 1}};
    wire->far_port.mac = (struct rte_ether_addr){{2, 0, 0, 0, 1, 2}};
    return 0;
}

void bench_wire_rings_close(struct bench_wire *wire)
{
    close_end(&wire->port);
    close_end(&wire->far_port);
    for (unsigned q = 0; q < SL_WORKERS_MAX; q++) {
        free_ring(wire->to_node[q]);
        free_ring(wire->from_node[q]);
    }
}
