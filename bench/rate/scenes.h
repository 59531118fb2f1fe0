/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* What happens to the two nodes of churn.h, one scene after the other, in one life. */
#include "bench/rate/churn.h"

#ifdef __cplusplus
extern "C" {
#endif

struct bench_scene {
    const char *name, *text;
    uint32_t turns_per_1000; /* of each 1,000 members there are: so many turns at most */
    uint64_t turn_ns;
    uint32_t grace_turns; /* that a grace period takes */
    void (*act)(struct bench_churn *churn, uint32_t turn);
    bool (*is_over)(const struct bench_churn *churn); /* NULL: when the turns are over */
};

#define BENCH_SCENES 8

extern const struct bench_scene bench_scenes[BENCH_SCENES];

#ifdef __cplusplus
}
#endif
