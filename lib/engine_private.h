/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * The engine's insides, shared by the files that make it up and by nobody else. Where to look:
 *   engine.c     creation, the step, dispatch of inputs and timers
 *   merge.c      what a record does to the view
 *   self.c       one's own word: refuting, leaving, conflicts
 *   probe.c      is a member there?
 *   suspicion.c  from "it did not answer" to DEAD
 *   gossip.c     rounds, frames full of rumours, the block that answers carry
 *   join.c       seeds; sync.c pulling ranges of a view; dial.c the dead and lost seeds;
 * retention.c forgetting
 */
#include "lib/engine.h"

#include "lib/assert.h"
#include "lib/meter.h"
#include "lib/peers.h"
#include "lib/prng.h"
#include "lib/record.h"
#include "lib/rumours.h"
#include "lib/timers.h"

#define SL_SETTLE_PARTS 8 /* resolution of "younger than the spread time" */
#define SL_PULLS_MAX    8 /* ranges asked for at once by one sync */
#define SL_BLOCKS       4 /* rumour blocks: one published, the others waiting for a grace period */

enum sl_timer_kind {
    SL_TIMER_PROBE_PERIOD,
    SL_TIMER_PROBE,     /* index: probe */
    SL_TIMER_SUSPICION, /* index: entry */
    SL_TIMER_GOSSIP,
    SL_TIMER_SETTLE,
    SL_TIMER_JOIN,
    SL_TIMER_PULL, /* index: pull */
    SL_TIMER_DIAL,
    SL_TIMER_RETENTION,
    SL_TIMER_LEAVE,
};

enum sl_probe_purpose {
    SL_PROBE_FREE = 0, /* no probe */
    SL_PROBE_ROUND,    /* the member's turn */
    SL_PROBE_FINAL,    /* the last question before DEAD */
    SL_PROBE_CHECK,    /* somebody else's view has it dead */
    SL_PROBE_DIAL,     /* it is dead here; is it back? */
    SL_PROBE_CONFLICT, /* does another node own my name? */
};

struct sl_probe {
    struct sl_timer timer;
    enum sl_probe_purpose purpose;
    uint32_t number; /* on the wire; its low bits are this probe's index */
    uint32_t slot;   /* CONFLICT: SL_SLOT_NONE */
    uint64_t target_id;
    uint64_t word; /* of the target when the probe began: the probe accuses this incarnation only */
    struct sl_endpoint endpoint;
    uint64_t last_try_ns;
    uint32_t tries;
    uint32_t helper_rounds;
    uint32_t helper_count;
    uint64_t helper_ids[SL_HELPERS_MAX]; /* of all rounds; only these may relay an ACK */
};

struct sl_suspicion {
    struct sl_timer timer;
    uint64_t word; /* with status SUSPECT */
    uint64_t started_ns;
    uint64_t accusers[SL_ACCUSERS_MAX]; /* distinct; the first is the originator */
    uint32_t accuser_count;
    bool mine; /* this node's own probe failed: it may turn the suspicion into DEAD */
};

struct sl_pull {
    struct sl_timer timer;
    bool active;
    uint32_t number; /* on the wire; its low bits are this pull's index */
    uint64_t first_id, last_id;
    uint32_t failures;
};

/* One pulling of a view: for joining, or because hashes stayed unequal. */
struct sl_sync {
    bool active;
    bool joining;
    bool all_assigned;         /* next_id has passed the end */
    uint64_t next_id;          /* ranges below are asked for or done */
    uint64_t range_width;      /* ids per range, from the answerer's live_count */
    struct sl_endpoint origin; /* who to ask first, and when nobody else is known */
    struct sl_pull pulls[SL_PULLS_MAX];
};

struct sl_join {
    struct sl_timer timer;
    struct sl_endpoint seeds[SL_SEEDS_MAX];
    uint64_t seed_ids[SL_SEEDS_MAX]; /* who answered there last; 0 = nobody yet */
    uint32_t seed_count;
    uint32_t next_seed;
    uint64_t wait_ns;
    uint32_t ask_number; /* sync number of the question "who has my name?" */
    bool name_is_free;   /* the question was answered: my claim may be spread */
};

/* Changes of the view in the last spread time. */
struct sl_settle {
    struct sl_timer timer;
    uint32_t parts[SL_SETTLE_PARTS];
    uint32_t sum;
    uint64_t part_number;
    uint64_t changed_ns;     /* of the last change */
    bool awaiting_agreement; /* nobody was heard with an equal hash since */
};

struct sl_mismatch {
    uint64_t peer_id; /* whose settled hash differs; 0 = nobody's */
    uint64_t since_ns;
    uint64_t seen_ns;
};

struct sl_block_slot {
    struct sl_rumour_block block;
    struct sl_retire_ticket ticket;
};

struct sl_engine {
    struct sl_config config;
    struct sl_host host;
    struct sl_cluster cluster;
    struct sl_prng prng;
    uint64_t now_ns;
    uint64_t promised_ns; /* deadline that the last step returned */
    enum sl_phase phase;

    uint64_t self_id, self_word;
    uint32_t self_slot;
    struct sl_identity identity;
    struct sl_endpoint silent_holder; /* of this node's name, who did not answer */
    uint64_t silent_since_ns;
    uint64_t namesake_told_ns;

    struct sl_view *view;
    struct sl_fast fast;
    uint32_t *since_s;   /* per slot: second of the engine's clock when its word last changed */
    uint32_t gone_count; /* DEAD and LEFT members still kept */

    struct sl_timers timers;
    struct sl_peers peers;
    struct sl_timer probe_timer;
    struct sl_probe probes[SL_PROBES_MAX];
    uint32_t probe_sequence;
    struct sl_slot_map suspicion_map;
    struct sl_suspicion *suspicions;
    struct sl_rumours rumours;
    struct sl_timer gossip_timer;
    uint64_t last_round_ns;
    struct sl_block_slot blocks[SL_BLOCKS];
    uint32_t published_block; /* index; SL_BLOCKS = none */
    uint64_t block_number, block_version;
    struct sl_settle settle;
    struct sl_join join;
    struct sl_sync sync;
    uint32_t sync_sequence;
    struct sl_mismatch mismatch;
    struct sl_timer dial_timer;
    uint32_t dial_cursor;
    bool dial_seed_next;
    struct sl_timer retention_timer;
    uint32_t retention_cursor;
    struct sl_timer leave_timer;
    uint64_t leave_started_ns;
    struct sl_meter meter;
    uint64_t started_ns;
    uint64_t full_told_ns;

    struct sl_counters counters;
    struct sl_engine_stats stats;
    struct sl_histogram *probe_rtt, *convergence;
};

/* The next number on the wire for entry `index` of a table of `entries` (a power of two): the index
   is its low bits, so that an answer finds its entry; never 0, which means "none". */
static inline uint32_t sl_next_number(uint32_t *sequence, uint32_t entries, uint32_t index)
{
    do {
        ++*sequence;
    } while (*sequence * entries == 0);
    return *sequence * entries + index;
}

/* A statistic with one writer that other threads may load. */
#define SL_STAT(engine, name) sl_count(&(engine)->stats.name, 1)

/* engine.c */
/* Begins a frame of this type in a lent buffer: header written, length after header and body.
 * false: no buffer. */
bool sl_engine_begin(struct sl_engine *e, enum sl_frame_type type, uint32_t probe,
                     struct sl_buffer *buffer, uint32_t *length_bytes);
void sl_engine_send(struct sl_engine *e, struct sl_buffer *buffer, uint32_t length_bytes,
                    enum sl_class traffic, const struct sl_endpoint *to, uint32_t to_count);
void sl_engine_drop(struct sl_engine *e, enum sl_drop reason);
void sl_engine_tell(struct sl_engine *e, enum sl_event_type type, uint32_t slot, uint64_t word,
                    uint64_t previous_word, uint64_t accuser_id);
void sl_engine_set_phase(struct sl_engine *e, enum sl_phase phase);
/* Where to reach a slot's member from here; port 0 if nowhere. */
struct sl_endpoint sl_engine_endpoint(const struct sl_engine *e, uint32_t slot);
/* May class `bulk` or gossip of this many bytes go out now? */
bool sl_engine_has_room(struct sl_engine *e, uint64_t bytes);
/* duration +- 1/8, so that nodes do not march in step */
uint64_t sl_engine_jitter(struct sl_engine *e, uint64_t duration_ns);

/* merge.c */
void sl_merge_records(struct sl_engine *e, const struct sl_input *input);
/* Raises a known member's word and does all that follows from it. */
void sl_merge_word(struct sl_engine *e, uint32_t slot, uint64_t word, uint64_t accuser_id);
void sl_settle_note(struct sl_engine *e);
void sl_settle_fire(struct sl_engine *e);

/* self.c */
void sl_self_create(struct sl_engine *e, uint64_t wall_s);
/* Answers an accusation, or an earlier life's greater word, by a word above it. */
void sl_self_accused(struct sl_engine *e, uint64_t word);
void sl_self_claimed(struct sl_engine *e, const struct sl_record *claim);
/* A frame came from a foreign address under this node's own id. */
void sl_self_met_namesake(struct sl_engine *e, const struct sl_input *input);
void sl_self_conflict_answer(struct sl_engine *e, const struct sl_probe *probe,
                             const struct sl_input *input);
/* Nobody answers where a claim of this node's name points to: an earlier life's, at another
 * address. */
void sl_self_conflict_silence(struct sl_engine *e, const struct sl_endpoint *endpoint,
                              uint64_t word);
void sl_self_spread(struct sl_engine *e);
void sl_self_leave_fire(struct sl_engine *e);
bool sl_self_is_mine(const struct sl_engine *e, const struct sl_endpoint *endpoint);

/* probe.c */
void sl_probe_period_fire(struct sl_engine *e);
void sl_probe_fire(struct sl_engine *e, uint32_t index);
void sl_probe_answered(struct sl_engine *e, const struct sl_input *input);
/* Starts a probe of a known member unless one of it is under way or all are. */
bool sl_probe_start(struct sl_engine *e, uint32_t slot, enum sl_probe_purpose purpose,
                    uint64_t word);
/* word: of the claim that was heard; taken over if nobody answers there. */
bool sl_probe_start_conflict(struct sl_engine *e, const struct sl_endpoint *endpoint,
                             uint64_t word);
void sl_probe_receipt(struct sl_engine *e, const struct sl_input *input);
void sl_probe_postpone_all(struct sl_engine *e, uint64_t by_ns);

/* suspicion.c */
void sl_suspicion_raise_own(struct sl_engine *e, uint32_t slot);
void sl_suspicion_heard(struct sl_engine *e, uint32_t slot, uint64_t word, uint64_t accuser_id);
void sl_suspicion_end(struct sl_engine *e, uint32_t slot);
void sl_suspicion_fire(struct sl_engine *e, uint32_t entry);
void sl_suspicion_final(struct sl_engine *e, uint32_t slot, bool answered);
void sl_suspicion_postpone_all(struct sl_engine *e, uint64_t by_ns);
/* Suspicion time after `confirmations` of `wanted` (Lifeguard, section IV.B), in ns. */
uint64_t sl_suspicion_timeout(uint64_t min_ns, uint64_t max_ns, uint32_t confirmations,
                              uint32_t wanted);

/* gossip.c */
void sl_gossip_spread(struct sl_engine *e, uint32_t slot, uint8_t record_type,
                      enum sl_class traffic, uint64_t accuser_id);
void sl_gossip_fire(struct sl_engine *e);
/* Appends rumours to a frame as far as room and byte budgets go; remembers them for
 * sl_gossip_charge(). */
struct sl_cargo {
    uint32_t entries[SL_STEP_RECORDS_MAX];
    uint32_t count;
};
uint32_t sl_gossip_load(struct sl_engine *e, uint8_t *frame, uint32_t length_bytes,
                        struct sl_cargo *cargo);
void sl_gossip_charge(struct sl_engine *e, const struct sl_cargo *cargo, uint32_t sends);
/* Writes the record that tells what this view holds of a slot; 0 if it does not fit or there is
 * nothing to tell. */
uint32_t sl_gossip_write(struct sl_engine *e, uint8_t *out, uint32_t room_bytes, uint32_t slot,
                         uint8_t record_type, uint64_t accuser_id);
/* Tells one address what this view holds of oneself and, if its member counts as gone here, of it.
 */
void sl_gossip_reply(struct sl_engine *e, const struct sl_input *input);

/* join.c */
void sl_join_fire(struct sl_engine *e);
bool sl_join_answer(struct sl_engine *e, const struct sl_input *input);
void sl_join_done(struct sl_engine *e);

/* sync.c */
void sl_sync_start(struct sl_engine *e, const struct sl_endpoint *origin, bool joining);
void sl_sync_answer(struct sl_engine *e, const struct sl_input *input);
void sl_sync_fire(struct sl_engine *e, uint32_t index);
void sl_sync_note_hash(struct sl_engine *e, const struct sl_input *input);
/* One question about a range; padded up to the frame limit so that a stranger may answer it in
 * full. */
bool sl_sync_ask(struct sl_engine *e, const struct sl_endpoint *to, uint64_t first_id,
                 uint64_t last_id, uint32_t number, bool with_claim, uint32_t pad_to_bytes);

/* dial.c */
void sl_dial_fire(struct sl_engine *e);

/* retention.c */
void sl_retention_note(struct sl_engine *e);
void sl_retention_fire(struct sl_engine *e);
