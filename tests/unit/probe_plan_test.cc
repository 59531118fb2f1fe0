// SPDX-License-Identifier: BSD-3-Clause
#include <gtest/gtest.h>

extern "C" {
#include "lib/probe_plan.h"
#include "lib/profile.h"
}

constexpr uint64_t kMs = 1000000;

class ProbePlan : public ::testing::Test
{
  protected:
    ProbePlan()
    {
        EXPECT_EQ(sl_profile_load(&c, "wan"), 0);
    }

    struct sl_probe_plan Plan()
    {
        return sl_probe_plan_make(&c, &path, &health, hasty);
    }

    sl_config c;
    sl_round_trip path = {};
    sl_health health = {};
    bool hasty = false;
};

TEST_F(ProbePlan, KnowingNothingItIsAsConfigured)
{
    struct sl_probe_plan plan = Plan();
    EXPECT_EQ(plan.tries, c.probe_tries);
    EXPECT_EQ(plan.helpers, c.probe_helpers * c.probe_helper_rounds);
    EXPECT_EQ(plan.last_wait_ns, c.probe_try_interval_ns);
    EXPECT_EQ(sl_probe_plan_window_ns(&plan), c.probe_tries * c.probe_try_interval_ns +
                                                  c.probe_helper_rounds * c.probe_helper_wait_ns);
}

TEST_F(ProbePlan, MemberThatPausesAsLongAsIsToleratedAnswersBeforeItIsAccused)
{
    for (const char *profile : {"lan", "wan", "edge"}) {
        ASSERT_EQ(sl_profile_load(&c, profile), 0);
        struct sl_probe_plan plan = Plan();
        EXPECT_GE(sl_probe_plan_window_ns(&plan), c.max_pause_ns) << profile;
        EXPECT_LT(sl_probe_plan_window_ns(&plan), c.suspicion_min_ns) << profile;
    }
}

TEST_F(ProbePlan, SlowPathIsWaitedForUpToTheCeiling)
{
    sl_round_trip_note(&path, 300 * kMs);
    EXPECT_EQ(Plan().last_wait_ns, 900 * kMs);
    sl_round_trip_note(&path, 1800 * kMs);
    EXPECT_EQ(Plan().last_wait_ns, SL_WAIT_STRETCH_MAX * c.probe_try_interval_ns);
    struct sl_probe_plan plan = Plan();
    EXPECT_EQ(sl_probe_plan_helper_wait(&c, &plan, 700 * kMs, 800 * kMs), 1500 * kMs);
    EXPECT_EQ(sl_probe_plan_helper_wait(&c, &plan, 7000 * kMs, 800 * kMs),
              SL_WAIT_STRETCH_MAX * c.probe_helper_wait_ns);
}

TEST_F(ProbePlan, FastPathDoesNotShortenWhatIsConfigured)
{
    for (int i = 0; i < 20; i++)
        sl_round_trip_note(&path, kMs);
    struct sl_probe_plan plan = Plan();
    EXPECT_EQ(plan.last_wait_ns, c.probe_try_interval_ns);
    EXPECT_EQ(sl_probe_plan_helper_wait(&c, &plan, kMs, kMs), c.probe_helper_wait_ns);
}

TEST_F(ProbePlan, FurtherTriesFitIntoTheSameTime)
{
    sl_round_trip_note_tries(&path, 1000, 0);
    struct sl_probe_plan plan = Plan();
    EXPECT_EQ(plan.tries, SL_TRIES_MAX);
    uint64_t direct_ns = (plan.tries - 1) * plan.try_interval_ns + plan.last_wait_ns;
    EXPECT_LE(direct_ns, c.probe_tries * c.probe_try_interval_ns);
    EXPECT_GT(direct_ns, c.probe_tries * c.probe_try_interval_ns - kMs);
}

TEST_F(ProbePlan, SickNodeWaitsLongerWithinTheCeiling)
{
    health.score = health.contradicted = 2;
    EXPECT_EQ(Plan().helper_wait_ns, 3 * c.probe_helper_wait_ns);
    health.score = health.contradicted = SL_HEALTH_MAX;
    EXPECT_EQ(Plan().helper_wait_ns, SL_WAIT_STRETCH_MAX * c.probe_helper_wait_ns);
}

TEST_F(ProbePlan, WithoutHelpersThereIsNoWaitForThem)
{
    c.probe_helpers = 0;
    struct sl_probe_plan plan = Plan();
    EXPECT_EQ(sl_probe_plan_window_ns(&plan), c.probe_tries * c.probe_try_interval_ns);
}

TEST_F(ProbePlan, FinalProbeTakesHalfTheTimeWhereThePathAllows)
{
    struct sl_probe_plan plan = Plan();
    hasty = true;
    struct sl_probe_plan final = Plan();
    EXPECT_EQ(2 * sl_probe_plan_window_ns(&final), sl_probe_plan_window_ns(&plan));
    EXPECT_EQ(final.tries, plan.tries);
    EXPECT_EQ(final.helpers, plan.helpers);
    sl_round_trip_note(&path, 200 * kMs);
    EXPECT_EQ(Plan().last_wait_ns, 600 * kMs);
}
