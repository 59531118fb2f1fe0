/* SPDX-License-Identifier: BSD-3-Clause */
#include "dataplane/self_watch.h"

#define LOOK_NS_MIN 10000000ull

/* Of what came to the port between two looks: it is deaf if it missed more than one in so many.
   Less does not silence anybody, because a verdict needs several answers lost in several looks, and
   a node that doubts itself all the time finds no death either. */
#define DEAF_SHARE 8

uint64_t sl_self_watch_interval_ns(const struct sl_config *config)
{
    return config->probe_try_interval_ns > LOOK_NS_MIN ? config->probe_try_interval_ns
                                                       : LOOK_NS_MIN;
}

static bool watch_port(struct sl_self_watch *w)
{
    struct sl_port_counts then = w->port_counts, now = sl_port_counts(w->port);
    w->port_counts = now;
    /* A port that was opened anew begins at 0. */
    uint64_t received = now.received > then.received ? now.received - then.received : 0;
    uint64_t missed = now.missed > then.missed ? now.missed - then.missed : 0;
    return missed > (received + missed) / DEAF_SHARE;
}

/* Answers that were here and did not reach the engine, or questions that never left. */
static bool watch_lost(struct sl_self_watch *w)
{
    static const enum sl_drop reasons[] = {SL_DROP_ENGINE_RING_FULL, SL_DROP_ENGINE_INPUT_EMPTY,
                                           SL_DROP_MBUF_EMPTY, SL_DROP_TX_FULL};
    uint64_t lost = 0;
    for (unsigned i = 0; i < w->worker_count; i++)
        for (unsigned r = 0; r < sizeof(reasons) / sizeof(reasons[0]); r++)
            lost += __atomic_load_n(&w->counters[i]->drops[reasons[r]], __ATOMIC_RELAXED);
    bool grew = lost > w->lost;
    w->lost = lost;
    return grew;
}

/* Sleeps are shorter than the time between two looks: who has not polled in between was not let.
   The first worker is the engine's core. */
static bool watch_polls(struct sl_self_watch *w)
{
    bool stood = false;
    for (unsigned i = 1; i < w->worker_count; i++) {
        uint64_t polls = __atomic_load_n(&w->loads[i]->polls, __ATOMIC_RELAXED);
        stood |= polls == w->polls[i] && polls != 0; /* 0: not launched yet */
        w->polls[i] = polls;
    }
    return stood;
}

static void watch_tell_link(struct sl_self_watch *w, bool up)
{
    struct sl_event event = {.type = up ? SL_EVENT_LINK_UP : SL_EVENT_LINK_DOWN,
                             .id = sl_engine_self_id(w->engine)};
    if (up == w->told_down) {
        w->told_down = !up;
        sl_engine_host_tell(w->host, &event);
    }
}

/* A driver means its "down" only if it has said "up" before. */
static bool watch_link(struct sl_self_watch *w)
{
    bool up = sl_port_link(w->port) == SL_LINK_UP;
    w->link_was_up |= up || w->port->kernel_tells;
    watch_tell_link(w, up);
    return w->link_was_up && !up;
}

bool sl_self_watch_look(struct sl_self_watch *w, uint64_t now_ns)
{
    if (now_ns - w->looked_ns < w->every_ns)
        return false;
    bool first = w->looked_ns == 0;
    uint64_t lasted_ns = now_ns - w->looked_ns;
    bool deaf = watch_port(w), lost = watch_lost(w), stood = watch_polls(w), down = watch_link(w);
    w->looked_ns = now_ns;
    if (first || !(deaf || lost || stood || down))
        return false;
    enum sl_stall evidence = down           ? SL_STALL_LINK_DOWN
                             : deaf || lost ? SL_STALL_RX_OVERFLOW
                                            : SL_STALL_MISSED_POLLS;
    sl_engine_note_stall(w->engine, now_ns, evidence, lasted_ns);
    return true;
}
