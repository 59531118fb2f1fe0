/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * One process of a host serves an address on a kernel interface: two would both get all its frames,
 * under one MAC address, so that no question on the wire tells them apart. The lock is an abstract
 * Unix socket: it belongs to the network namespace, and the kernel frees it however its holder
 * ends. Control thread.
 */
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "lib/endpoint.h"
#include "ports/spec.h"

#ifdef __cplusplus
extern "C" {
#endif

struct sl_address_lock {
    int fd; /* -1: none is needed, as on devices that only one process can open */
};

/* 0; or -errno after logging one line, which names the process that has the lock: -EADDRINUSE. */
int sl_address_lock_take(struct sl_address_lock *lock, const struct sl_port_spec *port,
                         uint32_t vlan, const struct sl_endpoint *address);

/* The interface itself, before any address: a process on AF_XDP takes all frames, and a second one
   that only tries to open it cuts the first off. AF_PACKET holds nothing, but is refused beside
   AF_XDP. Returns as above. */
int sl_address_lock_take_whole(struct sl_address_lock *lock, const struct sl_port_spec *port);

/* A process that was refused since the last call, 0: none. Processes of other users than root and
   our own are passed over: anybody may connect. */
pid_t sl_address_lock_refused(const struct sl_address_lock *lock);

void sl_address_lock_release(struct sl_address_lock *lock);

#ifdef __cplusplus
}
#endif
