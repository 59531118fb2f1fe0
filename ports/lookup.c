/* SPDX-License-Identifier: BSD-3-Clause */
#include "ports/lookup.h"

#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>

static struct sl_endpoint endpoint_of(const struct addrinfo *found, uint16_t port)
{
    struct sl_endpoint endpoint = {.port = 0};
    if (found->ai_family == AF_INET) {
        struct sockaddr_in v4;
        memcpy(&v4, found->ai_addr, sizeof(v4));
        endpoint = sl_endpoint_v4((const uint8_t *)&v4.sin_addr, port);
    } else if (found->ai_family == AF_INET6) {
        struct sockaddr_in6 v6;
        memcpy(&v6, found->ai_addr, sizeof(v6));
        endpoint = sl_endpoint_v6((const uint8_t *)&v6.sin6_addr, port);
    }
    return endpoint;
}

int sl_lookup(const char *host, uint16_t port, struct sl_endpoint *out, uint32_t room)
{
    struct addrinfo hints = {.ai_socktype = SOCK_DGRAM}, *found = NULL;
    uint32_t count = 0;
    int error = getaddrinfo(host, NULL, &hints, &found);
    if (error)
        return error;
    for (const struct addrinfo *at = found; at != NULL && count < room; at = at->ai_next) {
        out[count] = endpoint_of(at, port);
        count += out[count].port != 0;
    }
    freeaddrinfo(found);
    return (int)count;
}
