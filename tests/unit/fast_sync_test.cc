/* SPDX-License-Identifier: BSD-3-Clause */
/* Answers to sync requests. */
#include <map>
#include <random>

#include "lib/digest.h"
#include "tests/unit/fast_fixture.h"

namespace
{

using namespace fast_test;

TEST_F(FastTest, SyncAlwaysReachesTheEngine)
{
    EXPECT_EQ(run(sync(SL_FRAME_SYNC, A, 1, 9, 5)), SL_VERDICT_DONE);
    EXPECT_TRUE(io.to_engine);
    EXPECT_FALSE(input->urgent);
    EXPECT_EQ(input->body.sync.last_id, 9u);
    EXPECT_EQ(input->body.sync.salt, 5u);
    EXPECT_EQ(run(gossip()), SL_VERDICT_DONE);
    EXPECT_FALSE(io.to_engine);
}

TEST_F(FastTest, SyncRequestIsAnsweredFromTheView)
{
    raise(B, word(2, SL_SUSPECT));
    add(0xd000, word(0, SL_DEAD), 4);
    add(0xe000, word(0, SL_LEFT), 5);
    Bytes claim = alive(STRANGER, word(0, SL_ALIVE), 60);
    ASSERT_EQ(run(sync(SL_FRAME_SYNC_REQUEST, A, 0, UINT64_MAX, 0) + claim), SL_VERDICT_ANSWER);
    ASSERT_EQ(engine_records().size(), 1u);
    EXPECT_EQ(engine_records()[0].id, STRANGER);
    EXPECT_EQ(out_header().type, SL_FRAME_SYNC);
    EXPECT_EQ(out_header().sender_id, SELF);
    EXPECT_EQ(out_header().probe, 4242u);
    EXPECT_EQ(out_sync().first_id, 0u);
    EXPECT_EQ(out_sync().last_id, UINT64_MAX);
    EXPECT_EQ(out_sync().live_count, 3u);
    EXPECT_EQ(out_sync().salt, 0u);
    auto all = out_records(SL_FRAME_SYNC);
    ASSERT_EQ(all.size(), 5u);
    EXPECT_EQ(all[0].id, SELF);
    EXPECT_EQ(all[0].word, word(5, SL_ALIVE));
    EXPECT_EQ(all[1].id, A);
    EXPECT_EQ(std::string(all[1].identity.name, all[1].identity.name_bytes), "m1");
    EXPECT_EQ(all[2].type, SL_RECORD_ALIVE);
    EXPECT_EQ(all[2].word, word(2, SL_ALIVE));
    EXPECT_EQ(all[3].type, SL_RECORD_DEAD);
    EXPECT_EQ(all[3].accuser_id, SELF);
    EXPECT_EQ(all[4].type, SL_RECORD_LEFT);
    EXPECT_EQ(counters.syncs_answered, 1u);
}

TEST_F(FastTest, AnswerIsNoLongerThanTheAskerWants)
{
    for (uint64_t i = 0; i < 40; i++)
        add(0xd000 + i, word(0, SL_ALIVE), 4);
    Bytes request = sync(SL_FRAME_SYNC_REQUEST, A, 0, UINT64_MAX, 0);
    ASSERT_EQ(run(request), SL_VERDICT_ANSWER);
    uint32_t full = io.length_bytes;
    ASSERT_GT(full, (uint32_t)SL_FRAME_BYTES_MIN);
    for (uint32_t wanted : {1u, (uint32_t)SL_FRAME_BYTES_MIN, SL_FRAME_BYTES_MIN + 100u}) {
        sl_be32_store(request.data() + 100, wanted);
        ASSERT_EQ(run(request), SL_VERDICT_ANSWER);
        EXPECT_LE(io.length_bytes, std::max(wanted, (uint32_t)SL_FRAME_BYTES_MIN));
        EXPECT_GT(io.length_bytes, SL_FRAME_BYTES_MIN / 2u) << "but as much as fits";
    }
}

TEST_F(FastTest, AnswerIsNoLongerThanTheRoomOfItsBuffer)
{
    for (uint64_t i = 0; i < 40; i++)
        add(0xd000 + i, word(0, SL_ALIVE), 4);
    Bytes request = sync(SL_FRAME_SYNC_REQUEST, A, 0, UINT64_MAX, 0);
    const uint32_t room = SYNC_BYTES + 200;
    ASSERT_EQ(run(request, room), SL_VERDICT_ANSWER);
    EXPECT_LE(io.length_bytes, room);
    EXPECT_GT(io.length_bytes, room / 2);
}

TEST_F(FastTest, ComparisonThatFindsNothingIsAnsweredWithAnEmptyFrame)
{
    ASSERT_EQ(run(sync(SL_FRAME_SYNC_REQUEST, A, 1, 0xaaaa, 77)), SL_VERDICT_ANSWER);
    EXPECT_EQ(io.length_bytes, SYNC_BYTES);
    EXPECT_EQ(out_sync().salt, 77u);
    EXPECT_EQ(out_sync().last_id, 0xaaaau);
}

TEST_F(FastTest, ComparisonIsAnsweredFromTheRequestInPlace)
{
    const uint64_t salt = 77;
    Bytes items(SL_DIGEST_HEAD_BYTES + 8);
    sl_digest head{};
    head.type = SL_RECORD_ITEMS;
    head.count = 2;
    head.live_count = 2;
    ASSERT_EQ(sl_digest_write(items.data(), (uint32_t)items.size(), &head), items.size());
    uint64_t known = sl_view_item_hash(view, A, sl_view_word(view, A));
    sl_be32_store(items.data() + SL_DIGEST_HEAD_BYTES, sl_digest_hash(known, salt));
    sl_be32_store(items.data() + SL_DIGEST_HEAD_BYTES + 4, 0xdeadbeef);
    ASSERT_EQ(run(sync(SL_FRAME_SYNC_REQUEST, A, 0, UINT64_MAX, salt) + items), SL_VERDICT_ANSWER);
    EXPECT_EQ(out_records(SL_FRAME_SYNC).size(), 2u) << "all but A";
    sl_record_cursor cursor = {io.bytes + SYNC_BYTES, io.bytes + io.length_bytes};
    sl_digest want{};
    ASSERT_TRUE(sl_digest_next(&cursor, &want));
    EXPECT_EQ(want.type, SL_RECORD_WANT);
    ASSERT_EQ(want.count, 1u);
    EXPECT_EQ(sl_digest_at(&want, 0), 0xdeadbeefu);
}

TEST_F(FastTest, ComparisonOfAnAnswerGoesToTheEngineBehindNovelRecords)
{
    Bytes want(SL_DIGEST_HEAD_BYTES + 4);
    sl_digest head{};
    head.type = SL_RECORD_WANT;
    head.count = 1;
    ASSERT_EQ(sl_digest_write(want.data(), (uint32_t)want.size(), &head), want.size());
    Bytes claim = alive(STRANGER, word(0, SL_ALIVE), 60);
    ASSERT_EQ(run(sync(SL_FRAME_SYNC, A, 1, 9, 5) + want + pad(20) + claim), SL_VERDICT_DONE);
    EXPECT_EQ(input->record_count, 1u);
    ASSERT_EQ(input->records_bytes, claim.size() + want.size());
    EXPECT_EQ(memcmp(input->records + claim.size(), want.data(), want.size()), 0);
}

TEST_F(FastTest, DigestsPastTheFrameLimitAreLeftOut)
{
    Bytes digests(SL_DIGEST_HEAD_BYTES + 4 * 128, 0xee);
    sl_digest head{};
    head.type = SL_RECORD_DIGESTS;
    head.bits = 7;
    head.count = 128;
    ASSERT_EQ(sl_digest_write(digests.data(), (uint32_t)digests.size(), &head), digests.size());
    Bytes f = sync(SL_FRAME_SYNC, A, 1, 9, 5);
    while (f.size() + digests.size() <= SL_FRAME_BYTES_MAX)
        f = f + digests;
    ASSERT_EQ(run(f), SL_VERDICT_DONE);
    EXPECT_EQ(input->records_bytes, FRAME_LIMIT / digests.size() * digests.size());
    /* Records before them take of the same room. */
    Bytes claim = alive(STRANGER, word(0, SL_ALIVE), 60);
    ASSERT_EQ(run(f + claim), SL_VERDICT_DONE);
    EXPECT_EQ(input->record_count, 1u);
    EXPECT_LE(input->records_bytes, FRAME_LIMIT);
}

TEST_F(FastTest, SyncAnswersToStrangersAreNoLongerThanTheRequest)
{
    from = v4(50);
    expect_drop(sync(SL_FRAME_SYNC_REQUEST, STRANGER, 1, UINT64_MAX, 0), SL_DROP_ANSWER_NO_ROOM);
    Bytes f = sync(SL_FRAME_SYNC_REQUEST, STRANGER, 1, UINT64_MAX, 0) + pad(50);
    ASSERT_EQ(run(f), SL_VERDICT_ANSWER);
    EXPECT_LE(io.length_bytes, f.size());
    EXPECT_EQ(out_records(SL_FRAME_SYNC).size(), 1u);
    EXPECT_EQ(out_sync().last_id, A - 1);
    Bytes digests(SL_DIGEST_HEAD_BYTES + 4 * 256, 0xee);
    sl_digest head{};
    head.type = SL_RECORD_DIGESTS;
    head.bits = 8;
    head.count = 256;
    ASSERT_NE(sl_digest_write(digests.data(), (uint32_t)digests.size(), &head), 0u);
    f = sync(SL_FRAME_SYNC_REQUEST, STRANGER, 1, UINT64_MAX, 1) + digests;
    ASSERT_EQ(run(f), SL_VERDICT_ANSWER);
    EXPECT_LE(io.length_bytes, f.size());
}

/* Pulls the whole view in frames, as a joiner does, and compares it with a model. */
TEST_F(FastTest, PullingRangeByRangeYieldsEveryMemberOnce)
{
    std::mt19937_64 random(7);
    std::map<uint64_t, uint64_t> model = {
        {SELF, word(5, SL_ALIVE)}, {A, word(1, SL_ALIVE)}, {B, word(2, SL_ALIVE)}};
    uint64_t last = 0;
    for (uint32_t i = 0; i < 3000; i++) {
        /* dense runs too, so that cells of one home stand in a row */
        uint64_t id = i % 20 != 0 ? last + 1 : random() | 1;
        last = id;
        uint64_t w = word(i, (sl_status)(random() % 4));
        add(id, w, 1000 + i);
        model[id] = w;
    }
    for (bool stranger : {false, true}) {
        from = stranger ? v4(50) : v4(1);
        std::map<uint64_t, uint64_t> pulled;
        uint64_t first = 0;
        for (int frames = 0;; frames++) {
            ASSERT_LT(frames, 4000);
            Bytes f = sync(SL_FRAME_SYNC_REQUEST, A, first, UINT64_MAX, 0) + pad(100 + 50);
            ASSERT_EQ(run(f), SL_VERDICT_ANSWER);
            ASSERT_LE(io.length_bytes, stranger ? f.size() : FRAME_LIMIT);
            for (const sl_record &r : out_records(SL_FRAME_SYNC)) {
                ASSERT_GE(r.id, first);
                ASSERT_LE(r.id, out_sync().last_id);
                ASSERT_TRUE(pulled.emplace(r.id, r.word).second);
            }
            if (out_sync().last_id == UINT64_MAX)
                break;
            ASSERT_GE(out_sync().last_id, first);
            first = out_sync().last_id + 1;
        }
        ASSERT_EQ(pulled.size(), model.size());
        for (auto &[id, w] : model)
            EXPECT_EQ(pulled[id], sl_word_is_live(w) ? sl_word_with_status(w, SL_ALIVE) : w);
    }
}

} // namespace
