/* SPDX-License-Identifier: BSD-3-Clause */
/* What an engine asks of its host. */
#include "bench/sim/node.h"
#include "bench/sim/world.h"
#include "lib/frame.h"

static bool lend(void *context, struct sl_buffer *buffer)
{
    struct sim_world *w = ((struct sim_node *)context)->world;
    *buffer = (struct sl_buffer){w->lent, w->scenario->options.config.frame_bytes, NULL};
    return true;
}

static void send(void *context, struct sl_buffer *buffer, uint32_t length_bytes,
                 enum sl_class traffic, const struct sl_endpoint *to, uint32_t to_count)
{
    struct sim_node *node = context;
    if (traffic == SL_CLASS_BULK && buffer->bytes[SL_HEADER_TYPE_AT] == SL_FRAME_SYNC_REQUEST)
        sim_repairs_asked(node, sim_world_at(node->world, to));
    sl_header_stamp(buffer->bytes, node->lane->id, ++node->lane->counter);
    node->sent += to_count;
    for (uint32_t i = 0; i < to_count; i++)
        sim_world_send(node->world, node->number, &to[i], buffer->bytes, length_bytes);
}

static void event(void *context, const struct sl_event *event)
{
    struct sim_node *node = context;
    sim_world_event(node->world, node, event);
}

static void retire(void *context, struct sl_retire_ticket *ticket)
{
    (void)context;
    sl_retire_done(ticket);
}

struct sl_host sim_node_host(struct sim_node *node)
{
    return (struct sl_host){node, lend, send, event, retire};
}
