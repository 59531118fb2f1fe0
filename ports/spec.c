/* SPDX-License-Identifier: BSD-3-Clause */
#include "ports/spec.h"

#include <ctype.h>
#include <errno.h>
#include <net/if.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "ports/slip.h"

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

/* Writes what was probably meant by a text whose kind is unknown; "" if nothing is near. */
static void suggest(const char *text, size_t kind_bytes, char *out, size_t out_bytes)
{
    struct sl_port_spec meant = {.kind = SL_PORT_PCI};
    char word[32] = "";
    uint32_t best = UINT32_MAX;
    *out = '\0';
    if (kind_bytes < sizeof(word))
        memcpy(word, text, kind_bytes);
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        uint32_t distance = sl_slip_distance(word, kinds[i].name);
        if (text[kind_bytes] == ':' && distance <= sl_slip_tolerance(word) && distance < best) {
            best = distance;
            snprintf(out, out_bytes, "did you mean %s%.64s? ", kinds[i].name, text + kind_bytes);
        }
    }
    if (best == UINT32_MAX &&
        copy_part(meant.device, sizeof(meant.device), text, strlen(text)) == 0)
        if (is_interface(text))
            snprintf(out, out_bytes, "did you mean af_packet:%s? ", text);
    if (complete_pci(&meant))
        snprintf(out, out_bytes, "did you mean pci:%s? ", meant.device);
}

static int refuse_kind(const char *text, size_t kind_bytes, char *why, size_t why_bytes)
{
    char meant[128];
    suggest(text, kind_bytes, meant, sizeof(meant));
    return refuse(why, why_bytes, "port \"%.64s\": unknown kind \"%.*s\"; %s" FORMS, text,
                  (int)(kind_bytes < 32 ? kind_bytes : 32), text, meant);
}

int sl_port_spec_parse(const char *text, struct sl_port_spec *spec, char *why, size_t why_bytes)
{
    memset(spec, 0, sizeof(*spec));
    size_t length = strlen(text);
    size_t kind = strcspn(text, ":,");
    if (!parse_kind(text, kind, &spec->kind))
        return refuse_kind(text, kind, why, why_bytes);

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
