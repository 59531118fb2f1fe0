/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * The engine's insides, shared by the files that make it up and by nobody else. Where to look:
 *   engine.c     the step, dispatch of inputs and timers; engine_create.c how it comes to be,
 *                engine_common.c what its parts share
 *   merge.c      what a record does to the view, merge_gone.c those of a member's end;
 *                merge_ahead.c loads ahead of it, settle.c how young the last changes are
 *   admission.c  who is taken into the view
 *   self.c       one's own word: refuting, leaving; namesake.c another node of one's name
 *   probe.c      is a member there? probe_ask.c its frames, probe_answer.c what comes
 *                back, probe_plan.[ch] how patiently it asks
 *   suspicion.c  from "it did not answer" to DEAD
 *   stall.c      evidence against oneself; health.[ch], round_trip.[ch] what probes teach
 *   zone_rule.c  a zone out of reach is one fact; zone_check.c whether it is, zone_reports.c
 *                what is said of it
 *   choice.c     whom to gossip to, and whom to ask for help, by zone
 *   gossip.c     rounds; cargo.c fills frames with rumours, rumour_block.c the block that answers
 *                carry
 *   budget.c     what may go out under the byte cap
 *   join.c       seeds
 *   sync.c       sessions that make two views equal: sync_ask.c questions, sync_answer.c what
 *                comes back, walk.c range by range, for large differences
 *   dial.c       the dead and lost seeds; remove.c an operator's word, retention.c forgetting
 *   acquaintances.c  who answered last
 *   flaps.c      who dies again and again; path.c how long frames may be
 */
#include "lib/engine.h"

#include "lib/acquaintances.h"
#include "lib/admission.h"
#include "lib/assert.h"
#include "lib/compare.h"
#include "lib/flaps.h"
#include "lib/gossip.h"
#include "lib/health.h"
#include "lib/join.h"
#include "lib/merge.h"
#include "lib/meter.h"
#include "lib/namesake.h"
#include "lib/path.h"
#include "lib/peers.h"
#include "lib/prng.h"
#include "lib/probe.h"
#include "lib/record.h"
#include "lib/round_trip.h"
#include "lib/rumours.h"
#include "lib/self.h"
#include "lib/settle.h"
#include "lib/suspicion.h"
#include "lib/sync.h"
#include "lib/timers.h"
#include "lib/zone_rule.h"
#include "lib/zones.h"

enum sl_timer_kind {
    SL_TIMER_PROBE_PERIOD,
    SL_TIMER_PROBE,     /* index: probe */
    SL_TIMER_SUSPICION, /* index: entry */
    SL_TIMER_GOSSIP,
    SL_TIMER_SETTLE,
    SL_TIMER_JOIN,
    SL_TIMER_PULL, /* index: pull */
    SL_TIMER_SESSION,
    SL_TIMER_DIAL,
    SL_TIMER_RETENTION,
    SL_TIMER_LEAVE,
    SL_TIMER_ZONES,
    SL_TIMER_FLAPS,
};

struct sl_engine {
    struct sl_config config;
    struct sl_host host;
    struct sl_cluster cluster;
    struct sl_prng prng;
    struct sl_prng numbers; /* of probes and conversations, on the wire */
    uint64_t now_ns;
    uint64_t promised_ns; /* deadline that the last step returned */
    enum sl_phase phase;

    uint64_t self_id, self_word;
    uint32_t self_slot;
    struct sl_identity identity;
    uint64_t wall_s;                  /* the clock's time at the start, or the epoch */
    struct sl_endpoint silent_holder; /* of this node's name, that did not answer */
    uint64_t silent_since_ns;
    struct sl_namesake namesake;
    struct sl_twin twin;
    uint64_t namesake_told_ns;

    struct sl_view *view;
    struct sl_fast fast;
    uint32_t *since_s;   /* per slot: second of the engine's clock when its word last changed */
    uint32_t gone_count; /* DEAD and LEFT members still kept */
    struct sl_admission admission;
    struct sl_acquaintances acquaintances;

    struct sl_timers timers;
    struct sl_peers peers;
    struct sl_zones zones;
    struct sl_zone_watch *zone_watches; /* by a zone's index */
    uint32_t silent_zones;              /* that are not OPEN */
    uint32_t told_zone;
    uint32_t death_cursor; /* the next slot to be looked at for a member to be declared dead */
    struct sl_timer zone_timer;
    struct sl_timer probe_timer;
    struct sl_probe probes[SL_PROBES_MAX];
    uint64_t probes_used;                     /* one bit each */
    struct sl_round_trip paths[SL_ZONES_MAX]; /* to each zone, by its index */
    struct sl_health health;
    struct sl_path path[SL_ZONES_MAX]; /* to each zone, by its index */
    uint64_t heard_ns;                 /* anybody else, last */
    uint64_t stalled_ns;               /* when an own stall was last noted */
    struct sl_slot_map suspicion_map;
    struct sl_suspicion *suspicions;
    struct sl_flaps flaps;
    struct sl_rumours rumours;
    struct sl_timer gossip_timer;
    uint64_t last_round_ns;
    struct sl_block_slot blocks[SL_BLOCKS];
    uint32_t published_block; /* index; SL_BLOCKS = none */
    uint64_t block_number, block_version;
    struct sl_settle settle;
    struct sl_join join;
    struct sl_sync sync;
    bool teller_unsettled; /* who told what is being merged has changes that still spread */
    bool told_by_sync;     /* what is being merged: it was asked for, or is pushed by who asked */
    struct sl_mismatch mismatch;
    struct sl_dial dial;
    struct sl_timer retention_timer;
    uint32_t retention_cursor;
    uint32_t room_cursor;
    struct sl_timer leave_timer;
    uint64_t leave_started_ns;
    uint64_t leave_sends;   /* of LEFT */
    struct sl_meter meter;  /* all sent and received, workers' traffic included */
    struct sl_meter served; /* to strangers by workers; not in `meter` */
    struct sl_meter said;   /* of it: own rumours, in rounds and behind PINGs */
    struct sl_meter asked;  /* of it: own PINGs */
    uint64_t started_ns;
    uint64_t full_told_ns;
    uint64_t met_ns;     /* from when on all members will have asked this node, and proven it */
    uint64_t meeting_ns; /* of the last sl_engine_meet() */

    struct sl_counters counters;
    struct sl_engine_stats stats;
    struct sl_histogram *probe_rtt, *convergence;
};

/* A number on the wire for entry `index` of a table of `entries` (a power of two): the index is its
   low bits, so that an answer finds its entry; never 0, which means "none". The rest is drawn: the
   number is known to nobody but those that were asked, so an answer with it proves its address. */
static inline uint32_t sl_next_number(struct sl_prng *numbers, uint32_t entries, uint32_t index)
{
    uint32_t high;
    do {
        high = (uint32_t)(sl_prng_next(numbers) >> 32) * entries;
    } while (high == 0);
    return high + index;
}

/* A statistic with one writer that other threads may load. */
#define SL_STAT(engine, name) sl_count(&(engine)->stats.name, 1)

/* ---- engine_common.c ---- */

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
/* A frame that only who received a question of this node can have sent came from this member. */
void sl_engine_answered(struct sl_engine *e, uint64_t id, const struct sl_endpoint *from);
/* Did the frame come from a member that is proven there? */
bool sl_engine_is_proven(const struct sl_engine *e, const struct sl_input *input);
/* A PING to a member that is not proven, as often as gossip rounds at most: it may be by its
 * answer.
 */
void sl_engine_meet(struct sl_engine *e, uint32_t slot);
/* Where to reach a slot's member from here; port 0 if nowhere. */
struct sl_endpoint sl_engine_endpoint(const struct sl_engine *e, uint32_t slot);
/* A member counts as live from now on (or still does, perhaps in another zone), or no longer. */
void sl_engine_member_lives(struct sl_engine *e, uint32_t slot);
void sl_engine_member_gone(struct sl_engine *e, uint32_t slot);
/* The zone of this name, entered if it is new. */
uint32_t sl_engine_zone(struct sl_engine *e, const char *zone, uint8_t zone_bytes);
/* duration +- 1/8, so that nodes do not march in step */
uint64_t sl_engine_jitter(struct sl_engine *e, uint64_t duration_ns);

/* ---- stall.c ---- */

void sl_engine_feels(struct sl_engine *e, int32_t delta);
/* This node was accused. */
void sl_engine_contradicted(struct sl_engine *e);
void sl_engine_publish_paths(struct sl_engine *e);
/* Nobody at all was heard since: the silence is more likely this node's own fault. Holds for a
 * bounded time, so that a last survivor notices that it is alone. */
bool sl_engine_is_cut_off(const struct sl_engine *e, uint64_t since_ns);
/* A step that comes late means that this node itself stood still. */
void sl_stall_late_step(struct sl_engine *e);
