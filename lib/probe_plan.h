/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * How one probe will ask: as configured, and more patiently or insistently where the path or this
 * node's own health demand it. Tries overlap: more of them are sent within the same time. Pure.
 */
#include <stdbool.h>

#include "lib/config.h"
#include "lib/health.h"
#include "lib/round_trip.h"

#ifdef __cplusplus
extern "C" {
#endif

/* No wait is stretched further, so that even the sickest node and the slowest path bring a verdict
   in four times the configured time, which detection by others hides. */
#define SL_WAIT_STRETCH_MAX 4

struct sl_probe_plan {
    uint32_t tries;
    uint32_t helpers; /* of all rounds */
    uint32_t helper_rounds;
    uint64_t try_interval_ns; /* from try to try */
    uint64_t last_wait_ns;    /* behind the last */
    uint64_t helper_wait_ns;  /* behind each round of helpers, at least */
};

/* hasty: in half the configured time, where the path allows. So asks the final probe: a member that
   pauses was given the time already, before it was accused. */
struct sl_probe_plan sl_probe_plan_make(const struct sl_config *config,
                                        const struct sl_round_trip *path,
                                        const struct sl_health *health, bool hasty);

/* Behind a round of helpers: through the slowest of them, and on to the target. */
uint64_t sl_probe_plan_helper_wait(const struct sl_config *config, const struct sl_probe_plan *plan,
                                   uint64_t helper_timeout_ns, uint64_t target_timeout_ns);

/* From the first try to the verdict, if nobody answers. */
uint64_t sl_probe_plan_window_ns(const struct sl_probe_plan *plan);

#ifdef __cplusplus
}
#endif
