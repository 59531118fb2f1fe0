/* SPDX-License-Identifier: BSD-3-Clause */
#include "bench/rate/ends.h"

#include <stdio.h>
#include <string.h>

static int refuse(const char *option, const char *text, const char *why)
{
    fprintf(stderr, "starling-bench: %s %s: %s\n", option, text, why);
    return -1;
}

static bool is_server(const struct sl_port_spec *spec)
{
    return strstr(spec->options, "role=server") != NULL;
}

/* What is wrong with the far port as this port's other end; NULL: nothing. */
static const char *check_pair(const struct bench_ends *ends)
{
    const struct sl_port_spec *port = &ends->port, *far_port = &ends->far_port;
    bool same_device = port->kind == far_port->kind && strcmp(port->device, far_port->device) == 0;
    if (far_port->kind == SL_PORT_RING)
        return "expected a port that is joined to --port; a ring has no other end";
    if ((port->kind == SL_PORT_MEMIF) != (far_port->kind == SL_PORT_MEMIF))
        return "expected both or none to be memif";
    if (port->kind != SL_PORT_MEMIF)
        return same_device ? "expected another device than --port" : NULL;
    if (!same_device || is_server(port) == is_server(far_port))
        return "expected --port's socket, with role=server on one of the two";
    return NULL;
}

int bench_ends_read(struct bench_ends *ends, const char *port, const char *far_port)
{
    char why[256];
    if (sl_port_spec_parse(port, &ends->port, why, sizeof(why)) != 0)
        return refuse("--port", port, why);
    if (far_port == NULL)
        return refuse(
            "--port", port,
            "expected --far-port as well, the other end of the wire, as of a veth pair, a "
            "memif socket or a cable; for a node in another process or machine use "
            "`starling-bench generate`");
    if (sl_port_spec_parse(far_port, &ends->far_port, why, sizeof(why)) != 0)
        return refuse("--far-port", far_port, why);
    const char *wrong = check_pair(ends);
    if (wrong != NULL)
        return refuse("--far-port", far_port, wrong);
    if (sl_port_spec_check(&ends->port, why, sizeof(why)) != 0)
        return refuse("--port", port, why);
    if (sl_port_spec_check(&ends->far_port, why, sizeof(why)) != 0)
        return refuse("--far-port", far_port, why);
    ends->far_port.number = ends->port.kind == ends->far_port.kind ? 1 : 0;
    return 0;
}

bool bench_ends_far_first(const struct bench_ends *ends)
{
    return is_server(&ends->far_port);
}
