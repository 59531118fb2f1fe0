/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* One's own word: refuting, leaving, conflicts. One of the engine's insides (engine_private.h); one
   thread. */
#include <stdbool.h>
#include <stdint.h>

#include "lib/endpoint.h"

struct sl_probe;
struct sl_record;

struct sl_engine;
struct sl_input;

/* Another node of this node's name, which was first; it has to answer several times. */
struct sl_namesake {
    struct sl_endpoint endpoint;
    uint32_t answers; /* in a row */
    uint64_t answered_ns;
};

/* Another node of this node's name and address: it shows by later lives that this one never had. */
struct sl_twin {
    uint32_t overtaken; /* later lives that were answered by one later still, not long ago */
    uint64_t since_ns;  /* of the last of them */
};

void sl_self_create(struct sl_engine *e, uint64_t wall_s);
/* The greatest word that is accepted now. */
uint64_t sl_self_word_most(const struct sl_engine *e);
/* Tells the workers. */
void sl_self_publish_most(struct sl_engine *e);
/* The name's holder before this life was declared dead. */
void sl_self_heard_dead(struct sl_engine *e, uint64_t word);
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
