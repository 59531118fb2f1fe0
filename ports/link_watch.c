/* SPDX-License-Identifier: BSD-3-Clause */
#include "ports/link_watch.h"

#include <errno.h>
#include <linux/if.h>
#include <linux/rtnetlink.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "ports/log.h"

#define BUFFER_BYTES 32768 /* longer than any message that the kernel puts together */

/* Of one interface, as a message tells it. */
struct told {
    unsigned index;
    bool deleted, up, lower_up;
    const char *name;
    const struct rte_ether_addr *mac;
};

static bool stands_on_interface(const struct sl_port_spec *spec)
{
    return spec->kind == SL_PORT_AF_PACKET || spec->kind == SL_PORT_AF_XDP ||
           spec->kind == SL_PORT_TAP;
}

/* Asks for the state of all interfaces: the answer comes as news do. */
static int ask_all(int fd)
{
    struct {
        struct nlmsghdr header;
        struct ifinfomsg info;
    } request = {
        .header = {.nlmsg_len = sizeof(request),
                   .nlmsg_type = RTM_GETLINK,
                   .nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP},
        .info = {.ifi_family = AF_UNSPEC},
    };
    return send(fd, &request, sizeof(request), 0) == sizeof(request) ? 0 : -errno;
}

int sl_link_watch_open(struct sl_link_watch *w, const struct sl_port_spec *spec)
{
    struct sockaddr_nl address = {.nl_family = AF_NETLINK,
                                  .nl_groups =
                                      RTMGRP_LINK | RTMGRP_IPV4_IFADDR | RTMGRP_IPV6_IFADDR};
    memset(w, 0, sizeof(*w));
    w->fd = -1;
    if (!stands_on_interface(spec))
        return 0;
    w->mac_is_ours = spec->kind != SL_PORT_TAP;
    memcpy(w->interface, spec->device, strnlen(spec->device, sizeof(w->interface) - 1));
    w->fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_ROUTE);
    if (w->fd >= 0 && bind(w->fd, (struct sockaddr *)&address, sizeof(address)) == 0)
        return 0;
    int error = -errno;
    SL_LOG(SL_LOG_ERROR,
           "port %s: cannot ask the kernel for the link's state: %s; is netlink filtered?",
           spec->text, strerror(-error));
    sl_link_watch_close(w);
    return error;
}

void sl_link_watch_start(struct sl_link_watch *w, struct sl_port *port)
{
    if (w->fd < 0)
        return;
    w->index = if_nametoindex(w->interface);
    w->mac = (struct rte_ether_addr){{0}};
    w->gone = w->index == 0;
    w->replaced = false;
    w->addresses_changed = true;
    port->kernel_tells = true;
    __atomic_store_n(&port->kernel_link, w->gone ? SL_LINK_GONE : SL_LINK_UP, __ATOMIC_RELAXED);
    ask_all(w->fd);
    sl_link_watch_run(w, port); /* the answer is there when the question was sent */
}

/* A bridge, too, announces with these types what joins and leaves it. */
static bool is_of_interface(const struct nlmsghdr *header)
{
    const struct ifinfomsg *info = NLMSG_DATA(header);
    return (header->nlmsg_type == RTM_NEWLINK || header->nlmsg_type == RTM_DELLINK) &&
           info->ifi_family == AF_UNSPEC;
}

static void note_addresses(struct sl_link_watch *w, const struct nlmsghdr *header)
{
    const struct ifaddrmsg *info = NLMSG_DATA(header);
    if (header->nlmsg_type == RTM_NEWADDR || header->nlmsg_type == RTM_DELADDR)
        w->addresses_changed |= info->ifa_index == w->index;
}

static struct told read_message(const struct nlmsghdr *header)
{
    const struct ifinfomsg *info = NLMSG_DATA(header);
    struct told told = {
        .index = (unsigned)info->ifi_index,
        .deleted = header->nlmsg_type == RTM_DELLINK,
        .up = info->ifi_flags & IFF_UP,
        .lower_up = info->ifi_flags & IFF_LOWER_UP,
        .name = "",
    };
    ssize_t bytes = (ssize_t)IFLA_PAYLOAD(header);
    for (const struct rtattr *a = IFLA_RTA(info); RTA_OK(a, bytes); a = RTA_NEXT(a, bytes)) {
        if (a->rta_type == IFLA_IFNAME)
            told.name = RTA_DATA(a);
        else if (a->rta_type == IFLA_ADDRESS && RTA_PAYLOAD(a) == sizeof(*told.mac))
            told.mac = RTA_DATA(a);
    }
    return told;
}

/* Frames to a MAC that is no longer the interface's would reach nobody. */
static void note_mac(struct sl_link_watch *w, const struct rte_ether_addr *mac)
{
    if (mac == NULL || !w->mac_is_ours)
        return;
    if (rte_is_zero_ether_addr(&w->mac))
        w->mac = *mac;
    else
        w->replaced |= !rte_is_same_ether_addr(&w->mac, mac);
}

static void note(struct sl_link_watch *w, struct sl_port *port, const struct told *told)
{
    enum sl_link link = told->up && told->lower_up ? SL_LINK_UP : SL_LINK_DOWN;
    if (told->index != w->index) {
        w->replaced |=
            w->gone && !told->deleted && told->up && strcmp(told->name, w->interface) == 0;
        return;
    }
    if (told->deleted) {
        w->gone = true;
        link = SL_LINK_GONE;
    } else {
        note_mac(w, told->mac);
    }
    __atomic_store_n(&port->kernel_link, link, __ATOMIC_RELAXED);
}

/* News were lost: a dump brings what is, and this what is not. */
static void catch_up(struct sl_link_watch *w, struct sl_port *port)
{
    char name[IF_NAMESIZE];
    struct told told = {.index = w->index, .deleted = true};
    w->addresses_changed = true;
    if (if_indextoname(w->index, name) == NULL)
        note(w, port, &told);
    ask_all(w->fd);
}

void sl_link_watch_run(struct sl_link_watch *w, struct sl_port *port)
{
    _Alignas(struct nlmsghdr) char buffer[BUFFER_BYTES];
    while (w->fd >= 0) {
        ssize_t got = recv(w->fd, buffer, sizeof(buffer), 0);
        if (got < 0 && errno == ENOBUFS) {
            catch_up(w, port);
            continue;
        }
        if (got <= 0)
            return;
        for (const struct nlmsghdr *h = (const void *)buffer; NLMSG_OK(h, got);
             h = NLMSG_NEXT(h, got)) {
            note_addresses(w, h);
            if (!is_of_interface(h))
                continue;
            struct told told = read_message(h);
            note(w, port, &told);
        }
    }
}

void sl_link_watch_close(struct sl_link_watch *w)
{
    if (w->fd >= 0)
        close(w->fd);
    w->fd = -1;
}
