// SPDX-License-Identifier: BSD-3-Clause
#include "bench/sim/curve.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <memory>
#include <string>

namespace
{

class Curve : public ::testing::Test
{
  protected:
    void play(const std::string &text)
    {
        char why[SIM_WHY_BYTES] = "";
        ASSERT_EQ(sim_scenario_parse(scenario.get(), "s", text.c_str(), why, sizeof(why)), 0)
            << why;
        ASSERT_EQ(sim_world_create(&world, scenario.get(), 1), 0);
        world.samples_equality = true;
        sim_world_run(&world, scenario->run_ns);
        sim_world_finish(&world);
    }
    void TearDown() override
    {
        sim_world_destroy(&world);
    }
    bool make(sim_curve_kind kind)
    {
        return sim_curve_make(&world, kind, &curve);
    }
    std::string text()
    {
        char *bytes = nullptr;
        size_t length = 0;
        FILE *out = open_memstream(&bytes, &length);
        sim_curve_text(&world, out);
        fclose(out);
        std::string all(bytes, length);
        free(bytes);
        return all;
    }

    std::unique_ptr<sim_scenario> scenario = std::make_unique<sim_scenario>();
    sim_world world = {};
    sim_curve curve = {};
};

TEST_F(Curve, RisesFromTheFirstViewerToAllOfThem)
{
    play("nodes 100\nstart formed\nrun 15s\nat 1s crash n1-n3\n");
    ASSERT_TRUE(make(SIM_CURVE_DEATHS));
    EXPECT_EQ(curve.events, 3u);
    EXPECT_EQ(curve.total, 3u * 97u);
    for (uint32_t i = 1; i < curve.count; i++) {
        EXPECT_GE(curve.points[i].after_ns, curve.points[i - 1].after_ns);
        EXPECT_GT(curve.points[i].millionths, curve.points[i - 1].millionths);
    }
    EXPECT_EQ(curve.points[curve.count - 1].millionths, SIM_MILLION);
    EXPECT_EQ(sim_curve_at(&curve, curve.points[0].after_ns - 1), 0u);
    EXPECT_EQ(sim_curve_at(&curve, SIM_NEVER), SIM_MILLION);
}

TEST_F(Curve, WhoNeverLearnsIsMissingAtItsEnd)
{
    play("nodes 100\nstart formed\nrun 1500ms\nat 100ms crash n1\n");
    if (make(SIM_CURVE_DEATHS)) {
        EXPECT_LT(curve.points[curve.count - 1].millionths, SIM_MILLION);
    }
    uint32_t count = 1;
    free(sim_detections(&world, SIM_MILLION, &count));
    EXPECT_EQ(count, 0u);
}

TEST_F(Curve, HasAsManyPointsAsAScreenShowsAtMost)
{
    play("nodes 300\nstart formed\nrun 10s\nat 1s crash 10 nodes\n");
    ASSERT_TRUE(make(SIM_CURVE_DEATHS));
    EXPECT_GT(curve.total, 2000u);
    EXPECT_LE(curve.count, (uint32_t)SIM_CURVE_POINTS);
    EXPECT_EQ(curve.points[curve.count - 1].millionths, SIM_MILLION);
}

TEST_F(Curve, JoinsAndViewsHaveTheirs)
{
    play("nodes 40\nstart formed n1-n10\nrun 20s\nat 1s join n11-n40 over 1s\n");
    EXPECT_FALSE(make(SIM_CURVE_DEATHS));
    ASSERT_TRUE(make(SIM_CURVE_JOINS));
    EXPECT_EQ(curve.events, 30u);
    ASSERT_TRUE(make(SIM_CURVE_VIEWS));
    EXPECT_EQ(curve.points[curve.count - 1].millionths, SIM_MILLION);
}

TEST_F(Curve, IsTenLinesInATerminal)
{
    play("nodes 200\nstart formed\nloss 1%\nrun 15s\nat 1s crash 5 nodes\n");
    std::string all = text();
    EXPECT_EQ(all.find("viewers that know of a death, of 975, by the time since:\n"), 0u) << all;
    EXPECT_NE(all.find("100.0 % |##################################################\n"),
              std::string::npos)
        << all;
    size_t lines = 0;
    for (char c : all) {
        EXPECT_TRUE(c == '\n' || (c >= ' ' && c <= '~'));
        lines += c == '\n';
    }
    EXPECT_GE(lines, 9u);
    EXPECT_LE(lines, 11u);
}

TEST_F(Curve, NothingHappenedNothingIsDrawn)
{
    play("nodes 10\nstart formed\nrun 1s\n");
    EXPECT_EQ(text(), "");
}

} // namespace
