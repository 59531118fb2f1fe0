/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* Probes: is a member there? One of the engine's insides (engine_private.h); one thread. */
#include <stdbool.h>
#include <stdint.h>

#include "lib/endpoint.h"
#include "lib/limits.h"
#include "lib/probe_plan.h"
#include "lib/round_trip.h"
#include "lib/timers.h"

struct sl_engine;
struct sl_input;

enum sl_probe_purpose {
    SL_PROBE_FREE = 0, /* no probe */
    SL_PROBE_ROUND,    /* the member's turn */
    SL_PROBE_FINAL,    /* the last question before DEAD */
    SL_PROBE_CHECK,    /* somebody else's view has it dead */
    SL_PROBE_DIAL,     /* it is dead here; is it back? */
    SL_PROBE_CONFLICT, /* does another node own my name? */
    SL_PROBE_WITNESS,  /* is its zone there? */
};

struct sl_probe {
    struct sl_timer timer;
    enum sl_probe_purpose purpose;
    uint32_t number; /* of its first try on the wire; its low bits are try and this probe's index */
    uint32_t slot;   /* CONFLICT: SL_SLOT_NONE */
    uint64_t target_id;
    uint64_t word; /* of the target when the probe began: the probe accuses this incarnation only */
    struct sl_endpoint endpoint;
    struct sl_probe_plan plan;
    uint64_t started_ns;
    uint64_t first_try_ns;
    uint32_t sent_us[SL_TRIES_MAX]; /* when each try was sent, after the first */
    uint32_t zone;                  /* of the target when the probe began */
    uint32_t first_bytes;           /* of the first try's frame */
    bool cheap; /* to a dead member, or into a zone that is silent: one try, and silence accuses
                   nobody */
    uint32_t tries;
    uint32_t helper_rounds;
    uint32_t helper_count;
    uint16_t near_helpers;               /* one bit each: is in this node's own zone */
    uint16_t receipts;                   /* one bit each: has sent a NACK */
    uint64_t helper_ids[SL_HELPERS_MAX]; /* of all rounds; only these may relay an ACK */
};

/* ---- probe.c and probe_answer.c ---- */

void sl_probe_period_fire(struct sl_engine *e);
void sl_probe_fire(struct sl_engine *e, uint32_t index);
void sl_probe_answered(struct sl_engine *e, const struct sl_input *input);
/* Starts a probe of a known member unless one of it is under way or all are. */
bool sl_probe_start(struct sl_engine *e, uint32_t slot, enum sl_probe_purpose purpose,
                    uint64_t word);
/* word: of the claim that was heard; taken over if nobody answers there. */
bool sl_probe_start_conflict(struct sl_engine *e, const struct sl_endpoint *endpoint, uint64_t word,
                             uint64_t wait_ns);
bool sl_probe_is_under_way(const struct sl_engine *e, uint32_t slot, enum sl_probe_purpose purpose);
/* A helper sent its receipt. */
void sl_probe_helper_heard(struct sl_engine *e, const struct sl_input *input);
/* How long a probe of this member would take to fail. */
uint64_t sl_probe_window_ns(struct sl_engine *e, uint32_t slot, enum sl_probe_purpose purpose);
/* PINGs that a member of this zone gets, from this node and by helpers, when it is asked for its
   zone's sake and stays silent. */
uint32_t sl_probe_questions(const struct sl_engine *e, uint32_t zone);
/* What is known of the path to a member; SL_SLOT_NONE: within the own zone. */
struct sl_round_trip *sl_probe_path(struct sl_engine *e, uint32_t slot);
/* Gives the probes under way more time, or asks again what may have been answered unheard; those
 * that began `patience_ns` ago get no more. */
void sl_probe_put_off_all(struct sl_engine *e, uint64_t by_ns, bool answers_lost,
                          uint64_t patience_ns);

struct sl_probe *sl_probe_by_number(struct sl_engine *e, uint32_t number);
void sl_probe_release(struct sl_engine *e, struct sl_probe *p);
/* What a dead member, another holder of one's name or a zone out of reach does tells nothing of
 * this node's health. */
bool sl_probe_tells_of_health(const struct sl_probe *p);

/* ---- probe_ask.c ---- */

bool sl_probe_send_ping(struct sl_engine *e, struct sl_probe *p);
/* Asks the next round of helpers. Returns how long to wait for them, or for a buffer to ask with;
 * 0: there is nobody left to ask. */
uint64_t sl_probe_ask_helpers(struct sl_engine *e, struct sl_probe *p);
bool sl_probe_is_from_target(const struct sl_probe *p, const struct sl_input *input);
/* The sender's place among the helpers asked; SL_HELPERS_MAX: it is none of them, or not at its
 * address. */
uint32_t sl_probe_helper_of(const struct sl_engine *e, const struct sl_probe *p,
                            const struct sl_input *input);
/* As a helper: tells the asker that it was heard. */
void sl_probe_receipt(struct sl_engine *e, const struct sl_input *input);
