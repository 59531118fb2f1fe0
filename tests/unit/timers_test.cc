// SPDX-License-Identifier: BSD-3-Clause
#include "lib/timers.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>
#include <vector>

#include "tests/unit/arena_memory.h"

TEST(Timers, FireInTheOrderOfTheirDeadlines)
{
    ArenaMemory memory(1 << 16);
    sl_timers timers;
    sl_timers_create(&timers, memory.arena(), 300);
    std::vector<sl_timer> all(300);
    std::mt19937_64 random(5);
    for (auto &t : all)
        sl_timer_set(&timers, &t, random() % 1000);
    for (size_t i = 0; i < all.size(); i += 3)
        sl_timer_set(&timers, &all[i], random() % 1000); // moved, up or down
    for (size_t i = 1; i < all.size(); i += 3)
        sl_timer_cancel(&timers, &all[i]);
    std::vector<uint64_t> expected, fired;
    for (size_t i = 0; i < all.size(); i++) {
        if (i % 3 != 1)
            expected.push_back(all[i].deadline_ns);
    }
    std::sort(expected.begin(), expected.end());
    while (sl_timer *t = sl_timers_pop(&timers, 1000)) {
        EXPECT_FALSE(sl_timer_is_set(t));
        fired.push_back(t->deadline_ns);
    }
    EXPECT_EQ(fired, expected);
    EXPECT_EQ(sl_timers_next_ns(&timers), UINT64_MAX);
}

TEST(Timers, AnyOrderOfSetMoveCancelAndPopEqualsAModel)
{
    const size_t kTimers = 40;
    ArenaMemory memory(1 << 16);
    sl_timers timers;
    sl_timers_create(&timers, memory.arena(), kTimers);
    std::vector<sl_timer> all(kTimers);
    std::multimap<uint64_t, sl_timer *> model;
    std::mt19937_64 random(18);
    auto forget = [&](sl_timer *t) {
        for (auto i = model.begin(); i != model.end(); ++i) {
            if (i->second == t) {
                model.erase(i);
                return;
            }
        }
    };
    uint64_t now = 0;
    for (int step = 0; step < 20000; step++) {
        sl_timer *t = &all[random() % kTimers];
        switch (random() % 4) {
        case 0:
        case 1: {
            uint64_t deadline = now + random() % 100;
            sl_timer_set(&timers, t, deadline);
            forget(t);
            model.emplace(deadline, t);
            break;
        }
        case 2:
            sl_timer_cancel(&timers, t);
            forget(t);
            break;
        default:
            now += random() % 10;
            if (sl_timer *due = sl_timers_pop(&timers, now)) {
                ASSERT_EQ(due->deadline_ns, model.begin()->first);
                forget(due);
            } else {
                ASSERT_TRUE(model.empty() || model.begin()->first > now);
            }
        }
        ASSERT_EQ(timers.count, model.size());
        ASSERT_EQ(sl_timers_next_ns(&timers), model.empty() ? UINT64_MAX : model.begin()->first);
    }
}

TEST(Timers, NothingFiresBeforeItsTime)
{
    ArenaMemory memory(1 << 12);
    sl_timers timers;
    sl_timers_create(&timers, memory.arena(), 4);
    sl_timer t = {};
    sl_timer_set(&timers, &t, 100);
    EXPECT_EQ(sl_timers_pop(&timers, 99), nullptr);
    EXPECT_EQ(sl_timers_next_ns(&timers), 100u);
    EXPECT_EQ(sl_timers_pop(&timers, 100), &t);
}
