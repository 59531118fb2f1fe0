/* SPDX-License-Identifier: BSD-3-Clause */
#include <random>

#include "tests/unit/fast_fixture.h"

namespace
{

using namespace fast_test;

TEST_F(FastTest, EveryReasonToRefuseAHeaderHasItsCounter)
{
    Bytes f = ping();
    expect_drop(Bytes(f.begin(), f.end() - 1), SL_DROP_FRAME_SHORT);
    Bytes g = f;
    g[0] = 2;
    expect_drop(g, SL_DROP_FRAME_VERSION);
    g = f;
    g[1] = SL_FRAME_TYPE_END;
    expect_drop(g, SL_DROP_FRAME_TYPE);
    g = f;
    g[3] = 0x80;
    expect_drop(g, SL_DROP_FRAME_FLAGS);
    expect_drop(probe(SL_FRAME_PING, 0, SELF, A), SL_DROP_FRAME_FIELD);
}

TEST_F(FastTest, AnotherClustersFrameIsDropped)
{
    Bytes f(SL_HEADER_BYTES);
    sl_header h = header(SL_FRAME_GOSSIP, A);
    h.cluster_id++;
    sl_header_write(f.data(), &h);
    expect_drop(f, SL_DROP_CLUSTER_OTHER);
    EXPECT_EQ(counters.rx_frames[SL_CLASS_MEMBERSHIP], 0u);
}

TEST_F(FastTest, FramesAndBytesAreCountedByClassInBothDirections)
{
    run(ping() + pad(10));
    run(gossip());
    run(sync(SL_FRAME_SYNC_REQUEST, A, 1, UINT64_MAX, 0));
    EXPECT_EQ(counters.rx_frames[SL_CLASS_PROBE], 1u);
    EXPECT_EQ(counters.rx_bytes[SL_CLASS_PROBE], PROBE_BYTES + 10);
    EXPECT_EQ(counters.tx_frames[SL_CLASS_PROBE], 1u);
    EXPECT_EQ(counters.tx_bytes[SL_CLASS_PROBE], PROBE_BYTES);
    EXPECT_EQ(counters.rx_frames[SL_CLASS_MEMBERSHIP], 1u);
    EXPECT_EQ(counters.tx_frames[SL_CLASS_MEMBERSHIP], 0u);
    EXPECT_EQ(counters.rx_bytes[SL_CLASS_BULK], SYNC_BYTES);
    EXPECT_EQ(counters.tx_bytes[SL_CLASS_BULK], io.length_bytes);
}

/* ---- oneself ---- */

TEST_F(FastTest, OwnFrameThatCameBackIsDropped)
{
    fast.boot_salt = header(SL_FRAME_PING, SELF).boot_salt;
    from = fast.self_v4;
    expect_drop(ping(SELF), SL_DROP_FROM_SELF);
    fast.self_v6 = from = v6(9);
    expect_drop(gossip(SELF), SL_DROP_FROM_SELF);
}

// A cloned machine: its boot salt is all that differs. What it says must not reach the engine.
TEST_F(FastTest, AFrameFromOnesOwnAddressByAnotherStartIsATwins)
{
    from = fast.self_v4;
    expect_drop(ping(SELF), SL_DROP_FROM_TWIN);
    expect_drop(gossip(SELF) + accuse(A, word(1, SL_DEAD), B), SL_DROP_FROM_TWIN);
    EXPECT_FALSE(io.to_engine);
}

TEST_F(FastTest, OwnIdFromAForeignAddressIsAConflict)
{
    from = v4(50);
    EXPECT_EQ(run(gossip(SELF)), SL_VERDICT_DONE);
    EXPECT_TRUE(io.to_engine);
    EXPECT_TRUE(input->urgent);
    EXPECT_EQ(input->header.sender_id, SELF);
    EXPECT_TRUE(sl_endpoint_equal(&input->from, &from));
    EXPECT_EQ(run(probe(SL_FRAME_ACK, SELF, SELF, SELF)), SL_VERDICT_DONE);
    EXPECT_TRUE(io.to_engine && input->urgent);
    EXPECT_EQ(run(probe(SL_FRAME_PING, SELF, A, SELF)), SL_VERDICT_DONE);
    EXPECT_TRUE(io.to_engine && input->urgent);
}

TEST_F(FastTest, ConflictProbeIsAnsweredAndToldToTheEngine)
{
    from = v4(50);
    EXPECT_EQ(run(ping(SELF)), SL_VERDICT_ANSWER);
    EXPECT_EQ(out_header().type, SL_FRAME_ACK);
    EXPECT_EQ(out_probe().target_word, fast.birth_word);
    EXPECT_TRUE(io.to_engine && input->urgent);
    EXPECT_EQ(input->header.type, SL_FRAME_PING);
}

/* ---- settled views ---- */

TEST_F(FastTest, DifferingSettledViewsAreToldTenTimesASecondAtMost)
{
    auto *own = sl_view_summary_mutable(view);
    own->unsettled = 0;
    auto frame = [&](uint32_t unsettled, uint64_t hash) {
        Bytes f = ping();
        sl_header h = header(SL_FRAME_PING, A);
        h.unsettled = unsettled;
        h.view_hash = hash;
        sl_header_write(f.data(), &h);
        return f;
    };
    run(frame(1, own->view_hash + 1));
    EXPECT_EQ(counters.settled_frames, 0u);
    run(frame(0, own->view_hash));
    EXPECT_EQ(counters.settled_frames, 1u);
    EXPECT_EQ(counters.settled_unequal, 0u);
    EXPECT_FALSE(io.to_engine);
    run(frame(0, own->view_hash + 1));
    EXPECT_EQ(counters.settled_unequal, 1u);
    EXPECT_TRUE(io.to_engine);
    EXPECT_FALSE(input->urgent);
    EXPECT_EQ(input->record_count, 0u);
    now += SECOND / 10 - 1;
    run(frame(0, own->view_hash + 1));
    EXPECT_FALSE(io.to_engine);
    now += 1;
    run(frame(0, own->view_hash + 1));
    EXPECT_TRUE(io.to_engine);
    EXPECT_EQ(counters.settled_frames, 4u);
    EXPECT_EQ(counters.settled_unequal, 3u);
}

/* ---- hostile frames ---- */

TEST_F(FastTest, NoTruncationIsReadPastItsEndOrAnsweredWithMore)
{
    publish(std::vector<Bytes>(20, accuse(B, word(2, SL_SUSPECT), A)));
    Bytes tail = alive(STRANGER, word(0, SL_ALIVE), 60) + accuse(A, word(1, SL_SUSPECT), B) +
                 left(B, word(4, SL_LEFT)) + pad(6);
    from = v4(50);
    for (const Bytes &whole : {ping(STRANGER) + tail, probe(SL_FRAME_PING_REQ, A, B, A) + tail,
                               probe(SL_FRAME_ACK, A, A, B) + tail, gossip() + tail,
                               sync(SL_FRAME_SYNC_REQUEST, STRANGER, 1, UINT64_MAX, 3) + tail,
                               sync(SL_FRAME_SYNC, A, 1, UINT64_MAX, 3) + tail}) {
        for (size_t length = 0; length <= whole.size(); length++) {
            Bytes f(whole.begin(), whole.begin() + (ptrdiff_t)length);
            sl_verdict verdict = run(f, (uint32_t)length);
            if (verdict == SL_VERDICT_ANSWER || verdict == SL_VERDICT_RELAY) {
                ASSERT_LE(io.length_bytes, f.size());
                out_header();
            }
            if (length < SL_HEADER_BYTES) {
                ASSERT_EQ(verdict, SL_VERDICT_DROP);
            }
        }
    }
}

TEST_F(FastTest, RandomDamageNeverBreaksTheRules)
{
    std::mt19937 random(3);
    publish(std::vector<Bytes>(20, accuse(B, word(2, SL_SUSPECT), A)));
    Bytes tail = alive(A, word(2, SL_ALIVE), 1) + accuse(A, word(1, SL_SUSPECT), B) + pad(6);
    from = v4(50);
    for (int i = 0; i < 200000; i++) {
        Bytes f = i % 2 ? ping() + tail : sync(SL_FRAME_SYNC_REQUEST, A, 1, UINT64_MAX, 0) + tail;
        for (int n = 0; n < 1 + i % 3; n++)
            f[random() % f.size()] = (uint8_t)random();
        sl_verdict verdict = run(f, (uint32_t)f.size());
        if (verdict == SL_VERDICT_ANSWER || verdict == SL_VERDICT_RELAY) {
            ASSERT_LE(io.length_bytes, f.size());
        }
        if (io.to_engine) {
            ASSERT_NE(verdict, SL_VERDICT_DROP);
            engine_records();
        }
    }
}

} // namespace
