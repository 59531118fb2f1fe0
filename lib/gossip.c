/* SPDX-License-Identifier: BSD-3-Clause */
/* Dissemination: rounds to random peers while there is something to say (Demers et al. 1987; SWIM,
   section 4.1). */
#include "lib/engine_private.h"

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

/* A suspicion is for its member, whom the accuser's probes tell as well, and for those who may
 * confirm it: one round reaches nearly all. A death must reach all, and goes before it. But where
 * many have died word of a suspicion must come first, or viewers would wait with the death itself.
 */
static uint32_t limit_of(const struct sl_engine *e, uint32_t entry)
{
    bool once = e->rumours.all[entry].record_type == SL_RECORD_SUSPECT &&
                sl_health_is_mass_death(&e->health);
    return once ? e->config.gossip_fanout : sends_limit(e);
}

void sl_gossip_spread(struct sl_engine *e, uint32_t slot, uint8_t record_type,
                      enum sl_class traffic, uint64_t accuser_id)
{
    if (sl_flaps_hold(e, slot, record_type, traffic, accuser_id))
        return;
    bool behind = record_type == SL_RECORD_SUSPECT && !sl_health_is_mass_death(&e->health);
    uint32_t sends = behind ? sends_limit(e) - e->config.gossip_fanout : 0;
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

uint32_t sl_gossip_load(struct sl_engine *e, uint8_t *frame, uint32_t length_bytes,
                        uint32_t limit_bytes, struct sl_cargo *cargo)
{
    length_bytes = sl_zone_reports_write(e, frame, length_bytes);
    if (sl_rumours_count(&e->rumours) == 0)
        return length_bytes;
    /* As much as one peer of a round gets. */
    uint32_t limit = length_bytes + sl_budget_rumours(e) / e->config.gossip_fanout;
    if (limit > limit_bytes)
        limit = limit_bytes;
    uint32_t loaded_bytes = sl_cargo_load(e, frame, length_bytes, limit, cargo);
    sl_meter_add(&e->said, e->now_ns, loaded_bytes - length_bytes);
    return loaded_bytes;
}

void sl_gossip_charge(struct sl_engine *e, const struct sl_cargo *cargo, uint32_t sends)
{
    /* Until repair takes over. */
    uint64_t told_until_ns = e->now_ns + e->config.repair_patience_ns;
    for (uint32_t i = 0; i < cargo->count; i++) {
        if (e->phase == SL_PHASE_LEAVING &&
            sl_rumour_slot(&e->rumours, cargo->entries[i]) == e->self_slot)
            e->leave_sends += sends;
        uint32_t limit = limit_of(e, cargo->entries[i]);
        sl_rumours_charge(&e->rumours, cargo->entries[i], sends, limit, told_until_ns);
    }
    sl_count(&e->stats.rumours_sent, (uint64_t)cargo->count * sends);
    __atomic_store_n(&e->stats.rumours_waiting, sl_rumours_count(&e->rumours), __ATOMIC_RELAXED);
}

/* ---- rounds ---- */

/* The frame is as long as the path to each of them allows: *path_bytes. */
static uint32_t pick_endpoints(struct sl_engine *e, struct sl_endpoint *to, uint32_t fanout,
                               uint32_t *path_bytes)
{
    *path_bytes = e->config.frame_bytes;
    /* Those who join at once know the same few members, whom their rounds would flood; their
       sessions tell more. */
    if (e->phase == SL_PHASE_JOINING)
        return 0;
    uint32_t slots[SL_FANOUT_MAX];
    uint32_t picked = sl_choice_gossip(e, slots, fanout);
    uint32_t count = 0;
    for (uint32_t i = 0; i < picked; i++) {
        uint32_t bytes = sl_path_bytes(e, sl_path_zone(e, slots[i]));
        to[count] = sl_engine_endpoint(e, slots[i]);
        if (!sl_endpoint_is_set(&to[count]))
            continue;
        *path_bytes = bytes < *path_bytes ? bytes : *path_bytes;
        count++;
    }
    return count;
}

struct round {
    uint32_t budget;
    uint32_t path_bytes; /* longest frame that reaches all of its peers */
};

/* A frame for `count` peers, shared out evenly among them but long enough for any claim; if they
 * cannot all have it, fewer get it. Returns how many. */
static uint32_t fill_round(struct sl_engine *e, const struct round *round, uint8_t *frame,
                           uint32_t *length_bytes, uint32_t count, struct sl_cargo *cargo)
{
    uint32_t budget = round->budget;
    uint32_t limit = budget / count > SL_FRAME_BYTES_MIN ? budget / count : SL_FRAME_BYTES_MIN;
    if (limit > budget)
        limit = budget;
    if (limit > round->path_bytes)
        limit = round->path_bytes;
    uint32_t length = sl_zone_reports_write(e, frame, *length_bytes);
    length = sl_cargo_load(e, frame, length, limit > length ? limit : length, cargo);
    *length_bytes = length;
    uint32_t affordable = budget > length ? budget / length : 1;
    count = affordable < count ? affordable : count;
    sl_meter_add(&e->said, e->now_ns, (uint64_t)length * count);
    return count;
}

static void send_round(struct sl_engine *e, enum sl_frame_type type, uint32_t fanout)
{
    struct sl_endpoint to[SL_FANOUT_MAX];
    struct sl_buffer buffer;
    uint32_t length;
    struct round round = {.budget = sl_budget_rumours(e)};
    uint32_t count = pick_endpoints(e, to, fanout, &round.path_bytes);
    if (round.budget < SL_HEADER_BYTES + SL_RECORD_ACCUSATION_BYTES) {
        sl_engine_drop(e, SL_DROP_BYTE_CAP);
        return;
    }
    if (count == 0 || !sl_engine_begin(e, type, 0, &buffer, &length))
        return;
    struct sl_cargo cargo = {.count = 0};
    count = fill_round(e, &round, buffer.bytes, &length, count, &cargo);
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
    sl_self_publish_most(e);
    sl_rumours_expire(&e->rumours, e->now_ns, SL_STEP_RECORDS_MAX);
    sl_block_publish(e);
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
    /* The ACK was as long as the PING: an address that is not proven gets no more. */
    if (!sl_engine_is_proven(e, input)) {
        sl_engine_meet(e, slot);
        return;
    }
    struct sl_buffer buffer;
    uint32_t length;
    if (!sl_engine_begin(e, SL_FRAME_GOSSIP, 0, &buffer, &length))
        return;
    uint32_t limit = sl_path_bytes(e, sl_path_zone(e, slot));
    length +=
        sl_gossip_write(e, buffer.bytes + length, limit - length, e->self_slot, SL_RECORD_ALIVE, 0);
    if (gone) {
        bool left = sl_word_status(held) == SL_LEFT && !sl_view_is_removed(e->view, slot);
        uint8_t type = left ? SL_RECORD_LEFT : SL_RECORD_DEAD; /* or REMOVED: by its word */
        length += sl_gossip_write(e, buffer.bytes + length, limit - length, slot, type, e->self_id);
    }
    sl_engine_send(e, &buffer, length, SL_CLASS_REFUTATION, &input->from, 1);
}
