/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* Deadlines of one engine: a binary heap of timers that live inside what they time. One thread. */
#include <stdbool.h>
#include <stdint.h>

#include "lib/arena.h"

#ifdef __cplusplus
extern "C" {
#endif

struct sl_timer {
    uint64_t deadline_ns;
    uint32_t place; /* 1 + position in the heap; 0 = not set */
    uint16_t kind;  /* the owner's: what to do */
    uint32_t index; /* the owner's: to which */
};

struct sl_timers {
    struct sl_timer **heap;
    uint32_t count;
    uint32_t capacity;
};

/* capacity: timers that may be set at once; more is a fault of the program. */
void sl_timers_create(struct sl_timers *timers, struct sl_arena *arena, uint32_t capacity);

/* Sets or moves. */
void sl_timer_set(struct sl_timers *timers, struct sl_timer *timer, uint64_t deadline_ns);
void sl_timer_cancel(struct sl_timers *timers, struct sl_timer *timer);

static inline bool sl_timer_is_set(const struct sl_timer *timer)
{
    return timer->place != 0;
}

/* UINT64_MAX if none is set. */
static inline uint64_t sl_timers_next_ns(const struct sl_timers *timers)
{
    return timers->count ? timers->heap[0]->deadline_ns : UINT64_MAX;
}

/* Takes the earliest timer that is due; NULL if none is. */
struct sl_timer *sl_timers_pop(struct sl_timers *timers, uint64_t now_ns);

#ifdef __cplusplus
}
#endif
