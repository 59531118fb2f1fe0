/* SPDX-License-Identifier: BSD-3-Clause */
#include <cerrno>

#include "lib/prng.h"
#include "tests/unit/view_fixture.h"

namespace
{

using namespace view_test;

TEST(View, AddedMemberIsFoundByIdAndSlot)
{
    Host host;
    View view(config_of(&host, 16));
    uint32_t slot;
    ASSERT_EQ(view.add(77, alive(5), &slot, "alpha"), 0);
    EXPECT_EQ(sl_view_word(view.v, 77), alive(5));
    uint64_t word;
    EXPECT_EQ(sl_view_find(view.v, 77, &word), slot);
    EXPECT_EQ(word, alive(5));
    EXPECT_EQ(sl_view_slot_id(view.v, slot), 77u);
    EXPECT_EQ(sl_view_slot_word(view.v, slot), alive(5));
    EXPECT_EQ(sl_view_cold(view.v, slot)->id, 77u);
    EXPECT_EQ(view.name(slot), "alpha");
}

TEST(View, ProvingTheLastMemberTouchesNoOther)
{
    constexpr uint32_t kMembers = 4096;
    Host host;
    View view(config_of(&host, kMembers));
    std::vector<uint32_t> slots(kMembers);
    for (uint32_t i = 0; i < kMembers; i++)
        ASSERT_EQ(
            view.add(0x9e3779b97f4a7c15ull * (i + 1), alive(3), &slots[i], "m" + std::to_string(i)),
            0);
    sl_view_prove(view.v, slots.back());
    for (uint32_t i = 0; i < kMembers; i++) {
        ASSERT_EQ(view.name(slots[i]), "m" + std::to_string(i));
        ASSERT_EQ(sl_view_is_proven(view.v, slots[i]), i + 1 == kMembers);
    }
}

TEST(View, UnknownIdAndIdZeroHaveWordZeroAndNoSlot)
{
    Host host;
    View view(config_of(&host, 16));
    view.add(1, alive(5)); /* beside the cell that id 0 would have */
    uint64_t word = 1;
    EXPECT_EQ(sl_view_word(view.v, 0), 0u);
    EXPECT_EQ(sl_view_word(view.v, 2), 0u);
    EXPECT_EQ(sl_view_find(view.v, 0, &word), SL_SLOT_NONE);
    EXPECT_EQ(word, 0u);
    EXPECT_EQ(sl_view_find(view.v, UINT64_MAX, nullptr), SL_SLOT_NONE);
    EXPECT_EQ(sl_view_cold(view.v, 5), nullptr);
    EXPECT_EQ(sl_view_cold(view.v, SL_SLOT_NONE), nullptr);
    EXPECT_EQ(sl_view_slot_word(view.v, 5), 0u);
    EXPECT_EQ(sl_view_slot_id(view.v, 5), 0u);
}

TEST(View, SummaryCountsLiveMembersAndSumsTheirHashes)
{
    Host host;
    View view(config_of(&host, 16));
    const sl_cluster *cluster = &view.config.cluster;
    const struct sl_view_summary *s = sl_view_summary(view.v);
    uint32_t a, b;
    view.add(10, alive(5), &a);
    view.add(20, sl_word(6, 0, SL_DEAD), &b);
    uint64_t a_hash = sl_item_hash(cluster, 10, sl_word_incarnation(alive(5)));
    EXPECT_EQ(s->view_hash, a_hash);
    EXPECT_EQ(s->live_count, 1u);
    EXPECT_EQ(s->member_count, 2u);

    sl_view_raise(view.v, a, sl_word(5, 0, SL_SUSPECT));
    EXPECT_EQ(s->view_hash, a_hash);
    sl_view_raise(view.v, a, sl_word(5, 1, SL_ALIVE));
    a_hash = sl_item_hash(cluster, 10, sl_word_incarnation(sl_word(5, 1, SL_ALIVE)));
    EXPECT_EQ(s->view_hash, a_hash);
    sl_view_raise(view.v, b, alive(7));
    uint64_t b_hash = sl_item_hash(cluster, 20, sl_word_incarnation(alive(7)));
    EXPECT_EQ(s->view_hash, a_hash + b_hash);
    EXPECT_EQ(s->live_count, 2u);
    sl_view_raise(view.v, a, sl_word(5, 1, SL_LEFT));
    EXPECT_EQ(s->view_hash, b_hash);
    sl_view_forget(view.v, a);
    EXPECT_EQ(s->view_hash, b_hash);
    sl_view_forget(view.v, b);
    EXPECT_EQ(s->view_hash, 0u);
    EXPECT_EQ(s->live_count, 0u);
    EXPECT_EQ(s->member_count, 0u);
}

TEST(View, AddPastMaxMembersIsRefusedAndChangesNothing)
{
    Host host;
    View view(config_of(&host, 8));
    for (uint64_t i = 1; i <= 8; i++)
        ASSERT_EQ(view.add(i << 60, alive(5)), 0);
    uint64_t hash = sl_view_summary(view.v)->view_hash;
    EXPECT_EQ(view.add(99, alive(5)), -ENOSPC);
    EXPECT_EQ(sl_view_word(view.v, 99), 0u);
    EXPECT_EQ(sl_view_summary(view.v)->view_hash, hash);
    EXPECT_EQ(sl_view_summary(view.v)->member_count, 8u);
}

TEST(View, MembersCrowdedAtOneHomeAreRefusedBeforeLookupsMissThem)
{
    Host host;
    View view(config_of(&host, 1000));
    int result = 0;
    uint64_t id = 1;
    for (; id <= 1000 && result == 0; id++)
        result = view.add(id, alive(id)); /* neighbouring ids share a home */
    EXPECT_EQ(result, -EXFULL);
    uint32_t count = sl_view_summary(view.v)->member_count;
    EXPECT_GE(count, static_cast<uint32_t>(SL_CELL_PROBE_MAX));
    for (uint64_t known = 1; known <= count; known++)
        EXPECT_EQ(sl_view_word(view.v, known), alive(known));
    EXPECT_EQ(sl_view_word(view.v, count + 1), 0u);
    EXPECT_EQ(view.add(1ull << 63, alive(5)), 0);
}

TEST(View, CellsBehindTheLastHomeTakeItsOverflowUpToTheSentinel)
{
    Host host;
    View view(config_of(&host, 1000));
    uint64_t id = UINT64_MAX;
    while (view.add(id, alive(5)) == 0)
        id--;
    EXPECT_EQ(sl_view_summary(view.v)->member_count,
              static_cast<uint32_t>(SL_LINE_CELLS + SL_CELL_PROBE_MAX - 1));
    EXPECT_EQ(sl_view_word(view.v, id), 0u);
    EXPECT_EQ(sl_view_word(view.v, id + 1), alive(5));
}

TEST(View, ForgottenMemberReturnsIntoItsTombstone)
{
    Host host;
    host.at_once = true;
    sl_view_config config = config_of(&host, 4, 95);
    config.compacting = false;
    View view(config);
    uint32_t slot;
    for (int i = 0; i < 1000; i++) {
        ASSERT_EQ(view.add(42, alive(5), &slot), 0);
        sl_view_forget(view.v, slot);
        EXPECT_EQ(sl_view_word(view.v, 42), 0u);
        EXPECT_EQ(sl_view_find(view.v, 42, nullptr), SL_SLOT_NONE);
        EXPECT_EQ(sl_view_cold(view.v, slot), nullptr);
        sl_view_maintain(view.v, 1, 1);
    }
    ASSERT_EQ(view.add(42, alive(4), &slot), 0);
    EXPECT_EQ(sl_view_word(view.v, 42), alive(4));
}

TEST(View, SlotAndColdRecordReturnOnlyAfterTheGracePeriod)
{
    Host host;
    View view(config_of(&host, 2));
    uint32_t a, b, c;
    view.add(1ull << 60, alive(5), &a, "first");
    view.add(2ull << 60, alive(5), &b, "second");
    const sl_cold *held = sl_view_cold(view.v, a);
    sl_view_forget(view.v, a);
    EXPECT_EQ(view.add(3ull << 60, alive(5), &c), -ENOBUFS);
    EXPECT_EQ(host.asked, 1u);
    EXPECT_EQ(view.add(3ull << 60, alive(5), &c), -ENOBUFS);
    EXPECT_EQ(std::string(held->text, held->name_bytes), "first");
    host.grace_period_ends();
    EXPECT_EQ(view.add(3ull << 60, alive(5), &c), 0);
    EXPECT_EQ(c, a);
    EXPECT_EQ(host.asked, 1u);
}

TEST(View, OneGracePeriodServesAllThatWasRetiredBeforeIt)
{
    Host host;
    View view(config_of(&host, 1000));
    std::vector<uint32_t> slots(1000);
    for (uint32_t i = 0; i < 1000; i++)
        ASSERT_EQ(view.add((i + 1ull) << 54, alive(5), &slots[i]), 0);
    for (uint32_t i = 0; i < 900; i++) {
        sl_view_forget(view.v, slots[i]);
        if (i % 10 == 0)
            sl_view_maintain(view.v, 0, 0);
    }
    EXPECT_EQ(host.asked, 1u);
    host.grace_period_ends();
    sl_view_maintain(view.v, 0, 0);
    EXPECT_EQ(host.asked, 2u);
    host.grace_period_ends();
    for (uint32_t i = 0; i < 900; i++)
        ASSERT_EQ(view.add((i * 2 + 1ull) << 53, alive(5)), 0);
}

TEST(View, RecordsReturnAFewAtATimeButSlotsAtOnceBehindTheirGracePeriod)
{
    Host host;
    View view(config_of(&host, 1000));
    std::vector<uint32_t> slots(100);
    for (uint32_t i = 0; i < 100; i++)
        ASSERT_EQ(view.add((i + 1ull) << 57, alive(5), &slots[i]), 0);
    for (uint32_t slot : slots)
        sl_view_forget(view.v, slot);
    EXPECT_FALSE(sl_view_maintain(view.v, 10, 10));
    host.grace_period_ends();
    for (uint32_t given = 10; given <= 90; given += 10) {
        EXPECT_TRUE(sl_view_maintain(view.v, 10, 10));
        EXPECT_EQ(sl_view_upkeep_done(view.v).records, given);
    }
    for (uint32_t i = 0; i < 100; i++)
        ASSERT_EQ(view.add((i * 2 + 1ull) << 56, alive(5)), 0);
    EXPECT_FALSE(sl_view_maintain(view.v, 10, 10));
    EXPECT_EQ(sl_view_upkeep_done(view.v).records, 100u);
}

TEST(View, DryPoolTakesFromWhatNobodyReadsAnyMore)
{
    Host host;
    sl_view_config config = config_of(&host, 200);
    config.cold_bytes_per_member = 32;
    View view(config);
    std::string tags(SL_TAGS_BYTES_MAX, 't');
    uint32_t slot, replaced = 0;
    ASSERT_EQ(view.add(1, alive(5), &slot, "a"), 0);
    auto replace = [&] {
        tags[0] = static_cast<char>('a' + ++replaced % 26);
        Identity identity("a", "", tags);
        return sl_view_describe(view.v, slot, &identity.c);
    };
    while (replace() == 0)
        ;
    uint32_t refused_at = replaced;
    host.grace_period_ends();
    while (replace() == 0)
        ;
    /* all but what gathers since, and no more given back than was asked for */
    EXPECT_GE(replaced, 2 * refused_at - 3);
    EXPECT_LE(sl_view_upkeep_done(view.v).records, replaced - refused_at + 1);
}

TEST(View, DescribeReplacesTheRecordOnlyIfItDiffers)
{
    Host host;
    View view(config_of(&host, 16));
    uint32_t slot;
    view.add(7, alive(5), &slot, "alpha");
    const sl_cold *before = sl_view_cold(view.v, slot);
    Identity same("alpha");
    EXPECT_EQ(sl_view_describe(view.v, slot, &same.c), 0);
    EXPECT_EQ(sl_view_cold(view.v, slot), before);

    Identity other("alpha", "north", "role=edge");
    EXPECT_EQ(sl_view_describe(view.v, slot, &other.c), 0);
    sl_identity now = sl_cold_identity(sl_view_cold(view.v, slot));
    EXPECT_EQ(std::string(now.zone, now.zone_bytes), "north");
    EXPECT_EQ(std::string(now.tags, now.tags_bytes), "role=edge");
    EXPECT_EQ(sl_view_cold(view.v, slot)->id, 7u);
}

TEST(View, NoColdRecordFreeIsRefusedAndTheOldOneStays)
{
    Host host;
    sl_view_config config = config_of(&host, 200);
    config.cold_bytes_per_member = 32;
    View view(config);
    const std::string long_tags(SL_TAGS_BYTES_MAX, 't');
    uint32_t slot;
    ASSERT_EQ(view.add(1, alive(5), &slot, "a"), 0);
    std::string tags = long_tags;
    int result = 0;
    for (int i = 0; i < 1000 && result == 0; i++) {
        tags[0] = static_cast<char>('a' + i % 26);
        Identity identity("a", "", tags);
        result = sl_view_describe(view.v, slot, &identity.c);
    }
    EXPECT_EQ(result, -ENOBUFS);
    EXPECT_NE(sl_view_cold(view.v, slot), nullptr);
    EXPECT_EQ(sl_view_cold(view.v, slot)->tags_bytes, SL_TAGS_BYTES_MAX);

    Identity big("b", "", long_tags);
    uint32_t refused;
    EXPECT_EQ(sl_view_add(view.v, 2, alive(5), &big.c, &refused), -ENOBUFS);
    EXPECT_EQ(sl_view_summary(view.v)->member_count, 1u);
    host.grace_period_ends();
    EXPECT_EQ(sl_view_add(view.v, 2, alive(5), &big.c, &refused), 0);
}

TEST(View, LongerTagsOfAllMembersFitThoughNoHoleOfTheirOldSizeDoes)
{
    Host host;
    host.at_once = true;
    View view(config_of(&host, 2000));
    std::vector<uint32_t> slots(2000);
    for (uint32_t i = 0; i < 2000; i++)
        ASSERT_EQ(view.add((i + 1ull) << 53, alive(5), &slots[i], "m" + std::to_string(i)), 0);
    for (size_t length = 1; length <= 85; length++) {
        for (uint32_t i = 0; i < 2000; i++) {
            Identity identity("m" + std::to_string(i), "", std::string(length, 'x'));
            ASSERT_EQ(sl_view_describe(view.v, slots[i], &identity.c), 0) << length << " " << i;
            if (i % 50 == 0)
                sl_view_maintain(view.v, 50, 50);
        }
    }
    for (uint32_t i = 0; i < 2000; i++)
        ASSERT_EQ(view.name(slots[i]), "m" + std::to_string(i));
}

TEST(View, MaintenanceTouchesNoMoreCellsThanAllowed)
{
    Host host;
    host.at_once = true;
    View view(config_of(&host, 1000));
    const sl_table *table = reinterpret_cast<const sl_table *>(view.v);
    uint32_t slot;
    for (uint64_t i = 1; table->tombstones <= table->cell_count / 8; i++) {
        ASSERT_EQ(view.add(i << 53, alive(5), &slot), 0);
        sl_view_forget(view.v, slot);
    }
    uint32_t calls = 0;
    while (sl_view_maintain(view.v, 100, 100))
        calls++;
    EXPECT_GE(calls, 2 * (table->cell_count / 100));
    EXPECT_EQ(table->phase, SL_TABLE_SETTLED);
    EXPECT_EQ(table->tombstones, 0u);
}

TEST(View, OldTableIsNotWipedBeforeItsGracePeriod)
{
    Host host;
    View view(config_of(&host, 100));
    const sl_table *table = reinterpret_cast<const sl_table *>(view.v);
    uint32_t slot;
    view.add(1ull << 63, alive(5), &slot);
    for (uint64_t i = 1; table->tombstones <= table->cell_count / 8; i++) {
        uint32_t other;
        ASSERT_EQ(view.add(i << 56, alive(5), &other), 0);
        sl_view_forget(view.v, other);
    }
    const sl_cell *before = table->now;
    while (sl_view_maintain(view.v, 10, 10))
        ;
    ASSERT_EQ(table->phase, SL_TABLE_RETIRED);
    for (int i = 0; i < 100; i++)
        sl_view_maintain(view.v, 1000, 1000);
    EXPECT_NE(table->now, before);
    EXPECT_EQ(before[sl_table_home(table, 1ull << 63)].word, alive(5));
    for (int i = 0; i < 3; i++) { /* the batch before the table's, the table's, the wiping */
        host.grace_period_ends();
        sl_view_maintain(view.v, 1000, 1000);
    }
    EXPECT_EQ(before[sl_table_home(table, 1ull << 63)].word, 0u);
    EXPECT_EQ(sl_view_word(view.v, 1ull << 63), alive(5));
    EXPECT_EQ(sl_view_slot_id(view.v, slot), 1ull << 63);
}

TEST(View, MillionMembersWithOwnColdRecordsFitIn104BytesEach)
{
    Host host;
    sl_view_config config = config_of(&host, 1000000, 75);
    config.cold_bytes_per_member = 40; /* IPv4, a name of 12 bytes */
    View view(config);
    EXPECT_LE(view.bytes_per_member(), 104.0);
    RecordProperty("bytes_per_member", std::to_string(view.bytes_per_member()));
    sl_prng prng = {1};
    for (uint32_t i = 0; i < 1000000; i++)
        ASSERT_EQ(view.add(sl_prng_next(&prng), alive(5), nullptr, "member-12345"), 0) << i;
}

TEST(View, PackedViewWithSharedColdRecordsFitsIn36BytesPerPeer)
{
    Host host;
    sl_view_config config = config_of(&host, 10000, 88);
    config.compacting = false;
    config.shared_cold = shared_find;
    config.shared_cold_host = &host;
    View view(config);
    EXPECT_LE(view.bytes_per_member(), 28.0); /* budget: 36 */
    RecordProperty("bytes_per_member", std::to_string(view.bytes_per_member()));

    std::vector<uint64_t> memory(8);
    sl_cold *cold = reinterpret_cast<sl_cold *>(memory.data());
    Identity identity("shared");
    sl_cold_write(cold, 1, &identity.c);
    sl_prng prng = {1};
    std::vector<uint32_t> slots(10000);
    for (uint32_t i = 0; i < 10000; i++) {
        uint64_t id = sl_prng_next(&prng);
        ASSERT_EQ(sl_view_add(view.v, id, alive(i + 1), nullptr, &slots[i]), 0) << i;
        host.shared[id] = cold;
    }
    EXPECT_EQ(sl_view_cold(view.v, slots[5]), cold);
    EXPECT_EQ(sl_view_describe(view.v, slots[5], nullptr), 0);
    sl_view_forget(view.v, slots[5]);
    EXPECT_EQ(sl_view_cold(view.v, slots[5]), nullptr);
    uint32_t count = 0;
    sl_view_range range;
    sl_view_item item;
    sl_view_range_begin(&range, view.v, 0, UINT64_MAX);
    while (sl_view_range_next(&range, &item))
        count += item.cold == cold;
    EXPECT_EQ(count, 9999u);
}

/* Phantoms that only who looks into empty blocks would meet: a view with room for many and few
 * members is read in the time that the members take. */
TEST(View, RangesDoNotLookWhereNobodyIs)
{
    Host host;
    View view(config_of(&host, 100000));
    std::vector<uint32_t> slots(3);
    for (uint64_t i = 0; i < 3; i++)
        ASSERT_EQ(view.add((i + 1) << 62, alive(5), &slots[i]), 0);
    sl_view_forget(view.v, slots[1]);
    sl_table *table = reinterpret_cast<sl_table *>(view.v);
    for (uint64_t number = 1; number < 1000; number++) {
        uint64_t id = number << 54, at = sl_table_home(table, id);
        uint64_t apart = at / SL_BLOCK_CELLS;
        if (apart == sl_table_home(table, 1ull << 62) / SL_BLOCK_CELLS ||
            apart == sl_table_home(table, 3ull << 62) / SL_BLOCK_CELLS)
            continue;
        table->cells[at] = {id, alive(9)};
    }
    sl_view_range range;
    sl_view_item item;
    sl_view_range_begin(&range, view.v, 0, UINT64_MAX);
    ASSERT_TRUE(sl_view_range_next(&range, &item));
    EXPECT_EQ(item.id, 1ull << 62);
    ASSERT_TRUE(sl_view_range_next(&range, &item));
    EXPECT_EQ(item.id, 3ull << 62);
    EXPECT_FALSE(sl_view_range_next(&range, &item));
    EXPECT_EQ(sl_view_range_hash(view.v, 0, UINT64_MAX), sl_view_summary(view.v)->view_hash);
}

} // namespace
