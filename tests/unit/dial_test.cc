// SPDX-License-Identifier: BSD-3-Clause
// Dialling the dead: often enough to find them again, and never all at the same time.
#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "cluster.h"

namespace
{

const int kLost = 5;

// Twenty nodes that dial much more often than all of them together may.
class Dial : public ::testing::Test
{
  protected:
    Dial() : cluster("lan")
    {
        cluster.configure = [](sl_config &c) {
            c.dial_interval_ns = 100 * kMs;
            c.max_members = 2000;
        };
        form(cluster, 20);
        cluster.tap = [this](const ClusterPacket &p) {
            if (p.to.ip[15] == kLost && p.bytes[1] == SL_FRAME_PING)
                pings_ns.push_back(cluster.now());
            requests += p.bytes[1] == SL_FRAME_PING_REQ;
        };
    }

    void lose()
    {
        cluster.pause(kLost);
        ASSERT_TRUE(cluster.run_until([this] { return all_say(cluster, "n5", SL_DEAD); }, 20 * kS));
        dead_ns = cluster.now();
        pings_ns.clear();
        requests = 0;
    }

    size_t most_in_a_second() const
    {
        size_t most = 0;
        for (size_t i = 0; i < pings_ns.size(); i++) {
            auto end = std::upper_bound(pings_ns.begin(), pings_ns.end(), pings_ns[i] + kS);
            most = std::max(most, (size_t)(end - pings_ns.begin()) - i);
        }
        return most;
    }

    Cluster cluster;
    std::vector<uint64_t> pings_ns;
    uint64_t dead_ns = 0;
    size_t requests = 0;
};

TEST_F(Dial, ADeadMemberIsDialledEightTimesASecondByAllTogether)
{
    lose();
    cluster.run(60 * kS);
    EXPECT_GT(pings_ns.size(), 60u * 6);
    EXPECT_LT(pings_ns.size(), 60u * 10);
}

TEST_F(Dial, ThoseWhoLearnOfADeathAtTheSameTimeDialInTurns)
{
    lose();
    cluster.run(60 * kS);
    EXPECT_LE(most_in_a_second(), 24u);
}

TEST_F(Dial, ADialIsOnePingWithoutHelpers)
{
    lose();
    cluster.run(2 * kS); // until the last probes of others are over
    requests = 0;
    cluster.run(20 * kS);
    EXPECT_EQ(requests, 0u);
}

TEST_F(Dial, WhoIsBackIsFoundAtOnce)
{
    lose();
    cluster.run(10 * kS);
    cluster.resume(kLost);
    EXPECT_TRUE(cluster.run_until([this] { return cluster.converged(); }, 2 * kS));
}

// Its cursor finds the one dead member among many free slots within an interval.
TEST(DialAlone, AFewNodesDialWithinAnInterval)
{
    Cluster cluster("lan");
    form(cluster, 3);
    cluster.kill(3);
    ASSERT_TRUE(cluster.run_until([&] { return all_say(cluster, "n3", SL_DEAD); }, 20 * kS));
    bool dialled = false;
    cluster.tap = [&](const ClusterPacket &p) { dialled |= p.to.ip[15] == 3; };
    EXPECT_TRUE(cluster.run_until([&] { return dialled; }, 6 * kS));
}

} // namespace
