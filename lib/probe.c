/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Is a member there? PINGs to it, then PING_REQs to helpers (SWIM, section 3.1). Probes may overlap
 * and tries need not wait for a round trip: a late ACK of any try ends the probe well. Every PING
 * carries the word that the prober holds of its target, so that an accused member learns of it from
 * the very probe (Lifeguard's buddy system).
 */
#include "lib/engine_private.h"

#include <string.h>

/* On the wire the number's low bits are the try, the next ones the probe's index. */
#define NUMBERS (SL_PROBES_MAX * SL_TRIES_MAX)

_Static_assert(SL_PROBES_MAX == 64, "one bit each says which probes are under way");
_Static_assert(SL_HELPERS_MAX <= 16, "one bit each says who sent a receipt");

struct sl_probe *sl_probe_by_number(struct sl_engine *e, uint32_t number)
{
    struct sl_probe *p = &e->probes[number % NUMBERS / SL_TRIES_MAX];
    bool same = p->purpose != SL_PROBE_FREE && p->number == number - number % SL_TRIES_MAX;
    return same ? p : NULL;
}

static void renumber(struct sl_engine *e, struct sl_probe *p)
{
    p->number = sl_next_number(&e->numbers, NUMBERS, p->timer.index * SL_TRIES_MAX);
}

static struct sl_probe *take_free(struct sl_engine *e)
{
    if (e->probes_used == UINT64_MAX)
        return NULL;
    uint32_t i = (uint32_t)__builtin_ctzll(~e->probes_used);
    struct sl_probe *p = &e->probes[i];
    struct sl_timer timer = p->timer;
    memset(p, 0, sizeof(*p));
    p->timer = timer;
    p->started_ns = e->now_ns;
    renumber(e, p);
    e->probes_used |= 1ull << i;
    return p;
}

void sl_probe_release(struct sl_engine *e, struct sl_probe *p)
{
    sl_timer_cancel(&e->timers, &p->timer);
    p->purpose = SL_PROBE_FREE;
    e->probes_used &= ~(1ull << p->timer.index);
}

bool sl_probe_is_under_way(const struct sl_engine *e, uint32_t slot, enum sl_probe_purpose purpose)
{
    for (uint64_t left = e->probes_used; left != 0; left &= left - 1) {
        const struct sl_probe *p = &e->probes[__builtin_ctzll(left)];
        if (p->purpose == purpose && p->slot == slot)
            return true;
    }
    return false;
}

struct sl_round_trip *sl_probe_path(struct sl_engine *e, uint32_t slot)
{
    return &e->paths[sl_zones_of(&e->zones, slot == SL_SLOT_NONE ? e->self_slot : slot)];
}

static struct sl_probe_plan plan_for(struct sl_engine *e, uint32_t slot,
                                     enum sl_probe_purpose purpose)
{
    return sl_probe_plan_make(&e->config, sl_probe_path(e, slot), &e->health,
                              purpose == SL_PROBE_FINAL);
}

uint64_t sl_probe_window_ns(struct sl_engine *e, uint32_t slot, enum sl_probe_purpose purpose)
{
    struct sl_probe_plan plan = plan_for(e, slot, purpose);
    if (e->peers.count <= 1)
        plan.helpers = 0;
    return sl_probe_plan_window_ns(&plan);
}

/* ---- asking ---- */

/* Due at due_ns: a step that comes a little late does not make the probe longer. */
static void proceed(struct sl_engine *e, struct sl_probe *p, uint64_t due_ns);

static uint32_t witness_helpers(const struct sl_engine *e)
{
    return e->config.probe_helpers < SL_WITNESS_HELPERS ? e->config.probe_helpers
                                                        : SL_WITNESS_HELPERS;
}

uint32_t sl_probe_questions(const struct sl_engine *e, uint32_t zone)
{
    return sl_probe_plan_make(&e->config, &e->paths[zone], &e->health, false).tries +
           witness_helpers(e);
}

/* Where nobody answers, or is thought to, one try does, and waits as long as all would. Who looks
 * for the zone itself asks helpers for it once. */
static void economize(struct sl_engine *e, struct sl_probe *p)
{
    if (p->purpose == SL_PROBE_WITNESS) {
        p->plan.helper_rounds = 1;
        p->plan.helpers = witness_helpers(e);
    }
    if (!p->cheap)
        return;
    p->plan.last_wait_ns += (p->plan.tries - 1) * p->plan.try_interval_ns;
    p->plan.tries = 1;
    if (p->purpose != SL_PROBE_WITNESS)
        p->plan.helpers = 0;
}

static void prepare(struct sl_engine *e, struct sl_probe *p, enum sl_probe_purpose purpose,
                    uint32_t slot, uint64_t word)
{
    p->purpose = purpose;
    p->slot = slot;
    p->word = word;
    p->plan = plan_for(e, slot, purpose);
    economize(e, p);
}

static void begin(struct sl_engine *e, struct sl_probe *p, enum sl_probe_purpose purpose,
                  uint32_t slot, uint64_t word)
{
    prepare(e, p, purpose, slot, word);
    proceed(e, p, e->now_ns);
}

bool sl_probe_start(struct sl_engine *e, uint32_t slot, enum sl_probe_purpose purpose,
                    uint64_t word)
{
    struct sl_endpoint endpoint = sl_engine_endpoint(e, slot);
    if (!sl_endpoint_is_set(&endpoint) || sl_probe_is_under_way(e, slot, purpose))
        return false;
    struct sl_probe *p = take_free(e);
    if (p == NULL)
        return false;
    p->target_id = sl_view_slot_id(e->view, slot);
    p->endpoint = endpoint;
    p->zone = sl_zones_of(&e->zones, slot);
    p->cheap = purpose == SL_PROBE_DIAL || !sl_zone_is_open(e, slot);
    SL_STAT(e, probes);
    begin(e, p, purpose, slot, word);
    return true;
}

bool sl_probe_start_conflict(struct sl_engine *e, const struct sl_endpoint *endpoint, uint64_t word,
                             uint64_t wait_ns)
{
    if (sl_probe_is_under_way(e, SL_SLOT_NONE, SL_PROBE_CONFLICT))
        return false;
    struct sl_probe *p = take_free(e);
    if (p == NULL)
        return false;
    p->target_id = e->self_id;
    p->endpoint = *endpoint;
    prepare(e, p, SL_PROBE_CONFLICT, SL_SLOT_NONE, word);
    sl_timer_set(&e->timers, &p->timer, e->now_ns + wait_ns);
    return true;
}

bool sl_probe_tells_of_health(const struct sl_probe *p)
{
    return p->purpose != SL_PROBE_CONFLICT && p->purpose != SL_PROBE_WITNESS && !p->cheap;
}

/* Receipts that were due: from this node's own zone, if any were asked there; silence from
   elsewhere is as likely the path's fault. */
static int32_t health_of_failure(const struct sl_probe *p)
{
    uint32_t all = (1u << p->helper_count) - 1;
    uint32_t due = p->near_helpers != 0 ? p->near_helpers : all;
    return sl_health_of_failure((uint32_t)__builtin_popcount(due),
                                (uint32_t)__builtin_popcount(due & p->receipts));
}

/* The member that did not answer is still the one that was asked, where it was asked. Checked is a
   word that another view holds, maybe of a later life than this view knows of. */
static bool still_accuses(const struct sl_engine *e, const struct sl_probe *p)
{
    uint64_t held = sl_view_slot_word(e->view, p->slot);
    /* Forgotten meanwhile, a slot has no address to compare. */
    if (sl_view_slot_id(e->view, p->slot) != p->target_id || !sl_word_is_live(held))
        return false;
    struct sl_endpoint endpoint = sl_engine_endpoint(e, p->slot);
    bool is_meant = p->purpose == SL_PROBE_CHECK
                        ? sl_word_incarnation(held) <= sl_word_incarnation(p->word)
                        : sl_word_incarnation(held) == sl_word_incarnation(p->word);
    return is_meant && sl_endpoint_equal(&endpoint, &p->endpoint);
}

static void failed(struct sl_engine *e, struct sl_probe *p)
{
    struct sl_probe silent = *p;
    sl_probe_release(e, p);
    if (silent.purpose == SL_PROBE_CONFLICT) {
        sl_namesake_silence(e, &silent.endpoint, silent.word);
        return;
    }
    if (silent.purpose == SL_PROBE_WITNESS) {
        sl_zone_rule_asked(e, silent.zone);
        return;
    }
    SL_STAT(e, probes_failed);
    if (silent.purpose == SL_PROBE_ROUND && !silent.cheap)
        sl_health_note_turn(&e->health, false);
    if (sl_probe_tells_of_health(&silent))
        sl_engine_feels(e, health_of_failure(&silent));
    if (silent.purpose == SL_PROBE_DIAL)
        sl_admission_silent(e, &silent);
    bool final = silent.purpose == SL_PROBE_FINAL;
    if (silent.cheap || !still_accuses(e, &silent) ||
        !sl_zone_rule_lets_accuse(e, silent.slot, silent.word, silent.started_ns, final) ||
        (!final && sl_engine_is_cut_off(e, silent.started_ns)))
        return;
    if (final)
        sl_suspicion_final(e, silent.slot, false);
    else
        sl_suspicion_raise_own(e, silent.slot, silent.word);
}

static void proceed(struct sl_engine *e, struct sl_probe *p, uint64_t due_ns)
{
    uint64_t wait_ns = p->plan.try_interval_ns;
    if (p->tries < p->plan.tries) {
        /* Without a buffer or room to ask with, the silence is this node's own fault: the try is
         * put off, not counted. */
        if (sl_probe_send_ping(e, p) && p->tries == p->plan.tries)
            wait_ns = p->plan.last_wait_ns;
    } else {
        if (p->helper_rounds == 0 && p->purpose != SL_PROBE_WITNESS)
            sl_zone_rule_doubtful(e, p->slot, p->started_ns);
        wait_ns = sl_probe_ask_helpers(e, p);
        if (wait_ns == 0) {
            failed(e, p);
            return;
        }
    }
    sl_timer_set(&e->timers, &p->timer, due_ns + wait_ns);
}

void sl_probe_fire(struct sl_engine *e, uint32_t index)
{
    struct sl_probe *p = &e->probes[index];
    SL_ASSERT(p->purpose != SL_PROBE_FREE);
    proceed(e, p, p->timer.deadline_ns);
}

/* ---- own stalls ---- */

static void start_over(struct sl_engine *e, struct sl_probe *p, uint64_t at_ns)
{
    renumber(e, p);
    p->tries = 0;
    p->helper_rounds = 0;
    p->helper_count = 0;
    p->near_helpers = 0;
    p->receipts = 0;
    sl_timer_set(&e->timers, &p->timer, at_ns);
}

void sl_probe_put_off_all(struct sl_engine *e, uint64_t by_ns, bool answers_lost,
                          uint64_t patience_ns)
{
    for (uint64_t left = e->probes_used; left != 0; left &= left - 1) {
        struct sl_probe *p = &e->probes[__builtin_ctzll(left)];
        if (e->now_ns - p->started_ns >= patience_ns || !sl_timer_is_set(&p->timer))
            continue;
        /* The last question before DEAD is asked anew in any case. */
        if (answers_lost || p->purpose == SL_PROBE_FINAL)
            start_over(e, p, e->now_ns + p->plan.try_interval_ns + (answers_lost ? by_ns : 0));
        else
            sl_timer_set(&e->timers, &p->timer, p->timer.deadline_ns + by_ns);
    }
}
