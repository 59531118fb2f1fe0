/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* Another node of this node's name. One of the engine's insides (engine_private.h); one thread. */
#include <stdbool.h>
#include <stdint.h>

#include "lib/endpoint.h"

struct sl_engine;
struct sl_input;
struct sl_probe;
struct sl_record;

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

/* A claim of this node's name points to another address. */
void sl_namesake_claimed(struct sl_engine *e, const struct sl_record *claim);
/* A frame came from a foreign address under this node's own id. */
void sl_namesake_met(struct sl_engine *e, const struct sl_input *input);
void sl_namesake_answer(struct sl_engine *e, const struct sl_probe *probe,
                        const struct sl_input *input);
/* Nobody answers where a claim of this node's name points to: an earlier life's, at another
 * address. */
void sl_namesake_silence(struct sl_engine *e, const struct sl_endpoint *endpoint, uint64_t word);
/* A later life of this node's name and address: true if it is a twin's, which is left alone.
 * Accusations never are. */
bool sl_namesake_is_twin(struct sl_engine *e, uint64_t word);
