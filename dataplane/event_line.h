/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* What an event of the engine means to people: a line of log, and a trouble that begins or is over.
 * Control thread. */
#include "dataplane/troubles.h"
#include "lib/node.h"
#include "ports/endpoint_text.h"

#ifdef __cplusplus
extern "C" {
#endif

struct sl_event_line {
    enum sl_log_level level;
    char text[SL_LOG_RATE_TEXT_BYTES]; /* empty: its trouble's line says it */
};

void sl_event_line(struct sl_event_line *line, const struct sl_node_event *event);

void sl_event_troubles(struct sl_troubles *troubles, const struct sl_node_event *event);

#ifdef __cplusplus
}
#endif
