/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* The `ring` kind: a device of DPDK rings, queue i's TX looped to its RX. Internal to port.c. */
#include "ports/port.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Sets ethdev_id and ring[]. Returns 0 or -errno after logging. */
int sl_port_ring_create(struct sl_port *port, const struct sl_port_config *config);

/* Frees the packets that are still in the rings, the rings and the stopped device. */
void sl_port_ring_destroy(struct sl_port *port);

/* The driver has no address; ours is locally administered and tells two ring ports apart. */
void sl_port_ring_mac(struct sl_port *port);

#ifdef __cplusplus
}
#endif
