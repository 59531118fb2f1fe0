/* SPDX-License-Identifier: BSD-3-Clause */
#include "tests/dpdk/net_fixture.h"

namespace
{

using namespace net_test;

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

} // namespace
