/* SPDX-License-Identifier: BSD-3-Clause */
#include "dataplane/port_keeper.h"

#include "ports/log.h"

int sl_port_keeper_open(struct sl_port_keeper *k, const struct sl_options *options,
                        struct sl_station *station, struct sl_runtime *runtime)
{
    *k = (struct sl_port_keeper){
        .options = options, .station = station, .runtime = runtime, .told = SL_LINK_UP};
    int rc = sl_link_watch_open(&k->watch, &options->port);
    if (rc == 0)
        sl_link_watch_start(&k->watch, &runtime->port);
    return rc;
}

int sl_port_keeper_fd(const struct sl_port_keeper *k)
{
    return k->watch.fd;
}

static void keeper_tell(struct sl_port_keeper *k)
{
    const char *port = k->options->port.text, *device = k->options->port.device;
    enum sl_link link = sl_port_link(&k->runtime->port);
    if (link == k->told)
        return;
    k->told = link;
    if (link == SL_LINK_GONE)
        SL_LOG(SL_LOG_WARNING,
               "port %s: interface %s was deleted; this node is cut off, and opens the port again "
               "as soon as there is one of that name",
               port, device);
    else if (link == SL_LINK_DOWN)
        SL_LOG(SL_LOG_WARNING,
               "port %s: the link is down; this node is cut off and accuses nobody meanwhile; see "
               "`ip link show %s`, the cable and the switch",
               port, device);
    else
        SL_LOG(SL_LOG_NOTICE, "port %s: the link is up", port);
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
    int rc = sl_station_reopen(k->station, k->options);
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
    return keeper_can_reopen(k) ? keeper_reopen(k) : 0;
}

void sl_port_keeper_close(struct sl_port_keeper *k)
{
    sl_link_watch_close(&k->watch);
}
