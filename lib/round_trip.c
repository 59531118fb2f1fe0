/* SPDX-License-Identifier: BSD-3-Clause */
#include "lib/round_trip.h"

#include <stdbool.h>

#define ONE 65536u /* the whole, in shares of 1/65536 */

/* A try weighs 1/32 of the average: noise of 1 % loss stays below what asks for a further try. */
#define LOSS_SHIFT 5

static uint64_t distance(uint64_t a, uint64_t b)
{
    return a > b ? a - b : b - a;
}

void sl_round_trip_note(struct sl_round_trip *path, uint64_t took_ns)
{
    if (path->smoothed_ns == 0) {
        path->smoothed_ns = took_ns > 0 ? took_ns : 1;
        path->deviation_ns = took_ns / 2;
        return;
    }
    uint64_t most_ns = 2 * sl_round_trip_timeout_ns(path);
    uint64_t sample_ns = took_ns < most_ns ? took_ns : most_ns;
    path->deviation_ns =
        path->deviation_ns - path->deviation_ns / 4 + distance(path->smoothed_ns, sample_ns) / 4;
    path->smoothed_ns = path->smoothed_ns - path->smoothed_ns / 8 + sample_ns / 8;
    if (path->smoothed_ns == 0)
        path->smoothed_ns = 1;
}

static void note_try(struct sl_round_trip *path, bool lost)
{
    path->lost -= path->lost >> LOSS_SHIFT;
    if (lost)
        path->lost += ONE >> LOSS_SHIFT;
}

void sl_round_trip_note_tries(struct sl_round_trip *path, uint32_t lost, uint32_t answered)
{
    for (uint32_t i = 0; i < lost; i++)
        note_try(path, true);
    for (uint32_t i = 0; i < answered; i++)
        note_try(path, false);
}

uint64_t sl_round_trip_timeout_ns(const struct sl_round_trip *path)
{
    return path->smoothed_ns + 4 * path->deviation_ns;
}

/* The least number of ways, each failing with this share, of which all fail less often than
 * `enough`. */
static uint32_t ways(uint32_t fails, uint32_t enough, uint32_t least, uint32_t most)
{
    uint64_t all_fail = ONE;
    uint32_t count = 0;
    while (count < most && (count < least || all_fail > enough)) {
        all_fail = all_fail * fails >> 16;
        count++;
    }
    return count;
}

uint32_t sl_round_trip_tries(const struct sl_round_trip *path, uint32_t least, uint32_t most)
{
    return ways(path->lost, ONE / 4096, least, most);
}

uint32_t sl_round_trip_helpers(const struct sl_round_trip *path, uint32_t least, uint32_t most)
{
    /* Through a helper the question and the answer each cross two paths: a round trip twice. */
    uint32_t arrives = ONE - path->lost;
    uint32_t fails = ONE - (uint32_t)((uint64_t)arrives * arrives >> 16);
    return ways(fails, ONE / 256, least, most);
}
