/* SPDX-License-Identifier: BSD-3-Clause */
/* Probes by way of this node, and answers to its own. */
#include "tests/unit/fast_fixture.h"

namespace
{

using namespace fast_test;

TEST_F(FastTest, PingReqIsRelayedAsPingAndToldToTheEngine)
{
    ASSERT_EQ(run(probe(SL_FRAME_PING_REQ, A, B, A, word(2, SL_SUSPECT)) +
                  accuse(B, word(0, SL_SUSPECT), A)),
              SL_VERDICT_RELAY);
    sl_endpoint to = v4(2);
    EXPECT_TRUE(sl_endpoint_equal(&io.to, &to));
    EXPECT_EQ(io.length_bytes, PROBE_BYTES);
    EXPECT_EQ(out_header().type, SL_FRAME_PING);
    EXPECT_EQ(out_header().sender_id, SELF);
    EXPECT_EQ(out_header().probe, 4242u);
    EXPECT_EQ(out_probe().target_id, B);
    EXPECT_EQ(out_probe().origin_id, A);
    EXPECT_EQ(out_probe().target_word, word(2, SL_SUSPECT));
    EXPECT_TRUE(io.to_engine);
    EXPECT_EQ(input->header.type, SL_FRAME_PING_REQ);
    EXPECT_EQ(input->header.sender_id, A);
    EXPECT_EQ(counters.relays, 1u);
}

TEST_F(FastTest, PingReqForMyselfIsAnswered)
{
    EXPECT_EQ(run(probe(SL_FRAME_PING_REQ, A, SELF, A)), SL_VERDICT_ANSWER);
    EXPECT_EQ(out_header().type, SL_FRAME_ACK);
}

TEST_F(FastTest, PingReqIsRelayedToTheDeadButNotToTheGoneOrUnknown)
{
    raise(B, word(2, SL_DEAD));
    EXPECT_EQ(run(probe(SL_FRAME_PING_REQ, A, B, A)), SL_VERDICT_RELAY);
    raise(B, word(2, SL_LEFT));
    expect_drop(probe(SL_FRAME_PING_REQ, A, B, A), SL_DROP_TARGET_UNKNOWN);
    expect_drop(probe(SL_FRAME_PING_REQ, A, STRANGER, A), SL_DROP_TARGET_UNKNOWN);
}

TEST_F(FastTest, PingReqIsRelayedOnlyForItsProvenSender)
{
    expect_drop(probe(SL_FRAME_PING_REQ, STRANGER, B, STRANGER), SL_DROP_SENDER_UNPROVEN);
    expect_drop(probe(SL_FRAME_PING_REQ, A, B, STRANGER), SL_DROP_FRAME_FIELD);
    from = v4(50);
    expect_drop(probe(SL_FRAME_PING_REQ, A, B, A), SL_DROP_SENDER_UNPROVEN);
}

TEST_F(FastTest, RelayWithoutACommonFamilyIsDropped)
{
    Identity six("six", sl_endpoint{}, v6(4));
    add(0xc000, word(0, SL_ALIVE), six);
    expect_drop(probe(SL_FRAME_PING_REQ, A, 0xc000, A), SL_DROP_RELAY_UNREACHABLE);
    fast.self_v6 = v6(9);
    EXPECT_EQ(run(probe(SL_FRAME_PING_REQ, A, 0xc000, A)), SL_VERDICT_RELAY);
    EXPECT_TRUE(sl_endpoint_equal(&io.to, &six.it.v6));
}

TEST_F(FastTest, AckForMeReachesTheEngineAtOnce)
{
    EXPECT_EQ(run(probe(SL_FRAME_ACK, A, A, SELF, word(1, SL_ALIVE))), SL_VERDICT_DONE);
    EXPECT_TRUE(io.to_engine && input->urgent);
    EXPECT_EQ(input->header.probe, 4242u);
    EXPECT_EQ(input->body.probe.target_id, A);
    EXPECT_EQ(input->received_ns, now);
}

TEST_F(FastTest, AckForAnotherIsRelayedToItsOrigin)
{
    ASSERT_EQ(run(probe(SL_FRAME_ACK, A, A, B, word(1, SL_ALIVE))), SL_VERDICT_RELAY);
    sl_endpoint to = v4(2);
    EXPECT_TRUE(sl_endpoint_equal(&io.to, &to));
    EXPECT_EQ(out_header().type, SL_FRAME_ACK);
    EXPECT_EQ(out_header().sender_id, SELF);
    EXPECT_EQ(out_probe().target_id, A);
    EXPECT_EQ(out_probe().origin_id, B);
    EXPECT_EQ(out_probe().target_word, word(1, SL_ALIVE));
    EXPECT_FALSE(io.to_engine);
}

TEST_F(FastTest, AckIsRelayedOnceAndOnlyFromKnownMembers)
{
    expect_drop(probe(SL_FRAME_ACK, A, B, B), SL_DROP_TARGET_OTHER);
    expect_drop(probe(SL_FRAME_ACK, STRANGER, STRANGER, B), SL_DROP_SENDER_UNPROVEN);
    expect_drop(probe(SL_FRAME_ACK, A, A, STRANGER), SL_DROP_TARGET_UNKNOWN);
}

TEST_F(FastTest, NackIsForItsOriginOnly)
{
    EXPECT_EQ(run(probe(SL_FRAME_NACK, A, B, SELF)), SL_VERDICT_DONE);
    EXPECT_TRUE(io.to_engine && input->urgent);
    expect_drop(probe(SL_FRAME_NACK, A, B, A), SL_DROP_TARGET_OTHER);
}

} // namespace
