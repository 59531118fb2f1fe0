/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * From "it did not answer" to DEAD. Who saw it decides it: only a node whose own probe failed turns
 * a suspicion into DEAD, and only after one more probe at the end of the suspicion time fails as
 * well. Others wait for that DEAD, and long after ask in turns. So a refutation need not reach
 * every viewer in time. The suspicion time shrinks from its maximum to its minimum as distinct
 * accusers agree (Lifeguard, section IV.B).
 *
 * A DEAD of a member whom nobody here has heard suspected for as long as it needs to answer is
 * first a suspicion: most of what a sick node sends is lost, its suspicions too, and its victims
 * would learn of them by their deaths. Waiting ends by itself, so that views come to hold the same
 * word whatever came first.
 *
 * An operator's word that a member is gone is no evidence: of a member that is live here it is a
 * suspicion, which ends as any other, and only what it ends as, a death, becomes a removal.
 */
#include "lib/engine_private.h"

uint64_t sl_suspicion_timeout(uint64_t min_ns, uint64_t max_ns, uint32_t confirmations,
                              uint32_t wanted)
{
    /* ln(1) .. ln(9) in 1/65536: integers, so that every compiler decides alike. */
    static const uint64_t ln[] = {0, 45426, 71999, 90852, 105476, 117424, 127527, 136278, 143998};
    if (wanted == 0 || confirmations >= wanted)
        return min_ns;
    SL_ASSERT(wanted < sizeof(ln) / sizeof(ln[0]) && max_ns >= min_ns);
    uint64_t share = (ln[confirmations] << 16) / ln[wanted];
    uint64_t span_us = (max_ns - min_ns) / 1000;
    return max_ns - ((span_us * share) >> 16) * 1000;
}

/* In a cluster too small to confirm, waiting for confirmations is in vain (memberlist, state.go).
 * Where many die at once all agree that they do, and word of it would fill all rounds. */
static uint32_t confirmations_wanted(const struct sl_engine *e)
{
    if (sl_health_is_mass_death(&e->health))
        return 0;
    uint32_t others = e->peers.count > 1 ? e->peers.count - 1 : 0;
    return others < e->config.suspicion_confirmations ? 0 : e->config.suspicion_confirmations;
}

/* Questions a second that a suspect gets from all who only heard of it. Whoever is there tells the
 * first few, and whoever is not is dead by their word; all at once would drown it. */
#define ASKED_BY_HEARSAY 20

/* When a viewer that only heard of it asks: each in its turn. Accusers may have died before their
 * verdict: a long wait. A death waits here for less, if it does because its accuser is gone. */
static uint64_t hearsay_limit_ns(const struct sl_engine *e, const struct sl_suspicion *s)
{
    uint64_t turns_ns = e->peers.count * 1000000000ull / ASKED_BY_HEARSAY;
    uint64_t turn_ns =
        ((e->self_id ^ s->word) * 0x9e3779b97f4a7c15ull >> 32) * (turns_ns >> 16) >> 16;
    uint64_t max_ns = e->config.suspicion_max_ns;
    return (s->death_accuser_id != 0 ? max_ns : 2 * max_ns + e->config.spread_ns) + turn_ns;
}

/* When a waiting death is accepted. A lone accuser may be wrong about a member that has paused;
 * where two agree, or others have accepted it, the member need only have had the time to hear. An
 * accuser that is itself gone here is more likely cut off than right: a node that speaks but does
 * not hear accuses everybody, and there may be no room for so many refutations. Its word is no
 * more than a suspicion. */
static uint64_t death_due_ns(const struct sl_engine *e, const struct sl_suspicion *s)
{
    if (s->death_accuser_id == 0)
        return UINT64_MAX;
    uint64_t accuser = sl_view_word(e->view, s->death_accuser_id);
    if (accuser != 0 && !sl_word_is_live(accuser))
        return UINT64_MAX;
    bool agreed = s->accuser_count > 1 || s->death_passed_on;
    return s->started_ns + (agreed ? e->config.spread_ns : e->config.suspicion_min_ns);
}

static void set_timer(struct sl_engine *e, struct sl_suspicion *s, uint64_t at_ns)
{
    uint64_t death_ns = death_due_ns(e, s);
    at_ns = at_ns < death_ns ? at_ns : death_ns;
    sl_timer_set(&e->timers, &s->timer, at_ns > e->now_ns ? at_ns : e->now_ns);
}

/* When the final probe begins: so that, if nobody answers it either, it ends with the suspicion
 * time.
 */
static uint64_t asks_at_ns(struct sl_engine *e, const struct sl_suspicion *s, uint32_t slot)
{
    const struct sl_config *c = &e->config;
    uint64_t limit_ns = s->mine
                            ? sl_suspicion_timeout(c->suspicion_min_ns, c->suspicion_max_ns,
                                                   s->accuser_count - 1, confirmations_wanted(e))
                            : hearsay_limit_ns(e, s);
    uint64_t window_ns = sl_probe_window_ns(e, slot, SL_PROBE_FINAL);
    return s->started_ns + (limit_ns > window_ns ? limit_ns - window_ns : 0);
}

static void arm(struct sl_engine *e, struct sl_suspicion *s, uint32_t slot)
{
    set_timer(e, s, asks_at_ns(e, s, slot));
}

/* true: this accuser was not known. */
static bool add_accuser(struct sl_suspicion *s, uint64_t accuser_id)
{
    for (uint32_t i = 0; i < s->accuser_count; i++) {
        if (s->accusers[i] == accuser_id)
            return false;
    }
    if (s->accuser_count == SL_ACCUSERS_MAX)
        return false;
    s->accusers[s->accuser_count++] = accuser_id;
    return true;
}

static struct sl_suspicion *begin(struct sl_engine *e, uint32_t slot, uint64_t word)
{
    uint32_t entry = sl_slot_map_add(&e->suspicion_map, slot);
    if (entry == SL_ENTRY_NONE) {
        sl_engine_drop(e, SL_DROP_SUSPICIONS_FULL);
        return NULL;
    }
    struct sl_suspicion *s = &e->suspicions[entry];
    SL_ASSERT(!sl_timer_is_set(&s->timer));
    s->word = word;
    s->raised_ns = e->now_ns;
    s->started_ns = e->now_ns;
    s->accuser_count = 0;
    s->death_accuser_id = 0;
    s->death_passed_on = false;
    s->removed_word = s->remover_id = 0;
    s->mine = false;
    return s;
}

/* Takes an accusation in: raises the word if it is news, counts the accuser, spreads what is worth
 * spreading. */
static struct sl_suspicion *accuse(struct sl_engine *e, uint32_t slot, uint64_t word,
                                   uint64_t accuser_id)
{
    if (word > sl_view_slot_word(e->view, slot))
        sl_merge_word(e, slot, word, accuser_id);
    uint32_t entry = sl_slot_map_find(&e->suspicion_map, slot);
    struct sl_suspicion *s = entry != SL_ENTRY_NONE ? &e->suspicions[entry] : begin(e, slot, word);
    if (s == NULL)
        return NULL;
    if (add_accuser(s, accuser_id)) {
        /* The first accusation and as many confirmations as shorten anything are passed on. */
        if (s->accuser_count > 1)
            SL_STAT(e, confirmations);
        if (s->accuser_count <= confirmations_wanted(e) + 1)
            sl_gossip_spread(e, slot, SL_RECORD_SUSPECT, SL_CLASS_SUSPICION, accuser_id);
    }
    return s;
}

bool sl_suspicion_is_long(const struct sl_engine *e, uint32_t slot, uint64_t word)
{
    uint32_t entry = sl_slot_map_find(&e->suspicion_map, slot);
    return entry != SL_ENTRY_NONE &&
           e->suspicions[entry].word == sl_word_with_status(word, SL_SUSPECT) &&
           e->now_ns - e->suspicions[entry].started_ns >= 2 * e->config.suspicion_max_ns;
}

uint32_t sl_suspicion_accusers(const struct sl_engine *e, uint32_t slot)
{
    uint32_t entry = sl_slot_map_find(&e->suspicion_map, slot);
    return entry == SL_ENTRY_NONE ? 0 : e->suspicions[entry].accuser_count;
}

void sl_suspicion_heard(struct sl_engine *e, uint32_t slot, uint64_t word, uint64_t accuser_id)
{
    bool news = word > sl_view_slot_word(e->view, slot);
    struct sl_suspicion *s = accuse(e, slot, word, accuser_id);
    if (news)
        SL_STAT(e, suspicions_heard);
    if (s != NULL)
        arm(e, s, slot);
}

bool sl_suspicion_holds_death(struct sl_engine *e, uint32_t slot, uint64_t word,
                              uint64_t accuser_id, bool first_hand, bool *news)
{
    uint64_t suspected = sl_word_with_status(word, SL_SUSPECT);
    *news = suspected > sl_view_slot_word(e->view, slot);
    struct sl_suspicion *s = accuse(e, slot, suspected, accuser_id);
    if (s == NULL)
        return false;
    s->death_accuser_id = accuser_id;
    s->death_passed_on |= !first_hand;
    if (death_due_ns(e, s) <= e->now_ns)
        return false;
    arm(e, s, slot);
    return true;
}

bool sl_suspicion_holds_removal(struct sl_engine *e, uint32_t slot, uint64_t word,
                                uint64_t remover_id)
{
    uint64_t suspected = sl_word_with_status(word, SL_SUSPECT);
    bool news = suspected > sl_view_slot_word(e->view, slot);
    struct sl_suspicion *s = accuse(e, slot, suspected, remover_id);
    if (s == NULL)
        return news;
    s->removed_word = word;
    s->remover_id = remover_id;
    arm(e, s, slot);
    return news;
}

/* Of the peers, one in so many. */
#define MANY_SUSPECTS_SHARE 4

/* Every accuser asks its suspect a last time, and all do at the end of the same time, when many
 * would drown it. So many as shorten that time are enough; others wait for their word, unless so
 * many are suspected that the accusers may be among them. */
static bool is_left_to_accusers(const struct sl_engine *e, uint32_t slot)
{
    uint32_t entry = sl_slot_map_find(&e->suspicion_map, slot);
    uint32_t wanted = confirmations_wanted(e);
    if (entry == SL_ENTRY_NONE || wanted == 0 ||
        e->suspicion_map.count > e->peers.count / MANY_SUSPECTS_SHARE)
        return false;
    const struct sl_suspicion *s = &e->suspicions[entry];
    return !s->mine && s->accuser_count > wanted;
}

void sl_suspicion_raise_own(struct sl_engine *e, uint32_t slot, uint64_t asked)
{
    uint64_t word = sl_word_with_status(sl_view_slot_word(e->view, slot), SL_SUSPECT);
    /* At the very top of incarnations there is no room for a refutation: receivers would refuse the
     * frame. */
    if (!sl_word_is_acceptable(word) || is_left_to_accusers(e, slot))
        return;
    struct sl_suspicion *s = accuse(e, slot, word, e->self_id);
    if (s == NULL)
        return;
    if (!s->mine)
        SL_STAT(e, suspicions_raised);
    s->mine = true;
    if (sl_word_status(asked) == SL_LEFT) {
        s->removed_word = asked;
        s->remover_id = e->self_id; /* the other view need not know who it was */
    }
    arm(e, s, slot);
}

void sl_suspicion_refuted(struct sl_engine *e, uint32_t slot)
{
    uint32_t entry = sl_slot_map_find(&e->suspicion_map, slot);
    if (entry != SL_ENTRY_NONE && e->suspicions[entry].mine)
        sl_health_contradicted(&e->health);
}

void sl_suspicion_end(struct sl_engine *e, uint32_t slot)
{
    uint32_t entry = sl_slot_map_find(&e->suspicion_map, slot);
    if (entry == SL_ENTRY_NONE)
        return;
    sl_timer_cancel(&e->timers, &e->suspicions[entry].timer);
    sl_slot_map_remove(&e->suspicion_map, entry);
}

void sl_suspicion_fire(struct sl_engine *e, uint32_t entry)
{
    struct sl_suspicion *s = &e->suspicions[entry];
    uint32_t slot = e->suspicion_map.slots[entry];
    if (e->phase >= SL_PHASE_LEAVING)
        return;
    if (death_due_ns(e, s) <= e->now_ns) {
        sl_merge_word(e, slot, sl_word_with_status(s->word, SL_DEAD), s->death_accuser_id);
        return;
    }
    if (s->death_accuser_id != 0 && asks_at_ns(e, s, slot) > e->now_ns) {
        arm(e, s, slot); /* the accuser has gone since: its word waits for longer */
        return;
    }
    /* All probes taken: ask again soon. The timer stays armed behind the final probe as well,
     * should that one vanish. */
    bool asked = sl_probe_is_under_way(e, slot, SL_PROBE_FINAL) ||
                 sl_probe_start(e, slot, SL_PROBE_FINAL, s->word);
    uint64_t wait_ns = asked ? 2 * e->config.suspicion_max_ns : e->config.probe_try_interval_ns;
    set_timer(e, s, e->now_ns + wait_ns);
}

/* It was suspected in error, or cannot be judged now: as if the suspicion had just begun. */
static void begin_again(struct sl_engine *e, struct sl_suspicion *s, uint32_t slot, bool mine)
{
    s->started_ns = e->now_ns;
    s->accuser_count = 0;
    s->mine = mine;
    add_accuser(s, e->self_id);
    arm(e, s, slot);
}

void sl_suspicion_final(struct sl_engine *e, uint32_t slot, bool answered)
{
    uint32_t entry = sl_slot_map_find(&e->suspicion_map, slot);
    if (entry == SL_ENTRY_NONE)
        return;
    struct sl_suspicion *s = &e->suspicions[entry];
    if (answered) {
        /* It is there, and the probe told it that it is suspected: its refutation is on the way. */
        begin_again(e, s, slot, false);
    } else if (sl_engine_is_cut_off(e, s->started_ns)) {
        begin_again(e, s, slot, s->mine);
    } else {
        SL_STAT(e, deaths_declared);
        sl_merge_word(e, slot, sl_word_with_status(s->word, SL_DEAD), e->self_id);
    }
}

void sl_suspicion_restart(struct sl_engine *e, uint32_t zone)
{
    for (uint32_t i = 0; e->suspicion_map.count > 0 && i < e->config.max_suspicions; i++) {
        struct sl_suspicion *s = &e->suspicions[i];
        uint32_t slot = e->suspicion_map.slots[i];
        if (!sl_timer_is_set(&s->timer) || sl_zones_of(&e->zones, slot) != zone)
            continue;
        begin_again(e, s, slot, false);
        s->accuser_count = 0; /* what this node will find itself is news */
    }
}

void sl_suspicion_put_off_all(struct sl_engine *e, uint64_t by_ns, uint64_t patience_ns)
{
    if (e->suspicion_map.count == 0)
        return;
    for (uint32_t i = 0; i < e->config.max_suspicions; i++) {
        struct sl_suspicion *s = &e->suspicions[i];
        bool may_err = s->mine || s->death_accuser_id != 0;
        if (!sl_timer_is_set(&s->timer) || !may_err || e->now_ns - s->raised_ns >= patience_ns)
            continue;
        uint64_t later_ns = s->started_ns + by_ns;
        s->started_ns = later_ns < e->now_ns ? later_ns : e->now_ns;
        set_timer(e, s, s->timer.deadline_ns + by_ns);
    }
}
