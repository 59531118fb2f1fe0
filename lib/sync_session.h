/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* A session's insides: what its parts (sync*.c) share. Not for other rooms. */
#include "lib/engine_private.h"

/* sync.c */
/* What nobody has asked for yet goes to conversations that are free, as many at once as the window
   says: one more for each answer, half as many after a silence (Jacobson 1988). Thousands that
   begin at once know few members, and ask those before they know more. */
void sl_sync_assign(struct sl_engine *e);
void sl_sync_release(struct sl_engine *e, struct sl_pull *pull);

/* sync_ask.c */
/* How long an answer may take. */
uint64_t sl_sync_patience_ns(const struct sl_engine *e);
/* Returns the length of header, body and, if asked for, this node's claim; 0: no buffer. */
uint32_t sl_sync_begin_request(struct sl_engine *e, struct sl_buffer *buffer, uint32_t number,
                               const struct sl_sync_body *body, bool with_claim);
struct sl_compare sl_sync_comparison(struct sl_engine *e, const struct sl_pull *pull,
                                     uint8_t *frame, uint32_t length_bytes);
/* Moves on to the next part that differs and that nobody follows yet; false: there is none. */
bool sl_sync_find_part(struct sl_sync *sync);
/* Asks the conversation's question, or waits for room. */
void sl_sync_ask_now(struct sl_engine *e, struct sl_pull *pull);
/* A random member, and no seed where that can be: everybody knows the seeds. A joiner that knows
   few members asks a seed, unless that has cost it this many silences already. */
bool sl_sync_pick_peer(struct sl_engine *e, uint32_t silences, struct sl_endpoint *out,
                       uint32_t *zone);
