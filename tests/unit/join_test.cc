// SPDX-License-Identifier: BSD-3-Clause
// Whom a joiner asks: thousands may start at once, and all know the same few.
#include <set>

#include "lib/frame.h"
#include "lib/preload.h"
#include "tests/unit/cluster.h"
#include "tests/unit/speaker.h"

extern "C" {
#include "lib/sync_session.h"
}

namespace
{

TEST(Join, SeedsAreAskedOneAfterAnotherBeforeSeveralAtOnce)
{
    Cluster cluster;
    std::vector<std::set<int>> tries; // the seeds asked in the same moment
    uint64_t last_ns = UINT64_MAX;
    cluster.tap = [&](const ClusterPacket &p) {
        if (p.bytes[SL_HEADER_TYPE_AT] != SL_FRAME_SYNC_REQUEST)
            return;
        if (cluster.now() != last_ns)
            tries.emplace_back();
        last_ns = cluster.now();
        tries.back().insert(p.to.ip[15]);
    };
    cluster.start(9, {1, 2, 3}); // nobody is there
    cluster.run(5 * kS);
    ASSERT_GE(tries.size(), 4u);
    std::set<int> first_three;
    for (int i = 0; i < 3; i++) {
        EXPECT_EQ(tries[i].size(), 1u);
        first_three.insert(tries[i].begin(), tries[i].end());
    }
    EXPECT_EQ(first_three.size(), 3u);
    EXPECT_EQ(tries[3].size(), 3u);
}

TEST(Join, WhoseSeedDiesAmidTheSessionAsksAnotherSoon)
{
    for (uint64_t seed = 1; seed <= 5; seed++) {
        Cluster cluster("lan", seed);
        form(cluster, 3);
        int silent = 0;
        cluster.reachable = [&](int from, int to) { return from != silent && to != silent; };
        sl_engine *joiner = cluster.start(9, {1, 2}).engine;
        ASSERT_TRUE(cluster.run_until([&] { return joiner->sync.active; }, kS));
        silent = joiner->sync.origin.ip[15];
        EXPECT_TRUE(cluster.run_until([&] { return joiner->phase == SL_PHASE_MEMBER; }, 3500 * kMs))
            << seed;
    }
}

TEST(Join, TheWaitForSeedsDoesNotGrowDuringASession)
{
    Cluster cluster;
    form(cluster, 3);
    sl_engine *joiner = cluster.start(9, {1, 2}).engine;
    ASSERT_TRUE(cluster.run_until([&] { return joiner->sync.active; }, kS));
    uint64_t wait_ns = joiner->join.wait_ns;
    for (int i = 0; i < 10; i++)
        sl_join_fire(joiner);
    EXPECT_EQ(joiner->join.wait_ns, wait_ns);
}

class JoinPick : public speaker::Speaker
{
  protected:
    void know(uint32_t count, bool joining)
    {
        create();
        preload(count);
        e->sync.joining = joining;
    }

    // How many of a hundred picks are one of the two seeds.
    uint32_t seeds_picked(uint32_t silences = 0)
    {
        const sl_endpoint seeds[] = {address(1), address(2)};
        const uint64_t ids[] = {id_of(1), id_of(2)};
        sl_engine_preload_seeds(e, seeds, ids, 2);
        uint32_t picked = 0;
        for (int i = 0; i < 100; i++) {
            uint32_t zone;
            sl_endpoint to;
            EXPECT_TRUE(sl_sync_pick_peer(e, silences, &to, &zone));
            picked += sl_endpoint_equal(&to, &seeds[0]) || sl_endpoint_equal(&to, &seeds[1]);
        }
        return picked;
    }
};

TEST_F(JoinPick, AJoinerThatKnowsAFewMembersPullsFromSeeds)
{
    know(4, true);
    EXPECT_EQ(seeds_picked(), 100u);
}

TEST_F(JoinPick, AJoinerWhoseSeedStaysSilentTurnsToOthers)
{
    know(4, true);
    EXPECT_EQ(seeds_picked(1), 100u);
    EXPECT_EQ(seeds_picked(2), 0u);
}

TEST_F(JoinPick, AJoinerThatKnowsManyMembersSparesTheSeeds)
{
    know(100, true);
    EXPECT_EQ(seeds_picked(), 0u);
}

TEST_F(JoinPick, RepairSparesTheSeedsOfASmallClusterToo)
{
    know(4, false);
    EXPECT_EQ(seeds_picked(), 0u);
}

} // namespace
