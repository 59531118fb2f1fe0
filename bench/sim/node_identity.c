/* SPDX-License-Identifier: BSD-3-Clause */
/* What a node says of itself: its name, address, zone and tags. */
#include <stdio.h>
#include <string.h>

#include "bench/sim/world.h"

struct sl_endpoint sim_node_endpoint(const struct sim_node *node)
{
    return sim_endpoint_of(node->number, node->moves);
}

void sim_node_describe(const struct sim_node *node, struct sl_config *config)
{
    const struct sim_world *w = node->world;
    snprintf(config->name, sizeof(config->name), "n%u", node->number + 1);
    strcpy(config->zone, w->scenario->zones[w->directory.entries[node->number].zone].name);
    strcpy(config->tags, node->tags);
    config->v4 = sim_node_endpoint(node);
}

void sim_node_tag(struct sim_node *node, const char *tags)
{
    node->tags = tags;
    sim_node_update(node);
}

void sim_node_move(struct sim_node *node, uint32_t zone)
{
    uint32_t now = node->world->directory.entries[node->number].zone;
    node->moves_next = true;
    node->next_zone = zone != SIM_SAME_ZONE ? zone : now;
}

/* After 256 moves it is where it began. */
void sim_node_settle(struct sim_node *node)
{
    if (!node->moves_next)
        return;
    node->moves_next = false;
    node->moves++;
    node->world->directory.entries[node->number].zone = node->next_zone;
}

void sim_node_update(struct sim_node *node)
{
    struct sim_world *w = node->world;
    uint32_t bytes = (uint32_t)strlen(node->tags);
    if (sl_engine_update(node->engine, sim_node_now_ns(node), node->tags, bytes) != 0)
        return;
    struct sim_news news = {
        .at_ns = sim_world_ns(w),
        .word = sl_engine_self_word(node->engine),
        .node = node->number,
        .earlier = node->update,
        .tags = node->tags,
    };
    node->update = sim_watch_news(&w->watch, SIM_NEWS_UPDATE, &news);
    sim_node_step(node, NULL);
}
