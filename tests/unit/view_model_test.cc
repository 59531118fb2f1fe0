/* SPDX-License-Identifier: BSD-3-Clause */
/* A view under random changes, beside a model. */
#include <cerrno>

#include "lib/prng.h"
#include "tests/unit/view_fixture.h"

namespace
{

using namespace view_test;

/* A view beside the std::map that says what it should hold. */
struct Model {
    struct Member {
        uint64_t word;
        uint32_t slot;
        std::string name;
        bool removed = false;
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
        Member m{alive(1 + sl_prng_below(&prng, 1000)), 0, std::to_string(sl_prng_next(&prng)),
                 false};
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
        m.removed = false;
        sl_view_raise(view.v, m.slot, m.word);
    }

    void remove()
    {
        Member &m = random_member()->second;
        m.word = sl_word_with_status(m.word, SL_LEFT);
        m.removed = true;
        sl_view_remove(view.v, m.slot, m.word);
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
            ASSERT_EQ(item.removed, at->second.removed);
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
        uint32_t by_status[4] = {}, removed = 0;
        for (const auto &m : members) {
            by_status[sl_word_status(m.second.word)]++;
            removed += m.second.removed;
        }
        ASSERT_EQ(s->removed_count, removed);
        for (int status = 0; status < 4; status++)
            ASSERT_EQ(s->count_by_status[status], by_status[status]) << status;
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
            else if (dice < 60)
                model.raise();
            else if (dice < 65)
                model.remove();
            else if (dice < 70)
                model.describe();
            else
                model.forget();
            if (step % 4 == 0) {
                uint32_t most = 1 + sl_prng_below(&model.prng, 12);
                sl_view_maintain(model.view.v, most, most);
            }
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

} // namespace
