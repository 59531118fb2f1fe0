/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* What an ARP or neighbour discovery frame says, whichever of the two it was. */
#include <rte_ether.h>
#include <stdbool.h>
#include <stdint.h>

struct sl_neighbour_claim {
    uint8_t ip[16]; /* mapped form for IPv4 */
    struct rte_ether_addr mac;
    bool has_mac;   /* else it says nothing */
    bool overrides; /* may replace another MAC that we know (RFC 4861, 7.2.5); ARP always does */
    bool asks_me;   /* a question for an address of mine */
};
