/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* One's own word: refuting, leaving. One of the engine's insides (engine_private.h); one
   thread. */
#include <stdbool.h>
#include <stdint.h>

#include "lib/endpoint.h"

struct sl_engine;

void sl_self_create(struct sl_engine *e, uint64_t wall_s);
/* The greatest word that is accepted now. */
uint64_t sl_self_word_most(const struct sl_engine *e);
/* Tells the workers. */
void sl_self_publish_most(struct sl_engine *e);
/* The name's holder before this life was declared dead. */
void sl_self_heard_dead(struct sl_engine *e, uint64_t word);
/* Answers an accusation, or an earlier life's greater word, by a word above it. */
void sl_self_accused(struct sl_engine *e, uint64_t word);
void sl_self_spread(struct sl_engine *e);
void sl_self_leave_fire(struct sl_engine *e);
bool sl_self_is_mine(const struct sl_engine *e, const struct sl_endpoint *endpoint);
