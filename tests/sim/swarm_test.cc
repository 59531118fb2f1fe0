// SPDX-License-Identifier: BSD-3-Clause
#include "bench/sim/swarm.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <memory>
#include <regex>
#include <string>

#include "bench/sim/invariants.h"
#include "tests/sim/places.h"

namespace
{

constexpr uint64_t kNoLimitMs = 3600000;

std::string text_of(const sim_draft &draft)
{
    char text[SIM_DRAFT_TEXT_BYTES] = "";
    EXPECT_TRUE(sim_draft_write(&draft, text)) << draft.seed << "\n" << text;
    return text;
}

std::string text_of(uint64_t seed)
{
    sim_draft draft;
    sim_draft_draw(&draft, seed);
    return text_of(draft);
}

sim_verdict play(const std::string &text)
{
    sim_verdict verdict = {};
    sim_swarm_play(text.c_str(), &verdict);
    return verdict;
}

void add(sim_draft *draft, uint64_t at_ms, const char *what)
{
    sim_draft_event event = {};
    event.at_ms = at_ms;
    snprintf(event.what, sizeof(event.what), "%s", what);
    sim_draft_add(draft, &event);
}

// Pauses that the profile tolerates, among other faults.
sim_draft pauses()
{
    sim_draft draft = {};
    draft.profile = "wan";
    draft.seed = draft.run_seed = 3;
    draft.zone_count = 2;
    draft.zone_nodes[0] = 60;
    draft.zone_nodes[1] = 20;
    draft.joiners = 10;
    draft.join_at_ms = 3000;
    draft.rtt_us = 1000;
    draft.far_rtt_us[0][1] = 40000;
    draft.faults_ms = 20000;
    draft.promises = draft.settles = true;
    add(&draft, 0, "loss 1%");
    add(&draft, 2000, "crash 1 nodes");
    add(&draft, 4000, "duplicate 2%");
    add(&draft, 6000, "pause 5% for 2000ms");
    add(&draft, 9000, "restart crashed");
    add(&draft, 15000, "leave 1 nodes");
    return draft;
}

TEST(SimSwarm, TheSameSeedIsTheSameScenario)
{
    EXPECT_EQ(text_of(11), text_of(11));
    EXPECT_NE(text_of(11), text_of(12));
}

TEST(SimSwarm, EverySeedIsAScenarioAndSomeSeedHasEachVerb)
{
    auto scenario = std::make_unique<sim_scenario>();
    char why[SIM_WHY_BYTES] = "";
    uint64_t seen = 0;
    for (uint64_t seed = 1; seed <= 300; seed++) {
        ASSERT_EQ(sim_scenario_parse(scenario.get(), "s", text_of(seed).c_str(), why, sizeof(why)),
                  0)
            << why;
        for (uint32_t i = 0; i < scenario->action_count; i++)
            seen |= 1ull << scenario->actions[i].verb;
    }
    for (uint32_t verb = 0; sim_verb_name(verb) != nullptr; verb++)
        EXPECT_TRUE(seen >> verb & 1) << sim_verb_name(verb);
}

// Bytes have scenarios of their own: a storm of joins may cost a node more than its cap.
TEST(SimSwarm, SafetyAndConvergenceHoldInDrawnClusters)
{
    for (uint64_t seed = 1; seed <= 30; seed++) {
        sim_verdict verdict = play(text_of(seed));
        if (std::string(verdict.what) != sim_rule_text(SIM_RULE_BYTE_CAP)) {
            EXPECT_STREQ(verdict.what, "") << verdict.detail << "\n" << text_of(seed);
        }
        EXPECT_GT(verdict.events, 0u);
    }
}

TEST(SimSwarm, WhatThePromisesAllowHolds)
{
    sim_verdict verdict = play(text_of(pauses()));
    EXPECT_STREQ(verdict.what, "") << verdict.detail;
    EXPECT_NE(verdict.settled_ns, UINT64_MAX);
}

TEST(SimSwarm, AProtocolTooHastyForItsPausesFailsAndBecomesASmallCase)
{
    sim_draft draft = pauses();
    for (const char *knob :
         {"max_pause 10s", "suspicion_min 1ms", "suspicion_max 1ms", "frame_bytes 1000"})
        snprintf(draft.knobs[draft.knob_count++], sizeof(draft.knobs[0]), "%s", knob);
    add(&draft, 10000, "pause 5% for 8000ms");
    sim_verdict verdict = play(text_of(draft));
    ASSERT_STREQ(verdict.what, "false_dead == 0");

    sim_swarm_shrink(&draft, &verdict, kNoLimitMs);
    std::string small = text_of(draft);
    EXPECT_LE(sim_draft_nodes(&draft), 10u) << small;
    EXPECT_EQ(draft.event_count, 1u) << small;
    EXPECT_EQ(draft.joiners, 0u);
    EXPECT_LE(draft.knob_count, 3u) << small;
    EXPECT_FALSE(draft.settles);
    EXPECT_NE(small.find("pause"), std::string::npos) << small;
    EXPECT_STREQ(play(small).what, "false_dead == 0");
}

TEST(SimSwarm, WhatItHasFoundHoldsSince)
{
    for (const auto &file : std::filesystem::directory_iterator(SL_SCENARIOS "/found")) {
        std::ifstream in(file.path());
        std::string text((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
        text = std::regex_replace(text, std::regex("\nseed [0-9]+\n"), "\n");
        for (const char *seed : {"seed 1\n", "seed 2\n", "seed 3\n"}) {
            sim_verdict verdict = play(text + seed);
            EXPECT_STREQ(verdict.what, "") << file.path() << ": " << seed << verdict.detail;
        }
    }
}

// They agree when the cut comes and, the patience with its zone being short, no more at the end.
TEST(SimSwarm, ViewsThatCannotStayEqualFail)
{
    sim_draft draft = pauses();
    snprintf(draft.knobs[0], sizeof(draft.knobs[0]), "zone_patience 1s");
    draft.knob_count = 1;
    add(&draft, 19000, "cut z1");
    std::string text = text_of(draft);
    EXPECT_STREQ(play(text).what, "");
    size_t heal = text.find("at 20000ms heal\n");
    ASSERT_NE(heal, std::string::npos);
    EXPECT_STREQ(play(text.replace(heal, 16, "")).what, "views equal at 100%");
}

TEST(SimSwarm, AProgramThatDoesNotLiveIsAVerdict)
{
    EXPECT_STREQ(play("nodes 3\nexplode\n").what, "the program runs to its end");
}

} // namespace
