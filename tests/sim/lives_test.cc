// SPDX-License-Identifier: BSD-3-Clause
// Who is gone for how long, not counting the time in which somebody could not hear of it.
#include "bench/sim/lives.h"

#include "tests/sim/played.h"

namespace
{

struct Lives {
    Lives()
    {
        EXPECT_TRUE(sim_lives_create(&lives, 4));
    }
    ~Lives()
    {
        sim_lives_destroy(&lives);
    }
    void silence(sim_silence_kind kind, uint32_t a, uint32_t b, uint64_t from_ns, uint64_t until_ns)
    {
        const sim_silence s = {from_ns, until_ns, kind, a, b};
        sim_silence_begin(&lives, &s);
    }
    sim_lives lives;
};

TEST(SimLives, ALifeEndsWhenItStopsOrIsReplaced)
{
    Lives l;
    sim_lives_begin(&l.lives, 2, 100, 10);
    sim_lives_begin(&l.lives, 2, 100, 20);
    EXPECT_EQ(sim_lives_ended_ns(&l.lives, 2, 100), SIM_ENDLESS);
    sim_lives_begin(&l.lives, 2, 101, 30);
    EXPECT_EQ(sim_lives_ended_ns(&l.lives, 2, 100), 30u);
    EXPECT_EQ(sim_lives_ended_ns(&l.lives, 2, 101), SIM_ENDLESS);
    sim_lives_end(&l.lives, 2, 40);
    sim_lives_end(&l.lives, 2, 50);
    EXPECT_EQ(sim_lives_ended_ns(&l.lives, 2, 101), 40u);
    EXPECT_EQ(sim_lives_ended_ns(&l.lives, 1, 101), SIM_ENDLESS);
    EXPECT_EQ(l.lives.ended, 2u);
}

TEST(SimLives, OfTwoLivesInOneSecondTheLaterCounts)
{
    Lives l;
    sim_lives_begin(&l.lives, 0, 100, 10);
    sim_lives_end(&l.lives, 0, 20);
    sim_lives_begin(&l.lives, 0, 100, 30);
    EXPECT_EQ(sim_lives_ended_ns(&l.lives, 0, 100), SIM_ENDLESS);
}

TEST(SimLives, TimeInACutIsNotCounted)
{
    Lives l;
    l.silence(SIM_SILENCE_CUT, 1, 0, 100, SIM_ENDLESS);
    EXPECT_EQ(sim_lives_heard_ns(&l.lives, 0, 50, 400), 50u);
    EXPECT_EQ(sim_lives_heard_ns(&l.lives, 2, 50, 400), 350u);
    sim_silence_end(&l.lives, SIM_SILENCE_CUT, 1, 0, 300);
    EXPECT_EQ(sim_lives_heard_ns(&l.lives, 1, 50, 400), 150u);
    EXPECT_EQ(sim_lives_heard_ns(&l.lives, 1, 150, 250), 0u);
    EXPECT_EQ(sim_lives_heard_ns(&l.lives, 1, 350, 400), 50u);
}

TEST(SimLives, OverlappingSilencesCountOnce)
{
    Lives l;
    l.silence(SIM_SILENCE_NODE, 3, 0, 200, 300);
    l.silence(SIM_SILENCE_EMPTY, 1, 1, 100, 250);
    l.silence(SIM_SILENCE_NODE, 2, 0, 120, 130);
    EXPECT_EQ(sim_lives_heard_ns(&l.lives, 1, 0, 1000), 800u);
    EXPECT_EQ(sim_lives_heard_ns(&l.lives, 0, 0, 1000), 890u);
}

// A run of two minutes, behind which n30 takes n7's first life for a live one.
uint64_t broken_by(const std::string &timeline)
{
    Played run("zone a 20\nzone b 20\nprofile lan\nstart formed\nrun 120s\n" + timeline, 1);
    EXPECT_EQ(run.world.invariants.broken[SIM_RULE_RESURRECTION], 0u);
    const sim_lives &lives = run.world.lives;
    const sim_life *first = &lives.all[lives.latest[6]];
    while (first->earlier != SIM_LIFE_NONE)
        first = &lives.all[first->earlier];
    sl_event event = {};
    event.type = SL_EVENT_MEMBER_ALIVE;
    event.id = run.world.directory.entries[6].id;
    event.word = sl_word(first->generation, 0, SL_ALIVE);
    sim_world_event(&run.world, &run.world.nodes[29], &event);
    return run.world.invariants.broken[SIM_RULE_RESURRECTION];
}

TEST(SimLives, ALifeThatEndedLongAgoIsARevival)
{
    EXPECT_EQ(broken_by("at 10s crash n7\n"), 1u);
    EXPECT_EQ(broken_by("at 10s leave n7\n"), 1u);
    EXPECT_EQ(broken_by("at 10s crash n7\nat 20s restart n7\n"), 1u);
    EXPECT_EQ(broken_by("at 10s crash n7\nat 20s cut a\nat 30s heal\n"), 1u);
    EXPECT_EQ(broken_by("at 10s crash n7\nat 20s pause n30 for 300ms\n"), 1u);
}

TEST(SimLives, ALifeWhoseEndCouldNotBeHeardOfIsNone)
{
    EXPECT_EQ(broken_by(""), 0u);
    EXPECT_EQ(broken_by("at 100s crash n7\n"), 0u);
    EXPECT_EQ(broken_by("at 9s cut a\nat 10s crash n7\nat 100s heal\n"), 0u);
    EXPECT_EQ(broken_by("at 9s cut a\nat 10s crash n7\nat 20s restart n7\nat 100s heal\n"), 0u);
    EXPECT_EQ(broken_by("at 10s crash n7\nat 80s crash n30\nat 81s restart n30\n"), 0u);
    EXPECT_EQ(broken_by("at 9s pause n33 for 90s\nat 10s crash n7\n"), 0u);
    EXPECT_EQ(broken_by("at 9s clog n30 for 100s\nat 10s crash n7\n"), 0u);
    EXPECT_EQ(broken_by("at 10s crash zone a\n"), 0u);
    EXPECT_EQ(broken_by("set zone_patience 20s\nset dead_retention 30s\nset left_retention 30s\n"
                        "at 10s crash n7\n"),
              0u)
        << "its notice is forgotten";
}

} // namespace
