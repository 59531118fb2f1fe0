/* SPDX-License-Identifier: BSD-3-Clause */
#include "ports/address_lock.h"

#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "ports/endpoint_text.h"
#include "ports/log.h"

#define BACKLOG 4

static struct ucred peer_of(int fd)
{
    struct ucred peer = {0};
    socklen_t bytes = sizeof(peer);
    getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &bytes);
    return peer;
}

/* Returns the address's length; an abstract name begins with a zero byte and ends without one. */
static socklen_t name_of(struct sockaddr_un *name, const struct sl_port_spec *port, uint32_t vlan,
                         const struct sl_endpoint *address)
{
    *name = (struct sockaddr_un){.sun_family = AF_UNIX};
    int bytes = snprintf(name->sun_path + 1, sizeof(name->sun_path) - 1, "starlingd %.15s.%u %s",
                         port->device, vlan, sl_endpoint_text(address).text);
    return (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + (size_t)bytes);
}

/* Connecting lets the holder know, too. */
static int refuse(const struct sl_port_spec *port, const struct sl_endpoint *address,
                  const struct sockaddr_un *name, socklen_t bytes)
{
    char who[48] = "another process";
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd >= 0 && connect(fd, (const struct sockaddr *)name, bytes) == 0)
        snprintf(who, sizeof(who), "process %d", (int)peer_of(fd).pid);
    if (fd >= 0)
        close(fd);
    SL_LOG(SL_LOG_ERROR,
           "port %s: address conflict: %s on this host serves %s already: this node ends; end that "
           "one, or set another port.address",
           port->text, who, sl_endpoint_text(address).text);
    return -EADDRINUSE;
}

int sl_address_lock_take(struct sl_address_lock *lock, const struct sl_port_spec *port,
                         uint32_t vlan, const struct sl_endpoint *address)
{
    struct sockaddr_un name;
    socklen_t bytes = name_of(&name, port, vlan, address);
    lock->fd = -1;
    if (port->kind != SL_PORT_AF_PACKET && port->kind != SL_PORT_AF_XDP)
        return 0;
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    bool held =
        fd >= 0 && bind(fd, (const struct sockaddr *)&name, bytes) == 0 && listen(fd, BACKLOG) == 0;
    int error = errno;
    if (held) {
        lock->fd = fd;
        return 0;
    }
    if (fd >= 0)
        close(fd);
    if (error == EADDRINUSE)
        return refuse(port, address, &name, bytes);
    SL_LOG(SL_LOG_ERROR, "port %s: cannot lock the address: %s; are Unix sockets filtered?",
           port->text, strerror(error));
    return -error;
}

pid_t sl_address_lock_refused(const struct sl_address_lock *lock)
{
    pid_t refused = 0;
    for (int i = 0; lock->fd >= 0 && i <= BACKLOG; i++) {
        int fd = accept4(lock->fd, NULL, NULL, SOCK_CLOEXEC);
        if (fd < 0)
            break;
        struct ucred peer = peer_of(fd);
        if (peer.uid == 0 || peer.uid == geteuid())
            refused = peer.pid;
        close(fd);
    }
    return refused;
}

void sl_address_lock_release(struct sl_address_lock *lock)
{
    if (lock->fd >= 0)
        close(lock->fd);
    lock->fd = -1;
}
