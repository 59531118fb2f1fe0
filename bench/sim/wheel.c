/* SPDX-License-Identifier: BSD-3-Clause */
#include "bench/sim/wheel.h"

#include <err.h>
#include <stdlib.h>
#include <string.h>

#define PER_SLAB 4096

_Static_assert(sizeof(struct sim_chunk) == 64, "a cache line");

bool sim_wheel_create(struct sim_wheel *wheel, uint64_t tick)
{
    memset(wheel, 0, sizeof(*wheel));
    wheel->slots = calloc(SIM_WHEEL_SLOTS, sizeof(*wheel->slots));
    wheel->tick = tick;
    return wheel->slots != NULL;
}

void sim_wheel_destroy(struct sim_wheel *wheel)
{
    for (uint32_t i = 0; i < wheel->slab_count; i++)
        free(wheel->slabs[i]);
    free(wheel->slabs);
    free(wheel->slots);
    memset(wheel, 0, sizeof(*wheel));
}

static void grow(struct sim_wheel *wheel)
{
    void **slabs = realloc(wheel->slabs, (wheel->slab_count + 1) * sizeof(*slabs));
    struct sim_chunk *slab = aligned_alloc(64, PER_SLAB * sizeof(*slab));
    if (slabs == NULL || slab == NULL)
        errx(1, "out of memory for what is to happen: fewer nodes would do");
    wheel->slabs = slabs;
    wheel->slabs[wheel->slab_count++] = slab;
    for (uint32_t i = 0; i < PER_SLAB; i++) {
        slab[i].next = wheel->unused;
        wheel->unused = &slab[i];
    }
}

/* The one given back last is the one still in the cache. */
static struct sim_chunk *take_chunk(struct sim_wheel *wheel)
{
    if (wheel->unused == NULL)
        grow(wheel);
    struct sim_chunk *chunk = wheel->unused;
    wheel->unused = chunk->next;
    chunk->next = NULL;
    chunk->count = 0;
    return chunk;
}

static void give_first(struct sim_wheel *wheel, struct sim_chunks *list)
{
    struct sim_chunk *chunk = list->first;
    list->first = chunk->next;
    if (list->first == NULL)
        list->last = NULL;
    chunk->next = wheel->unused;
    wheel->unused = chunk;
}

static void append(struct sim_wheel *wheel, struct sim_chunks *list, struct sim_link *link)
{
    if (list->last == NULL || list->last->count == SIM_CHUNK_ENTRIES) {
        struct sim_chunk *chunk = take_chunk(wheel);
        if (list->last == NULL)
            list->first = chunk;
        else
            list->last->next = chunk;
        list->last = chunk;
    }
    list->last->due[list->last->count++] = (struct sim_due){link, link->kind, link->owner};
}

static void place(struct sim_wheel *wheel, struct sim_link *link)
{
    bool far = link->tick - wheel->tick >= SIM_WHEEL_SLOTS;
    append(wheel, far ? &wheel->far : &wheel->slots[link->tick % SIM_WHEEL_SLOTS], link);
}

void sim_wheel_set(struct sim_wheel *wheel, struct sim_link *link, uint64_t tick)
{
    link->tick = tick > wheel->tick ? tick : wheel->tick + 1;
    place(wheel, link);
}

struct sim_link *sim_wheel_take(struct sim_wheel *wheel)
{
    struct sim_chunks *list = &wheel->slots[wheel->tick % SIM_WHEEL_SLOTS];
    while (list->first != NULL) {
        if (wheel->taken == list->first->count) {
            give_first(wheel, list);
            wheel->taken = 0;
            continue;
        }
        struct sim_link *link = list->first->due[wheel->taken++].link;
        if (link->tick == wheel->tick) { /* else it was moved or cancelled */
            link->tick = 0;
            return link;
        }
    }
    return NULL;
}

/* What is not yet near enough goes to the end of the new list. */
static void look_through_far(struct sim_wheel *wheel)
{
    struct sim_chunks old = wheel->far;
    wheel->far = (struct sim_chunks){NULL, NULL};
    while (old.first != NULL) {
        for (uint32_t i = 0; i < old.first->count; i++) {
            if (old.first->due[i].link->tick > wheel->tick)
                place(wheel, old.first->due[i].link);
        }
        give_first(wheel, &old);
    }
}

void sim_wheel_advance(struct sim_wheel *wheel)
{
    wheel->tick++;
    if (wheel->tick % SIM_WHEEL_SLOTS == 0)
        look_through_far(wheel);
}
