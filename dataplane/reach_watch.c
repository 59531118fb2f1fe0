/* SPDX-License-Identifier: BSD-3-Clause */
#include "dataplane/reach_watch.h"

#include "ports/endpoint_text.h"

static void raise_unreached(struct sl_troubles *t, const struct sl_member_info *self)
{
    const struct sl_endpoint *at = sl_endpoint_is_set(&self->v4) ? &self->v4 : &self->v6;
    sl_troubles_raise(t, SL_TROUBLE_UNREACHED, "", 0,
                      "behind a router that translates, set port.advertise to what others see and "
                      "forward its UDP port to here; else let the firewall take UDP in",
                      "members answer this node, but none of their probes reaches it at %s: they "
                      "see another address, or no flow from outside is let through",
                      sl_endpoint_text(at).text);
}

void sl_reach_watch_look(struct sl_reach_watch *w, struct sl_troubles *t,
                         const struct sl_node_stats *stats, const struct sl_member_info *self)
{
    if (w->pings != stats->counters.pings_answered) {
        w->pings = stats->counters.pings_answered;
        w->answers = stats->probe_rtt.count;
        w->accusations = stats->engine.refutations;
        sl_troubles_clear(t, SL_TROUBLE_UNREACHED, NULL);
    } else if (stats->probe_rtt.count - w->answers >= SL_REACH_WATCH_ANSWERS &&
               stats->engine.refutations - w->accusations >= SL_REACH_WATCH_ACCUSATIONS) {
        raise_unreached(t, self);
    }
}
