/* SPDX-License-Identifier: BSD-3-Clause */
#include "dataplane/port_keeper.h"

#include <time.h>

#include "ports/kernel_address.h"
#include "ports/log.h"
#include "ports/mac.h"

#define SETTLE_LOOK_NS   5000000l
#define SETTLE_LOOKS_MAX 200

int sl_port_keeper_open(struct sl_port_keeper *k, const struct sl_options *options,
                        struct sl_station *station, struct sl_runtime *runtime,
                        struct sl_troubles *troubles)
{
    *k = (struct sl_port_keeper){.options = options,
                                 .station = station,
                                 .runtime = runtime,
                                 .troubles = troubles,
                                 .told = SL_LINK_UP};
    int rc = sl_link_watch_open(&k->watch, &options->port);
    if (rc == 0)
        sl_link_watch_start(&k->watch, &runtime->port);
    return rc;
}

void sl_port_keeper_settle(const struct sl_port_keeper *k)
{
    const struct timespec pause = {0, SETTLE_LOOK_NS};
    for (unsigned i = 0; i < SETTLE_LOOKS_MAX; i++) {
        nanosleep(&pause, NULL);
        if (sl_neighbours_address(k->runtime->neighbours) != SL_ADDRESS_ASKING)
            return;
    }
}

bool sl_port_keeper_address_taken(const struct sl_port_keeper *k)
{
    return sl_neighbours_address(k->runtime->neighbours) == SL_ADDRESS_TAKEN;
}

static void keeper_tell_rival(struct sl_port_keeper *k)
{
    struct rte_ether_addr mac;
    uint64_t rival = 0;
    char text[SL_MAC_TEXT_BYTES];
    if (sl_neighbours_rival(k->runtime->neighbours, &mac))
        rival = sl_mac_pack(&mac);
    if (rival == k->told_rival)
        return;
    k->told_rival = rival;
    sl_mac_text(text, &mac);
    if (rival == 0)
        sl_troubles_clear(k->troubles, SL_TROUBLE_ADDRESS_CONFLICT, "");
    else if (!sl_port_keeper_address_taken(k))
        sl_troubles_raise(k->troubles, SL_TROUBLE_ADDRESS_CONFLICT, "", 0,
                          "give one of the two another (port.address)",
                          "port %s: address conflict: the host with MAC address %s claims or wants "
                          "this node's address too",
                          k->options->port.text, text);
    else
        SL_LOG(SL_LOG_ERROR,
               "port %s: address conflict: the host with MAC address %s uses this node's address "
               "already: this node ends; set another port.address",
               k->options->port.text, text);
}

int sl_port_keeper_fd(const struct sl_port_keeper *k)
{
    return k->watch.fd;
}

static bool has_kernel_addresses(const struct sl_port_keeper *k)
{
    enum sl_port_kind kind = k->options->port.kind; /* a tap's other end is the kernel's own */
    return kind == SL_PORT_AF_PACKET || kind == SL_PORT_AF_XDP;
}

static void keeper_tell_addresses(struct sl_port_keeper *k)
{
    const struct sl_options *o = k->options;
    struct sl_kernel_address found;
    if (!k->watch.addresses_changed || !has_kernel_addresses(k))
        return;
    k->watch.addresses_changed = false;
    if (sl_kernel_address_find(o->port.device, o->v4.set ? o->v4.address : NULL,
                               o->v6.set ? o->v6.address : NULL, &found))
        sl_troubles_raise(k->troubles, SL_TROUBLE_KERNEL_ADDRESS, "", 0,
                          "take it away (`ip addr flush`): the interface must be the node's alone",
                          "port %s: the kernel has %saddress %s on %s and answers beside this node",
                          o->port.text, found.is_the_nodes ? "this node's " : "", found.text,
                          o->port.device);
    else
        sl_troubles_clear(k->troubles, SL_TROUBLE_KERNEL_ADDRESS, "");
}

static void keeper_tell(struct sl_port_keeper *k)
{
    const char *port = k->options->port.text, *device = k->options->port.device;
    enum sl_link link = sl_port_link(&k->runtime->port);
    if (link == k->told)
        return;
    k->told = link;
    if (link == SL_LINK_GONE)
        sl_troubles_raise(k->troubles, SL_TROUBLE_LINK, "", 0,
                          "the port is opened again as soon as there is an interface of that name",
                          "port %s: interface %s was deleted, this node is cut off", port, device);
    else if (link == SL_LINK_DOWN)
        sl_troubles_raise(
            k->troubles, SL_TROUBLE_LINK, "", 0, "see `ip link`, the cable and the switch",
            "port %s: the link is down, this node is cut off and accuses nobody meanwhile", port);
    else
        sl_troubles_clear(k->troubles, SL_TROUBLE_LINK, "");
}

/* The kernel makes a tap only for its holder; another interface must be there and up first. */
static bool keeper_can_reopen(const struct sl_port_keeper *k)
{
    char why[SL_OPTIONS_WHY];
    if (!k->watch.replaced && !(k->watch.gone && k->options->port.kind == SL_PORT_TAP))
        return false;
    return sl_port_spec_check(&k->options->port, why, sizeof(why)) == 0;
}

static int keeper_reopen(struct sl_port_keeper *k)
{
    sl_runtime_stop(k->runtime);
    sl_runtime_drop_packets(k->runtime);
    uint64_t missed = sl_port_counts(&k->runtime->port).missed;
    int rc = sl_station_reopen(k->station, k->options, missed);
    if (rc != 0)
        return rc;
    sl_runtime_use_port(k->runtime, &k->station->port, &k->station->net);
    sl_link_watch_start(&k->watch, &k->runtime->port);
    SL_LOG(SL_LOG_NOTICE, "port %s: opened again, on interface %s with index %u",
           k->options->port.text, k->options->port.device, k->watch.index);
    return sl_runtime_launch(k->runtime);
}

int sl_port_keeper_run(struct sl_port_keeper *k)
{
    sl_link_watch_run(&k->watch, &k->runtime->port);
    keeper_tell(k);
    keeper_tell_rival(k);
    keeper_tell_addresses(k);
    return keeper_can_reopen(k) ? keeper_reopen(k) : 0;
}

void sl_port_keeper_close(struct sl_port_keeper *k)
{
    sl_link_watch_close(&k->watch);
}
