/* SPDX-License-Identifier: BSD-3-Clause */
#include "ports/control_server.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "ports/control_listen.h"
#include "ports/control_session.h"
#include "ports/log.h"

#define READY_AT_ONCE 16
#define TURNS_AT_ONCE 64 /* requests of one client, before others have their turn */

struct client {
    int fd;
    uint32_t interest; /* what epoll was told */
    size_t in_bytes;
    uint8_t in[sizeof(struct sl_control_request) + SL_CONTROL_REQUEST_BYTES_MAX];
    struct sl_control_session session;
};

struct sl_control_server {
    const struct sl_node *node;
    struct sl_control_listener listener;
    int epoll_fd, timer_fd;
    bool ticking;
    struct client *clients[SL_CONTROL_CLIENTS_MAX]; /* NULL = free */
    struct sl_control_server_counts counts;
};

/* What a turn of a client left to do. */
enum turn {
    TURN_AGAIN,
    TURN_READ,  /* wait for more of it */
    TURN_WRITE, /* wait until it has read */
    TURN_CLOSE,
};

static void close_client(struct sl_control_server *server, struct client *client)
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

static enum turn send_output(struct client *client)
{
    struct sl_control_output *output = &client->session.output;
    ssize_t sent = send(client->fd, output->bytes + output->at, output->end - output->at,
                        MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent < 0)
        return errno == EAGAIN ? TURN_WRITE : errno == EINTR ? TURN_AGAIN : TURN_CLOSE;
    output->at += (size_t)sent;
    if (output->at == output->end && output->room > SL_CONTROL_OUTPUT_BYTES) {
        free(output->bytes);
        memset(output, 0, sizeof(*output));
    }
    return TURN_AGAIN;
}

static enum turn receive(struct client *client)
{
    ssize_t got = recv(client->fd, client->in + client->in_bytes,
                       sizeof(client->in) - client->in_bytes, MSG_DONTWAIT);
    if (got < 0)
        return errno == EAGAIN ? TURN_READ : errno == EINTR ? TURN_AGAIN : TURN_CLOSE;
    client->in_bytes += (size_t)got;
    return got == 0 ? TURN_CLOSE : TURN_AGAIN;
}

/* Answers the first request in the buffer, if it is complete. */
static bool answer_first(struct client *client, const struct sl_node *node)
{
    struct sl_control_request request;
    if (client->in_bytes < sizeof(request))
        return false;
    memcpy(&request, client->in, sizeof(request));
    if (request.payload_bytes > SL_CONTROL_REQUEST_BYTES_MAX) {
        client->session.end = SL_CONTROL_END_PROTOCOL;
        sl_control_session_respond(&client->session, request.id, -EMSGSIZE);
        return true;
    }
    size_t whole = sizeof(request) + request.payload_bytes;
    if (client->in_bytes < whole)
        return false;
    sl_control_session_answer(&client->session, node, &request, client->in + sizeof(request));
    client->in_bytes -= whole;
    memmove(client->in, client->in + whole, client->in_bytes);
    return true;
}

/* Output goes before input, so a client that does not read is owed at most one answer. */
static enum turn take_turn(struct client *client, const struct sl_node *node)
{
    struct sl_control_session *s = &client->session;
    if (s->end == SL_CONTROL_END_SLOW || s->end == SL_CONTROL_END_MEMORY)
        return TURN_CLOSE;
    if (s->output.at < s->output.end)
        return send_output(client);
    if (s->end != SL_CONTROL_OPEN)
        return TURN_CLOSE;
    if (s->streaming) {
        sl_control_session_pump(s, node);
        if (s->output.at < s->output.end || !s->streaming)
            return TURN_AGAIN;
    }
    if (!s->streaming && answer_first(client, node))
        return TURN_AGAIN;
    if (s->streaming && client->in_bytes > 0) {
        s->end = SL_CONTROL_END_PROTOCOL;
        return TURN_CLOSE;
    }
    return receive(client);
}

static void serve(struct sl_control_server *server, struct client *client)
{
    enum turn turn = TURN_AGAIN;
    for (int i = 0; i < TURNS_AT_ONCE && turn == TURN_AGAIN; i++)
        turn = take_turn(client, server->node);
    if (turn == TURN_CLOSE) {
        close_client(server, client);
        return;
    }
    /* Turns used up: a writable socket wakes us at once, even if all input is in our buffer. */
    uint32_t interest = turn == TURN_READ ? EPOLLIN : EPOLLOUT;
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

static void accept_client(struct sl_control_server *server)
{
    int fd = accept4(server->listener.fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
    uint32_t place = 0;
    if (fd < 0)
        return;
    while (place < SL_CONTROL_CLIENTS_MAX && server->clients[place] != NULL)
        place++;
    struct client *client = place < SL_CONTROL_CLIENTS_MAX ? calloc(1, sizeof(*client)) : NULL;
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = client};
    if (client == NULL || epoll_ctl(server->epoll_fd, EPOLL_CTL_ADD, fd, &event) != 0) {
        free(client);
        refuse_client(server, fd);
        return;
    }
    client->fd = fd;
    client->interest = EPOLLIN;
    server->clients[place] = client;
    server->counts.accepted++;
}

static void tick(struct sl_control_server *server)
{
    uint64_t expirations;
    if (read(server->timer_fd, &expirations, sizeof(expirations)) < 0)
        return;
    for (uint32_t i = 0; i < SL_CONTROL_CLIENTS_MAX; i++) {
        struct client *client = server->clients[i];
        if (client == NULL || !client->session.streaming)
            continue;
        sl_control_session_pump(&client->session, server->node);
        serve(server, client);
    }
}

/* The timer runs only while somebody waits for events. */
static void set_ticking(struct sl_control_server *server)
{
    bool wanted = false;
    for (uint32_t i = 0; i < SL_CONTROL_CLIENTS_MAX; i++)
        wanted |= server->clients[i] != NULL && server->clients[i]->session.streaming;
    if (wanted == server->ticking)
        return;
    struct timespec period = {.tv_nsec = wanted ? SL_CONTROL_EVENTS_MS * 1000000l : 0};
    struct itimerspec timer = {.it_interval = period, .it_value = period};
    timerfd_settime(server->timer_fd, 0, &timer, NULL);
    server->ticking = wanted;
}

int sl_control_server_run(struct sl_control_server *server, int timeout_ms)
{
    struct epoll_event ready[READY_AT_ONCE];
    bool ticked = false;
    int count = epoll_wait(server->epoll_fd, ready, READY_AT_ONCE, timeout_ms);
    if (count < 0)
        return errno == EINTR ? 0 : -errno;
    for (int i = 0; i < count; i++) {
        if (ready[i].data.ptr == &server->listener)
            accept_client(server);
        else if (ready[i].data.ptr == &server->timer_fd)
            ticked = true;
        else
            serve(server, ready[i].data.ptr);
    }
    /* Last, since it may close clients that were still to come in `ready`. */
    if (ticked)
        tick(server);
    set_ticking(server);
    return 0;
}

static int watch(struct sl_control_server *server, int fd, void *what)
{
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = what};
    return epoll_ctl(server->epoll_fd, EPOLL_CTL_ADD, fd, &event);
}

int sl_control_server_create(struct sl_control_server **out, const char *path,
                             const struct sl_node *node)
{
    struct sl_control_server *server = calloc(1, sizeof(*server));
    if (server == NULL)
        return -ENOMEM;
    server->node = node;
    server->epoll_fd = server->timer_fd = -1;
    int error = sl_control_listen(&server->listener, path);
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
               path, strerror(-error));
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
