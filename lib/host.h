/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* What the engine needs from whoever runs it. All calls come from the engine's thread, inside step
 * or command. */
#include <stdbool.h>
#include <stdint.h>

#include "lib/counters.h"
#include "lib/endpoint.h"
#include "lib/event.h"
#include "lib/retire.h"

struct sl_buffer {
    uint8_t *bytes;      /* where the frame begins; headers of the layers below go before it */
    uint32_t room_bytes; /* at least the frame limit */
    void *host;          /* the host's handle of the buffer, e.g. its mbuf */
};

struct sl_host {
    void *context;
    /* Lends an empty buffer. false: none is free now (counted by the host); the engine tries again
     * in a later step. */
    bool (*lend)(void *context, struct sl_buffer *buffer);
    /* Sends one written frame to each of `to` and takes the buffer back. The host stamps lane and
       counter: one sealed frame serves the whole fan-out. */
    void (*send)(void *context, struct sl_buffer *buffer, uint32_t length_bytes,
                 enum sl_class traffic, const struct sl_endpoint *to, uint32_t to_count);
    void (*event)(void *context, const struct sl_event *event);
    sl_retire_fn retire; /* called with `context` */
};
