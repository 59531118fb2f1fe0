/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * What the kernel says of the interface that a port stands on (rtnetlink): carrier gone, interface
 * deleted, another one made under its name. DPDK's drivers on kernel interfaces report none of it.
 * Control thread.
 */
#include <net/if.h>
#include <stdbool.h>

#include "ports/port.h"

#ifdef __cplusplus
extern "C" {
#endif

struct sl_link_watch {
    int fd; /* netlink socket; -1: the port's driver tells by itself */
    char interface[IF_NAMESIZE];
    unsigned index; /* of the interface that the port was opened on */
    struct rte_ether_addr mac;
    bool mac_is_ours;       /* the port receives under the interface's; a tap has one beside it */
    bool gone;              /* that one was deleted, or moved to another network namespace */
    bool addresses_changed; /* since the flag was cleared: those that the kernel has there */
    bool replaced; /* another interface has the name and is up, or this one has another MAC */
};

/* Before the port opens, so that no change is missed. 0, or -errno after logging one line; -1 stays
   in `fd` for a kind of port that stands on no kernel interface. */
int sl_link_watch_open(struct sl_link_watch *watch, const struct sl_port_spec *spec);

/* After the port was opened (anew): this is the interface that counts. */
void sl_link_watch_start(struct sl_link_watch *watch, struct sl_port *port);

/* Reads what the kernel has to say, if `fd` is readable, and notes it in the port. */
void sl_link_watch_run(struct sl_link_watch *watch, struct sl_port *port);

void sl_link_watch_close(struct sl_link_watch *watch);

#ifdef __cplusplus
}
#endif
