// SPDX-License-Identifier: BSD-3-Clause
// How long a rumour is pushed and told, and the modes of rounds.
#include "tests/unit/speaker.h"

#include <map>

namespace
{

using namespace speaker;

TEST_F(Speaker, ASuspicionIsPushedForOneRound)
{
    start();
    hear({suspect(id_of(7), kWord)});
    run(kS);
    EXPECT_GE(sl_engine_stats(e)->rumours_sent, config.gossip_fanout);
    EXPECT_LE(sl_engine_stats(e)->rumours_sent, config.gossip_fanout + 1u);
}

TEST_F(Speaker, ARumourIsPushedItsLimitOfSendsAndThenToldToThoseWhoAskUntilRepairTakesOver)
{
    start();
    hear_updates(1, 1);
    run(2 * kS);
    EXPECT_EQ(sl_engine_stats(e)->rumours_waiting, 0u);
    EXPECT_GE(sl_engine_stats(e)->rumours_sent, 2u * 4);
    EXPECT_LE(sl_engine_stats(e)->rumours_sent, 2u * 4 + config.gossip_fanout);
    ASSERT_NE(block(), nullptr);
    EXPECT_EQ(block()->record_count, 1u);
    run(config.repair_patience_ns + 2 * config.gossip_idle_interval_ns);
    EXPECT_EQ(block(), nullptr);
}

TEST_F(Speaker, InASmallClusterARumourIsPushedForTwoRounds)
{
    start();
    for (uint32_t i = 4; i <= kMembers; i++)
        sl_engine_member_gone(e, sl_view_find(sl_engine_view(e), id_of(i), nullptr));
    hear_updates(1, 1);
    run(2 * kS);
    EXPECT_GE(sl_engine_stats(e)->rumours_sent, 2u * config.gossip_fanout);
}

TEST_F(Speaker, PushTellsAndNeverAsks)
{
    config.gossip_mode = SL_GOSSIP_PUSH;
    start();
    run(3 * kS);
    hear_updates(1, 1);
    run(3 * kS);
    for (const Sent &s : sent)
        EXPECT_NE(s.type, SL_FRAME_PULL);
    EXPECT_GE(sl_engine_stats(e)->rumours_sent, 8u);
}

TEST_F(Speaker, PushPullTellsWhileItHasSomethingToSayAndAsksOnePeerWhileItHasNot)
{
    config.gossip_mode = SL_GOSSIP_PUSH_PULL;
    start();
    const Sent *idle = next_round();
    ASSERT_NE(idle, nullptr);
    EXPECT_EQ(idle->type, SL_FRAME_PULL);
    EXPECT_EQ(idle->copies, 1u);
    hear_updates(1, 1);
    const Sent *busy = next_round();
    ASSERT_NE(busy, nullptr);
    EXPECT_EQ(busy->type, SL_FRAME_GOSSIP);
    EXPECT_EQ(busy->copies, config.gossip_fanout);
    EXPECT_EQ(busy->records.size(), 1u);
}

TEST_F(Speaker, PullTellsNothingUnaskedAndAsksInEveryInterval)
{
    config.gossip_mode = SL_GOSSIP_PULL;
    start();
    hear_updates(1, 1);
    run(2 * kS);
    size_t rounds = 0;
    for (const Sent &s : sent) {
        EXPECT_TRUE(s.records.empty());
        rounds += s.type == SL_FRAME_PULL && s.copies == config.gossip_fanout;
    }
    EXPECT_GE(rounds, 8u);
    ASSERT_NE(block(), nullptr);
    EXPECT_EQ(block()->record_count, 1u);
}

TEST_F(Speaker, WhoLeavesPushesEvenWherePullingIsTheMode)
{
    config.gossip_mode = SL_GOSSIP_PULL;
    start();
    ASSERT_EQ(sl_engine_leave(e, now), 0);
    run(kS);
    size_t told = 0;
    for (const Sent &s : sent)
        told += names(s, sl_engine_self_id(e), SL_RECORD_LEFT) ? s.copies : 0;
    EXPECT_GE(told, 2u * config.gossip_fanout);
}

// A worker may be copying out of any block that was published since its last quiescent state.
TEST_F(Speaker, ABlockThatAReaderMayHoldStaysAsItWasAndIsUsedAgainAfterwards)
{
    grace_ns = 3600 * kS;
    start();
    std::map<const sl_rumour_block *, Bytes> held;
    auto bytes_of = [](const sl_rumour_block *b) {
        const auto *at = (const uint8_t *)b;
        return Bytes(at, at + sizeof(*b));
    };
    for (uint32_t i = 1; i <= 3 * SL_BLOCKS; i++) {
        hear_updates(i, 1);
        run(2 * config.gossip_interval_ns);
        if (block() != nullptr)
            held.emplace(block(), bytes_of(block()));
    }
    EXPECT_GE(held.size(), 2u);
    for (const auto &[b, bytes] : held)
        EXPECT_EQ(bytes_of(b), bytes);
    uint64_t last = block()->number;
    grace_ns = 0;
    for (uint32_t i = 20; i <= 22; i++) {
        hear_updates(i, 1);
        run(2 * config.gossip_interval_ns);
    }
    EXPECT_GE(block()->number, last + 3);
}

TEST_F(Speaker, ABlockHoldsWhatFitsOfManyRumours)
{
    start();
    hear_updates(1, kMembers);
    run(2 * config.gossip_interval_ns);
    ASSERT_NE(block(), nullptr);
    uint32_t bytes = (uint32_t)alive(1, kWord).size();
    EXPECT_LE(block()->bytes, (uint32_t)SL_RUMOUR_BLOCK_BYTES);
    EXPECT_GT(block()->bytes, SL_RUMOUR_BLOCK_BYTES - 2 * bytes);
    EXPECT_GT(sl_engine_stats(e)->rumours_waiting, block()->record_count);
}

} // namespace
