/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* Sessions that make two views equal: to join, or because hashes stayed unequal. One of the
   engine's insides (engine_private.h); one thread. */
#include <stdbool.h>
#include <stdint.h>

#include "lib/digest.h"
#include "lib/endpoint.h"
#include "lib/timers.h"

struct sl_engine;
struct sl_input;

#define SL_PULLS_MAX   8 /* conversations at once of one sync; a power of two */
#define SL_FOLLOW_BITS 4 /* parts that a bucket is followed into: 2^4 */

enum sl_pull_kind {
    SL_PULL_FREE = 0,
    SL_PULL_OPENING, /* digests of all */
    SL_PULL_FOLLOW,  /* digests of parts that differ */
    SL_PULL_WALK_OPENING,
    SL_PULL_WALK, /* the members of a range */
};

/* One conversation: a question, its answer, and what that leads to. */
struct sl_pull {
    struct sl_timer timer;
    enum sl_pull_kind kind;
    uint32_t number; /* on the wire; its low bits are this pull's index */
    uint64_t first_id, last_id;
    struct sl_endpoint to;
    uint32_t zone;        /* of `to` (path.h) */
    uint32_t asked_bytes; /* of the last question's frame */
    uint32_t most_bytes;  /* longest frame of this conversation, either way */
    bool lost_long;       /* a question that allowed long frames got no answer */
    uint64_t asked_ns;
    uint32_t failures;
    uint32_t turns;
    bool waits_to_ask; /* for room in the byte cap, or after a silence: nothing is under way */
};

struct sl_walk {
    bool active; /* ranges are left to ask for */
    bool opened; /* the first answer has come */
    bool wrapped;
    uint64_t begin_id;
    uint64_t next_id, last_id; /* left of this lap */
    uint32_t range_members;
};

/* Making views equal: to join, or because hashes stayed unequal. */
struct sl_sync {
    struct sl_timer timer; /* begins the next session */
    bool active;
    bool joining;
    bool failed;        /* something in this session was not answered, or left out */
    bool is_known;      /* this node is proven to others: the last answer showed it */
    uint32_t lost_long; /* conversations that broke off, maybe by frames that were too long: as many
                           of the next try short ones */
    uint32_t window;    /* conversations at once; see sl_sync_assign() */
    uint64_t slowest_ns;  /* answer so far */
    uint32_t sessions;    /* so far */
    uint32_t agreed;      /* of them, the last in a row that taught little */
    uint32_t learned;     /* changes of the view by syncs in this session */
    uint32_t taught;      /* records told in it */
    uint32_t their_count; /* live members in the other view */
    uint64_t salt;
    struct sl_endpoint origin; /* the other side of this session */
    uint32_t origin_zone;
    uint8_t differs[(1 << SL_DIGEST_BITS_MAX) / 8]; /* parts that nobody follows yet */
    uint32_t part_bits, next_part;                  /* of 2^part_bits; 0: no such parts */
    struct sl_walk walk;
    struct sl_pull pulls[SL_PULLS_MAX];
};

struct sl_mismatch {
    uint64_t peer_id; /* whose hash differed last; 0 = nobody's */
    uint64_t since_ns;
    uint64_t wait_ns; /* jittered, so that not everybody repairs at once */
    uint64_t seen_ns;
};

/* ---- sync.c, sync_ask.c, sync_answer.c ---- */

/* Is this SYNC the answer to a question of this node that is open? */
bool sl_sync_is_asked(const struct sl_engine *e, const struct sl_input *input);
/* With the node there; slot: the member's, SL_SLOT_NONE if it is not known. */
void sl_sync_start(struct sl_engine *e, const struct sl_endpoint *origin, uint32_t slot,
                   bool joining);
void sl_sync_answer(struct sl_engine *e, const struct sl_input *input);
void sl_sync_fire(struct sl_engine *e, uint32_t index);
void sl_sync_session_fire(struct sl_engine *e);
void sl_sync_note_hash(struct sl_engine *e, const struct sl_input *input);
/* Begins a conversation with the session's other side; a joiner's walk turns to anybody. */
void sl_sync_open(struct sl_engine *e, struct sl_pull *pull, enum sl_pull_kind kind,
                  uint64_t first_id, uint64_t last_id);
/* Asks for the records of a range; padded up to the frame limit so that a stranger may answer in
 * full. */
bool sl_sync_ask(struct sl_engine *e, const struct sl_endpoint *to, uint64_t first_id,
                 uint64_t last_id, uint32_t number, bool with_claim, uint32_t pad_to_bytes);

/* ---- walk.c ---- */

void sl_walk_begin(struct sl_engine *e);
void sl_walk_go_on(struct sl_engine *e, struct sl_pull *pull);
void sl_walk_answer(struct sl_engine *e, struct sl_pull *pull, const struct sl_input *input);
