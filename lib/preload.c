/* SPDX-License-Identifier: BSD-3-Clause */
#include "lib/preload.h"

#include "lib/engine_private.h"

static void settle(struct sl_engine *e)
{
    e->join.name_is_free = true;
    e->met_ns = 0;
    sl_engine_set_phase(e, SL_PHASE_MEMBER);
}

int sl_engine_preload(struct sl_engine *e, const struct sl_preload_member *members, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        const struct sl_preload_member *m = &members[i];
        uint32_t slot;
        if (m->id == e->self_id)
            continue;
        int error = sl_view_add(e->view, m->id, m->word, m->identity, &slot);
        if (error)
            return error;
        sl_view_prove(e->view, slot);
        sl_engine_member_lives(e, slot);
    }
    settle(e);
    return 0;
}

/* A cluster that has long run has no witnesses that all its members ask first. */
static void draw_witnesses(struct sl_engine *e)
{
    for (uint32_t zone = 1; zone < e->zones.count; zone++) {
        for (uint32_t i = 0; i < SL_ZONE_WITNESSES; i++) {
            uint32_t slot = sl_choice_member(e, zone, SL_SLOT_NONE);
            if (slot != SL_SLOT_NONE)
                sl_zones_answered(&e->zones, slot);
        }
    }
}

void sl_engine_preload_like(struct sl_engine *e, const struct sl_engine *other)
{
    uint64_t word;
    sl_view_adopt(e->view, other->view);
    sl_peers_adopt(&e->peers, &other->peers);
    sl_zones_adopt(&e->zones, &other->zones);
    e->self_slot = sl_view_find(e->view, e->self_id, &word);
    SL_ASSERT(e->self_slot != SL_SLOT_NONE && word == e->self_word);
    sl_peers_remove(&e->peers, e->self_slot);
    sl_peers_add(&e->peers, other->self_slot);
    sl_view_prove(e->view, other->self_slot);
    draw_witnesses(e);
    settle(e);
}

void sl_engine_preload_seeds(struct sl_engine *e, const struct sl_endpoint *seeds,
                             const uint64_t *ids, uint32_t count)
{
    struct sl_join *join = &e->join;
    SL_ASSERT(count <= SL_SEEDS_MAX);
    join->seed_count = 0;
    for (uint32_t i = 0; i < count; i++) {
        if (sl_self_is_mine(e, &seeds[i])) {
            join->is_seed = true;
            continue;
        }
        join->seeds[join->seed_count] = seeds[i];
        join->seed_ids[join->seed_count++] = ids[i];
    }
    sl_budget_publish(e);
}
