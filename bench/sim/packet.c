/* SPDX-License-Identifier: BSD-3-Clause */
#include "bench/sim/packet.h"

#include <err.h>
#include <stdlib.h>

#define PER_SLAB 256

void sim_packet_pool_create(struct sim_packet_pool *pool, uint32_t room_bytes)
{
    *pool = (struct sim_packet_pool){.room_bytes = room_bytes};
}

void sim_packet_pool_destroy(struct sim_packet_pool *pool)
{
    for (uint32_t i = 0; i < pool->slab_count; i++)
        free(pool->slabs[i]);
    free(pool->slabs);
    pool->slabs = NULL;
}

static void grow(struct sim_packet_pool *pool)
{
    size_t each = (sizeof(struct sim_packet) + pool->room_bytes + 63) & ~(size_t)63;
    void **slabs = realloc(pool->slabs, (pool->slab_count + 1) * sizeof(*slabs));
    uint8_t *slab = aligned_alloc(64, PER_SLAB * each);
    if (slabs == NULL || slab == NULL)
        errx(1, "out of memory for packets: fewer nodes or less delay would do");
    pool->slabs = slabs;
    pool->slabs[pool->slab_count++] = slab;
    for (uint32_t i = 0; i < PER_SLAB; i++) {
        struct sim_packet *packet = (void *)(slab + i * each);
        packet->link.tick = 0;
        packet->next = pool->unused;
        pool->unused = packet;
    }
}

/* The one given back last is the one still in the cache. */
struct sim_packet *sim_packet_take(struct sim_packet_pool *pool)
{
    if (pool->unused == NULL)
        grow(pool);
    struct sim_packet *packet = pool->unused;
    pool->unused = packet->next;
    pool->taken++;
    return packet;
}

void sim_packet_give(struct sim_packet_pool *pool, struct sim_packet *packet)
{
    packet->next = pool->unused;
    pool->unused = packet;
    pool->taken--;
}

void sim_packet_queue_add(struct sim_packet_queue *queue, struct sim_packet *packet)
{
    packet->next = NULL;
    if (queue->last == NULL)
        queue->first = packet;
    else
        queue->last->next = packet;
    queue->last = packet;
    queue->count++;
}

struct sim_packet *sim_packet_queue_take(struct sim_packet_queue *queue)
{
    struct sim_packet *packet = queue->first;
    if (packet == NULL)
        return NULL;
    queue->first = packet->next;
    if (queue->first == NULL)
        queue->last = NULL;
    queue->count--;
    return packet;
}
