/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Whom to turn to, by zone. Peers are drawn from all live members, each alike, and a draw that does
 * not fit is repeated a few times: so no list per zone is kept, every member of every zone is drawn
 * again and again whatever the zone's size, and where nobody fits anybody will do. In a cluster
 * that names no zones all this is one uniform pick.
 */
#include "lib/engine_private.h"

/* Draws for one peer. Of three zones of one size, one that is wanted is missed twice in 10^6 times;
 * where nobody is found, that many cost less than a microsecond. */
#define DRAWS_MAX    32
/* One in so many picks may be a member of a silent zone: rarely, but not never. */
#define SILENT_SHARE 8

struct wish {
    uint32_t in, not_in, nor_in; /* zones; ANY_ZONE: no matter */
};

#define ANY_ZONE UINT32_MAX

static bool fits(const struct wish *wish, uint32_t zone)
{
    return (wish->in == ANY_ZONE || zone == wish->in) && zone != wish->not_in &&
           zone != wish->nor_in;
}

static uint32_t draw_any(struct sl_engine *e)
{
    return sl_peers_at(&e->peers, sl_prng_below(&e->prng, e->peers.count));
}

static bool contains(const uint32_t *slots, uint32_t count, uint32_t slot)
{
    for (uint32_t i = 0; i < count; i++) {
        if (slots[i] == slot)
            return true;
    }
    return false;
}

/* A witness of a zone at random: of a small zone all members are. */
static uint32_t draw_witness(struct sl_engine *e, uint32_t zone, uint32_t except,
                             const uint32_t *taken, uint32_t count)
{
    uint32_t start = sl_prng_below(&e->prng, SL_ZONE_WITNESSES);
    for (uint32_t i = 0; zone != SL_ZONE_NONE && i < SL_ZONE_WITNESSES; i++) {
        uint32_t slot = e->zones.all[zone].witnesses[(start + i) % SL_ZONE_WITNESSES];
        if (slot != SL_SLOT_NONE && slot != except && slot != e->self_slot &&
            !contains(taken, count, slot))
            return slot;
    }
    return SL_SLOT_NONE;
}

/* Its zone is in reach, and it is not one of the many who seem to have died at once. */
static bool is_thought_to_hear(const struct sl_engine *e, uint32_t slot)
{
    bool is_doubted = sl_health_is_mass_death(&e->health) &&
                      sl_word_status(sl_view_slot_word(e->view, slot)) == SL_SUSPECT;
    return !is_doubted && sl_zone_is_open(e, slot);
}

/* One peer that is not taken: as wished, else anybody in reach, else anybody. */
static uint32_t draw(struct sl_engine *e, const struct wish *wish, uint32_t except,
                     const uint32_t *taken, uint32_t count)
{
    bool also_silent = sl_prng_below(&e->prng, SILENT_SHARE) == 0;
    uint32_t in_reach = SL_SLOT_NONE, beyond = SL_SLOT_NONE;
    for (uint32_t i = 0; i < DRAWS_MAX; i++) {
        uint32_t slot = draw_any(e);
        if (slot == except || contains(taken, count, slot))
            continue;
        bool counts = also_silent || is_thought_to_hear(e, slot);
        if (counts && fits(wish, sl_zones_of(&e->zones, slot)))
            return slot;
        if (counts)
            in_reach = slot;
        else
            beyond = slot;
    }
    uint32_t slot = SL_SLOT_NONE;
    if (wish->in != ANY_ZONE)
        slot = draw_witness(e, wish->in, except, taken, count);
    if (slot == SL_SLOT_NONE)
        slot = in_reach;
    if (slot == SL_SLOT_NONE)
        slot = draw_witness(e, sl_zones_of(&e->zones, e->self_slot), except, taken, count);
    return slot != SL_SLOT_NONE ? slot : beyond;
}

static uint32_t add(uint32_t *out, uint32_t count, uint32_t slot)
{
    if (slot != SL_SLOT_NONE)
        out[count++] = slot;
    return count;
}

/* Nothing to choose by, or nobody to choose from. */
static bool is_plain(const struct sl_engine *e, uint32_t count)
{
    bool are_alike = e->zones.count == 1 && !sl_health_is_mass_death(&e->health);
    return are_alike || e->peers.count <= 2 * count;
}

/* Where members are mostly silent one that answered lately takes the place of one: not of all, or
 * the few that are there would flood each other. */
static uint32_t with_acquaintance(struct sl_engine *e, uint32_t except, uint32_t *out,
                                  uint32_t count)
{
    if (count == 0 || !sl_health_is_silent_turn(&e->health, &e->prng))
        return count;
    const struct sl_acquaintance *one = sl_acquaintances_pick(&e->acquaintances, &e->prng);
    uint64_t word = 0;
    uint32_t slot = one == NULL ? SL_SLOT_NONE : sl_view_find(e->view, one->id, &word);
    if (slot != SL_SLOT_NONE && sl_word_is_live(word) && slot != except &&
        !contains(out, count, slot))
        out[0] = slot;
    return count;
}

static uint32_t choose_for_gossip(struct sl_engine *e, uint32_t *out, uint32_t count)
{
    if (is_plain(e, count))
        return sl_peers_pick(&e->peers, &e->prng, SL_SLOT_NONE, out, count);
    uint32_t own = sl_zones_of(&e->zones, e->self_slot);
    uint32_t picked = 0;
    for (uint32_t i = 0; i < count; i++) {
        bool near =
            own != SL_ZONE_NONE && sl_prng_below(&e->prng, 100) < e->config.gossip_near_percent;
        struct wish wish = {near ? own : ANY_ZONE, ANY_ZONE, ANY_ZONE};
        picked = add(out, picked, draw(e, &wish, SL_SLOT_NONE, out, picked));
    }
    return picked;
}

uint32_t sl_choice_gossip(struct sl_engine *e, uint32_t *out, uint32_t count)
{
    return with_acquaintance(e, SL_SLOT_NONE, out, choose_for_gossip(e, out, count));
}

uint32_t sl_choice_member(struct sl_engine *e, uint32_t zone, uint32_t except)
{
    for (uint32_t i = 0; i < DRAWS_MAX && e->peers.count > 0; i++) {
        uint32_t slot = draw_any(e);
        if (slot != except && sl_zones_of(&e->zones, slot) == zone)
            return slot;
    }
    return draw_witness(e, zone, except, NULL, 0);
}

static uint32_t choose_helpers(struct sl_engine *e, uint32_t target, uint32_t *out, uint32_t count)
{
    if (is_plain(e, count))
        return sl_peers_pick(&e->peers, &e->prng, target, out, count);
    uint32_t own = sl_zones_of(&e->zones, e->self_slot);
    uint32_t its = sl_zones_of(&e->zones, target);
    const struct wish inside = {its, ANY_ZONE, ANY_ZONE};
    const struct wish third = {ANY_ZONE, own, its};
    const struct wish near = {own, ANY_ZONE, ANY_ZONE};
    /* Of five two are of its zone, whose receipts prove that zone there, two of a third one, which
     * may have a way around a cut, and one of the own, whose receipt tells of this node's health.
     */
    uint32_t share = count / 2;
    uint32_t picked = 0;
    for (uint32_t i = 0; i < share && its != SL_ZONE_NONE; i++)
        picked = add(out, picked, draw(e, &inside, target, out, picked));
    for (uint32_t i = 0; i < share; i++)
        picked = add(out, picked, draw(e, &third, target, out, picked));
    while (picked < count) {
        uint32_t before = picked;
        picked = add(out, picked, draw(e, &near, target, out, picked));
        if (picked == before)
            break;
    }
    return picked;
}

uint32_t sl_choice_helpers(struct sl_engine *e, uint32_t target, uint32_t *out, uint32_t count)
{
    return with_acquaintance(e, target, out, choose_helpers(e, target, out, count));
}

uint32_t sl_choice_outsiders(struct sl_engine *e, uint32_t target, uint32_t *out, uint32_t count)
{
    uint32_t its = sl_zones_of(&e->zones, target);
    const struct wish third = {ANY_ZONE, its, sl_zones_of(&e->zones, e->self_slot)};
    const struct wish outside = {ANY_ZONE, its, ANY_ZONE};
    uint32_t picked = 0;
    for (uint32_t i = 0; i < count && e->peers.count > 0; i++)
        picked = add(out, picked, draw(e, i == 0 ? &third : &outside, target, out, picked));
    return picked;
}
