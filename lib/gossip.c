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

/* Sends per rumour: multiplier * ceil(log10(n + 1)), memberlist's retransmit limit, but two rounds
 * at least: in a small cluster one round may miss its only peers. */
static uint32_t sends_limit(const struct sl_engine *e)
{
    uint32_t digits = 0;
    for (uint32_t n = e->peers.count + 1; n > 0; n /= 10)
        digits++;
    uint32_t limit = e->config.transmit_multiplier * digits;
    uint32_t least = 2 * e->config.gossip_fanout;
    limit = limit > least ? limit : least;
    return limit < SL_SENDS_MAX ? limit : SL_SENDS_MAX;
}

void sl_gossip_spread(struct sl_engine *e, uint32_t slot, uint8_t record_type,
                      enum sl_class traffic, uint64_t accuser_id)
{
    /* A suspicion is for its member, whom the accuser's probes tell as well, and for those who may
     * confirm it: one round reaches nearly all. A death must reach all, and goes before it. */
    uint32_t sends =
        record_type == SL_RECORD_SUSPECT ? sends_limit(e) - e->config.gossip_fanout : 0;
    if (!sl_rumours_add(&e->rumours, slot, record_type, traffic, accuser_id, sends)) {
        sl_engine_drop(e, SL_DROP_RUMOURS_FULL);
        return;
    }
    /* Who leaves cannot wait to be asked. */
    if (e->config.gossip_mode == SL_GOSSIP_PULL && e->phase < SL_PHASE_LEAVING)
        sl_rumours_only_tell(&e->rumours, slot, e->now_ns + e->config.repair_patience_ns);
    __atomic_store_n(&e->stats.rumours_waiting, sl_rumours_count(&e->rumours), __ATOMIC_RELAXED);
    sl_gossip_hasten(e);
}

void sl_gossip_hasten(struct sl_engine *e)
{
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
    uint32_t first; /* entry that was loaded ahead of all */
};

/* false: it does not fit. */
static bool load_one(struct sl_engine *e, struct load *load, uint32_t entry)
{
    const struct sl_rumour *rumour = &e->rumours.all[entry];
    uint32_t bytes = sl_gossip_write(
        e, load->frame + load->length_bytes, load->limit_bytes - load->length_bytes,
        sl_rumour_slot(&e->rumours, entry), rumour->record_type, rumour->accuser_id);
    if (bytes == 0)
        return false;
    load->length_bytes += bytes;
    load->cargo->entries[load->cargo->count++] = entry;
    return true;
}

/* Loads one class from after `entry` on, until `until_bytes`. Returns the last entry looked at. */
static uint32_t load_class(struct sl_engine *e, struct load *load, enum sl_class traffic,
                           uint32_t entry, uint32_t until_bytes)
{
    uint32_t misfits = 0;
    while (load->cargo->count < SL_STEP_RECORDS_MAX && misfits < MISFITS_MAX) {
        uint32_t next = sl_rumours_walk(&e->rumours, traffic, entry);
        if (next == SL_ENTRY_NONE || load->length_bytes >= until_bytes)
            break;
        entry = next;
        if (next != load->first)
            misfits += !load_one(e, load, next);
    }
    return entry;
}

static void load_all(struct sl_engine *e, struct load *load)
{
    uint32_t reached[SL_CLASS_COUNT];
    /* Nobody else can say first what a node says of itself. */
    load->first = sl_slot_map_find(&e->rumours.map, e->self_slot);
    if (sl_rumours_class(&e->rumours, e->self_slot) != SL_CLASS_COUNT)
        load_one(e, load, load->first);
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

/* What is told to those who ask, behind what is being pushed. */
static void load_told(struct sl_engine *e, struct load *load)
{
    uint32_t misfits = 0;
    uint32_t entry = sl_rumours_walk_told(&e->rumours, SL_ENTRY_NONE);
    while (entry != SL_ENTRY_NONE && load->cargo->count < SL_STEP_RECORDS_MAX &&
           misfits < MISFITS_MAX && e->rumours.all[entry].told_until_ns > e->now_ns) {
        misfits += !load_one(e, load, entry);
        entry = sl_rumours_walk_told(&e->rumours, entry);
    }
}

uint32_t sl_gossip_load(struct sl_engine *e, uint8_t *frame, uint32_t length_bytes,
                        struct sl_cargo *cargo)
{
    length_bytes = sl_zone_reports_write(e, frame, length_bytes);
    if (sl_rumours_count(&e->rumours) == 0)
        return length_bytes;
    /* As much as one peer of a round gets. */
    uint32_t limit = length_bytes + sl_budget_rumours(e) / e->config.gossip_fanout;
    if (limit > e->config.frame_bytes)
        limit = e->config.frame_bytes;
    struct load load = {frame, length_bytes, limit, cargo, SL_ENTRY_NONE};
    load_all(e, &load);
    sl_meter_add(&e->said, e->now_ns, load.length_bytes - length_bytes);
    return load.length_bytes;
}

void sl_gossip_charge(struct sl_engine *e, const struct sl_cargo *cargo, uint32_t sends)
{
    uint32_t limit = sends_limit(e);
    /* Until repair takes over. */
    uint64_t told_until_ns = e->now_ns + e->config.repair_patience_ns;
    for (uint32_t i = 0; i < cargo->count; i++)
        sl_rumours_charge(&e->rumours, cargo->entries[i], sends, limit, told_until_ns);
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
    struct load load = {block->records, 0, SL_RUMOUR_BLOCK_BYTES, &cargo, SL_ENTRY_NONE};
    load_all(e, &load);
    load_told(e, &load);
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

static uint32_t pick_endpoints(struct sl_engine *e, struct sl_endpoint *to, uint32_t fanout)
{
    /* Those who join at once know the same few members, whom their rounds would flood; their
       sessions tell more. */
    if (e->phase == SL_PHASE_JOINING)
        return false;
    uint32_t slots[SL_FANOUT_MAX];
    uint32_t picked = sl_choice_gossip(e, slots, fanout);
    uint32_t count = 0;
    for (uint32_t i = 0; i < picked; i++) {
        to[count] = sl_engine_endpoint(e, slots[i]);
        count += sl_endpoint_is_set(&to[count]);
    }
    return count;
}

/* A frame for `count` peers, shared out evenly among them but long enough for any claim; if they
 * cannot all have it, fewer get it. Returns how many. */
static uint32_t fill_round(struct sl_engine *e, uint32_t budget, uint8_t *frame,
                           uint32_t *length_bytes, uint32_t count, struct sl_cargo *cargo)
{
    uint32_t limit = budget / count > SL_FRAME_BYTES_MIN ? budget / count : SL_FRAME_BYTES_MIN;
    if (limit > budget)
        limit = budget;
    if (limit > e->config.frame_bytes)
        limit = e->config.frame_bytes;
    struct load load = {frame, sl_zone_reports_write(e, frame, *length_bytes), limit, cargo,
                        SL_ENTRY_NONE};
    if (load.limit_bytes < load.length_bytes)
        load.limit_bytes = load.length_bytes;
    load_all(e, &load);
    *length_bytes = load.length_bytes;
    uint32_t affordable = budget > load.length_bytes ? budget / load.length_bytes : 1;
    count = affordable < count ? affordable : count;
    sl_meter_add(&e->said, e->now_ns, (uint64_t)load.length_bytes * count);
    return count;
}

static void send_round(struct sl_engine *e, enum sl_frame_type type, uint32_t fanout)
{
    struct sl_endpoint to[SL_FANOUT_MAX];
    struct sl_buffer buffer;
    uint32_t length;
    uint32_t budget = sl_budget_rumours(e);
    uint32_t count = pick_endpoints(e, to, fanout);
    if (budget < SL_HEADER_BYTES + SL_RECORD_ACCUSATION_BYTES) {
        sl_engine_drop(e, SL_DROP_BYTE_CAP);
        return;
    }
    if (count == 0 || !sl_engine_begin(e, type, 0, &buffer, &length))
        return;
    struct sl_cargo cargo = {.count = 0};
    count = fill_round(e, budget, buffer.bytes, &length, count, &cargo);
    sl_engine_send(e, &buffer, length, SL_CLASS_MEMBERSHIP, to, count);
    sl_gossip_charge(e, &cargo, count);
    SL_STAT(e, gossip_rounds);
}

void sl_gossip_fire(struct sl_engine *e)
{
    if (e->phase == SL_PHASE_LEFT || e->phase == SL_PHASE_YIELDED)
        return;
    e->last_round_ns = e->now_ns;
    sl_budget_publish(e);
    sl_rumours_expire(&e->rumours, e->now_ns, SL_STEP_RECORDS_MAX);
    publish_block(e);
    bool pushing = sl_rumours_count(&e->rumours) > 0;
    /* Who only asks cannot know when there is something to ask for. */
    bool busy = pushing || e->config.gossip_mode == SL_GOSSIP_PULL;
    bool asks = e->config.gossip_mode != SL_GOSSIP_PUSH && !pushing;
    /* With nothing to say one peer still hears the view hash, so that a difference does not go
     * unnoticed. */
    bool news = busy || sl_zone_reports_are_news(e);
    send_round(e, asks ? SL_FRAME_PULL : SL_FRAME_GOSSIP, news ? e->config.gossip_fanout : 1);
    uint64_t wait_ns = news && e->peers.count > 0 ? e->config.gossip_interval_ns
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
