/* SPDX-License-Identifier: BSD-3-Clause */
#include "bench/rate/wire.h"

#include <rte_dev.h>
#include <rte_errno.h>
#include <rte_eth_ring.h>
#include <rte_ethdev.h>
#include <rte_mbuf.h>
#include <stdio.h>
#include <string.h>

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

static int start(struct bench_wire *wire, uint16_t queues, struct rte_mempool *pool)
{
    struct rte_eth_conf conf;
    memset(&conf, 0, sizeof(conf));
    int id = rte_eth_from_rings("bench", wire->to_node, queues, wire->from_node, queues, 0);
    if (id < 0)
        return failed("no ring device");
    wire->port.ethdev_id = (uint16_t)id;
    wire->port.queues = queues;
    wire->port.mtu = 1500;
    wire->port.mac = (struct rte_ether_addr){{2, 's', 'l', 0, 0, 1}};
    int error = rte_eth_dev_configure(wire->port.ethdev_id, queues, queues, &conf);
    for (uint16_t q = 0; error == 0 && q < queues; q++) {
        error =
            rte_eth_rx_queue_setup(wire->port.ethdev_id, q, 0, (unsigned)SOCKET_ID_ANY, NULL, pool);
        if (error == 0)
            error =
                rte_eth_tx_queue_setup(wire->port.ethdev_id, q, 0, (unsigned)SOCKET_ID_ANY, NULL);
    }
    if (error == 0)
        error = rte_eth_dev_start(wire->port.ethdev_id);
    rte_errno = -error;
    return error == 0 ? 0 : failed("the ring device does not start");
}

int bench_wire_open(struct bench_wire *wire, uint16_t queues, uint32_t frames,
                    struct rte_mempool *pool)
{
    memset(wire, 0, sizeof(*wire));
    for (uint16_t q = 0; q < queues; q++) {
        wire->to_node[q] = create_ring("to", q, frames);
        wire->from_node[q] = create_ring("from", q, frames);
        if (wire->to_node[q] == NULL || wire->from_node[q] == NULL)
            return failed("no memory for the rings");
    }
    return start(wire, queues, pool);
}

void bench_wire_close(struct bench_wire *wire)
{
    struct rte_eth_dev_info info;
    if (wire->port.queues > 0 && rte_eth_dev_info_get(wire->port.ethdev_id, &info) == 0) {
        rte_eth_dev_stop(wire->port.ethdev_id);
        rte_eth_dev_close(wire->port.ethdev_id);
        rte_dev_remove(info.device);
    }
    for (unsigned q = 0; q < SL_WORKERS_MAX; q++) {
        free_ring(wire->to_node[q]);
        free_ring(wire->from_node[q]);
    }
    memset(wire, 0, sizeof(*wire));
}
