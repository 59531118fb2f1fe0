/* SPDX-License-Identifier: BSD-3-Clause */
#include "lib/timers.h"

#include "lib/assert.h"

void sl_timers_create(struct sl_timers *t, struct sl_arena *arena, uint32_t capacity)
{
    t->heap = sl_arena_take(arena, capacity, sizeof(t->heap[0]));
    t->count = 0;
    t->capacity = capacity;
}

static void put(struct sl_timers *t, uint32_t at, struct sl_timer *timer)
{
    t->heap[at] = timer;
    timer->place = at + 1;
}

static void sift_up(struct sl_timers *t, uint32_t at, struct sl_timer *timer)
{
    while (at > 0) {
        uint32_t parent = (at - 1) / 2;
        if (t->heap[parent]->deadline_ns <= timer->deadline_ns)
            break;
        put(t, at, t->heap[parent]);
        at = parent;
    }
    put(t, at, timer);
}

static void sift_down(struct sl_timers *t, uint32_t at, struct sl_timer *timer)
{
    for (;;) {
        uint32_t child = 2 * at + 1;
        if (child >= t->count)
            break;
        if (child + 1 < t->count && t->heap[child + 1]->deadline_ns < t->heap[child]->deadline_ns)
            child++;
        if (t->heap[child]->deadline_ns >= timer->deadline_ns)
            break;
        put(t, at, t->heap[child]);
        at = child;
    }
    put(t, at, timer);
}

void sl_timer_set(struct sl_timers *t, struct sl_timer *timer, uint64_t deadline_ns)
{
    if (timer->place == 0) {
        SL_ASSERT(t->count < t->capacity);
        timer->deadline_ns = deadline_ns;
        sift_up(t, t->count++, timer);
        return;
    }
    bool later = deadline_ns > timer->deadline_ns;
    timer->deadline_ns = deadline_ns;
    if (later)
        sift_down(t, timer->place - 1, timer);
    else
        sift_up(t, timer->place - 1, timer);
}

void sl_timer_cancel(struct sl_timers *t, struct sl_timer *timer)
{
    if (timer->place == 0)
        return;
    uint32_t at = timer->place - 1;
    SL_ASSERT(t->heap[at] == timer);
    timer->place = 0;
    struct sl_timer *last = t->heap[--t->count];
    if (last == timer)
        return;
    /* The last timer fills the hole; it may belong above or below it. */
    if (at > 0 && last->deadline_ns < t->heap[(at - 1) / 2]->deadline_ns)
        sift_up(t, at, last);
    else
        sift_down(t, at, last);
}

struct sl_timer *sl_timers_pop(struct sl_timers *t, uint64_t now_ns)
{
    if (sl_timers_next_ns(t) > now_ns)
        return NULL;
    struct sl_timer *timer = t->heap[0];
    sl_timer_cancel(t, timer);
    return timer;
}
