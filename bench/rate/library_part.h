/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* The operations of lib/ that are measured one by one: a settled engine in plain memory, and
 * batches of frames for it. One thread. */
#include <stdbool.h>
#include <stdint.h>

#include "bench/rate/members.h"
#include "lib/engine.h"

#ifdef __cplusplus
extern "C" {
#endif

#define BENCH_BATCH         1024 /* operations between two readings of the clock */
#define BENCH_BATCH_RECORDS 4    /* in a frame that has some */

enum bench_part {
    BENCH_PART_PING,         /* a PING answered: the fast path whole, without records */
    BENCH_PART_PING_RECORDS, /* with known records */
    BENCH_PART_DECODE,       /* a frame's header, body and records read and checked */
    BENCH_PART_LOOK_UP,      /* one member's word found */
    BENCH_PART_MERGE,        /* one novel record through an engine step */
    BENCH_PART_ENCODE,       /* a frame written: header, body and records */
    BENCH_PART_COUNT,
};

extern const char *const bench_part_names[]; /* ends with NULL */
extern const char *const bench_part_texts[];

struct bench_batch_frame {
    uint8_t bytes[512];
    uint32_t length_bytes;
    struct sl_endpoint from;
};

struct bench_library {
    struct bench_members members;
    struct sl_prng random;
    uint32_t probe; /* number of the last */
    struct sl_engine *engine;
    void *arena;
    struct sl_lane lane;
    struct sl_counters counters;
    struct sl_input *inputs[BENCH_BATCH];
    struct sl_input *spare;
    struct bench_batch_frame masters[BENCH_BATCH]; /* as drawn */
    struct bench_batch_frame frames[BENCH_BATCH];  /* worked on */
    uint64_t ids[BENCH_BATCH], words[BENCH_BATCH]; /* of members drawn */
    struct sl_identity identities[BENCH_BATCH];
    char names[BENCH_BATCH][BENCH_NAME_BYTES];
    uint64_t sum; /* of results, so that no work is left out */
    uint8_t buffer[SL_FRAME_BYTES];
};

/* 0, or -1 after one line on stderr. */
int bench_library_create(struct bench_library *library, uint32_t members);
void bench_library_destroy(struct bench_library *library);

/* Makes the next batch ready; not counted. */
void bench_part_prepare(struct bench_library *library, enum bench_part part);

/* The batch: callgrind is told to collect in here alone. */
void bench_part_run(struct bench_library *library, enum bench_part part);

#ifdef __cplusplus
}
#endif
