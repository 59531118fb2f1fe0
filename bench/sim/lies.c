/* SPDX-License-Identifier: BSD-3-Clause */
#include "bench/sim/lies.h"

#include "bench/sim/forge.h"
#include "bench/sim/world.h"
#include "lib/frame.h"
#include "lib/record.h"

#define LIES_PER_FRAME 8

void sim_lies_create(struct sim_world *w)
{
    w->lies.prng.state = sl_prng_next(&w->prng);
    w->lies.next_ns = SIM_NEVER;
}

void sim_lies_begin(struct sim_world *w, uint32_t node, uint64_t until_ns, bool forges)
{
    struct sim_lies *l = &w->lies;
    if (l->count == SIM_LIARS_MAX)
        return;
    l->liars[l->count++] = (struct sim_liar){node, forges, until_ns};
    w->nodes[node].has_lied = true;
    l->next_ns = w->now_ns;
}

/* About a running member: that it is suspect or dead, or, forged, that it says more of itself. */
static uint32_t write_lie(struct sim_world *w, const struct sim_liar *liar, uint8_t *out,
                          uint32_t room_bytes)
{
    struct sl_prng *prng = &w->lies.prng;
    uint32_t number = sl_prng_below(prng, w->scenario->node_count);
    struct sim_node *victim = &w->nodes[number];
    const struct sim_entry *entry = &w->directory.entries[number];
    uint64_t kind = sl_prng_next(prng);
    if (victim->state == SIM_NODE_DOWN || number == liar->node || !sl_word_is_live(victim->word))
        return 0;
    if (liar->forges && kind % 2 == 0) {
        struct sl_identity identity = sl_cold_identity(entry->cold);
        uint64_t word = sl_word_refute(victim->word);
        victim->forged = sl_word_merge(victim->forged, word);
        return sl_record_write_alive(out, room_bytes, entry->id, word, &identity);
    }
    uint64_t word = sl_word_with_status(victim->word, kind & 2 ? SL_DEAD : SL_SUSPECT);
    return sl_record_write_accusation(out, room_bytes, entry->id, word,
                                      w->directory.entries[liar->node].id);
}

static void lie(struct sim_world *w, const struct sim_liar *liar)
{
    struct sim_node *node = &w->nodes[liar->node];
    const struct sl_config *c = &w->scenario->options.config;
    uint32_t length = sim_gossip_begin(w, w->directory.entries[liar->node].id,
                                       sl_engine_fast(node->engine)->boot_salt);
    for (uint32_t i = 0; i < LIES_PER_FRAME; i++)
        length += write_lie(w, liar, w->lent + length, c->frame_bytes - length);
    sl_header_stamp(w->lent, node->lane->id, ++node->lane->counter);
    for (uint32_t i = 0; i < c->gossip_fanout; i++) {
        uint32_t who = sl_prng_below(&w->lies.prng, w->scenario->node_count);
        struct sl_endpoint to = sim_node_endpoint(&w->nodes[who]);
        sim_world_send(w, liar->node, &to, w->lent, length);
    }
}

void sim_lies_run(struct sim_world *w)
{
    struct sim_lies *l = &w->lies;
    l->next_ns = w->now_ns + w->scenario->options.config.gossip_interval_ns;
    for (uint32_t i = 0; i < l->count;) {
        if (w->now_ns >= l->liars[i].until_ns) {
            l->liars[i] = l->liars[--l->count];
            continue;
        }
        if (w->nodes[l->liars[i].node].state == SIM_NODE_UP)
            lie(w, &l->liars[i]);
        i++;
    }
    if (l->count == 0)
        l->next_ns = SIM_NEVER;
}
