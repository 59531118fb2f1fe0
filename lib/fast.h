/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * The fast path, first of the library's two doors: one received frame in, one verdict out. Pure but
 * for the lane's own memory: any number of threads, one lane each. It answers PING and SYNC_REQUEST
 * and relays in the buffer that came, drops what is stale, and copies out what only the engine may
 * decide.
 */
#include <stdbool.h>
#include <stdint.h>

#include "lib/counters.h"
#include "lib/endpoint.h"
#include "lib/input.h"
#include "lib/meter.h"
#include "lib/view.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Records that answers carry for free. Immutable once published; retired through the engine. */
struct sl_rumour_block {
    uint64_t number; /* grows by one per block; 0 = never published */
    uint16_t bytes;
    uint16_t record_count;
    uint8_t records[SL_RUMOUR_BLOCK_BYTES]; /* most urgent first */
};

/* What the fast path sees of its node. Written by the engine; all but `block`, `birth_word`,
 * `path_bytes`, `path_bytes_least`, `byte_cap`, `word_most` and `unreachable_zones` is fixed after
 * creation. */
struct sl_fast {
    const struct sl_view *view;
    const struct sl_view_summary *own; /* the view's */
    const struct sl_rumour_block
        *block; /* RCU-published; load with acquire; NULL = nothing to say */
    uint64_t self_id;
    uint64_t birth_word; /* the word with which this life began, or the life before it if that was
                            dead for all; load relaxed */
    struct sl_endpoint self_v4, self_v6;   /* claimed */
    struct sl_endpoint bound_v4, bound_v6; /* as struct sl_config */
    uint32_t cluster_id;
    uint32_t boot_salt;
    uint32_t frame_bytes;
    uint32_t path_bytes_least; /* longest frame to be sent to any zone; at most frame_bytes; load
                                  relaxed */
    uint32_t byte_cap;         /* in force, of tx + rx in any 1 s; load relaxed */
    uint64_t word_most;        /* greatest that is accepted now; load relaxed */
    uint32_t gift_bytes_per_second;           /* of rumours that all lanes' answers may carry */
    uint64_t unreachable_zones[SL_ZONES_MAX]; /* ids; 0 = none here. Relaxed loads and stores */
    uint16_t path_bytes[SL_ZONES_MAX]; /* longest frame to each, by its index; load relaxed */
    const uint8_t *zone_of_slot;       /* load relaxed */
};

#define SL_LANE_GIVEN \
    1024 /* (peer, block) pairs remembered; a collision costs one repeated block */
#define SL_LANE_CONFIRMED 256 /* confirmations remembered so that repeats are stale */

#define SL_LANE_ACKED 256 /* probes remembered while there is little room for ACKs */

/* A worker's private memory of the fast path. Owner: one thread. */
struct sl_lane {
    struct sl_counters *counters;
    uint64_t counter;      /* frames stamped so far on this TX queue */
    struct sl_meter meter; /* what it received and answered, as far as that counts */
    struct sl_meter
        stranger_acks; /* sent to senders that are not proven, while it counts no more */
    struct sl_meter stranger_syncs;
    struct sl_meter gifts; /* rumours in its answers */
    uint8_t id;
    uint8_t lane_count;        /* of the node: each lane has an equal share of what is limited */
    uint64_t mismatch_told_ns; /* last time a settled mismatch was handed to the engine */
    uint64_t given[SL_LANE_GIVEN];         /* peer id mixed with block number */
    uint64_t confirmed[SL_LANE_CONFIRMED]; /* accuser, member and word mixed */
    uint64_t acked[SL_LANE_ACKED];         /* origin and probe number mixed | ACKs given */
};

enum sl_verdict {
    SL_VERDICT_DROP,   /* free the buffer; the reason is counted */
    SL_VERDICT_ANSWER, /* the buffer now holds the answer: send it to where it came from */
    SL_VERDICT_RELAY,  /* the buffer now holds a frame for `to` */
    SL_VERDICT_DONE,   /* nothing to send: free the buffer */
};

struct sl_frame_io {
    uint8_t *bytes;        /* in: the frame; out: the answer or relay, in place */
    uint32_t length_bytes; /* in and out */
    uint32_t room_bytes;   /* bytes the buffer can hold from `bytes` on */
    struct sl_endpoint from;
    struct sl_endpoint to; /* out, RELAY only */
    bool to_engine;        /* out: `input` was filled and must reach the engine */
};

/* lane_count: lanes of this node that receive. */
void sl_lane_init(struct sl_lane *lane, uint8_t id, uint8_t lane_count,
                  struct sl_counters *counters);

/* Begins to load what sl_fast_frame() will read for these records: for callers that act on other
   frames first, and worth it if sl_view_is_far(fast->view). The frame need not be a good one. */
void sl_fast_prefetch(const struct sl_fast *fast, const uint8_t *frame, uint32_t length_bytes);

/* now_ns: the burst's time. `input` is a spare buffer of sl_input_bytes(fast->frame_bytes) bytes;
   what it holds means nothing unless to_engine comes out true, which it never does with DROP. The
   bytes from length_bytes up to room_bytes may be overwritten. Must run inside a read-side critical
   section. */
enum sl_verdict sl_fast_frame(const struct sl_fast *fast, struct sl_lane *lane, uint64_t now_ns,
                              struct sl_frame_io *io, struct sl_input *input);

#ifdef __cplusplus
}
#endif
