/* SPDX-License-Identifier: BSD-3-Clause */
/* What is answered near the byte cap. */
#include "tests/unit/fast_fixture.h"

namespace
{

using namespace fast_test;

TEST_F(FastTest, SyncRequestsAreRefusedPastHalfTheCapAndServedASecondLater)
{
    fast.byte_cap = 20000;
    uint32_t answered = 0, bytes = 0;
    for (int i = 0; i < 100; i++) {
        Bytes request = sync(SL_FRAME_SYNC_REQUEST, A, 0, UINT64_MAX, 0) + pad(500);
        bool yes = run(request) == SL_VERDICT_ANSWER;
        answered += yes;
        bytes += yes ? (uint32_t)request.size() + io.length_bytes : 0;
    }
    EXPECT_GT(answered, 5u);
    EXPECT_LE(bytes, 10000u);
    EXPECT_EQ(counters.drops[SL_DROP_BYTE_CAP], 100 - answered);
    now += SECOND + SL_METER_PART_NS;
    EXPECT_EQ(run(sync(SL_FRAME_SYNC_REQUEST, A, 0, UINT64_MAX, 0)), SL_VERDICT_ANSWER);
}

TEST_F(FastTest, StrangersSyncRequestsAreRefusedBeforeThoseOfMembers)
{
    fast.byte_cap = 20000;
    sl_meter_add(&lane.meter, now, 7500);
    for (uint64_t sender : {A, STRANGER}) {
        Bytes request = sync(SL_FRAME_SYNC_REQUEST, sender, 0, UINT64_MAX, 0) + pad(200);
        EXPECT_EQ(run(request) == SL_VERDICT_ANSWER, sender == A);
    }
}

TEST_F(FastTest, WhoIsNearItsCapHelpsNobodyButAnswers)
{
    fast.byte_cap = 20000;
    sl_meter_add(&lane.meter, now, 11500);
    EXPECT_EQ(run(probe(SL_FRAME_PING_REQ, A, B, A)), SL_VERDICT_RELAY);
    sl_meter_add(&lane.meter, now, 700);
    expect_drop(probe(SL_FRAME_PING_REQ, A, B, A), SL_DROP_BYTE_CAP);
    EXPECT_EQ(run(ping()), SL_VERDICT_ANSWER);
    EXPECT_EQ(run(probe(SL_FRAME_ACK, B, B, A)), SL_VERDICT_RELAY) << "it said that it would help";
}

TEST_F(FastTest, LanesShareTheCapEvenly)
{
    uint32_t answered[2] = {};
    for (uint8_t lanes : {1, 4}) {
        sl_lane_init(&lane, 3, lanes, &counters);
        fast.byte_cap = 100000;
        for (int i = 0; i < 200; i++)
            answered[lanes == 4] +=
                run(sync(SL_FRAME_SYNC_REQUEST, A, 0, UINT64_MAX, 0)) == SL_VERDICT_ANSWER;
    }
    EXPECT_GT(answered[1], 0u);
    EXPECT_LE(4 * answered[1], answered[0]);
}

TEST_F(FastTest, PastHalfTheCapPingsAreAnsweredWithoutRumours)
{
    fast.byte_cap = 20000;
    for (int i = 0; sl_meter_sum(&lane.meter, now) < 11000; i++) {
        publish({accuse(B, word(2, SL_SUSPECT), A)});
        Bytes f = ping();
        f[35] = (uint8_t)i; /* the low byte of the probe number */
        ASSERT_EQ(run(f), SL_VERDICT_ANSWER);
    }
    EXPECT_EQ(io.length_bytes, PROBE_BYTES);
}

TEST_F(FastTest, WhoFindsAProbesEveryTryInItsQueueAnswersItThreeTimesFromAQuarterOfTheCapOn)
{
    Bytes direct = probe(SL_FRAME_PING, A, SELF, A), relayed = probe(SL_FRAME_PING, B, SELF, A);
    fast.byte_cap = 20000;
    for (int i = 0; i < 3; i++)
        EXPECT_EQ(run(direct), SL_VERDICT_ANSWER) << "there is room";
    sl_meter_add(&lane.meter, now, 5000);
    EXPECT_EQ(run(direct), SL_VERDICT_ANSWER);
    EXPECT_EQ(run(direct), SL_VERDICT_DONE);
    from = v4(2);
    EXPECT_EQ(run(relayed), SL_VERDICT_ANSWER) << "the direct way back may be cut";
    EXPECT_EQ(run(relayed), SL_VERDICT_ANSWER);
    EXPECT_EQ(run(relayed + left(B, word(3, SL_LEFT))), SL_VERDICT_DONE);
    EXPECT_EQ(engine_records().size(), 1u) << "what it carries is news all the same";
    EXPECT_EQ(counters.drops[SL_DROP_BYTE_CAP], 2u);
    from = v4(1);
    direct[35] ^= 1;
    EXPECT_EQ(run(direct), SL_VERDICT_ANSWER) << "another probe";
}

TEST_F(FastTest, NearTheCapEachMemberGetsOneAckInASecondAndWhoHoldsThisNodeDeadNone)
{
    Bytes of_a = ping(A), of_b = probe(SL_FRAME_PING, A, SELF, B);
    Bytes dial = probe(SL_FRAME_PING, B, SELF, B, word(9, SL_DEAD));
    fast.byte_cap = 20000;
    sl_meter_add(&lane.meter, now, 12000);
    from = v4(2);
    EXPECT_EQ(run(dial), SL_VERDICT_ANSWER) << "there is room";
    sl_meter_add(&lane.meter, now, 1000);
    from = v4(1);
    EXPECT_EQ(run(of_a), SL_VERDICT_ANSWER);
    of_a[35] ^= 1;
    EXPECT_EQ(run(of_a), SL_VERDICT_DONE) << "another probe of the same member";
    from = v4(2);
    EXPECT_EQ(run(of_b), SL_VERDICT_ANSWER);
    EXPECT_EQ(run(dial), SL_VERDICT_DONE);
    EXPECT_TRUE(io.to_engine && input->urgent) << "but the accusation must be refuted";
    now += 2 * SECOND;
    sl_meter_add(&lane.meter, now, 13000);
    from = v4(1);
    EXPECT_EQ(run(of_a), SL_VERDICT_ANSWER);
}

} // namespace
