/* SPDX-License-Identifier: BSD-3-Clause */
/* The packet cores' clock: read by many threads while the control thread bends it. No EAL. */
#include "dataplane/clock.h"

#include <gtest/gtest.h>

#include <atomic>
#include <ctime>
#include <thread>
#include <vector>

namespace
{
int64_t monotonic_ns()
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

/* As if a second had passed since the last look, at the same rate. */
void make_due(sl_clock &c)
{
    uint64_t ticks = (uint64_t)(((sl_clock_wide)(2 * SL_CLOCK_RATE_EVERY_NS) << 32) /
                                (sl_clock_wide)c.discipline.rate);
    c.discipline.last.tsc -= ticks;
    c.discipline.last.ns -= 2 * SL_CLOCK_RATE_EVERY_NS;
}

TEST(Clock, ReadersNeverSeeHalfALineNorTimeGoBack)
{
    constexpr int READERS = 2, BENDS = 4000;
    /* Half of one line and half of the next are off by about as much. */
    constexpr int64_t APART_NS = 50000;
    constexpr int64_t STRAY_NS = 1000000;
    sl_clock clock = sl_clock_start();
    std::atomic<bool> done{false};
    std::atomic<int> wrong{0}, back{0};
    std::vector<std::thread> readers;
    for (int i = 0; i < READERS; i++)
        readers.emplace_back([&] {
            uint64_t last = 0;
            while (!done) {
                int64_t before = monotonic_ns();
                uint64_t now = sl_clock_now(&clock);
                int64_t after = monotonic_ns();
                /* Two CPUs' TSCs may differ a little. */
                back += now + 1000 < last;
                wrong += (int64_t)now < before - STRAY_NS || (int64_t)now > after + STRAY_NS;
                last = now > last ? now : last;
            }
        });
    uint64_t turns = 0;
    for (int i = 0; i < BENDS; i++) {
        uint64_t turn = clock.turn;
        for (int64_t until = monotonic_ns() + APART_NS; monotonic_ns() < until;)
            continue;
        make_due(clock);
        sl_clock_keep(&clock);
        turns += clock.turn != turn;
    }
    done = true;
    for (auto &reader : readers)
        reader.join();
    EXPECT_GT(turns, 0u);
    EXPECT_EQ(wrong, 0);
    EXPECT_EQ(back, 0);
}

TEST(Clock, ATscThatBeganAnewIsFollowedAtOnce)
{
    sl_clock clock = sl_clock_start();
    /* What the clock knows lies an hour of ticks ahead: so it is after the TSC was set back. */
    uint64_t hour =
        (uint64_t)(((sl_clock_wide)3600000000000ull << 32) / (sl_clock_wide)clock.discipline.rate);
    clock.discipline.last.tsc += hour;
    clock.lines[0].bend_tsc += hour;
    EXPECT_LT((int64_t)sl_clock_now(&clock), monotonic_ns() - 3500000000000);
    for (int i = 0; i < 100 && clock.turn == 0; i++) /* one that is held up is put off */
        sl_clock_keep(&clock);
    int64_t before = monotonic_ns();
    int64_t now = (int64_t)sl_clock_now(&clock);
    EXPECT_GE(now, before - 1000000);
    EXPECT_LE(now, monotonic_ns() + 1000000);
}
} // namespace
