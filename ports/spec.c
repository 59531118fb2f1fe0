/* SPDX-License-Identifier: BSD-3-Clause */
#include "ports/spec.h"

#include <ctype.h>
#include <errno.h>
#include <net/if.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FORMS                                                                                \
    "write pci:0000:3b:00.0, af_packet:eth1, af_xdp:eth1, tap:starling0, memif:/run/x.sock " \
    "or ring, then ,option=value..."

static const struct {
    const char *name;
    enum sl_port_kind kind;
} kinds[] = {
    {"pci", SL_PORT_PCI}, {"af_packet", SL_PORT_AF_PACKET}, {"af_xdp", SL_PORT_AF_XDP},
    {"tap", SL_PORT_TAP}, {"memif", SL_PORT_MEMIF},         {"ring", SL_PORT_RING},
};

static bool parse_kind(const char *text, size_t bytes, enum sl_port_kind *kind)
{
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        if (strlen(kinds[i].name) == bytes && memcmp(kinds[i].name, text, bytes) == 0) {
            *kind = kinds[i].kind;
            return true;
        }
    }
    return false;
}

/* As the kernel's dev_valid_name(). */
static bool is_interface(const char *name)
{
    if (strlen(name) >= IFNAMSIZ || strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
        return false;
    for (const char *c = name; *c; c++) {
        if (*c == '/' || *c == ':' || !isgraph((unsigned char)*c))
            return false;
    }
    return name[0] != '\0';
}

/* Domain:bus:device.function; the domain may be left out, as lspci does. */
static bool complete_pci(struct sl_port_spec *spec)
{
    unsigned domain = 0, bus, device, function;
    int end = 0;
    int fields = sscanf(spec->device, "%4x:%2x:%2x.%1x%n", &domain, &bus, &device, &function, &end);
    if (fields != 4 || spec->device[end] != '\0') {
        domain = 0;
        fields = sscanf(spec->device, "%2x:%2x.%1x%n", &bus, &device, &function, &end);
        if (fields != 3 || spec->device[end] != '\0')
            return false;
    }
    if (device > 0x1f || function > 7)
        return false;
    snprintf(spec->device, sizeof(spec->device), "%04x:%02x:%02x.%x", domain & 0xffff, bus & 0xff,
             device, function);
    return true;
}

/* Returns what is wrong with the device, or NULL. */
static const char *check_device(struct sl_port_spec *spec)
{
    switch (spec->kind) {
    case SL_PORT_PCI:
        return complete_pci(spec) ? NULL : "no PCI address like 0000:3b:00.0";
    case SL_PORT_AF_PACKET:
    case SL_PORT_AF_XDP:
    case SL_PORT_TAP:
        return is_interface(spec->device) ? NULL : "no interface name (1 to 15 characters)";
    case SL_PORT_MEMIF:
        return spec->device[0] == '/' ? NULL : "no absolute socket path";
    case SL_PORT_RING:
        return spec->device[0] == '\0' ? NULL : "a ring has no device";
    }
    return "unknown kind";
}

/* key=value[,key=value...], each part at least a character. */
static bool are_options(const char *options)
{
    while (*options) {
        size_t key = strcspn(options, "=,");
        if (key == 0 || options[key] != '=')
            return false;
        options += key + 1;
        size_t value = strcspn(options, ",");
        if (value == 0)
            return false;
        options += value;
        if (*options == ',' && *++options == '\0')
            return false;
    }
    return true;
}

static int copy_part(char *out, size_t out_bytes, const char *from, size_t bytes)
{
    if (bytes >= out_bytes)
        return -EINVAL;
    memcpy(out, from, bytes);
    out[bytes] = '\0';
    return 0;
}

static __attribute__((format(printf, 3, 4))) int refuse(char *why, size_t why_bytes,
                                                        const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(why, why_bytes, format, arguments);
    va_end(arguments);
    return -EINVAL;
}

int sl_port_spec_parse(const char *text, struct sl_port_spec *spec, char *why, size_t why_bytes)
{
    memset(spec, 0, sizeof(*spec));
    size_t length = strlen(text);
    size_t kind = strcspn(text, ":,");
    if (!parse_kind(text, kind, &spec->kind))
        return refuse(why, why_bytes, "port \"%.64s\": unknown kind \"%.*s\"; " FORMS, text,
                      (int)(kind < 32 ? kind : 32), text);

    const char *device = text + kind + (text[kind] == ':');
    size_t device_bytes = strcspn(device, ",");
    const char *options = device + device_bytes;
    if (*options == ',' && *++options == '\0')
        return refuse(why, why_bytes, "port \"%.64s\": nothing after the comma; " FORMS, text);
    if (copy_part(spec->text, sizeof(spec->text), text, length) ||
        copy_part(spec->device, sizeof(spec->device), device, device_bytes) ||
        copy_part(spec->options, sizeof(spec->options), options, strlen(options)))
        return refuse(
            why, why_bytes,
            "port \"%.64s...\": too long; a device has at most %zu characters, options %zu", text,
            sizeof(spec->device) - 1, sizeof(spec->options) - 1);
    const char *wrong = check_device(spec);
    if (wrong)
        return refuse(why, why_bytes, "port \"%.64s\": \"%s\" is %s; " FORMS, text, spec->device,
                      wrong);
    if (!are_options(spec->options))
        return refuse(why, why_bytes,
                      "port \"%.64s\": options \"%.64s\" are not option=value; " FORMS, text,
                      spec->options);
    return 0;
}

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
