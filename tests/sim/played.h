// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// A scenario's text, played to its end.
#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "bench/sim/report.h"

class Played
{
  public:
    Played(const std::string &text, uint64_t seed) : scenario(std::make_unique<sim_scenario>())
    {
        char why[SIM_WHY_BYTES] = "";
        EXPECT_EQ(sim_scenario_parse(scenario.get(), "s", text.c_str(), why, sizeof(why)), 0)
            << why;
        EXPECT_EQ(sim_world_create(&world, scenario.get(), seed), 0);
        sim_world_run(&world, scenario->run_ns);
        sim_world_finish(&world);
    }
    ~Played()
    {
        sim_world_destroy(&world);
    }
    bool holds()
    {
        sim_cost cost = {};
        return sim_report_text(&world, &cost, stdout);
    }
    uint64_t metric(sim_metric m) const
    {
        return world.metrics.values[m];
    }

    std::unique_ptr<sim_scenario> scenario;
    sim_world world = {};
};
