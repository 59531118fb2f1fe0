// SPDX-License-Identifier: BSD-3-Clause
// Two nodes of one name: which of them goes on, and what a stranger cannot bring about.
#include "puppet.h"

namespace
{

// Answers the PINGs for a name that is not its own, as if it had begun in 1970.
class Impostor
{
  public:
    Impostor(Cluster &cluster, int number, const std::string &victim)
        : puppet_(cluster, number, victim)
    {
        puppet_.word = sl_word(1, 0, SL_ALIVE);
    }

    void claim(ClusterNode &node)
    {
        puppet_.gossip(
            node, {puppet_.alive(puppet_.name, sl_word(2000000, 0, SL_ALIVE), puppet_.number)});
    }

    void answer(bool yes)
    {
        puppet_.answers = yes;
    }

  private:
    Puppet puppet_;
};

TEST(Namesake, ANameIsNotGivenUpForOneAnswer)
{
    Cluster cluster;
    form(cluster, 3);
    Impostor impostor(cluster, 9, "n2");
    impostor.answer(true);
    impostor.claim(cluster.node(2));
    cluster.run(1 * kS);
    impostor.answer(false);
    cluster.run(30 * kS);
    EXPECT_EQ(cluster.node(2).count_events(SL_EVENT_CONFLICT_YIELD), 0u);
    EXPECT_EQ(cluster.node(2).stats().phase, (uint64_t)SL_PHASE_MEMBER);
}

TEST(Namesake, ANameIsGivenUpForAHolderThatGoesOnAnswering)
{
    Cluster cluster;
    form(cluster, 3);
    Impostor impostor(cluster, 9, "n2");
    impostor.answer(true);
    impostor.claim(cluster.node(2));
    EXPECT_TRUE(cluster.run_until(
        [&] { return cluster.node(2).count_events(SL_EVENT_CONFLICT_YIELD) == 1; }, 10 * kS));
}

// The old holder is cut off until all have it dead; its replacement runs elsewhere when it is back.
TEST(Namesake, WhoWasDeadForAllYieldsToItsReplacement)
{
    for (bool paused : {false, true}) {
        SCOPED_TRACE(paused ? "stood still" : "was cut off");
        Cluster cluster;
        form(cluster, 4);
        bool cut = !paused;
        cluster.reachable = [&](int a, int b) { return !cut || (a == 2) == (b == 2); };
        if (paused)
            cluster.pause(2);
        ASSERT_TRUE(cluster.run_until(
            [&] {
                for (int viewer : {1, 3, 4})
                    if (cluster.node(viewer).status_of("n2") != SL_DEAD)
                        return false;
                return true;
            },
            30 * kS));
        cluster.wall_s += 20;
        cluster.start(9, {1}, "n2");
        cluster.run(10 * kS);
        cut = false;
        if (paused)
            cluster.resume(2);
        EXPECT_TRUE(cluster.run_until(
            [&] { return cluster.node(2).count_events(SL_EVENT_CONFLICT_YIELD) == 1; }, 60 * kS));
        cluster.kill(2);
        cluster.run(10 * kS);
        EXPECT_EQ(cluster.node(9).count_events(SL_EVENT_CONFLICT_YIELD), 0u);
        EXPECT_TRUE(cluster.converged());
    }
}

} // namespace
