/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * What a worker hands to the engine of one received frame: the header's facts and the novel
 * records, copied out so that the packet buffer can be answered in place. The engine validates the
 * records again: it trusts no other core's lengths.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/endpoint.h"
#include "lib/frame.h"
#include "lib/limits.h"

struct sl_input {
    uint64_t received_ns; /* the burst's time on the engine's clock */
    struct sl_header header;
    union {
        struct sl_probe_body probe; /* PING, ACK, NACK, PING_REQ */
        struct sl_sync_body sync;   /* SYNC_REQUEST, SYNC */
    } body;
    struct sl_endpoint from;
    uint32_t uncharged_bytes; /* of the frame: the byte cap has not counted it, as a stranger's */
    bool urgent; /* ACK, NACK or something about oneself: goes through a ring of its own that record
                    floods cannot fill */
    uint16_t record_count;  /* at most SL_STEP_RECORDS_MAX */
    uint16_t records_bytes; /* at most the frame limit */
    uint8_t records[]; /* as on the wire: novel ones; of a SYNC, the comparison's behind them */
};

/* Bytes of an input buffer for frames of up to frame_bytes. */
static inline size_t sl_input_bytes(uint32_t frame_bytes)
{
    return sizeof(struct sl_input) + frame_bytes;
}
