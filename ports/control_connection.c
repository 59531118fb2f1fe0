/* SPDX-License-Identifier: BSD-3-Clause */
#include "ports/control_connection.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>

#define TURNS_AT_ONCE 64 /* requests of one client, before others have their turn */

uint64_t sl_control_now_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

/* What a turn of a client left to do. */
enum turn {
    TURN_AGAIN,
    TURN_READ,  /* wait for more of it */
    TURN_WRITE, /* wait until it has read */
    TURN_CLOSE,
};

static enum turn send_output(struct sl_control_connection *client)
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

static enum turn receive(struct sl_control_connection *client)
{
    ssize_t got = recv(client->fd, client->in + client->in_bytes,
                       sizeof(client->in) - client->in_bytes, MSG_DONTWAIT);
    if (got < 0)
        return errno == EAGAIN ? TURN_READ : errno == EINTR ? TURN_AGAIN : TURN_CLOSE;
    client->in_bytes += (size_t)got;
    return got == 0 ? TURN_CLOSE : TURN_AGAIN;
}

/* Answers the first request in the buffer, if it is complete. */
static bool answer_first(struct sl_control_connection *client, const struct sl_node *node)
{
    size_t taken = sl_control_session_take(&client->session, node, client->in, client->in_bytes);
    client->in_bytes -= taken;
    memmove(client->in, client->in + taken, client->in_bytes);
    return taken > 0;
}

/* Output goes before input, so a client that does not read is owed at most one answer. */
static enum turn take_turn(struct sl_control_connection *client, const struct sl_node *node)
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

/* Expected of it: its hello, and that it reads what it asked for. */
static void set_deadline(struct sl_control_connection *client, uint32_t unread_ms, bool moved)
{
    const struct sl_control_session *s = &client->session;
    bool unread = s->output.at < s->output.end && !s->streaming;
    if (!s->greeted)
        return; /* from when it came */
    if (!unread)
        client->deadline_ns = UINT64_MAX;
    else if (moved || client->deadline_ns == UINT64_MAX)
        client->deadline_ns = sl_control_now_ns() + unread_ms * 1000000ull;
}

uint32_t sl_control_connection_serve(struct sl_control_connection *client,
                                     const struct sl_node *node, uint32_t unread_ms)
{
    enum turn turn = TURN_AGAIN;
    int turns = 0;
    for (; turns < TURNS_AT_ONCE && turn == TURN_AGAIN; turns++)
        turn = take_turn(client, node);
    if (turn == TURN_CLOSE)
        return 0;
    set_deadline(client, unread_ms, turns > 1);
    /* Turns used up: a writable socket wakes us at once, even if all input is in our buffer. */
    return turn == TURN_READ ? EPOLLIN : EPOLLOUT;
}
