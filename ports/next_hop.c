/* SPDX-License-Identifier: BSD-3-Clause */
#include <rte_byteorder.h>
#include <string.h>

#include "ports/net.h"

/* Do a and b share their first `bits` of the eight bytes at each? */
static bool share_prefix(const uint8_t *a, const uint8_t *b, unsigned bits)
{
    uint64_t x, y;
    memcpy(&x, a, sizeof(x));
    memcpy(&y, b, sizeof(y));
    return bits == 0 || rte_be_to_cpu_64(x ^ y) >> (64 - bits) == 0;
}

static bool is_on_link_v6(const struct sl_net_family *f, const uint8_t to[16])
{
    if (to[0] == 0xfe && (to[1] & 0xc0) == 0x80) /* link-local */
        return true;
    if (f->prefix_bits <= 64)
        return share_prefix(to, f->address, f->prefix_bits);
    return share_prefix(to, f->address, 64) &&
           share_prefix(to + 8, f->address + 8, f->prefix_bits - 64u);
}

static bool is_on_link_v4(const struct sl_net_family *f, const uint8_t to[4])
{
    uint32_t x, y;
    memcpy(&x, to, sizeof(x));
    memcpy(&y, f->address, sizeof(y));
    return f->prefix_bits == 0 || rte_be_to_cpu_32(x ^ y) >> (32 - f->prefix_bits) == 0;
}

bool sl_net_next_hop(const struct sl_net *net, const struct sl_endpoint *to, uint8_t next_hop[16])
{
    bool is_v4 = sl_endpoint_is_v4(to);
    const struct sl_net_family *f = is_v4 ? &net->v4 : &net->v6;
    if (!f->set)
        return false;

    memcpy(next_hop, to->ip, 16);
    if (is_v4 ? is_on_link_v4(f, to->ip + sizeof(SL_V4_PREFIX)) : is_on_link_v6(f, to->ip))
        return true;
    if (!f->has_gateway)
        return false;
    if (is_v4)
        memcpy(next_hop + sizeof(SL_V4_PREFIX), f->gateway, 4);
    else
        memcpy(next_hop, f->gateway, 16);
    return true;
}
