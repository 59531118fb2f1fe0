/* SPDX-License-Identifier: BSD-3-Clause */
/* Any bytes as an Ethernet frame that arrives: the first says whether its tag is ours and whether
 * the device vouched for its checksums, for without that no fuzzer comes past them. Nothing but the
 * frame may be read. */
#include <stdlib.h>
#include <string.h>

#include "lib/assert.h"
#include "ports/arp.h"
#include "ports/nd.h"
#include "ports/net.h"
#include "tests/fuzz/fuzz.h"

#define ANSWER_ROOM 128

static struct sl_net our_net(uint8_t flags)
{
    struct sl_net net;
    memset(&net, 0, sizeof(net));
    net.mac = (struct rte_ether_addr){{2, 0, 0, 0, 0, 1}};
    memcpy(net.v4.address, (uint8_t[4]){10, 0, 0, 1}, 4);
    net.v4.prefix_bits = 24;
    memcpy(net.v6.address, (uint8_t[16]){0xfd, [15] = 1}, 16);
    net.v6.prefix_bits = 64;
    net.v4.set = net.v6.set = true;
    memcpy(net.link_local, (uint8_t[16]){0xfe, 0x80, [11] = 0xff, [12] = 0xfe, [15] = 1}, 16);
    net.vlan_id = flags & 1 ? 7 : 0;
    net.rx_checksum = (flags & 2) != 0;
    net.hop_limit = 64;
    net.udp_port = 7947;
    net.udp_ports = 2;
    net.mtu = 1500;
    return net;
}

static void check_payload(const struct rte_mbuf *m, const struct sl_net_rx *rx)
{
    const uint8_t *frame = rte_pktmbuf_mtod(m, const uint8_t *);
    SL_ASSERT(rx->payload >= frame && rx->payload + rx->payload_bytes <= frame + m->data_len);
    SL_ASSERT(sl_endpoint_is_set(&rx->from));
}

/* In place, as the node does it; an answer may be longer than the question by no more than its
 * room. */
static void answer_neighbour(const struct sl_net *net, struct rte_mbuf *m,
                             const struct sl_net_rx *rx)
{
    struct sl_neighbour_claim claim = rx->is_v6 ? sl_nd_read(m, rx) : sl_arp_read(net, m, rx);
    if (!claim.asks_me)
        return;
    if (rx->is_v6)
        sl_nd_answer(net, m, rx);
    else
        sl_arp_answer(net, m, rx);
}

static struct rte_mbuf *receive(const uint8_t *data, uint16_t size, uint16_t room, uint8_t flags)
{
    struct rte_mbuf *m = calloc(1, sizeof(*m));
    SL_ASSERT(m != NULL);
    m->buf_len = (uint16_t)(size + room);
    m->buf_addr = malloc((size_t)m->buf_len + 1);
    SL_ASSERT(m->buf_addr != NULL);
    memcpy(m->buf_addr, data, size);
    m->data_len = size;
    m->pkt_len = size;
    m->nb_segs = 1;
    m->refcnt = 1;
    if (flags & 2)
        m->ol_flags = RTE_MBUF_F_RX_IP_CKSUM_GOOD | RTE_MBUF_F_RX_L4_CKSUM_GOOD;
    return m;
}

static void release(struct rte_mbuf *m)
{
    free(m->buf_addr);
    free(m);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct sl_net_rx rx;
    if (size < 1 || size > 9000)
        return 0;
    uint8_t flags = data[0];
    struct sl_net net = our_net(flags);
    uint16_t bytes = (uint16_t)(size - 1);
    /* Read without a byte of room behind it, then answered. */
    struct rte_mbuf *m = receive(data + 1, bytes, 0, flags);
    enum sl_net_kind kind = sl_net_classify(&net, m, &rx);
    SL_ASSERT(kind != SL_NET_DROP || rx.drop < SL_DROP_COUNT);
    if (kind == SL_NET_GOSSIP)
        check_payload(m, &rx);
    if (kind == SL_NET_NEIGHBOUR)
        (void)(rx.is_v6 ? sl_nd_read(m, &rx) : sl_arp_read(&net, m, &rx));
    release(m);
    m = receive(data + 1, bytes, ANSWER_ROOM, flags);
    kind = sl_net_classify(&net, m, &rx);
    if (kind == SL_NET_NEIGHBOUR)
        answer_neighbour(&net, m, &rx);
    if (kind == SL_NET_ECHO)
        sl_net_echo_reply(&net, m, &rx);
    if (kind == SL_NET_GOSSIP)
        sl_net_reply(&net, m, &rx, rx.payload_bytes);
    SL_ASSERT(m->data_off + (uint32_t)m->data_len <= m->buf_len);
    release(m);
    return 0;
}
