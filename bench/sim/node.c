/* SPDX-License-Identifier: BSD-3-Clause */
#include "bench/sim/node.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "bench/sim/settings.h"
#include "bench/sim/trace.h"
#include "bench/sim/world.h"
#include "lib/assert.h"
#include "lib/frame.h"

/* Until a second without a part of what it asked for in its youth has passed. */
#define LAST_ANSWERS_NS 2000000000u

/* The true hash is that of the nodes that run. */
void sim_node_tell_truth(struct sim_node *node, uint64_t word)
{
    struct sim_world *w = node->world;
    uint64_t id = w->directory.entries[node->number].id;
    const struct sl_cluster *cluster = &w->directory.cluster;
    if (node->counted)
        w->true_hash -= sl_item_hash(cluster, id, sl_word_incarnation(node->word));
    node->counted = sl_word_is_live(word);
    if (node->counted)
        w->true_hash += sl_item_hash(cluster, id, sl_word_incarnation(word));
    node->word = word;
    sim_lives_begin(&w->lives, node->number, sl_word_generation(word), w->now_ns);
    node->issued = sl_word_merge(node->issued, word);
}

struct sl_engine_layout sim_node_layout(struct sim_world *w, struct sl_arena *arrays)
{
    sl_cold_find_fn shared = w->scenario->changes_identities ? NULL : sim_directory_cold;
    return (struct sl_engine_layout){shared, &w->directory, false, arrays};
}

const struct sl_engine *sim_node_engine_at(const struct sim_world *w, uint32_t number)
{
    struct sl_arena own = {sim_memory_own(&w->memory, number), w->memory.own_bytes, 0};
    sl_arena_take(&own, 1, sizeof(struct sl_lane));
    sl_arena_take(&own, 1, sizeof(struct sl_counters));
    return sl_arena_take(&own, 0, 0);
}

/* A zone in which nobody runs is as one that is cut off, until the patience with that is over. */
static void note_zone(const struct sim_node *node, int more)
{
    struct sim_world *w = node->world;
    uint32_t zone = w->directory.entries[node->number].zone;
    if (w->zone_up[zone] == 0)
        sim_silence_end(&w->lives, SIM_SILENCE_EMPTY, zone, zone, w->now_ns);
    w->zone_up[zone] += (uint32_t)more;
    if (w->zone_up[zone] > 0)
        return;
    struct sim_silence silence = {
        .from_ns = w->now_ns,
        .until_ns = w->now_ns + w->scenario->options.config.zone_patience_ns,
        .kind = SIM_SILENCE_EMPTY,
        .a = zone,
        .b = zone,
    };
    sim_silence_begin(&w->lives, &silence);
}

static int create(struct sim_node *node, const struct sl_config *base, uint64_t wall_s)
{
    struct sim_world *w = node->world;
    struct sl_config config = *base;
    struct sl_host host = sim_node_host(node);
    if (node->life > 0 && !sim_memory_clear(&w->memory, node->number))
        return -ENOMEM;
    struct sl_arena arena = {sim_memory_own(&w->memory, node->number), w->memory.own_bytes, 0};
    struct sl_arena arrays = {sim_memory_arrays(&w->memory, node->number), w->memory.array_bytes,
                              0};
    struct sl_engine_layout layout = sim_node_layout(w, &arrays);
    node->lane = sl_arena_take(&arena, 1, sizeof(*node->lane));
    node->counters = sl_arena_take(&arena, 1, sizeof(*node->counters));
    sim_node_describe(node, &config);
    node->engine = sl_engine_create(&arena, &config, &layout, &host, sl_prng_next(&w->prng), wall_s,
                                    sim_node_now_ns(node));
    if (node->engine == NULL)
        return -ENOMEM;
    SL_ASSERT(arena.used_bytes < arena.size_bytes && arrays.used_bytes <= arrays.size_bytes);
    sl_lane_init(node->lane, 0, 1, node->counters);
    node->state = SIM_NODE_UP;
    node->life++;
    node->born_ns = w->now_ns;
    node->joined_ns = node->young_until_ns = SIM_NEVER;
    node->has_left = node->was_full = false;
    node->excused_until_ns = 0;
    node->is_starved = false;
    node->overflowed = 0;
    node->sync_number = node->sync_began_ns = 0;
    memset(&node->meter, 0, sizeof(node->meter));
    memset(&node->refused, 0, sizeof(node->refused));
    w->up_count++;
    note_zone(node, 1);
    sim_node_tell_truth(node, sl_engine_self_word(node->engine));
    return 0;
}

static uint32_t list_seeds(const struct sim_node *node, struct sl_endpoint *seeds, uint64_t *ids)
{
    const struct sim_pick *who = &node->world->scenario->seeds;
    uint32_t count = 0;
    for (uint32_t r = 0; r < who->count; r++) {
        for (uint32_t i = who->ranges[r].first; i <= who->ranges[r].last; i++) {
            seeds[count] = sim_node_endpoint(&node->world->nodes[i]);
            ids[count++] = node->world->directory.entries[i].id;
        }
    }
    return count;
}

int sim_node_start(struct sim_node *node)
{
    struct sim_world *w = node->world;
    struct sl_endpoint seeds[SL_SEEDS_MAX];
    uint64_t ids[SL_SEEDS_MAX];
    int64_t wall_s = (int64_t)(SIM_WALL_S + sim_world_ns(w) / 1000000000u + 1) + node->clock_s;
    node->start = sim_watch_start(&w->watch, sim_world_ns(w), node->number);
    sim_node_settle(node);
    struct sl_config config;
    sim_settings_of_node(w->scenario, node->number, &config);
    int error = create(node, &config, (uint64_t)wall_s);
    if (error)
        return error;
    uint32_t count = list_seeds(node, seeds, ids);
    error = sl_engine_join(node->engine, sim_node_now_ns(node), seeds, count);
    SL_ASSERT(error == 0);
    sim_node_step(node, NULL);
    return 0;
}

static int preload_all(struct sim_node *node)
{
    const struct sim_directory *d = &node->world->directory;
    const struct sim_pick *formed = &node->world->scenario->formed;
    for (uint32_t i = 0; i < d->count; i++) {
        uint32_t other = d->by_id[i];
        if (!sim_pick_has(formed, other))
            continue;
        struct sl_identity identity = sl_cold_identity(d->entries[other].cold);
        struct sl_preload_member member = {d->entries[other].id, node->word, &identity};
        int error = sl_engine_preload(node->engine, &member, 1);
        if (error)
            return error;
    }
    return 0;
}

int sim_node_form(struct sim_node *node, const struct sim_node *like)
{
    struct sl_config config;
    struct sl_endpoint seeds[SL_SEEDS_MAX];
    uint64_t ids[SL_SEEDS_MAX];
    sim_settings_of_node(node->world->scenario, node->number, &config);
    config.join_grace_ns = 0; /* its youth is over */
    int error = create(node, &config, SIM_WALL_S - 86400);
    if (error)
        return error;
    node->joined_ns = node->born_ns;
    node->young_until_ns = 0;
    struct sim_memory *memory = &node->world->memory;
    bool alone = node->world->scenario->changes_identities;
    if (like == NULL || alone) {
        error = preload_all(node);
        if (error == 0 && !alone && !sim_memory_keep(memory, node->number))
            error = -ENOMEM;
    } else if (sim_memory_share(memory, node->number)) {
        sl_engine_preload_like(node->engine, like->engine);
    } else {
        error = -ENOMEM;
    }
    if (error)
        return error;
    sl_engine_preload_seeds(node->engine, seeds, ids, list_seeds(node, seeds, ids));
    return 0;
}

void sim_node_stop(struct sim_node *node)
{
    struct sim_world *w = node->world;
    struct sim_packet *packet;
    if (node->state == SIM_NODE_DOWN)
        return;
    sim_node_tell_truth(node, sl_word_with_status(node->word, SL_LEFT));
    node->issued = sl_word_merge(node->issued, sl_engine_self_word(node->engine));
    sim_node_absorb(node);
    while ((packet = sim_packet_queue_take(&node->backlog)) != NULL)
        sim_packet_give(&w->pool, packet);
    sim_wheel_cancel(&node->wake);
    sim_wheel_cancel(&node->chore_link);
    node->engine = NULL;
    node->state = SIM_NODE_DOWN;
    node->down_ns = w->now_ns;
    memset(&node->meter, 0, sizeof(node->meter));
    if (node->young_until_ns > w->now_ns + LAST_ANSWERS_NS)
        node->young_until_ns = w->now_ns + LAST_ANSWERS_NS;
    w->up_count--;
    sim_lives_end(&w->lives, node->number, w->now_ns);
    note_zone(node, -1);
}

void sim_node_leave(struct sim_node *node)
{
    if (sl_engine_leave(node->engine, sim_node_now_ns(node)) == 0)
        sim_node_step(node, NULL);
}

/* Those that know already have nothing to learn. */
static void note_knowing(const struct sim_world *w, uint64_t id, struct sim_news *news)
{
    for (uint32_t i = 0; i < w->scenario->node_count; i++) {
        uint64_t word = 0;
        if (w->nodes[i].state == SIM_NODE_DOWN)
            continue;
        const struct sl_view *view = sl_engine_view(w->nodes[i].engine);
        uint32_t slot = sl_view_find(view, id, &word);
        if (slot != SL_SLOT_NONE && sl_word_status(word) == SL_LEFT &&
            sl_view_is_removed(view, slot))
            sim_watch_blind(news, i);
    }
}

void sim_node_remove(struct sim_node *node, uint32_t number)
{
    struct sim_world *w = node->world;
    struct sim_node *member = &w->nodes[number];
    uint64_t id = w->directory.entries[number].id;
    char name[SL_NAME_BYTES_MAX + 1];
    int name_bytes = snprintf(name, sizeof(name), "n%u", number + 1);
    uint64_t held = sl_view_word(sl_engine_view(node->engine), id);
    if (held == 0 || sl_word_is_live(held))
        return;
    struct sim_news news = {
        .at_ns = sim_world_ns(w),
        .word = sl_word_with_status(held, SL_LEFT),
        .node = number,
        .earlier = member->removal,
    };
    note_knowing(w, id, &news);
    /* Noted first, because its own event comes before the call returns. */
    member->removal = sim_watch_news(&w->watch, SIM_NEWS_REMOVAL, &news);
    (void)sl_engine_remove(node->engine, sim_node_now_ns(node), name, (uint32_t)name_bytes);
    sim_node_step(node, NULL);
}
