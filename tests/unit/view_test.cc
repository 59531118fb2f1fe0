/* SPDX-License-Identifier: BSD-3-Clause */
#include <gtest/gtest.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "lib/prng.h"
#include "lib/view.h"

namespace
{

/* A host whose grace periods end when the test says so, or at once. */
struct Host {
    bool at_once = true;
    uint32_t asked = 0;
    std::vector<sl_retire_ticket *> under_way;
    std::map<uint64_t, const sl_cold *> shared;

    void grace_period_ends()
    {
        for (sl_retire_ticket *ticket : under_way)
            sl_retire_done(ticket);
        under_way.clear();
    }
};

void retire(void *context, sl_retire_ticket *ticket)
{
    Host *host = static_cast<Host *>(context);
    host->asked++;
    if (host->at_once)
        sl_retire_done(ticket);
    else
        host->under_way.push_back(ticket);
}

const sl_cold *shared_find(void *context, uint64_t id)
{
    Host *host = static_cast<Host *>(context);
    return host->shared.at(id);
}

struct Identity {
    std::string name, zone, tags;
    sl_identity c{};

    Identity(std::string n, std::string z = "", std::string t = "")
        : name(std::move(n)), zone(std::move(z)), tags(std::move(t))
    {
        const uint8_t ip[4] = {10, 0, 0, 1};
        c.v4 = sl_endpoint_v4(ip, 7947);
        c.name = name.data();
        c.zone = zone.data();
        c.tags = tags.data();
        c.name_bytes = static_cast<uint8_t>(name.size());
        c.zone_bytes = static_cast<uint8_t>(zone.size());
        c.tags_bytes = static_cast<uint16_t>(tags.size());
    }
};

sl_view_config config_of(Host *host, uint32_t max_members, uint32_t load_percent = 35)
{
    sl_view_config config{};
    config.cluster = sl_cluster_from_name("view-test");
    config.max_members = max_members;
    config.load_percent = load_percent;
    config.cold_bytes_per_member = 128;
    config.compacting = true;
    config.retire = retire;
    config.retire_host = host;
    return config;
}

/* A view in memory of exactly the size that the dry run counted. */
struct View {
    sl_arena arena = sl_arena_dry();
    std::unique_ptr<uint8_t, decltype(&free)> memory{nullptr, free};
    sl_view *v = nullptr;
    sl_view_config config;

    explicit View(const sl_view_config &c) : config(c)
    {
        EXPECT_EQ(sl_view_create(&arena, &config), nullptr);
        arena.size_bytes = arena.used_bytes;
        memory.reset(static_cast<uint8_t *>(aligned_alloc(SL_CACHE_LINE, arena.size_bytes)));
        memset(memory.get(), 0, arena.size_bytes);
        arena.base = memory.get();
        arena.used_bytes = 0;
        v = sl_view_create(&arena, &config);
        EXPECT_NE(v, nullptr);
        EXPECT_EQ(arena.used_bytes, arena.size_bytes);
    }

    int add(uint64_t id, uint64_t word, uint32_t *slot = nullptr,
            const std::string &name = "member")
    {
        uint32_t unused;
        Identity identity(name);
        return sl_view_add(v, id, word, &identity.c, slot == nullptr ? &unused : slot);
    }

    std::string name(uint32_t slot)
    {
        sl_identity identity = sl_cold_identity(sl_view_cold(v, slot));
        return std::string(identity.name, identity.name_bytes);
    }

    double bytes_per_member() const
    {
        return static_cast<double>(arena.size_bytes) / config.max_members;
    }
};

uint64_t alive(uint64_t generation)
{
    return sl_word(generation, 0, SL_ALIVE);
}

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
    EXPECT_EQ(sl_view_summary(view.v)->member_count, static_cast<uint32_t>(SL_CELL_PROBE_MAX));
    EXPECT_EQ(sl_view_word(view.v, id), 0u);
    EXPECT_EQ(sl_view_word(view.v, id + 1), alive(5));
}

TEST(View, ForgottenMemberReturnsIntoItsTombstone)
{
    Host host;
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
        sl_view_maintain(view.v, 1);
    }
    ASSERT_EQ(view.add(42, alive(4), &slot), 0);
    EXPECT_EQ(sl_view_word(view.v, 42), alive(4));
}

TEST(View, SlotAndColdRecordReturnOnlyAfterTheGracePeriod)
{
    Host host;
    host.at_once = false;
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
    host.at_once = false;
    View view(config_of(&host, 1000));
    std::vector<uint32_t> slots(1000);
    for (uint32_t i = 0; i < 1000; i++)
        ASSERT_EQ(view.add((i + 1ull) << 54, alive(5), &slots[i]), 0);
    for (uint32_t i = 0; i < 900; i++) {
        sl_view_forget(view.v, slots[i]);
        if (i % 10 == 0)
            sl_view_maintain(view.v, 0);
    }
    EXPECT_EQ(host.asked, 1u);
    host.grace_period_ends();
    sl_view_maintain(view.v, 0);
    EXPECT_EQ(host.asked, 2u);
    host.grace_period_ends();
    for (uint32_t i = 0; i < 900; i++)
        ASSERT_EQ(view.add((i * 2 + 1ull) << 53, alive(5)), 0);
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
    host.at_once = false;
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
    View view(config_of(&host, 2000));
    std::vector<uint32_t> slots(2000);
    for (uint32_t i = 0; i < 2000; i++)
        ASSERT_EQ(view.add((i + 1ull) << 53, alive(5), &slots[i], "m" + std::to_string(i)), 0);
    for (size_t length = 1; length <= 85; length++) {
        for (uint32_t i = 0; i < 2000; i++) {
            Identity identity("m" + std::to_string(i), "", std::string(length, 'x'));
            ASSERT_EQ(sl_view_describe(view.v, slots[i], &identity.c), 0) << length << " " << i;
            if (i % 50 == 0)
                sl_view_maintain(view.v, 0);
        }
    }
    for (uint32_t i = 0; i < 2000; i++)
        ASSERT_EQ(view.name(slots[i]), "m" + std::to_string(i));
}

TEST(Cold, RecordGivesBackEveryPartOfAnIdentity)
{
    const uint8_t six[16] = {0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 9};
    for (int families = 0; families < 4; families++) {
        Identity in(std::string(SL_NAME_BYTES_MAX, 'n'), "zone-9", "k=v");
        if (families & 1)
            in.c.v6 = sl_endpoint_v6(six, 1234);
        if (families & 2)
            in.c.v4 = sl_endpoint{};
        std::vector<uint64_t> memory(sl_cold_bytes(&in.c) / 8 + 1);
        sl_cold *cold = reinterpret_cast<sl_cold *>(memory.data());
        sl_cold_write(cold, 3, &in.c);
        EXPECT_TRUE(sl_cold_equal(cold, &in.c));
        sl_identity out = sl_cold_identity(cold);
        EXPECT_TRUE(sl_endpoint_equal(&out.v4, &in.c.v4));
        EXPECT_TRUE(sl_endpoint_equal(&out.v6, &in.c.v6));
        EXPECT_EQ(std::string(out.name, out.name_bytes), in.name);
        EXPECT_EQ(std::string(out.zone, out.zone_bytes), in.zone);
        EXPECT_EQ(std::string(out.tags, out.tags_bytes), in.tags);
        sl_endpoint both = sl_cold_endpoint(cold, true, true);
        EXPECT_EQ(both.port, families & 2 ? in.c.v6.port : 7947);
        EXPECT_EQ(sl_cold_endpoint(cold, false, true).port, in.c.v6.port);
        EXPECT_EQ(sl_cold_endpoint(cold, false, false).port, 0);
        in.c.v6.port = 99;
        EXPECT_FALSE(sl_cold_equal(cold, &in.c));
    }
}

TEST(Cold, PoolHandsOutNoUnitTwiceAndLosesNone)
{
    sl_arena arena = sl_arena_dry();
    sl_cold_pool pool;
    EXPECT_FALSE(sl_cold_pool_create(&pool, &arena, 500, 64));
    std::vector<uint64_t> memory(arena.used_bytes / 8 + 8);
    arena.base = reinterpret_cast<uint8_t *>(memory.data());
    arena.size_bytes = arena.used_bytes;
    arena.used_bytes = 0;
    ASSERT_TRUE(sl_cold_pool_create(&pool, &arena, 500, 64));

    sl_prng prng = {11};
    std::map<uint32_t, std::string> held;
    uint32_t refused = 0;
    for (uint64_t step = 1; step < 200000; step++) {
        if (sl_prng_below(&prng, 2) == 0 || held.empty()) {
            Identity identity(std::to_string(step), "",
                              std::string(sl_prng_below(&prng, 257), 'x'));
            uint32_t reference = sl_cold_pool_take(&pool, sl_cold_bytes(&identity.c));
            if (reference == 0) {
                refused++;
                continue;
            }
            sl_cold_write(sl_cold_at(&pool, reference), step, &identity.c);
            ASSERT_TRUE(held.emplace(reference, identity.name + identity.tags).second);
        } else {
            auto at = held.lower_bound(sl_prng_below(&prng, pool.unit_count));
            at = at == held.end() ? held.begin() : at;
            const sl_cold *cold = sl_cold_at(&pool, at->first);
            ASSERT_EQ(std::string(cold->text, at->second.size()), at->second);
            sl_cold_pool_give(&pool, at->first);
            held.erase(at);
        }
    }
    EXPECT_GT(refused, 0u);
    for (const auto &record : held)
        sl_cold_pool_give(&pool, record.first);
    EXPECT_EQ(pool.unused_from, 1u);
}

/* A view beside the std::map that says what it should hold. */
struct Model {
    struct Member {
        uint64_t word;
        uint32_t slot;
        std::string name;
    };
    View view;
    std::map<uint64_t, Member> members;
    std::map<int, uint32_t> refusals;
    sl_prng prng;
    uint64_t salt; /* ids are drawn from few, so that tombstones are met again */

    Model(const sl_view_config &config, uint64_t seed) : view(config), prng{seed}, salt(seed)
    {
    }

    uint64_t random_id(uint32_t kinds)
    {
        sl_prng p = {salt + sl_prng_below(&prng, kinds)};
        return sl_prng_next(&p) | 1;
    }

    std::map<uint64_t, Member>::iterator random_member()
    {
        auto at = members.lower_bound(sl_prng_next(&prng));
        return at == members.end() ? members.begin() : at;
    }

    void add(uint64_t id)
    {
        if (members.count(id) != 0)
            return;
        Member m{alive(1 + sl_prng_below(&prng, 1000)), 0, std::to_string(sl_prng_next(&prng))};
        int result = view.add(id, m.word, &m.slot, m.name);
        if (members.size() == view.config.max_members)
            ASSERT_EQ(result, -ENOSPC);
        else if (result == 0)
            members[id] = m;
        else
            refusals[result]++;
    }

    void raise()
    {
        Member &m = random_member()->second;
        m.word += 1 + sl_prng_below(&prng, 9);
        sl_view_raise(view.v, m.slot, m.word);
    }

    void describe()
    {
        Member &m = random_member()->second;
        std::string name = std::to_string(sl_prng_next(&prng));
        Identity identity(name);
        if (sl_view_describe(view.v, m.slot, &identity.c) == 0)
            m.name = name;
    }

    void forget()
    {
        auto at = random_member();
        sl_view_forget(view.v, at->second.slot);
        members.erase(at);
    }

    uint64_t hash(uint64_t first, uint64_t last)
    {
        uint64_t sum = 0;
        for (auto at = members.lower_bound(first); at != members.end() && at->first <= last; at++)
            if (sl_word_is_live(at->second.word))
                sum += sl_item_hash(&view.config.cluster, at->first,
                                    sl_word_incarnation(at->second.word));
        return sum;
    }

    void check_range(uint64_t first, uint64_t last)
    {
        sl_view_range range;
        sl_view_item item;
        sl_view_range_begin(&range, view.v, first, last);
        for (auto at = members.lower_bound(first); at != members.end() && at->first <= last; at++) {
            ASSERT_TRUE(sl_view_range_next(&range, &item));
            ASSERT_EQ(item.id, at->first);
            ASSERT_EQ(item.word, at->second.word);
            ASSERT_EQ(item.slot, at->second.slot);
            ASSERT_EQ(std::string(item.cold->text, item.cold->name_bytes), at->second.name);
        }
        ASSERT_FALSE(sl_view_range_next(&range, &item));
        ASSERT_FALSE(sl_view_range_next(&range, &item));
        ASSERT_EQ(sl_view_range_hash(view.v, first, last), hash(first, last));
    }

    void check_sums(uint32_t depth, uint32_t bucket, uint32_t bits)
    {
        uint64_t sums[1 << 8];
        sl_view_sums(view.v, depth, bucket, bits, sums);
        for (uint32_t i = 0; i < 1u << bits; i++) {
            uint32_t part = (bucket << bits) + i;
            ASSERT_EQ(sums[i],
                      hash(sl_bucket_first(depth + bits, part), sl_bucket_last(depth + bits, part)))
                << depth << " + " << bits << ", part " << part;
        }
    }

    void check_all(uint32_t kinds)
    {
        uint32_t depth = sl_prng_below(&prng, 13);
        ASSERT_NO_FATAL_FAILURE(check_sums(0, 0, sl_prng_below(&prng, 9)));
        ASSERT_NO_FATAL_FAILURE(check_sums(depth, sl_prng_below(&prng, 1u << depth), 4));
        for (uint32_t i = 0; i < kinds; i++) {
            sl_prng p = {salt + i};
            uint64_t id = sl_prng_next(&p) | 1;
            auto at = members.find(id);
            uint64_t word = at == members.end() ? 0 : at->second.word;
            uint32_t slot = at == members.end() ? SL_SLOT_NONE : at->second.slot;
            ASSERT_EQ(sl_view_word(view.v, id), word);
            ASSERT_EQ(sl_view_find(view.v, id, &word), slot);
        }
        const struct sl_view_summary *s = sl_view_summary(view.v);
        ASSERT_EQ(s->member_count, members.size());
        ASSERT_EQ(s->view_hash, hash(0, UINT64_MAX));
        check_range(0, UINT64_MAX);
    }
};

TEST(View, RangesEqualTheModelAndTheirHashesAddUp)
{
    for (uint32_t load : {35u, 61u, 88u}) {
        Host host;
        Model model(config_of(&host, 500, load), load);
        while (model.members.size() < 500)
            model.add(model.random_id(100000));
        for (int i = 0; i < 300; i++) {
            uint64_t cut = sl_prng_next(&model.prng), last = cut | (UINT64_MAX >> 8);
            ASSERT_NO_FATAL_FAILURE(model.check_range(cut, last));
            ASSERT_NO_FATAL_FAILURE(model.check_range(model.random_member()->first, last));
            ASSERT_NO_FATAL_FAILURE(model.check_range(0, model.random_member()->first));
            ASSERT_EQ(sl_view_range_hash(model.view.v, 0, cut - 1) +
                          sl_view_range_hash(model.view.v, cut, UINT64_MAX),
                      sl_view_summary(model.view.v)->view_hash);
        }
        ASSERT_NO_FATAL_FAILURE(model.check_range(9, 8));
    }
}

/* Every member's slot stays, nobody is missed and nothing goes back while tables change under
 * random churn. */
TEST(View, CompactionUnderChurnEqualsTheModel)
{
    const uint32_t kinds = 3000;
    for (uint64_t seed = 1; seed <= 4; seed++) {
        Host host;
        host.at_once = seed % 2 == 0;
        Model model(config_of(&host, 400, seed <= 2 ? 35 : 75), seed);
        uint32_t copies = 0, checks_in_copy = 0;
        bool was_copying = false;
        for (uint32_t step = 0; step < 25000; step++) {
            uint32_t dice = sl_prng_below(&model.prng, 100);
            if (dice < 40 || model.members.size() < 10)
                ASSERT_NO_FATAL_FAILURE(model.add(model.random_id(kinds)));
            else if (dice < 65)
                model.raise();
            else if (dice < 70)
                model.describe();
            else
                model.forget();
            if (step % 4 == 0)
                sl_view_maintain(model.view.v, 1 + sl_prng_below(&model.prng, 12));
            if (step % 37 == 0)
                host.grace_period_ends();
            const sl_table *table = reinterpret_cast<const sl_table *>(model.view.v);
            bool is_copying = table->phase == SL_TABLE_COPYING;
            copies += is_copying && !was_copying;
            was_copying = is_copying;
            if (step % 2500 == 0 || (is_copying && step % 250 == 0)) {
                ASSERT_NO_FATAL_FAILURE(model.check_all(kinds)) << "seed " << seed;
                checks_in_copy += is_copying;
            }
        }
        /* -ENOBUFS: free slots in their grace period; -EXFULL: a home crowded by tombstones before
           the copy ends.
         */
        EXPECT_EQ(model.refusals[-ENOBUFS] != 0, !host.at_once) << "seed " << seed;
        EXPECT_LE(model.refusals[-EXFULL], 100u) << "seed " << seed;
        EXPECT_EQ(model.refusals.size(), 2u) << "seed " << seed;
        EXPECT_GT(copies, 3u) << "seed " << seed;
        EXPECT_GT(checks_in_copy, 10u) << "seed " << seed;
    }
}

TEST(View, MaintenanceTouchesNoMoreCellsThanAllowed)
{
    Host host;
    View view(config_of(&host, 1000));
    const sl_table *table = reinterpret_cast<const sl_table *>(view.v);
    uint32_t slot;
    for (uint64_t i = 1; table->tombstones <= table->cell_count / 8; i++) {
        ASSERT_EQ(view.add(i << 53, alive(5), &slot), 0);
        sl_view_forget(view.v, slot);
    }
    uint32_t calls = 0;
    while (sl_view_maintain(view.v, 100))
        calls++;
    EXPECT_GE(calls, 2 * (table->cell_count / 100));
    EXPECT_EQ(table->phase, SL_TABLE_SETTLED);
    EXPECT_EQ(table->tombstones, 0u);
}

TEST(View, OldTableIsNotWipedBeforeItsGracePeriod)
{
    Host host;
    host.at_once = false;
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
    while (sl_view_maintain(view.v, 10))
        ;
    ASSERT_EQ(table->phase, SL_TABLE_RETIRED);
    for (int i = 0; i < 100; i++)
        sl_view_maintain(view.v, 1000);
    EXPECT_NE(table->now, before);
    EXPECT_EQ(before[sl_table_home(table, 1ull << 63)].word, alive(5));
    for (int i = 0; i < 3; i++) { /* the batch before the table's, the table's, the wiping */
        host.grace_period_ends();
        sl_view_maintain(view.v, 1000);
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

} // namespace
