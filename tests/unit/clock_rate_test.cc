/* SPDX-License-Identifier: BSD-3-Clause */
#include "dataplane/clock_rate.h"

#include <gtest/gtest.h>

#include <cstdlib>

namespace
{
constexpr uint64_t SECOND = 1000000000, TRUE_HZ = 2596100000, AHEAD = TRUE_HZ / 100;

uint64_t rate_of(uint64_t hz)
{
    return (SECOND << 32) / hz;
}

/* A TSC and a kernel's clock that the test moves, and the clock that follows them. */
struct Kept {
    sl_clock_pair truth = {77 * TRUE_HZ, 500 * SECOND};
    sl_clock_line line;
    sl_clock_rate discipline;

    explicit Kept(uint64_t believed_hz)
        : line{truth.tsc, truth.ns, 0, rate_of(believed_hz), rate_of(believed_hz)}
    {
        sl_clock_rate_start(&discipline, &truth, rate_of(believed_hz));
    }

    int64_t error() const
    {
        return (int64_t)(sl_clock_line_at(&line, truth.tsc) - truth.ns);
    }

    void second(int64_t jitter_ns = 0)
    {
        truth.tsc += TRUE_HZ;
        truth.ns += SECOND;
        sample(jitter_ns);
    }

    void sample(int64_t jitter_ns = 0)
    {
        sl_clock_pair seen = {truth.tsc, truth.ns + (uint64_t)jitter_ns};
        uint64_t rate = sl_clock_rate_next(&discipline, &seen, sl_clock_line_at(&line, truth.tsc));
        sl_clock_line old = line;
        line = sl_clock_line_bend(&line, truth.tsc + AHEAD, rate);
        sl_clock_wide last = 0;
        for (uint64_t tsc = line.bend_tsc - 2000; tsc < line.bend_tsc + 2000; tsc++) {
            sl_clock_wide now = sl_clock_line_fine(&line, tsc);
            ASSERT_GT(now, last) << "the clock went back or stood";
            if (tsc <= line.bend_tsc) {
                ASSERT_EQ(sl_clock_line_at(&old, tsc), sl_clock_line_at(&line, tsc));
            }
            last = now;
        }
    }
};
} // namespace

TEST(ClockRate, AFrequencyThatWasRoundedIsLearntAndItsErrorMadeGood)
{
    Kept kept(2600000000);
    for (int i = 0; i < 100; i++)
        kept.second();
    EXPECT_LT(std::abs(kept.error()), 1000);
    EXPECT_NEAR((double)kept.discipline.rate, (double)rate_of(TRUE_HZ),
                (double)rate_of(TRUE_HZ) * 1e-7);
}

TEST(ClockRate, WhenOneClockJumpsTheOtherGoesOnAtItsRate)
{
    for (int64_t jump_ns : {(int64_t)(3600 * SECOND), (int64_t)(-20 * SECOND)}) {
        Kept kept(TRUE_HZ);
        for (int i = 0; i < 20; i++)
            kept.second();
        kept.truth.ns += (uint64_t)jump_ns;
        for (int i = 0; i < 100; i++) {
            kept.second();
            EXPECT_NEAR((double)kept.line.rate_after, (double)rate_of(TRUE_HZ),
                        (double)rate_of(TRUE_HZ) * 1e-7);
        }
        EXPECT_LT(std::abs(kept.error() + jump_ns), 1000);
    }
}

TEST(ClockRate, SleepOfTheHostWhileTheTscWentOnIsNoFrequency)
{
    Kept kept(TRUE_HZ);
    kept.truth.tsc += 600 * TRUE_HZ;
    kept.second();
    EXPECT_EQ(kept.line.rate_after, rate_of(TRUE_HZ));
}

TEST(ClockRate, JitterOfTheReadingsHardlyMovesTheClock)
{
    Kept kept(TRUE_HZ);
    srand(1);
    for (int i = 0; i < 1000; i++) {
        kept.second(rand() % 20001 - 10000);
        ASSERT_LT(std::abs(kept.error()), 50000);
    }
}

TEST(ClockRate, AnErrorIsMadeGoodByAtMost500PartsInAMillion)
{
    Kept kept(TRUE_HZ);
    kept.line.bend_ns += SECOND;
    for (int i = 0; i < 3000; i++) {
        kept.second();
        uint64_t rate = rate_of(TRUE_HZ);
        ASSERT_LE(std::llabs((int64_t)(kept.line.rate_after - rate)), (int64_t)(rate / 1999));
    }
    EXPECT_LT(std::abs(kept.error()), 1000);
}

TEST(ClockRate, ATscThatWasSetBackBeginsAnewWhereTheClockWas)
{
    for (int64_t offset_ns : {(int64_t)0, (int64_t)(7 * SECOND)}) {
        Kept kept(TRUE_HZ);
        for (int i = 0; i < 20; i++)
            kept.second();
        kept.discipline.offset_ns = offset_ns;
        sl_clock_pair pair = {kept.truth.tsc, kept.truth.ns};
        uint64_t clock_ns = 1;
        EXPECT_FALSE(sl_clock_rate_began_anew(&kept.discipline, &pair, &clock_ns));
        pair = {1000, kept.truth.ns + SECOND / 2};
        ASSERT_TRUE(sl_clock_rate_began_anew(&kept.discipline, &pair, &clock_ns));
        EXPECT_EQ(clock_ns, pair.ns - (uint64_t)offset_ns);
        EXPECT_FALSE(sl_clock_rate_began_anew(&kept.discipline, &pair, &clock_ns));
    }
}
