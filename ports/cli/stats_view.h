/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* Two reads of the node's counters as rates and shares. */
#include <jansson.h>

#include "ports/control_protocol.h"

struct sl_stats_view {
    const struct sl_control_stats *before, *after;
    double seconds; /* between them; > 0 */
};

double sl_stats_rate(const struct sl_stats_view *view, uint64_t before, uint64_t after);

/* part / whole, or -1 if there is nothing to share. */
double sl_stats_share(uint64_t part, uint64_t whole);

/* Share of a worker's polls between the reads that found something: 0 idle, 1 saturated; -1 none.
 */
double sl_stats_load(const struct sl_stats_view *view, uint32_t worker);

json_t *sl_stats_json(const struct sl_stats_view *view);
void sl_stats_print(const struct sl_stats_view *view);
