/* SPDX-License-Identifier: BSD-3-Clause */
/* Any bytes as an Ethernet frame that arrives. The first byte says whether its tag is ours, whether
 * the device vouched for its checksums and whether ICMP's is made right, because no fuzzer comes
 * past them otherwise. Nothing but the frame may be read. */
#include <rte_icmp.h>
#include <rte_ip.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "lib/assert.h"
#include "ports/arp.h"
#include "ports/nd.h"
#include "ports/net.h"
#include "tests/fuzz/fuzz.h"

#define FRAME_BYTES_MAX 9000
#define ANSWER_ROOM     128

enum { TAG_IS_OURS = 1, IS_VOUCHED_FOR = 2, ICMP_IS_SUMMED = 4 };

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
    net.vlan_id = flags & TAG_IS_OURS ? 7 : 0;
    net.rx_checksum = (flags & IS_VOUCHED_FOR) != 0;
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

/* Memory that ends where a page begins that nobody may touch: builds without a sanitizer find out
 * as well. */
static uint8_t *fenced(size_t bytes)
{
    static uint8_t *fence;
    if (fence == NULL) {
        size_t page = (size_t)sysconf(_SC_PAGESIZE);
        size_t room = (FRAME_BYTES_MAX + ANSWER_ROOM + page - 1) / page * page;
        uint8_t *memory =
            mmap(NULL, room + page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        SL_ASSERT(memory != MAP_FAILED);
        SL_ASSERT(mprotect(memory + room, page, PROT_NONE) == 0);
        fence = memory + room;
    }
    return fence - (bytes + 1) / 2 * 2;
}

static void sum_icmp6(struct rte_ipv6_hdr *ip, uint32_t room)
{
    struct rte_icmp_hdr *icmp = (struct rte_icmp_hdr *)(ip + 1);
    uint32_t bytes = rte_be_to_cpu_16(ip->payload_len);
    if (ip->proto != IPPROTO_ICMPV6 || bytes < sizeof(*icmp) || bytes > room)
        return;
    icmp->icmp_cksum = 0;
    icmp->icmp_cksum = rte_ipv6_udptcp_cksum(ip, icmp);
}

static void sum_icmp4(struct rte_ipv4_hdr *ip, uint32_t room)
{
    struct rte_icmp_hdr *icmp = (struct rte_icmp_hdr *)(ip + 1);
    uint32_t bytes = rte_be_to_cpu_16(ip->total_length) - (uint32_t)sizeof(*ip);
    if (ip->version_ihl != RTE_IPV4_VHL_DEF || ip->next_proto_id != IPPROTO_ICMP ||
        bytes < sizeof(*icmp) || bytes > room)
        return;
    ip->hdr_checksum = 0;
    ip->hdr_checksum = rte_ipv4_cksum(ip);
    icmp->icmp_cksum = 0;
    icmp->icmp_cksum = (uint16_t)~rte_raw_cksum(icmp, bytes);
}

static void sum_icmp(uint8_t *frame, uint32_t bytes)
{
    const struct rte_ether_hdr *ether = (const struct rte_ether_hdr *)frame;
    uint32_t v4_at = sizeof(*ether) + sizeof(struct rte_ipv4_hdr);
    uint32_t v6_at = sizeof(*ether) + sizeof(struct rte_ipv6_hdr);
    void *ip = frame + sizeof(*ether);
    if (bytes >= v4_at && ether->ether_type == rte_cpu_to_be_16(RTE_ETHER_TYPE_IPV4))
        sum_icmp4(ip, bytes - v4_at);
    if (bytes >= v6_at && ether->ether_type == rte_cpu_to_be_16(RTE_ETHER_TYPE_IPV6))
        sum_icmp6(ip, bytes - v6_at);
}

static struct rte_mbuf *receive(const uint8_t *data, uint16_t size, uint16_t room, uint8_t flags)
{
    struct rte_mbuf *m = calloc(1, sizeof(*m));
    SL_ASSERT(m != NULL);
    m->buf_len = (uint16_t)(size + room);
    m->buf_addr = fenced(m->buf_len);
    memcpy(m->buf_addr, data, size);
    if (flags & ICMP_IS_SUMMED)
        sum_icmp(m->buf_addr, size);
    m->data_len = size;
    m->pkt_len = size;
    m->nb_segs = 1;
    m->refcnt = 1;
    if (flags & IS_VOUCHED_FOR)
        m->ol_flags = RTE_MBUF_F_RX_IP_CKSUM_GOOD | RTE_MBUF_F_RX_L4_CKSUM_GOOD;
    return m;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct sl_net_rx rx;
    if (size < 1 || size > FRAME_BYTES_MAX)
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
    free(m);
    m = receive(data + 1, bytes, ANSWER_ROOM, flags);
    kind = sl_net_classify(&net, m, &rx);
    if (kind == SL_NET_NEIGHBOUR)
        answer_neighbour(&net, m, &rx);
    if (kind == SL_NET_ECHO)
        sl_net_echo_reply(&net, m, &rx);
    if (kind == SL_NET_GOSSIP)
        sl_net_reply(&net, m, &rx, rx.payload_bytes);
    SL_ASSERT(m->data_off + (uint32_t)m->data_len <= m->buf_len);
    free(m);
    return 0;
}
