/* SPDX-License-Identifier: BSD-3-Clause */
/* Which records are news to the engine. */
#include <sys/mman.h>
#include <unistd.h>

#include "tests/unit/fast_fixture.h"

namespace
{

using namespace fast_test;

TEST_F(FastTest, KnownRecordsAreStaleAndGreaterOnesNovel)
{
    EXPECT_FALSE(is_novel(alive(A, word(1, SL_ALIVE), 1)));
    EXPECT_FALSE(is_novel(alive(A, word(0, SL_ALIVE), 1)));
    EXPECT_FALSE(is_novel(accuse(A, word(0, SL_DEAD), B)));
    EXPECT_TRUE(is_novel(alive(A, word(2, SL_ALIVE), 1)));
    EXPECT_FALSE(input->urgent);
    EXPECT_TRUE(is_novel(accuse(A, word(1, SL_SUSPECT), B)));
    EXPECT_TRUE(is_novel(accuse(A, word(1, SL_DEAD), B)));
    EXPECT_TRUE(is_novel(left(A, word(1, SL_LEFT))));
    raise(A, word(1, SL_DEAD));
    EXPECT_FALSE(is_novel(accuse(A, word(1, SL_DEAD), B)));
    EXPECT_FALSE(is_novel(accuse(A, word(1, SL_SUSPECT), B)));
}

// Behind a frame that ends without a record there may be nothing to read.
TEST_F(FastTest, NothingIsReadBehindTheLastRecord)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    auto *memory = (uint8_t *)mmap(nullptr, 2 * page, PROT_READ | PROT_WRITE,
                                   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    ASSERT_NE(memory, MAP_FAILED);
    ASSERT_EQ(mprotect(memory + page, page, PROT_NONE), 0);
    for (const Bytes &frame : {gossip(), gossip() + alive(A, word(1, SL_ALIVE), 1)}) {
        io = sl_frame_io{};
        io.bytes = memory + page - frame.size();
        io.length_bytes = io.room_bytes = (uint32_t)frame.size();
        io.from = from;
        std::copy(frame.begin(), frame.end(), io.bytes);
        (void)sl_fast_frame(&fast, &lane, now, &io, input);
        EXPECT_EQ(counters.records_novel, 0u);
    }
    munmap(memory, 2 * page);
}

TEST_F(FastTest, ARemovalIsNewsOfAMemberThatLeftButNotOfARemovedOne)
{
    EXPECT_TRUE(is_novel(accuse(A, word(1, SL_LEFT), B)));
    raise(A, word(1, SL_LEFT));
    EXPECT_FALSE(is_novel(left(A, word(1, SL_LEFT))));
    EXPECT_FALSE(is_novel(accuse(A, word(0, SL_LEFT), B)));
    EXPECT_TRUE(is_novel(accuse(A, word(1, SL_LEFT), B)));
    sl_view_remove(view, sl_view_find(view, A, NULL), word(1, SL_LEFT));
    EXPECT_FALSE(is_novel(accuse(A, word(1, SL_LEFT), B)));
    EXPECT_FALSE(is_novel(accuse(STRANGER, word(0, SL_LEFT), B)));
}

TEST_F(FastTest, OnlyAClaimIntroducesAMember)
{
    EXPECT_FALSE(is_novel(accuse(STRANGER, word(0, SL_SUSPECT), B)));
    EXPECT_FALSE(is_novel(accuse(STRANGER, word(0, SL_DEAD), B)));
    EXPECT_FALSE(is_novel(left(STRANGER, word(0, SL_LEFT))));
    EXPECT_TRUE(is_novel(alive(STRANGER, word(0, SL_ALIVE), 60)));
}

TEST_F(FastTest, EachAccuserConfirmsASuspicionOnce)
{
    raise(A, word(1, SL_SUSPECT));
    EXPECT_TRUE(is_novel(accuse(A, word(1, SL_SUSPECT), B)));
    EXPECT_FALSE(is_novel(accuse(A, word(1, SL_SUSPECT), B)));
    EXPECT_TRUE(is_novel(accuse(A, word(1, SL_SUSPECT), STRANGER)));
    EXPECT_FALSE(is_novel(accuse(A, word(1, SL_SUSPECT), STRANGER)));
}

TEST_F(FastTest, AConfirmationInADroppedFrameIsNotRemembered)
{
    raise(A, word(1, SL_SUSPECT));
    Bytes confirmation = accuse(A, word(1, SL_SUSPECT), B);
    expect_drop(gossip() + confirmation + Bytes{1, 0, 0, 9}, SL_DROP_RECORD_MALFORMED);
    expect_drop(probe(SL_FRAME_PING, A, B, A) + confirmation, SL_DROP_TARGET_OTHER);
    EXPECT_TRUE(is_novel(confirmation));
}

TEST_F(FastTest, AccusationsOfMyselfAreNovelAndUrgent)
{
    EXPECT_FALSE(is_novel(accuse(SELF, word(4, SL_DEAD), A)));
    EXPECT_TRUE(is_novel(accuse(SELF, word(5, SL_SUSPECT), A)));
    EXPECT_TRUE(input->urgent);
    EXPECT_TRUE(is_novel(accuse(SELF, word(6, SL_DEAD), A)));
    EXPECT_TRUE(input->urgent);
}

TEST_F(FastTest, MyClaimWithAnotherAddressIsAConflict)
{
    EXPECT_FALSE(is_novel(alive(SELF, word(5, SL_ALIVE), 99)));
    EXPECT_FALSE(is_novel(alive(SELF, word(4, SL_ALIVE), 99)));
    EXPECT_TRUE(is_novel(alive(SELF, word(5, SL_ALIVE), 98)));
    EXPECT_TRUE(input->urgent);
    EXPECT_TRUE(is_novel(alive(SELF, word(1, SL_ALIVE), 98)));
    EXPECT_TRUE(is_novel(alive(SELF, word(5, SL_ALIVE), Identity("x", v4(99, 8000), {}))));
    EXPECT_TRUE(is_novel(alive(SELF, word(5, SL_ALIVE), Identity("x", v4(99), v6(1)))));
}

TEST_F(FastTest, NovelRecordsAreCopiedBeforeTheAnswerOverwritesThem)
{
    std::vector<Bytes> rumours(5, accuse(B, word(2, SL_SUSPECT), A));
    publish(rumours);
    Bytes fresh = alive(STRANGER, word(0, SL_ALIVE), 60), dead = accuse(B, word(2, SL_DEAD), A);
    ASSERT_EQ(run(ping() + alive(A, word(1, SL_ALIVE), 1) + pad(7) + fresh + dead),
              SL_VERDICT_ANSWER);
    EXPECT_EQ(out_records(SL_FRAME_ACK).size(), 5u);
    ASSERT_EQ(engine_records().size(), 2u);
    EXPECT_EQ(input->records_bytes, fresh.size() + dead.size());
    EXPECT_EQ(memcmp(input->records, fresh.data(), fresh.size()), 0);
    EXPECT_EQ(engine_records()[1].accuser_id, A);
    EXPECT_EQ(counters.records_novel, 2u);
    EXPECT_EQ(counters.records_stale, 1u);
}

TEST_F(FastTest, RecordsPastOneHandOffAreCounted)
{
    Bytes f = gossip();
    for (uint32_t i = 0; i < SL_STEP_RECORDS_MAX + 3; i++)
        f = f + left(A, word(10 + i, SL_LEFT));
    fast.frame_bytes = 2000;
    input_bytes.reset(new uint8_t[sl_input_bytes(2000)]);
    input = (sl_input *)input_bytes.get();
    run(f);
    EXPECT_EQ(engine_records().size(), (size_t)SL_STEP_RECORDS_MAX);
    EXPECT_EQ(counters.drops[SL_DROP_RECORDS_OVER], 3u);
}

TEST_F(FastTest, AFrameLongerThanTheLimitDoesNotOverrunTheHandOff)
{
    Identity wordy("wordy", 60);
    std::string tags(SL_TAGS_BYTES_MAX, 't');
    wordy.it.tags = tags.data();
    wordy.it.tags_bytes = SL_TAGS_BYTES_MAX;
    Bytes claim = alive(STRANGER, word(0, SL_ALIVE), wordy), f = gossip();
    for (int i = 0; i < 20; i++)
        f = f + claim;
    run(f);
    EXPECT_EQ(engine_records().size(), FRAME_LIMIT / claim.size());
    EXPECT_EQ(counters.drops[SL_DROP_RECORDS_OVER], 20 - FRAME_LIMIT / claim.size());
}

TEST_F(FastTest, OneMalformedRecordDropsTheFrameBeforeAnyEffect)
{
    Bytes bad_name = alive(STRANGER, word(0, SL_ALIVE), 60);
    bad_name.back() = '\n';
    for (const Bytes &bad : {Bytes{1, 0, 0, 3}, Bytes{9, 0, 0, 4}, Bytes{0}, bad_name}) {
        uint64_t stale = counters.records_stale;
        expect_drop(ping() + accuse(B, word(9, SL_DEAD), A) + bad, SL_DROP_RECORD_MALFORMED);
        EXPECT_EQ(counters.records_stale, stale);
    }
    EXPECT_EQ(counters.records_novel, 0u);
    EXPECT_EQ(counters.pings_answered, 0u);
    EXPECT_EQ(lane.counter, 0u);
}

TEST_F(FastTest, ADoubtReachesTheEngineBeforeTheNewsOfItsFrame)
{
    EXPECT_EQ(run(gossip() + doubt(7) + doubt(8) + accuse(B, word(2, SL_SUSPECT), A)),
              SL_VERDICT_DONE);
    ASSERT_TRUE(io.to_engine);
    sl_record_cursor cursor{input->records, input->records + input->records_bytes};
    uint64_t zone_id = 0;
    EXPECT_TRUE(sl_record_next_doubt(&cursor, &zone_id));
    EXPECT_EQ(zone_id, 7u);
    EXPECT_TRUE(sl_record_next_doubt(&cursor, &zone_id));
    EXPECT_EQ(zone_id, 8u);
    EXPECT_FALSE(sl_record_next_doubt(&cursor, &zone_id));
    EXPECT_EQ(engine_records().size(), 1u);
}

TEST_F(FastTest, APingThatBringsADoubtIsAnsweredAndHandedOver)
{
    EXPECT_EQ(run(ping() + doubt(7)), SL_VERDICT_ANSWER);
    EXPECT_TRUE(io.to_engine);
    EXPECT_EQ(input->records_bytes, SL_RECORD_DOUBT_BYTES);
    EXPECT_EQ(input->record_count, 0u);
}

TEST_F(FastTest, DoubtsOfZonesThatAreKnownUnreachableCostTheEngineNothing)
{
    fast.unreachable_zones[3] = 7;
    EXPECT_EQ(run(gossip() + doubt(7)), SL_VERDICT_DONE);
    EXPECT_FALSE(io.to_engine);
    EXPECT_EQ(run(gossip() + doubt(7) + doubt(8)), SL_VERDICT_DONE);
    EXPECT_TRUE(io.to_engine);
    EXPECT_EQ(input->records_bytes, SL_RECORD_DOUBT_BYTES);
}

TEST_F(FastTest, OfManyDoubtsOnlySomeAreHandedOver)
{
    Bytes frame = gossip();
    for (uint64_t zone = 1; zone <= 2 * SL_DOUBTS_PER_FRAME; zone++)
        frame = frame + doubt(zone);
    EXPECT_EQ(run(frame), SL_VERDICT_DONE);
    EXPECT_EQ(input->records_bytes, SL_DOUBTS_PER_FRAME * SL_RECORD_DOUBT_BYTES);
}

// So many members that the cells outgrow the caches, and of whom many are not in their home line.
struct FarTable : FastTest {
    FarTable()
    {
        max_members = 60000;
        load_percent = 85;
    }

    void SetUp() override
    {
        FastTest::SetUp();
        ASSERT_TRUE(sl_view_is_far(view));
        for (uint32_t i = 10; i < max_members - 10; i++)
            add(id(i), word(3, SL_ALIVE), i);
    }

    static uint64_t id(uint32_t i)
    {
        return i * 0x9e3779b97f4a7c15ull;
    }
};

TEST_F(FarTable, EveryRecordOfAFrameIsFilteredAsWhereTablesAreSmall)
{
    for (uint32_t first = 10; first + 35 < max_members - 10; first += 35) {
        Bytes frame = gossip();
        for (uint32_t i = 0; i < 35; i++)
            frame = frame + accuse(id(first + i), word(i % 5 == 0 ? 3 : 2, SL_DEAD), B);
        run(frame);
        ASSERT_EQ(input->record_count, 7u) << first;
        ASSERT_EQ(counters.records_stale, 28u * (first - 10 + 35) / 35) << first;
    }
}

TEST_F(FarTable, AFrameWithABadRecordBehindOthersTellsNothing)
{
    Bytes bad = accuse(id(50), word(3, SL_DEAD), B);
    memset(bad.data() + 20, 0, 8); // no accuser
    for (uint32_t i = 10; i < 1000; i++)
        expect_drop(gossip() + accuse(id(i), word(3, SL_DEAD), B) + bad, SL_DROP_RECORD_MALFORMED);
}

} // namespace
