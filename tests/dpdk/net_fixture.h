/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* A node's network side, and what it makes of a frame. */
#include "ports/net.h"
#include "tests/dpdk/eal_environment.h"
#include "tests/dpdk/frames.h"

namespace net_test
{
using namespace frames;

const Bytes PAYLOAD = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11};
inline Ip v4()
{
    Ip ip;
    ip.from = PEER_V4;
    ip.to = MY_V4;
    return ip;
}
inline Ip v6()
{
    Ip ip;
    ip.from = PEER_V6;
    ip.to = MY_V6;
    return ip;
}
inline Ip icmp6()
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

} // namespace net_test
