/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* What an ARP or neighbour discovery frame says, whichever of the two it was. */
#include <rte_ether.h>
#include <stdbool.h>
#include <stdint.h>

struct sl_neighbour_claim {
    uint8_t ip[16]; /* mapped form for IPv4 */
    struct rte_ether_addr mac;
    bool is_v4;
    bool has_mac;   /* else it says nothing of `ip` */
    bool probes_me; /* asks whether my address is free (RFC 5227, RFC 4862): `mac` wants it */
    bool overrides; /* may replace another MAC that we know (RFC 4861, 7.2.5); ARP always does */
    bool answers_probe; /* an ARP answer to one who has no address yet: to our probe, maybe late */
    bool asks_me;       /* a question for an address of mine */
};
