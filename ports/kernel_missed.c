/* SPDX-License-Identifier: BSD-3-Clause */
#include "ports/kernel_missed.h"

#include <fcntl.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "ports/driver_socket.h"

static uint64_t packet_take(int fd)
{
    struct tpacket_stats stats; /* reading it sets it back to 0 */
    socklen_t bytes = sizeof(stats);
    return getsockopt(fd, SOL_PACKET, PACKET_STATISTICS, &stats, &bytes) == 0 ? stats.tp_drops : 0;
}

static uint64_t file_number(int fd)
{
    char text[32];
    ssize_t bytes = pread(fd, text, sizeof(text) - 1, 0);
    if (bytes <= 0)
        return 0;
    text[bytes] = '\0';
    return strtoull(text, NULL, 10);
}

static int interface_file(const char *interface, const char *which)
{
    char path[128];
    snprintf(path, sizeof(path), "/sys/class/net/%s/%s", interface, which);
    return open(path, O_RDONLY | O_CLOEXEC);
}

/* What we receive, the kernel sends. /sys may show another network namespace than ours. */
static int tap_dropped(const char *interface)
{
    int fd = interface_file(interface, "ifindex");
    uint64_t index = fd >= 0 ? file_number(fd) : 0;
    if (fd >= 0)
        close(fd);
    if (index == 0 || index != if_nametoindex(interface))
        return -1;
    return interface_file(interface, "statistics/tx_dropped");
}

void sl_kernel_missed_start(struct sl_kernel_missed *m, const struct sl_port_spec *spec)
{
    memset(m, 0, sizeof(*m));
    m->kind = spec->kind;
    if (spec->kind == SL_PORT_AF_PACKET)
        m->count = sl_driver_sockets_find(spec, m->fd, SL_WORKERS_MAX);
    if (spec->kind != SL_PORT_TAP)
        return;
    m->fd[0] = tap_dropped(spec->device);
    m->count = m->fd[0] >= 0 ? 1 : 0;
    m->before = m->count > 0 ? file_number(m->fd[0]) : 0;
}

static uint64_t take_all(const struct sl_kernel_missed *m)
{
    uint64_t taken = 0;
    for (unsigned i = 0; i < m->count; i++)
        taken += packet_take(m->fd[i]);
    return taken;
}

uint64_t sl_kernel_missed_read(struct sl_kernel_missed *m)
{
    if (m->count == 0)
        return 0;
    if (m->kind == SL_PORT_AF_PACKET)
        return __atomic_add_fetch(&m->taken, take_all(m), __ATOMIC_RELAXED);
    uint64_t now = file_number(m->fd[0]);
    return now > m->before ? now - m->before : 0;
}

void sl_kernel_missed_stop(struct sl_kernel_missed *m)
{
    if (m->kind == SL_PORT_TAP && m->count > 0)
        close(m->fd[0]);
    m->count = 0;
}
