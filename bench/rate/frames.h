/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * The frames that come to the node: drawn once each, then made whole again after an answer has
 * overwritten their start. A frame belongs to an mbuf for good, so that one which was freed and
 * comes back needs no byte of its records written anew: the generator must not push what is
 * measured out of the cache. One thread per set.
 */
#include <rte_mbuf.h>

#include "bench/rate/load.h"
#include "bench/rate/members.h"
#include "ports/net.h"

#ifdef __cplusplus
extern "C" {
#endif

#define BENCH_PROBE_AT    32 /* in a payload, as in lib/WIRE.md */
#define BENCH_NUMBER_BITS 13 /* of a probe number: 1 + the frame's number; the others count */

#define BENCH_START_BYTES_MAX (BENCH_ETHER_BYTES + 48 + SL_HEADER_BYTES + SL_SYNC_BODY_BYTES)

struct bench_frame {
    uint64_t counter;
    uint64_t first_id; /* SYNC_REQUEST */
    uint32_t sender;   /* member number */
    uint32_t probe;
    uint16_t bytes; /* Ethernet frame without check sequence */
    uint16_t records;
    uint16_t ip_checksum, udp_checksum; /* as stored */
    uint8_t type;                       /* enum sl_frame_type */
};

struct bench_frames {
    const struct bench_load *load;
    struct bench_members *members;
    struct sl_prng random;
    struct bench_frame *frames; /* by the number in the mbuf */
    uint32_t count;
    uint32_t first, step; /* novel claims are about members first, first + step, ... */
    uint64_t range_ids;   /* ids that a sync request asks for */
    uint8_t starts[SL_FRAME_TYPE_END][BENCH_START_BYTES_MAX];
};

/* What all frames have in common. */
struct bench_frames_config {
    const struct bench_load *load;
    struct bench_members *members;
    const struct sl_net *net;       /* of the node */
    struct rte_ether_addr peer_mac; /* who they come from */
    uint64_t target_id;             /* whom PINGs ask for */
    uint32_t unsettled;             /* 0: views are to be compared */
    uint64_t self_word, view_hash;
    uint32_t count;
    uint32_t first, step;
};

/* 0, or -1 after one line on stderr. */
int bench_frames_create(struct bench_frames *f, const struct bench_frames_config *config);
void bench_frames_destroy(struct bench_frames *f);

/* Makes frame `number` anew in an mbuf of its own. */
void bench_frames_draw(struct bench_frames *f, uint32_t number, struct rte_mbuf *m);

/* Makes the frame in the mbuf whole again: an answer overwrites its start and its lengths. A PING
   becomes another probe, as each that a node gets is. */
void bench_frames_restore(struct bench_frames *f, struct rte_mbuf *m);

/* The frame's number, of the probe that a PING or its answer names. */
static inline uint32_t bench_frames_number_of_probe(uint32_t probe)
{
    return (probe & ((1u << BENCH_NUMBER_BITS) - 1)) - 1;
}

/* The frame that an mbuf holds. */
const struct bench_frame *bench_frames_of(const struct bench_frames *f, const struct rte_mbuf *m);

#ifdef __cplusplus
}
#endif
