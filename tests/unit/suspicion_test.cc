// SPDX-License-Identifier: BSD-3-Clause
// Lifeguard's suspicion time, against the tables of memberlist's suspicion_test.go.
#include <gtest/gtest.h>

extern "C" {
#include "lib/engine_private.h"
}

constexpr uint64_t kMs = 1000000;

TEST(SuspicionTimeout, FollowsMemberlistsRemainingTimeTable)
{
    const uint64_t min = 2000 * kMs, max = 30000 * kMs;
    const struct {
        uint32_t confirmations;
        uint64_t total_ms;
    } table[] = {{0, 30000}, {1, 16000}, {2, 7810}, {3, 2000}, {4, 2000}, {5, 2000}};
    for (auto &row : table) {
        uint64_t got = sl_suspicion_timeout(min, max, row.confirmations, 3);
        EXPECT_NEAR((double)got / kMs, (double)row.total_ms, 2.0) << row.confirmations;
    }
}

TEST(SuspicionTimeout, FollowsMemberlistsTimerTable)
{
    const uint64_t min = 500 * kMs, max = 2000 * kMs;
    const double total_ms[] = {2000, 1250, 810, 500};
    for (uint32_t c = 0; c < 4; c++)
        EXPECT_NEAR((double)sl_suspicion_timeout(min, max, c, 3) / kMs, total_ms[c], 2.0) << c;
}

TEST(SuspicionTimeout, WithNobodyToConfirmItIsTheMinimum)
{
    EXPECT_EQ(sl_suspicion_timeout(500 * kMs, 2000 * kMs, 0, 0), 500 * kMs);
}
