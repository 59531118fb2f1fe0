/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* Suspicions: from "it did not answer" to DEAD. One of the engine's insides (engine_private.h); one
   thread. */
#include <stdbool.h>
#include <stdint.h>

#include "lib/limits.h"
#include "lib/timers.h"

struct sl_engine;
struct sl_input;

struct sl_suspicion {
    struct sl_timer timer;
    uint64_t word; /* with status SUSPECT */
    uint64_t raised_ns;
    uint64_t started_ns;                /* put off by own stalls */
    uint64_t accusers[SL_ACCUSERS_MAX]; /* distinct; the first is the originator */
    uint32_t accuser_count;
    uint64_t death_accuser_id; /* says that the member is DEAD, which waits here; 0: nobody does */
    bool death_passed_on;      /* by others than its accuser, who have accepted it */
    uint64_t removed_word, remover_id; /* an operator's word that it is gone waits; 0: none does */
    bool mine; /* this node's own probe failed: it may turn the suspicion into DEAD */
};

/* The life that this word is of has been suspected here for twice as long as any suspicion may
 * take: in a storm of lies some refutations take longer than once. */
bool sl_suspicion_is_long(const struct sl_engine *e, uint32_t slot, uint64_t word);
/* Members known to accuse it now. */
uint32_t sl_suspicion_accusers(const struct sl_engine *e, uint32_t slot);

/* asked: the word that the member was asked about; LEFT, if another view has it removed. */
void sl_suspicion_raise_own(struct sl_engine *e, uint32_t slot, uint64_t asked);
void sl_suspicion_heard(struct sl_engine *e, uint32_t slot, uint64_t word, uint64_t accuser_id);
/* A live member is said to be dead, by its accuser itself (first_hand) or by others. true: that is
   a suspicion first, and becomes the death by itself, unless the member refutes it; *news: nobody
   here had heard it suspected. false: it has waited long enough, or there is no room to wait in. */
bool sl_suspicion_holds_death(struct sl_engine *e, uint32_t slot, uint64_t word,
                              uint64_t accuser_id, bool first_hand, bool *news);
/* A live member is said to be removed. That is no evidence of its death: it is a suspicion, and if
   the member is found gone it is removed. true: nobody here had heard it suspected. */
bool sl_suspicion_holds_removal(struct sl_engine *e, uint32_t slot, uint64_t word,
                                uint64_t remover_id);
void sl_suspicion_end(struct sl_engine *e, uint32_t slot);
/* The member lives on: whoever accused it was wrong. */
void sl_suspicion_refuted(struct sl_engine *e, uint32_t slot);
void sl_suspicion_fire(struct sl_engine *e, uint32_t entry);
void sl_suspicion_final(struct sl_engine *e, uint32_t slot, bool answered);
/* Gives the members that this node itself accuses, or whose deaths wait here, more time, unless it
 * has for `patience_ns`. */
void sl_suspicion_put_off_all(struct sl_engine *e, uint64_t by_ns, uint64_t patience_ns);
/* Suspicions of a zone's members begin anew: they were held while it was out of reach. */
void sl_suspicion_restart(struct sl_engine *e, uint32_t zone);
/* Suspicion time after `confirmations` of `wanted` (Lifeguard, section IV.B), in ns. */
uint64_t sl_suspicion_timeout(uint64_t min_ns, uint64_t max_ns, uint32_t confirmations,
                              uint32_t wanted);

/* ---- remove.c ---- */

/* A removal of this member that waits and ranks above `word`; else 0. */
uint64_t sl_suspicion_removal(const struct sl_engine *e, uint32_t slot, uint64_t word,
                              uint64_t *remover_id);
