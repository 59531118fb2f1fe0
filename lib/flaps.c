/* SPDX-License-Identifier: BSD-3-Clause */
#include "lib/engine_private.h"

/* Three deaths within a half-life are over the limit, whatever their distances; two never are.
   What is told again has been quiet for one half-life at least and, from the ceiling, for two. */
#define PENALTY_PER_DEATH 1000u
#define PENALTY_LIMIT     2000u
#define PENALTY_REUSE     1000u
#define PENALTY_MAX       4000u
#define HALF_LIFE_NS      (600 * 1000000000ull)
/* How often decay is looked at: 1/64 of a half-life. */
#define LOOK_NS           (HALF_LIFE_NS / 64)

uint32_t sl_flaps_decayed(uint32_t penalty, uint64_t elapsed_ns)
{
    uint64_t halvings = elapsed_ns / HALF_LIFE_NS;
    if (halvings >= 32)
        return 0;
    /* Between two halvings along the chord, which lies above the curve. */
    uint64_t left = penalty >> halvings;
    return (uint32_t)(left - left * (elapsed_ns % HALF_LIFE_NS) / (2 * HALF_LIFE_NS));
}

static uint32_t penalty_now(const struct sl_engine *e, const struct sl_flap *f)
{
    return sl_flaps_decayed(f->penalty, e->now_ns - f->at_ns);
}

static struct sl_flap *find(struct sl_engine *e, uint32_t slot)
{
    uint32_t entry = sl_slot_map_find(&e->flaps.map, slot);
    return entry == SL_ENTRY_NONE ? NULL : &e->flaps.all[entry];
}

static void release(struct sl_engine *e, uint32_t entry)
{
    sl_slot_map_remove(&e->flaps.map, entry);
    e->flaps.all[entry].penalty = 0;
}

/* The one that has most nearly served its time, and is no worse than a single death. */
static void make_room(struct sl_engine *e)
{
    uint32_t least = PENALTY_PER_DEATH, found = SL_ENTRY_NONE;
    for (uint32_t i = 0; i < SL_FLAPS_MAX; i++) {
        const struct sl_flap *f = &e->flaps.all[i];
        uint32_t penalty = penalty_now(e, f);
        if (f->penalty == 0 || f->flapping || penalty > least)
            continue;
        least = penalty;
        found = i;
    }
    if (found != SL_ENTRY_NONE)
        release(e, found);
}

static struct sl_flap *find_or_add(struct sl_engine *e, uint32_t slot)
{
    struct sl_flap *f = find(e, slot);
    if (f != NULL)
        return f;
    if (e->flaps.map.count == SL_FLAPS_MAX)
        make_room(e);
    uint32_t entry = sl_slot_map_add(&e->flaps.map, slot);
    if (entry == SL_ENTRY_NONE)
        return NULL;
    f = &e->flaps.all[entry];
    *f = (struct sl_flap){.at_ns = e->now_ns};
    return f;
}

static void set_flapping(struct sl_engine *e, struct sl_flap *f, uint64_t id)
{
    f->flapping = id != 0;
    __atomic_store_n(&e->flaps.ids[f - e->flaps.all], id, __ATOMIC_RELAXED);
    sl_count(&e->stats.flapping, id != 0 ? 1 : UINT64_MAX);
}

/* Waiting longer than repair does would only make repair carry the news. */
static void grow_interval(struct sl_engine *e, struct sl_flap *f)
{
    uint64_t most_ns = e->config.repair_patience_ns;
    f->interval_ns = 2 * f->interval_ns < most_ns ? 2 * f->interval_ns : most_ns;
}

static void arm(struct sl_engine *e, uint64_t at_ns)
{
    if (!sl_timer_is_set(&e->flaps.timer) || at_ns < e->flaps.timer.deadline_ns)
        sl_timer_set(&e->timers, &e->flaps.timer, at_ns);
}

bool sl_flaps_died(struct sl_engine *e, uint32_t slot)
{
    struct sl_flap *f = find_or_add(e, slot);
    if (f == NULL)
        return false;
    uint32_t penalty = penalty_now(e, f) + PENALTY_PER_DEATH;
    f->penalty = penalty < PENALTY_MAX ? penalty : PENALTY_MAX;
    f->at_ns = e->now_ns;
    if (f->flapping) {
        grow_interval(e, f);
        return false;
    }
    if (f->penalty <= PENALTY_LIMIT)
        return false;
    set_flapping(e, f, sl_view_slot_id(e->view, slot));
    f->interval_ns = e->config.gossip_interval_ns;
    arm(e, e->now_ns + LOOK_NS);
    return true;
}

bool sl_flaps_has(const struct sl_engine *e, uint32_t slot)
{
    if (e->flaps.map.count == 0)
        return false;
    uint32_t entry = sl_slot_map_find(&e->flaps.map, slot);
    return entry != SL_ENTRY_NONE && e->flaps.all[entry].flapping;
}

void sl_flaps_forget(struct sl_engine *e, uint32_t slot)
{
    struct sl_flap *f = find(e, slot);
    if (f == NULL)
        return;
    if (f->flapping)
        set_flapping(e, f, 0);
    release(e, (uint32_t)(f - e->flaps.all));
}

bool sl_flaps_hold(struct sl_engine *e, uint32_t slot, uint8_t record_type, enum sl_class traffic,
                   uint64_t accuser_id)
{
    struct sl_flap *f = e->flaps.map.count == 0 ? NULL : find(e, slot);
    if (f == NULL)
        return false;
    f->held_type = 0;
    bool may_wait = record_type == SL_RECORD_DEAD || record_type == SL_RECORD_ALIVE;
    if (!f->flapping || traffic == SL_CLASS_REFUTATION || !may_wait)
        return false;
    if (e->now_ns >= f->next_spread_ns) {
        f->next_spread_ns = e->now_ns + f->interval_ns;
        return false;
    }
    f->held_type = record_type;
    f->held_accuser_id = accuser_id;
    sl_rumours_remove(&e->rumours, slot); /* about an earlier word */
    arm(e, f->next_spread_ns);
    return true;
}

static void spread_held(struct sl_engine *e, struct sl_flap *f, uint32_t slot)
{
    bool death = f->held_type == SL_RECORD_DEAD;
    enum sl_status held = death ? SL_DEAD : SL_ALIVE;
    if (sl_word_status(sl_view_slot_word(e->view, slot)) == held)
        sl_gossip_spread(e, slot, f->held_type, death ? SL_CLASS_SUSPICION : SL_CLASS_MEMBERSHIP,
                         f->held_accuser_id);
    f->held_type = 0;
}

/* It has been quiet for long: users are told how it stands now. */
static void settle(struct sl_engine *e, struct sl_flap *f, uint32_t slot)
{
    uint64_t word = sl_view_slot_word(e->view, slot);
    set_flapping(e, f, 0);
    if (sl_word_status(word) == SL_DEAD)
        sl_engine_tell(e, SL_EVENT_MEMBER_DEAD, slot, word, word, 0);
    else if (sl_word_is_live(word))
        sl_engine_tell(e, SL_EVENT_MEMBER_ALIVE, slot, word, word, 0);
}

void sl_flaps_fire(struct sl_engine *e)
{
    for (uint32_t i = 0; i < SL_FLAPS_MAX; i++) {
        struct sl_flap *f = &e->flaps.all[i];
        if (f->penalty == 0 || !f->flapping)
            continue;
        uint32_t slot = e->flaps.map.slots[i];
        bool over = penalty_now(e, f) < PENALTY_REUSE;
        if (f->held_type != 0 && (over || e->now_ns >= f->next_spread_ns))
            spread_held(e, f, slot);
        if (over)
            settle(e, f, slot);
        else
            arm(e, f->held_type != 0 ? f->next_spread_ns : e->now_ns + LOOK_NS);
    }
}

bool sl_engine_is_flapping(const struct sl_engine *e, uint64_t id)
{
    if (__atomic_load_n(&e->stats.flapping, __ATOMIC_RELAXED) == 0)
        return false;
    for (uint32_t i = 0; i < SL_FLAPS_MAX; i++) {
        if (__atomic_load_n(&e->flaps.ids[i], __ATOMIC_RELAXED) == id)
            return true;
    }
    return false;
}
