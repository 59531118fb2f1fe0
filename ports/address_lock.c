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

/* An abstract name begins with a zero byte and ends without one. */
struct name {
    struct sockaddr_un at;
    socklen_t bytes;
};

static struct name finish(struct name name, int bytes)
{
    name.bytes = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + (size_t)bytes);
    return name;
}

static struct name name_of(const struct sl_port_spec *port, uint32_t vlan,
                           const struct sl_endpoint *address)
{
    struct name name = {.at = {.sun_family = AF_UNIX}};
    return finish(name, snprintf(name.at.sun_path + 1, sizeof(name.at.sun_path) - 1,
                                 "starlingd %.15s.%u %s", port->device, vlan,
                                 sl_endpoint_text(address).text));
}

static struct name name_of_whole(const struct sl_port_spec *port)
{
    struct name name = {.at = {.sun_family = AF_UNIX}};
    return finish(name, snprintf(name.at.sun_path + 1, sizeof(name.at.sun_path) - 1,
                                 "starlingd %.15s", port->device));
}

struct holder {
    bool is_there;
    char who[48];
};

/* Connecting lets the holder know, too. */
static struct holder ask_holder(const struct name *name)
{
    struct holder h = {.who = "another process"};
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    h.is_there = fd >= 0 && (connect(fd, (const struct sockaddr *)&name->at, name->bytes) == 0 ||
                             errno == EAGAIN); /* its queue is full */
    pid_t pid = h.is_there ? peer_of(fd).pid : 0;
    if (pid != 0)
        snprintf(h.who, sizeof(h.who), "process %d", (int)pid);
    if (fd >= 0)
        close(fd);
    return h;
}

static int refuse(const struct sl_port_spec *port, const struct holder *holder,
                  const struct sl_endpoint *address)
{
    SL_LOG(SL_LOG_ERROR,
           "port %s: address conflict: %s on this host serves %s already: this node ends; end that "
           "one, or set another port.address",
           port->text, holder->who, sl_endpoint_text(address).text);
    return -EADDRINUSE;
}

static int refuse_whole(const struct sl_port_spec *port, const struct holder *holder)
{
    SL_LOG(SL_LOG_ERROR,
           "port %s: %s on this host uses interface %s, which one alone can have with AF_XDP: this "
           "node ends; end that one, or set another interface in port.spec",
           port->text, holder->who, port->device);
    return -EADDRINUSE;
}

/* Returns 0, -EADDRINUSE without a line of log, or -errno with one. */
static int take(struct sl_address_lock *lock, const struct sl_port_spec *port,
                const struct name *name)
{
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd >= 0 && bind(fd, (const struct sockaddr *)&name->at, name->bytes) == 0 &&
        listen(fd, BACKLOG) == 0) {
        lock->fd = fd;
        return 0;
    }
    int error = errno;
    if (fd >= 0)
        close(fd);
    if (error != EADDRINUSE)
        SL_LOG(SL_LOG_ERROR, "port %s: cannot lock the address: %s; are Unix sockets filtered?",
               port->text, strerror(error));
    return -error;
}

int sl_address_lock_take(struct sl_address_lock *lock, const struct sl_port_spec *port,
                         uint32_t vlan, const struct sl_endpoint *address)
{
    lock->fd = -1;
    if (port->kind != SL_PORT_AF_PACKET && port->kind != SL_PORT_AF_XDP)
        return 0;
    struct name name = name_of(port, vlan, address);
    int rc = take(lock, port, &name);
    if (rc != -EADDRINUSE)
        return rc;
    struct holder holder = ask_holder(&name);
    return refuse(port, &holder, address);
}

/* Whether a process serves an address on this interface: its socket has the name of a lock. */
static bool is_served(const struct sl_port_spec *port)
{
    char line[256], start[40];
    bool found = false;
    FILE *sockets = fopen("/proc/thread-self/net/unix", "re");
    snprintf(start, sizeof(start), "@starlingd %.15s.", port->device);
    while (sockets != NULL && !found && fgets(line, sizeof(line), sockets) != NULL)
        found = strstr(line, start) != NULL;
    if (sockets != NULL)
        fclose(sockets);
    return found;
}

int sl_address_lock_take_whole(struct sl_address_lock *lock, const struct sl_port_spec *port)
{
    lock->fd = -1;
    if (port->kind != SL_PORT_AF_PACKET && port->kind != SL_PORT_AF_XDP)
        return 0;
    struct name name = name_of_whole(port);
    struct holder holder = {.who = "another process"};
    int rc = port->kind == SL_PORT_AF_XDP ? take(lock, port, &name) : -EADDRINUSE;
    if (rc == -EADDRINUSE)
        holder = ask_holder(&name);
    if (rc == 0 && is_served(port)) {
        sl_address_lock_release(lock);
        rc = -EADDRINUSE;
    }
    if (port->kind == SL_PORT_AF_PACKET && !holder.is_there)
        return 0;
    return rc == -EADDRINUSE ? refuse_whole(port, &holder) : rc;
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
