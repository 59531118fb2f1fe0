// SPDX-License-Identifier: BSD-3-Clause
#include "bench/sim/watch.h"

#include <gtest/gtest.h>

#include <vector>

namespace
{

TEST(SimFigures, PercentilesAreNearestRank)
{
    std::vector<uint64_t> values = {5, 1, 4, 2, 3};
    EXPECT_EQ(sim_percentile(values.data(), 5, 50), 3u);
    EXPECT_EQ(sim_percentile(values.data(), 5, 99), 5u);
    EXPECT_EQ(sim_percentile(values.data(), 5, 20), 1u);
    EXPECT_EQ(sim_percentile(values.data(), 0, 50), SIM_NEVER);
}

class SimNews : public ::testing::Test
{
  protected:
    void SetUp() override
    {
        sim_news death = {};
        death.at_ns = 100;
        death.node = 9;
        uint32_t number = sim_watch_news(&watch, SIM_NEWS_CRASH, &death);
        news = &watch.news[SIM_NEWS_CRASH].all[number];
        sim_watch_sight(news, 110, 0);
        sim_watch_sight(news, 120, 1);
        sim_watch_sight(news, 125, 1); // once more
        sim_watch_sight(news, 130, 2);
    }
    void TearDown() override
    {
        sim_watch_destroy(&watch);
    }
    uint64_t latency(std::vector<uint8_t> counts, uint32_t total, uint32_t millionths)
    {
        std::vector<uint8_t> before = counts;
        uint64_t found = sim_news_latency(news, counts.data(), total, millionths);
        EXPECT_EQ(counts, before);
        return found;
    }
    sim_watch watch = {};
    sim_news *news = nullptr;
};

TEST_F(SimNews, LatencyIsThatOfTheLastViewerNeeded)
{
    EXPECT_EQ(latency({1, 1, 1}, 3, 330000), 10u);
    EXPECT_EQ(latency({1, 1, 1}, 3, 660000), 20u);
    EXPECT_EQ(latency({1, 1, 1}, 3, 1000000), 30u);
}

TEST_F(SimNews, ViewersThatDoNotCountAreLeftOut)
{
    EXPECT_EQ(latency({0, 1, 1}, 2, 500000), 20u);
}

TEST_F(SimNews, TooFewViewersMeansNever)
{
    EXPECT_EQ(latency({1, 1, 1, 1}, 4, 1000000), SIM_NEVER);
}

TEST_F(SimNews, EqualityIsMeasuredFromTheLastAction)
{
    sim_watch_sample(&watch, 100, 10, 10);
    sim_watch_sample(&watch, 200, 8, 10);
    sim_watch_sample(&watch, 300, 9, 10);
    watch.last_action_ns = 150;
    EXPECT_EQ(sim_watch_equal(&watch, 900000), 150u);
    EXPECT_EQ(sim_watch_equal(&watch, 1000000), SIM_NEVER);
}

TEST_F(SimNews, AllEqualMeansThatTheyStaySo)
{
    const uint32_t right[] = {10, 10, 9, 10, 10}; // right when all healed, wrong behind it
    for (uint32_t i = 0; i < 5; i++)
        sim_watch_sample(&watch, 100 * (i + 1), right[i], 10);
    watch.last_action_ns = 100;
    EXPECT_EQ(sim_watch_equal(&watch, 1000000), 300u);
    EXPECT_EQ(sim_watch_equal(&watch, 990000), 0u);
    sim_watch_sample(&watch, 600, 9, 10);
    EXPECT_EQ(sim_watch_equal(&watch, 1000000), SIM_NEVER);
}

} // namespace
