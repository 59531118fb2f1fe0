/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * What the packet benchmark answers and with what: one node with a full table, and frames in
 * flight. One thread.
 */
#include <rte_mbuf.h>
#include <stdint.h>

#include "lib/fast.h"
#include "lib/hash.h"
#include "lib/prng.h"
#include "ports/net.h"
#include "ports/port.h"

#define BENCH_MEMBERS           10000
#define BENCH_FRAMES            1024 /* in flight */
#define BENCH_RECORDS_PER_FRAME 4
#define BENCH_BURST             32
#define BENCH_ANSWER_BYTES      96 /* UDP payload of an ACK: header and body */
#define BENCH_HEADERS_BYTES     42 /* Ethernet, IPv4, UDP */

#define BENCH_START_BYTES (BENCH_HEADERS_BYTES + BENCH_ANSWER_BYTES)

/* What the starts of the frames differ in, and nothing more: the generator must not push the
 * responder's data out of the cache. */
struct bench_frame {
    uint64_t sender_id;
    uint64_t counter;
    rte_be32_t source;
    uint32_t probe;
    uint16_t bytes; /* Ethernet frame */
    rte_be16_t ip_checksum;
    rte_be16_t udp_checksum;
};

struct bench_world {
    struct sl_cluster cluster;
    struct sl_prng random;
    struct sl_view *view;
    struct sl_fast fast;
    struct sl_net net;
    struct sl_counters counters;
    struct sl_lane lane;
    struct sl_input *input;
    uint64_t ids[BENCH_MEMBERS];
    uint8_t start[BENCH_START_BYTES]; /* what the starts of all frames have in common */
    struct bench_frame frames[BENCH_FRAMES];
    struct rte_mbuf *mbufs[BENCH_FRAMES];
    struct sl_port port;
};

/* Returns 0, or -1 after one line on stderr. */
int bench_world_create(struct bench_world *world);
void bench_world_destroy(struct bench_world *world);

/* New PINGs with new stale records in all frames. */
void bench_world_draw_frames(struct bench_world *world);

/* Makes PINGs of what a responder left: an answer overwrites the start of a frame and its lengths,
   no more. */
void bench_world_restore_frames(struct bench_world *world);
