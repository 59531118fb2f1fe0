/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* One frame's way through the fast path: what its parts (fast*.c) share. Not for other rooms. */
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "lib/fast.h"
#include "lib/frame.h"

enum sl_standing {
    SL_STANDING_OPEN, /* not looked up yet */
    SL_STANDING_STRANGER,
    SL_STANDING_PROVEN,
};

struct sl_pass {
    const struct sl_fast *fast;
    struct sl_lane *lane;
    struct sl_frame_io *io;
    struct sl_input *input;
    const struct sl_view_summary *own;
    uint64_t now_ns;
    uint64_t self_word;
    struct sl_header header; /* as received: the buffer is overwritten by the answer */
    union {
        struct sl_probe_body probe;
        struct sl_sync_body sync;
    } body;
    uint32_t received_bytes;
    uint32_t sent_bytes;
    enum sl_standing standing; /* of the sender; ask sl_pass_sender_is_proven() */
    bool is_calm;              /* little has come and gone: who sent this matters not yet */
    bool to_engine;
    bool urgent;
    uint16_t novel_count; /* records copied to input->records */
    uint16_t novel_bytes;
    uint16_t digest_bytes; /* of comparison records behind them, for the engine */
    uint32_t stale_count;
    uint32_t over_count;
    uint32_t unknown_count;
    uint32_t ahead_count;
    uint32_t confirmed_count;
    uint64_t confirmed[SL_STEP_RECORDS_MAX]; /* to be remembered if the frame is not dropped */
};

/* fast_filter.c: sorts the frame's records into novel (copied out) and stale. false: one of them is
   malformed, and nothing outside the pass was changed. */
bool sl_pass_filter(struct sl_pass *pass);

/* fast_answer.c */
enum sl_verdict sl_pass_answer_ping(struct sl_pass *pass);
enum sl_verdict sl_pass_answer_pull(struct sl_pass *pass);
enum sl_verdict sl_pass_relay(struct sl_pass *pass, uint8_t type, uint64_t to_id);
/* The sender is a member that has answered this node from the address that the frame came from. */
bool sl_pass_sender_is_proven(struct sl_pass *pass);
/* The sender is a member and the frame came from its address, maybe by hearsay. */
bool sl_pass_sender_is_known(const struct sl_pass *pass);
/* Longest frame that reaches the sender. */
uint32_t sl_pass_path_bytes(const struct sl_pass *pass);
/* May a sender that is not proven be sent this much? Their frames do not count towards the byte cap
   once a quarter of it is used up; ACKs to them are then limited by a share of it, and what answers
   their questions always is. */
bool sl_pass_may_serve(struct sl_pass *pass, uint32_t bytes, enum sl_class traffic);

/* fast_sync.c */
enum sl_verdict sl_pass_answer_sync(struct sl_pass *pass);
/* Copies the frame's comparison records behind the novel ones in the input. Returns their bytes. */
uint32_t sl_pass_keep_digests(struct sl_pass *pass);

static inline enum sl_verdict sl_pass_drop(struct sl_pass *pass, enum sl_drop reason)
{
    sl_count(&pass->lane->counters->drops[reason], 1);
    return SL_VERDICT_DROP;
}

/* Header of what leaves in this buffer: type and oneself; probe number and keys stay. */
static inline void sl_pass_write_header(struct sl_pass *pass, uint8_t type)
{
    const struct sl_view_summary *own = pass->own;
    struct sl_header out;
    out.type = type;
    out.cluster_id = pass->fast->cluster_id;
    out.sender_id = pass->fast->self_id;
    out.boot_salt = pass->fast->boot_salt;
    out.lane = pass->lane->id;
    out.counter = ++pass->lane->counter;
    out.unsettled = __atomic_load_n(&own->unsettled, __ATOMIC_RELAXED);
    out.view_hash = __atomic_load_n(&own->view_hash, __ATOMIC_RELAXED);
    out.authority_revision = __atomic_load_n(&own->authority_revision, __ATOMIC_RELAXED);
    sl_header_turn(pass->io->bytes, &out);
}

/* Ends a frame that leaves in the buffer. */
static inline void sl_pass_sent(struct sl_pass *pass, uint32_t length_bytes, enum sl_class traffic)
{
    struct sl_counters *counters = pass->lane->counters;
    pass->io->length_bytes = length_bytes;
    pass->sent_bytes = length_bytes;
    sl_count(&counters->tx_frames[traffic], 1);
    sl_count(&counters->tx_bytes[traffic], length_bytes);
}

/* Does an answer of this many bytes stay within this share of the byte cap? Of the share each lane
 * has an equal part; multiplied out, for a division per packet is dear. */
static inline bool sl_pass_has_room(struct sl_pass *pass, uint32_t bytes, uint32_t eighths)
{
    struct sl_lane *lane = pass->lane;
    uint64_t cap = __atomic_load_n(&pass->fast->byte_cap, __ATOMIC_RELAXED);
    uint64_t sum = sl_meter_sum(&lane->meter, pass->now_ns) + pass->received_bytes + bytes;
    return sum * lane->lane_count * 8 <= cap * eighths;
}

/* For the lane's small memories, where a collision costs little (the finalizer of Appleby's
 * MurmurHash3). */
static inline uint64_t sl_mix(uint64_t a, uint64_t b)
{
    uint64_t x = a ^ b * 0x9e3779b97f4a7c15ull;
    x = (x ^ x >> 33) * 0xff51afd7ed558ccdull;
    x = (x ^ x >> 33) * 0xc4ceb9fe1a85ec53ull;
    return x ^ x >> 33;
}
