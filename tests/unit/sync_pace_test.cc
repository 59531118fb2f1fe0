// SPDX-License-Identifier: BSD-3-Clause
// Sessions pace themselves: thousands may begin at once, and nobody can refuse to receive.
#include "sync_pair.h"

extern "C" {
#include "lib/sync_session.h"
}

namespace
{

uint32_t busy(const sl_engine *e)
{
    uint32_t count = 0;
    for (const sl_pull &pull : e->sync.pulls)
        count += pull.kind != SL_PULL_FREE;
    return count;
}

// Node 1 has nothing of node 2's members: it walks through them.
struct Walk : Pair {
    const sl_engine *e = cluster.node(1).engine;
    std::vector<uint32_t> asked_bytes; // frame lengths of node 1's questions

    explicit Walk(int members)
    {
        for (int i = 0; i < members; i++)
            know(2, i);
        cluster.tap = [this](const ClusterPacket &p) {
            if (p.bytes[1] == SL_FRAME_SYNC_REQUEST && p.from.ip[15] == 1)
                asked_bytes.push_back((uint32_t)p.bytes.size());
        };
    }

    void begin(bool joining)
    {
        sl_sync_start(cluster.node(1).engine, &cluster.node(2).endpoint, SL_SLOT_NONE, joining);
        cluster.node(1).step(nullptr);
    }
};

TEST(SyncPace, BeginsWithOneConversationAndAddsOneForEachAnswer)
{
    Walk walk(4000);
    walk.begin(true);
    EXPECT_EQ(busy(walk.e), 1u);
    uint32_t answers = 0, most = 0;
    walk.cluster.tap = [&](const ClusterPacket &p) {
        answers += p.bytes[1] == SL_FRAME_SYNC && p.from.ip[15] == 2;
        EXPECT_LE(busy(walk.e), 1 + answers);
        most = std::max(most, busy(walk.e));
    };
    walk.cluster.run(1 * kS);
    EXPECT_EQ(most, (uint32_t)SL_PULLS_MAX);
}

TEST(SyncPace, AnswersThatWorkersDidNotChargeCountTowardsTheAskersCap)
{
    Walk walk(4000);
    walk.begin(true);
    sl_engine *e = walk.cluster.node(1).engine;
    ASSERT_TRUE(sl_engine_has_room(e, 1));
    sl_input answer = {};
    answer.uncharged_bytes = sl_budget_cap(e);
    answer.header.probe = e->sync.pulls[0].number + SL_PULLS_MAX;
    sl_sync_answer(e, &answer);
    EXPECT_TRUE(sl_engine_has_room(e, 1)) << "nobody asked for it";
    answer.header.probe = e->sync.pulls[0].number;
    sl_sync_answer(e, &answer);
    EXPECT_FALSE(sl_engine_has_room(e, 1));
}

TEST(SyncPace, SilenceIsAskedLessAndLessOften)
{
    Walk walk(4000);
    walk.begin(true);
    ASSERT_TRUE(
        walk.cluster.run_until([&] { return walk.e->sync.window == SL_PULLS_MAX; }, 1 * kS));
    walk.cluster.reachable = [](int, int) { return false; };
    walk.asked_bytes.clear();
    walk.cluster.run(1 * kS);
    EXPECT_EQ(walk.e->sync.window, 1u);
    size_t first = walk.asked_bytes.size();
    walk.cluster.run(3 * kS);
    EXPECT_LE(walk.asked_bytes.size() - first, first * 3 / 2) << "in three times the time";
}

TEST(SyncPace, TheLastRangeOfAWalkIsAskedForSoonAgain)
{
    Walk walk(4000);
    walk.begin(true);
    sl_engine *e = walk.cluster.node(1).engine;
    ASSERT_TRUE(walk.cluster.run_until([&] { return e->sync.window == SL_PULLS_MAX; }, 1 * kS));
    walk.cluster.reachable = [](int, int) { return false; };
    walk.cluster.run(10 * kMs); // what was under way has come
    e->sync.walk.active = false;
    sl_pull *last = &e->sync.pulls[0];
    for (sl_pull &pull : e->sync.pulls) {
        if (&pull != last)
            sl_sync_release(e, &pull);
    }
    ASSERT_EQ(last->kind, SL_PULL_WALK);
    uint32_t waits = 0;
    for (int i = 0; i < 60000 && last->kind == SL_PULL_WALK && last->failures < 5; i++) {
        walk.cluster.run(kMs);
        if (!last->waits_to_ask)
            continue;
        ASSERT_LE(last->timer.deadline_ns, walk.cluster.now() + 2 * sl_sync_patience_ns(e));
        waits++;
    }
    EXPECT_GE(waits, 4u);
}

TEST(SyncPace, QuestionsIntoSilenceAreNoLongerThanAnyClaimNeeds)
{
    Walk walk(100);
    walk.cluster.reachable = [](int, int) { return false; };
    walk.begin(false);
    walk.cluster.run(5 * kS);
    ASSERT_GT(walk.asked_bytes.size(), 2u);
    EXPECT_EQ(walk.asked_bytes.back(), (uint32_t)SL_FRAME_BYTES_MIN);
}

TEST(SyncPace, JoinerPadsItsQuestionsBecauseThoseItAsksHaveNotProvenIt)
{
    Walk walk(4000);
    walk.begin(true);
    walk.cluster.run(1 * kS);
    ASSERT_GT(walk.asked_bytes.size(), 100u);
    for (uint32_t bytes : walk.asked_bytes)
        EXPECT_GE(bytes, (uint32_t)SL_FRAME_BYTES_MIN);
}

TEST(SyncPace, WhoStaysSilentIsNotAskedForEver)
{
    Cluster cluster("lan");
    form(cluster, 5);
    cluster.reachable = [](int from, int to) { return from != 2 && to != 2; };
    uint32_t others = 0;
    cluster.tap = [&](const ClusterPacket &p) {
        others += p.bytes[1] == SL_FRAME_SYNC_REQUEST && p.from.ip[15] == 1 && p.to.ip[15] != 2;
    };
    sl_sync_start(cluster.node(1).engine, &cluster.node(2).endpoint, SL_SLOT_NONE, false);
    cluster.node(1).step(nullptr);
    EXPECT_TRUE(cluster.run_until([&] { return others > 0; }, 10 * kS));
}

TEST(SyncPace, DeathsToldByTheHundredAreCheckedAsRoomAllows)
{
    Pair pair;
    for (int i = 0; i < 500; i++) {
        pair.know(1, i);
        pair.know(2, i, sl_word(1000000, 0, SL_DEAD));
    }
    sl_engine *e = pair.cluster.node(1).engine;
    e->config.byte_cap = e->config.byte_cap_joining = 50000;
    uint64_t before = pair.cluster.node(1).stats().probes;
    sl_sync_start(e, &pair.cluster.node(2).endpoint, SL_SLOT_NONE, false);
    pair.cluster.node(1).step(nullptr);
    pair.cluster.run(1 * kS);
    uint64_t checks = pair.cluster.node(1).stats().probes - before;
    EXPECT_GT(checks, 0u);
    EXPECT_LE(checks, 25000u / SL_RUMOUR_BLOCK_BYTES) << "each may be answered with a gift";
}

// While rumours are under way they will settle most of it.
TEST(SyncPace, RepairWaitsTwiceAsLongUnderChurn)
{
    for (uint32_t unsettled : {0u, 1u}) {
        Pair pair;
        ClusterNode &n = pair.cluster.node(1);
        sl_engine *e = n.engine;
        ASSERT_TRUE(pair.cluster.run_until([&] { return e->phase == SL_PHASE_MEMBER; }, 20 * kS));
        pair.cluster.run(20 * kS); // nothing is unsettled any more
        ASSERT_EQ(sl_view_summary(e->view)->unsettled, 0u);
        e->config.repair_patience_ns = 4 * kS;
        sl_input input = {};
        input.header.type = SL_FRAME_GOSSIP;
        input.header.sender_id = n.id_of("n2");
        input.header.view_hash = pair.hash(1) + 1;
        input.header.unsettled = (uint16_t)unsettled;
        input.from = pair.cluster.node(2).endpoint;
        uint64_t before = n.stats().syncs_started, began_ns = pair.cluster.now();
        while (n.stats().syncs_started == before) {
            n.step(&input);
            pair.cluster.run(100 * kMs);
            ASSERT_LT(pair.cluster.now() - began_ns, 30 * kS);
        }
        uint64_t took_ns = pair.cluster.now() - began_ns;
        EXPECT_GE(took_ns, (1 + unsettled) * 4 * kS * 7 / 8);
        EXPECT_LE(took_ns, (1 + unsettled) * 4 * kS * 9 / 8 + 200 * kMs);
    }
}

TEST(SyncPace, AnAnswerOfAnEarlierSessionAnswersNothing)
{
    Walk walk(100);
    walk.cluster.reachable = [](int, int) { return false; };
    walk.begin(false);
    const sl_pull &pull = walk.e->sync.pulls[0];
    ASSERT_NE(pull.kind, SL_PULL_FREE);
    sl_input late = {};
    late.header.type = SL_FRAME_SYNC;
    late.header.sender_id = walk.cluster.node(1).id_of("n2");
    late.header.probe = pull.number;
    late.from = walk.cluster.node(2).endpoint;
    late.body.sync = {pull.first_id, pull.last_id, walk.e->sync.salt + 2, 101, 0};
    uint64_t due_ns = pull.timer.deadline_ns;
    walk.cluster.node(1).step(&late);
    EXPECT_EQ(walk.e->sync.window, 1u);
    EXPECT_EQ(pull.timer.deadline_ns, due_ns);
    late.body.sync.salt = walk.e->sync.salt;
    walk.cluster.node(1).step(&late);
    EXPECT_GT(walk.e->sync.window, 1u) << "the same of this session does";
}

} // namespace
