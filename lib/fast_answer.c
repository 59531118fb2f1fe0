/* SPDX-License-Identifier: BSD-3-Clause */
#include "lib/fast_pass.h"
#include "lib/record.h"

/* The cold record of a known member; *word may be NULL. */
static const struct sl_cold *find_cold(const struct sl_view *view, uint64_t id, uint64_t *word)
{
    uint32_t slot = sl_view_find(view, id, word);
    return slot == SL_SLOT_NONE ? NULL : sl_view_cold(view, slot);
}

/* The slot of the sender, if this node would ask it at the address that its frame came from. */
static uint32_t sender_slot(const struct sl_pass *pass)
{
    const struct sl_fast *fast = pass->fast;
    uint32_t slot = sl_view_find(fast->view, pass->header.sender_id, NULL);
    const struct sl_cold *cold = slot == SL_SLOT_NONE ? NULL : sl_view_cold(fast->view, slot);
    if (cold == NULL)
        return SL_SLOT_NONE;
    struct sl_endpoint known = sl_cold_endpoint(cold, sl_endpoint_is_set(&fast->self_v4),
                                                sl_endpoint_is_set(&fast->self_v6));
    bool is_there = sl_endpoint_is_set(&known) && sl_ip_equal(&known, &pass->io->from);
    return is_there ? slot : SL_SLOT_NONE;
}

bool sl_pass_sender_is_known(const struct sl_pass *pass)
{
    return sender_slot(pass) != SL_SLOT_NONE;
}

uint32_t sl_pass_path_bytes(const struct sl_pass *pass)
{
    const struct sl_fast *fast = pass->fast;
    uint32_t least = __atomic_load_n(&fast->path_bytes_least, __ATOMIC_RELAXED);
    uint32_t slot = least == fast->frame_bytes ? SL_SLOT_NONE : sender_slot(pass);
    if (slot == SL_SLOT_NONE)
        return least;
    uint8_t zone = __atomic_load_n(&fast->zone_of_slot[slot], __ATOMIC_RELAXED);
    return __atomic_load_n(&fast->path_bytes[zone], __ATOMIC_RELAXED);
}

bool sl_pass_sender_is_proven(struct sl_pass *pass)
{
    if (pass->standing == SL_STANDING_OPEN) {
        uint32_t slot = sender_slot(pass);
        bool is_proven = slot != SL_SLOT_NONE && sl_view_is_proven(pass->fast->view, slot);
        pass->standing = is_proven ? SL_STANDING_PROVEN : SL_STANDING_STRANGER;
    }
    return pass->standing == SL_STANDING_PROVEN;
}

/* Sixteenths of the byte cap, sent to strangers in any second: joiners by the thousand find room
 * beside a flood of PINGs, which are answered to those that were heard of a moment ago. Questions
 * are as long as their answers, and those that come on top must fit as well: they count from the
 * first, ACKs once a quarter of the cap is used up. */
#define STRANGER_ACKS_SIXTEENTHS  2
#define STRANGER_SYNCS_SIXTEENTHS 3

bool sl_pass_may_serve(struct sl_pass *pass, uint32_t bytes, enum sl_class traffic)
{
    struct sl_lane *lane = pass->lane;
    bool is_ack = traffic == SL_CLASS_PROBE;
    if (is_ack && pass->is_calm)
        return true;
    struct sl_meter *meter = is_ack ? &lane->stranger_acks : &lane->stranger_syncs;
    uint64_t share = is_ack ? STRANGER_ACKS_SIXTEENTHS : STRANGER_SYNCS_SIXTEENTHS;
    uint64_t cap = __atomic_load_n(&pass->fast->byte_cap, __ATOMIC_RELAXED);
    uint64_t sum = sl_meter_sum(meter, pass->now_ns) + bytes;
    if (sum * lane->lane_count * 16 > cap * share) {
        sl_count(&lane->counters->drops[SL_DROP_STRANGER_CAP], 1);
        return false;
    }
    sl_meter_add(meter, pass->now_ns, bytes);
    if (!pass->is_calm) /* the question, which costs as much; the answer counts when it is sent */
        sl_count(&lane->counters->served_bytes, bytes);
    return true;
}

/* Bytes of the whole records at the start of a block that fit into `room_bytes`. */
static uint32_t block_bytes_that_fit(const struct sl_rumour_block *block, uint32_t room_bytes)
{
    if (block->bytes <= room_bytes)
        return block->bytes;
    struct sl_record_cursor cursor = {block->records, block->records + block->bytes};
    enum sl_wire_error error;
    uint8_t type;
    uint64_t id, word;
    uint32_t fit = 0;
    while (sl_record_next_prefix(&cursor, &type, &id, &word, &error) &&
           (uint32_t)(cursor.at - block->records) <= room_bytes)
        fit = (uint32_t)(cursor.at - block->records);
    return fit;
}

/* Rumours that this answer may carry: each peer gets a block once per lane, and strangers that ping
 * a lot drain neither the quota of a second for long nor anybody else's memory (their address is
 * part of the key). */
static uint32_t gift_limit(struct sl_pass *pass, uint64_t key)
{
    struct sl_lane *lane = pass->lane;
    if (lane->given[key >> 54] == key || !sl_pass_has_room(pass, SL_RUMOUR_BLOCK_BYTES, 4))
        return 0;
    uint64_t quota = pass->fast->gift_bytes_per_second / lane->lane_count;
    uint64_t given = sl_meter_sum(&lane->gifts, pass->now_ns);
    return given < quota ? (uint32_t)(quota - given) : 0;
}

_Static_assert(SL_LANE_GIVEN == 1 << (64 - 54), "the top ten bits are the place");

static uint64_t given_key(const struct sl_pass *pass, uint64_t block_number)
{
    uint64_t address;
    memcpy(&address, pass->io->from.ip + 8, sizeof(address));
    return sl_mix(sl_mix(pass->header.sender_id, address), block_number);
}

/* Appends rumours to an answer of length_bytes. Returns its new length. */
static uint32_t give_rumours(struct sl_pass *pass, const struct sl_rumour_block *block,
                             uint32_t length_bytes)
{
    uint64_t key = given_key(pass, block->number);
    uint32_t quota = gift_limit(pass, key);
    uint32_t path_bytes = sl_pass_path_bytes(pass);
    uint32_t limit = pass->io->room_bytes < path_bytes ? pass->io->room_bytes : path_bytes;
    if (pass->io->length_bytes < limit && !sl_pass_sender_is_proven(pass))
        limit = pass->io->length_bytes;
    if (limit <= length_bytes)
        return length_bytes;
    uint32_t room = limit - length_bytes;
    uint32_t bytes = block_bytes_that_fit(block, room < quota ? room : quota);
    if (bytes == 0)
        return length_bytes;
    memcpy(pass->io->bytes + length_bytes, block->records, bytes);
    pass->lane->given[key >> 54] = key;
    sl_meter_add(&pass->lane->gifts, pass->now_ns, bytes);
    return length_bytes + bytes;
}

/* Who was away finds every try of a probe in its queue, from the origin and from all its helpers.
 * From when little room is left one ACK back and two through helpers must do. */
#define ACKS_DIRECT    1
#define ACKS_RELAYED   2
/* After long, the probes of all members. Near the cap each gets one ACK in a second, and nobody who
 * holds this node dead, as all do by then: its refutation will reach them. */
#define SCARCE_EIGHTHS 5

static __attribute__((noinline)) bool is_first_ack(struct sl_pass *pass)
{
    const uint32_t bytes = SL_HEADER_BYTES + SL_PROBE_BODY_BYTES;
    const struct sl_probe_body *body = &pass->body.probe;
    bool scarce = !sl_pass_has_room(pass, bytes, SCARCE_EIGHTHS);
    if (scarce && sl_word_status(body->target_word) == SL_DEAD)
        return false;
    bool direct = !scarce && pass->header.sender_id == body->origin_id;
    uint64_t occasion = scarce ? pass->now_ns >> 30 : pass->header.probe;
    uint64_t key = sl_mix(sl_mix(body->origin_id, occasion), direct) & ~255ull;
    uint64_t *place = &pass->lane->acked[key >> 56];
    uint64_t given = (*place & ~255ull) == key ? *place & 255 : 0;
    if (given >= (direct || scarce ? ACKS_DIRECT : ACKS_RELAYED))
        return false;
    *place = key | (given + 1);
    return true;
}

static __attribute__((noinline)) bool may_ack_in_a_storm(struct sl_pass *pass)
{
    const uint32_t bytes = SL_HEADER_BYTES + SL_PROBE_BODY_BYTES;
    if (!sl_pass_sender_is_proven(pass))
        return sl_pass_may_serve(pass, bytes, SL_CLASS_PROBE);
    if (is_first_ack(pass))
        return true;
    sl_count(&pass->lane->counters->drops[SL_DROP_BYTE_CAP], 1);
    return false;
}

_Static_assert(SL_LANE_ACKED == 1 << (64 - 56), "the top byte is the place");

enum sl_verdict sl_pass_answer_ping(struct sl_pass *pass)
{
    const struct sl_probe_body *body = &pass->body.probe;
    /* Without an ACK its records count all the same, and what it says of this node. */
    if (!pass->is_calm && !may_ack_in_a_storm(pass)) {
        pass->to_engine = pass->urgent = body->target_word > pass->self_word;
        return SL_VERDICT_DONE;
    }
    if (body->target_word > pass->self_word)
        pass->to_engine = pass->urgent = true;
    /* Asked by its own name's other holder, a node tells when it began: the first to begin keeps
     * the name. */
    bool name_is_disputed = body->origin_id == body->target_id;
    uint64_t word = name_is_disputed ? __atomic_load_n(&pass->fast->birth_word, __ATOMIC_RELAXED)
                                     : pass->self_word;
    sl_pass_write_header(pass, SL_FRAME_ACK);
    sl_be64_store(pass->io->bytes + SL_PROBE_WORD_AT, word);

    uint32_t length_bytes = SL_HEADER_BYTES + SL_PROBE_BODY_BYTES;
    const struct sl_rumour_block *block = __atomic_load_n(&pass->fast->block, __ATOMIC_ACQUIRE);
    if (block != NULL)
        length_bytes = give_rumours(pass, block, length_bytes);
    sl_count(&pass->lane->counters->pings_answered, 1);
    sl_pass_sent(pass, length_bytes, SL_CLASS_PROBE);
    return SL_VERDICT_ANSWER;
}

/* With nothing new to tell there is no answer. */
enum sl_verdict sl_pass_answer_pull(struct sl_pass *pass)
{
    const struct sl_rumour_block *block = __atomic_load_n(&pass->fast->block, __ATOMIC_ACQUIRE);
    if (block == NULL)
        return SL_VERDICT_DONE;
    uint32_t length_bytes = give_rumours(pass, block, SL_HEADER_BYTES);
    if (length_bytes == SL_HEADER_BYTES)
        return SL_VERDICT_DONE;
    sl_pass_write_header(pass, SL_FRAME_GOSSIP);
    sl_pass_sent(pass, length_bytes, SL_CLASS_MEMBERSHIP);
    return SL_VERDICT_ANSWER;
}

/* Records stay behind: they were filtered for us, and a relay must not cost more than a probe. */
enum sl_verdict sl_pass_relay(struct sl_pass *pass, uint8_t type, uint64_t to_id)
{
    uint64_t word;
    const struct sl_fast *fast = pass->fast;
    const struct sl_cold *cold = find_cold(fast->view, to_id, &word);
    if (cold == NULL || sl_word_status(word) == SL_LEFT)
        return sl_pass_drop(pass, SL_DROP_TARGET_UNKNOWN);
    pass->io->to = sl_cold_endpoint(cold, sl_endpoint_is_set(&fast->self_v4),
                                    sl_endpoint_is_set(&fast->self_v6));
    if (!sl_endpoint_is_set(&pass->io->to))
        return sl_pass_drop(pass, SL_DROP_RELAY_UNREACHABLE);
    sl_pass_write_header(pass, type);
    sl_count(&pass->lane->counters->relays, 1);
    sl_pass_sent(pass, SL_HEADER_BYTES + SL_PROBE_BODY_BYTES, SL_CLASS_PROBE);
    return SL_VERDICT_RELAY;
}
