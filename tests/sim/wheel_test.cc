// SPDX-License-Identifier: BSD-3-Clause
#include "bench/sim/wheel.h"

#include <gtest/gtest.h>

#include <vector>

namespace
{

class Wheel : public ::testing::Test
{
  protected:
    void SetUp() override
    {
        ASSERT_TRUE(sim_wheel_create(&wheel, 1000));
    }
    void TearDown() override
    {
        sim_wheel_destroy(&wheel);
    }
    // Kinds of what happens until a tick, in order, each with its tick.
    std::vector<std::pair<uint64_t, uint32_t>> run(uint64_t until)
    {
        std::vector<std::pair<uint64_t, uint32_t>> happened;
        while (wheel.tick < until) {
            sim_wheel_advance(&wheel);
            while (sim_link *link = sim_wheel_take(&wheel))
                happened.emplace_back(wheel.tick, link->kind);
        }
        return happened;
    }
    sim_wheel wheel = {};
};

using Happened = std::vector<std::pair<uint64_t, uint32_t>>;

TEST_F(Wheel, KeepsTheOrderOfSettingWithinATick)
{
    sim_link a = {}, b = {}, c = {};
    a.kind = 1, b.kind = 2, c.kind = 3;
    sim_wheel_set(&wheel, &b, 1005);
    sim_wheel_set(&wheel, &a, 1004);
    sim_wheel_set(&wheel, &c, 1005);
    EXPECT_EQ(run(1010), (Happened{{1004, 1}, {1005, 2}, {1005, 3}}));
}

TEST_F(Wheel, WhatIsOverdueHappensAtTheNextTick)
{
    sim_link a = {};
    sim_wheel_set(&wheel, &a, 3);
    EXPECT_EQ(run(1002), (Happened{{1001, 0}}));
}

TEST_F(Wheel, FarDeadlinesWaitTheirTurns)
{
    sim_link a = {}, b = {};
    a.kind = 1, b.kind = 2;
    sim_wheel_set(&wheel, &a, 1000 + 3 * SIM_WHEEL_SLOTS);
    sim_wheel_set(&wheel, &b, 999 + SIM_WHEEL_SLOTS);
    EXPECT_EQ(run(1001 + 3 * SIM_WHEEL_SLOTS),
              (Happened{{999 + SIM_WHEEL_SLOTS, 2}, {1000 + 3 * SIM_WHEEL_SLOTS, 1}}));
}

TEST_F(Wheel, SettingAgainMovesAndCancellingRemoves)
{
    sim_link a = {}, b = {};
    sim_wheel_set(&wheel, &a, 1002);
    sim_wheel_set(&wheel, &a, 1007);
    sim_wheel_set(&wheel, &b, 1003);
    sim_wheel_cancel(&b);
    EXPECT_FALSE(sim_link_is_set(&b));
    EXPECT_EQ(run(1010), (Happened{{1007, 0}}));
}

TEST_F(Wheel, AMovedLinkHappensOnceEvenIfItComesBack)
{
    sim_link a = {};
    sim_wheel_set(&wheel, &a, 1002);
    sim_wheel_set(&wheel, &a, 1007);
    sim_wheel_set(&wheel, &a, 1002);
    EXPECT_EQ(run(1010), (Happened{{1002, 0}}));
}

TEST_F(Wheel, ManyAtOnceKeepTheirOrderAndCanBeSeenAhead)
{
    std::vector<sim_link> links(100);
    Happened expected;
    for (uint32_t i = 0; i < 100; i++) {
        links[i].kind = i;
        sim_wheel_set(&wheel, &links[i], 1005);
        expected.emplace_back(1005, i);
    }
    uint32_t seen = 0;
    for (const sim_chunk *c = sim_wheel_ahead(&wheel, 5); c != nullptr; c = c->next)
        seen += (uint32_t)c->count;
    EXPECT_EQ(seen, 100u);
    EXPECT_EQ(run(1010), expected);
}

} // namespace
