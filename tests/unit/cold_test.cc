/* SPDX-License-Identifier: BSD-3-Clause */
#include "lib/prng.h"
#include "tests/unit/view_fixture.h"

namespace
{

using namespace view_test;

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

} // namespace
