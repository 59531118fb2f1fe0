/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Is a zone there? Evidence is a round trip with one of its members, for frames heard prove no way
 * back: an ACK to an own probe, direct or through a helper, or a helper's receipt. Whoever is
 * silent alone may be accused; where the zone is silent as well, a few others of it are asked
 * first.
 */
#include "lib/engine_private.h"

/* Witnesses asked by one check: with a loss of a fifth each way, three that are there stay silent
 * for all their tries and helpers less than once in 10^6 checks. */
#define WITNESSES_ASKED 3

/* What a zone's member may get from everybody who looks whether its zone is there, a second: a
 * quarter of its byte cap. A small zone that only helpers reach, or nobody, would drown in it. */
#define ASKING_SHARE   4
/* A PING and its ACK. */
#define QUESTION_BYTES (2 * (SL_HEADER_BYTES + SL_PROBE_BODY_BYTES))

struct sl_zone_watch *sl_zone_watch_of(struct sl_engine *e, uint32_t zone)
{
    struct sl_zone_watch *w = &e->zone_watches[zone];
    /* The place was another zone's, which has no members any more. */
    if (w->zone_id != e->zones.all[zone].id) {
        bool was_silent = w->state != SL_ZONE_OPEN;
        SL_ASSERT(!was_silent || e->silent_zones > 0);
        e->silent_zones -= was_silent;
        if (w->state == SL_ZONE_UNREACHABLE)
            sl_count(&e->stats.zones_unreachable, UINT64_MAX);
        *w = (struct sl_zone_watch){.zone_id = e->zones.all[zone].id};
        __atomic_store_n(&e->fast.unreachable_zones[zone], 0, __ATOMIC_RELAXED);
    }
    return w;
}

bool sl_zone_rule_applies(struct sl_engine *e, uint32_t zone)
{
    if (zone == SL_ZONE_NONE || zone == sl_zones_of(&e->zones, e->self_slot))
        return false;
    return sl_zone_watch_of(e, zone)->state != SL_ZONE_OPEN ||
           e->zones.all[zone].live_count >= SL_ZONE_RULE_MEMBERS_MIN;
}

bool sl_zone_is_open(const struct sl_engine *e, uint32_t slot)
{
    return e->zone_watches[sl_zones_of(&e->zones, slot)].state == SL_ZONE_OPEN;
}

bool sl_zone_ask(struct sl_engine *e, uint32_t zone, uint32_t slot)
{
    struct sl_zone_watch *w = sl_zone_watch_of(e, zone);
    if (slot == SL_SLOT_NONE ||
        !sl_probe_start(e, slot, SL_PROBE_WITNESS, sl_view_slot_word(e->view, slot)))
        return false;
    w->asking++;
    w->asked_ns = e->now_ns;
    return true;
}

uint64_t sl_zone_pause_ns(const struct sl_engine *e, uint32_t zone, uint32_t questions)
{
    uint64_t per_second = (uint64_t)e->config.byte_cap / ASKING_SHARE / QUESTION_BYTES *
                          e->zones.all[zone].live_count;
    return per_second > 0 ? (uint64_t)e->peers.count * questions * 1000000000ull / per_second : 0;
}

/* Until whoever checks this zone, and gets no answer, would check it again. */
static uint64_t check_pause_ns(struct sl_engine *e, uint32_t zone)
{
    return sl_zone_pause_ns(e, zone, WITNESSES_ASKED * sl_probe_questions(e, zone));
}

static bool is_being_checked(const struct sl_zone_watch *w)
{
    return w->asking > 0 && w->answered_ns < w->asked_ns;
}

/* Those who answered last are asked first: whoever else died, they lived. */
void sl_zone_check(struct sl_engine *e, uint32_t zone, uint32_t except)
{
    const struct sl_zone *z = &e->zones.all[zone];
    struct sl_zone_watch *w = sl_zone_watch_of(e, zone);
    uint32_t asked = 0;
    if (is_being_checked(w) || e->now_ns < w->next_ask_ns)
        return;
    w->next_ask_ns = e->now_ns + check_pause_ns(e, zone);
    for (uint32_t i = 1; i <= SL_ZONE_WITNESSES && asked < WITNESSES_ASKED; i++) {
        uint32_t witness = z->witnesses[(z->next_witness - i) % SL_ZONE_WITNESSES];
        asked += witness != except && sl_zone_ask(e, zone, witness);
    }
    for (uint32_t i = asked; i < WITNESSES_ASKED; i++)
        sl_zone_ask(e, zone, sl_choice_member(e, zone, except));
}

/* Everybody hears a report within a few rounds: the first check by it starts at a random turn, and
 * a later report finds that turn come. A turn of long ago was another report's. */
void sl_zone_check_in_turn(struct sl_engine *e, uint32_t zone)
{
    struct sl_zone_watch *w = sl_zone_watch_of(e, zone);
    uint64_t pause_ns = check_pause_ns(e, zone);
    uint64_t last_ns = w->turn_ns > w->next_ask_ns ? w->turn_ns : w->next_ask_ns;
    if (e->now_ns >= last_ns &&
        e->now_ns - last_ns >=
            pause_ns + SL_ZONE_REPORT_INTERVALS * e->config.gossip_idle_interval_ns)
        w->turn_ns = e->now_ns + (pause_ns > 0 ? sl_prng_next(&e->prng) % pause_ns : 0);
    if (e->now_ns >= w->turn_ns)
        sl_zone_check(e, zone, SL_SLOT_NONE);
}

void sl_zone_rule_doubtful(struct sl_engine *e, uint32_t slot, uint64_t began_ns)
{
    uint32_t zone = slot == SL_SLOT_NONE ? SL_ZONE_NONE : sl_zones_of(&e->zones, slot);
    if (!sl_zone_rule_applies(e, zone))
        return;
    const struct sl_zone_watch *w = sl_zone_watch_of(e, zone);
    if (w->state == SL_ZONE_OPEN && w->answered_ns < began_ns)
        sl_zone_check(e, zone, slot);
}

static void accuse(struct sl_engine *e, const struct sl_zone_held *held)
{
    uint64_t now_held = sl_view_slot_word(e->view, held->slot);
    if (!sl_word_is_live(now_held) ||
        sl_word_incarnation(now_held) != sl_word_incarnation(held->word))
        return;
    if (held->final)
        sl_suspicion_final(e, held->slot, false);
    else
        sl_suspicion_raise_own(e, held->slot, held->word);
}

bool sl_zone_rule_lets_accuse(struct sl_engine *e, uint32_t slot, uint64_t word, uint64_t began_ns,
                              bool final)
{
    uint32_t zone = sl_zones_of(&e->zones, slot);
    if (!sl_zone_rule_applies(e, zone))
        return true;
    struct sl_zone_watch *w = sl_zone_watch_of(e, zone);
    if (w->state != SL_ZONE_OPEN)
        return false;
    if (w->answered_ns >= began_ns)
        return true;
    if (w->held_count < SL_ZONE_HELD_MAX)
        w->held[w->held_count++] = (struct sl_zone_held){slot, word, final};
    sl_zone_check(e, zone, slot);
    if (w->asking == 0)
        w->held_count = 0; /* no probe was free, or one asked just now: its turn comes again */
    return false;
}

void sl_zone_rule_asked(struct sl_engine *e, uint32_t zone)
{
    struct sl_zone_watch *w = sl_zone_watch_of(e, zone);
    if (w->asking == 0 || --w->asking > 0)
        return;
    w->held_count = 0;
    if (w->answered_ns < w->asked_ns && w->state == SL_ZONE_OPEN && sl_zone_rule_applies(e, zone))
        sl_zone_doubt(e, zone);
}

void sl_zone_rule_answered(struct sl_engine *e, uint32_t slot)
{
    uint32_t zone = sl_zones_of(&e->zones, slot);
    if (zone == SL_ZONE_NONE)
        return;
    struct sl_zone_watch *w = sl_zone_watch_of(e, zone);
    w->answered_ns = e->now_ns;
    sl_zones_answered(&e->zones, slot);
    if (w->state != SL_ZONE_OPEN)
        sl_zone_reopen(e, zone);
    uint32_t count = w->held_count;
    w->held_count = 0;
    for (uint32_t i = 0; i < count; i++)
        accuse(e, &w->held[i]);
}
