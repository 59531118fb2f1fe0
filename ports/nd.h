/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* IPv6 neighbour discovery messages (RFC 4861): built, read, answered. Internal to the network
 * layer. */
#include <rte_byteorder.h>
#include <stdint.h>
#include <string.h>

#include "ports/claim.h"
#include "ports/net.h"

#ifdef __cplusplus
extern "C" {
#endif

#define SL_ICMP6_ECHO_REQUEST 128
#define SL_ICMP6_ECHO_REPLY   129
#define SL_ND_SOLICITATION    135
#define SL_ND_ADVERTISEMENT   136

/* Solicitation and advertisement have one layout; options follow. */
struct sl_nd_message {
    uint8_t type;
    uint8_t code;
    rte_be16_t checksum;
    rte_be32_t flags; /* advertisement: router, solicited, override, from the top */
    uint8_t target[16];
} __attribute__((packed));

/* RFC 4291, appendix A: fe80::/64 and the MAC with its universal bit turned over and fffe in the
 * middle. */
static inline void sl_nd_link_local(uint8_t address[16], const struct rte_ether_addr *mac)
{
    memset(address, 0, 16);
    address[0] = 0xfe;
    address[1] = 0x80;
    memcpy(address + 8, mac->addr_bytes, 3);
    address[8] ^= 2;
    address[11] = 0xff;
    address[12] = 0xfe;
    memcpy(address + 13, mac->addr_bytes + 3, 3);
}

/* ff02::1, or the solicited-node group of an address of mine. */
static inline bool sl_nd_is_my_group(const struct sl_net *net, const uint8_t group[16])
{
    static const uint8_t all_nodes[16] = {0xff, 0x02, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1};
    static const uint8_t solicited[13] = {0xff, 0x02, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0xff};
    if (memcmp(group, all_nodes, 16) == 0)
        return true;
    return memcmp(group, solicited, sizeof(solicited)) == 0 &&
           (memcmp(group + 13, net->v6.address + 13, 3) == 0 ||
            memcmp(group + 13, net->link_local + 13, 3) == 0);
}

/* Writes the question for `target` into an empty mbuf; to_mac NULL asks its solicited-node group.
 */
void sl_nd_ask(const struct sl_net *net, struct rte_mbuf *m, const uint8_t target[16],
               const struct rte_ether_addr *to_mac);

/* Asks everybody whether somebody has my `address`, without a claim to it (RFC 4862, 5.4.2). */
void sl_nd_probe(const struct sl_net *net, struct rte_mbuf *m, const uint8_t address[16]);

/* What a classified neighbour discovery frame says. */
struct sl_neighbour_claim sl_nd_read(const struct rte_mbuf *m, const struct sl_net_rx *rx);

/* Turns a question for an address of mine into its answer. */
void sl_nd_answer(const struct sl_net *net, struct rte_mbuf *m, const struct sl_net_rx *rx);

/* Writes an unsolicited advertisement of my `address` into an empty mbuf. */
void sl_nd_announce(const struct sl_net *net, struct rte_mbuf *m, const uint8_t address[16]);

#ifdef __cplusplus
}
#endif
