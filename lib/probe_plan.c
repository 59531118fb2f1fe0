/* SPDX-License-Identifier: BSD-3-Clause */
#include "lib/probe_plan.h"

#include "lib/limits.h"

static uint64_t clamped(uint64_t wanted_ns, uint64_t least_ns, uint64_t configured_ns)
{
    uint64_t most_ns = SL_WAIT_STRETCH_MAX * configured_ns;
    uint64_t wait_ns = wanted_ns > least_ns ? wanted_ns : least_ns;
    return wait_ns < most_ns ? wait_ns : most_ns;
}

struct sl_probe_plan sl_probe_plan_make(const struct sl_config *c, const struct sl_round_trip *path,
                                        const struct sl_health *health, bool hasty)
{
    uint64_t try_ns = c->probe_try_interval_ns / (hasty ? 2 : 1);
    uint64_t helper_ns = c->probe_helper_wait_ns / (hasty ? 2 : 1);
    /* Where many have died so have many helpers, and what asking them costs is needed to tell. */
    uint32_t rounds = sl_health_is_mass_death(health) ? 1 : c->probe_helper_rounds;
    uint32_t helpers = c->probe_helpers * rounds;
    struct sl_probe_plan plan = {
        .tries = sl_round_trip_tries(path, c->probe_tries, SL_TRIES_MAX),
        .helpers = helpers == 0 ? 0 : sl_round_trip_helpers(path, helpers, SL_HELPERS_MAX),
        .helper_rounds = rounds,
        .try_interval_ns = try_ns,
        .last_wait_ns = clamped(sl_round_trip_timeout_ns(path), sl_health_scale(health, try_ns),
                                c->probe_try_interval_ns),
        .helper_wait_ns = clamped(0, sl_health_scale(health, helper_ns), c->probe_helper_wait_ns),
    };
    if (plan.tries > c->probe_tries && c->probe_tries > 1)
        plan.try_interval_ns = try_ns * (c->probe_tries - 1) / (plan.tries - 1);
    return plan;
}

uint64_t sl_probe_plan_helper_wait(const struct sl_config *c, const struct sl_probe_plan *plan,
                                   uint64_t helper_timeout_ns, uint64_t target_timeout_ns)
{
    return clamped(helper_timeout_ns + target_timeout_ns, plan->helper_wait_ns,
                   c->probe_helper_wait_ns);
}

uint64_t sl_probe_plan_window_ns(const struct sl_probe_plan *plan)
{
    uint64_t direct_ns = (plan->tries - 1) * plan->try_interval_ns + plan->last_wait_ns;
    uint64_t rounds = plan->helpers == 0 ? 0 : plan->helper_rounds;
    return direct_ns + rounds * plan->helper_wait_ns;
}
