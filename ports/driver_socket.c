/* SPDX-License-Identifier: BSD-3-Clause */
#include "ports/driver_socket.h"

#include <dirent.h>
#include <linux/if_packet.h>
#include <net/if.h>
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

static bool receives(int fd, const struct sl_port_spec *spec)
{
    if (spec->kind == SL_PORT_AF_XDP)
        return is_of_family(fd, AF_XDP);
    return spec->kind == SL_PORT_AF_PACKET && is_of_family(fd, AF_PACKET) &&
           is_bound_to(fd, spec->device);
}

unsigned sl_driver_sockets_find(const struct sl_port_spec *spec, int *fds, unsigned most)
{
    unsigned found = 0;
    DIR *open_files = opendir("/proc/self/fd");
    if (open_files == NULL)
        return 0;
    for (struct dirent *e = readdir(open_files); e != NULL && found < most;
         e = readdir(open_files)) {
        int fd = atoi(e->d_name);
        if (receives(fd, spec))
            fds[found++] = fd;
    }
    closedir(open_files);
    return found;
}
