/* SPDX-License-Identifier: BSD-3-Clause */
#include "ports/spec.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "ports/interface.h"

struct answer {
    const struct sl_port_spec *spec;
    char *why;
    size_t bytes;
};

static __attribute__((format(printf, 3, 4))) int fail(const struct answer *a, int error,
                                                      const char *format, ...)
{
    int used = snprintf(a->why, a->bytes, "port %s: ", a->spec->text);
    if (used >= 0 && (size_t)used < a->bytes) {
        va_list arguments;
        va_start(arguments, format);
        vsnprintf(a->why + used, a->bytes - (size_t)used, format, arguments);
        va_end(arguments);
    }
    return -error;
}

static int check_interface(const struct answer *a)
{
    const char *name = a->spec->device;
    if (if_nametoindex(name) == 0)
        return fail(a, ENODEV, "no interface %s in this network namespace; see `ip link`", name);
    if (!sl_interface_has_ethernet(name))
        return fail(
            a, EINVAL,
            "interface %s carries no Ethernet frames (a loopback, a tunnel?); name one that "
            "does, see `ip link`",
            name);
    return 0;
}

static int check_socket(const struct answer *a, int family, const char *rights)
{
    int fd = socket(family, SOCK_RAW | SOCK_CLOEXEC, 0);
    if (fd >= 0) {
        close(fd);
        return 0;
    }
    int error = errno;
    if (error == EPERM)
        return fail(a, error, "no permission; run as root or with %s", rights);
    if (error == EAFNOSUPPORT)
        return fail(a, error, "this kernel has no such sockets; use another kind of port");
    return fail(a, error, "cannot open a raw socket: %s", strerror(error));
}

/* A persistent tap may exist and be free; one held by another process is found only by asking. */
static int check_tap_free(const struct answer *a, int fd)
{
    struct ifreq request = {0};
    memcpy(request.ifr_name, a->spec->device, strnlen(a->spec->device, IFNAMSIZ - 1));
    request.ifr_flags = IFF_TAP | IFF_NO_PI | IFF_MULTI_QUEUE;
    if (if_nametoindex(a->spec->device) == 0 || ioctl(fd, TUNSETIFF, &request) == 0)
        return 0;
    return fail(a, EBUSY, "interface %s is in use (%s); choose another name or remove it",
                a->spec->device, strerror(errno));
}

static int check_tap(const struct answer *a)
{
    int fd = open("/dev/net/tun", O_RDWR | O_CLOEXEC);
    if (fd < 0)
        return fail(a, errno, "cannot open /dev/net/tun (%s); load the tun module or run as root",
                    strerror(errno));
    int error = check_tap_free(a, fd);
    close(fd);
    if (error)
        return error;
    return check_socket(a, AF_PACKET, "CAP_NET_ADMIN and CAP_NET_RAW");
}

static int check_memif(const struct answer *a)
{
    char path[sizeof(a->spec->device)];
    memcpy(path, a->spec->device, sizeof(path));
    const char *folder = dirname(path);
    int server = strstr(a->spec->options, "role=server") != NULL;
    if (access(folder, server ? W_OK | X_OK : X_OK) == 0)
        return 0;
    return fail(a, errno, "folder %s: %s; the socket needs one that exists and is open to us",
                folder, strerror(errno));
}

/* Drivers that DPDK can poll while they stay bound to the kernel's (mlx), or that pass a device to
 * us. */
static int is_usable_driver(const char *driver)
{
    static const char *const usable[] = {"vfio-pci",  "uio_pci_generic", "igb_uio",
                                         "mlx4_core", "mlx5_core",       "hv_netvsc"};
    for (size_t i = 0; i < sizeof(usable) / sizeof(usable[0]); i++) {
        if (strcmp(driver, usable[i]) == 0)
            return 1;
    }
    return 0;
}

static int check_pci(const struct answer *a)
{
    const char *device = a->spec->device;
    char path[128], target[256];
    snprintf(path, sizeof(path), "/sys/bus/pci/devices/%s", device);
    if (access(path, F_OK) != 0)
        return fail(a, ENODEV, "no PCI device %s; see `lspci -D`", device);
    snprintf(path, sizeof(path), "/sys/bus/pci/devices/%s/driver", device);
    ssize_t length = readlink(path, target, sizeof(target) - 1);
    target[length < 0 ? 0 : length] = '\0';
    const char *driver = basename(target);
    if (length < 0 || !is_usable_driver(driver))
        return fail(a, EBUSY, "%s is bound to %s; run `dpdk-devbind.py -b vfio-pci %s`", device,
                    length < 0 ? "no driver" : driver, device);
    return 0;
}

/* A frame, the kernel's headroom and DPDK's heads of a buffer share a page of 4,096 bytes. */
#define XDP_PACKET_BYTES_MAX 3300
#define TAP_PACKET_BYTES_MAX 1500 /* the driver's */

static int check_longest(const struct answer *a, unsigned most)
{
    if (a->spec->packet_bytes <= most)
        return 0;
    return fail(a, EMSGSIZE,
                "this kind of port carries packets of at most %u bytes, not %u; lower frame_bytes "
                "and mtu or use af_packet",
                most, a->spec->packet_bytes);
}

/* What the operator gave the driver is the operator's, but must do. */
static int check_length(const struct answer *a)
{
    const struct sl_port_spec *spec = a->spec;
    const char *given = strstr(spec->options, "framesz=");
    if (spec->kind == SL_PORT_AF_XDP)
        return check_longest(a, XDP_PACKET_BYTES_MAX);
    if (spec->kind == SL_PORT_TAP)
        return check_longest(a, TAP_PACKET_BYTES_MAX);
    if (spec->kind == SL_PORT_AF_PACKET && given != NULL &&
        strtoul(given + strlen("framesz="), NULL, 10) < sl_port_spec_room(spec))
        return fail(a, EMSGSIZE, "framesz holds no packets of %u bytes; leave it out or set %u",
                    spec->packet_bytes, sl_port_spec_room(spec));
    return 0;
}

int sl_port_spec_check(const struct sl_port_spec *spec, char *why, size_t why_bytes)
{
    const struct answer a = {spec, why, why_bytes};
    int error = check_length(&a);
    if (error)
        return error;
    switch (spec->kind) {
    case SL_PORT_PCI:
        return check_pci(&a);
    case SL_PORT_AF_PACKET:
        error = check_interface(&a);
        return error ? error : check_socket(&a, AF_PACKET, "CAP_NET_RAW");
    case SL_PORT_AF_XDP:
        error = check_interface(&a);
        return error ? error : check_socket(&a, AF_XDP, "CAP_NET_ADMIN, CAP_NET_RAW and CAP_BPF");
    case SL_PORT_TAP:
        return check_tap(&a);
    case SL_PORT_MEMIF:
        return check_memif(&a);
    case SL_PORT_RING:
        return 0;
    }
    return -EINVAL;
}
