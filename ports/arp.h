/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* ARP messages (RFC 826): built, read, answered. Internal to the neighbour table. */
#include "ports/claim.h"
#include "ports/net.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Writes the question for `target` (IPv4) into an empty mbuf; to_mac NULL asks everybody. */
void sl_arp_ask(const struct sl_net *net, struct rte_mbuf *m, const uint8_t target[4],
                const struct rte_ether_addr *to_mac);

/* Asks everybody whether somebody has my address, without a claim to it (RFC 5227, 2.1.1). */
void sl_arp_probe(const struct sl_net *net, struct rte_mbuf *m);

/* What a classified ARP frame says. */
struct sl_neighbour_claim sl_arp_read(const struct sl_net *net, const struct rte_mbuf *m,
                                      const struct sl_net_rx *rx);

/* Turns a question for my address into its answer. */
void sl_arp_answer(const struct sl_net *net, struct rte_mbuf *m, const struct sl_net_rx *rx);

#ifdef __cplusplus
}
#endif
