// SPDX-License-Identifier: BSD-3-Clause
// Paths that swallow long frames: noticed, told, and given short ones, each zone by itself.
#include <algorithm>

#include "probe_fixture.h"

namespace
{

constexpr uint32_t LEAST = SL_FRAME_BYTES_MIN, MOST = SL_FRAME_BYTES;

class Path : public ProbeFixture
{
  protected:
    void SetUp() override
    {
        Start();
    }

    uint32_t Bytes(uint32_t zone = 0)
    {
        return sl_path_bytes(&engine(), zone);
    }
    void Swallow(int times, uint32_t zone = 0)
    {
        for (int i = 0; i < times; i++)
            sl_path_swallowed(&engine(), zone);
    }
    // The length that is tried next; what becomes of it is as a path of `mtu` has it.
    uint32_t Search(uint32_t mtu)
    {
        uint32_t bytes = 0;
        for (int i = 0; i < 3 && bytes == 0; i++) {
            cluster.run(5 * kS);
            bytes = sl_path_test_bytes(&engine(), 0);
        }
        sl_path_tested(&engine(), 0, bytes, bytes <= mtu);
        return bytes;
    }
};

TEST_F(Path, FourLongFramesInARowThatVanishLimitItOnceAndAreTold)
{
    Swallow(3);
    EXPECT_EQ(Bytes(), MOST);
    Swallow(1);
    EXPECT_EQ(Bytes(), LEAST);
    EXPECT_EQ(engine().fast.path_bytes[0], LEAST);
    EXPECT_EQ(engine().fast.path_bytes_least, LEAST);
    Swallow(10);
    EXPECT_EQ(node().count_events(SL_EVENT_PATH_SHORT), 1u);
    EXPECT_EQ(node().stats().paths_swallowed, 1u);
}

TEST_F(Path, OneThatPassesBeginsTheCountAnew)
{
    Swallow(3);
    sl_path_passed(&engine(), 0);
    Swallow(3);
    EXPECT_EQ(Bytes(), MOST);
}

TEST_F(Path, EachZoneHasALimitOfItsOwn)
{
    Swallow(3, 1);
    Swallow(4, 2);
    sl_path_passed(&engine(), 2);
    EXPECT_EQ(Bytes(0), MOST);
    EXPECT_EQ(Bytes(1), MOST);
    EXPECT_EQ(Bytes(2), LEAST);
    EXPECT_EQ(engine().fast.path_bytes[1], MOST);
    EXPECT_EQ(engine().fast.path_bytes[2], LEAST);
    EXPECT_EQ(sl_path_least_bytes(&engine()), LEAST);
    EXPECT_EQ(node().stats().path_bytes, LEAST);
    sl_path_tested(&engine(), 2, MOST, true);
    EXPECT_EQ(sl_path_least_bytes(&engine()), MOST);
    EXPECT_EQ(node().count_events(SL_EVENT_PATH_LONG), 1u);
}

TEST_F(Path, WhatPassesIsFoundByHalves)
{
    EXPECT_EQ(sl_path_test_bytes(&engine(), 0), 0u) << "nothing to find out";
    Swallow(4);
    EXPECT_EQ(sl_path_test_bytes(&engine(), 0), 0u) << "not at once";
    EXPECT_EQ(Search(1000), (LEAST + MOST) / 2);
    EXPECT_EQ(sl_path_test_bytes(&engine(), 0), 0u) << "one a while";
    for (int i = 0; i < 4; i++)
        Search(1000);
    EXPECT_LE(Bytes(), 1000u);
    EXPECT_GT(Bytes(), 1000u - 65);
    EXPECT_EQ(node().count_events(SL_EVENT_PATH_LONG), 0u);
}

TEST_F(Path, TheSearchBeginsAnewAndFindsThatAllPassAgain)
{
    Swallow(4);
    for (int i = 0; i < 4; i++)
        Search(1000);
    for (int i = 0; i < 10 && Bytes() != MOST; i++)
        Search(UINT32_MAX);
    EXPECT_EQ(Bytes(), MOST);
    EXPECT_EQ(node().count_events(SL_EVENT_PATH_LONG), 1u);
    EXPECT_EQ(sl_path_test_bytes(&engine(), 0), 0u);
}

TEST_F(Path, APathThatStaysShortIsSearchedSeldomer)
{
    Swallow(4);
    int tests = 0;
    for (int s = 0; s < 3600; s += 5) {
        cluster.run(5 * kS);
        uint32_t bytes = sl_path_test_bytes(&engine(), 0);
        tests += bytes != 0;
        sl_path_tested(&engine(), 0, bytes, bytes != 0 && bytes <= 700);
    }
    EXPECT_GT(tests, 10);
    EXPECT_LT(tests, 70) << "an hour";
}

TEST_F(Path, APaddedPingFindsThatLongFramesPassAgain)
{
    Swallow(4);
    cluster.run(12 * kS);
    m.answers = true;
    Probe();
    cluster.run(10 * kMs);
    EXPECT_EQ(Bytes(), (LEAST + MOST) / 2);
}

void long_claims(sl_config &c)
{
    memset(c.tags, 'x', SL_TAGS_BYTES_MAX);
}

TEST(PathCluster, NodesOfLongClaimsJoinWhereLongFramesVanish)
{
    Cluster cluster;
    cluster.mtu = [](int, int) { return 1000u; };
    cluster.configure = long_claims;
    for (int i = 1; i <= 20; i++)
        cluster.start(i, {1});
    ASSERT_TRUE(cluster.run_until([&] { return cluster.converged(); }, 30 * kS));
    cluster.start(21, {1});
    EXPECT_TRUE(cluster.run_until([&] { return cluster.converged(); }, 5 * kS));
}

uint8_t type_of(const ClusterPacket &packet)
{
    sl_header header = {};
    sl_header_read(packet.bytes.data(), (uint32_t)packet.bytes.size(), &header);
    return header.type;
}

// Nodes 1 to 10 in the east, 11 to 20 in the west, and between the two a path of 900 bytes.
TEST(PathCluster, OnlyTheZoneBehindAShortPathGetsShortFrames)
{
    constexpr uint32_t MTU = 900;
    Cluster cluster;
    cluster.configure = [](sl_config &c) {
        long_claims(c);
        snprintf(c.zone, sizeof(c.zone), "%s", c.v4.ip[15] <= 10 ? "east" : "west");
    };
    uint32_t near = 0, far = 0, swallowed = 0;
    cluster.mtu = [](int a, int b) { return (a <= 10) == (b <= 10) ? UINT32_MAX : MTU; };
    for (int i = 1; i <= 20; i++)
        cluster.start(i, {1, 11});
    ASSERT_TRUE(cluster.run_until([&] { return cluster.converged(); }, 30 * kS));
    auto changes = [&](int seconds) {
        for (int i = 0; i < 10 * seconds; i++) {
            for (int k : {1, 8, 14}) {
                auto &n = cluster.node(1 + (i + k) % 20);
                sl_engine_update(n.engine, cluster.now(), n.config.tags, SL_TAGS_BYTES_MAX);
                n.step(nullptr);
            }
            cluster.run(100 * kMs);
        }
    };
    changes(200);
    cluster.tap = [&](const ClusterPacket &p) {
        bool same = (p.from.ip[15] <= 10) == (p.to.ip[15] <= 10);
        uint32_t bytes = (uint32_t)p.bytes.size();
        (same ? near : far) = std::max(same ? near : far, bytes);
        // A PING may be a test of the path.
        bool limited = cluster.node(p.from.ip[15]).stats().path_bytes < MOST;
        swallowed += !same && bytes > MTU && limited && type_of(p) != SL_FRAME_PING;
    };
    changes(20);
    EXPECT_GT(near, MTU) << "long frames within a zone";
    EXPECT_GT(far, LEAST) << "what passes is used";
    EXPECT_EQ(swallowed, 0u) << "from nodes that know";
    size_t told = 0;
    for (auto &[number, node] : cluster.nodes) {
        for (const SeenEvent &e : node->events) {
            if (e.type != SL_EVENT_PATH_SHORT)
                continue;
            EXPECT_EQ(e.zone, number <= 10 ? "west" : "east") << number;
            told++;
        }
    }
    EXPECT_GE(told, 15u) << "of 20 nodes";
}

} // namespace
