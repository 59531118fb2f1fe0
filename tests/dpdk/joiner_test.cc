// SPDX-License-Identifier: BSD-3-Clause
// Seeds as text on their way to the engine, and how often their names are looked up.
#include "dataplane/joiner.h"

#include <poll.h>

#include <atomic>
#include <thread>

#include <gtest/gtest.h>

#include "lib/profile.h"

namespace
{

constexpr uint64_t kMs = 1000000;

class Joiner : public testing::Test
{
  protected:
    Joiner()
    {
        sl_profile_load(&config, "lan");
        config.join_retry_min_ns = 2 * kMs;
        config.join_retry_max_ns = 8 * kMs;
        clock = sl_clock_start();
        EXPECT_EQ(sl_joiner_open(&joiner, &clock, &mailbox, &config, 7947), 0);
    }

    ~Joiner() override
    {
        sl_joiner_close(&joiner);
    }

    int set(const char *seed)
    {
        return sl_joiner_set(&joiner, &seed, 1);
    }

    void await_an_answer_of_the_resolver()
    {
        pollfd fd = {.fd = sl_joiner_fd(&joiner), .events = POLLIN, .revents = 0};
        ASSERT_EQ(poll(&fd, 1, 60000), 1);
    }

    // Answers every letter; returns how many seeds the last one had.
    template <typename Act> uint32_t engine_hears(Act act)
    {
        std::atomic<bool> done{false};
        std::atomic<uint32_t> seeds{UINT32_MAX};
        std::thread engine([&] {
            while (!done) {
                const sl_letter *letter = sl_mailbox_posted(&mailbox);
                if (letter == nullptr) {
                    std::this_thread::yield();
                    continue;
                }
                seeds = letter->seed_count;
                sl_mailbox_answer(&mailbox, 0);
            }
        });
        act();
        done = true;
        engine.join();
        return seeds;
    }

    sl_config config = {};
    sl_clock clock = {};
    sl_mailbox mailbox = {};
    sl_joiner joiner = {};
};

TEST_F(Joiner, WhatIsFoundReachesTheEngine)
{
    ASSERT_EQ(set("192.0.2.7"), 0);
    await_an_answer_of_the_resolver();
    EXPECT_EQ(engine_hears([&] { sl_joiner_run(&joiner, false); }), 1u);
}

TEST_F(Joiner, NoSeedsAtAllAreToldAtOnceAndNeverLookedUp)
{
    EXPECT_EQ(engine_hears([&] { EXPECT_EQ(sl_joiner_set(&joiner, nullptr, 0), 0); }), 0u);
    EXPECT_EQ(joiner.due_ns, UINT64_MAX);
}

TEST_F(Joiner, ANameIsLookedUpAgainSoonAndThenLessOften)
{
    uint64_t before = sl_clock_now(&clock);
    ASSERT_EQ(set("nobody.invalid"), 0);
    EXPECT_GE(joiner.due_ns, before + config.join_retry_min_ns);
    ASSERT_LE(joiner.due_ns, sl_clock_now(&clock) + config.join_retry_min_ns);
    for (uint64_t wait : {2 * kMs, 4 * kMs, 8 * kMs, 8 * kMs}) {
        uint64_t due = joiner.due_ns;
        while (sl_clock_now(&clock) < due)
            std::this_thread::yield();
        sl_joiner_run(&joiner, false);
        EXPECT_GE(joiner.due_ns, due + wait);
        EXPECT_LE(joiner.due_ns, sl_clock_now(&clock) + wait);
    }
}

TEST_F(Joiner, ANodeThatNobodyAnswersLooksForItsSeedsAtOnce)
{
    ASSERT_EQ(set("192.0.2.7"), 0);
    await_an_answer_of_the_resolver();
    engine_hears([&] { sl_joiner_run(&joiner, false); });
    joiner.due_ns = sl_clock_now(&clock) + 60000 * kMs;
    sl_joiner_run(&joiner, true);
    EXPECT_LE(joiner.due_ns, sl_clock_now(&clock) + config.join_retry_min_ns);
}

} // namespace
