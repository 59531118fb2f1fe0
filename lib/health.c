/* SPDX-License-Identifier: BSD-3-Clause */
#include "lib/health.h"

#include "lib/assert.h"

/* A turn weighs 1/8 of the average: three silent ones in a row make more than a quarter. */
#define SILENCE_SHIFT 3
#define ONE           65536u

/* Where three quarters are silent the others are too few: a lone survivor of 200 finds 199 deaths
 * within half a minute (lan), and two such ask a dead member no more often than all did. */
#define TURNS_OF_FEW 4

static uint32_t bounded(uint32_t value, int32_t delta)
{
    int64_t sum = (int64_t)value + delta;
    if (sum < 0)
        sum = 0;
    return sum > SL_HEALTH_MAX ? SL_HEALTH_MAX : (uint32_t)sum;
}

void sl_health_add(struct sl_health *health, int32_t delta)
{
    health->score = bounded(health->score, delta);
    if (delta < 0)
        health->contradicted = bounded(health->contradicted, delta);
}

void sl_health_contradicted(struct sl_health *health)
{
    health->contradicted = bounded(health->contradicted, 1);
}

void sl_health_note_turn(struct sl_health *health, bool answered)
{
    health->silence -= health->silence >> SILENCE_SHIFT;
    if (!answered)
        health->silence += ONE >> SILENCE_SHIFT;
    health->many_died = health->silence > (health->many_died ? ONE / 64 : ONE / 4);
}

bool sl_health_is_mass_death(const struct sl_health *health)
{
    return health->silence > ONE / 4 && health->contradicted == 0;
}

bool sl_health_many_died(const struct sl_health *health)
{
    return health->many_died && health->contradicted == 0;
}

bool sl_health_is_silent_turn(const struct sl_health *health, struct sl_prng *prng)
{
    return health->silence > ONE / 4 && sl_prng_below(prng, ONE) < health->silence;
}

bool sl_health_is_mostly_silent(const struct sl_health *health)
{
    return health->silence > ONE / 2;
}

uint32_t sl_health_turns(const struct sl_health *health)
{
    return sl_health_is_mass_death(health) && health->silence > ONE / 4 * 3 ? TURNS_OF_FEW : 1;
}

uint64_t sl_health_scale(const struct sl_health *health, uint64_t duration_ns)
{
    uint32_t doubt = health->score < health->contradicted ? health->score : health->contradicted;
    return duration_ns * (doubt + 1);
}

int32_t sl_health_of_failure(uint32_t receipts_expected, uint32_t receipts_got)
{
    SL_ASSERT(receipts_got <= receipts_expected);
    return receipts_expected == 0 ? 1 : (int32_t)(receipts_expected - receipts_got);
}
