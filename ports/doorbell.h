/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * What a core that has nothing to do can wait on: the descriptor by which the kernel says that a
 * frame has come. DPDK's drivers on kernel interfaces poll and tell nobody of theirs (tap's does),
 * but it is one of this process. Internal to port.c. Control thread.
 */
#include <stdint.h>

#include "ports/spec.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Of a started device with one receive queue. It stays the driver's: poll() it for POLLIN, no
   more. 0: there is none. */
int sl_doorbell_find(uint16_t ethdev_id, const struct sl_port_spec *spec);

#ifdef __cplusplus
}
#endif
