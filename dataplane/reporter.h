/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * What a node says of itself: follows its events and counters, writes lines of log, at most one a
 * second of a kind and those of one member in their order, and keeps the table of its troubles.
 * Control thread.
 */
#include <stdint.h>

#include "dataplane/drop_watch.h"
#include "dataplane/reach_watch.h"
#include "dataplane/troubles.h"
#include "lib/node.h"
#include "ports/log_rate.h"

#ifdef __cplusplus
extern "C" {
#endif

/* How often counters are looked at. */
#define SL_REPORTER_COUNTERS_NS 1000000000ull

struct sl_reporter {
    const struct sl_node *node;
    const char *cluster;
    struct sl_troubles troubles;
    uint64_t started_ns;
    uint64_t last_event; /* sequence of the last event that was reported */
    uint64_t counters_due_ns;
    uint64_t log_lost; /* lines, as of the last look */
    struct sl_drop_watch drops;
    struct sl_reach_watch reach;
    bool alone; /* all others have died, as far as this node sees */
    struct sl_log_rate events[SL_EVENT_COUNT];
    uint64_t held_ids[SL_EVENT_COUNT]; /* whom the line that a kind holds back is about */
    uint64_t held_sequences[SL_EVENT_COUNT];
    struct sl_log_rate missed;
};

/* cluster: its name, for as long as the reporter. */
void sl_reporter_open(struct sl_reporter *reporter, const struct sl_node *node, const char *cluster,
                      uint64_t now_ns, uint64_t time_ns);

/* Says what has happened since the last turn. time_ns: CLOCK_REALTIME. */
void sl_reporter_turn(struct sl_reporter *reporter, uint64_t now_ns, uint64_t time_ns);

/* Says what is left, without waiting for its second. */
void sl_reporter_finish(struct sl_reporter *reporter, uint64_t now_ns, uint64_t time_ns);

#ifdef __cplusplus
}
#endif
