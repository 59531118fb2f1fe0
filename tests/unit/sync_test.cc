// SPDX-License-Identifier: BSD-3-Clause
// What it costs to make two views equal, and that they then are.
#include "sync_pair.h"

namespace
{

TEST(Sync, TenDifferencesAmongTenThousandCostFourKilobytesAndThreeRoundTrips)
{
    for (int here : {0, 5, 10}) {
        Pair pair;
        pair.know_both(0, 9990);
        for (int i = 0; i < 10; i++)
            pair.know(i < here ? 1 : 2, 10000 + i);
        ASSERT_TRUE(pair.sync());
        EXPECT_LE(pair.bytes, 4000u);
        EXPECT_LE(pair.requests, 3u);
        EXPECT_LE(pair.frames, 6u);
    }
}

TEST(Sync, CostsWhatDiffers)
{
    for (int d : {1, 10, 100, 1000}) {
        Pair pair;
        pair.know_both(0, 10000 - d);
        for (int i = 0; i < d; i++)
            pair.know(1 + i % 2, 10000 + i);
        ASSERT_TRUE(pair.sync()) << d;
        RecordProperty("bytes_" + std::to_string(d), std::to_string(pair.bytes));
        // The opening, then for each the record, its way down, and its share of headers.
        EXPECT_LE(pair.bytes, 1600 + (uint64_t)d * (pair.record_bytes + 180)) << d;
    }
}

TEST(Sync, ViewThatLacksAlmostAllCostsAboutTheRecords)
{
    Pair pair;
    for (int i = 0; i < 10000; i++)
        pair.know(2, i);
    ASSERT_TRUE(pair.sync());
    EXPECT_LE(pair.bytes, 10000 * pair.record_bytes * 3 / 2);
}

TEST(Sync, HalfOfEachSideMissingCostsAboutTheRecords)
{
    Pair pair;
    for (int i = 0; i < 4000; i++)
        pair.know(1 + i % 2, i);
    ASSERT_TRUE(pair.sync());
    EXPECT_LE(pair.bytes, 4000 * pair.record_bytes * 2);
}

TEST(Sync, EqualViewsCostOneRoundTrip)
{
    Pair pair;
    pair.know_both(0, 2000);
    ASSERT_TRUE(pair.sync());
    pair.cluster.run(1 * kS);
    EXPECT_LE(pair.frames, 2u);
}

TEST(Sync, SmallViewsAreToldWhole)
{
    Pair pair(64);
    pair.know_both(0, 10);
    for (int i = 10; i < 14; i++)
        pair.know(1 + i % 2, i);
    ASSERT_TRUE(pair.sync());
    EXPECT_LE(pair.bytes, 1000u);
}

TEST(Sync, LeaveThatOneSideMissedIsToldWhoeverAsks)
{
    for (int knows : {1, 2}) {
        Pair pair;
        pair.know_both(0, 1000);
        pair.know(knows, 5000, sl_word(1000000, 0, SL_LEFT));
        pair.know(3 - knows, 5000);
        EXPECT_TRUE(pair.sync()) << knows;
    }
}

// The side that missed the death missed a refutation before it, too: hashes alone do not show that
// the two mean the same member.
TEST(Sync, LeaveInALaterLifeIsToldWhoeverAsks)
{
    for (int knows : {1, 2}) {
        Pair pair;
        pair.know_both(0, 1000);
        pair.know(knows, 5000, sl_word(2000000, 0, SL_LEFT));
        pair.know(3 - knows, 5000, sl_word(1000000, 0, SL_ALIVE));
        EXPECT_TRUE(pair.sync()) << knows;
    }
}

TEST(Sync, NewerIncarnationIsToldWhoeverAsks)
{
    for (int knows : {1, 2}) {
        Pair pair;
        pair.know_both(0, 1000);
        pair.know(knows, 5000, sl_word(1000000, 3, SL_ALIVE));
        pair.know(3 - knows, 5000, sl_word(1000000, 0, SL_ALIVE));
        EXPECT_TRUE(pair.sync()) << knows;
    }
}

// What another view holds of the dead is hearsay: the member itself is asked first.
TEST(Sync, DeathThatOneSideMissedMakesItAskTheMember)
{
    for (int knows : {1, 2}) {
        Pair pair;
        pair.know_both(0, 1000);
        pair.know(knows, 5000, sl_word(1000000, 0, SL_DEAD));
        pair.know(3 - knows, 5000);
        ClusterNode &other = pair.cluster.node(3 - knows);
        uint64_t before = other.stats().probes;
        sl_sync_start(pair.cluster.node(1).engine, &pair.cluster.node(2).endpoint, SL_SLOT_NONE,
                      false);
        pair.cluster.node(1).step(nullptr);
        EXPECT_TRUE(pair.cluster.run_until([&] { return other.stats().probes > before; }, 1 * kS))
            << knows;
    }
}

TEST(Sync, EveryFrameLimitWillDo)
{
    for (uint32_t frame_bytes : {(uint32_t)SL_FRAME_BYTES_MIN, (uint32_t)SL_FRAME_BYTES_MAX}) {
        Pair pair(2048, frame_bytes);
        pair.know_both(0, 1000);
        for (int i = 1000; i < 1100; i++)
            pair.know(1 + i % 2, i);
        EXPECT_TRUE(pair.sync()) << frame_bytes;
    }
}

// Nobody dials a seed that it knows as a member.
TEST(Sync, SeedsAreKnownByTheirClaims)
{
    Cluster cluster("lan");
    form(cluster, 8);
    ClusterNode &joiner = cluster.start(20, {1, 2, 3, 4, 5, 6, 7, 8});
    cluster.run(3 * kS);
    for (uint32_t i = 0; i < 8; i++)
        EXPECT_NE(joiner.engine->join.seed_ids[i], 0u) << i;
}

// A joiner is a member once others agree with it, and not before it has all that they have.
TEST(Sync, JoinerHasTheWholeViewWhenItSaysSo)
{
    Cluster cluster("lan", 3);
    cluster.loss_percent = 5;
    form(cluster, 100);
    cluster.start(200, {1, 2, 3});
    ASSERT_TRUE(cluster.run_until(
        [&] { return cluster.node(200).stats().phase == SL_PHASE_MEMBER; }, 10 * kS));
    EXPECT_EQ(cluster.node(200).live_count(), 101u);
}

} // namespace
