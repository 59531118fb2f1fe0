/* SPDX-License-Identifier: BSD-3-Clause */
#include "tests/dpdk/net_fixture.h"

namespace
{

using namespace net_test;

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

} // namespace
