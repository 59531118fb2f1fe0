/* SPDX-License-Identifier: BSD-3-Clause */
#include "ports/seed.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FORMS "write an address, [IPv6]:port, a DNS name, or name:port"

static int refuse(const char *text, const char *what, char *why, size_t why_bytes)
{
    snprintf(why, why_bytes, "seed '%.80s': %s; " FORMS, text, what);
    return -EINVAL;
}

static bool parse_port(const char *text, uint16_t *port)
{
    char *end;
    if (!isdigit((unsigned char)*text))
        return false;
    unsigned long value = strtoul(text, &end, 10);
    if (*end != '\0' || value == 0 || value > UINT16_MAX)
        return false;
    *port = (uint16_t)value;
    return true;
}

/* Letters, digits, '-', '_' and '.', with a letter somewhere: "10.0.0" is a mistyped address, which
   the resolver would take for 10.0.0.0 (inet_aton's forms). */
static bool is_dns_name(const char *host)
{
    bool letter = false;
    for (const char *at = host; *at != '\0'; at++) {
        if (!isalnum((unsigned char)*at) && strchr("-_.", *at) == NULL)
            return false;
        letter |= isalpha((unsigned char)*at) != 0;
    }
    return letter && host[0] != '.' && host[0] != '-';
}

/* Splits "[v6]:port", "host:port", "v6" and "host"; *port points at the port's text or is NULL. */
static bool split(const char *text, char *host, const char **port)
{
    const char *begin = text, *end = text + strlen(text);
    *port = NULL;
    if (*text == '[') {
        begin++;
        end = strchr(text, ']');
        if (end == NULL || (end[1] != '\0' && end[1] != ':'))
            return false;
        if (end[1] == ':')
            *port = end + 2;
    } else {
        const char *colon = strchr(text, ':');
        if (colon != NULL && strchr(colon + 1, ':') == NULL) { /* two colons: a bare IPv6 address */
            end = colon;
            *port = colon + 1;
        }
    }
    size_t length = (size_t)(end - begin);
    if (length == 0 || length > SL_HOST_BYTES_MAX)
        return false;
    memcpy(host, begin, length);
    host[length] = '\0';
    return true;
}

static bool is_usable(const struct sl_endpoint *e)
{
    static const uint8_t zero[16];
    if (sl_endpoint_is_v4(e)) {
        uint8_t first = e->ip[12];
        return first != 0 && first < 224;
    }
    return memcmp(e->ip, zero, sizeof(zero)) != 0 && e->ip[0] != 0xff;
}

int sl_seed_parse(const char *text, uint16_t default_port, struct sl_seed *seed, char *why,
                  size_t why_bytes)
{
    const char *port;
    uint8_t address[16];

    memset(seed, 0, sizeof(*seed));
    if (strlen(text) > SL_SEED_BYTES_MAX || !split(text, seed->host, &port))
        return refuse(text, "not an address or name", why, why_bytes);
    memcpy(seed->text, text, strlen(text) + 1);
    seed->port = default_port;
    if (port != NULL && !parse_port(port, &seed->port))
        return refuse(text, "the port must be 1 to 65535", why, why_bytes);
    seed->numeric = true;
    if (inet_pton(AF_INET6, seed->host, address) == 1)
        seed->endpoint = sl_endpoint_v6(address, seed->port);
    else if (text[0] == '[')
        return refuse(text, "brackets hold an IPv6 address", why, why_bytes);
    else if (inet_pton(AF_INET, seed->host, address) == 1)
        seed->endpoint = sl_endpoint_v4(address, seed->port);
    else
        seed->numeric = false;
    if (seed->numeric ? !is_usable(&seed->endpoint) : !is_dns_name(seed->host))
        return refuse(text, "not a unicast address or DNS name", why, why_bytes);
    return 0;
}
