/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* Datagrams under way, from a pool that grows as it must and never shrinks. */
#include "bench/sim/wheel.h"

#ifdef __cplusplus
extern "C" {
#endif

struct sim_packet {
    struct sim_link link;    /* first; its owner is the node that the packet goes to */
    struct sim_packet *next; /* in a queue */
    uint32_t from;           /* node */
    uint32_t length_bytes;
    uint8_t bytes[]; /* the pool's frame limit of room */
};

/* First in, first out. */
struct sim_packet_queue {
    struct sim_packet *first, *last;
    uint32_t count;
};

struct sim_packet_pool {
    struct sim_packet *unused;
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

void sim_packet_queue_add(struct sim_packet_queue *queue, struct sim_packet *packet);
struct sim_packet *sim_packet_queue_take(struct sim_packet_queue *queue); /* NULL if empty */

#ifdef __cplusplus
}
#endif
