/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * Keeps a running node's port: reports when its link goes down and comes back, and who else claims
 * its address; opens it anew when the kernel's interface was deleted and made again. Control
 * thread.
 */
#include "dataplane/runtime.h"
#include "dataplane/station.h"
#include "dataplane/troubles.h"
#include "ports/link_watch.h"

#ifdef __cplusplus
extern "C" {
#endif

struct sl_port_keeper {
    const struct sl_options *options;
    struct sl_station *station;
    struct sl_runtime *runtime;
    struct sl_troubles *troubles;
    struct sl_link_watch watch;
    enum sl_link told;
    uint64_t told_rival; /* MAC */
};

/* Before the workers start. 0, or -errno after logging one line. */
int sl_port_keeper_open(struct sl_port_keeper *keeper, const struct sl_options *options,
                        struct sl_station *station, struct sl_runtime *runtime,
                        struct sl_troubles *troubles);

/* After the workers started: waits until they know whether our address is free, at most a second.
 */
void sl_port_keeper_settle(const struct sl_port_keeper *keeper);

/* Another node was first to use our address: this one must end. */
bool sl_port_keeper_address_taken(const struct sl_port_keeper *keeper);

/* Readable when sl_port_keeper_run() has something to do; -1: look now and then. */
int sl_port_keeper_fd(const struct sl_port_keeper *keeper);

/* 0, or -errno after logging one line: the port cannot be opened again, the workers stand still. */
int sl_port_keeper_run(struct sl_port_keeper *keeper);

void sl_port_keeper_close(struct sl_port_keeper *keeper);

#ifdef __cplusplus
}
#endif
