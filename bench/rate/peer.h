/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * Responders to compare with that are reached by UDP on loopback: one of the kernel's sockets, and
 * memberlist nodes. Each runs on the last CPU that the process may use, as the node under test
 * does; who asks them runs on another if there is one. One thread asks.
 */
#include <sched.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#ifdef __cplusplus
extern "C" {
#endif

struct bench_peer_figure {
    double acks_per_s;
    double cpu_ns_per_ack; /* of the responder */
};

/* ---- asking: a closed loop with a window of pings, all alike ---- */

struct bench_asker {
    int fd; /* connected */
    const uint8_t *ping;
    uint32_t ping_bytes;
};

/* 0, or -1 after one line on stderr. */
int bench_asker_open(struct bench_asker *asker, uint16_t port, const uint8_t *ping,
                     uint32_t ping_bytes);
void bench_asker_close(struct bench_asker *asker);

/* Asks for `ms`. Returns the answers; *elapsed_ns the time it took. */
uint64_t bench_asker_run(struct bench_asker *asker, uint32_t ms, uint64_t *elapsed_ns);

/* Before the process pins itself: which CPU answers, the last, and the others, on which to ask; all
   if there is only one. */
struct bench_places {
    int cpu;
    cpu_set_t others;
};
struct bench_places bench_places_find(void);

/* Moves the calling thread. */
void bench_places_go_to_answer(const struct bench_places *places);
void bench_places_go_to_ask(const struct bench_places *places);

/* ---- a socket, recvmmsg() and sendmmsg() of up to 32, answering with a ready datagram ---- */

struct bench_kernel_peer;

struct bench_kernel_peer *bench_kernel_peer_start(int cpu, const uint8_t *ping, uint32_t ping_bytes,
                                                  uint32_t answer_bytes);
int bench_kernel_peer_run(struct bench_kernel_peer *peer, uint32_t ms,
                          struct bench_peer_figure *out);
void bench_kernel_peer_stop(struct bench_kernel_peer *peer);

/* ---- HashiCorp memberlist, in a process of its own ---- */

struct bench_memberlist_peer;

/* NULL after one line on stderr that says what is missing. */
struct bench_memberlist_peer *bench_memberlist_peer_start(int cpu, bool compress);
int bench_memberlist_peer_run(struct bench_memberlist_peer *peer, uint32_t ms,
                              struct bench_peer_figure *out);
void bench_memberlist_peer_stop(struct bench_memberlist_peer *peer);

#ifdef __cplusplus
}
#endif
