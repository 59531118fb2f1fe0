/* SPDX-License-Identifier: BSD-3-Clause */
#include "ports/endpoint_text.h"

#include <arpa/inet.h>
#include <stdio.h>

struct sl_endpoint_text sl_endpoint_text(const struct sl_endpoint *e)
{
    struct sl_endpoint_text out = {.text = ""};
    char address[INET6_ADDRSTRLEN] = "";
    bool is_v4 = sl_endpoint_is_v4(e);
    if (!sl_endpoint_is_set(e))
        return out;
    inet_ntop(is_v4 ? AF_INET : AF_INET6, is_v4 ? e->ip + 12 : e->ip, address, sizeof(address));
    snprintf(out.text, sizeof(out.text), is_v4 ? "%s:%u" : "[%s]:%u", address, e->port);
    return out;
}
