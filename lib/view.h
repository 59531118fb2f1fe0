/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * The member table: what one node believes of every other.
 *
 * Hot part (table.h): open addressing over 16-byte cells {id, word}, four to a cache line. A cell's
 * home is the line that the high half of id * lines names, so lines lie in the order of their ids
 * and a range of ids is a run of cells. A cell's id is written once per table life. Forgetting
 * writes word 0 and leaves the id as a tombstone, which its own member may use again. Cold part
 * (cold.h): per member a slot (small dense number, stable while the member is known) with an
 * immutable record of name, endpoints, zone and tags. Compaction copies a bounded number of cells
 * per step into the second table; readers try new, then old. Freed slots, cold records and tables
 * gather in one batch per grace period.
 *
 * Memory per member: (16 + 4) bytes * 100 / load_percent for the cells, twice that if compacting,
 * and 4 for the slot; own cold records add 4 and the record (24 bytes and its text, IPv6 16 more).
 *
 * Threads: one writer (the engine). Any number of readers, lock-free, writing nothing shared. A
 * reader holds what it read only until it next reports a quiescent state (liburcu QSBR in the
 * daemon).
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/arena.h"
#include "lib/cold.h"
#include "lib/hash.h"
#include "lib/hash_tree.h"
#include "lib/identity.h"
#include "lib/retire.h"
#include "lib/table.h"
#include "lib/word.h"

#ifdef __cplusplus
extern "C" {
#endif

#define SL_SLOT_NONE UINT32_MAX

/* The cold record of a member, from a store that many views share (a simulator packs its viewers
   so). Must know every id that is in a view, as long as it is. */
typedef const struct sl_cold *(*sl_cold_find_fn)(void *host, uint64_t id);

struct sl_view_config {
    struct sl_cluster cluster;
    uint32_t max_members;  /* slots; live, dead and left members together */
    uint32_t load_percent; /* 5..95: cells = max_members * 100 / load_percent; on the wire 35, or
                              65 past SL_MEMBERS_MANY; denser in a simulator */
    uint32_t cold_bytes_per_member; /* mean room for cold records, in bytes */
    bool compacting;                /* has a second table; without it, tombstones stay for good */
    sl_retire_fn retire;
    void *retire_host;
    sl_cold_find_fn
        shared_cold; /* NULL: the view keeps its own. Else it keeps none (cold_bytes_per_member is
                        not used), ignores the identities given to it and asks here; its cold
                        records and ranges are then for the engine's thread alone */
    void *shared_cold_host;
    struct sl_arena *array_arena; /* of the arrays; NULL: that of the rest */
};

/* What the engine publishes for the fast path besides members: single fields, each written by the
   engine alone with relaxed stores and read by workers. A worker may see a mix of two steps: every
   use tolerates it. */
struct sl_view_summary {
    uint64_t view_hash; /* sum of item hashes of live members, oneself included */
    uint64_t authority_revision;
    uint64_t self_word;
    uint32_t unsettled;
    uint32_t live_count;         /* ALIVE and SUSPECT members, oneself included */
    uint32_t member_count;       /* slots in use */
    uint32_t count_by_status[4]; /* of these, by enum sl_status */
    uint32_t removed_count;      /* of those that are LEFT */
};

struct sl_view; /* opaque, in the arena */

/* ---- set-up ---- */

/* Carves a view out of the arena. Returns NULL if the arena is dry or too small. */
struct sl_view *sl_view_create(struct sl_arena *arena, const struct sl_view_config *config);

/* Makes a fresh view hold the members that another holds, which was created alike and never forgot
   one. Both ask a shared store for cold records. The view's own array arena must hold a copy of
   the other's. */
void sl_view_adopt(struct sl_view *view, const struct sl_view *from);

/* ---- readers: any thread inside a read-side critical section ---- */

/* The word held for id; 0 if it is not known. This is the stale filter's one question. */
static inline uint64_t sl_view_word(const struct sl_view *view, uint64_t id)
{
    return sl_table_word((const struct sl_table *)(const void *)view,
                         id); /* a view begins with its table */
}

/* The table is so large that look-ups had better be prefetched. Constant. */
static inline bool sl_view_is_far(const struct sl_view *view)
{
    return sl_table_is_far((const struct sl_table *)(const void *)view);
}

/* The same question by whoever has others to ask meanwhile. false: the answer takes memory that is
   only being loaded now; ask sl_view_word() later. */
static inline bool sl_view_word_soon(const struct sl_view *view, uint64_t id, uint64_t *word)
{
    const struct sl_table *table = (const struct sl_table *)(const void *)view;
    if (__builtin_expect(sl_table_word_at_home(table, id, word), 1))
        return true;
    sl_table_prefetch_behind(table, id);
    return false;
}

/* Begins loading the cell's line, for callers that look up many ids at once. */
static inline void sl_view_prefetch(const struct sl_view *view, uint64_t id)
{
    sl_table_prefetch((const struct sl_table *)(const void *)view, id);
}

/* The same, for sl_view_find(); then for the slot that it returned; then for its own cold record.
 */
void sl_view_prefetch_member(const struct sl_view *view, uint64_t id);
void sl_view_prefetch_slot(const struct sl_view *view, uint32_t slot);
void sl_view_prefetch_cold(const struct sl_view *view, uint32_t slot);

/* The same for what every use of a view reads. */
void sl_view_prefetch_head(const struct sl_view *view);

/* Finds a known member (word != 0). Returns its slot, or SL_SLOT_NONE; *word may be NULL. */
uint32_t sl_view_find(const struct sl_view *view, uint64_t id, uint64_t *word);

/* The cold record of a slot; NULL if the slot is not in use. */
const struct sl_cold *sl_view_cold(const struct sl_view *view, uint32_t slot);

/* An iterator over a range of ids, in the order of ids: each known member once, unless it is added
   or forgotten meanwhile. It holds no place in the table: an iteration may go on after a quiescent
   state, or start again behind any id. A step costs a look at the run of cells around it: for many
   members at once, denser is slower. Fields are private. */
struct sl_view_range {
    const struct sl_view *view;
    uint64_t next_id, last_id;
    bool ended;
};

struct sl_view_item {
    uint64_t id, word;
    uint32_t slot;
    bool removed;               /* LEFT, by an operator's word */
    const struct sl_cold *cold; /* never NULL */
};

void sl_view_range_begin(struct sl_view_range *range, const struct sl_view *view, uint64_t first_id,
                         uint64_t last_id);
bool sl_view_range_next(struct sl_view_range *range, struct sl_view_item *out);

/* Is the member proven: has it answered this node from the address that it has now? Read its cold
   record before: a new address is published after the proof of the old one is gone. */
bool sl_view_is_proven(const struct sl_view *view, uint32_t slot);

/* Is the member, whose word has status LEFT, gone by an operator's word and not by its own? */
bool sl_view_is_removed(const struct sl_view *view, uint32_t slot);

/* Named as its type, like stat(): g++ calls that a shadow. */
#ifdef __cplusplus
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wshadow"
#endif
const struct sl_view_summary *sl_view_summary(const struct sl_view *view);
#ifdef __cplusplus
#pragma GCC diagnostic pop
#endif

/* Sums of item hashes of live members over the 2^bits equal parts of a bucket (hash_tree.h): as
   stored, or, if depth + bits is more than what is stored, by reading the cells of the bucket.
   bits <= 8, depth + bits <= 32. */
void sl_view_sums(const struct sl_view *view, uint32_t depth, uint32_t bucket, uint32_t bits,
                  uint64_t *sums);
bool sl_view_stores_sums(const struct sl_view *view, uint32_t depth);

/* What a live member with this id and word adds to sums and to the view hash. */
uint64_t sl_view_item_hash(const struct sl_view *view, uint64_t id, uint64_t word);

/* Sum of item hashes of live members in first_id..last_id; reads every cell of the range. */
uint64_t sl_view_range_hash(const struct sl_view *view, uint64_t first_id, uint64_t last_id);

/* ---- the writer: the engine's thread only ---- */

/* Adds a member not yet known (or forgotten). Returns 0 and its slot; -ENOSPC past max_members,
   -ENOBUFS if no slot or cold record is free (until a grace period ends and upkeep follows, or
   members are forgotten),
   -EXFULL if the cells near the id's home are taken (until a compaction). */
int sl_view_add(struct sl_view *view, uint64_t id, uint64_t word,
                const struct sl_identity *identity, uint32_t *slot);

/* Sets a known member's word; it must be greater than the one held. Keeps view_hash, sums and
   live_count. */
void sl_view_raise(struct sl_view *view, uint32_t slot, uint64_t word);

/* The same with a word of status LEFT that is an operator's; it may be equal to one that is the
   member's own. */
void sl_view_remove(struct sl_view *view, uint32_t slot, uint64_t word);

/* Replaces a known member's cold record (retiring the old one) unless it is equal. 0 or -ENOBUFS.
 */
int sl_view_describe(struct sl_view *view, uint32_t slot, const struct sl_identity *identity);

/* Bytes of a known member's own cold record; 0 if records are shared. */
uint32_t sl_view_cold_bytes(const struct sl_view *view, uint32_t slot);

/* Forgotten members' places or records will be free behind a grace period. */
bool sl_view_awaits_room(const struct sl_view *view);

/* A known member is proven from now on, until its address changes or it is forgotten. */
void sl_view_prove(struct sl_view *view, uint32_t slot);

/* Forgets a member: tombstone, slot free again after a grace period. */
void sl_view_forget(struct sl_view *view, uint32_t slot);

/* Is this member's slot (below max_members) the one given? Its word then. */
bool sl_view_slot_is_of(const struct sl_view *view, uint32_t slot, uint64_t id, uint64_t *word);

/* Of a slot below max_members; 0 if it is not in use. */
uint64_t sl_view_slot_word(const struct sl_view *view, uint32_t slot);
uint64_t sl_view_slot_id(const struct sl_view *view, uint32_t slot);

/* Work that is due between inputs: asks for a grace period and takes note of ended ones, gives at
   most max_records cold records back behind theirs, starts a compaction when tombstones outnumber
   an eighth of the cells, copies or wipes at most max_cells. Returns true if more is due at once.
 */
bool sl_view_maintain(struct sl_view *view, uint32_t max_records, uint32_t max_cells);

/* Upkeep so far, in units whose cost is bounded. */
struct sl_view_upkeep {
    uint64_t cells;   /* copied or wiped by compactions */
    uint64_t records; /* cold records given back behind their grace periods */
};

struct sl_view_upkeep sl_view_upkeep_done(const struct sl_view *view);

/* Mutable summary for the fields that the engine owns (authority_revision, unsettled, self_word).
   Store with
   __atomic relaxed. */
struct sl_view_summary *sl_view_summary_mutable(struct sl_view *view);

#ifdef __cplusplus
}
#endif
