/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * A node whom nobody can open a flow to: members answer its probes, none of theirs arrives, and it
 * is accused again and again. So it is behind address translation or a firewall. Control thread.
 */
#include <stdint.h>

#include "dataplane/troubles.h"
#include "lib/node.h"

#ifdef __cplusplus
extern "C" {
#endif

/* So many own probes are answered and so many accusations refuted while no probe of a member
 * arrives: members probe as often as this node does, so chance does not do that. */
#define SL_REACH_WATCH_ANSWERS     16
#define SL_REACH_WATCH_ACCUSATIONS 2

struct sl_reach_watch {
    uint64_t pings;                /* of members, that were answered, as of the last look */
    uint64_t answers, accusations; /* when `pings` grew last */
};

/* Once a second. self: this node's record. */
void sl_reach_watch_look(struct sl_reach_watch *watch, struct sl_troubles *troubles,
                         const struct sl_node_stats *stats, const struct sl_member_info *self);

#ifdef __cplusplus
}
#endif
