/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Evidence against oneself. A node that stood still, lost what was sent to it or hears nobody at
 * all must not take that for the others' silence: its questions and its own accusations are put
 * off, and it thinks worse of its health. Lifeguard's health alone only makes a cut-off node slower
 * in declaring everybody dead; DAOS calls this glitch detection.
 */
#include "lib/engine_private.h"

/* As long as Lifeguard would let the sickest node wait: past this, evidence against oneself no
   longer counts, or the last survivor would never notice that it is alone. */
static uint64_t patience_ns(const struct sl_engine *e)
{
    return (SL_HEALTH_MAX + 1) * e->config.suspicion_max_ns;
}

void sl_engine_feels(struct sl_engine *e, int32_t delta)
{
    sl_health_add(&e->health, delta);
    __atomic_store_n(&e->stats.health, (uint64_t)e->health.score, __ATOMIC_RELAXED);
}

void sl_engine_contradicted(struct sl_engine *e)
{
    sl_health_contradicted(&e->health);
    sl_engine_feels(e, 1);
}

void sl_engine_publish_paths(struct sl_engine *e)
{
    uint64_t slowest_ns = 0, lost = 0;
    for (uint32_t i = 0; i < e->zones.count; i++) {
        const struct sl_round_trip *path = &e->paths[i];
        slowest_ns = path->smoothed_ns > slowest_ns ? path->smoothed_ns : slowest_ns;
        lost = path->lost > lost ? path->lost : lost;
    }
    __atomic_store_n(&e->stats.path_round_trip_ns, slowest_ns, __ATOMIC_RELAXED);
    __atomic_store_n(&e->stats.path_lost_permille, lost * 1000 >> 16, __ATOMIC_RELAXED);
}

bool sl_engine_is_cut_off(const struct sl_engine *e, uint64_t since_ns)
{
    /* Of a single other member nobody can tell whose fault its silence is. */
    return e->peers.count > 1 && e->heard_ns < since_ns && e->now_ns - e->heard_ns < patience_ns(e);
}

void sl_stall_late_step(struct sl_engine *e)
{
    if (e->promised_ns == UINT64_MAX || e->now_ns <= e->promised_ns)
        return;
    uint64_t late_ns = e->now_ns - e->promised_ns;
    if (late_ns >= e->config.probe_try_interval_ns / 2)
        sl_engine_note_stall(e, e->now_ns, SL_STALL_LATE_STEP, late_ns);
}

void sl_engine_note_stall(struct sl_engine *e, uint64_t now_ns, enum sl_stall evidence,
                          uint64_t lasted_ns)
{
    SL_ASSERT(now_ns >= e->now_ns);
    e->now_ns = now_ns;
    /* Answers to a node that stood still wait in its queues; what overflowed or came while the link
       was down is gone. */
    bool lost = evidence == SL_STALL_RX_OVERFLOW || evidence == SL_STALL_LINK_DOWN;
    /* A link that is down is no guess: it is believed for as long as it lasts. */
    uint64_t most_ns = evidence == SL_STALL_LINK_DOWN ? UINT64_MAX : patience_ns(e);
    SL_STAT(e, stalls);
    e->stalled_ns = now_ns;
    sl_engine_contradicted(e);
    sl_probe_put_off_all(e, lasted_ns, lost, most_ns);
    sl_suspicion_put_off_all(e, lasted_ns, most_ns);
    sl_zone_rule_put_off_all(e, lasted_ns);
}
