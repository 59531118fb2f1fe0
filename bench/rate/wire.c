/* SPDX-License-Identifier: BSD-3-Clause */
#include "bench/rate/wire.h"

#include <rte_ethdev.h>
#include <string.h>

#include "bench/rate/wire_private.h"

int bench_wire_open(struct bench_wire *wire, const struct bench_wire_config *config)
{
    memset(wire, 0, sizeof(*wire));
    wire->ends = config->ends;
    return config->ends != NULL ? bench_wire_ports_open(wire, config)
                                : bench_wire_rings_open(wire, config);
}

void bench_wire_close(struct bench_wire *wire)
{
    if (wire->ends != NULL)
        bench_wire_ports_close(wire);
    else
        bench_wire_rings_close(wire);
    memset(wire, 0, sizeof(*wire));
}

uint32_t bench_wire_give(const struct bench_wire *wire, uint16_t queue, struct rte_mbuf **packets,
                         uint32_t count)
{
    uint32_t sent = rte_eth_tx_burst(wire->far_port.ethdev_id, queue, packets, (uint16_t)count);
    if (sent < count)
        rte_pktmbuf_free_bulk(packets + sent, count - sent);
    return sent;
}

uint32_t bench_wire_take(const struct bench_wire *wire, uint16_t queue, struct rte_mbuf **packets,
                         uint32_t count)
{
    return rte_eth_rx_burst(wire->far_port.ethdev_id, queue, packets, (uint16_t)count);
}
