/* SPDX-License-Identifier: BSD-3-Clause */
/* Dissemination: rounds to random peers while there is something to say, frames filled most urgent
   first, and a block of the same records that answers carry for free (Demers et al. 1987; SWIM,
   section 4.1). */
#include "lib/engine_private.h"

#include <string.h>

/* Records passed over because they do not fit the rest of a frame, before giving up. */
#define MISFITS_MAX 8

/* Share of a frame's room that each class is sure of, in 1/8; what one leaves the others take in
 * order of urgency. */
static const uint32_t share_eighths[SL_CLASS_COUNT] = {
    [SL_CLASS_REFUTATION] = 3, [SL_CLASS_SUSPICION] = 3, [SL_CLASS_MEMBERSHIP] = 2};

/* Sends per rumour: multiplier * ceil(log10(n + 1)), memberlist's retransmit limit. */
static uint32_t sends_limit(const struct sl_engine *e)
{
    uint32_t digits = 0;
    for (uint32_t n = e->peers.count + 1; n > 0; n /= 10)
        digits++;
    return e->config.transmit_multiplier * digits;
}

void sl_gossip_spread(struct sl_engine *e, uint32_t slot, uint8_t record_type,
                      enum sl_class traffic, uint64_t accuser_id)
{
    if (!sl_rumours_add(&e->rumours, slot, record_type, traffic, accuser_id)) {
        sl_engine_drop(e, SL_DROP_RUMOURS_FULL);
        return;
    }
    __atomic_store_n(&e->stats.rumours_waiting, sl_rumours_count(&e->rumours), __ATOMIC_RELAXED);
    uint64_t next_ns = e->last_round_ns + e->config.gossip_interval_ns;
    if (next_ns < e->now_ns)
        next_ns = e->now_ns;
    if (next_ns < e->gossip_timer.deadline_ns)
        sl_timer_set(&e->timers, &e->gossip_timer, next_ns);
}

uint32_t sl_gossip_write(struct sl_engine *e, uint8_t *out, uint32_t room_bytes, uint32_t slot,
                         uint8_t record_type, uint64_t accuser_id)
{
    uint64_t id = sl_view_slot_id(e->view, slot);
    uint64_t word = sl_view_slot_word(e->view, slot);
    if (record_type == SL_RECORD_ALIVE) {
        struct sl_identity identity = sl_cold_identity(sl_view_cold(e->view, slot));
        return sl_record_write_alive(out, room_bytes, id, sl_word_with_status(word, SL_ALIVE),
                                     &identity);
    }
    if (record_type == SL_RECORD_LEFT)
        return sl_record_write_left(out, room_bytes, id, word);
    return sl_record_write_accusation(out, room_bytes, id, word, accuser_id);
}

/* A frame being filled with rumours. */
struct load {
    uint8_t *frame;
    uint32_t length_bytes;
    uint32_t limit_bytes;
    struct sl_cargo *cargo;
};

/* Loads one class from after `entry` on, until `until_bytes`. Returns the last entry looked at. */
static uint32_t load_class(struct sl_engine *e, struct load *load, enum sl_class traffic,
                           uint32_t entry, uint32_t until_bytes)
{
    uint32_t misfits = 0;
    while (load->cargo->count < SL_STEP_RECORDS_MAX && misfits < MISFITS_MAX) {
        uint32_t next = sl_rumours_walk(&e->rumours, traffic, entry);
        if (next == SL_ENTRY_NONE || load->length_bytes >= until_bytes)
            break;
        const struct sl_rumour *rumour = &e->rumours.all[next];
        uint32_t bytes = sl_gossip_write(
            e, load->frame + load->length_bytes, load->limit_bytes - load->length_bytes,
            sl_rumour_slot(&e->rumours, next), rumour->record_type, rumour->accuser_id);
        entry = next;
        if (bytes == 0) {
            misfits++;
            continue;
        }
        load->length_bytes += bytes;
        load->cargo->entries[load->cargo->count++] = next;
    }
    return entry;
}

static void load_all(struct sl_engine *e, struct load *load)
{
    uint32_t reached[SL_CLASS_COUNT];
    uint32_t room = load->limit_bytes - load->length_bytes;
    for (int c = 0; c < SL_CLASS_COUNT; c++) {
        uint32_t until = load->length_bytes + room * share_eighths[c] / 8;
        reached[c] = load_class(e, load, (enum sl_class)c, SL_ENTRY_NONE, until);
    }
    for (int c = 0; c < SL_CLASS_COUNT; c++) {
        /* NONE after the first pass means that nothing was loaded yet: a walk from there begins at
         * the start. */
        if (share_eighths[c] != 0)
            load_class(e, load, (enum sl_class)c, reached[c], load->limit_bytes);
    }
}

uint32_t sl_gossip_load(struct sl_engine *e, uint8_t *frame, uint32_t length_bytes,
                        struct sl_cargo *cargo)
{
    struct load load = {frame, length_bytes, e->config.frame_bytes, cargo};
    load_all(e, &load);
    return load.length_bytes;
}

void sl_gossip_charge(struct sl_engine *e, const struct sl_cargo *cargo, uint32_t sends)
{
    uint32_t limit = sends_limit(e);
    for (uint32_t i = 0; i < cargo->count; i++)
        sl_rumours_charge(&e->rumours, cargo->entries[i], sends, limit);
    sl_count(&e->stats.rumours_sent, (uint64_t)cargo->count * sends);
    __atomic_store_n(&e->stats.rumours_waiting, sl_rumours_count(&e->rumours), __ATOMIC_RELAXED);
}

/* ---- the block that answers carry ---- */

static void withdraw_block(struct sl_engine *e)
{
    if (e->published_block == SL_BLOCKS)
        return;
    struct sl_block_slot *old = &e->blocks[e->published_block];
    e->published_block = SL_BLOCKS;
    old->ticket.pending = 1;
    e->host.retire(e->host.context, &old->ticket);
}

static uint32_t free_block(const struct sl_engine *e)
{
    uint32_t i = 0;
    while (i < SL_BLOCKS && (i == e->published_block || sl_retire_is_pending(&e->blocks[i].ticket)))
        i++;
    return i;
}

static void publish_block(struct sl_engine *e)
{
    if (e->block_version == e->rumours.version)
        return;
    uint32_t index = free_block(e);
    if (index == SL_BLOCKS)
        return;
    struct sl_rumour_block *block = &e->blocks[index].block;
    struct sl_cargo cargo = {.count = 0};
    struct load load = {block->records, 0, SL_RUMOUR_BLOCK_BYTES, &cargo};
    load_all(e, &load);
    block->bytes = (uint16_t)load.length_bytes;
    block->record_count = (uint16_t)cargo.count;
    block->number = ++e->block_number;
    e->block_version = e->rumours.version;
    const struct sl_rumour_block *published = block->bytes > 0 ? block : NULL;
    __atomic_store_n(&e->fast.block, published, __ATOMIC_RELEASE);
    withdraw_block(e);
    if (published != NULL)
        e->published_block = index;
}

/* ---- rounds ---- */

static bool send_round(struct sl_engine *e, uint32_t fanout)
{
    uint32_t slots[SL_FANOUT_MAX];
    struct sl_endpoint to[SL_FANOUT_MAX];
    uint32_t picked = sl_peers_pick(&e->peers, &e->prng, SL_SLOT_NONE, slots, fanout);
    uint32_t count = 0;
    for (uint32_t i = 0; i < picked; i++) {
        to[count] = sl_engine_endpoint(e, slots[i]);
        count += sl_endpoint_is_set(&to[count]);
    }
    if (count == 0)
        return false;
    if (!sl_engine_has_room(e, (uint64_t)e->config.frame_bytes * count)) {
        sl_engine_drop(e, SL_DROP_BYTE_CAP);
        return false;
    }
    struct sl_buffer buffer;
    uint32_t length;
    if (!sl_engine_begin(e, SL_FRAME_GOSSIP, 0, &buffer, &length))
        return false;
    struct sl_cargo cargo = {.count = 0};
    length = sl_gossip_load(e, buffer.bytes, length, &cargo);
    sl_engine_send(e, &buffer, length, SL_CLASS_MEMBERSHIP, to, count);
    sl_gossip_charge(e, &cargo, count);
    SL_STAT(e, gossip_rounds);
    return true;
}

void sl_gossip_fire(struct sl_engine *e)
{
    if (e->phase == SL_PHASE_LEFT || e->phase == SL_PHASE_YIELDED)
        return;
    e->last_round_ns = e->now_ns;
    publish_block(e);
    /* With nothing to say one peer still hears the view hash, so that a difference does not go
     * unnoticed. */
    send_round(e, sl_rumours_count(&e->rumours) > 0 ? e->config.gossip_fanout : 1);
    uint64_t wait_ns = sl_rumours_count(&e->rumours) > 0 && e->peers.count > 0
                           ? e->config.gossip_interval_ns
                           : e->config.gossip_idle_interval_ns;
    sl_timer_set(&e->timers, &e->gossip_timer, e->now_ns + sl_engine_jitter(e, wait_ns));
}

void sl_gossip_reply(struct sl_engine *e, const struct sl_input *input)
{
    uint64_t accused = input->body.probe.target_word;
    uint64_t held = 0;
    uint32_t slot = sl_view_find(e->view, input->header.sender_id, &held);
    bool am_accused = input->body.probe.target_id == e->self_id && accused >= e->self_word &&
                      sl_word_status(accused) != SL_ALIVE;
    if (am_accused || accused > e->self_word)
        sl_self_accused(e, accused);
    bool gone = slot != SL_SLOT_NONE && !sl_word_is_live(held);
    if (slot == SL_SLOT_NONE || !(am_accused || gone))
        return;
    struct sl_buffer buffer;
    uint32_t length;
    if (!sl_engine_begin(e, SL_FRAME_GOSSIP, 0, &buffer, &length))
        return;
    uint32_t limit = e->config.frame_bytes;
    length +=
        sl_gossip_write(e, buffer.bytes + length, limit - length, e->self_slot, SL_RECORD_ALIVE, 0);
    if (gone) {
        uint8_t type = sl_word_status(held) == SL_DEAD ? SL_RECORD_DEAD : SL_RECORD_LEFT;
        length += sl_gossip_write(e, buffer.bytes + length, limit - length, slot, type, e->self_id);
    }
    sl_engine_send(e, &buffer, length, SL_CLASS_REFUTATION, &input->from, 1);
}
