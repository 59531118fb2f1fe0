/* SPDX-License-Identifier: BSD-3-Clause */
#include "bench/rate/sink.h"

#include <rte_dev.h>
#include <rte_errno.h>
#include <rte_ethdev.h>
#include <stdio.h>
#include <string.h>

#define DEVICE "net_null_bench"

static int failed(int error, const char *what)
{
    fprintf(stderr, "starling-bench: %s: %s\n", what, rte_strerror(-error));
    return -1;
}

static int start(uint16_t id, uint16_t queues, struct rte_mempool *pool)
{
    struct rte_eth_conf conf;
    memset(&conf, 0, sizeof(conf));
    int error = rte_eth_dev_configure(id, queues, queues, &conf);
    for (uint16_t q = 0; error == 0 && q < queues; q++) {
        error = rte_eth_rx_queue_setup(id, q, 0, (unsigned)SOCKET_ID_ANY, NULL, pool);
        if (error == 0)
            error = rte_eth_tx_queue_setup(id, q, 0, (unsigned)SOCKET_ID_ANY, NULL);
    }
    return error == 0 ? rte_eth_dev_start(id) : error;
}

int bench_sink_open(uint16_t *ethdev_id, uint16_t queues, struct rte_mempool *pool)
{
    int error = rte_eal_hotplug_add("vdev", DEVICE, "");
    if (error == 0)
        error = rte_eth_dev_get_port_by_name(DEVICE, ethdev_id);
    if (error != 0)
        return failed(error, "no null device (is DPDK's driver net_null installed?)");
    error = start(*ethdev_id, queues, pool);
    if (error == 0)
        return 0;
    bench_sink_close(*ethdev_id);
    return failed(error, "the null device does not start");
}

void bench_sink_close(uint16_t ethdev_id)
{
    rte_eth_dev_stop(ethdev_id);
    rte_eth_dev_close(ethdev_id);
    rte_eal_hotplug_remove("vdev", DEVICE);
}
