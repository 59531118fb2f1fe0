/* SPDX-License-Identifier: BSD-3-Clause */
#include "bench/sim/world.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "bench/sim/ahead.h"
#include "bench/sim/trace.h"
#include "lib/input.h"

static int form(struct sim_world *w)
{
    const struct sim_pick *formed = &w->scenario->formed;
    const struct sim_node *like = NULL;
    for (uint32_t i = 0; i < w->scenario->node_count; i++) {
        if (!sim_pick_has(formed, i))
            continue;
        int error = sim_node_form(&w->nodes[i], like);
        if (error)
            return error;
        like = like == NULL ? &w->nodes[i] : like;
    }
    for (uint32_t i = 0; i < w->scenario->node_count; i++) {
        if (sim_pick_has(formed, i))
            sim_node_step(&w->nodes[i], NULL);
    }
    return 0;
}

static int create_nodes(struct sim_world *w)
{
    const struct sim_scenario *s = w->scenario;
    w->nodes = aligned_alloc(SL_CACHE_LINE, s->node_count * sizeof(*w->nodes));
    if (w->nodes == NULL)
        return -ENOMEM;
    memset(w->nodes, 0, s->node_count * sizeof(*w->nodes));
    for (uint32_t i = 0; i < s->node_count; i++) {
        struct sim_node *node = &w->nodes[i];
        node->world = w;
        node->number = i;
        node->tags = "";
        node->crash = node->update = node->removal = SIM_NEWS_NONE;
        node->wake = (struct sim_link){.kind = SIM_LINK_WAKE, .owner = i};
        node->ring = SIM_RING_MAX;
        node->chore_link = (struct sim_link){.kind = SIM_LINK_CHORE, .owner = i};
    }
    for (uint32_t i = 0; i < s->node_count; i++)
        w->nodes[i].is_seed = sim_pick_has(&s->seeds, i);
    return s->is_formed ? form(w) : 0;
}

int sim_world_create(struct sim_world *w, const struct sim_scenario *s, uint64_t seed)
{
    memset(w, 0, sizeof(*w));
    w->scenario = s;
    w->seed = seed;
    w->prng.state = seed;
    w->start_ns = w->now_ns = sim_tick_ns(SIM_START_TICK);
    const struct sl_config *config = &s->options.config;
    sim_packet_pool_create(&w->pool, config->frame_bytes);
    w->lent = malloc(config->frame_bytes);
    w->input = malloc(sl_input_bytes(config->frame_bytes));
    w->action_due_ns = calloc(SIM_ACTIONS_MAX, sizeof(*w->action_due_ns));
    if (sim_network_create(&w->network, s, sl_prng_next(&w->prng)) != 0 || w->lent == NULL ||
        w->input == NULL || w->action_due_ns == NULL ||
        !sim_wheel_create(&w->wheel, SIM_START_TICK) || !sim_directory_create(&w->directory, s) ||
        !sim_lives_create(&w->lives, s->node_count))
        return -ENOMEM;
    struct sl_arena arrays = sl_arena_dry();
    struct sl_engine_layout layout = sim_node_layout(w, &arrays);
    size_t own_bytes = sl_engine_arena_bytes(config, &layout) + sizeof(struct sl_lane) +
                       sizeof(struct sl_counters) + 2 * SL_CACHE_LINE;
    if (!sim_memory_create(&w->memory, s->node_count, own_bytes, arrays.used_bytes))
        return -ENOMEM;
    int error = create_nodes(w);
    if (error)
        return error;
    sim_lies_create(w);
    sim_timeline_start(w);
    sim_sampler_create(w);
    sim_tallies_create(w);
    return 0;
}

void sim_world_destroy(struct sim_world *w)
{
    if (w->nodes != NULL) {
        for (uint32_t i = 0; i < w->scenario->node_count; i++)
            sim_node_stop(&w->nodes[i]);
    }
    for (uint32_t i = 0; i < SIM_WATCHED_MAX; i++)
        free(w->watched_words[i]);
    sim_watch_destroy(&w->watch);
    sim_lives_destroy(&w->lives);
    sim_directory_destroy(&w->directory);
    sim_wheel_destroy(&w->wheel);
    sim_packet_pool_destroy(&w->pool);
    sim_replay_destroy(&w->replay);
    sim_network_destroy(&w->network);
    sim_memory_destroy(&w->memory);
    free(w->nodes);
    free(w->lent);
    free(w->input);
    free(w->action_due_ns);
    free(w->turns);
    for (uint32_t i = 0; i < SIM_NAMES_MAX; i++)
        free(w->named[i]);
    sim_tallies_destroy(w);
}

static void do_chore(struct sim_node *node)
{
    enum sim_chore chore = node->chore;
    node->chore = SIM_CHORE_NONE;
    sim_watch_act(&node->world->watch, sim_world_ns(node->world));
    if (chore == SIM_CHORE_RESUME && node->state == SIM_NODE_PAUSED)
        sim_node_resume(node);
    if (chore == SIM_CHORE_START && node->state == SIM_NODE_DOWN)
        (void)sim_node_start(node); /* without memory it stays down, which nodes_up shows */
}

static void happen(struct sim_world *w, struct sim_link *link)
{
    struct sim_node *node = &w->nodes[link->owner];
    if (link->kind == SIM_LINK_PACKET)
        sim_node_receive(node, (struct sim_packet *)(void *)link);
    else if (link->kind == SIM_LINK_WAKE)
        sim_node_wake(node);
    else
        do_chore(node);
}

/* On the way for so long. */
static void deliver(struct sim_world *w, uint32_t from, uint32_t to, const uint8_t *bytes,
                    uint32_t length_bytes, uint64_t delay_ns)
{
    struct sim_packet *packet = sim_packet_take(&w->pool);
    packet->from = from;
    packet->length_bytes = length_bytes;
    packet->link = (struct sim_link){.kind = SIM_LINK_PACKET, .owner = to};
    memcpy(packet->bytes, bytes, length_bytes);
    sim_wheel_set(&w->wheel, &packet->link, sim_tick_at(w->now_ns + delay_ns));
}

/* How far away strangers are. */
#define SIM_STRANGE_NS 1000000u

uint32_t sim_world_at(const struct sim_world *w, const struct sl_endpoint *endpoint)
{
    uint8_t moves;
    uint32_t node = sim_node_at(endpoint, &moves);
    return node < w->scenario->node_count && w->nodes[node].moves == moves ? node : SIM_NODE_NONE;
}

struct sl_endpoint sim_world_endpoint(const struct sim_world *w, uint32_t node)
{
    return sim_endpoint_of(node, node < w->scenario->node_count ? w->nodes[node].moves : 0);
}

static bool is_clogged(const struct sim_world *w, uint32_t node)
{
    const struct sim_node *n = &w->nodes[node];
    return w->now_ns >= n->clog_from_ns && w->now_ns < n->clog_until_ns;
}

static struct sim_fate decide(struct sim_world *w, uint32_t from, uint32_t to,
                              uint32_t length_bytes)
{
    struct sim_fate lost = {.copies = 0};
    struct sim_passage passage = {.now_ns = w->now_ns, .from = from, .to = to};
    if (to >= w->scenario->node_count || is_clogged(w, from) || is_clogged(w, to))
        return lost;
    passage.length_bytes = length_bytes;
    return sim_network_decide(&w->network, &passage);
}

void sim_world_send(struct sim_world *w, uint32_t from, const struct sl_endpoint *endpoint,
                    const uint8_t *bytes, uint32_t length_bytes)
{
    uint32_t to = sim_world_at(w, endpoint);
    sim_node_meter(&w->nodes[from], length_bytes, false);
    sim_world_count(w, SIM_METRIC_frames_sent, 1);
    struct sim_fate fate = decide(w, from, to, length_bytes);
    if (fate.copies == 0)
        sim_world_count(w, SIM_METRIC_frames_lost, 1);
    for (uint32_t i = 0; i < fate.copies; i++)
        deliver(w, from, to, bytes, length_bytes, fate.delay_ns[i]);
    if (!fate.comes_again)
        return;
    struct sim_old old = {w->now_ns + fate.again_ns, from, to, length_bytes};
    sim_replay_add(&w->replay, &old, bytes);
}

void sim_world_send_strange(struct sim_world *w, uint32_t to, const uint8_t *bytes,
                            uint32_t length_bytes)
{
    deliver(w, w->scenario->node_count, to, bytes, length_bytes, SIM_STRANGE_NS);
}

static void replay(struct sim_world *w)
{
    const struct sim_old *old;
    while ((old = sim_replay_due(&w->replay, w->now_ns)) != NULL) {
        sim_world_count(w, SIM_METRIC_replayed, 1);
        sim_world_count(w, SIM_METRIC_resurrection_chances, 1);
        deliver(w, old->from, old->to, old->bytes, old->length_bytes, 0);
        sim_replay_drop(&w->replay);
    }
}

void sim_world_run(struct sim_world *w, uint64_t until_ns)
{
    if (until_ns > w->scenario->run_ns)
        until_ns = w->scenario->run_ns;
    while (sim_world_ns(w) <= until_ns) {
        struct sim_link *link;
        if (sim_world_ns(w) >= w->next_action_ns)
            sim_timeline_run(w);
        if (w->now_ns >= w->lies.next_ns)
            sim_lies_run(w);
        replay(w);
        sim_look_ahead(w);
        while ((link = sim_wheel_take(&w->wheel)) != NULL)
            happen(w, link);
        if (sim_world_ns(w) >= w->next_sample_ns)
            sim_sampler_run(w);
        sim_wheel_advance(&w->wheel);
        w->now_ns = sim_tick_ns(w->wheel.tick);
    }
}
