// SPDX-License-Identifier: BSD-3-Clause
// A death that its accuser alone tells is a suspicion first, for a bounded time.
#include <algorithm>
#include <random>

#include "probe_fixture.h"

namespace
{

class LoneDeath : public ProbeFixture
{
  protected:
    void SetUp() override
    {
        m.answers = true;
        Start();
    }

    uint64_t Word(sl_status status, uint32_t refutations = 0)
    {
        return sl_word(1000, refutations, status);
    }

    void Accuse(Puppet &accuser, sl_status status)
    {
        accuser.gossip(node(), {m.accusation("m", Word(status), accuser.name)});
    }

    size_t Deaths()
    {
        return node().count_events(SL_EVENT_MEMBER_DEAD, "m");
    }
};

TEST_F(LoneDeath, IsASuspicionFirstAndARefutationEndsIt)
{
    Accuse(helpers[0], SL_DEAD);
    EXPECT_TRUE(Suspected());
    cluster.run(100 * kMs);
    m.gossip(node(), {m.alive("m", Word(SL_ALIVE, 1), 50)});
    cluster.run(10 * kS);
    EXPECT_EQ(node().status_of("m"), SL_ALIVE);
    EXPECT_EQ(Deaths(), 0u);
}

TEST_F(LoneDeath, ThatWasRefutedLeavesNothingBehind)
{
    Accuse(helpers[0], SL_DEAD);
    m.gossip(node(), {m.alive("m", Word(SL_ALIVE, 1), 50)});
    helpers[1].gossip(node(), {m.accusation("m", Word(SL_SUSPECT, 1), "h2")});
    cluster.run(node().config.suspicion_max_ns);
    EXPECT_TRUE(Suspected());
}

TEST_F(LoneDeath, IsAcceptedByItselfAfterTheSuspicionTime)
{
    Accuse(helpers[0], SL_DEAD);
    cluster.run(node().config.suspicion_min_ns - kMs);
    EXPECT_TRUE(Suspected()) << "it answers, but does not refute";
    cluster.run(2 * kMs);
    EXPECT_EQ(node().status_of("m"), SL_DEAD);
    EXPECT_EQ(node().stats().deaths_declared, 0u);
}

TEST_F(LoneDeath, IsToldToTheMemberAtOnce)
{
    Accuse(helpers[0], SL_DEAD);
    node().step(nullptr);
    cluster.run(kMs);
    ASSERT_NE(NumberOfPing(), 0u);
    size_t asked = m.received.size();
    Accuse(helpers[0], SL_DEAD);
    cluster.run(kMs);
    EXPECT_EQ(m.received.size(), asked) << "and not again for a word that was heard before";
}

TEST_F(LoneDeath, ASecondAccuserShortensTheWaitToTheSpreadTime)
{
    Accuse(helpers[0], SL_DEAD);
    Accuse(helpers[1], SL_SUSPECT);
    cluster.run(node().config.spread_ns - kMs);
    EXPECT_TRUE(Suspected());
    cluster.run(2 * kMs);
    EXPECT_EQ(node().status_of("m"), SL_DEAD);
}

TEST_F(LoneDeath, OfAMemberLongSuspectedHereCountsAtOnce)
{
    Accuse(helpers[0], SL_SUSPECT);
    cluster.run(node().config.suspicion_min_ns);
    ASSERT_TRUE(Suspected());
    Accuse(helpers[0], SL_DEAD);
    EXPECT_EQ(node().status_of("m"), SL_DEAD);
}

TEST_F(LoneDeath, OfAMemberJustSuspectedByTheSameAccuserWaits)
{
    Accuse(helpers[0], SL_SUSPECT);
    cluster.run(node().config.spread_ns);
    Accuse(helpers[0], SL_DEAD);
    EXPECT_TRUE(Suspected());
    cluster.run(node().config.suspicion_min_ns - node().config.spread_ns + kMs);
    EXPECT_EQ(node().status_of("m"), SL_DEAD);
}

TEST_F(LoneDeath, ThatSomebodyElsePassesOnWaitsForTheSpreadTimeOnly)
{
    helpers[1].gossip(node(), {m.accusation("m", Word(SL_DEAD), "h1")});
    cluster.run(node().config.spread_ns - kMs);
    EXPECT_TRUE(Suspected());
    cluster.run(2 * kMs);
    EXPECT_EQ(node().status_of("m"), SL_DEAD);
}

TEST_F(LoneDeath, ThatSomebodyElsePassesOnOfAMemberSuspectedHereCountsAtOnce)
{
    Accuse(helpers[0], SL_SUSPECT);
    cluster.run(node().config.spread_ns);
    helpers[1].gossip(node(), {m.accusation("m", Word(SL_DEAD), "h1")});
    EXPECT_EQ(node().status_of("m"), SL_DEAD);
}

// A node that speaks but does not hear accuses everybody.
TEST_F(LoneDeath, OnTheWordOfAnAccuserThatIsGoneIsNoneWhileTheMemberAnswers)
{
    Accuse(helpers[0], SL_DEAD);
    helpers[1].gossip(node(), {m.accusation("m", Word(SL_DEAD), "h1")});
    helpers[1].gossip(node(), {m.left("h1", Word(SL_LEFT))});
    cluster.run(node().config.suspicion_max_ns / 2);
    EXPECT_EQ(node().stats().probes, 1u) << "nobody asks at once because of that";
    cluster.run(20 * node().config.suspicion_max_ns);
    EXPECT_TRUE(Suspected()) << "it answers, but does not refute";
    EXPECT_EQ(Deaths(), 0u);
    EXPECT_GT(node().stats().probes, 1u);
}

TEST_F(LoneDeath, OnTheWordOfAnAccuserThatIsGoneCountsOnceNobodyAnswers)
{
    Accuse(helpers[0], SL_DEAD);
    helpers[1].gossip(node(), {m.left("h1", Word(SL_LEFT))});
    m.answers = false;
    cluster.run(node().config.suspicion_max_ns / 2);
    EXPECT_TRUE(Suspected());
    cluster.run(2 * node().config.suspicion_max_ns);
    EXPECT_EQ(node().status_of("m"), SL_DEAD);
    EXPECT_EQ(node().stats().deaths_declared, 1u);
}

TEST_F(LoneDeath, WhoseAccuserGoesWhileItWaitsIsAskedAboutOnce)
{
    engine().config.suspicion_max_ns = 2 * engine().config.suspicion_min_ns;
    Accuse(helpers[0], SL_DEAD);
    helpers[1].gossip(node(), {m.left("h1", Word(SL_LEFT))});
    m.answers = false;
    engine().config.spread_ns = 0;
    engine().config.probe_helper_wait_ns = 100 * kS; // a final probe longer than any suspicion
    cluster.run(2 * engine().config.suspicion_max_ns);
    EXPECT_TRUE(Suspected());
    EXPECT_EQ(node().stats().probes, 2u);
}

TEST_F(LoneDeath, OfALaterLifeOfTheDeadMakesNobodyASuspect)
{
    Accuse(helpers[0], SL_DEAD);
    cluster.run(node().config.suspicion_min_ns);
    ASSERT_EQ(node().status_of("m"), SL_DEAD);
    helpers[0].gossip(node(), {m.accusation("m", sl_word(2000, 0, SL_DEAD), "h1")});
    EXPECT_EQ(node().word_of("m"), sl_word(2000, 0, SL_DEAD));
}

TEST_F(LoneDeath, IsPutOffByAnOwnStall)
{
    Accuse(helpers[0], SL_DEAD);
    cluster.run(100 * kMs);
    sl_engine_note_stall(&engine(), cluster.now(), SL_STALL_MISSED_POLLS, kS);
    node().step(nullptr);
    cluster.run(node().config.suspicion_min_ns - kMs);
    EXPECT_TRUE(Suspected()) << "the refutation may wait in a queue";
    cluster.run(2 * kMs);
    EXPECT_EQ(node().status_of("m"), SL_DEAD);
}

TEST_F(LoneDeath, OfALaterLifeReplacesTheWaitingOne)
{
    Accuse(helpers[0], SL_DEAD);
    uint64_t later = sl_word(2000, 0, SL_DEAD);
    cluster.run(node().config.suspicion_min_ns / 2);
    helpers[0].gossip(node(), {m.accusation("m", later, "h1")});
    cluster.run(node().config.suspicion_min_ns - kMs);
    EXPECT_TRUE(Suspected());
    cluster.run(2 * kMs);
    EXPECT_EQ(node().word_of("m"), later);
}

// Without room to wait in, a word is taken as it comes: none is forgotten.
TEST(LoneDeathWithoutRoom, CountsAtOnce)
{
    Cluster cluster;
    cluster.configure = [](sl_config &c) {
        c.max_suspicions = 4;
        c.probe_period_ns = 3600 * kS;
    };
    ClusterNode &node = cluster.start(1, {1});
    Puppet accuser(cluster, 60, "accuser");
    accuser.introduce(node);
    for (int i = 0; i < 5; i++) {
        std::string name = "m" + std::to_string(i);
        accuser.gossip(node, {accuser.alive(name, sl_word(1000, 0, SL_ALIVE), 70 + i)});
        accuser.gossip(node, {accuser.accusation(name, sl_word(1000, 0, SL_DEAD), "accuser")});
    }
    EXPECT_EQ(node.status_of("m3"), SL_SUSPECT);
    EXPECT_EQ(node.status_of("m4"), SL_DEAD);
}

// Told first-hand in any order, with any repetition: once the waiting is over, views are equal.
TEST(LoneDeathMerge, AnyOrderGivesTheSameViewInTheEnd)
{
    std::mt19937_64 random(5);
    for (int trial = 0; trial < 100; trial++) {
        Cluster cluster("lan", (uint64_t)trial);
        cluster.configure = [](sl_config &c) { c.probe_period_ns = 3600 * kS; };
        Puppet m(cluster, 50, "m"), accusers[] = {{cluster, 51, "a"}, {cluster, 52, "b"}};
        m.answers = true;
        std::vector<std::pair<Puppet *, uint64_t>> history;
        for (int i = 0; i < 6; i++)
            history.push_back(
                {&accusers[random() % 2],
                 sl_word(1000, (uint32_t)(random() % 3), random() % 2 ? SL_SUSPECT : SL_DEAD)});
        history.push_back({&m, sl_word(1000, 1, SL_ALIVE)});
        uint64_t words[2];
        for (int side = 0; side < 2; side++) {
            ClusterNode &node = cluster.start(1 + side, {1 + side});
            for (Puppet *p : {&m, &accusers[0], &accusers[1]})
                p->introduce(node);
            std::shuffle(history.begin(), history.end(), random);
            for (auto &[teller, word] : history) {
                if (teller == &m)
                    m.gossip(node, {m.alive("m", word, 50)});
                else
                    teller->gossip(node, {m.accusation("m", word, teller->name)});
                cluster.run(random() % (200 * kMs));
            }
            cluster.run(node.config.suspicion_min_ns);
            words[side] = node.word_of("m");
        }
        ASSERT_EQ(words[0], words[1]) << "trial " << trial;
    }
}

} // namespace
