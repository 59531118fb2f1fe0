/* SPDX-License-Identifier: BSD-3-Clause */
#include "bench/sim/replay.h"

#include <err.h>
#include <stdlib.h>
#include <string.h>

#define SLAB_BYTES 262144u

struct sim_replay_slab {
    struct sim_replay_slab *next;
    uint32_t read, written;
    uint8_t bytes[SLAB_BYTES] __attribute__((aligned(8)));
};

static uint32_t room_of(uint32_t length_bytes)
{
    return ((uint32_t)sizeof(struct sim_old) + length_bytes + 7) & ~7u;
}

static struct sim_replay_slab *add_slab(struct sim_replay *r)
{
    struct sim_replay_slab *slab = malloc(sizeof(*slab));
    if (slab == NULL)
        errx(1, "out of memory for packets to replay: a smaller share would do");
    slab->next = NULL;
    slab->read = slab->written = 0;
    if (r->last == NULL)
        r->first = slab;
    else
        r->last->next = slab;
    r->last = slab;
    return slab;
}

void sim_replay_add(struct sim_replay *r, const struct sim_old *head, const uint8_t *bytes)
{
    uint32_t room = room_of(head->length_bytes);
    struct sim_replay_slab *slab = r->last;
    if (slab == NULL || slab->written + room > SLAB_BYTES)
        slab = add_slab(r);
    struct sim_old *old = (void *)(slab->bytes + slab->written);
    *old = *head;
    memcpy(old->bytes, bytes, head->length_bytes);
    slab->written += room;
    r->count++;
}

const struct sim_old *sim_replay_due(const struct sim_replay *r, uint64_t now_ns)
{
    if (r->count == 0)
        return NULL;
    const struct sim_old *old = (const void *)(r->first->bytes + r->first->read);
    return old->due_ns <= now_ns ? old : NULL;
}

void sim_replay_drop(struct sim_replay *r)
{
    struct sim_replay_slab *slab = r->first;
    const struct sim_old *old = (const void *)(slab->bytes + slab->read);
    slab->read += room_of(old->length_bytes);
    r->count--;
    if (slab->read < slab->written)
        return;
    r->first = slab->next;
    if (r->first == NULL)
        r->last = NULL;
    free(slab);
}

void sim_replay_destroy(struct sim_replay *r)
{
    while (r->first != NULL) {
        struct sim_replay_slab *slab = r->first;
        r->first = slab->next;
        free(slab);
    }
    memset(r, 0, sizeof(*r));
}
