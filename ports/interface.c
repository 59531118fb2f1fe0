/* SPDX-License-Identifier: BSD-3-Clause */
#include "ports/interface.h"

#include <errno.h>
#include <linux/ethtool.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <net/if_arp.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

static int ask(const char *name, unsigned long what, struct ifreq *request)
{
    memcpy(request->ifr_name, name, strnlen(name, IFNAMSIZ - 1));
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return -1;
    int result = ioctl(fd, what, request);
    int error = errno;
    close(fd);
    errno = error;
    return result;
}

uint16_t sl_interface_mtu(const char *name)
{
    struct ifreq request;
    memset(&request, 0, sizeof(request));
    if (ask(name, SIOCGIFMTU, &request) != 0 || request.ifr_mtu > UINT16_MAX)
        return 0;
    return (uint16_t)request.ifr_mtu;
}

int sl_interface_set_mtu(const char *name, uint16_t mtu)
{
    struct ifreq request;
    memset(&request, 0, sizeof(request));
    request.ifr_mtu = mtu;
    return ask(name, SIOCSIFMTU, &request) == 0 ? 0 : -errno;
}

bool sl_interface_has_ethernet(const char *name)
{
    struct ifreq request;
    memset(&request, 0, sizeof(request));
    return ask(name, SIOCGIFHWADDR, &request) != 0 || request.ifr_hwaddr.sa_family == ARPHRD_ETHER;
}

uint32_t sl_interface_receive_queues(const char *name)
{
    struct ethtool_channels channels;
    struct ifreq request;
    memset(&channels, 0, sizeof(channels));
    memset(&request, 0, sizeof(request));
    channels.cmd = ETHTOOL_GCHANNELS;
    request.ifr_data = (char *)&channels;
    if (ask(name, SIOCETHTOOL, &request) != 0)
        return 0;
    return channels.rx_count + channels.combined_count;
}
