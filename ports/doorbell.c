/* SPDX-License-Identifier: BSD-3-Clause */
#include "ports/doorbell.h"

#include <rte_ethdev.h>

#include "ports/driver_socket.h"

int sl_doorbell_find(uint16_t ethdev_id, const struct sl_port_spec *spec)
{
    int fd = 0;
    if (spec->kind == SL_PORT_TAP)
        fd = rte_eth_dev_rx_intr_ctl_q_get_fd(ethdev_id, 0);
    else
        sl_driver_sockets_find(spec, &fd, 1);
    return fd > 0 ? fd : 0;
}
