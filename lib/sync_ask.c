/* SPDX-License-Identifier: BSD-3-Clause */
/* What a session asks, and whom. */
#include "lib/sync_session.h"

/* Questions to members that may not have proven this node are padded to this: any claim fits the
 * answer. More would not be cheaper per record, only harder to find room for. */
#define PADDED_BYTES    SL_FRAME_BYTES_MIN
#define NO_ROOM_WAIT_NS 50000000ull

uint64_t sl_sync_patience_ns(const struct sl_engine *e)
{
    const struct sl_config *c = &e->config;
    uint64_t most_ns = c->probe_tries * c->probe_try_interval_ns + c->probe_helper_wait_ns;
    /* Answers are given at once, by workers; one that comes even later is taken all the same. */
    uint64_t enough_ns = 4 * e->sync.slowest_ns;
    if (enough_ns < 2 * c->gossip_interval_ns)
        enough_ns = 2 * c->gossip_interval_ns;
    return e->sync.slowest_ns != 0 && enough_ns < most_ns ? enough_ns : most_ns;
}

/* Returns the length that was sent. */
static uint32_t send_padded(struct sl_engine *e, struct sl_buffer *buffer, uint32_t length_bytes,
                            uint32_t pad_to_bytes, const struct sl_endpoint *to)
{
    if (pad_to_bytes > sl_path_least_bytes(e))
        pad_to_bytes = sl_path_least_bytes(e);
    if (pad_to_bytes >= length_bytes + 4) {
        sl_record_write_pad(buffer->bytes + length_bytes, pad_to_bytes - length_bytes);
        length_bytes = pad_to_bytes;
    }
    sl_engine_send(e, buffer, length_bytes, SL_CLASS_BULK, to, 1);
    return length_bytes;
}

uint32_t sl_sync_begin_request(struct sl_engine *e, struct sl_buffer *buffer, uint32_t number,
                               const struct sl_sync_body *body, bool with_claim)
{
    uint32_t length;
    if (!sl_engine_begin(e, SL_FRAME_SYNC_REQUEST, number, buffer, &length))
        return 0;
    sl_sync_body_write(buffer->bytes, body);
    if (with_claim)
        length += sl_gossip_write(e, buffer->bytes + length, e->config.frame_bytes - length,
                                  e->self_slot, SL_RECORD_ALIVE, 0);
    return length;
}

bool sl_sync_ask(struct sl_engine *e, const struct sl_endpoint *to, uint64_t first_id,
                 uint64_t last_id, uint32_t number, bool with_claim, uint32_t pad_to_bytes)
{
    struct sl_buffer buffer;
    struct sl_sync_body body = {first_id, last_id, 0, sl_view_summary(e->view)->live_count,
                                sl_path_least_bytes(e)};
    uint32_t length = sl_sync_begin_request(e, &buffer, number, &body, with_claim);
    if (length == 0)
        return false;
    (void)send_padded(e, &buffer, length, pad_to_bytes, to);
    return true;
}

/* ---- what conversations say ---- */

struct sl_compare sl_sync_comparison(struct sl_engine *e, const struct sl_pull *pull,
                                     uint8_t *frame, uint32_t length_bytes)
{
    uint32_t live = sl_view_summary(e->view)->live_count;
    return (struct sl_compare){
        .view = e->view,
        .self_id = e->self_id,
        .salt = e->sync.salt,
        .first_id = pull->first_id,
        .last_id = pull->last_id,
        .live_count = live > e->sync.their_count ? live : e->sync.their_count,
        .work = SL_COMPARE_WORK,
        .out = frame + length_bytes,
        .room_bytes = pull->most_bytes - length_bytes,
    };
}

bool sl_sync_find_part(struct sl_sync *sync)
{
    for (; sync->next_part < 1u << sync->part_bits; sync->next_part++) {
        if ((sync->differs[sync->next_part / 8] & 0x80 >> sync->next_part % 8) != 0)
            return true;
    }
    return false;
}

static void write_parts(struct sl_sync *sync, struct sl_compare *compare)
{
    while (sl_sync_find_part(sync) &&
           sl_compare_write_digests(compare, sync->part_bits, sync->next_part, SL_FOLLOW_BITS))
        sync->next_part++;
}

static void write_opening(struct sl_compare *compare)
{
    uint32_t bits = SL_DIGEST_BITS_MAX;
    /* Parts of less than a member are a waste; the smallest frame holds 2^6. */
    while (bits > SL_FOLLOW_BITS &&
           (compare->live_count >> bits == 0 || !sl_compare_write_digests(compare, 0, 0, bits)))
        bits--;
    if (compare->length_bytes == 0)
        (void)sl_compare_write_digests(compare, 0, 0, bits);
}

static void write_question(struct sl_engine *e, struct sl_pull *pull, struct sl_compare *compare)
{
    if (pull->kind == SL_PULL_OPENING)
        write_opening(compare);
    else if (pull->kind == SL_PULL_FOLLOW)
        write_parts(&e->sync, compare);
    else
        (void)sl_compare_write_items(compare, 0, 0);
}

/* A member that has not proven this node answers with no more than it was sent; a joiner asks many
 * that have not. */
static bool may_be_unproven(const struct sl_engine *e, const struct sl_pull *pull)
{
    return pull->failures > 0 || e->sync.joining || !e->sync.is_known;
}

/* A conversation is a question, an answer, and what both then tell. Those under way have yet to
 * cost most of that. */
static bool has_room(struct sl_engine *e, const struct sl_pull *pull)
{
    uint64_t frames = 2;
    for (uint32_t i = 0; i < SL_PULLS_MAX; i++) {
        const struct sl_pull *other = &e->sync.pulls[i];
        if (other != pull && other->kind != SL_PULL_FREE && !other->waits_to_ask)
            frames += 4;
    }
    return sl_engine_has_room(e, frames * e->config.frame_bytes);
}

void sl_sync_ask_now(struct sl_engine *e, struct sl_pull *pull)
{
    struct sl_sync *sync = &e->sync;
    struct sl_buffer buffer;
    /* After a silence short frames are tried: the path may swallow long ones. */
    pull->most_bytes =
        pull->failures > 0 || pull->lost_long ? SL_FRAME_BYTES_MIN : sl_path_bytes(e, pull->zone);
    struct sl_sync_body body = {pull->first_id, pull->last_id, sync->salt,
                                sl_view_summary(e->view)->live_count, pull->most_bytes};
    uint64_t wait_ns = sl_sync_patience_ns(e);
    uint32_t pad_bytes = may_be_unproven(e, pull) ? PADDED_BYTES : 0;
    /* Whose view differs may lack just the asker: questions that open bring its claim along, and
     * those of a joiner. */
    bool with_claim =
        pad_bytes > 0 || pull->kind == SL_PULL_OPENING || pull->kind == SL_PULL_WALK_OPENING;
    pull->waits_to_ask = !has_room(e, pull);
    if (pull->waits_to_ask) {
        sl_engine_drop(e, SL_DROP_BYTE_CAP);
        wait_ns = NO_ROOM_WAIT_NS;
    } else {
        uint32_t length = sl_sync_begin_request(e, &buffer, pull->number, &body, with_claim);
        if (length != 0) {
            struct sl_compare compare = sl_sync_comparison(e, pull, buffer.bytes, length);
            write_question(e, pull, &compare);
            pull->asked_ns = e->now_ns;
            pull->asked_bytes =
                send_padded(e, &buffer, length + compare.length_bytes, pad_bytes, &pull->to);
        }
    }
    sl_timer_set(&e->timers, &pull->timer, e->now_ns + sl_engine_jitter(e, wait_ns));
}

static bool is_seed(const struct sl_engine *e, uint64_t id)
{
    for (uint32_t i = 0; i < e->join.seed_count; i++) {
        if (e->join.seed_ids[i] == id)
            return true;
    }
    return false;
}

/* Thousands that start at once hear of the same first few, and seeds can bear more than those. A
 * seed that stays silent may be out of reach for this node alone. */
#define FEW_MEMBERS    64
#define SILENCES_BORNE 1

/* Where members are mostly silent, those that are asked may all be gone, or made up. */
static bool pick_acquaintance(struct sl_engine *e, struct sl_endpoint *out, uint32_t *zone)
{
    if (!sl_health_is_mostly_silent(&e->health))
        return false;
    const struct sl_acquaintance *one = sl_acquaintances_pick(&e->acquaintances, &e->prng);
    if (one == NULL)
        return false;
    uint64_t word;
    uint32_t slot = sl_view_find(e->view, one->id, &word);
    if (slot != SL_SLOT_NONE && !sl_word_is_live(word))
        return false;
    *out = one->endpoint;
    *zone = sl_path_zone(e, slot);
    return true;
}

bool sl_sync_pick_peer(struct sl_engine *e, uint32_t silences, struct sl_endpoint *out,
                       uint32_t *zone)
{
    if (pick_acquaintance(e, out, zone))
        return true;
    bool wants_seed = e->sync.joining && e->peers.count < FEW_MEMBERS && silences <= SILENCES_BORNE;
    uint32_t slots[SL_PICK_MAX];
    uint32_t count = sl_peers_pick(&e->peers, &e->prng, SL_SLOT_NONE, slots, 4);
    bool found = false;
    for (uint32_t i = 0; i < count; i++) {
        struct sl_endpoint endpoint = sl_engine_endpoint(e, slots[i]);
        if (!sl_endpoint_is_set(&endpoint))
            continue;
        *out = endpoint;
        *zone = sl_path_zone(e, slots[i]);
        found = true;
        if (is_seed(e, sl_view_slot_id(e->view, slots[i])) == wants_seed)
            break;
    }
    return found;
}

void sl_sync_open(struct sl_engine *e, struct sl_pull *pull, enum sl_pull_kind kind,
                  uint64_t first_id, uint64_t last_id)
{
    struct sl_sync *sync = &e->sync;
    pull->kind = kind;
    pull->waits_to_ask = true;
    pull->failures = 0;
    pull->lost_long = sync->lost_long > 0;
    sync->lost_long -= pull->lost_long;
    pull->turns = 0;
    pull->number = sl_next_number(&e->numbers, SL_PULLS_MAX, pull->timer.index);
    pull->first_id = first_id;
    pull->last_id = last_id;
    pull->to = sync->origin;
    pull->zone = sync->origin_zone;
    /* A joiner walks through many views at once: all of them together give it the whole. */
    if (kind == SL_PULL_WALK && sync->joining)
        (void)sl_sync_pick_peer(e, 0, &pull->to, &pull->zone);
    sl_sync_ask_now(e, pull);
}
