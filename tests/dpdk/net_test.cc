/* SPDX-License-Identifier: BSD-3-Clause */
#include "ports/net.h"

#include <algorithm>

#include "tests/dpdk/eal_environment.h"
#include "tests/dpdk/frames.h"

using namespace frames;

namespace
{
const Bytes PAYLOAD = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11};

Ip v4()
{
    Ip ip;
    ip.from = PEER_V4;
    ip.to = MY_V4;
    return ip;
}

Ip v6()
{
    Ip ip;
    ip.from = PEER_V6;
    ip.to = MY_V6;
    return ip;
}

Ip icmp6()
{
    Ip ip = v6();
    ip.proto = 58;
    return ip;
}

/* ARP and ND frames end up here too, so that every test sees kind and reason. */
class Net : public testing::Test
{
  protected:
    MbufPool pool;
    sl_net net = node();
    sl_net_rx rx = {};

    sl_net_kind classify(const Bytes &frame, uint64_t ol_flags = 0)
    {
        rte_mbuf *m = pool.allocate(frame);
        m->ol_flags = ol_flags;
        rx = {};
        sl_net_kind kind = sl_net_classify(&net, m, &rx);
        if (kind == SL_NET_GOSSIP)
            got.assign(rx.payload, rx.payload + rx.payload_bytes);
        rte_pktmbuf_free(m);
        return kind;
    }

    void expect_drop(const Bytes &frame, sl_drop reason, uint64_t ol_flags = 0)
    {
        EXPECT_EQ(classify(frame, ol_flags), SL_NET_DROP);
        EXPECT_STREQ(sl_drop_name(rx.drop), sl_drop_name(reason));
    }

    /* A v4 datagram with a byte of the IP header changed and the header checksum made right. */
    Bytes with_ip_byte(size_t at, uint8_t value)
    {
        Bytes f = datagram(v4(), PEER_PORT, PORT, PAYLOAD);
        f[14 + at] = value;
        set16(f, 24, 0);
        set16(f, 24, checksum(Bytes(f.begin() + 14, f.begin() + 34)));
        return f;
    }

    Bytes got;
};

TEST_F(Net, GossipOverIpv4)
{
    EXPECT_EQ(classify(datagram(v4(), PEER_PORT, PORT, PAYLOAD)), SL_NET_GOSSIP);
    EXPECT_EQ(got, PAYLOAD);
    EXPECT_FALSE(rx.is_v6);
    EXPECT_EQ(rx.l3_at, 14);
    sl_endpoint from = endpoint(PEER_V4, PEER_PORT);
    EXPECT_TRUE(sl_endpoint_equal(&rx.from, &from));
}

TEST_F(Net, GossipOverIpv6)
{
    EXPECT_EQ(classify(datagram(v6(), PEER_PORT, PORT, PAYLOAD)), SL_NET_GOSSIP);
    EXPECT_EQ(got, PAYLOAD);
    EXPECT_TRUE(rx.is_v6);
    sl_endpoint from = endpoint(PEER_V6, PEER_PORT);
    EXPECT_TRUE(sl_endpoint_equal(&rx.from, &from));
}

TEST_F(Net, EmptyDatagramIsGossipOfNoBytes)
{
    EXPECT_EQ(classify(datagram(v4(), PEER_PORT, PORT, {})), SL_NET_GOSSIP);
    EXPECT_EQ(rx.payload_bytes, 0);
}

TEST_F(Net, EthernetPaddingIsNotPayload)
{
    EXPECT_EQ(classify(datagram(v4(), PEER_PORT, PORT, {1}) + Bytes(17, 0xee)), SL_NET_GOSSIP);
    EXPECT_EQ(got, Bytes{1});
    EXPECT_EQ(classify(datagram(v6(), PEER_PORT, PORT, {1}) + Bytes(17, 0xee)), SL_NET_GOSSIP);
    EXPECT_EQ(got, Bytes{1});
}

TEST_F(Net, EveryLanesPortIsGossipAndNoOther)
{
    EXPECT_EQ(classify(datagram(v4(), PEER_PORT, PORT + 1, PAYLOAD)), SL_NET_GOSSIP);
    expect_drop(datagram(v4(), PEER_PORT, PORT + 2, PAYLOAD), SL_DROP_NOT_GOSSIP);
    expect_drop(datagram(v4(), PEER_PORT, PORT - 1, PAYLOAD), SL_DROP_NOT_GOSSIP);
    expect_drop(datagram(v6(), PEER_PORT, PORT + 2, PAYLOAD), SL_DROP_NOT_GOSSIP);
}

TEST_F(Net, EveryTruncationIsDroppedForItsLayer)
{
    for (const Ip &ip : {v4(), v6()}) {
        Bytes whole = datagram(ip, PEER_PORT, PORT, PAYLOAD);
        for (size_t length = 0; length < whole.size(); length++) {
            SCOPED_TRACE(length);
            expect_drop(Bytes(whole.begin(), whole.begin() + (long)length),
                        length < 14 ? SL_DROP_L2_MALFORMED : SL_DROP_IP_MALFORMED);
        }
    }
    Bytes tag = tagged(MY_MAC, PEER_MAC, 0, 0x0800, {});
    for (size_t length = 14; length < tag.size(); length++)
        expect_drop(Bytes(tag.begin(), tag.begin() + (long)length), SL_DROP_L2_MALFORMED);
}

TEST_F(Net, UdpShorterThanItsHeaderIsMalformed)
{
    for (const Ip &ip : {v4(), v6()}) {
        Bytes upper = udp(ip, PEER_PORT, PORT, {});
        upper.resize(7);
        expect_drop(ethernet(MY_MAC, PEER_MAC, ether_type(ip), packet(ip, upper)),
                    SL_DROP_IP_MALFORMED);
    }
}

TEST_F(Net, UdpLengthMustBeTheIpPayloads)
{
    for (int difference : {-1, 1}) {
        for (const Ip &ip : {v4(), v6()}) {
            Bytes upper = udp(ip, PEER_PORT, PORT, PAYLOAD);
            set16(upper, 4, (unsigned)((int)upper.size() + difference));
            expect_drop(
                ethernet(MY_MAC, PEER_MAC, ether_type(ip), packet(ip, summed(ip, upper, 6))),
                SL_DROP_IP_MALFORMED);
        }
    }
}

TEST_F(Net, WrongVersionOrHeaderLengthIsMalformed)
{
    expect_drop(with_ip_byte(0, 0x55), SL_DROP_IP_MALFORMED);
    expect_drop(with_ip_byte(0, 0x44), SL_DROP_IP_MALFORMED);
    expect_drop(with_ip_byte(0, 0x4f), SL_DROP_IP_MALFORMED); /* header longer than the packet */
    Bytes f = datagram(v6(), PEER_PORT, PORT, PAYLOAD);
    f[14] = 0x40;
    expect_drop(f, SL_DROP_IP_MALFORMED);
}

TEST_F(Net, IpLengthBelowItsHeaderIsMalformed)
{
    expect_drop(with_ip_byte(3, 19), SL_DROP_IP_MALFORMED);
}

TEST_F(Net, OptionsAreDropped)
{
    expect_drop(with_ip_byte(0, 0x46), SL_DROP_IP_FRAGMENT);
}

TEST_F(Net, FragmentsAreDropped)
{
    expect_drop(with_ip_byte(6, 0x20), SL_DROP_IP_FRAGMENT); /* more to come */
    expect_drop(with_ip_byte(7, 0x01), SL_DROP_IP_FRAGMENT); /* not the first */
    EXPECT_EQ(classify(with_ip_byte(6, 0x00)), SL_NET_GOSSIP) << "may be fragmented, but is whole";
}

TEST_F(Net, Ipv6ExtensionHeadersAreDropped)
{
    for (unsigned next : {0u, 43u, 44u, 60u}) {
        Ip ip = v6();
        ip.proto = next;
        expect_drop(ethernet(MY_MAC, PEER_MAC, 0x86dd, ipv6(ip, Bytes(16, 0))),
                    SL_DROP_IP_FRAGMENT);
    }
}

TEST_F(Net, ForeignAddressesAreNotMine)
{
    Ip ip = v4();
    ip.to = "10.0.0.3";
    expect_drop(datagram(ip, PEER_PORT, PORT, PAYLOAD), SL_DROP_IP_NOT_MINE);
    ip.to = "10.0.0.255";
    expect_drop(datagram(ip, PEER_PORT, PORT, PAYLOAD), SL_DROP_IP_NOT_MINE);
    ip = v6();
    ip.to = "fd00::3";
    expect_drop(datagram(ip, PEER_PORT, PORT, PAYLOAD), SL_DROP_IP_NOT_MINE);
    ip.to = "ff02::1";
    expect_drop(datagram(ip, PEER_PORT, PORT, PAYLOAD), SL_DROP_IP_NOT_MINE);
}

TEST_F(Net, AnotherMacIsNotMine)
{
    for (const Ip &ip : {v4(), v6()}) {
        Bytes body = packet(ip, udp(ip, PEER_PORT, PORT, PAYLOAD));
        expect_drop(ethernet(PEER_MAC, PEER_MAC, ether_type(ip), body), SL_DROP_IP_NOT_MINE);
        expect_drop(ethernet(EVERYBODY_MAC, PEER_MAC, ether_type(ip), body), SL_DROP_IP_NOT_MINE);
    }
}

TEST_F(Net, AFamilyWithoutAnAddressIsNotMine)
{
    net.v4.set = false;
    expect_drop(datagram(v4(), PEER_PORT, PORT, PAYLOAD), SL_DROP_IP_NOT_MINE);
    expect_drop(ethernet(EVERYBODY_MAC, PEER_MAC, 0x0806, arp(1, PEER_MAC, PEER_V4, MY_MAC, MY_V4)),
                SL_DROP_IP_NOT_MINE);
    net.v6.set = false;
    expect_drop(datagram(v6(), PEER_PORT, PORT, PAYLOAD), SL_DROP_IP_NOT_MINE);
}

TEST_F(Net, SourcesThatNobodyAnswersAreMalformed)
{
    for (const char *from : {"0.0.0.0", "0.1.2.3", "127.0.0.1", "224.0.0.1", "255.255.255.255"}) {
        Ip ip = v4();
        ip.from = from;
        expect_drop(datagram(ip, PEER_PORT, PORT, PAYLOAD), SL_DROP_IP_MALFORMED);
    }
    for (const char *from : {"::", "::1", "ff02::1", "::ffff:10.0.0.2"}) {
        Ip ip = v6();
        ip.from = from;
        expect_drop(datagram(ip, PEER_PORT, PORT, PAYLOAD), SL_DROP_IP_MALFORMED);
    }
    expect_drop(datagram(v4(), 0, PORT, PAYLOAD), SL_DROP_IP_MALFORMED);
    Ip ip = v4();
    expect_drop(ethernet(MY_MAC, EVERYBODY_MAC, 0x0800, packet(ip, udp(ip, PEER_PORT, PORT, {}))),
                SL_DROP_L2_MALFORMED);
}

TEST_F(Net, EveryFlippedBitOfPayloadAndHeadersIsSeen)
{
    for (const Ip &ip : {v4(), v6()}) {
        Bytes whole = datagram(ip, PEER_PORT, PORT, PAYLOAD);
        size_t udp_at = is_v6(ip) ? 54 : 34;
        for (size_t at = udp_at + 8; at < whole.size(); at++) {
            Bytes f = whole;
            f[at] ^= 0x10;
            expect_drop(f, SL_DROP_CHECKSUM);
        }
        Bytes f = whole;
        f[udp_at + 6] ^= 1; /* the checksum itself */
        expect_drop(f, SL_DROP_CHECKSUM);
    }
    Bytes f = datagram(v4(), PEER_PORT, PORT, PAYLOAD);
    f[22] ^= 1; /* hop limit: covered by IPv4's own checksum */
    expect_drop(f, SL_DROP_CHECKSUM);
}

TEST_F(Net, UdpWithoutChecksumIsFineOverIpv4Only)
{
    Bytes f = datagram(v4(), PEER_PORT, PORT, PAYLOAD);
    set16(f, 40, 0);
    EXPECT_EQ(classify(f), SL_NET_GOSSIP);
    f = datagram(v6(), PEER_PORT, PORT, PAYLOAD);
    set16(f, 60, 0);
    expect_drop(f, SL_DROP_CHECKSUM);
    net.rx_checksum = true;
    expect_drop(f, SL_DROP_CHECKSUM, RTE_MBUF_F_RX_L4_CKSUM_GOOD);
}

TEST_F(Net, ADevicesWordCountsOnlyIfThePortAskedForIt)
{
    Bytes f = datagram(v4(), PEER_PORT, PORT, PAYLOAD);
    f.back() ^= 1;
    const uint64_t good = RTE_MBUF_F_RX_IP_CKSUM_GOOD | RTE_MBUF_F_RX_L4_CKSUM_GOOD;
    expect_drop(f, SL_DROP_CHECKSUM, good);
    net.rx_checksum = true;
    EXPECT_EQ(classify(f, good), SL_NET_GOSSIP);
    expect_drop(f, SL_DROP_CHECKSUM, RTE_MBUF_F_RX_IP_CKSUM_GOOD); /* unknown: verified here */
}

TEST_F(Net, OnlyMyVlanIsMine)
{
    Ip ip = v4();
    Bytes body = packet(ip, udp(ip, PEER_PORT, PORT, PAYLOAD));
    expect_drop(tagged(MY_MAC, PEER_MAC, 5, 0x0800, body), SL_DROP_NOT_GOSSIP);
    EXPECT_EQ(classify(tagged(MY_MAC, PEER_MAC, 0x6000, 0x0800, body)), SL_NET_GOSSIP)
        << "a priority tag is no VLAN";
    net.vlan_id = 5;
    EXPECT_EQ(classify(tagged(MY_MAC, PEER_MAC, 0xe005, 0x0800, body)), SL_NET_GOSSIP);
    EXPECT_EQ(rx.l3_at, 18);
    EXPECT_EQ(got, PAYLOAD);
    expect_drop(tagged(MY_MAC, PEER_MAC, 6, 0x0800, body), SL_DROP_NOT_GOSSIP);
    expect_drop(ethernet(MY_MAC, PEER_MAC, 0x0800, body), SL_DROP_NOT_GOSSIP);
}

TEST_F(Net, OtherProtocolsAreNotGossip)
{
    expect_drop(ethernet(MY_MAC, PEER_MAC, 0x88cc, Bytes(46, 0)), SL_DROP_NOT_GOSSIP);
    expect_drop(ethernet(MY_MAC, PEER_MAC, 0x88a8, Bytes(46, 0)), SL_DROP_NOT_GOSSIP);
    for (Ip ip : {v4(), v6()}) {
        ip.proto = 6;
        expect_drop(ethernet(MY_MAC, PEER_MAC, ether_type(ip), packet(ip, Bytes(20, 0))),
                    SL_DROP_NOT_GOSSIP);
    }
}

TEST_F(Net, ChainedMbufsAreDropped)
{
    rte_mbuf *m = pool.allocate(datagram(v4(), PEER_PORT, PORT, PAYLOAD));
    ASSERT_EQ(rte_pktmbuf_chain(m, pool.allocate(PAYLOAD)), 0);
    EXPECT_EQ(sl_net_classify(&net, m, &rx), SL_NET_DROP);
    EXPECT_EQ(rx.drop, SL_DROP_L2_MALFORMED);
    rte_pktmbuf_free(m);
}

TEST_F(Net, ArpForMeAndAnnouncementsGoToTheOwner)
{
    auto frame = [](const Bytes &body) { return ethernet(EVERYBODY_MAC, PEER_MAC, 0x0806, body); };
    EXPECT_EQ(classify(frame(arp(1, PEER_MAC, PEER_V4, Bytes(6), MY_V4))), SL_NET_NEIGHBOUR);
    EXPECT_EQ(classify(frame(arp(2, PEER_MAC, PEER_V4, MY_MAC, MY_V4))), SL_NET_NEIGHBOUR);
    EXPECT_EQ(classify(frame(arp(1, PEER_MAC, PEER_V4, Bytes(6), PEER_V4))), SL_NET_NEIGHBOUR);
    expect_drop(frame(arp(1, PEER_MAC, PEER_V4, Bytes(6), "10.0.0.3")), SL_DROP_IP_NOT_MINE);

    Bytes good = frame(arp(1, PEER_MAC, PEER_V4, Bytes(6), MY_V4));
    for (size_t at = 14; at < 20; at++) { /* hardware, protocol and their lengths */
        Bytes f = good;
        f[at] ^= 0x40;
        expect_drop(f, SL_DROP_L2_MALFORMED);
    }
    for (size_t length = 14; length < good.size(); length++)
        expect_drop(Bytes(good.begin(), good.begin() + (long)length), SL_DROP_L2_MALFORMED);
}

TEST_F(Net, NeighbourDiscoveryForMeGoesToTheOwner)
{
    Ip ip = icmp6();
    ip.hop_limit = 255;
    const Bytes group_mac = {0x33, 0x33, 0xff, 0, 0, 1};
    auto frame = [&](const std::string &to, const Bytes &mac, unsigned type,
                     const std::string &target) {
        ip.to = to;
        return ethernet(mac, PEER_MAC, 0x86dd, ipv6(ip, nd(ip, type, 0, target, 1, PEER_MAC)));
    };
    EXPECT_EQ(classify(frame("ff02::1:ff00:1", group_mac, 135, MY_V6)), SL_NET_NEIGHBOUR);
    EXPECT_EQ(classify(frame("ff02::1:ff00:1", group_mac, 135, MY_LINK_LOCAL)), SL_NET_NEIGHBOUR);
    EXPECT_EQ(classify(frame(MY_V6, MY_MAC, 135, MY_V6)), SL_NET_NEIGHBOUR);
    EXPECT_EQ(classify(frame(MY_LINK_LOCAL, MY_MAC, 136, PEER_V6)), SL_NET_NEIGHBOUR);
    EXPECT_EQ(classify(frame("ff02::1", {0x33, 0x33, 0, 0, 0, 1}, 136, PEER_V6)), SL_NET_NEIGHBOUR);
    expect_drop(frame("ff02::1:ff00:1", group_mac, 135, "fd00::f:0:1"), SL_DROP_IP_NOT_MINE);
    expect_drop(frame("ff02::1:ff00:9", group_mac, 135, MY_V6), SL_DROP_IP_NOT_MINE);

    ip.hop_limit = 254; /* passed on by a router: forged from outside the link */
    expect_drop(frame(MY_V6, MY_MAC, 135, MY_V6), SL_DROP_IP_MALFORMED);
    ip.hop_limit = 255;
    Bytes bad = frame(MY_V6, MY_MAC, 135, MY_V6);
    bad.back() ^= 1;
    expect_drop(bad, SL_DROP_CHECKSUM);
    Bytes short_body = nd(ip, 135, 0, MY_V6, 0, {});
    short_body.resize(23);
    expect_drop(ethernet(MY_MAC, PEER_MAC, 0x86dd, ipv6(ip, summed(ip, short_body, 2))),
                SL_DROP_IP_MALFORMED);
}

TEST_F(Net, OtherMulticastIsNotMine)
{
    Ip ip = v6();
    ip.to = "ff02::16";
    ip.proto = 0; /* the kernel's own multicast reports, with a hop-by-hop option */
    expect_drop(ethernet({0x33, 0x33, 0, 0, 0, 0x16}, PEER_MAC, 0x86dd, ipv6(ip, Bytes(28, 0))),
                SL_DROP_IP_NOT_MINE);
}

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

class Echo : public Net
{
  protected:
    Bytes answer(const Bytes &frame)
    {
        rte_mbuf *m = pool.allocate(frame);
        EXPECT_EQ(sl_net_classify(&net, m, &rx), SL_NET_ECHO);
        sl_net_echo_reply(&net, m, &rx);
        EXPECT_EQ(m->pkt_len, m->data_len);
        Bytes out = mbuf_bytes(m);
        rte_pktmbuf_free(m);
        return out;
    }
};

TEST_F(Echo, Ipv4ByteForByte)
{
    Ip ip = v4(), back = v4();
    ip.proto = back.proto = 1;
    ip.identity = back.identity = 0x4711;
    ip.hop_limit = 3;
    std::swap(back.from, back.to);
    for (unsigned fill = 0; fill < 256; fill++) { /* every carry of the adjusted sum */
        Bytes data(57, (uint8_t)fill);
        EXPECT_EQ(answer(ethernet(MY_MAC, PEER_MAC, 0x0800, ipv4(ip, icmp_echo(8, data))) +
                         Bytes(3, 0xee)),
                  ethernet(PEER_MAC, MY_MAC, 0x0800, ipv4(back, icmp_echo(0, data))));
    }
}

TEST_F(Echo, Ipv6ByteForByte)
{
    Ip ip = icmp6(), back = icmp6();
    ip.hop_limit = 3;
    std::swap(back.from, back.to);
    for (unsigned fill = 0; fill < 256; fill++) {
        Bytes data(56, (uint8_t)fill);
        EXPECT_EQ(
            answer(
                ethernet(MY_MAC, PEER_MAC, 0x86dd, ipv6(ip, summed(ip, icmp_echo(128, data), 2)))),
            ethernet(PEER_MAC, MY_MAC, 0x86dd, ipv6(back, summed(back, icmp_echo(129, data), 2))));
    }
}

TEST_F(Echo, OnlySoundRequestsAreAnswered)
{
    Ip ip = v4();
    ip.proto = 1;
    auto frame = [&](const Bytes &body) {
        return ethernet(MY_MAC, PEER_MAC, 0x0800, ipv4(ip, body));
    };
    Bytes bad = icmp_echo(8, PAYLOAD);
    bad[9] ^= 1;
    expect_drop(frame(bad), SL_DROP_CHECKSUM);
    expect_drop(frame(icmp_echo(0, PAYLOAD)), SL_DROP_NOT_GOSSIP);
    expect_drop(frame(Bytes(7, 0)), SL_DROP_IP_MALFORMED);
    ip = icmp6();
    auto frame6 = [&](const Bytes &body) {
        return ethernet(MY_MAC, PEER_MAC, 0x86dd, ipv6(ip, body));
    };
    bad = summed(ip, icmp_echo(128, PAYLOAD), 2);
    bad[9] ^= 1;
    expect_drop(frame6(bad), SL_DROP_CHECKSUM);
    expect_drop(frame6(summed(ip, icmp_echo(129, PAYLOAD), 2)), SL_DROP_NOT_GOSSIP);
    expect_drop(frame6(Bytes(7, 0)), SL_DROP_IP_MALFORMED);
    ip.to = "ff02::1";
    expect_drop(ethernet({0x33, 0x33, 0, 0, 0, 1}, PEER_MAC, 0x86dd,
                         ipv6(ip, summed(ip, icmp_echo(128, PAYLOAD), 2))),
                SL_DROP_IP_NOT_MINE);
}

class NextHop : public testing::Test
{
  protected:
    sl_net net = node();

    std::string to(const std::string &ip)
    {
        sl_endpoint e = endpoint(ip, 1);
        uint8_t next_hop[16];
        if (!sl_net_next_hop(&net, &e, next_hop))
            return "none";
        char text[INET6_ADDRSTRLEN];
        bool mapped = memcmp(next_hop, SL_V4_PREFIX, 12) == 0;
        inet_ntop(mapped ? AF_INET : AF_INET6, mapped ? next_hop + 12 : next_hop, text,
                  sizeof(text));
        return text;
    }
};

TEST_F(NextHop, OnTheLinkItIsTheTarget)
{
    EXPECT_EQ(to("10.0.0.77"), "10.0.0.77");
    EXPECT_EQ(to("fd00::77"), "fd00::77");
    EXPECT_EQ(to("fe80::77"), "fe80::77");
}

TEST_F(NextHop, OffTheLinkItIsTheGateway)
{
    EXPECT_EQ(to("10.0.1.77"), GATEWAY_V4);
    EXPECT_EQ(to("fd00:0:0:1::77"), GATEWAY_V6);
}

TEST_F(NextHop, OffTheLinkWithoutAGatewayThereIsNone)
{
    net.v4.has_gateway = net.v6.has_gateway = false;
    EXPECT_EQ(to("10.0.1.77"), "none");
    EXPECT_EQ(to("fd00:0:0:1::77"), "none");
    net.v4.set = net.v6.set = false;
    EXPECT_EQ(to("10.0.0.77"), "none");
    EXPECT_EQ(to("fd00::77"), "none");
}

TEST_F(NextHop, EveryPrefixLength)
{
    net.v4.has_gateway = net.v6.has_gateway = false;
    for (unsigned bits = 0; bits <= 128; bits++) {
        /* The first address outside differs in the last bit of the prefix, inside in the next. */
        auto flipped = [&](const std::string &ip, unsigned bit) {
            Bytes a = address(ip);
            a[bit / 8] ^= (uint8_t)(0x80 >> bit % 8);
            char text[INET6_ADDRSTRLEN];
            inet_ntop(a.size() == 4 ? AF_INET : AF_INET6, a.data(), text, sizeof(text));
            return std::string(text);
        };
        net.v6.prefix_bits = (uint8_t)bits;
        std::string in = flipped(MY_V6, RTE_MIN(bits, 127u)),
                    out = flipped(MY_V6, RTE_MAX(bits, 1u) - 1);
        EXPECT_EQ(to(in), bits < 128 ? in : "none") << bits;
        EXPECT_EQ(to(out), bits > 0 ? "none" : out) << bits;
        if (bits > 32)
            continue;
        net.v4.prefix_bits = (uint8_t)bits;
        in = flipped(MY_V4, RTE_MIN(bits, 31u)), out = flipped(MY_V4, RTE_MAX(bits, 1u) - 1);
        EXPECT_EQ(to(in), bits < 32 ? in : "none") << bits;
        EXPECT_EQ(to(out), bits > 0 ? "none" : out) << bits;
    }
}
} // namespace
