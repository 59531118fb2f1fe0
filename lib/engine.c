/* SPDX-License-Identifier: BSD-3-Clause */
#include "lib/engine_private.h"

static void fire(struct sl_engine *e, const struct sl_timer *timer)
{
    switch ((enum sl_timer_kind)timer->kind) {
    case SL_TIMER_PROBE_PERIOD:
        sl_probe_period_fire(e);
        return;
    case SL_TIMER_PROBE:
        sl_probe_fire(e, timer->index);
        return;
    case SL_TIMER_SUSPICION:
        sl_suspicion_fire(e, timer->index);
        return;
    case SL_TIMER_GOSSIP:
        sl_gossip_fire(e);
        return;
    case SL_TIMER_SETTLE:
        sl_settle_fire(e);
        return;
    case SL_TIMER_JOIN:
        sl_join_fire(e);
        return;
    case SL_TIMER_PULL:
        sl_sync_fire(e, timer->index);
        return;
    case SL_TIMER_SESSION:
        sl_sync_session_fire(e);
        return;
    case SL_TIMER_DIAL:
        sl_dial_fire(e);
        return;
    case SL_TIMER_RETENTION:
        sl_retention_fire(e);
        return;
    case SL_TIMER_LEAVE:
        sl_self_leave_fire(e);
        return;
    case SL_TIMER_ZONES:
        sl_zone_rule_fire(e);
        return;
    case SL_TIMER_FLAPS:
        sl_flaps_fire(e);
        return;
    }
    SL_ASSERT(timer->kind <= SL_TIMER_FLAPS);
}

static bool is_out(const struct sl_engine *e)
{
    return e->phase == SL_PHASE_LEFT || e->phase == SL_PHASE_YIELDED;
}

static void take_input(struct sl_engine *e, const struct sl_input *input)
{
    /* The copy crossed cores: its bounds are checked as if it came from the wire. */
    if (input->records_bytes > e->config.frame_bytes || input->record_count > SL_STEP_RECORDS_MAX) {
        sl_engine_drop(e, SL_DROP_RECORD_MALFORMED);
        return;
    }
    sl_merge_records(e, input);
    if (is_out(e))
        return;
    sl_zone_reports_heard(e, input);
    if (input->header.sender_id == e->self_id)
        sl_namesake_met(e, input);
    else
        e->heard_ns = e->now_ns;
    switch (input->header.type) {
    case SL_FRAME_ACK:
        sl_probe_answered(e, input);
        break;
    case SL_FRAME_NACK:
        sl_probe_helper_heard(e, input);
        break;
    case SL_FRAME_PING:
        sl_gossip_reply(e, input);
        break;
    case SL_FRAME_PING_REQ:
        sl_probe_receipt(e, input);
        break;
    case SL_FRAME_SYNC:
        if (!sl_join_answer(e, input))
            sl_sync_answer(e, input);
        break;
    default:
        break;
    }
    sl_sync_note_hash(e, input);
}

struct sl_step sl_engine_step(struct sl_engine *e, uint64_t now_ns, const struct sl_input *input)
{
    SL_ASSERT(now_ns >= e->now_ns);
    e->now_ns = now_ns;
    sl_stall_late_step(e);
    if (input != NULL && !is_out(e))
        take_input(e, input);

    struct sl_timer *timer;
    uint32_t fired = 0;
    while (fired < SL_STEP_TIMERS_MAX && (timer = sl_timers_pop(&e->timers, now_ns)) != NULL) {
        fire(e, timer);
        fired++;
    }
    bool more = sl_view_maintain(e->view, SL_STEP_RETURNS_MAX, SL_STEP_CELLS_MAX);
    struct sl_step step = {
        .next_deadline_ns = sl_timers_next_ns(&e->timers),
        .more = more || sl_timers_next_ns(&e->timers) <= now_ns,
    };
    e->promised_ns = step.more ? now_ns : step.next_deadline_ns;
    return step;
}

void sl_engine_note_traffic(struct sl_engine *e, uint64_t now_ns, uint64_t charged_bytes,
                            uint64_t served_bytes)
{
    sl_meter_add(&e->meter, now_ns, charged_bytes);
    sl_meter_add(&e->served, now_ns, served_bytes);
}

const struct sl_fast *sl_engine_fast(const struct sl_engine *e)
{
    return &e->fast;
}

const struct sl_view *sl_engine_view(const struct sl_engine *e)
{
    return e->view;
}

const struct sl_engine_stats *sl_engine_stats(const struct sl_engine *e)
{
    return &e->stats;
}

const struct sl_counters *sl_engine_counters(const struct sl_engine *e)
{
    return &e->counters;
}

uint64_t sl_engine_self_word(const struct sl_engine *e)
{
    return e->self_word;
}

uint64_t sl_engine_self_id(const struct sl_engine *e)
{
    return e->self_id;
}

const struct sl_histogram *sl_engine_probe_rtt(const struct sl_engine *e)
{
    return e->probe_rtt;
}

const struct sl_histogram *sl_engine_convergence(const struct sl_engine *e)
{
    return e->convergence;
}
