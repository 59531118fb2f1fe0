// SPDX-License-Identifier: BSD-3-Clause
// Lifeguard's suspicion time, against the tables of memberlist's suspicion_test.go.
#include "probe_fixture.h"

TEST(SuspicionTimeout, FollowsMemberlistsRemainingTimeTable)
{
    const uint64_t min = 2000 * kMs, max = 30000 * kMs;
    const struct {
        uint32_t confirmations;
        int64_t elapsed_ms, remaining_ms;
    } table[] = {{0, 0, 30000},    {1, 2000, 14000}, {2, 3000, 4810},
                 {3, 4000, -2000}, {4, 5000, -3000}, {5, 10000, -8000}};
    for (auto &row : table) {
        int64_t total_ms = (int64_t)(sl_suspicion_timeout(min, max, row.confirmations, 3) / kMs);
        EXPECT_NEAR((double)(total_ms - row.elapsed_ms), (double)row.remaining_ms, 1.0)
            << row.confirmations;
    }
}

TEST(SuspicionTimeout, FollowsMemberlistsTimerTable)
{
    const uint64_t min = 500 * kMs, max = 2000 * kMs;
    const double total_ms[] = {2000, 1250, 810, 500};
    for (uint32_t c = 0; c < 4; c++)
        EXPECT_NEAR((double)sl_suspicion_timeout(min, max, c, 3) / kMs, total_ms[c], 2.0) << c;
}

TEST(SuspicionTimeout, WithNobodyToConfirmItIsTheMinimum)
{
    EXPECT_EQ(sl_suspicion_timeout(500 * kMs, 2000 * kMs, 0, 0), 500 * kMs);
}

// A member that an engine suspects while puppets agree; times are memberlist's own.
class Dogpile : public ProbeFixture
{
  protected:
    // Of n nodes: this one, m, and n - 2 that answer and send receipts. Returns the time from
    // SUSPECT to DEAD with so many confirmations, each given twice.
    uint64_t Run(int n, int confirmations)
    {
        cluster.configure = [this](sl_config &c) {
            c.probe_period_ns = 3600 * kS;
            c.probe_try_interval_ns = 20 * kMs;
            c.probe_helper_wait_ns = 50 * kMs;
            c.suspicion_min_ns = 500 * kMs;
            c.suspicion_max_ns = 1000 * kMs;
            c.suspicion_confirmations = k;
        };
        cluster.start(1, {1});
        m.introduce(node());
        for (int i = 0; i < n - 2; i++) {
            others.push_back(std::make_unique<Puppet>(cluster, 70 + i, "o" + std::to_string(i)));
            others.back()->answers = others.back()->receipts = true;
            others.back()->introduce(node());
        }
        Probe();
        EXPECT_TRUE(cluster.run_until([&] { return Suspected(); }, 5 * kS));
        uint64_t from = cluster.now();
        uint64_t word = sl_word_with_status(m.word, SL_SUSPECT);
        for (int i = 0; i < confirmations; i++) {
            const std::string accuser = "o" + std::to_string(i);
            for (int twice = 0; twice < 2; twice++)
                others[(size_t)i]->gossip(
                    node(), {m.accusation("m", word, accuser), m.accusation("m", word, "n1")});
        }
        EXPECT_TRUE(cluster.run_until([&] { return node().status_of("m") == SL_DEAD; }, 5 * kS));
        return cluster.now() - from;
    }

    uint32_t k = 3; // suspicion multiplier 5, less two
    std::vector<std::unique_ptr<Puppet>> others;
};

TEST_F(Dogpile, EventsOfASuspicionAndADeathNameTheAccuser)
{
    Run(4, 0);
    size_t told = 0;
    for (const SeenEvent &e : node().events) {
        bool accuses = e.type == SL_EVENT_MEMBER_SUSPECT || e.type == SL_EVENT_MEMBER_DEAD;
        if (!accuses || e.name != "m")
            continue;
        EXPECT_EQ(e.accuser, "n1");
        told++;
    }
    EXPECT_EQ(told, 2u);
}

// So many accuse the member before this node finds it silent.
class Accusers : public ProbeFixture, public ::testing::WithParamInterface<int>
{
};

TEST_F(Dogpile, WhereManyAreSuspectedAccusersAreNotReliedOn)
{
    Start();
    engine().config.suspicion_confirmations = 3;
    for (Puppet &h : helpers)
        h.receipts = h.answers = true;
    uint64_t word = sl_word_with_status(m.word, SL_SUSPECT);
    for (int i = 0; i < 4; i++)
        helpers[0].gossip(node(), {m.accusation("m", word, "far" + std::to_string(i))});
    helpers[0].gossip(node(), {m.accusation("h3", word, "far")});
    Probe();
    cluster.run(Window() + 10 * kMs);
    EXPECT_EQ(sl_engine_stats(&engine())->suspicions_raised, 1u);
}

TEST_P(Accusers, AreEnoughOnceThereIsOneMoreThanShortensASuspicion)
{
    Start();
    engine().config.suspicion_confirmations = 3;
    for (Puppet &h : helpers)
        h.receipts = h.answers = true;
    uint64_t word = sl_word_with_status(m.word, SL_SUSPECT);
    for (int i = 0; i < GetParam(); i++)
        helpers[0].gossip(node(), {m.accusation("m", word, "far" + std::to_string(i))});
    Probe();
    cluster.run(Window() + 10 * kMs);
    EXPECT_EQ(sl_engine_stats(&engine())->suspicions_raised, GetParam() <= 3 ? 1u : 0u);
    EXPECT_TRUE(cluster.run_until([&] { return node().status_of("m") == SL_DEAD; }, 60 * kS))
        << "should the accusers be gone themselves";
}

INSTANTIATE_TEST_SUITE_P(Suspicion, Accusers, ::testing::Values(0, 3, 4));

struct DogpileCase {
    int n, confirmations;
    uint64_t expected_ms;
};

class DogpileTable : public Dogpile, public ::testing::WithParamInterface<DogpileCase>
{
};

// memberlist: TestMemberList_ProbeNode_Suspect_Dogpile, within its 25 ms
TEST_P(DogpileTable, FollowsMemberlists)
{
    uint64_t took = Run(GetParam().n, GetParam().confirmations);
    EXPECT_NEAR((double)took / kMs, (double)GetParam().expected_ms, 25.0);
}

INSTANTIATE_TEST_SUITE_P(Memberlist, DogpileTable,
                         ::testing::Values(DogpileCase{2, 0, 500}, DogpileCase{3, 0, 500},
                                           DogpileCase{4, 0, 500}, DogpileCase{5, 0, 1000},
                                           DogpileCase{6, 0, 1000}, DogpileCase{6, 1, 750},
                                           DogpileCase{6, 2, 604}, DogpileCase{6, 3, 500},
                                           DogpileCase{6, 4, 500}));

// memberlist: TestSuspicion_Timer_ZeroK
TEST_F(Dogpile, WithNoConfirmationsWantedTheMinimumHoldsAtOnce)
{
    k = 0;
    EXPECT_NEAR((double)Run(6, 0) / kMs, 500.0, 25.0);
}

// memberlist: TestSuspicion_Timer_Immediate. Here "at once" is the final probe.
TEST_F(Dogpile, ConfirmationPastTheDeadlineFiresAtOnce)
{
    Start();
    for (Puppet &h : helpers)
        h.receipts = h.answers = true;
    Probe();
    ASSERT_TRUE(cluster.run_until([&] { return Suspected(); }, 5 * kS));
    const sl_config &c = node().config;
    cluster.run(c.suspicion_min_ns + 10 * kMs);
    ASSERT_FALSE(sl_probe_is_under_way(&engine(), SlotOf("m"), SL_PROBE_FINAL));
    uint64_t word = sl_word_with_status(m.word, SL_SUSPECT);
    helpers[0].gossip(node(), {m.accusation("m", word, "h1"), m.accusation("m", word, "h2")});
    node().step(nullptr);
    EXPECT_TRUE(sl_probe_is_under_way(&engine(), SlotOf("m"), SL_PROBE_FINAL));
}

class FinalProbe : public ProbeFixture
{
};

TEST_F(FinalProbe, IsWaitedForAndNotAskedForAgainWhileItIsUnderWay)
{
    Start();
    helpers[0].receipts = true;
    Probe();
    uint32_t slot = SlotOf("m");
    ASSERT_TRUE(cluster.run_until(
        [&] { return sl_probe_is_under_way(&engine(), slot, SL_PROBE_FINAL); }, 30 * kS));
    uint32_t entry = sl_slot_map_find(&engine().suspicion_map, slot);
    sl_suspicion_fire(&engine(), entry);
    EXPECT_GE(engine().suspicions[entry].timer.deadline_ns,
              engine().now_ns + 2 * engine().config.suspicion_max_ns);
}
