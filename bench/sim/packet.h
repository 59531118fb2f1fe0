/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* Datagrams under way, from a pool that grows as it must and never shrinks. */
#include "bench/sim/wheel.h"

#ifdef __cplusplus
extern "C" {
#endif

struct sim_packet {
    struct sim_link link; /* first */
    uint32_t from, to;    /* nodes */
    uint32_t length_bytes;
    uint8_t *bytes; /* the pool's frame limit of room */
};

struct sim_packet_pool {
    struct sim_link unused;
    void **slabs;
    uint32_t slab_count;
    uint32_t room_bytes;
    uint64_t taken; /* out of the pool now */
};

void sim_packet_pool_create(struct sim_packet_pool *pool, uint32_t room_bytes);
void sim_packet_pool_destroy(struct sim_packet_pool *pool);
struct sim_packet *
sim_packet_take(struct sim_packet_pool *pool); /* ends the program if out of memory */
void sim_packet_give(struct sim_packet_pool *pool, struct sim_packet *packet);

#ifdef __cplusplus
}
#endif
