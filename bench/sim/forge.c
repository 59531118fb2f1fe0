/* SPDX-License-Identifier: BSD-3-Clause */
#include "bench/sim/forge.h"

#include <stdlib.h>
#include <string.h>

#include "bench/sim/world.h"
#include "lib/frame.h"
#include "lib/record.h"

#define STRANGER "a stranger"

static uint64_t stranger_id(const struct sim_world *w)
{
    return sl_member_id(&w->directory.cluster, STRANGER, strlen(STRANGER));
}

bool sim_is_stranger(const struct sim_world *w, uint64_t id)
{
    return id == stranger_id(w);
}

uint32_t sim_gossip_begin(struct sim_world *w, uint64_t sender_id, uint32_t boot_salt)
{
    struct sl_header header = {
        .type = SL_FRAME_GOSSIP,
        .cluster_id = w->directory.cluster.id,
        .sender_id = sender_id,
        .boot_salt = boot_salt,
        .unsettled = 1,
    };
    sl_header_write(w->lent, &header);
    return sl_frame_records_at(SL_FRAME_GOSSIP);
}

/* The member's own word, so many incarnations up. A member that never ran is made up. */
static uint64_t word_of(const struct sim_node *member, const struct sim_action *a)
{
    uint64_t word = member->issued != 0 ? member->issued : sl_word(SIM_WALL_S, 0, SL_ALIVE);
    for (uint32_t i = 0; i < a->number; i++)
        word = sl_word_refute(word);
    return sl_word_with_status(word, a->status);
}

static uint32_t write_record(struct sim_world *w, struct sim_node *member,
                             const struct sim_action *a, uint64_t sender_id, uint32_t at)
{
    const struct sim_entry *entry = &w->directory.entries[member->number];
    uint32_t room = w->scenario->options.config.frame_bytes - at;
    uint64_t word = word_of(member, a);
    member->forged = sl_word_merge(member->forged, word);
    if (a->status == SL_ALIVE) {
        struct sl_identity identity = sl_cold_identity(entry->cold);
        return at + sl_record_write_alive(w->lent + at, room, entry->id, word, &identity);
    }
    if (a->status == SL_LEFT)
        return at + sl_record_write_left(w->lent + at, room, entry->id, word);
    return at + sl_record_write_accusation(w->lent + at, room, entry->id, word, sender_id);
}

static void send(struct sim_world *w, struct sim_node *member, const struct sim_action *a,
                 uint32_t to)
{
    bool strange = a->from == SIM_FROM_STRANGER;
    if (member->number == a->from && (a->status == SL_SUSPECT || a->status == SL_DEAD))
        return; /* nobody can accuse itself: there is no such record */
    struct sim_node *sender = strange ? NULL : &w->nodes[a->from];
    uint64_t id = strange ? stranger_id(w) : w->directory.entries[a->from].id;
    uint32_t salt = strange ? 1 : sl_engine_fast(sender->engine)->boot_salt;
    uint32_t length = sim_gossip_begin(w, id, salt);
    length = write_record(w, member, a, id, length);
    if (strange) {
        sl_header_stamp(w->lent, 0, ++w->strange_frames);
        sim_world_send_strange(w, to, w->lent, length);
        return;
    }
    struct sl_endpoint endpoint = sim_node_endpoint(&w->nodes[to]);
    sl_header_stamp(w->lent, sender->lane->id, ++sender->lane->counter);
    sender->has_lied = true;
    sim_world_send(w, a->from, &endpoint, w->lent, length);
}

void sim_forge(struct sim_world *w, const struct sim_action *a)
{
    if (a->from != SIM_FROM_STRANGER && w->nodes[a->from].state != SIM_NODE_UP)
        return;
    uint8_t *members = sim_world_pick_set(w, &a->who, a->verb);
    uint8_t *receivers = sim_world_pick_set(w, &a->a, a->verb);
    for (uint32_t member = 0; member < w->scenario->node_count; member++) {
        for (uint32_t to = 0; to < w->scenario->node_count; to++) {
            if (members[member] != 0 && receivers[to] != 0 && to != a->from &&
                w->nodes[to].state != SIM_NODE_DOWN)
                send(w, &w->nodes[member], a, to);
        }
    }
    free(members);
    free(receivers);
}
