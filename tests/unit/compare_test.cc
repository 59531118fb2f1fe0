// SPDX-License-Identifier: BSD-3-Clause
// What two views tell each other of the members that one of them lacks.
extern "C" {
#include "lib/compare_part.h"
}

#include "tests/unit/view_fixture.h"

using namespace view_test;

namespace
{

class Compare : public testing::Test
{
  protected:
    Compare()
    {
        uint32_t slot;
        EXPECT_EQ(view.add(7, alive(3), &slot, "seven"), 0);
        member = {7, alive(3), slot, false, sl_view_cold(view.v, slot)};
        c.view = view.v;
        c.out = out;
    }

    Host host;
    View view{config_of(&host, 16)};
    sl_view_item member{};
    uint8_t out[256];
    sl_compare c{};
};

TEST_F(Compare, AMemberThatFindsNoRoomIsLeftOutAndNotCountedAsTold)
{
    ASSERT_TRUE(sl_compare_tell(&c, &member, sizeof(out)));
    EXPECT_EQ(c.told, 1u);
    EXPECT_FALSE(c.left_out);
    uint32_t length = c.length_bytes;
    EXPECT_FALSE(sl_compare_tell(&c, &member, 2 * length - 1));
    EXPECT_EQ(c.told, 1u) << "the next frame of the turn begins with it";
    EXPECT_EQ(c.length_bytes, length);
    EXPECT_TRUE(c.left_out);
    EXPECT_FALSE(sl_compare_tell(&c, &member, length)) << "nor where no byte is left";
    EXPECT_EQ(c.told, 1u);
}

TEST_F(Compare, WhatAnEarlierFrameOfTheTurnHasToldIsPassedOver)
{
    c.skip = 1;
    EXPECT_TRUE(sl_compare_tell(&c, &member, sizeof(out)));
    EXPECT_EQ(c.length_bytes, 0u);
    EXPECT_TRUE(sl_compare_tell(&c, &member, sizeof(out)));
    EXPECT_GT(c.length_bytes, 0u);
}

} // namespace
