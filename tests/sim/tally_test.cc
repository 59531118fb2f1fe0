// SPDX-License-Identifier: BSD-3-Clause
// What expectations see of some members by some viewers, and of a moment.
#include "bench/sim/tally.h"

#include <gtest/gtest.h>

#include "tests/sim/played.h"

namespace
{

bool judge(Played &run, uint32_t expect, uint64_t *measured)
{
    return sim_world_judge(&run.world, &run.scenario->expects[expect], measured);
}

// n7 is not heard by half of the nodes, so that the others help it to live, or not heard at all.
TEST(SimTally, DeathsAreCountedByWhoDiedAndWhoSawIt)
{
    Played run(
        "nodes 30\nprofile lan\nstart formed\nrun 20s\nat 2s pause n7 for 6s\n"
        "at 2s crash n8\nexpect dead_seen of n7 == 29\nexpect dead_seen of n7 by n1-n5 == 5\n"
        "expect dead_seen of n8 by n7 <= 1\nexpect dead_seen of all but n7-n8 == 0\n"
        "expect false_dead of n7 == 0\nexpect flaps of n7 by all but n7 == 1\n"
        "expect flaps of all but n7 == 0\nexpect revived n7 within 6s\n"
        "expect revived n7 by n8 within 1ms\nexpect revived n7 p50 within 1s\n",
        1);
    uint64_t measured;
    const uint32_t crashed = 1; // which had no time to see anything
    judge(run, 0, &measured);
    EXPECT_EQ(measured, 29u - crashed);
    EXPECT_TRUE(judge(run, 1, &measured)) << measured;
    EXPECT_TRUE(judge(run, 2, &measured)) << measured;
    EXPECT_TRUE(judge(run, 3, &measured)) << measured;
    EXPECT_TRUE(judge(run, 4, &measured)) << "it was paused for longer than is tolerated";
    EXPECT_TRUE(judge(run, 5, &measured)) << measured;
    EXPECT_TRUE(judge(run, 6, &measured)) << measured;
    EXPECT_TRUE(judge(run, 7, &measured)) << measured;
    EXPECT_GT(measured, 1000000000u) << "it was dead for most of its pause";
    EXPECT_TRUE(judge(run, 8, &measured)) << "n8 never saw it dead";
    EXPECT_EQ(measured, 0u);
    EXPECT_FALSE(judge(run, 9, &measured));
}

// Four deaths of n7; users hear of two, and then once that it flaps.
TEST(SimTally, FlapsAreThoseThatUsersAreToldOf)
{
    Played run("nodes 30\nprofile lan\nstart formed\nrun 50s\n"
               "at 2s every 12s until 38s pause n7 for 6s\n"
               "expect dead_seen of n7 by n1 == 4\nexpect flaps of n7 by all but n7 == 2\n",
               1);
    uint64_t measured;
    EXPECT_TRUE(judge(run, 0, &measured)) << measured;
    EXPECT_TRUE(judge(run, 1, &measured)) << measured;
}

TEST(SimTally, ADeathThatLastsToTheEndIsNeverOver)
{
    Played run("nodes 20\nprofile lan\nstart formed\nrun 10s\nat 2s cut n7\n"
               "expect revived n7 by n1 within 10s\nexpect revived n8 by n1 within 10s\n",
               1);
    uint64_t measured;
    EXPECT_FALSE(judge(run, 0, &measured));
    EXPECT_EQ(measured, SIM_NEVER);
    EXPECT_TRUE(judge(run, 1, &measured));
}

TEST(SimTally, TheDeathOfAStoppedMemberIsNotToBeRevived)
{
    Played run("nodes 20\nprofile lan\nstart formed\nrun 10s\nat 2s cut n7\nat 6s crash n7\n"
               "expect revived n7 within 10s\n",
               1);
    uint64_t measured;
    EXPECT_TRUE(judge(run, 0, &measured)) << measured;
}

TEST(SimTally, AMomentIsSeenAsItWas)
{
    Played run("nodes 20\nprofile lan\nstart formed\nrun 10s\nat 2s crash n7-n8\n"
               "expect views equal at 100% at 1s\nexpect views equal at 100% at 2100ms\n"
               "expect views equal at 100% at 9s\nexpect nodes_up == 20 at 1s\n"
               "expect nodes_up == 18 at 3s\nexpect dead_seen == 0 at 2s\n"
               "expect dead_seen >= 36 at 9s\nexpect views_wrong == 18 at 2100ms\n",
               1);
    const bool expected[] = {true, false, true, true, true, true, true, true};
    uint64_t measured;
    for (uint32_t i = 0; i < 8; i++)
        EXPECT_EQ(judge(run, i, &measured), expected[i]) << i << ": " << measured;
    judge(run, 1, &measured);
    EXPECT_EQ(measured, 0u);
}

TEST(SimTally, ADeathMayBeMeasuredFromTheFirstSightOn)
{
    Played run("nodes 60\nprofile lan\nstart formed\nrun 10s\nat 2s crash n7-n8\n"
               "expect dead crashed at 100% within 5s\n"
               "expect dead crashed at 100% after first within 5s\n",
               1);
    uint64_t whole, spread;
    EXPECT_TRUE(judge(run, 0, &whole));
    EXPECT_TRUE(judge(run, 1, &spread));
    EXPECT_LT(spread, whole - 800000000) << "less what suspicion takes";
    EXPECT_GT(spread, 0u);
}

TEST(SimTally, NodesThatWerePickedStayTheSame)
{
    Played run("nodes 60\nprofile lan\nstart formed\nrun 40s\nat 2s pick bad 10%\n"
               "at 3s crash bad\nat 15s restart bad\nat 20s crash all but bad\n"
               "expect nodes_up == 54 at 5s\nexpect nodes_up == 60 at 18s\n"
               "expect nodes_up == 6 at 21s\nexpect dead bad at 99% within 5s\n",
               1);
    uint64_t measured;
    for (uint32_t i = 0; i < 3; i++)
        EXPECT_TRUE(judge(run, i, &measured)) << i << ": " << measured;
}

// As after its clock was set back: the earlier life has the greater generation.
TEST(SimTally, ADeathOfAnEarlierLifeIsNotFalseWhateverTheClockWas)
{
    Played run("nodes 5\nstart formed\nrun 1s\n", 1);
    sim_world *w = &run.world;
    uint64_t now = sl_word_generation(w->nodes[1].word), ahead = now + 1000;
    sim_lives_begin(&w->lives, 1, ahead, w->now_ns);
    sim_lives_begin(&w->lives, 1, now, w->now_ns);
    sl_event event = {};
    event.type = SL_EVENT_MEMBER_DEAD;
    event.id = w->directory.entries[1].id;
    event.word = sl_word(ahead, 0, SL_DEAD);
    sim_world_event(w, &w->nodes[0], &event);
    EXPECT_EQ(run.metric(SIM_METRIC_false_dead), 0u);
    event.word = sl_word(now, 0, SL_DEAD);
    sim_world_event(w, &w->nodes[0], &event);
    EXPECT_EQ(run.metric(SIM_METRIC_false_dead), 1u);
}

} // namespace
