/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The zone rule: from "nobody there answers" to "that zone is unreachable", and back, or on to the
 * deaths of its members. The rule restrains what this node says; records that arrive are merged as
 * ever.
 */
#include "lib/engine_private.h"

/* Slots looked at in one step for members to be declared dead, of all zones together: a byte each,
 * 64 cache lines. Deaths declared in it: up to 0.7 us each where the table outgrows the caches. */
#define SLOTS_PER_STEP     4096
#define DEATHS_PER_STEP    32
/* Until the next lot: a million members in half a minute, and the core is free in between. */
#define DEATHS_INTERVAL_NS 1000000ull

_Static_assert(SL_ZONES_MAX <= 64, "a bit each says whose members are being declared dead");

static void tell(struct sl_engine *e, enum sl_event_type type, uint32_t zone)
{
    uint32_t slot = sl_choice_member(e, zone, SL_SLOT_NONE);
    struct sl_event event = {
        .type = type,
        .id = e->zones.all[zone].id,
        .cold = slot == SL_SLOT_NONE ? NULL : sl_view_cold(e->view, slot),
    };
    e->host.event(e->host.context, &event);
}

static void publish(struct sl_engine *e, uint32_t zone, bool unreachable)
{
    uint64_t id = unreachable ? e->zones.all[zone].id : 0;
    __atomic_store_n(&e->fast.unreachable_zones[zone], id, __ATOMIC_RELAXED);
    sl_count(&e->stats.zones_unreachable, unreachable ? 1 : UINT64_MAX);
}

/* ---- doubt, and what becomes of it ---- */

/* Live members who are neither oneself nor in a zone that is silent. */
static uint32_t others_in_reach(struct sl_engine *e)
{
    uint32_t silent = 0;
    for (uint32_t zone = 1; zone < e->zones.count; zone++)
        silent +=
            sl_zone_watch_of(e, zone)->state != SL_ZONE_OPEN ? e->zones.all[zone].live_count : 0;
    return e->peers.count > silent ? e->peers.count - silent : 0;
}

static void decide(struct sl_engine *e, uint32_t zone)
{
    struct sl_zone_watch *w = sl_zone_watch_of(e, zone);
    uint64_t window_ns = SL_ZONE_REPORT_INTERVALS * e->config.gossip_idle_interval_ns;
    uint32_t reports = 0;
    for (uint32_t i = 0; i < SL_ZONE_REPORTS_WANTED; i++)
        reports += w->reports[i].from_id != 0 && e->now_ns - w->reports[i].heard_ns <= window_ns;
    /* With fewer than two others left, nobody can be waited for. */
    if (w->state != SL_ZONE_DOUBTED ||
        (reports < SL_ZONE_REPORTS_WANTED && reports < others_in_reach(e)))
        return;
    w->state = SL_ZONE_UNREACHABLE;
    publish(e, zone, true);
    tell(e, SL_EVENT_ZONE_UNREACHABLE, zone);
}

static uint64_t next_ask_ns(struct sl_engine *e, uint32_t zone)
{
    uint64_t pause_ns = sl_zone_pause_ns(e, zone, 1 + SL_WITNESS_HELPERS); /* one try */
    uint64_t least_ns = e->config.gossip_idle_interval_ns;
    return e->now_ns + sl_engine_jitter(e, pause_ns > least_ns ? pause_ns : least_ns);
}

void sl_zone_doubt(struct sl_engine *e, uint32_t zone)
{
    struct sl_zone_watch *w = sl_zone_watch_of(e, zone);
    w->state = SL_ZONE_DOUBTED;
    w->silent_ns = e->now_ns;
    w->next_ask_ns = next_ask_ns(e, zone);
    e->silent_zones++;
    SL_STAT(e, zone_doubts);
    if (!sl_timer_is_set(&e->zone_timer))
        sl_timer_set(&e->timers, &e->zone_timer, e->now_ns + e->config.gossip_interval_ns);
    sl_gossip_hasten(e);
    decide(e, zone);
}

/* Ends doubt and rule. */
void sl_zone_reopen(struct sl_engine *e, uint32_t zone)
{
    struct sl_zone_watch *w = sl_zone_watch_of(e, zone);
    bool was_unreachable = w->state == SL_ZONE_UNREACHABLE;
    SL_ASSERT(e->silent_zones > 0);
    e->silent_zones--;
    w->state = SL_ZONE_OPEN;
    if (!was_unreachable)
        return;
    publish(e, zone, false);
    if (e->zones.all[zone].live_count == 0)
        return;
    tell(e, SL_EVENT_ZONE_REACHABLE, zone);
    sl_suspicion_restart(e, zone);
}

/* ---- what others say ---- */

static void note_report(struct sl_engine *e, struct sl_zone_watch *w, uint64_t reporter_id)
{
    struct sl_zone_report *place = &w->reports[0];
    for (uint32_t i = 0; i < SL_ZONE_REPORTS_WANTED; i++) {
        struct sl_zone_report *r = &w->reports[i];
        if (r->from_id == reporter_id ||
            (place->from_id != reporter_id && r->heard_ns < place->heard_ns))
            place = r;
    }
    *place = (struct sl_zone_report){reporter_id, e->now_ns};
}

/* As long as a check takes: an answer younger than that needs no further one. */
static uint64_t check_ns(const struct sl_engine *e)
{
    const struct sl_config *c = &e->config;
    return c->probe_tries * c->probe_try_interval_ns + c->probe_helper_wait_ns;
}

void sl_zone_rule_reported(struct sl_engine *e, uint32_t zone, uint64_t reporter_id)
{
    if (!sl_zone_rule_applies(e, zone))
        return;
    struct sl_zone_watch *w = sl_zone_watch_of(e, zone);
    note_report(e, w, reporter_id);
    if (w->state != SL_ZONE_OPEN) {
        decide(e, zone);
        return;
    }
    if (e->now_ns - w->answered_ns > check_ns(e))
        sl_zone_check_in_turn(e, zone);
}

/* ---- while it lasts ---- */

/* The patience is over: every node that still finds the zones unreachable concludes the same, so
 * nobody need be told. `dying`: a bit for each zone. */
static void declare_deaths(struct sl_engine *e, uint64_t dying)
{
    uint32_t declared = 0;
    for (uint32_t i = 0; i < SLOTS_PER_STEP && declared < DEATHS_PER_STEP; i++) {
        uint32_t slot = e->death_cursor;
        e->death_cursor = (e->death_cursor + 1) % e->config.max_members;
        if ((dying >> sl_zones_of(&e->zones, slot) & 1) == 0)
            continue;
        uint64_t word = sl_word_with_status(sl_view_slot_word(e->view, slot), SL_DEAD);
        if (!sl_word_is_acceptable(word))
            continue;
        SL_STAT(e, deaths_declared);
        sl_merge_word_quietly(e, slot, word, e->self_id);
        declared++;
    }
}

/* true: it is time to declare its members dead. */
static bool look_at(struct sl_engine *e, uint32_t zone)
{
    struct sl_zone_watch *w = sl_zone_watch_of(e, zone);
    if (e->zones.all[zone].live_count == 0) {
        sl_zone_reopen(e, zone);
        return false;
    }
    decide(e, zone);
    if (e->now_ns >= w->next_ask_ns) {
        w->next_ask_ns = next_ask_ns(e, zone);
        sl_zone_ask(e, zone, sl_choice_member(e, zone, SL_SLOT_NONE));
    }
    return w->state == SL_ZONE_UNREACHABLE &&
           e->now_ns - w->silent_ns >= e->config.zone_patience_ns;
}

void sl_zone_rule_fire(struct sl_engine *e)
{
    uint64_t dying = 0;
    for (uint32_t zone = 1; zone < e->zones.count; zone++) {
        if (sl_zone_watch_of(e, zone)->state != SL_ZONE_OPEN && look_at(e, zone))
            dying |= 1ull << zone;
    }
    if (dying != 0)
        declare_deaths(e, dying);
    bool amid = dying != 0 && e->death_cursor != 0;
    if (e->silent_zones > 0)
        sl_timer_set(&e->timers, &e->zone_timer,
                     e->now_ns + (amid ? DEATHS_INTERVAL_NS : e->config.gossip_interval_ns));
}

void sl_zone_rule_put_off_all(struct sl_engine *e, uint64_t by_ns)
{
    for (uint32_t zone = 1; e->silent_zones > 0 && zone < e->zones.count; zone++)
        e->zone_watches[zone].silent_ns += by_ns;
}

bool sl_engine_zone_is_unreachable(const struct sl_engine *e, const char *zone, size_t zone_bytes)
{
    uint64_t id = sl_member_id(&e->cluster, zone, zone_bytes);
    for (uint32_t i = 1; i < SL_ZONES_MAX; i++) {
        if (__atomic_load_n(&e->fast.unreachable_zones[i], __ATOMIC_RELAXED) == id)
            return true;
    }
    return false;
}
