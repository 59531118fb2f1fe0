/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * Local health: how far this node distrusts itself (Lifeguard, section IV.A; memberlist's
 * awareness.go). A score from 0 to 7: well-answered probes lower it; refutations of one's own,
 * stalls, and failed probes whose helpers were not heard either raise it. The sicker a node thinks
 * it is, the more slowly it probes and the longer it waits before it accuses. Pure; one thread.
 */
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define SL_HEALTH_MAX 7 /* memberlist: AwarenessMaxMultiplier 8, less one */

struct sl_health {
    uint32_t score;
};

/* Adds, within 0..SL_HEALTH_MAX. */
void sl_health_add(struct sl_health *health, int32_t delta);

/* What a failed probe says of the prober: as many points as asked helpers sent no receipt; if none
 * could be asked, one (memberlist, state.go: probeNode). */
int32_t sl_health_of_failure(uint32_t receipts_expected, uint32_t receipts_got);

/* duration * (score + 1) */
static inline uint64_t sl_health_scale(const struct sl_health *health, uint64_t duration_ns)
{
    return duration_ns * (health->score + 1);
}

#ifdef __cplusplus
}
#endif
