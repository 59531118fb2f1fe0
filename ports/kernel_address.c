/* SPDX-License-Identifier: BSD-3-Clause */
#include "ports/kernel_address.h"

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <string.h>

/* false: none that counts. */
static bool take(const struct sockaddr *address, const uint8_t *mine4, const uint8_t *mine6,
                 struct sl_kernel_address *found)
{
    const void *ip;
    if (address->sa_family == AF_INET) {
        ip = &((const struct sockaddr_in *)address)->sin_addr;
        found->is_the_nodes = mine4 != NULL && memcmp(ip, mine4, 4) == 0;
    } else if (address->sa_family == AF_INET6) {
        ip = &((const struct sockaddr_in6 *)address)->sin6_addr;
        found->is_the_nodes = mine6 != NULL && memcmp(ip, mine6, 16) == 0;
        if (IN6_IS_ADDR_LINKLOCAL((const struct in6_addr *)ip))
            return false;
    } else {
        return false;
    }
    return inet_ntop(address->sa_family, ip, found->text, sizeof(found->text)) != NULL;
}

bool sl_kernel_address_find(const char *interface, const uint8_t *mine4, const uint8_t *mine6,
                            struct sl_kernel_address *found)
{
    struct ifaddrs *all;
    bool any = false;
    if (getifaddrs(&all) != 0)
        return false;
    for (const struct ifaddrs *a = all; a != NULL && !(any && found->is_the_nodes);
         a = a->ifa_next) {
        struct sl_kernel_address one;
        if (a->ifa_addr == NULL || strcmp(a->ifa_name, interface) != 0 ||
            !take(a->ifa_addr, mine4, mine6, &one) || (any && !one.is_the_nodes))
            continue;
        *found = one;
        any = true;
    }
    freeifaddrs(all);
    return any;
}
