/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * Below the gossip frame: Ethernet, 802.1Q, IPv4, IPv6, UDP. Runs on worker cores; touches the
 * packet and the read-only `struct sl_net` only. Checksums: the device's where the port offers it,
 * else in software; verified on every frame that the device did not vouch for, computed on every
 * frame sent.
 */
#include <rte_ether.h>
#include <rte_mbuf.h>
#include <stdbool.h>
#include <stdint.h>

#include "lib/counters.h"
#include "lib/endpoint.h"
#include "ports/spread.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Ethernet + 802.1Q + IPv6 + UDP: headroom that a fresh frame needs. */
#define SL_NET_HEADERS_MAX (14 + 4 + 40 + 8)

struct sl_net_family {
    uint8_t address[16]; /* network order; IPv4 in the first 4 bytes */
    uint8_t gateway[16];
    uint8_t prefix_bits;
    bool set;
    bool has_gateway;
};

/* A node's addresses on its port. Filled before workers start, then read-only. */
struct sl_net {
    struct rte_ether_addr mac;
    struct sl_net_family v4, v6;
    uint8_t link_local[16]; /* fe80::/64 from the MAC (RFC 4291, appendix A) */
    uint16_t vlan_id;       /* 0 = untagged; else only frames with this tag are mine */
    uint8_t dscp;           /* 0..63; 48 = CS6 */
    uint8_t hop_limit;
    uint16_t udp_port;  /* frames to udp_port .. udp_port + udp_ports - 1 are gossip; lane i sends
                           from udp_port + i, or as `spread` says */
    uint16_t udp_ports; /* at least one a lane */
    const struct sl_spread *spread; /* NULL: which queue answers come to is not known */
    uint16_t mtu;
    bool rx_checksum, tx_checksum_ipv4, tx_checksum_udp; /* as struct sl_port */
};

enum sl_net_kind {
    SL_NET_GOSSIP,    /* payload is a gossip frame */
    SL_NET_NEIGHBOUR, /* ARP or neighbour discovery: for the neighbour table's owner */
    SL_NET_ECHO,      /* ICMP or ICMPv6 echo request to me */
    SL_NET_DROP,      /* reason in `drop` */
};

struct sl_net_rx {
    uint8_t *payload; /* GOSSIP: the frame */
    uint16_t payload_bytes;
    uint16_t l3_at; /* offset of the IP header in the mbuf's data */
    bool is_v6;
    enum sl_drop drop;
    struct sl_endpoint from;
};

/* Parses one received mbuf (first segment only; chained mbufs are dropped as malformed). */
enum sl_net_kind sl_net_classify(const struct sl_net *net, struct rte_mbuf *m,
                                 struct sl_net_rx *rx);

/* Turns a received GOSSIP mbuf, whose payload was replaced by payload_bytes of answer, into the
   datagram back to its sender: addresses and ports swapped, lengths, DSCP, hop limit and checksums
   set. */
void sl_net_reply(const struct sl_net *net, struct rte_mbuf *m, const struct sl_net_rx *rx,
                  uint16_t payload_bytes);

/* Puts headers before a payload that starts at the mbuf's data and is pkt_len long; it may be
 * chained only where the device fills in UDP checksums. `lane` selects the source port. */
void sl_net_wrap(const struct sl_net *net, struct rte_mbuf *m, const struct sl_endpoint *to,
                 const struct rte_ether_addr *next_hop, uint8_t lane);

/* Strips a received GOSSIP mbuf down to its payload (payload_bytes long), for relaying with
 * sl_net_wrap(). */
void sl_net_unwrap(struct rte_mbuf *m, const struct sl_net_rx *rx, uint16_t payload_bytes);

/* Turns an echo request into its reply in place (RFC 792, RFC 4443). */
void sl_net_echo_reply(const struct sl_net *net, struct rte_mbuf *m, const struct sl_net_rx *rx);

/* The address to resolve for `to`: itself if on the link, else the gateway; false if there is
 * neither. */
bool sl_net_next_hop(const struct sl_net *net, const struct sl_endpoint *to, uint8_t next_hop[16]);

#ifdef __cplusplus
}
#endif
