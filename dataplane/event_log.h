/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * The latest events: the engine's core writes, the control thread reads. When the log is full the
 * oldest is overwritten; a reader that was too slow sees a gap in the sequence.
 */
#include <stdint.h>

#include "lib/event.h"
#include "lib/node.h"

#ifdef __cplusplus
extern "C" {
#endif

#define SL_EVENT_LOG_SIZE 4096 /* a power of two */

/* A slot is read and written as whole 64-bit words so that a torn copy can be told by its sequence.
 */
#define SL_EVENT_LOG_WORDS ((sizeof(struct sl_node_event) + 7) / 8)

struct sl_event_slot {
    uint64_t sequence; /* 0 while it is being written */
    uint64_t words[SL_EVENT_LOG_WORDS];
};

struct sl_event_log {
    uint64_t last; /* sequence of the newest event; writer: the engine's core */
    struct sl_event_slot slots[SL_EVENT_LOG_SIZE];
};

/* Engine's core. time_ns: CLOCK_REALTIME, stamped once, so that an event's time never moves. */
void sl_event_log_add(struct sl_event_log *log, const struct sl_event *event, uint64_t time_ns);

/* Any thread: copies up to `count` events with sequence > after; returns how many. */
uint32_t sl_event_log_read(const struct sl_event_log *log, uint64_t after,
                           struct sl_node_event *out, uint32_t count);

/* Any thread: fills in the accusers of members that are suspect or dead, from the events that are
 * still remembered. A pass over the log, if there is such a member. */
void sl_event_log_accusers(const struct sl_event_log *log, struct sl_member_info *members,
                           uint32_t count);

static inline uint64_t sl_event_log_last(const struct sl_event_log *log)
{
    return __atomic_load_n(&log->last, __ATOMIC_ACQUIRE);
}

#ifdef __cplusplus
}
#endif
