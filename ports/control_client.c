/* SPDX-License-Identifier: BSD-3-Clause */
#include "ports/control_client.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "ports/control_clean.h"

static int send_all(int fd, const void *data, size_t bytes)
{
    const char *at = data;
    while (bytes > 0) {
        ssize_t sent = send(fd, at, bytes, MSG_NOSIGNAL);
        if (sent < 0 && errno == EINTR)
            continue;
        if (sent < 0)
            return errno == EAGAIN ? -ETIMEDOUT : errno == EPIPE ? -ECONNRESET : -errno;
        at += sent;
        bytes -= (size_t)sent;
    }
    return 0;
}

static int receive_all(int fd, void *data, size_t bytes)
{
    char *at = data;
    while (bytes > 0) {
        ssize_t got = recv(fd, at, bytes, 0);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return errno == EAGAIN ? -ETIMEDOUT : -errno;
        if (got == 0)
            return -ECONNRESET;
        at += got;
        bytes -= (size_t)got;
    }
    return 0;
}

/* 0: for ever. */
static int set_patience(struct sl_control_client *client, uint32_t ms)
{
    struct timeval patience = {.tv_sec = ms / 1000, .tv_usec = ms % 1000 * 1000};
    if (setsockopt(client->fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience)) != 0 ||
        setsockopt(client->fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience)) != 0)
        return -errno;
    return 0;
}

int sl_control_client_wait_forever(struct sl_control_client *client, bool forever)
{
    return set_patience(client, forever ? 0 : client->timeout_ms);
}

int sl_control_send(struct sl_control_client *client, enum sl_control_type type,
                    const void *payload, uint32_t payload_bytes)
{
    struct sl_control_request request = {
        .id = ++client->last_id, .type = (uint16_t)type, .payload_bytes = payload_bytes};
    int error = send_all(client->fd, &request, sizeof(request));
    return error ? error : send_all(client->fd, payload, payload_bytes);
}

int sl_control_receive(struct sl_control_client *client, void *payload, uint32_t payload_bytes,
                       int *status, bool *more)
{
    struct sl_control_response response;
    int error = receive_all(client->fd, &response, sizeof(response));
    if (error)
        return error;
    error = sl_control_check_response(&response, client->last_id, payload_bytes);
    if (error)
        return error;
    *status = -response.status;
    *more = (response.flags & SL_CONTROL_MORE) != 0;
    if (payload_bytes > 0)
        memset(payload, 0, payload_bytes);
    return receive_all(client->fd, payload, response.payload_bytes);
}

static int connect_to(int fd, const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    if (strlen(path) >= sizeof(address.sun_path))
        return -ENAMETOOLONG;
    memcpy(address.sun_path, path, strlen(path) + 1);
    if (connect(fd, (struct sockaddr *)&address, sizeof(address)) == 0)
        return 0;
    return errno == EAGAIN ? -ETIMEDOUT : -errno;
}

static int greet(struct sl_control_client *client)
{
    struct sl_control_hello mine = {.magic = SL_CONTROL_MAGIC, .version = SL_CONTROL_VERSION};
    int status;
    bool more;
    int error = sl_control_send(client, SL_CONTROL_HELLO, &mine, sizeof(mine));
    /* A server without a free place says so and closes, perhaps before it has heard us. */
    if (error == 0 || error == -ECONNRESET) {
        int received =
            sl_control_receive(client, &client->server, sizeof(client->server), &status, &more);
        error = received ? received : status;
    }
    if (error == 0 && client->server.magic != SL_CONTROL_MAGIC)
        error = -EPROTO;
    return error;
}

int sl_control_client_open(struct sl_control_client *client, const char *path, uint32_t timeout_ms)
{
    memset(client, 0, sizeof(*client));
    client->timeout_ms = timeout_ms;
    client->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (client->fd < 0)
        return -errno;
    uint32_t hello_ms = (uint32_t)((uint64_t)timeout_ms * 3 / 5);
    int error = set_patience(client, hello_ms > 0 ? hello_ms : 1);
    if (error == 0)
        error = connect_to(client->fd, path);
    if (error == 0)
        error = greet(client);
    if (error == 0)
        error = set_patience(client, timeout_ms);
    if (error)
        sl_control_client_close(client);
    return error;
}

void sl_control_client_close(struct sl_control_client *client)
{
    if (client->fd >= 0)
        close(client->fd);
    client->fd = -1;
}
