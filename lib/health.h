/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * Local health: how far this node distrusts itself (Lifeguard, section IV.A; memberlist's
 * awareness.go). A score from 0 to 7: well-answered probes lower it; refutations of one's own,
 * stalls, and failed probes whose helpers were not heard either raise it. The sicker a node thinks
 * it is, the longer it waits before it accuses. It also probes more slowly, but only as far as
 * others have contradicted it: where most members have died their silence looks like one's own
 * sickness, and then it must probe more. Pure; one thread.
 */
#include <stdbool.h>
#include <stdint.h>

#include "lib/prng.h"

#ifdef __cplusplus
extern "C" {
#endif

#define SL_HEALTH_MAX 7 /* memberlist: AwarenessMaxMultiplier 8, less one */

struct sl_health {
    uint32_t score;
    /* How often others have shown that this node is wrong: whom it accused has refuted, or it was
       accused itself. As the score, it falls with every answered probe. */
    uint32_t contradicted;
    uint32_t silence; /* share of the probes that got no answer lately, in 1/65536 */
    bool many_died;   /* that share was a quarter, and is not yet next to nothing */
};

/* Adds, within 0..SL_HEALTH_MAX. */
void sl_health_add(struct sl_health *health, int32_t delta);

/* What a failed probe says of the prober: as many points as asked helpers sent no receipt; if none
 * could be asked, one (memberlist, state.go: probeNode). */
int32_t sl_health_of_failure(uint32_t receipts_expected, uint32_t receipts_got);

void sl_health_contradicted(struct sl_health *health);

/* A member's turn has ended. */
void sl_health_note_turn(struct sl_health *health, bool answered);

/* A quarter of the members or more is silent, and nobody says that this is one's own fault. */
bool sl_health_is_mass_death(const struct sl_health *health);

/* The same, and some twenty answers on: until word of it has reached all. */
bool sl_health_many_died(const struct sl_health *health);

/* As often as members are silent, where a quarter of them or more is. */
bool sl_health_is_silent_turn(const struct sl_health *health, struct sl_prng *prng);

/* More than half of the members are silent. */
bool sl_health_is_mostly_silent(const struct sl_health *health);

/* Members to be probed in one period. */
uint32_t sl_health_turns(const struct sl_health *health);

/* duration * (1 + the lesser of score and contradictions) */
uint64_t sl_health_scale(const struct sl_health *health, uint64_t duration_ns);

#ifdef __cplusplus
}
#endif
