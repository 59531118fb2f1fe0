/* SPDX-License-Identifier: BSD-3-Clause */
#include <arpa/inet.h>
#include <string.h>

#include "dataplane/option_parse.h"

static bool is_unicast(int family, const uint8_t *address)
{
    static const uint8_t zero[16];
    if (family == AF_INET)
        return address[0] != 0 && address[0] != 127 && address[0] < 224;
    return memcmp(address, zero, 16) != 0 && address[0] != 0xff;
}

int sl_option_parse_prefix(int family, const char *text, struct sl_options_family *field, char *why,
                           size_t why_bytes)
{
    const char *shape = family == AF_INET ? "192.0.2.1/24" : "2001:db8::1/64";
    uint64_t most = family == AF_INET ? 32 : 128, bits;
    char address[INET6_ADDRSTRLEN];
    const char *slash = strchr(text, '/');

    if (*text == '\0') {
        field->set = false;
        return 0;
    }
    if (slash == NULL || (size_t)(slash - text) >= sizeof(address))
        return sl_option_refuse(why, why_bytes, "write an address and prefix length, such as %s",
                                shape);
    memcpy(address, text, (size_t)(slash - text));
    address[slash - text] = '\0';
    slash++;
    if (inet_pton(family, address, field->address) != 1 || !sl_option_parse_digits(&slash, &bits) ||
        *slash != '\0' || bits < 1 || bits > most || !is_unicast(family, field->address))
        return sl_option_refuse(why, why_bytes,
                                "write a unicast address and prefix length, such as %s", shape);
    field->prefix_bits = (uint8_t)bits;
    field->set = true;
    return 0;
}

int sl_option_parse_gateway(int family, const char *text, struct sl_options_family *field,
                            char *why, size_t why_bytes)
{
    field->has_gateway = *text != '\0';
    if (!field->has_gateway)
        return 0;
    if (inet_pton(family, text, field->gateway) != 1 || !is_unicast(family, field->gateway))
        return sl_option_refuse(why, why_bytes, "write a unicast address, such as %s",
                                family == AF_INET ? "192.0.2.254" : "2001:db8::ff");
    return 0;
}
