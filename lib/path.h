/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * How long frames to a zone may be: a path that swallows long ones tells nobody. Where long
 * exchanges go unanswered and short ones do not, this node sends there and asks from there short
 * ones only. From time to time a padded PING finds out what passes, halving the span between what
 * did and what did not (the idea is RFC 8899's). A frame for several zones is as long as the
 * shortest path allows. One of the engine's insides (engine_private.h); one thread.
 */
#include <stdbool.h>
#include <stdint.h>

struct sl_engine;

struct sl_path {
    uint32_t bytes;      /* longest frame that is sent there or asked for from there */
    uint32_t most_bytes; /* shortest length that is known to vanish, while limited */
    uint32_t vanished;   /* long exchanges that failed where a short one did not, in a row */
    uint64_t test_ns;    /* next padded PING, while limited */
    uint64_t wait_ns;    /* until the search begins anew, once it has ended */
};

void sl_path_create(struct sl_engine *e);
/* The zone of a member as an index; of one that is not known, SL_SLOT_NONE, the own one. */
uint32_t sl_path_zone(const struct sl_engine *e, uint32_t slot);
/* Longest frame to a zone; to all of them. */
uint32_t sl_path_bytes(const struct sl_engine *e, uint32_t zone);
uint32_t sl_path_least_bytes(const struct sl_engine *e);
/* A long exchange got its answer. */
void sl_path_passed(struct sl_engine *e, uint32_t zone);
/* A long exchange got no answer, and a short one in its place did. */
void sl_path_swallowed(struct sl_engine *e, uint32_t zone);
/* How long a PING should be to find out whether longer frames pass; 0: that is not open, or not
   now. */
uint32_t sl_path_test_bytes(struct sl_engine *e, uint32_t zone);
/* A PING of so many bytes, longer than the path's limit, was answered, or only shorter ones were.
 */
void sl_path_tested(struct sl_engine *e, uint32_t zone, uint32_t bytes, bool answered);
