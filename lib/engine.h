/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * The engine, second of the library's two doors: all decisions of one node. One thread. Time comes
 * in with each call and never goes back; a step does a bounded amount of work (SL_STEP_RECORDS_MAX
 * records, SL_STEP_TIMERS_MAX timers). Sources: SWIM (Das, Gupta, Motivala 2002), Lifeguard
 * (Dadgar, Phillips, Currey 2018), Demers et al. 1987.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/arena.h"
#include "lib/config.h"
#include "lib/fast.h"
#include "lib/histogram.h"
#include "lib/host.h"
#include "lib/input.h"

#ifdef __cplusplus
extern "C" {
#endif

struct sl_engine; /* opaque, in the arena */

struct sl_step {
    uint64_t next_deadline_ns; /* when to step again at the latest, input or not */
    bool more;                 /* work was left over: step again at once */
};

enum sl_phase {
    SL_PHASE_ALONE,   /* created; no seed to ask, or none told yet */
    SL_PHASE_JOINING, /* asking seeds and pulling the view */
    SL_PHASE_MEMBER,
    SL_PHASE_LEAVING, /* spreading LEFT */
    SL_PHASE_LEFT,
    SL_PHASE_YIELDED, /* another node owns this name */
};

/* What happened so far. Written by the engine; other threads may load single fields relaxed. */
struct sl_engine_stats {
    uint64_t probes;            /* started */
    uint64_t probes_failed;     /* all tries and helpers */
    uint64_t probes_saved;      /* answered only through a helper */
    uint64_t suspicions_raised; /* by this node's own probes */
    uint64_t suspicions_heard;
    uint64_t suspicions_refuted;
    uint64_t deaths_declared; /* by this node */
    uint64_t deaths_heard;
    uint64_t
        deaths_refuted; /* a DEAD that its member refuted within the same life: a false positive */
    uint64_t refutations; /* of accusations against this node */
    uint64_t gossip_rounds;
    uint64_t rumours_sent;    /* records put into charged frames */
    uint64_t rumours_waiting; /* in the queue now */
    uint64_t syncs_started;   /* sessions with another view (sync.c) */
    uint64_t syncs_ended;
    uint64_t syncs_failed;  /* of these: something was not answered, or left out */
    uint64_t sync_learned;  /* changes of the view by what those that ended told */
    uint64_t stalls;        /* times that this node had reason to doubt itself: enum sl_stall */
    uint64_t phase;         /* enum sl_phase */
    uint64_t confirmations; /* further accusers heard */
    uint64_t health;        /* now: 0 well .. 7 (health.h) */
    uint64_t path_round_trip_ns; /* now: smoothed, to the slowest zone */
    uint64_t path_lost_permille; /* now: tries unanswered, on the worst path */
    uint64_t zone_doubts;        /* times that nobody in a zone answered */
    uint64_t zones_unreachable;  /* now */
    uint64_t flapping;           /* members, now */
    uint64_t path_bytes;         /* longest frame that is sent now: less where long ones vanish */
    uint64_t paths_swallowed;    /* times that long frames were found to vanish */
    uint64_t leave_told;    /* members that the own leave was sent to, as far as others are heard */
    uint64_t removals_made; /* members removed here, by an operator */
    uint64_t removals_heard; /* and elsewhere */
};

/* How an engine's view lies in memory (view.h). NULL instead of one: own cold records, compacting.
 */
struct sl_engine_layout {
    sl_cold_find_fn shared_cold; /* NULL: own cold records */
    void *shared_cold_host;
    bool compacting;
    struct sl_arena
        *array_arena; /* of the arrays, in which no pointer is; NULL: that of the rest */
};

/* Carves an engine out of the arena and emits nothing yet. Returns NULL if the arena is dry or too
   small. wall_s: seconds since 1970, for the generation. seed: all randomness comes from it. */
struct sl_engine *sl_engine_create(struct sl_arena *arena, const struct sl_config *config,
                                   const struct sl_engine_layout *layout,
                                   const struct sl_host *host, uint64_t seed, uint64_t wall_s,
                                   uint64_t now_ns);

/* Arena bytes that a configuration needs; those of an array arena, which must be dry, are left in
 * it. */
size_t sl_engine_arena_bytes(const struct sl_config *config, const struct sl_engine_layout *layout);

/* Takes one input (NULL: none), then fires what is due. */
struct sl_step sl_engine_step(struct sl_engine *engine, uint64_t now_ns,
                              const struct sl_input *input);

/* Begins loading what the next step and the fast path read first, for a host with so many engines
   that none stays in the cache: first what lies in the engine itself, then, a little later, what it
   points to. */
void sl_engine_prefetch(const struct sl_engine *engine);
void sl_engine_prefetch_deep(const struct sl_engine *engine);

/* Replaces the seeds and, unless already a member, starts joining. 0; -EINVAL: more than
 * SL_SEEDS_MAX; -ESHUTDOWN: leaving. */
int sl_engine_join(struct sl_engine *engine, uint64_t now_ns, const struct sl_endpoint *seeds,
                   uint32_t seed_count);

/* Spreads LEFT, then reports SELF_LEFT. 0; -EALREADY. */
int sl_engine_leave(struct sl_engine *engine, uint64_t now_ns);

/* Sets this node's own tags (opaque; copied) and spreads them under a higher incarnation, even if
   they are the same. Until it is a member it only remembers them. 0; -EINVAL: more than
   SL_TAGS_BYTES_MAX; -ENOBUFS: no room for the record now; -EOVERFLOW: no incarnation is left;
   -ESHUTDOWN: leaving, left or yielded. */
int sl_engine_update(struct sl_engine *engine, uint64_t now_ns, const void *tags, uint32_t bytes);

/* An operator's word that the member of this name, which is dead or left here, is gone: it is no
   longer dialled, it is forgotten as one that left is, and all hear of it. A member that lives
   refutes it. Again is fine, and tells all again. 0; -EINVAL: this node itself; -ENOENT: not known;
   -EBUSY: alive or suspect here; -ESHUTDOWN: leaving, left or yielded. */
int sl_engine_remove(struct sl_engine *engine, uint64_t now_ns, const char *name,
                     uint32_t name_bytes);

/* What a node sees of its own trouble. */
enum sl_stall {
    SL_STALL_LATE_STEP,    /* the engine was stepped late: it finds this out itself */
    SL_STALL_MISSED_POLLS, /* another packet core stood still: frames wait in its queue */
    SL_STALL_RX_OVERFLOW,  /* a queue was full: frames are lost */
    SL_STALL_LINK_DOWN,
};

/* For the last `lasted_ns` this node may have been deaf: probes under way and its own accusations
   get that time added or start over, and its health falls. Bounded, but for a link that is down.
   Step the engine behind it: its deadline may have moved. */
void sl_engine_note_stall(struct sl_engine *engine, uint64_t now_ns, enum sl_stall evidence,
                          uint64_t lasted_ns);

/* What workers' counters say since the last call of charged_bytes and served_bytes: with the
 * engine's own they count towards the byte cap, what strangers were served up to a share of it. */
void sl_engine_note_traffic(struct sl_engine *engine, uint64_t now_ns, uint64_t charged_bytes,
                            uint64_t served_bytes);

const struct sl_fast *sl_engine_fast(const struct sl_engine *engine);
const struct sl_view *sl_engine_view(const struct sl_engine *engine);
const struct sl_engine_stats *sl_engine_stats(const struct sl_engine *engine);
const struct sl_counters *sl_engine_counters(const struct sl_engine *engine);
/* Is the zone of this name ("default" never is) out of reach? Any thread. */
bool sl_engine_zone_is_unreachable(const struct sl_engine *engine, const char *zone,
                                   size_t zone_bytes);
/* Does this member die and come back again and again? Any thread. */
bool sl_engine_is_flapping(const struct sl_engine *engine, uint64_t id);
/* Own word as published; own id. */
uint64_t sl_engine_self_word(const struct sl_engine *engine);
uint64_t sl_engine_self_id(const struct sl_engine *engine);
/* Probe round-trip times, and the time from a change of the own view until a probe answer carries
   an equal view hash; in ns. Written by the engine, readable from any thread. */
const struct sl_histogram *sl_engine_probe_rtt(const struct sl_engine *engine);
const struct sl_histogram *sl_engine_convergence(const struct sl_engine *engine);

#ifdef __cplusplus
}
#endif
