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

// The reason why it does not join is known with the first answer, seconds before it yields.
TEST(Namesake, AJoinerHearsAtOnceThatItsNameIsTaken)
{
    Cluster cluster;
    form(cluster, 3);
    cluster.start(9, {1}, "n2");
    EXPECT_TRUE(cluster.run_until(
        [&] { return cluster.node(9).count_events(SL_EVENT_CONFLICT) == 1; }, 500 * kMs));
    ASSERT_TRUE(cluster.run_until(
        [&] { return cluster.node(9).count_events(SL_EVENT_CONFLICT_YIELD) == 1; }, 10 * kS));
    EXPECT_EQ(cluster.node(9).count_events(SL_EVENT_CONFLICT), 1u);
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

// A cloned appliance: name and address are the same, and each raises itself above the other.
TEST(Namesake, ATwinAtTheSameAddressIsNotOvertakenWithoutEnd)
{
    Cluster cluster;
    form(cluster, 3);
    ClusterNode &node = cluster.node(2);
    Puppet twin(cluster, 9, "twin");
    auto later = [&](sl_status status) {
        return sl_word(sl_word_generation(node.word()) + 5, 0, status);
    };
    uint64_t first = node.word();
    uint32_t raised = 0;
    for (int i = 0; i < 20; i++) {
        uint64_t before = node.word();
        twin.gossip(node, {twin.alive("n2", later(SL_ALIVE), 2)});
        raised += node.word() != before;
        cluster.run(kS / 10);
    }
    EXPECT_EQ(raised, 2u);
    EXPECT_GT(node.word(), first);
    EXPECT_EQ(node.count_events(SL_EVENT_CONFLICT), 1u);
    uint64_t accused = later(SL_DEAD);
    twin.gossip(node, {twin.accusation("n2", accused, "n1")});
    EXPECT_GT(node.word(), accused) << "an accusation is answered all the same";
    EXPECT_EQ(node.stats().phase, (uint64_t)SL_PHASE_MEMBER);
}

TEST(Namesake, EarlierLivesAreOvertakenAgainWhenTheLastWasLongAgo)
{
    Cluster cluster;
    form(cluster, 3);
    ClusterNode &node = cluster.node(2);
    Puppet earlier(cluster, 9, "earlier");
    uint32_t raised = 0;
    for (int i = 0; i < 6; i++) {
        uint64_t before = node.word();
        uint64_t later = sl_word(sl_word_generation(before) + 5, 0, SL_ALIVE);
        earlier.gossip(node, {earlier.alive("n2", later, 2)});
        raised += node.word() != before;
        cluster.run(61 * kS);
    }
    EXPECT_EQ(raised, 6u);
    EXPECT_EQ(node.count_events(SL_EVENT_CONFLICT), 0u);
}

TEST(Namesake, AClaimToItsIdByAnotherNameIsRefused)
{
    Cluster cluster;
    form(cluster, 2);
    ClusterNode &node = cluster.node(2);
    Puppet stranger(cluster, 9, "stranger");
    std::vector<uint8_t> claim = stranger.alive("n2", sl_word(3000000, 0, SL_ALIVE), 9);
    claim.back() = 'x'; // of the name
    uint64_t word = node.word();
    stranger.gossip(node, {claim});
    cluster.run(5 * kS);
    EXPECT_EQ(node.word(), word);
    EXPECT_EQ(sl_engine_counters(node.engine)->drops[SL_DROP_FRAME_FIELD], 1u);
}

} // namespace
