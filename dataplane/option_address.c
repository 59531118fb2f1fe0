/* SPDX-License-Identifier: BSD-3-Clause */
#include <arpa/inet.h>
#include <string.h>

#include "dataplane/option_parse.h"

static bool is_unicast(int family, const uint8_t *address)
{
    static const uint8_t zero[16];
    if (family == AF_INET)
        return address[0] != 0 && address[0] != 127 && address[0] < 224;
    return memcmp(address, zero, 15) != 0 && address[0] != 0xff;
}

/* What others cannot reach, or take for IPv4. */
static const char *wrong_v6(const uint8_t *address)
{
    static const uint8_t mapped[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
    if (memcmp(address, mapped, sizeof(mapped)) == 0)
        return "an IPv4 address in IPv6 form; set address instead";
    if (address[0] == 0xfe && (address[1] & 0xc0) == 0x80)
        return "a link-local address, which means nothing to others; write a global or unique "
               "local "
               "one, such as 2001:db8::1/64 or fd77::1/64";
    return NULL;
}

/* The first and the last address of an IPv4 network belong to nobody (RFC 919), but in networks of
 * one or two (RFC 3021). */
static const char *wrong_v4(const uint8_t *address, uint64_t bits)
{
    uint32_t host, mask = bits < 31 ? UINT32_MAX >> bits : 0;
    memcpy(&host, address, sizeof(host));
    host = ntohl(host) & mask;
    if (mask != 0 && host == 0)
        return "the network's own address; write a host's, such as 192.0.2.1/24";
    if (mask != 0 && host == mask)
        return "the network's broadcast address; write a host's, such as 192.0.2.1/24";
    return NULL;
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
    const char *wrong =
        family == AF_INET ? wrong_v4(field->address, bits) : wrong_v6(field->address);
    if (wrong != NULL)
        return sl_option_refuse(why, why_bytes, "this is %s", wrong);
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

int sl_option_parse_advertise(int family, const char *text, struct sl_endpoint *field, char *why,
                              size_t why_bytes)
{
    struct sl_seed seed;
    memset(field, 0, sizeof(*field));
    if (*text == '\0')
        return 0;
    int error = sl_seed_parse(text, 0, &seed, why, why_bytes);
    bool good = error == 0 && seed.numeric &&
                sl_endpoint_is_v4(&seed.endpoint) == (family == AF_INET) &&
                is_unicast(family, seed.endpoint.ip + (family == AF_INET ? 12 : 0)) &&
                (family == AF_INET || wrong_v6(seed.endpoint.ip) == NULL);
    if (!good)
        return sl_option_refuse(why, why_bytes,
                                "write the address and UDP port by which others reach this node, "
                                "such as %s",
                                family == AF_INET ? "203.0.113.7:7947" : "[2001:db8::7]:7947");
    *field = seed.endpoint;
    return 0;
}
