/* SPDX-License-Identifier: BSD-3-Clause */
#include "lib/health.h"

#include "lib/assert.h"

void sl_health_add(struct sl_health *health, int32_t delta)
{
    int64_t score = (int64_t)health->score + delta;
    if (score < 0)
        score = 0;
    health->score = score > SL_HEALTH_MAX ? SL_HEALTH_MAX : (uint32_t)score;
}

int32_t sl_health_of_failure(uint32_t receipts_expected, uint32_t receipts_got)
{
    SL_ASSERT(receipts_got <= receipts_expected);
    return receipts_expected == 0 ? 1 : (int32_t)(receipts_expected - receipts_got);
}
