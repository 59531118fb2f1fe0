/* SPDX-License-Identifier: BSD-3-Clause */
#include "lib/fast.h"

#include "lib/fast_pass.h"
#include "lib/frame_take.h"

/* Differing settled views are told to the engine this often at most: it acts once they differ for
 * longer than the spread time. */
#define MISMATCH_INTERVAL_NS 100000000ull

static const uint8_t drop_of_error[] = {
    [SL_WIRE_SHORT] = SL_DROP_FRAME_SHORT,       [SL_WIRE_VERSION_UNKNOWN] = SL_DROP_FRAME_VERSION,
    [SL_WIRE_TYPE_UNKNOWN] = SL_DROP_FRAME_TYPE, [SL_WIRE_FLAGS_UNKNOWN] = SL_DROP_FRAME_FLAGS,
    [SL_WIRE_FIELD_BAD] = SL_DROP_FRAME_FIELD,   [SL_WIRE_RECORD_BAD] = SL_DROP_RECORD_MALFORMED,
};

static const uint8_t class_of_type[] = {
    [SL_FRAME_PING] = SL_CLASS_PROBE,        [SL_FRAME_ACK] = SL_CLASS_PROBE,
    [SL_FRAME_NACK] = SL_CLASS_PROBE,        [SL_FRAME_PING_REQ] = SL_CLASS_PROBE,
    [SL_FRAME_GOSSIP] = SL_CLASS_MEMBERSHIP, [SL_FRAME_SYNC_REQUEST] = SL_CLASS_BULK,
    [SL_FRAME_SYNC] = SL_CLASS_BULK,         [SL_FRAME_PULL] = SL_CLASS_MEMBERSHIP,
};

void sl_lane_init(struct sl_lane *lane, uint8_t id, uint8_t lane_count,
                  struct sl_counters *counters)
{
    memset(lane, 0, sizeof(*lane));
    lane->id = id;
    lane->lane_count = lane_count;
    lane->counters = counters;
}

static bool is_of(const struct sl_endpoint *own, const struct sl_endpoint *from)
{
    return sl_endpoint_is_set(own) && sl_ip_equal(own, from);
}

static bool is_own_address(const struct sl_fast *fast, const struct sl_endpoint *from)
{
    return is_of(&fast->self_v4, from) || is_of(&fast->self_v6, from) ||
           is_of(&fast->bound_v4, from) || is_of(&fast->bound_v6, from);
}

static enum sl_verdict tell_engine(struct sl_pass *pass, bool urgent)
{
    pass->to_engine = true;
    pass->urgent |= urgent;
    return SL_VERDICT_DONE;
}

/* What helping costs the helper: a PING, a receipt, an ACK in and out; more if that brings rumours.
 * The only one that still reaches both sides of a cut is asked by all of them. */
#define RELAY_BYTES   (4 * (SL_HEADER_BYTES + SL_PROBE_BODY_BYTES))
#define RELAY_EIGHTHS 5

/* An asker that is not proven gets the receipt and the target's ACK, no more than it sent. */
static bool may_help(struct sl_pass *pass)
{
    if (sl_pass_sender_is_proven(pass))
        return true;
    return pass->received_bytes >= SL_PING_REQ_PADDED_BYTES && sl_pass_sender_is_known(pass);
}

/* Helpers are chosen by the asker's table and targets by ours, so no packet can aim us at an
 * address. */
static enum sl_verdict on_ping_req(struct sl_pass *pass)
{
    const struct sl_probe_body *body = &pass->body.probe;
    if (body->origin_id != pass->header.sender_id)
        return sl_pass_drop(pass, SL_DROP_FRAME_FIELD);
    if (body->target_id == pass->fast->self_id)
        return sl_pass_answer_ping(pass);
    if (!may_help(pass))
        return sl_pass_drop(pass, SL_DROP_SENDER_UNPROVEN);
    if (!sl_pass_has_room(pass, RELAY_BYTES, RELAY_EIGHTHS))
        return sl_pass_drop(pass, SL_DROP_BYTE_CAP);
    if (!sl_pass_sender_is_proven(pass) && !sl_pass_may_serve(pass, RELAY_BYTES, SL_CLASS_PROBE))
        return SL_VERDICT_DROP;
    enum sl_verdict verdict = sl_pass_relay(pass, SL_FRAME_PING, body->target_id);
    if (verdict == SL_VERDICT_RELAY)
        pass->to_engine = true;
    return verdict;
}

static enum sl_verdict on_ack(struct sl_pass *pass)
{
    const struct sl_probe_body *body = &pass->body.probe;
    if (body->origin_id == pass->fast->self_id)
        return tell_engine(pass, true);
    /* Only the probed member's own ACK: one relay per ACK, or two members with crossed views could
     * relay for ever. */
    if (body->target_id != pass->header.sender_id)
        return sl_pass_drop(pass, SL_DROP_TARGET_OTHER);
    if (sl_view_word(pass->fast->view, pass->header.sender_id) == 0)
        return sl_pass_drop(pass, SL_DROP_SENDER_UNPROVEN);
    return sl_pass_relay(pass, SL_FRAME_ACK, body->origin_id);
}

static enum sl_verdict on_probe(struct sl_pass *pass)
{
    const struct sl_probe_body *body = &pass->body.probe;
    switch (pass->header.type) {
    case SL_FRAME_PING:
        if (body->target_id != pass->fast->self_id)
            return sl_pass_drop(pass, SL_DROP_TARGET_OTHER);
        return sl_pass_answer_ping(pass);
    case SL_FRAME_PING_REQ:
        return on_ping_req(pass);
    case SL_FRAME_ACK:
        return on_ack(pass);
    default: /* NACK */
        if (body->origin_id != pass->fast->self_id)
            return sl_pass_drop(pass, SL_DROP_TARGET_OTHER);
        return tell_engine(pass, true);
    }
}

/* Somebody at a foreign address uses my id. Its probe of this very case is answered, so that both
 * sides learn of each other, and so is its question whose the name is: I may be its only seed. */
static enum sl_verdict on_conflict(struct sl_pass *pass)
{
    tell_engine(pass, true);
    if (pass->header.type == SL_FRAME_PING && pass->body.probe.target_id == pass->fast->self_id)
        return sl_pass_answer_ping(pass);
    if (pass->header.type == SL_FRAME_SYNC_REQUEST)
        return sl_pass_answer_sync(pass);
    return SL_VERDICT_DONE;
}

static enum sl_verdict dispatch(struct sl_pass *pass)
{
    if (pass->header.sender_id == pass->fast->self_id)
        return on_conflict(pass);
    if (pass->header.type <= SL_FRAME_PING_REQ)
        return on_probe(pass);
    if (pass->header.type == SL_FRAME_SYNC_REQUEST)
        return sl_pass_answer_sync(pass);
    if (pass->header.type == SL_FRAME_SYNC) {
        pass->digest_bytes = (uint16_t)sl_pass_keep_digests(pass);
        return tell_engine(pass, false);
    }
    if (pass->header.type == SL_FRAME_PULL)
        return sl_pass_answer_pull(pass);
    return SL_VERDICT_DONE;
}

/* Two members with nothing unsettled must agree; if they do not, records were lost. */
static void compare_views(struct sl_pass *pass)
{
    const struct sl_view_summary *own = pass->own;
    struct sl_lane *lane = pass->lane;
    if (pass->header.unsettled != 0 || __atomic_load_n(&own->unsettled, __ATOMIC_RELAXED) != 0)
        return;
    sl_count(&lane->counters->settled_frames, 1);
    if (pass->header.view_hash == __atomic_load_n(&own->view_hash, __ATOMIC_RELAXED))
        return;
    sl_count(&lane->counters->settled_unequal, 1);
    if (lane->mismatch_told_ns != 0 && pass->now_ns - lane->mismatch_told_ns < MISMATCH_INTERVAL_NS)
        return;
    lane->mismatch_told_ns = pass->now_ns;
    pass->to_engine = true;
}

/* Up to this share of the byte cap all counts that was not refused; from there on only what came
 * from proven members and was sent to them: strangers can use up no more. To look for the sender of
 * each frame would be dear. */
#define CALM_EIGHTHS 2

static inline bool is_charged(struct sl_pass *pass)
{
    return __builtin_expect(pass->is_calm, 1) || sl_pass_sender_is_proven(pass);
}

static void hand_over(struct sl_pass *pass)
{
    struct sl_input *input = pass->input;
    input->received_ns = pass->now_ns;
    input->header = pass->header;
    if (pass->header.type <= SL_FRAME_PING_REQ)
        input->body.probe = pass->body.probe;
    else
        input->body.sync = pass->body.sync;
    input->from = pass->io->from;
    input->urgent = pass->urgent;
    input->uncharged_bytes = is_charged(pass) ? 0 : pass->received_bytes;
    input->record_count = pass->novel_count;
    input->records_bytes = (uint16_t)(pass->novel_bytes + pass->digest_bytes);
    for (uint32_t i = 0; i < pass->confirmed_count; i++)
        pass->lane->confirmed[pass->confirmed[i] >> 56] = pass->confirmed[i];
    sl_count(&pass->lane->counters->records_novel, pass->novel_count);
    pass->io->to_engine = true;
}

_Static_assert(SL_LANE_CONFIRMED == 1 << (64 - 56), "the top byte is the place");

static void read_body(struct sl_pass *pass)
{
    if (pass->header.type <= SL_FRAME_PING_REQ)
        sl_probe_body_take(pass->io->bytes, &pass->body.probe);
    else if (!sl_frame_is_gossip(pass->header.type))
        sl_sync_body_read(pass->io->bytes, &pass->body.sync);
    else
        memset(&pass->body, 0, sizeof(pass->body));
}

/* Everything that may refuse a frame before it has any effect. */
static enum sl_drop admit(struct sl_pass *pass)
{
    const struct sl_frame_io *io = pass->io;
    enum sl_wire_error error = sl_header_take(io->bytes, io->length_bytes, &pass->header);
    if (error != SL_WIRE_OK)
        return (enum sl_drop)drop_of_error[error];
    if (pass->header.cluster_id != pass->fast->cluster_id)
        return SL_DROP_CLUSTER_OTHER;

    uint8_t traffic = class_of_type[pass->header.type];
    struct sl_counters *counters = pass->lane->counters;
    sl_count(&counters->rx_frames[traffic], 1);
    sl_count(&counters->rx_bytes[traffic], io->length_bytes);
    if (pass->header.sender_id == pass->fast->self_id && is_own_address(pass->fast, &io->from))
        return pass->header.boot_salt == pass->fast->boot_salt ? SL_DROP_FROM_SELF
                                                               : SL_DROP_FROM_TWIN;
    bool good = io->length_bytes == sl_frame_records_at(pass->header.type) || sl_pass_filter(pass);
    return good ? SL_DROP_COUNT : SL_DROP_RECORD_MALFORMED;
}

static inline void charge(struct sl_pass *pass)
{
    struct sl_lane *lane = pass->lane;
    uint32_t bytes = pass->received_bytes + pass->sent_bytes;
    if (!is_charged(pass)) {
        sl_count(&lane->counters->stranger_bytes, bytes);
        sl_count(&lane->counters->served_bytes, pass->sent_bytes);
        return;
    }
    sl_meter_add(&lane->meter, pass->now_ns, bytes);
    sl_count(&lane->counters->charged_bytes, bytes);
}

static inline void count_records(struct sl_pass *pass)
{
    struct sl_counters *counters = pass->lane->counters;
    sl_count(&counters->records_stale, pass->stale_count);
    if (__builtin_expect((pass->over_count | pass->unknown_count | pass->ahead_count) != 0, 0)) {
        sl_count(&counters->drops[SL_DROP_RECORDS_OVER], pass->over_count);
        sl_count(&counters->drops[SL_DROP_MEMBER_UNKNOWN], pass->unknown_count);
        sl_count(&counters->drops[SL_DROP_WORD_AHEAD], pass->ahead_count);
    }
}

enum sl_verdict sl_fast_frame(const struct sl_fast *fast, struct sl_lane *lane, uint64_t now_ns,
                              struct sl_frame_io *io, struct sl_input *input)
{
    struct sl_pass pass; /* not zeroed as a whole: most of it is only used by rare frames */
    pass.fast = fast;
    pass.lane = lane;
    pass.io = io;
    pass.input = input;
    pass.now_ns = now_ns;
    pass.own = fast->own;
    pass.self_word = __atomic_load_n(&pass.own->self_word, __ATOMIC_RELAXED);
    pass.to_engine = pass.urgent = false;
    pass.novel_count = pass.novel_bytes = pass.digest_bytes = 0;
    pass.stale_count = pass.over_count = pass.unknown_count = pass.ahead_count =
        pass.confirmed_count = 0;
    pass.standing = SL_STANDING_OPEN;
    pass.received_bytes = io->length_bytes;
    pass.sent_bytes = 0;
    io->to_engine = false;

    enum sl_drop refused = admit(&pass);
    if (refused != SL_DROP_COUNT)
        return sl_pass_drop(&pass, refused);
    read_body(&pass);
    pass.is_calm = sl_pass_has_room(&pass, SL_HEADER_BYTES + SL_PROBE_BODY_BYTES, CALM_EIGHTHS);
    enum sl_verdict verdict = dispatch(&pass);
    if (verdict == SL_VERDICT_DROP)
        return verdict;
    charge(&pass);
    compare_views(&pass);
    count_records(&pass);
    if (pass.to_engine || pass.novel_count != 0)
        hand_over(&pass);
    else if (pass.header.type == SL_FRAME_GOSSIP)
        sl_count(&lane->counters->gossip_stale, 1);
    return verdict;
}
