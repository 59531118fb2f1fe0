/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * The sockets that DPDK's drivers on kernel interfaces receive by: the drivers show them to nobody,
 * but they are descriptors of this process. Internal to port.c's helpers. Control thread.
 */
#include "ports/spec.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Of a started device; they stay the driver's. Returns how many it found, at most `most`. 0 for a
   kind of port that has none. */
unsigned sl_driver_sockets_find(const struct sl_port_spec *spec, int *fds, unsigned most);

#ifdef __cplusplus
}
#endif
