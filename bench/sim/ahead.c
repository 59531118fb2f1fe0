/* SPDX-License-Identifier: BSD-3-Clause */
#include "bench/sim/ahead.h"

#include "bench/sim/world.h"
#include "lib/frame.h"

/* Ticks ahead, the second using what the first has loaded. A tick of a busy cluster takes some
   microseconds, a load from memory a tenth of one. */
#define NODES_AHEAD 8 /* the packet, the node, its engine and its lane */
#define DEEP_AHEAD  4 /* what these point to */

static void load(const void *from, size_t bytes)
{
    for (size_t at = 0; at < bytes; at += SL_CACHE_LINE)
        __builtin_prefetch((const char *)from + at);
}

/* Where a node's lane, counters and engine begin follows from its number alone. */
static void load_node(const struct sim_world *w, const struct sim_due *due)
{
    const struct sim_node *node = &w->nodes[due->owner];
    load(node, offsetof(struct sim_node, counted));
    sl_engine_prefetch(sim_node_engine_at(w, due->owner));
    if (due->kind != SIM_LINK_PACKET)
        return;
    const uint8_t *own = sim_memory_own(&w->memory, due->owner);
    load(due->link, sizeof(struct sim_packet) + SL_HEADER_BYTES);
    load(own, SL_CACHE_LINE);
    load(own + sizeof(struct sl_lane), sizeof(struct sl_counters));
}

void sim_look_ahead(const struct sim_world *w)
{
    const struct sim_chunk *chunk = sim_wheel_ahead(&w->wheel, NODES_AHEAD);
    for (; chunk != NULL; chunk = chunk->next) {
        for (uint32_t i = 0; i < chunk->count; i++)
            load_node(w, &chunk->due[i]);
    }
    for (chunk = sim_wheel_ahead(&w->wheel, DEEP_AHEAD); chunk != NULL; chunk = chunk->next) {
        for (uint32_t i = 0; i < chunk->count; i++) {
            const struct sim_node *node = &w->nodes[chunk->due[i].owner];
            if (node->state == SIM_NODE_UP)
                sl_engine_prefetch_deep(node->engine);
        }
    }
}
