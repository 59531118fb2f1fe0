// SPDX-License-Identifier: BSD-3-Clause
#include <gtest/gtest.h>

#include <set>

#include "lib/acquaintances.h"

namespace
{

sl_endpoint at(uint8_t i)
{
    const uint8_t ip[4] = {10, 0, 0, i};
    return sl_endpoint_v4(ip, 7947);
}

class Acquaintances : public ::testing::Test
{
  protected:
    void note(uint64_t id, uint8_t where)
    {
        sl_endpoint endpoint = at(where);
        sl_acquaintances_note(&all, id, &endpoint);
    }

    std::set<uint64_t> known()
    {
        std::set<uint64_t> ids;
        for (int i = 0; i < 2000; i++) {
            const sl_acquaintance *one = sl_acquaintances_pick(&all, &prng);
            if (one != nullptr)
                ids.insert(one->id);
        }
        return ids;
    }

    sl_acquaintances all = {};
    sl_prng prng = {1};
};

TEST_F(Acquaintances, AtFirstThereAreNone)
{
    EXPECT_TRUE(known().empty());
}

TEST_F(Acquaintances, EachIsKeptOnceAtItsLastAddress)
{
    note(7, 1);
    note(8, 2);
    note(7, 3);
    EXPECT_EQ(known(), (std::set<uint64_t>{7, 8}));
    EXPECT_EQ(all.count, 2u);
    sl_endpoint moved = at(3);
    EXPECT_TRUE(sl_endpoint_equal(&all.all[0].endpoint, &moved));
}

TEST_F(Acquaintances, TheOldestGivesWay)
{
    for (uint64_t id = 1; id <= SL_ACQUAINTANCES_MAX + 1; id++)
        note(id, (uint8_t)id);
    std::set<uint64_t> ids = known();
    EXPECT_EQ(ids.size(), (size_t)SL_ACQUAINTANCES_MAX);
    EXPECT_EQ(ids.count(1), 0u);
    EXPECT_EQ(ids.count(SL_ACQUAINTANCES_MAX + 1), 1u);
}

} // namespace
