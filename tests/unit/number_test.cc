// SPDX-License-Identifier: BSD-3-Clause
#include <gtest/gtest.h>

#include <set>

#include "lib/engine_private.h"

TEST(WireNumber, IsNeverZeroAndItsLowBitsAreItsIndex)
{
    sl_prng numbers = {1};
    for (int i = 0; i < 1000; i++) {
        for (uint32_t index : {0u, 5u, SL_PROBES_MAX - 1u}) {
            uint32_t number = sl_next_number(&numbers, SL_PROBES_MAX, index);
            EXPECT_GE(number, SL_PROBES_MAX);
            EXPECT_EQ(number % SL_PROBES_MAX, index);
        }
    }
}

TEST(WireNumber, TellsNothingOfTheNext)
{
    sl_prng numbers = {1};
    std::set<uint32_t> steps;
    uint32_t before = sl_next_number(&numbers, 1024, 0);
    for (int i = 0; i < 1000; i++) {
        uint32_t number = sl_next_number(&numbers, 1024, 0);
        steps.insert(number - before);
        before = number;
    }
    EXPECT_GT(steps.size(), 990u);
}
