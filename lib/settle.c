/* SPDX-License-Identifier: BSD-3-Clause */
#include "lib/engine_private.h"

void sl_settle_fire(struct sl_engine *e)
{
    struct sl_settle *s = &e->settle;
    uint64_t part_ns = e->config.spread_ns / SL_SETTLE_PARTS + 1;
    uint64_t number = e->now_ns / part_ns;
    for (uint64_t i = 1; i <= number - s->part_number && i <= SL_SETTLE_PARTS; i++) {
        uint32_t *part = &s->parts[(s->part_number + i) % SL_SETTLE_PARTS];
        s->sum -= *part;
        *part = 0;
    }
    s->part_number = number;
    __atomic_store_n(&sl_view_summary_mutable(e->view)->unsettled, s->sum, __ATOMIC_RELAXED);
    if (s->sum > 0)
        sl_timer_set(&e->timers, &s->timer, (number + 1) * part_ns);
}

void sl_settle_note(struct sl_engine *e)
{
    struct sl_settle *s = &e->settle;
    uint64_t part_ns = e->config.spread_ns / SL_SETTLE_PARTS + 1;
    if (e->now_ns - s->part_number * part_ns >= part_ns)
        sl_settle_fire(e);
    s->parts[s->part_number % SL_SETTLE_PARTS]++;
    if (s->sum++ == 0)
        sl_timer_set(&e->timers, &s->timer, (s->part_number + 1) * part_ns);
    s->changed_ns = e->now_ns;
    e->sync.learned += e->told_by_sync;
    s->awaiting_agreement = true;
    __atomic_store_n(&sl_view_summary_mutable(e->view)->unsettled, s->sum, __ATOMIC_RELAXED);
}
