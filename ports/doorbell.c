/* SPDX-License-Identifier: BSD-3-Clause */
#include "ports/doorbell.h"

#include <dirent.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <rte_ethdev.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/socket.h>

static bool is_of_family(int fd, int family)
{
    int domain = AF_UNSPEC;
    socklen_t bytes = sizeof(domain);
    return getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &domain, &bytes) == 0 && domain == family;
}

static bool is_bound_to(int fd, const char *interface)
{
    struct sockaddr_ll address;
    socklen_t bytes = sizeof(address);
    return getsockname(fd, (struct sockaddr *)&address, &bytes) == 0 &&
           address.sll_ifindex == (int)if_nametoindex(interface);
}

static bool rings(int fd, const struct sl_port_spec *spec)
{
    if (spec->kind == SL_PORT_AF_XDP)
        return is_of_family(fd, AF_XDP);
    return is_of_family(fd, AF_PACKET) && is_bound_to(fd, spec->device);
}

static int find_socket(const struct sl_port_spec *spec)
{
    int found = 0;
    DIR *open_files = opendir("/proc/self/fd");
    if (open_files == NULL)
        return 0;
    for (struct dirent *e = readdir(open_files); e != NULL && found == 0; e = readdir(open_files)) {
        int fd = atoi(e->d_name);
        found = rings(fd, spec) ? fd : 0;
    }
    closedir(open_files);
    return found;
}

int sl_doorbell_find(uint16_t ethdev_id, const struct sl_port_spec *spec)
{
    if (spec->kind == SL_PORT_AF_PACKET || spec->kind == SL_PORT_AF_XDP)
        return find_socket(spec);
    if (spec->kind != SL_PORT_TAP)
        return 0;
    int fd = rte_eth_dev_rx_intr_ctl_q_get_fd(ethdev_id, 0);
    return fd > 0 ? fd : 0;
}
