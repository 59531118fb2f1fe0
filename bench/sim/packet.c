/* SPDX-License-Identifier: BSD-3-Clause */
#include "bench/sim/packet.h"

#include <err.h>
#include <stdlib.h>

#define PER_SLAB 256

void sim_packet_pool_create(struct sim_packet_pool *pool, uint32_t room_bytes)
{
    *pool = (struct sim_packet_pool){.room_bytes = (room_bytes + 63) & ~63u};
    sim_list_init(&pool->unused);
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
    size_t each = (sizeof(struct sim_packet) + 63) & ~(size_t)63;
    void **slabs = realloc(pool->slabs, (pool->slab_count + 1) * sizeof(*slabs));
    uint8_t *slab = malloc(PER_SLAB * (each + pool->room_bytes));
    if (slabs == NULL || slab == NULL)
        errx(1, "out of memory for packets: fewer nodes or less delay would do");
    pool->slabs = slabs;
    pool->slabs[pool->slab_count++] = slab;
    for (uint32_t i = 0; i < PER_SLAB; i++) {
        struct sim_packet *packet = (void *)(slab + i * each);
        *packet = (struct sim_packet){.bytes = slab + PER_SLAB * each + i * pool->room_bytes};
        sim_list_append(&pool->unused, &packet->link);
    }
}

/* The one given back last is the one still in the cache. */
struct sim_packet *sim_packet_take(struct sim_packet_pool *pool)
{
    if (pool->unused.next == &pool->unused)
        grow(pool);
    pool->taken++;
    return (struct sim_packet *)(void *)sim_list_take(&pool->unused);
}

void sim_packet_give(struct sim_packet_pool *pool, struct sim_packet *packet)
{
    sim_list_append(pool->unused.next, &packet->link); /* in front */
    pool->taken--;
}
