/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* Rounds, what frames carry, and what may go out under the byte cap. One of the engine's insides
   (engine_private.h); one thread. */
#include <stdbool.h>
#include <stdint.h>

#include "lib/counters.h"
#include "lib/fast.h"
#include "lib/limits.h"
#include "lib/retire.h"

struct sl_engine;
struct sl_input;

#define SL_BLOCKS 4 /* rumour blocks: one published, the others waiting for a grace period */

struct sl_block_slot {
    struct sl_rumour_block block;
    struct sl_retire_ticket ticket;
};

/* ---- cargo.c: rumours in a frame ---- */

/* What was loaded, for sl_gossip_charge(). */
struct sl_cargo {
    uint32_t entries[SL_STEP_RECORDS_MAX];
    uint32_t count;
};
/* Appends rumours to a frame of length_bytes, up to limit_bytes; each returns the new length. */
uint32_t sl_cargo_load(struct sl_engine *e, uint8_t *frame, uint32_t length_bytes,
                       uint32_t limit_bytes, struct sl_cargo *cargo);
/* What is told to those who ask, behind what is being pushed. */
uint32_t sl_cargo_load_told(struct sl_engine *e, uint8_t *frame, uint32_t length_bytes,
                            uint32_t limit_bytes, struct sl_cargo *cargo);

/* ---- rumour_block.c ---- */

/* Publishes a block of what there is to say now, if that has changed. */
void sl_block_publish(struct sl_engine *e);

/* ---- gossip.c ---- */

/* A round comes as soon as the interval allows. */
void sl_gossip_hasten(struct sl_engine *e);
void sl_gossip_spread(struct sl_engine *e, uint32_t slot, uint8_t record_type,
                      enum sl_class traffic, uint64_t accuser_id);
void sl_gossip_fire(struct sl_engine *e);
/* Appends rumours to a frame as far as room and byte budgets go; remembers them for
 * sl_gossip_charge(). */
uint32_t sl_gossip_load(struct sl_engine *e, uint8_t *frame, uint32_t length_bytes,
                        uint32_t limit_bytes, struct sl_cargo *cargo);
void sl_gossip_charge(struct sl_engine *e, const struct sl_cargo *cargo, uint32_t sends);
/* Writes the record that tells what this view holds of a slot; 0 if it does not fit or there is
 * nothing to tell. */
uint32_t sl_gossip_write(struct sl_engine *e, uint8_t *out, uint32_t room_bytes, uint32_t slot,
                         uint8_t record_type, uint64_t accuser_id);
/* Tells one address what this view holds of oneself and, if its member counts as gone here, of it.
 */
void sl_gossip_reply(struct sl_engine *e, const struct sl_input *input);

/* ---- budget.c ---- */

/* The cap in force: of a member, of one in its join grace, or of a seed. */
uint32_t sl_budget_cap(const struct sl_engine *e);
/* Tells the workers. */
void sl_budget_publish(struct sl_engine *e);
/* May a question for repair, whose exchange takes this many bytes, go out now? */
bool sl_engine_has_room(struct sl_engine *e, uint64_t bytes);
/* This frame answers a question of this node: it counts, also if it is a stranger's. */
void sl_budget_answered(struct sl_engine *e, const struct sl_input *input);
/* May one more member be asked whether it is as dead as another view has it? */
bool sl_budget_check(struct sl_engine *e);
/* Bytes that rumours may take now, all copies together. */
uint32_t sl_budget_rumours(struct sl_engine *e);
/* May a PING of one's own go out now? */
bool sl_budget_ping(struct sl_engine *e);
/* How many of the wanted helpers may be asked now; at least one. */
uint32_t sl_budget_helpers(struct sl_engine *e, uint32_t wanted);

/* ---- choice.c: each returns how many it has found; they are distinct ---- */

/* Peers for a round: in the own zone by preference, beyond a cut rarely, never blind to a zone. */
uint32_t sl_choice_gossip(struct sl_engine *e, uint32_t *out, uint32_t count);
/* Helpers to probe a target: of its zone, of a third one, and any. */
uint32_t sl_choice_helpers(struct sl_engine *e, uint32_t target, uint32_t *out, uint32_t count);
/* Helpers outside the target's zone, the first of a third one. */
uint32_t sl_choice_outsiders(struct sl_engine *e, uint32_t target, uint32_t *out, uint32_t count);
/* A random member of a zone; SL_SLOT_NONE if none is found. */
uint32_t sl_choice_member(struct sl_engine *e, uint32_t zone, uint32_t except);
