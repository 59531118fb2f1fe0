/* SPDX-License-Identifier: BSD-3-Clause */
#include "lib/engine_private.h"

static void prefetch(const void *from, size_t bytes)
{
    for (size_t at = 0; at < bytes; at += SL_CACHE_LINE)
        __builtin_prefetch((const uint8_t *)from + at);
}

void sl_engine_prefetch(const struct sl_engine *e)
{
    const size_t knobs = offsetof(struct sl_config, max_members);
    prefetch((const uint8_t *)&e->config + knobs, sizeof(e->config) - knobs);
    prefetch(&e->prng, offsetof(struct sl_engine, identity) - offsetof(struct sl_engine, prng));
    prefetch(&e->view, offsetof(struct sl_engine, zones) - offsetof(struct sl_engine, view));
    prefetch(&e->probe_timer, sizeof(e->probe_timer));
    prefetch(&e->gossip_timer, sizeof(e->gossip_timer));
    prefetch(&e->settle, sizeof(e->settle));
    prefetch(&e->dial.timer, sizeof(e->dial.timer));
    prefetch(&e->meter, sizeof(e->meter));
    prefetch(&e->counters, SL_CACHE_LINE);
}

void sl_engine_prefetch_deep(const struct sl_engine *e)
{
    const struct sl_timers *t = &e->timers;
    sl_view_prefetch_head(e->view);
    prefetch(t->heap, sizeof(t->heap[0]) * 8);
    prefetch(&e->probes[0], sizeof(e->probes[0]));
}
