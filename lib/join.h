/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* Finding a cluster by its seeds, and dialling whom was lost. One of the engine's insides
   (engine_private.h); one thread. */
#include <stdbool.h>
#include <stdint.h>

#include "lib/endpoint.h"
#include "lib/limits.h"
#include "lib/timers.h"

struct sl_engine;
struct sl_input;

struct sl_join {
    struct sl_timer timer;
    struct sl_endpoint seeds[SL_SEEDS_MAX];
    uint64_t seed_ids[SL_SEEDS_MAX]; /* who answered there last; 0 = nobody yet */
    uint32_t seed_count;
    uint32_t next_seed;
    uint64_t wait_ns;
    uint32_t ask_number; /* sync number of the question "who has my name?" */
    bool is_seed;        /* this node's own address is among the seeds: others ask it to join */
    bool name_is_free;   /* the question was answered: my claim may be spread */
};

/* ---- join.c ---- */

void sl_join_fire(struct sl_engine *e);
bool sl_join_answer(struct sl_engine *e, const struct sl_input *input);
/* The session was abandoned: the next question comes soon. */
void sl_join_again(struct sl_engine *e);
void sl_join_done(struct sl_engine *e);
void sl_join_note_member(struct sl_engine *e, uint32_t slot);

/* ---- dial.c ---- */

struct sl_dial {
    struct sl_timer timer;
    uint64_t next_turn_ns;
    uint32_t cursor;     /* the next slot to be looked at for a dead member */
    uint32_t slots_left; /* to be looked at in this turn */
    bool seed_first;
};

/* The first turn, at a time and from a place of this node's own. */
void sl_dial_start(struct sl_engine *e);
void sl_dial_fire(struct sl_engine *e);
