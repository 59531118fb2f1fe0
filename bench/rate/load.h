/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* What is measured: which frames come, how many, of what size, to whom. */
#include <stdbool.h>
#include <stdint.h>

#include "lib/frame.h"

#ifdef __cplusplus
extern "C" {
#endif

#define BENCH_BURST        32 /* frames per receive, as a worker's */
#define BENCH_ETHER_BYTES  14
#define BENCH_FCS_BYTES    4 /* RFC 2544 counts it to a frame's size; no software port carries it */
#define BENCH_FRAME_MIN    64
#define BENCH_FRAME_MAX    1518
#define BENCH_RECORDS_FILL 0xffff /* as many as the frame holds */

enum bench_case {
    BENCH_PING_ACK,      /* PINGs of members, with known records, answered */
    BENCH_STALE_UPDATES, /* gossip frames of known records, filtered and freed */
    BENCH_NOVEL_UPDATES, /* gossip frames of new incarnations, handed over and merged */
    BENCH_FAN_OUT,       /* one frame written by the engine, sent to many */
    BENCH_SYNC,          /* requests for ranges, answered with members */
    BENCH_MIXED,         /* of 16: 8 PINGs, 6 known gossip, 1 novel gossip, 1 sync request */
    BENCH_CASE_COUNT,
};

struct bench_ends;

struct bench_load {
    enum bench_case what;
    uint32_t members;     /* in the table, oneself included */
    uint32_t records;     /* per frame; BENCH_RECORDS_FILL */
    uint32_t frame_bytes; /* of Ethernet with its check sequence; 0: what the records make it */
    uint32_t in_flight;   /* frames waiting at once, per worker: the receive ring's size */
    uint32_t workers;
    uint32_t fan_out; /* destinations of a frame that is sent */
    bool v6;
    bool offload; /* as if a NIC verified and filled in the checksums */
    bool null;    /* what is sent is freed by the driver, as a NIC's does; nothing comes in */
    const struct bench_ends
        *ends; /* the ports at the ends of the wire; NULL: it is made of rings */
};

/* Names of the cases as users write them; ends with NULL. */
extern const char *const bench_case_names[];

/* What one count of a case's rate stands for. */
extern const char *const bench_case_counts[];

static inline uint32_t bench_header_bytes(bool v6)
{
    return BENCH_ETHER_BYTES + (v6 ? 40 : 20) + 8;
}

/* The engine has a share in it. */
static inline bool bench_load_has_news(const struct bench_load *load)
{
    return load->what == BENCH_NOVEL_UPDATES || load->what == BENCH_MIXED;
}

/* Largest UDP payload of the load's frames. */
static inline uint32_t bench_payload_max(const struct bench_load *load)
{
    uint32_t frame = load->frame_bytes != 0 ? load->frame_bytes : BENCH_FRAME_MAX;
    return frame - BENCH_FCS_BYTES - bench_header_bytes(load->v6);
}

/* Fills in what a case takes where nothing was asked for: its records, and a frame size of 0 where
   the records do not make one. Returns 0; -1 after saying on stderr which sizes do not fit
   together. */
int bench_load_complete(struct bench_load *load, bool records_asked);

#ifdef __cplusplus
}
#endif
