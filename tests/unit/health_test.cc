// SPDX-License-Identifier: BSD-3-Clause
// Lifeguard's local health, against the tables of memberlist's awareness_test.go and the Awareness
// cases of its state_test.go.
#include "probe_fixture.h"

TEST(Health, FollowsMemberlistsAwarenessTable)
{
    const struct {
        int32_t delta;
        uint32_t score;
    } table[] = {{0, 0},  {-1, 0}, {-10, 0}, {1, 1},  {-1, 0}, {10, 7}, {-1, 6},
                 {-1, 5}, {-1, 4}, {-1, 3},  {-1, 2}, {-1, 1}, {-1, 0}, {-1, 0}};
    sl_health health = {};
    for (auto &row : table) {
        sl_health_add(&health, row.delta);
        EXPECT_EQ(health.score, row.score) << "after " << row.delta;
    }
}

TEST(Health, ScalesTimesLikeMemberlistsAwarenessOnceOthersContradict)
{
    for (uint32_t score : {0u, 3u, 7u}) {
        sl_health health = {};
        health.score = score;
        health.contradicted = SL_HEALTH_MAX;
        EXPECT_EQ(sl_health_scale(&health, kS), (score + 1) * kS);
    }
}

// Lifeguard's score alone cannot tell one's own sickness from the death of most others.
TEST(Health, SilenceAloneStretchesNothing)
{
    sl_health health = {};
    sl_health_add(&health, SL_HEALTH_MAX);
    EXPECT_EQ(sl_health_scale(&health, kS), kS);
    sl_health_contradicted(&health);
    EXPECT_EQ(sl_health_scale(&health, kS), 2 * kS);
    sl_health_add(&health, -1);
    EXPECT_EQ(sl_health_scale(&health, kS), kS);
}

TEST(Health, MassDeathIsAQuarterOfSilenceThatNobodyContradicts)
{
    sl_health health = {};
    EXPECT_FALSE(sl_health_is_mass_death(&health));
    for (int i = 0; i < 2; i++)
        sl_health_note_turn(&health, false);
    EXPECT_FALSE(sl_health_is_mass_death(&health));
    sl_health_note_turn(&health, false);
    EXPECT_TRUE(sl_health_is_mass_death(&health));
    sl_health_contradicted(&health);
    EXPECT_FALSE(sl_health_is_mass_death(&health));
    sl_health_add(&health, -1);
    EXPECT_TRUE(sl_health_is_mass_death(&health));
    for (int i = 0; i < 3; i++)
        sl_health_note_turn(&health, true);
    EXPECT_FALSE(sl_health_is_mass_death(&health));
}

TEST(Health, ThatManyDiedIsRememberedForSomeTwentyAnswers)
{
    sl_health health = {};
    sl_health_note_turn(&health, false);
    EXPECT_FALSE(sl_health_many_died(&health));
    for (int i = 0; i < 2; i++)
        sl_health_note_turn(&health, false);
    EXPECT_TRUE(sl_health_many_died(&health));
    for (int i = 0; i < 18; i++)
        sl_health_note_turn(&health, true);
    EXPECT_FALSE(sl_health_is_mass_death(&health));
    EXPECT_TRUE(sl_health_many_died(&health));
    sl_health_contradicted(&health);
    EXPECT_FALSE(sl_health_many_died(&health));
    sl_health_add(&health, -1);
    for (int i = 0; i < 10; i++)
        sl_health_note_turn(&health, true);
    EXPECT_FALSE(sl_health_many_died(&health));
}

TEST(Health, FewSurvivorsProbeMore)
{
    sl_health health = {};
    for (int i = 0; i < 10; i++)
        sl_health_note_turn(&health, false);
    EXPECT_EQ(sl_health_turns(&health), 1u);
    for (int i = 0; i < 10; i++)
        sl_health_note_turn(&health, false);
    EXPECT_EQ(sl_health_turns(&health), 4u);
    sl_health_contradicted(&health);
    EXPECT_EQ(sl_health_turns(&health), 1u);
}

TEST(Health, FailureCountsMissedReceiptsOrOneIfNobodyCouldBeAsked)
{
    EXPECT_EQ(sl_health_of_failure(0, 0), 1);
    EXPECT_EQ(sl_health_of_failure(3, 3), 0);
    EXPECT_EQ(sl_health_of_failure(3, 1), 2);
}

using HealthOfProbe = ProbeFixture;

// memberlist: TestMemberList_ProbeNode_Awareness_Degraded
TEST_F(HealthOfProbe, AwarenessDegradedStaysAndProbesTakeTwiceAsLong)
{
    Start();
    for (Puppet &h : helpers)
        h.receipts = true;
    uint64_t well_ns = Window();
    sl_engine_contradicted(&engine());
    uint64_t from = cluster.now();
    Probe();
    ASSERT_TRUE(cluster.run_until([&] { return Suspected(); }, 10 * kS));
    EXPECT_EQ(engine().health.score, 1u);
    EXPECT_EQ(node().stats().health, 1u);
    const sl_config &c = node().config;
    EXPECT_EQ(cluster.now() - from, well_ns + c.probe_try_interval_ns + c.probe_helper_wait_ns);
}

// memberlist: TestMemberList_ProbeNode_Awareness_Improved
TEST_F(HealthOfProbe, AwarenessImprovedByAnAnswer)
{
    Start();
    m.answers = true;
    engine().health.score = 1;
    Probe();
    cluster.run(100 * kMs);
    EXPECT_EQ(engine().health.score, 0u);
    EXPECT_EQ(node().stats().health, 0u);
}

// memberlist: TestMemberList_ProbeNode_Awareness_MissedNack
TEST_F(HealthOfProbe, AwarenessMissedNackRaisesTheScore)
{
    Start();
    helpers[0].receipts = helpers[1].receipts = true;
    Probe();
    ASSERT_TRUE(cluster.run_until([&] { return Suspected(); }, 10 * kS));
    EXPECT_EQ(engine().health.score, 1u);
    EXPECT_EQ(node().stats().health, 1u);
}

// memberlist: TestMemberList_ProbeNode_Awareness_OldProtocol
TEST_F(HealthOfProbe, FailureWithNobodyToAskRaisesTheScoreByOne)
{
    helper_count = 0;
    Start();
    Probe();
    cluster.run_until([&] { return engine().probes_used == 0; }, 10 * kS);
    EXPECT_EQ(engine().health.score, 1u);
}

// memberlist: TestMemberList_SuspectNode_Refute
TEST_F(HealthOfProbe, OwnRefutationRaisesTheScore)
{
    Start();
    uint64_t word = sl_word_with_status(node().word(), SL_SUSPECT);
    m.gossip(node(), {m.accusation("n1", word, "m")});
    EXPECT_EQ(node().stats().refutations, 1u);
    EXPECT_EQ(engine().health.score, 1u);
}

TEST_F(HealthOfProbe, ARefutationOfOnesOwnAccusationContradicts)
{
    Start();
    Probe();
    ASSERT_TRUE(cluster.run_until([&] { return Suspected(); }, 10 * kS));
    EXPECT_EQ(engine().health.contradicted, 0u);
    helpers[0].gossip(node(), {m.alive("m", sl_word_refute(node().word_of("m")), 50)});
    EXPECT_EQ(engine().health.contradicted, 1u);
}

TEST_F(HealthOfProbe, ARefutationOfAnothersAccusationDoesNot)
{
    Start();
    helpers[0].gossip(node(), {m.accusation("m", sl_word_with_status(m.word, SL_SUSPECT), "h2")});
    ASSERT_TRUE(Suspected());
    helpers[0].gossip(node(), {m.alive("m", sl_word_refute(node().word_of("m")), 50)});
    EXPECT_EQ(engine().health.contradicted, 0u);
}

TEST_F(HealthOfProbe, SickNodeProbesMoreSlowly)
{
    Cluster pair("lan");
    pair.start(1, {1});
    pair.start(2, {1});
    ASSERT_TRUE(pair.run_until([&] { return pair.converged(); }, 10 * kS));
    sl_engine &e = *pair.node(1).engine;
    e.health.score = e.health.contradicted = SL_HEALTH_MAX;
    uint64_t due = e.probe_timer.deadline_ns;
    ASSERT_TRUE(pair.run_until([&] { return e.probe_timer.deadline_ns != due; }, 10 * kS));
    EXPECT_EQ(e.probe_timer.deadline_ns - due, 8 * pair.node(1).config.probe_period_ns);
}
