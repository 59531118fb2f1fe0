/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* Facts of a kernel interface that DPDK's drivers on top of it do not pass on. Internal to the
 * port.
 */
#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* 0 if the kernel does not say. */
uint16_t sl_interface_mtu(const char *name);
/* 0 or -errno. */
int sl_interface_set_mtu(const char *name, uint16_t mtu);
/* Frames with MAC addresses, which loopback, tun and WireGuard have not. true if the kernel does
 * not say. */
bool sl_interface_has_ethernet(const char *name);
uint32_t sl_interface_receive_queues(const char *name);

#ifdef __cplusplus
}
#endif
