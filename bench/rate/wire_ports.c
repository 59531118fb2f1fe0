/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <rte_alarm.h>
#include <rte_cycles.h>
#include <rte_dev.h>
#include <rte_errno.h>
#include <rte_ethdev.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#include "bench/rate/wire_private.h"
#include "dataplane/packet.h"
#include "lib/limits.h"

#define PARTING_MS 1000
#define LINK_MS    10000 /* a NIC's negotiation takes some seconds */

/* Not left to EAL's start: a run of several results opens and closes its ports for each. */
static int plug(const struct sl_port_spec *spec)
{
    char argument[512];
    int error = sl_port_spec_eal_argument(spec, 1, argument, sizeof(argument));
    if (error == 0)
        error = rte_dev_probe(strchr(argument, '=') + 1);
    if (error == 0 || error == -EEXIST)
        return 0;
    fprintf(stderr, "starling-bench: port %s: DPDK has no such device: %s\n", spec->text,
            rte_strerror(-error));
    return -1;
}

static int open_end(struct sl_port *port, const struct sl_port_spec *spec, struct rte_mempool *pool)
{
    struct sl_port_config config = {.spec = *spec,
                                    .queues = 1,
                                    .tx_descriptors = BENCH_WIRE_FAR_SENT,
                                    .udp_port = SL_UDP_PORT,
                                    .pool = {pool}};
    if (plug(spec) == 0 && sl_port_open(port, &config) == 0)
        return 0;
    port->queues = 0; /* it is not open */
    return -1;
}

static void close_end(struct sl_port *port)
{
    struct rte_eth_dev_info info;
    if (port->queues == 0 || rte_eth_dev_info_get(port->ethdev_id, &info) != 0)
        return;
    sl_port_close(port);
    rte_dev_remove(info.device);
}

static int await_link(const struct bench_wire *wire)
{
    const struct bench_ends *ends = wire->ends;
    for (int ms = 0; ms < LINK_MS; ms++) {
        if (sl_port_link(&wire->port) == SL_LINK_UP && sl_port_link(&wire->far_port) == SL_LINK_UP)
            return 0;
        rte_delay_us_sleep(1000);
    }
    fprintf(stderr,
            "starling-bench: no link between %s and %s after %d s: are they ends of one wire?\n",
            ends->port.text, ends->far_port.text, LINK_MS / 1000);
    return -1;
}

int bench_wire_ports_open(struct bench_wire *wire, const struct bench_wire_config *config)
{
    const struct bench_ends *ends = wire->ends;
    wire->far_pool = sl_packet_pool_create("far", BENCH_WIRE_FAR_PACKETS, 0, SOCKET_ID_ANY);
    if (wire->far_pool == NULL) {
        fprintf(stderr, "starling-bench: no memory for the far port's packets: %s\n",
                rte_strerror(rte_errno));
        return -1;
    }
    bool far_first = bench_ends_far_first(ends);
    if (far_first && open_end(&wire->far_port, &ends->far_port, wire->far_pool) != 0)
        return -1;
    if (open_end(&wire->port, &ends->port, config->pool) != 0)
        return -1;
    if (!far_first && open_end(&wire->far_port, &ends->far_port, wire->far_pool) != 0)
        return -1;
    return await_link(wire);
}

static void note_turn(void *turn)
{
    atomic_store((atomic_bool *)turn, true);
}

/* EAL's interrupt thread learns that memif's other end has left and takes the connection down; a
   port that is closed meanwhile is freed twice. An alarm is served by that thread, too: after it.
 */
static void await_parting(const struct sl_port *port)
{
    atomic_bool turn = false;
    for (int ms = 0; ms < PARTING_MS && sl_port_link(port) == SL_LINK_UP; ms++)
        rte_delay_us_sleep(1000);
    if (rte_eal_alarm_set(1, note_turn, &turn) != 0)
        return;
    while (!atomic_load(&turn))
        rte_delay_us_sleep(100);
}

void bench_wire_ports_close(struct bench_wire *wire)
{
    close_end(&wire->far_port);
    if (wire->ends->port.kind == SL_PORT_MEMIF && wire->port.queues > 0)
        await_parting(&wire->port);
    close_end(&wire->port);
    rte_mempool_free(wire->far_pool);
}
