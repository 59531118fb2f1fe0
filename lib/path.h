/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * How long frames may be: a path that swallows long ones tells nobody. Where long exchanges go
 * unanswered and short ones do not, this node sends and asks for short ones only, and from time to
 * time a PING padded to twice that finds out whether longer ones arrive (the idea is RFC 8899's).
 * One limit for all peers: most frames go to many. One of the engine's insides (engine_private.h);
 * one thread.
 */
#include <stdbool.h>
#include <stdint.h>

struct sl_engine;

struct sl_path {
    uint32_t bytes;    /* longest frame that is sent or asked for */
    uint32_t vanished; /* long exchanges that failed where a short one did not, in a row */
    uint64_t test_ns;  /* next padded PING, while limited */
    uint64_t wait_ns;  /* until the one behind it */
};

void sl_path_create(struct sl_engine *e);
/* A long exchange got its answer. */
void sl_path_passed(struct sl_engine *e);
/* A long exchange got no answer, and a short one in its place did. */
void sl_path_swallowed(struct sl_engine *e);
/* How long a PING should be to find out whether longer frames pass; 0: that is not open, or not
   now. */
uint32_t sl_path_test_bytes(struct sl_engine *e);
/* A PING of so many bytes was answered. */
void sl_path_tested(struct sl_engine *e, uint32_t bytes);
