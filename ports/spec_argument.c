/* SPDX-License-Identifier: BSD-3-Clause */
/* What DPDK is told of a port: names, EAL arguments, room in buffers. */
#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ports/spec.h"

void sl_port_spec_device_name(const struct sl_port_spec *spec, char *out, size_t out_bytes)
{
    static const char *const drivers[] = {
        [SL_PORT_AF_PACKET] = "net_af_packet",
        [SL_PORT_AF_XDP] = "net_af_xdp",
        [SL_PORT_TAP] = "net_tap",
        [SL_PORT_MEMIF] = "net_memif",
    };
    if (spec->kind == SL_PORT_PCI || spec->kind == SL_PORT_RING)
        snprintf(out, out_bytes, "%s", spec->device);
    else
        snprintf(out, out_bytes, "%s%u", drivers[spec->kind], spec->number);
}

struct argument {
    char *out;
    size_t bytes, used;
};

static __attribute__((format(printf, 2, 3))) void append(struct argument *a, const char *format,
                                                         ...)
{
    if (a->used >= a->bytes)
        return;
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(a->out + a->used, a->bytes - a->used, format, arguments);
    va_end(arguments);
    a->used += length < 0 ? a->bytes : (size_t)length;
}

/* NULL: the operator did not give it. */
static const char *option_value(const struct sl_port_spec *spec, const char *key)
{
    size_t bytes = strlen(key);
    for (const char *o = spec->options; *o;) {
        if (strncmp(o, key, bytes) == 0 && o[bytes] == '=')
            return o + bytes + 1;
        o += strcspn(o, ",");
        o += *o == ',';
    }
    return NULL;
}

static bool has_option(const struct sl_port_spec *spec, const char *key)
{
    return option_value(spec, key) != NULL;
}

static unsigned option_number(const struct sl_port_spec *spec, const char *key)
{
    const char *value = option_value(spec, key);
    return value != NULL ? (unsigned)strtoul(value, NULL, 10) : 0;
}

/* Ours unless the operator gave one: drivers differ in which of two equal keys they take. */
static void append_default(struct argument *a, const struct sl_port_spec *spec, const char *key,
                           unsigned value)
{
    if (!has_option(spec, key))
        append(a, ",%s=%u", key, value);
}

#define PACKET_BYTES_DEFAULT 1500
#define LINK_BYTES           18 /* Ethernet and a VLAN tag */
/* The kernel puts its own header (TPACKET2_HDRLEN) and the gap up to the IP header before a frame.
 */
#define RING_HEADER_BYTES    96
#define RING_FRAME_BYTES     2048
#define RING_BLOCK_BYTES     4096 /* blocks are whole pages, and hold whole frames */
#define XDP_HEADROOM         256  /* what the kernel keeps before a frame (XDP_PACKET_HEADROOM) */

static unsigned packet_bytes(const struct sl_port_spec *spec)
{
    return spec->packet_bytes ? spec->packet_bytes : PACKET_BYTES_DEFAULT;
}

/* The driver drops what is longer, and counts it nowhere. */
static unsigned ring_frame_bytes(const struct sl_port_spec *spec)
{
    unsigned needed = packet_bytes(spec) + LINK_BYTES + RING_HEADER_BYTES;
    if (needed <= RING_FRAME_BYTES)
        return RING_FRAME_BYTES;
    return (needed + RING_BLOCK_BYTES - 1) / RING_BLOCK_BYTES * RING_BLOCK_BYTES;
}

unsigned sl_port_spec_room(const struct sl_port_spec *spec)
{
    unsigned room = packet_bytes(spec) + LINK_BYTES;
    if (spec->kind == SL_PORT_AF_PACKET) {
        unsigned ours = ring_frame_bytes(spec), given = option_number(spec, "framesz");
        return given > ours ? given : ours;
    }
    return spec->kind == SL_PORT_AF_XDP ? room + XDP_HEADROOM : room;
}

static void append_ring(struct argument *a, const struct sl_port_spec *spec)
{
    unsigned frame = ring_frame_bytes(spec);
    append_default(a, spec, "blocksz", frame < RING_BLOCK_BYTES ? RING_BLOCK_BYTES : frame);
    append_default(a, spec, "framesz", frame);
    append_default(a, spec, "framecnt", 1024);
}

static void append_device(struct argument *a, const struct sl_port_spec *spec, unsigned queues)
{
    char name[64];
    sl_port_spec_device_name(spec, name, sizeof(name));
    switch (spec->kind) {
    case SL_PORT_PCI:
        append(a, "--allow=%s", name);
        break;
    case SL_PORT_AF_PACKET:
        append(a, "--vdev=%s,iface=%s", name, spec->device);
        append_default(a, spec, "qpairs", queues);
        append_ring(a, spec);
        break;
    case SL_PORT_AF_XDP:
        append(a, "--vdev=%s,iface=%s", name, spec->device);
        append_default(a, spec, "start_queue", 0);
        append_default(a, spec, "queue_count", queues);
        break;
    case SL_PORT_TAP:
        append(a, "--vdev=%s,iface=%s", name, spec->device);
        break;
    case SL_PORT_MEMIF:
        append(a, "--vdev=%s,socket=%s", name, spec->device);
        if (!has_option(spec, "socket-abstract"))
            append(a,
                   ",socket-abstract=no"); /* the driver's default is no path in the file system */
        break;
    case SL_PORT_RING:
        break;
    }
}

int sl_port_spec_eal_argument(const struct sl_port_spec *spec, unsigned queues, char *out,
                              size_t out_bytes)
{
    struct argument a = {out, out_bytes, 0};
    append(&a, "%s", "");
    append_device(&a, spec, queues);
    if (spec->options[0] && spec->kind != SL_PORT_RING)
        append(&a, ",%s", spec->options);
    return a.used < out_bytes ? 0 : -ENAMETOOLONG;
}
