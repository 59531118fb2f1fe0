// SPDX-License-Identifier: BSD-3-Clause
// What a node says of its own accord stays within its share of the byte cap.
#include <algorithm>

#include "tests/unit/speaker.h"

namespace
{

using namespace speaker;

TEST_F(Speaker, RumoursTakeAQuarterOfTheCapHoweverManyThereAre)
{
    start();
    for (uint32_t second = 0; second < 5; second++) {
        hear_updates(1, 1000, second + 1);
        run(kS);
    }
    uint64_t said = most_in_a_second([](const Sent &s) { return s.type == SL_FRAME_GOSSIP; });
    EXPECT_LE(said, config.byte_cap / 4);
    EXPECT_GT(said, config.byte_cap / 5) << "and use it";
    uint64_t all = most_in_a_second([](const Sent &s) { return s.type <= SL_FRAME_GOSSIP; });
    EXPECT_LE(all, config.byte_cap / 4 + 100 * 96) << "PINGs carry rumours out of the same budget";
}

TEST_F(Speaker, AStormIsToldInEveryRound)
{
    start();
    hear_updates(1, 1500);
    run(kS);
    sent.clear();
    run(kS);
    size_t rounds = 0;
    for (const Sent &s : sent)
        rounds += s.type == SL_FRAME_GOSSIP && s.copies >= 2;
    EXPECT_GE(rounds, 4u);
}

TEST_F(Speaker, WhoIsSentHalfItsCapTellsNoRumours)
{
    start();
    sl_engine_note_traffic(e, now, config.byte_cap / 2, 0);
    hear_updates(1, 500);
    run(900 * kMs);
    size_t probes = 0;
    for (const Sent &s : sent) {
        EXPECT_TRUE(s.records.empty());
        probes += s.type == SL_FRAME_PING;
    }
    EXPECT_GE(probes, 2u) << "probes ask nobody";
    EXPECT_GT(sl_engine_counters(e)->drops[SL_DROP_BYTE_CAP], 0u);
    sent.clear();
    run(kS);
    size_t told = 0;
    for (const Sent &s : sent)
        told += s.records.size();
    EXPECT_GT(told, 0u) << "they wait, and are not lost";
}

TEST_F(Speaker, WhatStrangersAreServedDelaysRepairButNoFloodOfThemStopsIt)
{
    start();
    const uint32_t cap = config.byte_cap;
    sl_engine_note_traffic(e, now, 0, cap / 16);
    EXPECT_FALSE(sl_engine_has_room(e, cap / 2 - cap / 32));
    EXPECT_TRUE(sl_engine_has_room(e, cap / 2 - cap / 8));
    sl_engine_note_traffic(e, now, 0, 10 * cap);
    EXPECT_FALSE(sl_engine_has_room(e, cap / 2 - cap / 16));
    EXPECT_TRUE(sl_engine_has_room(e, cap / 4));
    hear_updates(1, 10);
    run(900 * kMs);
    EXPECT_GT(sl_engine_stats(e)->rumours_sent, 0u);
}

TEST_F(Speaker, AnswersThatWereAskedForCountAlsoFromStrangers)
{
    start();
    sl_input answer = {};
    answer.uncharged_bytes = config.byte_cap / 4;
    EXPECT_TRUE(sl_engine_has_room(e, config.byte_cap / 3));
    sl_budget_answered(e, &answer);
    EXPECT_FALSE(sl_engine_has_room(e, config.byte_cap / 3));
}

TEST_F(Speaker, RumoursThatWereNotSentAreNotCharged)
{
    start();
    sl_engine_note_traffic(e, now, config.byte_cap, 0);
    hear_updates(1, 10);
    run(900 * kMs);
    EXPECT_EQ(sl_engine_stats(e)->rumours_sent, 0u);
    EXPECT_EQ(sl_engine_stats(e)->rumours_waiting, 10u);
}

TEST_F(Speaker, ManyLastQuestionsTakeAQuarterOfTheCapAndAreAllAsked)
{
    config.byte_cap = 20000;
    answers = false;
    start();
    constexpr uint32_t kAsked = 40;
    for (uint32_t i = 1; i <= kAsked; i++) {
        uint32_t slot = sl_view_find(sl_engine_view(e), id_of(i), nullptr);
        ASSERT_TRUE(sl_probe_start(e, slot, SL_PROBE_FINAL, kWord));
    }
    run(6 * kS);
    auto is_ping = [](const Sent &s) { return s.type == SL_FRAME_PING; };
    EXPECT_LE(most_in_a_second(is_ping), config.byte_cap / 4);
    EXPECT_GE((size_t)std::count_if(sent.begin(), sent.end(), is_ping),
              kAsked * config.probe_tries);
}

TEST_F(Speaker, RepairMayUseHalfOfTheCapAndNoMore)
{
    start();
    run(2 * kS);
    const uint64_t half = config.byte_cap / 2, quarter = config.byte_cap / 4;
    sl_engine_note_traffic(e, now, quarter - sl_meter_sum(&e->meter, now), 0);
    EXPECT_TRUE(sl_engine_has_room(e, half - quarter));
    EXPECT_FALSE(sl_engine_has_room(e, half - quarter + 1));
    sl_engine_note_traffic(e, now, half, 0);
    EXPECT_FALSE(sl_engine_has_room(e, 1));
}

TEST_F(Speaker, HelpersShrinkToOneNearTheCap)
{
    start();
    EXPECT_EQ(sl_budget_helpers(e, 5), 5u);
    sl_engine_note_traffic(e, now, config.byte_cap * 3 / 4 - 2 * 3 * 96, 0);
    EXPECT_EQ(sl_budget_helpers(e, 5), 2u);
    sl_engine_note_traffic(e, now, config.byte_cap, 0);
    EXPECT_EQ(sl_budget_helpers(e, 5), 1u);
}

TEST_F(Speaker, WorkersHearOfTheCapInForce)
{
    config.join_grace_ns = 10 * kS;
    start();
    EXPECT_EQ(sl_engine_fast(e)->byte_cap, config.byte_cap_joining);
    run(12 * kS);
    EXPECT_EQ(sl_engine_fast(e)->byte_cap, config.byte_cap);
    const sl_endpoint seeds[] = {address(0), address(1)};
    ASSERT_EQ(sl_engine_join(e, now, seeds, 2), 0);
    EXPECT_EQ(sl_engine_fast(e)->byte_cap, config.byte_cap_seed) << "others ask it to join";
    ASSERT_EQ(sl_engine_join(e, now, seeds + 1, 1), 0);
    EXPECT_EQ(sl_engine_fast(e)->byte_cap, config.byte_cap);
}

TEST_F(Speaker, WhoStillLooksForItsClusterKeepsTheCapOfAJoiner)
{
    config.join_grace_ns = 10 * kS;
    create();
    const sl_endpoint seed = address(1);
    ASSERT_EQ(sl_engine_join(e, now, &seed, 1), 0);
    run(60 * kS);
    EXPECT_EQ(sl_engine_fast(e)->byte_cap, config.byte_cap_joining);
    ASSERT_EQ(sl_engine_join(e, now, nullptr, 0), 0);
    EXPECT_EQ(sl_engine_fast(e)->byte_cap, config.byte_cap) << "it has joined: it is the first";
}

} // namespace
