/* SPDX-License-Identifier: BSD-3-Clause */
#include "lib/fast_pass.h"
#include "lib/record.h"

#define SECOND_NS 1000000000ull

void sl_pass_write_header(struct sl_pass *pass, uint8_t type)
{
    const struct sl_view_summary *own = pass->own;
    struct sl_header out;
    out.type = type;
    out.sender_id = pass->fast->self_id;
    out.boot_salt = pass->fast->boot_salt;
    out.lane = pass->lane->id;
    out.counter = ++pass->lane->counter;
    out.unsettled = __atomic_load_n(&own->unsettled, __ATOMIC_RELAXED);
    out.view_hash = __atomic_load_n(&own->view_hash, __ATOMIC_RELAXED);
    out.authority_revision = __atomic_load_n(&own->authority_revision, __ATOMIC_RELAXED);
    sl_header_turn(pass->io->bytes, &out);
}

/* The cold record of a known member; *word may be NULL. */
static const struct sl_cold *find_cold(const struct sl_view *view, uint64_t id, uint64_t *word)
{
    uint32_t slot = sl_view_find(view, id, word);
    return slot == SL_SLOT_NONE ? NULL : sl_view_cold(view, slot);
}

bool sl_pass_sender_is_proven(const struct sl_pass *pass)
{
    const struct sl_endpoint *from = &pass->io->from;
    const struct sl_cold *cold = find_cold(pass->fast->view, pass->header.sender_id, NULL);
    if (cold == NULL)
        return false;
    bool is_v4 = sl_endpoint_is_v4(from);
    struct sl_endpoint own = sl_cold_endpoint(cold, is_v4, !is_v4);
    return sl_endpoint_is_set(&own) && sl_ip_equal(&own, from);
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

/* Free piggyback: each peer gets a block once per lane, and strangers that ping a lot drain neither
 * the quota of a second for long nor anybody else's memory (their address is part of the key). */
static bool may_give(struct sl_pass *pass, uint64_t key)
{
    struct sl_lane *lane = pass->lane;
    if (lane->given[key >> 54] == key)
        return false;
    if (pass->now_ns - lane->piggyback_second_ns >= SECOND_NS) {
        lane->piggyback_second_ns = pass->now_ns;
        lane->piggyback_count = 0;
    }
    return lane->piggyback_count < pass->fast->piggyback_per_second;
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
    if (!may_give(pass, key))
        return length_bytes;
    uint32_t limit = pass->io->room_bytes < pass->fast->frame_bytes ? pass->io->room_bytes
                                                                    : pass->fast->frame_bytes;
    if (pass->io->length_bytes < limit && !sl_pass_sender_is_proven(pass))
        limit = pass->io->length_bytes;
    if (limit <= length_bytes)
        return length_bytes;
    uint32_t bytes = block_bytes_that_fit(block, limit - length_bytes);
    if (bytes == 0)
        return length_bytes;
    memcpy(pass->io->bytes + length_bytes, block->records, bytes);
    pass->lane->given[key >> 54] = key;
    pass->lane->piggyback_count++;
    return length_bytes + bytes;
}

enum sl_verdict sl_pass_answer_ping(struct sl_pass *pass)
{
    struct sl_probe_body body = pass->body.probe;
    if (body.target_word > pass->self_word)
        pass->to_engine = pass->urgent = true;
    /* Asked by its own name's other holder, a node tells when it began: the first to begin keeps
     * the name. */
    bool name_is_disputed = body.origin_id == body.target_id;
    body.target_word = name_is_disputed ? pass->fast->birth_word : pass->self_word;
    sl_pass_write_header(pass, SL_FRAME_ACK);
    sl_probe_body_write(pass->io->bytes, &body);

    uint32_t length_bytes = SL_HEADER_BYTES + SL_PROBE_BODY_BYTES;
    const struct sl_rumour_block *block = __atomic_load_n(&pass->fast->block, __ATOMIC_ACQUIRE);
    if (block != NULL)
        length_bytes = give_rumours(pass, block, length_bytes);
    sl_count(&pass->lane->counters->pings_answered, 1);
    sl_pass_sent(pass, length_bytes, SL_CLASS_PROBE);
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
