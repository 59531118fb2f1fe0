/* SPDX-License-Identifier: BSD-3-Clause */
#include "tests/dpdk/net_fixture.h"

namespace
{

using namespace net_test;

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
