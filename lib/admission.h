/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * Who is taken into the view. A claim is told by its own member, asked for by this node (sync), or
 * hearsay: others tell it unasked. Anybody can make up members, so those that are known by hearsay
 * alone, and have not answered this node yet, may fill a part of the table at most, and half as
 * large a part of the cold records, because honest ones are short. What is refused is asked for
 * again by sync, so views become equal all the same. In a full table the gone give way, then
 * hearsay; and then members that never answered are asked, and forgotten if they stay silent. One
 * of the engine's insides (engine_private.h); one thread.
 */
#include <stdbool.h>
#include <stdint.h>

#include "lib/arena.h"

struct sl_engine;
struct sl_input;
struct sl_probe;
struct sl_record;

struct sl_admission {
    uint64_t *hearsay;   /* a bit per slot: known by hearsay alone, and not proven */
    uint32_t count;      /* of these bits */
    uint64_t cold_bytes; /* of their cold records */
    uint64_t cold_bytes_max;
    uint64_t asked_ns;   /* when the last silent member was looked for; 0: never */
    uint64_t refused_ns; /* when the last claim found no room; 0: never */
};

void sl_admission_create(struct sl_admission *a, struct sl_arena *arena, uint32_t max_members,
                         uint64_t cold_bytes);
/* Adds the member that a claim tells of. false: refused, counted, and told if the table is full. */
bool sl_admission_add(struct sl_engine *e, const struct sl_input *input, const struct sl_record *r,
                      uint32_t *slot);
/* A claim was refused for want of room. */
void sl_admission_refused(struct sl_engine *e, int error);
bool sl_admission_is_hearsay(const struct sl_engine *e, uint32_t slot);
/* The member has answered, or is to be forgotten or described anew. true: it was hearsay. */
bool sl_admission_end_hearsay(struct sl_engine *e, uint32_t slot);
void sl_admission_begin_hearsay(struct sl_engine *e, uint32_t slot);
/* A dial got no answer. */
void sl_admission_silent(struct sl_engine *e, const struct sl_probe *p);
