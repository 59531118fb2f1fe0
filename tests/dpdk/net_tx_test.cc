/* SPDX-License-Identifier: BSD-3-Clause */
#include <algorithm>

#include "tests/dpdk/net_fixture.h"

namespace
{

using namespace net_test;

class Reply : public Net
{
  protected:
    Bytes reply(const Bytes &frame, const Bytes &answer)
    {
        rte_mbuf *m = pool.allocate(frame);
        EXPECT_EQ(sl_net_classify(&net, m, &rx), SL_NET_GOSSIP);
        std::copy(answer.begin(), answer.end(), rx.payload);
        sl_net_reply(&net, m, &rx, (uint16_t)answer.size());
        EXPECT_EQ(m->pkt_len, m->data_len);
        ol_flags = m->ol_flags;
        tx_offload = m->tx_offload;
        Bytes out = mbuf_bytes(m);
        rte_pktmbuf_free(m);
        return out;
    }

    /* What a node sends: CS6, hop limit 64, no fragments. */
    static Ip answer_ip(const std::string &to)
    {
        Ip ip;
        ip.from = to.find(':') == std::string::npos ? MY_V4 : MY_V6;
        ip.to = to;
        ip.traffic_class = 48 << 2;
        return ip;
    }

    static Bytes expected(const std::string &to, unsigned from_port, const Bytes &payload)
    {
        Ip ip = answer_ip(to);
        return packet(ip, udp(ip, from_port, PEER_PORT, payload));
    }

    uint64_t ol_flags = 0, tx_offload = 0;
};

TEST_F(Reply, Ipv4ByteForByteAtEveryLength)
{
    for (size_t length = 0; length < 70; length++) {
        Bytes answer(length);
        for (size_t i = 0; i < length; i++)
            answer[i] = (uint8_t)(i * 37 + length);
        EXPECT_EQ(reply(datagram(v4(), PEER_PORT, PORT + 1, PAYLOAD) + Bytes(7, 0xee), answer),
                  ethernet(PEER_MAC, MY_MAC, 0x0800, expected(PEER_V4, PORT + 1, answer)));
    }
    EXPECT_EQ(ol_flags, 0u);
}

TEST_F(Reply, Ipv6ByteForByteAtEveryLength)
{
    for (size_t length = 0; length < 70; length++) {
        Bytes answer(length, (uint8_t)(length * 11));
        EXPECT_EQ(reply(datagram(v6(), PEER_PORT, PORT, PAYLOAD), answer),
                  ethernet(PEER_MAC, MY_MAC, 0x86dd, expected(PEER_V6, PORT, answer)));
    }
}

TEST_F(Reply, ComesFromTheLinkLocalAddressThatWasAsked)
{
    Ip ip = v6();
    ip.from = PEER_LINK_LOCAL;
    ip.to = MY_LINK_LOCAL;
    Ip back = answer_ip(PEER_LINK_LOCAL);
    back.from = MY_LINK_LOCAL;
    EXPECT_EQ(reply(datagram(ip, PEER_PORT, PORT, PAYLOAD), {9}),
              ethernet(PEER_MAC, MY_MAC, 0x86dd, ipv6(back, udp(back, PORT, PEER_PORT, {9}))));
}

TEST_F(Reply, AChecksumOfZeroIsSentAsAllOnes)
{
    /* The payload that makes the sum come out as zero. */
    Ip ip = answer_ip(PEER_V4);
    Bytes body = u16(PORT) + u16(PEER_PORT) + u16(10) + u16(0) + u16(0);
    Bytes answer = u16(checksum(pseudo(ip, body.size()) + body));
    Bytes out = reply(datagram(v4(), PEER_PORT, PORT, PAYLOAD), answer);
    EXPECT_EQ(out[40], 0xff);
    EXPECT_EQ(out[41], 0xff);
}

TEST_F(Reply, KeepsTheTagWithMyPriority)
{
    net.vlan_id = 5;
    Ip ip = v4();
    Bytes request =
        tagged(MY_MAC, PEER_MAC, 0x2005, 0x0800, packet(ip, udp(ip, PEER_PORT, PORT, PAYLOAD)));
    EXPECT_EQ(reply(request, {7}),
              tagged(PEER_MAC, MY_MAC, 6 << 13 | 5, 0x0800, expected(PEER_V4, PORT, {7})));
}

TEST_F(Reply, LeavesChecksumsToADeviceThatFillsThem)
{
    net.tx_checksum_ipv4 = net.tx_checksum_udp = true;
    Bytes out = reply(datagram(v4(), PEER_PORT, PORT, PAYLOAD), {7});
    EXPECT_EQ(ol_flags, RTE_MBUF_F_TX_IPV4 | RTE_MBUF_F_TX_IP_CKSUM | RTE_MBUF_F_TX_UDP_CKSUM);
    EXPECT_EQ(tx_offload, 14u | 20u << 7);
    EXPECT_EQ(out[24] << 8 | out[25], 0);
    /* The sum over the pseudo header, for the device to go on from. */
    EXPECT_EQ(out[40] << 8 | out[41], (uint16_t)~checksum(pseudo(answer_ip(PEER_V4), 9)));
    out = reply(datagram(v6(), PEER_PORT, PORT, PAYLOAD), {7});
    EXPECT_EQ(ol_flags, RTE_MBUF_F_TX_IPV6 | RTE_MBUF_F_TX_UDP_CKSUM);
    EXPECT_EQ(tx_offload, 14u | 40u << 7);
    EXPECT_EQ(out[60] << 8 | out[61], (uint16_t)~checksum(pseudo(answer_ip(PEER_V6), 9)));
}

class Wrap : public Reply
{
  protected:
    Bytes wrap(const Bytes &payload, const std::string &to, uint8_t lane)
    {
        rte_mbuf *m = pool.allocate(payload);
        sl_endpoint e = endpoint(to, PEER_PORT);
        rte_ether_addr mac;
        memcpy(&mac, PEER_MAC.data(), 6);
        sl_net_wrap(&net, m, &e, &mac, lane);
        EXPECT_EQ(m->pkt_len, m->data_len);
        Bytes out = mbuf_bytes(m);
        rte_pktmbuf_free(m);
        return out;
    }
};

TEST_F(Wrap, ByteForByteOverBothFamilies)
{
    for (size_t length : {0u, 1u, 2u, 63u, 64u, 1231u, 1232u}) {
        Bytes payload(length, 0xa5);
        EXPECT_EQ(wrap(payload, PEER_V4, 0),
                  ethernet(PEER_MAC, MY_MAC, 0x0800, expected(PEER_V4, PORT, payload)));
        EXPECT_EQ(wrap(payload, PEER_V6, 1),
                  ethernet(PEER_MAC, MY_MAC, 0x86dd, expected(PEER_V6, PORT + 1, payload)));
    }
}

TEST_F(Wrap, PutsMyTag)
{
    net.vlan_id = 100;
    EXPECT_EQ(wrap(PAYLOAD, PEER_V4, 0),
              tagged(PEER_MAC, MY_MAC, 6 << 13 | 100, 0x0800, expected(PEER_V4, PORT, PAYLOAD)));
    EXPECT_EQ(wrap(PAYLOAD, PEER_V6, 0),
              tagged(PEER_MAC, MY_MAC, 6 << 13 | 100, 0x86dd, expected(PEER_V6, PORT, PAYLOAD)));
}

TEST_F(Wrap, UnwrappedFramesCanBeSentOn)
{
    net.vlan_id = 5;
    Ip ip = v4();
    rte_mbuf *m = pool.allocate(
        tagged(MY_MAC, PEER_MAC, 5, 0x0800, packet(ip, udp(ip, PEER_PORT, PORT, PAYLOAD))));
    m->ol_flags = RTE_MBUF_F_RX_L4_CKSUM_GOOD;
    ASSERT_EQ(sl_net_classify(&net, m, &rx), SL_NET_GOSSIP);
    sl_net_unwrap(m, &rx, 4);
    EXPECT_EQ(mbuf_bytes(m), Bytes(PAYLOAD.begin(), PAYLOAD.begin() + 4));
    EXPECT_EQ(m->ol_flags, 0u);
    sl_endpoint to = endpoint("fd00::77", 1234);
    rte_ether_addr mac;
    memcpy(&mac, PEER_MAC.data(), 6);
    sl_net_wrap(&net, m, &to, &mac, 0); /* the longest headers fit where shorter ones were */
    Ip out = answer_ip("fd00::77");
    EXPECT_EQ(
        mbuf_bytes(m),
        tagged(PEER_MAC, MY_MAC, 6 << 13 | 5, 0x86dd,
               ipv6(out, udp(out, PORT, 1234, {PAYLOAD[0], PAYLOAD[1], PAYLOAD[2], PAYLOAD[3]}))));
    rte_pktmbuf_free(m);
}

} // namespace
