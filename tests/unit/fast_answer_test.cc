/* SPDX-License-Identifier: BSD-3-Clause */
/* Answers to PINGs and PULLs, and the rumours that they carry. */
#include "tests/unit/fast_fixture.h"

namespace
{

using namespace fast_test;

TEST_F(FastTest, PingIsAnsweredInPlace)
{
    auto *own = sl_view_summary_mutable(view);
    own->authority_revision = 12;
    own->unsettled = 7;
    ASSERT_EQ(run(probe(SL_FRAME_PING, A, SELF, B)), SL_VERDICT_ANSWER);
    EXPECT_EQ(io.bytes, buffer.get());
    EXPECT_EQ(io.length_bytes, PROBE_BYTES);
    EXPECT_FALSE(io.to_engine);
    sl_header h = out_header();
    EXPECT_EQ(h.type, SL_FRAME_ACK);
    EXPECT_EQ(h.cluster_id, cluster.id);
    EXPECT_EQ(h.sender_id, SELF);
    EXPECT_EQ(h.boot_salt, 77u);
    EXPECT_EQ(h.lane, 3);
    EXPECT_EQ(h.counter, 1u);
    EXPECT_EQ(h.probe, 4242u);
    EXPECT_EQ(h.unsettled, 7u);
    EXPECT_EQ(h.view_hash, own->view_hash);
    EXPECT_EQ(h.authority_revision, 12u);
    EXPECT_EQ(out_probe().target_id, SELF);
    EXPECT_EQ(out_probe().origin_id, B);
    EXPECT_EQ(out_probe().target_word, word(5, SL_ALIVE));
    EXPECT_EQ(counters.pings_answered, 1u);
    run(ping());
    EXPECT_EQ(out_header().counter, 2u);
}

TEST_F(FastTest, PingForAnotherTargetIsDropped)
{
    expect_drop(probe(SL_FRAME_PING, A, B, A), SL_DROP_TARGET_OTHER);
}

TEST_F(FastTest, PingThatAccusesReachesTheEngineAtOnce)
{
    ASSERT_EQ(run(probe(SL_FRAME_PING, A, SELF, A, word(5, SL_SUSPECT))), SL_VERDICT_ANSWER);
    EXPECT_TRUE(io.to_engine);
    EXPECT_TRUE(input->urgent);
    EXPECT_EQ(input->body.probe.target_word, word(5, SL_SUSPECT));
    EXPECT_EQ(input->header.type, SL_FRAME_PING);
    ASSERT_EQ(run(probe(SL_FRAME_PING, A, SELF, A, word(5, SL_ALIVE))), SL_VERDICT_ANSWER);
    EXPECT_FALSE(io.to_engine);
}

TEST_F(FastTest, AProvenPeerIsGivenEachBlockOnce)
{
    publish({accuse(B, word(2, SL_SUSPECT), A)});
    run(ping());
    ASSERT_EQ(out_records(SL_FRAME_ACK).size(), 1u);
    EXPECT_EQ(out_records(SL_FRAME_ACK)[0].id, B);
    run(ping());
    EXPECT_EQ(io.length_bytes, PROBE_BYTES);
    publish({accuse(B, word(2, SL_SUSPECT), A)});
    run(ping());
    EXPECT_EQ(out_records(SL_FRAME_ACK).size(), 1u);
}

TEST_F(FastTest, AStrangerNeverGetsMoreThanItSent)
{
    publish({accuse(B, word(2, SL_SUSPECT), A), accuse(A, word(2, SL_SUSPECT), B)});
    from = v4(50);
    run(ping()); /* a known id from an address that is not its own */
    EXPECT_EQ(io.length_bytes, PROBE_BYTES);
    run(ping(STRANGER));
    EXPECT_EQ(io.length_bytes, PROBE_BYTES);
    run(ping(STRANGER) + pad(SL_RECORD_ACCUSATION_BYTES + 20));
    EXPECT_EQ(io.length_bytes, PROBE_BYTES + SL_RECORD_ACCUSATION_BYTES);
    from = v4(1);
    run(ping()); /* and the forger did not use up the real peer's share */
    EXPECT_EQ(io.length_bytes, PROBE_BYTES + 2 * SL_RECORD_ACCUSATION_BYTES);
}

TEST_F(FastTest, PiggybackHasAQuotaPerSecond)
{
    fast.gift_bytes_per_second = 2 * SL_RECORD_LEFT_BYTES;
    uint32_t given = 0;
    for (int i = 0; i < 5; i++) {
        publish({left(B, word(3, SL_LEFT))});
        run(ping());
        given += io.length_bytes > PROBE_BYTES;
    }
    EXPECT_EQ(given, 2u);
    now += SECOND + SL_METER_PART_NS;
    run(ping());
    EXPECT_GT(io.length_bytes, PROBE_BYTES);
}

TEST_F(FastTest, PiggybackIsWholeRecordsWithinTheFrameLimitAndTheBuffer)
{
    std::vector<Bytes> all(30, accuse(B, word(2, SL_SUSPECT), A));
    publish(all);
    run(ping(), PROBE_BYTES + 2 * SL_RECORD_ACCUSATION_BYTES + 5);
    EXPECT_EQ(out_records(SL_FRAME_ACK).size(), 2u);
    publish(all);
    fast.path_bytes_least = SL_HEADER_BYTES;
    fast.path_bytes[0] = PROBE_BYTES + 3 * SL_RECORD_ACCUSATION_BYTES + 27;
    run(ping());
    EXPECT_EQ(out_records(SL_FRAME_ACK).size(), 3u);
    publish(all);
    fast.path_bytes[5] = PROBE_BYTES + 4 * SL_RECORD_ACCUSATION_BYTES;
    zones[sl_view_find(view, A, nullptr)] = 5;
    run(ping());
    EXPECT_EQ(out_records(SL_FRAME_ACK).size(), 4u) << "by the sender's zone";
    publish(all);
    run(ping(), PROBE_BYTES);
    EXPECT_EQ(io.length_bytes, PROBE_BYTES);
}

TEST_F(FastTest, APullIsAnsweredWithWhatIsNewOncePerPeerAndBlock)
{
    EXPECT_EQ(run(pull()), SL_VERDICT_DONE) << "nothing is new";
    publish({accuse(B, word(2, SL_SUSPECT), A)});
    ASSERT_EQ(run(pull()), SL_VERDICT_ANSWER);
    EXPECT_EQ(out_header().type, SL_FRAME_GOSSIP);
    EXPECT_EQ(out_header().sender_id, SELF);
    ASSERT_EQ(out_records(SL_FRAME_GOSSIP).size(), 1u);
    EXPECT_EQ(out_records(SL_FRAME_GOSSIP)[0].id, B);
    EXPECT_EQ(run(pull()), SL_VERDICT_DONE);
    run(ping());
    EXPECT_EQ(io.length_bytes, PROBE_BYTES) << "and not again behind an ACK";
}

TEST_F(FastTest, APullBringsRecordsOfItsOwn)
{
    publish({accuse(B, word(2, SL_SUSPECT), A)});
    ASSERT_EQ(run(pull() + left(B, word(3, SL_LEFT))), SL_VERDICT_ANSWER);
    ASSERT_EQ(engine_records().size(), 1u);
    EXPECT_EQ(engine_records()[0].type, SL_RECORD_LEFT);
}

TEST_F(FastTest, APullOfAStrangerIsAnsweredWithNoMoreThanItSent)
{
    publish({accuse(B, word(2, SL_SUSPECT), A)});
    EXPECT_EQ(run(pull(STRANGER)), SL_VERDICT_DONE);
    EXPECT_EQ(run(pull(STRANGER) + pad(SL_RECORD_ACCUSATION_BYTES)), SL_VERDICT_ANSWER);
    EXPECT_EQ(io.length_bytes, SL_HEADER_BYTES + SL_RECORD_ACCUSATION_BYTES);
}

} // namespace
