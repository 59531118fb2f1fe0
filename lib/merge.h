/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* What a record does to the view, and forgetting. One of the
   engine's insides (engine_private.h); one thread. */
#include <stdbool.h>
#include <stdint.h>

struct sl_engine;
struct sl_input;
struct sl_record;

/* ---- merge.c ---- */

void sl_merge_records(struct sl_engine *e, const struct sl_input *input);
/* Begins loading what merging the input's records will need. Returns how many there are of which
   the slot was seen, for that a second search is saved; slots: SL_STEP_RECORDS_MAX of them,
   SL_SLOT_NONE where nobody is known. */
uint32_t sl_merge_ahead(const struct sl_engine *e, const struct sl_input *input, uint32_t *slots);
/* Raises a known member's word and does all that follows from it. LEFT with an accuser is REMOVED,
   which may also follow a LEFT with an equal word. */
void sl_merge_word(struct sl_engine *e, uint32_t slot, uint64_t word, uint64_t accuser_id);
/* The same, but nobody is told. */
void sl_merge_word_quietly(struct sl_engine *e, uint32_t slot, uint64_t word, uint64_t accuser_id);

/* ---- merge_gone.c ---- */

void sl_merge_left(struct sl_engine *e, const struct sl_record *r);
void sl_merge_removed(struct sl_engine *e, const struct sl_record *r, uint64_t sender_id);
void sl_merge_accusation(struct sl_engine *e, const struct sl_record *r, uint64_t sender_id);

/* ---- retention.c ---- */

void sl_retention_note(struct sl_engine *e);
void sl_retention_fire(struct sl_engine *e);
/* The slot's member is known no more. */
void sl_retention_forget(struct sl_engine *e, uint32_t slot);
/* In a full table the gone give way to the living: forgets the oldest that left, or else that died,
   and that no rumour is about, or else, if wanted, that is known by hearsay alone. The place is
   free behind a grace period. false: nobody can go. */
bool sl_retention_make_room(struct sl_engine *e, bool of_hearsay);
