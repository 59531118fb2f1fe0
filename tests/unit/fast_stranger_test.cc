/* SPDX-License-Identifier: BSD-3-Clause */
/* Strangers: senders that have not answered this node from where their frames come. */
#include "tests/unit/fast_fixture.h"

namespace
{

using namespace fast_test;

constexpr uint32_t CAP = 20000;

class Strangers : public FastTest
{
  protected:
    void SetUp() override
    {
        FastTest::SetUp();
        fast.byte_cap = CAP;
    }

    uint64_t charged()
    {
        return sl_meter_sum(&lane.meter, now);
    }

    /* PINGs of senders that nobody knows. Returns the bytes of their ACKs. */
    uint32_t ping_flood(uint32_t count)
    {
        uint32_t bytes = 0;
        from = v4(200);
        for (uint32_t i = 0; i < count; i++)
            bytes += run(ping(STRANGER + i)) == SL_VERDICT_ANSWER ? io.length_bytes : 0;
        from = v4(1);
        return bytes;
    }

    /* A member that is known by hearsay alone, at the address that frames now come from. */
    void hear_of(uint64_t id, uint32_t host)
    {
        adds_proven = false;
        add(id, word(1, SL_ALIVE), host);
        from = v4(host);
    }
};

TEST_F(Strangers, WhatIsRefusedCostsNobodyAnything)
{
    Bytes other = ping();
    other[4] ^= 1;
    for (int i = 0; i < 1000; i++) {
        expect_drop(other, SL_DROP_CLUSTER_OTHER);
        expect_drop(Bytes(60, 0xff), SL_DROP_FRAME_SHORT);
        expect_drop(probe(SL_FRAME_PING, A, B, A), SL_DROP_TARGET_OTHER);
        expect_drop(gossip() + Bytes(25, 0xff), SL_DROP_RECORD_MALFORMED);
    }
    EXPECT_EQ(charged(), 0u);
    EXPECT_EQ(counters.charged_bytes + counters.stranger_bytes, 0u);
}

TEST_F(Strangers, AFloodOfTheirPingsUsesUpAQuarterOfTheCapAndMutesNoMember)
{
    uint32_t answered_bytes = ping_flood(5000);
    EXPECT_LE(charged(), CAP / 4 + 2 * PROBE_BYTES);
    EXPECT_GT(counters.stranger_bytes, 90u * CAP / 4);
    EXPECT_LE(answered_bytes, CAP / 4);
    EXPECT_GT(counters.drops[SL_DROP_STRANGER_CAP], 4000u);
    EXPECT_EQ(counters.drops[SL_DROP_STRANGER_CAP] + counters.pings_answered, 5000u);
    for (int i = 0; i < 20; i++) {
        Bytes of_member = ping();
        of_member[35] = (uint8_t)i;
        EXPECT_EQ(run(of_member), SL_VERDICT_ANSWER);
    }
}

TEST_F(Strangers, AFloodOfPingsLeavesRoomForJoiners)
{
    ping_flood(5000);
    from = v4(201);
    EXPECT_EQ(run(sync(SL_FRAME_SYNC_REQUEST, STRANGER, STRANGER, STRANGER, 0) + pad(472)),
              SL_VERDICT_ANSWER);
}

TEST_F(Strangers, TheirQuestionsAreAnsweredWithinAShareOfTheCapThatCountsFromTheFirst)
{
    uint32_t bytes = 0;
    from = v4(200);
    for (int i = 0; i < 500; i++) {
        Bytes question = sync(SL_FRAME_SYNC_REQUEST, STRANGER, 0, UINT64_MAX, 0) + pad(472);
        /* An answer may become as long as its question. */
        bytes += run(question) == SL_VERDICT_ANSWER ? (uint32_t)question.size() : 0;
    }
    EXPECT_GT(bytes, CAP / 8);
    EXPECT_LE(bytes, CAP * 3 / 16);
}

TEST_F(Strangers, WhatTheyAreServedBeyondTheCalmIsCountedForTheEngine)
{
    Bytes question = sync(SL_FRAME_SYNC_REQUEST, STRANGER, 0, UINT64_MAX, 0) + pad(472);
    from = v4(200);
    ASSERT_EQ(run(question), SL_VERDICT_ANSWER);
    EXPECT_EQ(counters.served_bytes, 0u) << "it is charged";
    ping_flood(5000);
    from = v4(200);
    uint64_t before = counters.served_bytes;
    ASSERT_EQ(run(question), SL_VERDICT_ANSWER);
    EXPECT_EQ(counters.served_bytes - before, question.size() + io.length_bytes);
    EXPECT_LE(counters.served_bytes, CAP * 10 / 16);
}

TEST_F(Strangers, TheEngineIsToldWhatWasNotCharged)
{
    Bytes answer = sync(SL_FRAME_SYNC, STRANGER, 0, UINT64_MAX, 7);
    from = v4(200);
    ASSERT_EQ(run(answer), SL_VERDICT_DONE);
    EXPECT_EQ(input->uncharged_bytes, 0u);
    ping_flood(5000);
    from = v4(200);
    ASSERT_EQ(run(answer), SL_VERDICT_DONE);
    EXPECT_EQ(input->uncharged_bytes, answer.size());
    from = v4(1);
    ASSERT_EQ(run(sync(SL_FRAME_SYNC, A, 0, UINT64_MAX, 7)), SL_VERDICT_DONE);
    EXPECT_EQ(input->uncharged_bytes, 0u) << "a member's";
}

TEST_F(Strangers, MembersQuestionsWaitWhenMuchWasServedToStrangersButNoFloodRefusesThemAll)
{
    Bytes of_member = sync(SL_FRAME_SYNC_REQUEST, A, 0, UINT64_MAX, 0);
    auto answered = [&](bool flooded) {
        sl_lane_init(&lane, 0, 1, &counters);
        if (flooded)
            ping_flood(5000);
        uint32_t count = 0;
        while (run(of_member) == SL_VERDICT_ANSWER)
            count++;
        return count;
    };
    uint32_t calm = answered(false), flooded = answered(true);
    EXPECT_LT(flooded, calm / 2);
    EXPECT_GT(flooded, calm / 16);
}

TEST_F(Strangers, HearsayProvesNoAddress)
{
    publish({accuse(B, word(2, SL_SUSPECT), A), accuse(A, word(2, SL_SUSPECT), B)});
    hear_of(STRANGER, 50);
    run(ping(STRANGER));
    EXPECT_EQ(io.length_bytes, PROBE_BYTES);
    EXPECT_EQ(run(pull(STRANGER)), SL_VERDICT_DONE);
    Bytes question = sync(SL_FRAME_SYNC_REQUEST, STRANGER, 0, UINT64_MAX, 0);
    if (run(question) == SL_VERDICT_ANSWER) {
        EXPECT_LE(io.length_bytes, question.size());
    }
}

TEST_F(Strangers, AMemberThatHasAnsweredGetsMoreThanItSends)
{
    publish({accuse(B, word(2, SL_SUSPECT), A)});
    hear_of(STRANGER, 50);
    sl_view_prove(view, sl_view_find(view, STRANGER, nullptr));
    run(ping(STRANGER));
    EXPECT_GT(io.length_bytes, PROBE_BYTES);
    from = v4(51);
    publish({accuse(B, word(2, SL_SUSPECT), A)});
    run(ping(STRANGER));
    EXPECT_EQ(io.length_bytes, PROBE_BYTES) << "from another address";
}

TEST_F(Strangers, AHelperIsAskedWithAsMuchAsItWillSendBack)
{
    hear_of(STRANGER, 50);
    expect_drop(probe(SL_FRAME_PING_REQ, STRANGER, B, STRANGER), SL_DROP_SENDER_UNPROVEN);
    Bytes padded = probe(SL_FRAME_PING_REQ, STRANGER, B, STRANGER) +
                   pad(SL_PING_REQ_PADDED_BYTES - PROBE_BYTES);
    EXPECT_EQ(run(padded), SL_VERDICT_RELAY);
    EXPECT_EQ(io.length_bytes, PROBE_BYTES);
    from = v4(51);
    expect_drop(padded, SL_DROP_SENDER_UNPROVEN);
}

TEST_F(Strangers, RecordsOfMembersThatAreNotKnownAndGossipWithoutNewsAreCounted)
{
    EXPECT_EQ(run(gossip() + accuse(0xdddd, word(2, SL_SUSPECT), A)), SL_VERDICT_DONE);
    EXPECT_EQ(counters.drops[SL_DROP_MEMBER_UNKNOWN], 1u);
    EXPECT_EQ(counters.gossip_stale, 1u);
}

} // namespace
