// SPDX-License-Identifier: BSD-3-Clause
// Members that die and come back: told once, spread at a growing interval, and forgiven.
#include "probe_fixture.h"

namespace
{

TEST(FlapPenalty, HalvesEveryTenMinutesAndNeverGrows)
{
    EXPECT_EQ(sl_flaps_decayed(4000, 0), 4000u);
    EXPECT_EQ(sl_flaps_decayed(4000, 300 * kS), 3000u);
    EXPECT_EQ(sl_flaps_decayed(4000, 600 * kS), 2000u);
    EXPECT_EQ(sl_flaps_decayed(4000, 1200 * kS), 1000u);
    EXPECT_EQ(sl_flaps_decayed(4000, UINT64_MAX), 0u);
    uint32_t before = 4000;
    for (uint64_t s = 0; s < 7200; s++) {
        uint32_t now = sl_flaps_decayed(4000, s * kS);
        ASSERT_LE(now, before) << s;
        before = now;
    }
}

class Flaps : public ProbeFixture
{
  protected:
    void SetUp() override
    {
        m.answers = true;
        auto before = cluster.configure;
        cluster.configure = [before](sl_config &c) {
            before(c);
            c.max_members = 4 * SL_FLAPS_MAX;
        };
        Start();
    }

    void Die(const char *name = "m")
    {
        node().step(nullptr); // the engine's time is now
        uint64_t word = sl_word_with_status(node().word_of(name), SL_DEAD);
        sl_merge_word(&engine(), SlotOf(name), word, m.id_of("h2"));
        node().step(nullptr);
    }

    // true: by its refutation; false: as a new life.
    void Return(bool refutes = true)
    {
        uint64_t held = node().word_of("m");
        uint64_t word =
            refutes ? sl_word_refute(held) : sl_word(sl_word_generation(held) + 1, 0, SL_ALIVE);
        helpers[0].gossip(node(), {m.alive("m", word, 50)});
    }

    void Flap(int times)
    {
        for (int i = 0; i < times; i++) {
            Die();
            Return();
        }
    }

    size_t Told(sl_event_type type)
    {
        size_t count = 0;
        for (const SeenEvent &e : node().events)
            count += e.type == type && e.name == "m" && !e.damped;
        return count;
    }

    bool IsFlapping()
    {
        return sl_engine_is_flapping(&engine(), m.id_of("m"));
    }

    // Rounds of this node carry a record of m's of this type.
    bool Spreads()
    {
        return sl_rumours_class(&engine().rumours, SlotOf("m")) != SL_CLASS_COUNT;
    }
};

TEST_F(Flaps, TheThirdDeathIsToldAsFlappingAndThenNothingIs)
{
    Flap(2);
    EXPECT_EQ(Told(SL_EVENT_MEMBER_DEAD), 2u);
    EXPECT_EQ(Told(SL_EVENT_MEMBER_ALIVE), 3u);
    EXPECT_FALSE(IsFlapping());
    Flap(5);
    EXPECT_EQ(Told(SL_EVENT_MEMBER_DEAD), 2u);
    EXPECT_EQ(Told(SL_EVENT_MEMBER_ALIVE), 3u);
    EXPECT_EQ(Told(SL_EVENT_MEMBER_FLAPPING), 1u);
    EXPECT_TRUE(IsFlapping());
    EXPECT_EQ(node().stats().flapping, 1u);
}

TEST_F(Flaps, ARestartThatIsFasterThanDetectionIsADeathToo)
{
    Return(false);
    Return(false);
    EXPECT_FALSE(IsFlapping());
    EXPECT_EQ(Told(SL_EVENT_MEMBER_ALIVE), 3u);
    for (int i = 0; i < 5; i++)
        Return(false);
    EXPECT_TRUE(IsFlapping());
    EXPECT_EQ(Told(SL_EVENT_MEMBER_FLAPPING), 1u);
    EXPECT_EQ(Told(SL_EVENT_MEMBER_ALIVE), 3u);
    EXPECT_EQ(Told(SL_EVENT_MEMBER_DEAD), 0u);
}

TEST_F(Flaps, ADeathThatWasSeenIsCountedOnce)
{
    Die();
    Return(false);
    Die();
    Return(false);
    EXPECT_FALSE(IsFlapping());
}

TEST_F(Flaps, WordsAreMergedAtOnceAllTheSame)
{
    Flap(5);
    EXPECT_EQ(node().status_of("m"), SL_ALIVE);
    Die();
    EXPECT_EQ(node().status_of("m"), SL_DEAD);
    EXPECT_EQ(node().count_events(SL_EVENT_MEMBER_DEAD, "m"), 6u) << "the host sees all";
}

TEST_F(Flaps, TwoDeathsAreNone)
{
    for (int i = 0; i < 10; i++) {
        Flap(1);
        cluster.run(700 * kS); // a little more than the half-life
    }
    EXPECT_EQ(Told(SL_EVENT_MEMBER_DEAD), 10u);
    EXPECT_FALSE(IsFlapping());
}

TEST_F(Flaps, WhenItHasBeenQuietLongEnoughItIsToldHowItStands)
{
    Flap(3);
    size_t alive = Told(SL_EVENT_MEMBER_ALIVE);
    cluster.run(600 * kS);
    EXPECT_TRUE(IsFlapping());
    cluster.run(620 * kS);
    EXPECT_FALSE(IsFlapping());
    EXPECT_EQ(Told(SL_EVENT_MEMBER_ALIVE), alive + 1);
    EXPECT_EQ(node().stats().flapping, 0u);
    Flap(1);
    EXPECT_EQ(Told(SL_EVENT_MEMBER_DEAD), 3u) << "two before, and now this one";
}

TEST_F(Flaps, OneThatEndsDeadIsToldAsDead)
{
    Flap(2);
    Die();
    cluster.run(1300 * kS);
    EXPECT_EQ(Told(SL_EVENT_MEMBER_DEAD), 3u);
}

TEST_F(Flaps, ItsLeaveIsTold)
{
    Flap(4);
    m.gossip(node(), {m.left("m", sl_word_with_status(node().word_of("m"), SL_LEFT))});
    EXPECT_EQ(Told(SL_EVENT_MEMBER_LEFT), 1u);
}

TEST_F(Flaps, RumoursOfItsDeathsWaitAGrowingIntervalUpToThePatienceOfRepair)
{
    Flap(3);
    cluster.run(10 * kS);
    std::vector<uint64_t> waits;
    for (int i = 0; i < 6; i++) {
        Die(); // the first rumour after a pause goes at once
        ASSERT_TRUE(Spreads()) << i;
        Return(true);
        Die();
        EXPECT_FALSE(Spreads()) << i;
        uint64_t from = cluster.now();
        ASSERT_TRUE(cluster.run_until([&] { return Spreads(); }, 10 * kS)) << i;
        waits.push_back(cluster.now() - from);
        Return(true);
        cluster.run(10 * kS);
    }
    for (size_t i = 1; i < waits.size(); i++)
        EXPECT_GE(waits[i] + kMs, waits[i - 1]);
    EXPECT_GT(waits[1], waits[0]);
    EXPECT_NEAR((double)waits.back(), (double)node().config.repair_patience_ns, 2e6);
}

TEST_F(Flaps, WhatItSaysAgainstAnAccusationNeverWaits)
{
    Flap(4);
    Die();
    Return(true);
    EXPECT_TRUE(Spreads());
    EXPECT_EQ(sl_rumours_class(&engine().rumours, SlotOf("m")), SL_CLASS_REFUTATION);
}

TEST_F(Flaps, ALifeThatEndedWhileItsRumourWaitedIsNotToldOf)
{
    Flap(4);
    cluster.run(10 * kS);
    Die();
    Return(false); // waits
    ASSERT_FALSE(Spreads());
    uint64_t dead = sl_word_with_status(node().word_of("m"), SL_DEAD);
    sl_merge_word_quietly(&engine(), SlotOf("m"), dead, m.id_of("h2"));
    cluster.run(5 * kS);
    EXPECT_FALSE(Spreads());
}

TEST_F(Flaps, TheForgottenLeavesNothingBehind)
{
    Flap(3);
    sl_flaps_forget(&engine(), SlotOf("m"));
    EXPECT_FALSE(IsFlapping());
    EXPECT_EQ(engine().flaps.map.count, 0u);
    Flap(2);
    EXPECT_FALSE(IsFlapping());
}

TEST_F(Flaps, OfMoreThanFitTheWorstAreRemembered)
{
    Flap(2);
    for (int i = 0; i < 2 * SL_FLAPS_MAX; i++) {
        std::string name = "x" + std::to_string(i);
        Puppet(cluster, 60, name).introduce(node());
        Die(name.c_str());
    }
    EXPECT_EQ(engine().flaps.map.count, (uint32_t)SL_FLAPS_MAX);
    Die();
    EXPECT_TRUE(IsFlapping());
}

} // namespace
