/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * The node under test: the daemon's own runtime with a full table, on a wire, its clock
 * stopped so that no timer fires while packets are counted. And its seats: one per worker, with the
 * frames that come to that worker.
 */
#include "bench/rate/frames.h"
#include "bench/rate/load.h"
#include "bench/rate/members.h"
#include "bench/rate/wire.h"
#include "dataplane/runtime.h"

#ifdef __cplusplus
extern "C" {
#endif

struct bench_node;

/* A worker and its generator. Owner: the worker's thread. */
struct bench_seat {
    struct bench_node *node;
    struct sl_worker *worker;
    struct rte_mempool *pool; /* of the frames */
    struct bench_frames frames;
    struct sl_prng random;
    uint64_t records_filled; /* in the frames put onto the wire so far */
    uint64_t frames_filled;
    uint64_t drops; /* frames that a responder did not handle as it should have */
};

struct bench_node {
    struct bench_load load;
    struct bench_members members;
    struct sl_config config;
    struct sl_net net;
    struct rte_mempool *packets; /* what the engine sends */
    struct bench_wire wire;
    uint16_t sends_to; /* the device of this wire, or the sink's */
    struct sl_runtime runtime;
    struct bench_seat seats[SL_WORKERS_MAX];
    uint32_t bytes_per_member; /* the engine's whole memory over the members there is room for */
    bool has_runtime, has_sink;
};

/* MB of DPDK memory that a node for this load takes. */
uint32_t bench_node_memory_mb(const struct bench_load *load);

/* EAL must run. 0, or -1 after one line on stderr; destroy it in both cases. */
int bench_node_create(struct bench_node *node, const struct bench_load *load);
void bench_node_destroy(struct bench_node *node);

/* Has the worker's thread take its place: RCU, spare input; the first also starts the engine. The
   thread must be the lcore that will run the seat. 0, or -1 after one line on stderr. */
int bench_seat_take(struct bench_seat *seat);
void bench_seat_leave(struct bench_seat *seat);

/* Puts frames onto the wire until it carries `count`; they are drawn anew if asked to, or if a
   frame may be seen only once. Returns how many it put. */
uint32_t bench_seat_fill(struct bench_seat *seat, uint32_t count, bool redraw);

/* Takes back what the node sent. Returns how many. */
uint32_t bench_seat_drain(struct bench_seat *seat);

/* Packets that the node dropped or could not handle so far, all reasons. */
uint64_t bench_node_drops(const struct bench_node *node);

#ifdef __cplusplus
}
#endif
