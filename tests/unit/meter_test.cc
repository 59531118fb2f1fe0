// SPDX-License-Identifier: BSD-3-Clause
#include "lib/meter.h"

#include <gtest/gtest.h>

#include <deque>
#include <random>
#include <utility>

TEST(Meter, NeverReportsLessThanAnyTrueSecond)
{
    sl_meter meter = {};
    std::deque<std::pair<uint64_t, uint64_t>> recent;
    std::mt19937_64 random(3);
    uint64_t now = 5000000000ull, in_second = 0;
    for (int i = 0; i < 20000; i++) {
        now += random() % 20000000;
        uint64_t bytes = random() % 1500;
        sl_meter_add(&meter, now, bytes);
        recent.emplace_back(now, bytes);
        in_second += bytes;
        while (recent.front().first + 1000000000ull <= now) {
            in_second -= recent.front().second;
            recent.pop_front();
        }
        ASSERT_GE(sl_meter_sum(&meter, now), in_second);
    }
}

TEST(Meter, ForgetsWhatIsOlderThanASecondAndAPart)
{
    sl_meter meter = {};
    sl_meter_add(&meter, 1000000000ull, 700);
    EXPECT_EQ(sl_meter_sum(&meter, 1900000000ull), 700u);
    EXPECT_EQ(sl_meter_sum(&meter, 1000000000ull + 21 * SL_METER_PART_NS), 0u);
}
