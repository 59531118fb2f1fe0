// SPDX-License-Identifier: BSD-3-Clause
#include <gtest/gtest.h>

#include "lib/engine_private.h"

TEST(WireNumber, IsNeverZeroAndItsLowBitsAreItsIndex)
{
    uint32_t sequence = UINT32_MAX / SL_PROBES_MAX - 2; // shortly before the wrap
    for (int i = 0; i < 8; i++) {
        for (uint32_t index : {0u, 5u, SL_PROBES_MAX - 1u}) {
            uint32_t number = sl_next_number(&sequence, SL_PROBES_MAX, index);
            EXPECT_NE(number, 0u);
            EXPECT_EQ(number % SL_PROBES_MAX, index);
        }
    }
}
