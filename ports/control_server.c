/* SPDX-License-Identifier: BSD-3-Clause */
#include "ports/control_server.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "ports/control_connection.h"
#include "ports/control_listen.h"
#include "ports/log.h"

#define READY_AT_ONCE    16
#define DEADLINE_TICK_MS 50

struct sl_control_server {
    const struct sl_node *node;
    struct sl_control_place place;
    struct sl_control_listener listener;
    uint64_t restore_ns; /* not before this */
    struct sl_control_patience patience;
    int epoll_fd, timer_fd;
    uint32_t tick_ms;                                              /* 0: the timer stands */
    struct sl_control_connection *clients[SL_CONTROL_CLIENTS_MAX]; /* NULL = free */
    struct sl_control_server_counts counts;
};

static void close_client(struct sl_control_server *server, struct sl_control_connection *client)
{
    for (uint32_t i = 0; i < SL_CONTROL_CLIENTS_MAX; i++) {
        if (server->clients[i] == client)
            server->clients[i] = NULL;
    }
    if (client->session.end == SL_CONTROL_END_PROTOCOL)
        server->counts.ended_protocol++;
    if (client->session.end == SL_CONTROL_END_SLOW) {
        server->counts.ended_slow++;
        SL_LOG(SL_LOG_WARNING,
               "control socket %s: a reader of events was too slow and was disconnected",
               server->listener.path);
    }
    /* close() alone does not end the watch while a process that has just been forked, and not yet
       run its own program, holds a copy of the descriptor. */
    epoll_ctl(server->epoll_fd, EPOLL_CTL_DEL, client->fd, NULL);
    close(client->fd);
    sl_control_session_close(&client->session);
    free(client);
}

static void serve(struct sl_control_server *server, struct sl_control_connection *client)
{
    uint32_t interest =
        sl_control_connection_serve(client, server->node, server->patience.unread_ms);
    if (interest == 0) {
        close_client(server, client);
        return;
    }
    if (interest == client->interest)
        return;
    struct epoll_event event = {.events = interest, .data.ptr = client};
    client->interest = interest;
    epoll_ctl(server->epoll_fd, EPOLL_CTL_MOD, client->fd, &event);
}

static void refuse_client(struct sl_control_server *server, int fd)
{
    struct sl_control_response full = {.status = EUSERS};
    server->counts.refused++;
    send(fd, &full, sizeof(full), MSG_NOSIGNAL | MSG_DONTWAIT);
    close(fd);
}

static void end_idle(struct sl_control_server *server, struct sl_control_connection *client)
{
    server->counts.ended_idle++;
    close_client(server, client);
}

/* A free place; if there is none, that of the oldest client without a hello. */
static uint32_t find_place(struct sl_control_server *server)
{
    uint32_t oldest = SL_CONTROL_CLIENTS_MAX;
    for (uint32_t i = 0; i < SL_CONTROL_CLIENTS_MAX; i++) {
        const struct sl_control_connection *client = server->clients[i];
        if (client == NULL)
            return i;
        if (!client->session.greeted &&
            (oldest == SL_CONTROL_CLIENTS_MAX ||
             client->deadline_ns < server->clients[oldest]->deadline_ns))
            oldest = i;
    }
    if (oldest < SL_CONTROL_CLIENTS_MAX)
        end_idle(server, server->clients[oldest]);
    return oldest;
}

static void accept_client(struct sl_control_server *server)
{
    int fd = accept4(server->listener.fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (fd < 0)
        return;
    uint32_t place = find_place(server);
    struct sl_control_connection *client =
        place < SL_CONTROL_CLIENTS_MAX ? calloc(1, sizeof(*client)) : NULL;
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = client};
    if (client == NULL || epoll_ctl(server->epoll_fd, EPOLL_CTL_ADD, fd, &event) != 0) {
        free(client);
        refuse_client(server, fd);
        return;
    }
    struct ucred peer = {.pid = 0};
    socklen_t peer_bytes = sizeof(peer);
    getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &peer_bytes);
    client->session.uid = peer.uid;
    client->session.pid = (uint32_t)peer.pid;
    client->fd = fd;
    client->interest = EPOLLIN;
    client->deadline_ns = sl_control_now_ns() + server->patience.hello_ms * 1000000ull;
    server->clients[place] = client;
    server->counts.accepted++;
}

static void tick(struct sl_control_server *server)
{
    uint64_t expirations;
    if (read(server->timer_fd, &expirations, sizeof(expirations)) < 0)
        return;
    uint64_t now = sl_control_now_ns();
    for (uint32_t i = 0; i < SL_CONTROL_CLIENTS_MAX; i++) {
        struct sl_control_connection *client = server->clients[i];
        if (client == NULL)
            continue;
        if (client->deadline_ns <= now) {
            end_idle(server, client);
        } else if (client->session.streaming) {
            sl_control_session_pump(&client->session, server->node);
            serve(server, client);
        }
    }
}

/* The timer runs only while a client waits for events, or the server for a client. */
static void set_ticking(struct sl_control_server *server)
{
    uint32_t wanted_ms = 0;
    for (uint32_t i = 0; i < SL_CONTROL_CLIENTS_MAX; i++) {
        const struct sl_control_connection *client = server->clients[i];
        if (client != NULL && client->session.streaming)
            wanted_ms = SL_CONTROL_EVENTS_MS;
        else if (client != NULL && client->deadline_ns != UINT64_MAX && wanted_ms == 0)
            wanted_ms = DEADLINE_TICK_MS;
    }
    if (wanted_ms == server->tick_ms)
        return;
    struct timespec period = {.tv_nsec = wanted_ms * 1000000l};
    struct itimerspec timer = {.it_interval = period, .it_value = period};
    timerfd_settime(server->timer_fd, 0, &timer, NULL);
    server->tick_ms = wanted_ms;
}

int sl_control_server_run(struct sl_control_server *server, int timeout_ms)
{
    struct epoll_event ready[READY_AT_ONCE];
    bool ticked = false, knocked = false;
    int count = epoll_wait(server->epoll_fd, ready, READY_AT_ONCE, timeout_ms);
    if (count < 0)
        return errno == EINTR ? 0 : -errno;
    for (int i = 0; i < count; i++) {
        if (ready[i].data.ptr == &server->listener)
            knocked = true;
        else if (ready[i].data.ptr == &server->timer_fd)
            ticked = true;
        else
            serve(server, ready[i].data.ptr);
    }
    /* Last, since both may close clients that were still to come in `ready`. */
    if (ticked)
        tick(server);
    if (knocked)
        accept_client(server);
    set_ticking(server);
    return 0;
}

static int watch(struct sl_control_server *server, int fd, void *what)
{
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = what};
    return epoll_ctl(server->epoll_fd, EPOLL_CTL_ADD, fd, &event);
}

static void restore(struct sl_control_server *server)
{
    struct sl_control_listener *old = &server->listener, fresh;
    if (sl_control_listen(&fresh, &server->place) != 0)
        return;
    fresh.made_directory |= old->made_directory;
    epoll_ctl(server->epoll_fd, EPOLL_CTL_DEL, old->fd, NULL);
    close(old->fd);
    *old = fresh;
    if (watch(server, old->fd, old) == 0)
        SL_LOG(SL_LOG_WARNING, "control socket %s: its file was removed, and is made again",
               old->path);
    else
        SL_LOG(SL_LOG_ERROR, "control socket %s: cannot poll: %s; start the node again", old->path,
               strerror(errno));
}

void sl_control_server_keep(struct sl_control_server *server)
{
    if (sl_control_listener_is_reachable(&server->listener) ||
        sl_control_now_ns() < server->restore_ns)
        return;
    server->restore_ns = sl_control_now_ns() + SL_CONTROL_RESTORE_MS * 1000000ull;
    restore(server);
}

int sl_control_server_create(struct sl_control_server **out, const struct sl_control_place *place,
                             struct sl_control_patience patience, const struct sl_node *node)
{
    struct sl_control_server *server = calloc(1, sizeof(*server));
    if (server == NULL)
        return -ENOMEM;
    server->node = node;
    server->place = *place;
    server->patience = patience;
    server->epoll_fd = server->timer_fd = -1;
    int error = sl_control_listen(&server->listener, place);
    if (error) {
        free(server);
        return error;
    }
    server->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    server->timer_fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
    if (server->epoll_fd < 0 || server->timer_fd < 0 ||
        watch(server, server->listener.fd, &server->listener) != 0 ||
        watch(server, server->timer_fd, &server->timer_fd) != 0) {
        error = -errno;
        SL_LOG(SL_LOG_ERROR, "control socket %s: cannot poll: %s; raise the limit of open files",
               place->path, strerror(-error));
        sl_control_server_destroy(server);
        return error;
    }
    *out = server;
    return 0;
}

void sl_control_server_destroy(struct sl_control_server *server)
{
    if (server == NULL)
        return;
    for (uint32_t i = 0; i < SL_CONTROL_CLIENTS_MAX; i++) {
        if (server->clients[i] != NULL)
            close_client(server, server->clients[i]);
    }
    sl_control_listener_close(&server->listener);
    if (server->timer_fd >= 0)
        close(server->timer_fd);
    if (server->epoll_fd >= 0)
        close(server->epoll_fd);
    free(server);
}

int sl_control_server_fd(const struct sl_control_server *server)
{
    return server->epoll_fd;
}

struct sl_control_server_counts sl_control_server_counts(const struct sl_control_server *server)
{
    return server->counts;
}
