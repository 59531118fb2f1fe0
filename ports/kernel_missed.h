/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * Frames that the kernel dropped because a driver's ring or queue was full, where the driver does
 * not tell: af_packet's counts none, and tap's does not know what the kernel could not queue for
 * it. (af_xdp's asks the kernel by itself.) Internal to port.c. The control thread starts and
 * stops; any thread reads.
 */
#include <stdint.h>

#include "lib/limits.h"
#include "ports/spec.h"

#ifdef __cplusplus
extern "C" {
#endif

struct sl_kernel_missed {
    enum sl_port_kind kind;
    unsigned count;
    int fd[SL_WORKERS_MAX]; /* the driver's sockets; of a tap a file of its own */
    uint64_t before;        /* a tap: what had been dropped when the port was opened */
    uint64_t taken; /* af_packet: a read sets the kernel's number back to 0; the thread that read
                       adds it here, atomically */
};

/* Of a started device. For other kinds of port it counts nothing. */
void sl_kernel_missed_start(struct sl_kernel_missed *missed, const struct sl_port_spec *spec);

/* Frames since then. */
uint64_t sl_kernel_missed_read(struct sl_kernel_missed *missed);

void sl_kernel_missed_stop(struct sl_kernel_missed *missed);

#ifdef __cplusplus
}
#endif
