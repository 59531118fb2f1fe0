// SPDX-License-Identifier: BSD-3-Clause
// RFC 6298, section 2, in integers; and what a path's loss asks for.
#include <gtest/gtest.h>

extern "C" {
#include "lib/round_trip.h"
}

constexpr uint64_t kMs = 1000000;

TEST(RoundTrip, FirstSampleGivesThreeTimesItself)
{
    sl_round_trip path = {};
    EXPECT_EQ(sl_round_trip_timeout_ns(&path), 0u);
    sl_round_trip_note(&path, 100 * kMs);
    EXPECT_EQ(path.smoothed_ns, 100 * kMs);
    EXPECT_EQ(path.deviation_ns, 50 * kMs);
    EXPECT_EQ(sl_round_trip_timeout_ns(&path), 300 * kMs);
}

TEST(RoundTrip, LaterSamplesWeighAnEighthAndAQuarter)
{
    sl_round_trip path = {};
    sl_round_trip_note(&path, 100 * kMs);
    sl_round_trip_note(&path, 180 * kMs);
    EXPECT_EQ(path.deviation_ns, 50 * kMs * 3 / 4 + 80 * kMs / 4); // by the old smoothed value
    EXPECT_EQ(path.smoothed_ns, 110 * kMs);
}

TEST(RoundTrip, SteadyPathHasATimeoutJustAboveItsRoundTrip)
{
    sl_round_trip path = {};
    for (int i = 0; i < 100; i++)
        sl_round_trip_note(&path, (39 + i % 3) * kMs);
    EXPECT_GT(sl_round_trip_timeout_ns(&path), 41 * kMs);
    EXPECT_LT(sl_round_trip_timeout_ns(&path), 46 * kMs);
}

TEST(RoundTrip, OneAnswerOfAMemberThatStoodStillStretchesLittle)
{
    sl_round_trip path = {};
    for (int i = 0; i < 100; i++)
        sl_round_trip_note(&path, (39 + i % 3) * kMs);
    sl_round_trip_note(&path, 2000 * kMs);
    EXPECT_LT(sl_round_trip_timeout_ns(&path), 120 * kMs);
}

TEST(RoundTrip, PathThatBecameSlowIsLearnedInAFewAnswers)
{
    sl_round_trip path = {};
    for (int i = 0; i < 100; i++)
        sl_round_trip_note(&path, 40 * kMs);
    for (int i = 0; i < 8; i++)
        sl_round_trip_note(&path, 600 * kMs);
    EXPECT_GT(sl_round_trip_timeout_ns(&path), 600 * kMs);
}

TEST(RoundTrip, ZeroNanosecondsAreASampleToo)
{
    sl_round_trip path = {};
    for (int i = 0; i < 100; i++)
        sl_round_trip_note(&path, 0);
    EXPECT_GT(path.smoothed_ns, 0u);
}

// One try in `every` is lost.
static sl_round_trip lossy(uint32_t every)
{
    sl_round_trip path = {};
    for (uint32_t i = 1; i <= 1000; i++)
        sl_round_trip_note_tries(&path, i % every == 0, 1);
    return path;
}

TEST(RoundTrip, AtOnePercentLossNoFurtherTriesOrHelpersAreAsked)
{
    sl_round_trip path = lossy(50); /* one way of two is lost in 1 % */
    EXPECT_EQ(sl_round_trip_tries(&path, 3, 16), 3u);
    EXPECT_EQ(sl_round_trip_helpers(&path, 3, 16), 3u);
}

TEST(RoundTrip, TriesAndHelpersRiseWithTheLossUpToTheirBounds)
{
    uint32_t tries = 3, helpers = 3;
    for (uint32_t every : {20u, 8u, 4u, 2u}) {
        sl_round_trip path = lossy(every);
        EXPECT_GE(sl_round_trip_tries(&path, 3, 16), tries) << every;
        EXPECT_GE(sl_round_trip_helpers(&path, 3, 16), helpers) << every;
        tries = sl_round_trip_tries(&path, 3, 16);
        helpers = sl_round_trip_helpers(&path, 3, 16);
    }
    EXPECT_GE(tries, 6u);
    EXPECT_GE(helpers, 9u);
    sl_round_trip dead = {};
    sl_round_trip_note_tries(&dead, 1000, 0);
    EXPECT_EQ(sl_round_trip_tries(&dead, 3, 16), 16u);
    EXPECT_EQ(sl_round_trip_helpers(&dead, 3, 16), 16u);
}

TEST(RoundTrip, LossIsForgottenOnceAnswersComeAgain)
{
    sl_round_trip path = lossy(2);
    sl_round_trip_note_tries(&path, 0, 200);
    EXPECT_EQ(sl_round_trip_tries(&path, 3, 16), 3u);
}
