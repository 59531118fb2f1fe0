/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * Two nodes of a large cluster in plain memory and virtual time, every engine step of theirs timed.
 * The second node knows all members from the start; the first begins alone. The members between
 * them are emulated: they answer PINGs, and claim and accuse what a scene (scenes.h) has them send.
 * The same calls give the same steps in every run. One thread.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bench/rate/members.h"
#include "lib/engine.h"

#ifdef __cplusplus
extern "C" {
#endif

#define BENCH_CHURN_NODES    2
#define BENCH_CHURN_FRAMES   512        /* on their way at once; more are lost, and counted */
#define BENCH_CHURN_TICKETS  16         /* of one node's grace periods under way */
#define BENCH_CHURN_ZONES    63         /* all that can be told apart */
#define BENCH_CHURN_TEXT     32         /* bytes of a member's tags at most */
#define BENCH_CHURN_STRANGER UINT32_MAX /* no member: nobody compares views with it */

/* What a step was asked to do, or did, in numbers that no other process can disturb. */
enum bench_work {
    BENCH_WORK_RECORDS,   /* that came with the input */
    BENCH_WORK_FRAMES,    /* written */
    BENCH_WORK_EVENTS,    /* told: members who came, changed, died or left */
    BENCH_WORK_FORGOTTEN, /* members whose retention ended */
    BENCH_WORK_CELLS,     /* of the table copied or wiped by compaction */
    BENCH_WORK_RECLAIMED, /* cold records given back behind a grace period */
    BENCH_WORK_COUNT,
};

struct bench_churn;

struct bench_churn_node {
    struct bench_churn *churn;
    struct sl_engine *engine;
    void *arena;
    struct sl_lane lane;
    struct sl_counters counters;
    struct sl_endpoint endpoint;
    struct sl_step step;
    struct sl_view_upkeep upkeep; /* up to the last step */
    struct sl_retire_ticket *tickets[BENCH_CHURN_TICKETS];
    uint32_t ticket_count;
    uint8_t buffer[SL_FRAME_BYTES];
    uint32_t work[BENCH_WORK_COUNT]; /* of the step under way */
};

struct bench_churn_frame {
    uint8_t bytes[SL_FRAME_BYTES];
    uint32_t length_bytes;
    uint32_t to; /* node */
    struct sl_endpoint from;
    bool agrees; /* will tell the hash of the very view that it meets */
};

struct bench_churn {
    struct bench_churn_node nodes[BENCH_CHURN_NODES];
    struct bench_members members;
    uint32_t
        *living; /* numbers: the first living_count are alive, as far as emulated members say */
    uint32_t living_count, known_count; /* behind the latter: who never was there */
    uint64_t now_ns;
    struct sl_prng random;
    struct bench_churn_frame *frames; /* a ring */
    uint32_t frames_sent, frames_taken, frames_lost;
    bool silent; /* nobody beyond the nodes' own zone answers */
    struct sl_input *spare;

    /* the caller's: called behind every step */
    void (*stepped)(void *context, uint64_t ticks, const uint32_t work[BENCH_WORK_COUNT]);
    void *context;
};

/* `members` in all, and room for an eighth more. Returns 0, or -1 after one line on stderr. */
int bench_churn_create(struct bench_churn *churn, uint32_t members);
void bench_churn_destroy(struct bench_churn *churn);

/* Virtual time goes on; what is on its way arrives; whoever is due steps. */
void bench_churn_turn(struct bench_churn *churn, uint64_t later_ns);

/* All grace periods end that are under way. */
void bench_churn_end_grace(struct bench_churn *churn);

/* A GOSSIP frame from a member or the STRANGER to a node, to be filled with records. NULL: too many
   are on their way. What length_bytes says when the next turn comes is sent. */
struct bench_churn_frame *bench_churn_begin_frame(struct bench_churn *churn, uint32_t from,
                                                  uint32_t to_node);

/* The identity that the member has under the word that it claims now: other tags with each. Points
   into name and text. */
struct bench_churn_text {
    char name[BENCH_NAME_BYTES], zone[8], tags[BENCH_CHURN_TEXT];
};
struct sl_identity bench_churn_identity(const struct bench_churn *churn, uint32_t number,
                                        struct bench_churn_text *text);

static inline uint32_t bench_churn_zone(uint32_t number)
{
    return number % BENCH_CHURN_ZONES;
}

#ifdef __cplusplus
}
#endif
