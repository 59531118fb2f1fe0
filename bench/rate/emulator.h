/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * Many members of a cluster behind one port, emulated to load a node that runs elsewhere: they tell
 * the node of themselves, ping it, and answer what it asks: ARP for any of their addresses, and its
 * own PINGs. One thread. IPv4.
 */
#include "bench/rate/frames.h"
#include "lib/histogram.h"
#include "ports/port.h"

#ifdef __cplusplus
extern "C" {
#endif

#define BENCH_EMULATOR_FRAMES 4095 /* PINGs drawn; more than can be under way */

struct bench_emulator_config {
    const char *cluster, *target_name;
    uint8_t target[4];
    struct rte_ether_addr mac; /* of the target, if it is known */
    bool has_mac;
    const struct bench_load *load; /* members, records, frame_bytes */
    struct sl_port_spec spec;
};

struct bench_emulator {
    struct bench_load load;
    struct bench_members members;
    struct sl_port port;
    struct sl_net target; /* the node, as far as frames to it need it */
    struct rte_mempool *sent_pool, *received_pool;
    struct bench_frames frames;
    struct sl_prng random;                   /* of pauses */
    uint64_t due_tsc[BENCH_EMULATOR_FRAMES]; /* of each frame that is under way; 0: is not */
    bool has_mac, is_open;
    uint64_t sent, answered, echoed; /* echoed: PINGs that came back as they were (macswap) */
    uint64_t refused;                /* the port took no more */
    uint64_t asked;                  /* PINGs of the node, answered */
    struct sl_histogram *latency_ns; /* NULL: not kept */
};

struct bench_flow {
    double sent, answered; /* per second */
    uint64_t sent_frames, lost;
};

/* EAL must run. 0, or -1 after one line on stderr; close it in both cases. */
int bench_emulator_open(struct bench_emulator *e, const struct bench_emulator_config *config);
void bench_emulator_close(struct bench_emulator *e);

/* Asks for the node's MAC address until it answers, at most `ms`. -1 after one line on stderr. */
int bench_emulator_resolve(struct bench_emulator *e, uint32_t ms);

/* Tells the node of all members, a frame of claims every 100 us. */
void bench_emulator_introduce(struct bench_emulator *e);

/* How PINGs follow each other: by the first of these that is not 0. */
struct bench_pace {
    double pps;        /* at a rate */
    uint32_t pause_ms; /* one at a time, after half to one and a half times as long a silence */
    uint32_t window;   /* as many under way */
};

/* Pings for `ms`. What has no answer after 50 ms counts as lost. */
struct bench_flow bench_emulator_ping(struct bench_emulator *e, const struct bench_pace *pace,
                                      uint32_t ms);

#ifdef __cplusplus
}
#endif
