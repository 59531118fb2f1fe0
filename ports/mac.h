/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* A MAC address as one word, which threads can share, and as text. */
#include <rte_ether.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#define SL_MAC_TEXT_BYTES 18

static inline uint64_t sl_mac_pack(const struct rte_ether_addr *mac)
{
    uint64_t packed = 0;
    memcpy(&packed, mac, sizeof(*mac));
    return packed;
}

static inline void sl_mac_unpack(uint64_t packed, struct rte_ether_addr *mac)
{
    memcpy(mac, &packed, sizeof(*mac));
}

/* As `ip link` writes it. */
static inline void sl_mac_text(char text[SL_MAC_TEXT_BYTES], const struct rte_ether_addr *mac)
{
    const uint8_t *b = mac->addr_bytes;
    snprintf(text, SL_MAC_TEXT_BYTES, "%02x:%02x:%02x:%02x:%02x:%02x", b[0], b[1], b[2], b[3], b[4],
             b[5]);
}
