// SPDX-License-Identifier: BSD-3-Clause
// Paths that swallow long frames: noticed, told, and given short ones.
#include "probe_fixture.h"

namespace
{

class Path : public ProbeFixture
{
  protected:
    void SetUp() override
    {
        Start();
    }

    void Swallow(int times)
    {
        for (int i = 0; i < times; i++)
            sl_path_swallowed(&engine());
    }
};

TEST_F(Path, FourLongFramesInARowThatVanishLimitItOnceAndAreTold)
{
    Swallow(3);
    EXPECT_EQ(engine().path.bytes, (uint32_t)SL_FRAME_BYTES);
    Swallow(1);
    EXPECT_EQ(engine().path.bytes, (uint32_t)SL_FRAME_BYTES_MIN);
    EXPECT_EQ(engine().fast.path_bytes, (uint32_t)SL_FRAME_BYTES_MIN);
    Swallow(10);
    EXPECT_EQ(node().count_events(SL_EVENT_PATH_SHORT), 1u);
    EXPECT_EQ(node().stats().paths_swallowed, 1u);
}

TEST_F(Path, OneThatPassesBeginsTheCountAnew)
{
    Swallow(3);
    sl_path_passed(&engine());
    Swallow(3);
    EXPECT_EQ(engine().path.bytes, (uint32_t)SL_FRAME_BYTES);
}

TEST_F(Path, LongerFramesAreTriedFromTimeToTimeAndSeldomerWhenThatIsInVain)
{
    EXPECT_EQ(sl_path_test_bytes(&engine()), 0u) << "nothing to find out";
    Swallow(4);
    EXPECT_EQ(sl_path_test_bytes(&engine()), 0u) << "not at once";
    cluster.run(12 * kS);
    EXPECT_EQ(sl_path_test_bytes(&engine()), 2u * SL_FRAME_BYTES_MIN);
    EXPECT_EQ(sl_path_test_bytes(&engine()), 0u);
    cluster.run(12 * kS);
    EXPECT_EQ(sl_path_test_bytes(&engine()), 2u * SL_FRAME_BYTES_MIN);
    cluster.run(12 * kS);
    EXPECT_EQ(sl_path_test_bytes(&engine()), 0u) << "twice as long from now on";
    sl_path_tested(&engine(), 2 * SL_FRAME_BYTES_MIN);
    EXPECT_EQ(engine().path.bytes, 2u * SL_FRAME_BYTES_MIN);
    cluster.run(30 * kS);
    EXPECT_EQ(sl_path_test_bytes(&engine()), (uint32_t)SL_FRAME_BYTES) << "never more";
}

TEST_F(Path, APaddedPingFindsThatLongFramesPassAgain)
{
    Swallow(4);
    cluster.run(12 * kS);
    m.answers = true;
    Probe();
    cluster.run(10 * kMs);
    EXPECT_EQ(engine().path.bytes, 2u * SL_FRAME_BYTES_MIN);
}

TEST(PathCluster, NodesOfLongClaimsJoinWhereLongFramesVanish)
{
    Cluster cluster;
    cluster.mtu = 1000;
    cluster.configure = [](sl_config &c) { memset(c.tags, 'x', SL_TAGS_BYTES_MAX); };
    for (int i = 1; i <= 20; i++)
        cluster.start(i, {1});
    ASSERT_TRUE(cluster.run_until([&] { return cluster.converged(); }, 30 * kS));
    cluster.start(21, {1});
    EXPECT_TRUE(cluster.run_until([&] { return cluster.converged(); }, 5 * kS));
}

} // namespace
