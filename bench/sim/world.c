/* SPDX-License-Identifier: BSD-3-Clause */
#include "bench/sim/world.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "bench/sim/trace.h"
#include "lib/input.h"

static int create_nodes(struct sim_world *w)
{
    const struct sim_scenario *s = w->scenario;
    w->nodes = calloc(s->node_count, sizeof(*w->nodes));
    if (w->nodes == NULL)
        return -ENOMEM;
    for (uint32_t i = 0; i < s->node_count; i++) {
        struct sim_node *node = &w->nodes[i];
        node->world = w;
        node->number = i;
        node->crash = UINT32_MAX;
        node->wake.kind = SIM_LINK_WAKE;
        node->chore_link.kind = SIM_LINK_CHORE;
    }
    for (uint32_t i = s->formed.first; s->is_formed && i <= s->formed.last; i++) {
        const struct sim_node *like = i > s->formed.first ? &w->nodes[s->formed.first] : NULL;
        int error = sim_node_form(&w->nodes[i], like);
        if (error)
            return error;
    }
    for (uint32_t i = s->formed.first; s->is_formed && i <= s->formed.last; i++)
        sim_node_step(&w->nodes[i], NULL);
    return 0;
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
    sim_network_create(&w->network, s, sl_prng_next(&w->prng));
    w->lent = malloc(config->frame_bytes);
    w->input = malloc(sl_input_bytes(config->frame_bytes));
    w->action_due_ns = calloc(SIM_LINES_MAX, sizeof(*w->action_due_ns));
    if (w->lent == NULL || w->input == NULL || w->action_due_ns == NULL ||
        !sim_wheel_create(&w->wheel, SIM_START_TICK) || !sim_directory_create(&w->directory, s))
        return -ENOMEM;
    w->layout = (struct sl_engine_layout){sim_directory_cold, &w->directory, false};
    w->node_bytes = sl_engine_arena_bytes(config, &w->layout) + sizeof(struct sl_lane) +
                    sizeof(struct sl_counters) + 2 * SL_CACHE_LINE;
    int error = create_nodes(w);
    if (error)
        return error;
    sim_timeline_start(w);
    sim_sampler_create(w);
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
    sim_directory_destroy(&w->directory);
    sim_wheel_destroy(&w->wheel);
    sim_packet_pool_destroy(&w->pool);
    free(w->nodes);
    free(w->lent);
    free(w->input);
    free(w->action_due_ns);
}

static void do_chore(struct sim_node *node)
{
    enum sim_chore chore = node->chore;
    node->chore = SIM_CHORE_NONE;
    node->world->watch.last_action_ns = sim_world_ns(node->world);
    if (chore == SIM_CHORE_RESUME && node->state == SIM_NODE_PAUSED)
        sim_node_resume(node);
    if (chore == SIM_CHORE_START && node->state == SIM_NODE_DOWN)
        (void)sim_node_start(node); /* without memory it stays down, which nodes_up shows */
}

static void wake(struct sim_node *node)
{
    struct sim_world *w = node->world;
    if (node->deadline_ns > w->now_ns) { /* moved away meanwhile */
        sim_wheel_set(&w->wheel, &node->wake, sim_tick_at(node->deadline_ns));
        return;
    }
    sim_world_count(w, SIM_METRIC_events, 1);
    sim_node_step(node, NULL);
}

static void happen(struct sim_world *w, struct sim_link *link)
{
    if (link->kind == SIM_LINK_PACKET) {
        struct sim_packet *packet = (struct sim_packet *)(void *)link;
        sim_node_receive(&w->nodes[packet->to], packet);
    } else if (link->kind == SIM_LINK_WAKE) {
        wake((struct sim_node *)(void *)((char *)link - offsetof(struct sim_node, wake)));
    } else {
        do_chore((struct sim_node *)(void *)((char *)link - offsetof(struct sim_node, chore_link)));
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
        while ((link = sim_wheel_take(&w->wheel)) != NULL)
            happen(w, link);
        if (sim_world_ns(w) >= w->next_sample_ns)
            sim_sampler_run(w);
        sim_wheel_advance(&w->wheel);
        w->now_ns = sim_tick_ns(w->wheel.tick);
    }
}

void sim_world_send(struct sim_world *w, uint32_t from, const struct sl_endpoint *endpoint,
                    const uint8_t *bytes, uint32_t length_bytes)
{
    uint32_t to = sim_node_at(endpoint);
    sim_node_meter(&w->nodes[from], length_bytes);
    sim_world_count(w, SIM_METRIC_frames_sent, 1);
    struct sim_fate fate = {.copies = 0};
    if (to < w->scenario->node_count)
        fate = sim_network_decide(&w->network, w->directory.entries[from].zone,
                                  w->directory.entries[to].zone);
    if (fate.copies == 0)
        sim_world_count(w, SIM_METRIC_frames_lost, 1);
    for (uint32_t i = 0; i < fate.copies; i++) {
        struct sim_packet *packet = sim_packet_take(&w->pool);
        packet->from = from;
        packet->to = to;
        packet->length_bytes = length_bytes;
        packet->link.kind = SIM_LINK_PACKET;
        memcpy(packet->bytes, bytes, length_bytes);
        sim_wheel_set(&w->wheel, &packet->link, sim_tick_at(w->now_ns + fate.delay_ns[i]));
    }
}

/* ---- events ---- */

/* Or was, and what it has killed is still being spread. */
static bool is_cut(const struct sim_world *w, uint32_t a, uint32_t b)
{
    uint32_t zone_a = w->directory.entries[a].zone, zone_b = w->directory.entries[b].zone;
    const struct sl_config *c = &w->scenario->options.config;
    uint64_t echo_ns = 2 * c->suspicion_max_ns + c->spread_ns;
    bool echo = w->healed_ns != 0 && zone_a != zone_b && w->now_ns - w->healed_ns < echo_ns;
    return echo || w->network.cut[zone_a][zone_b] || w->network.cut[zone_b][zone_a];
}

static bool is_excused(const struct sim_node *member)
{
    const struct sim_world *w = member->world;
    uint64_t tolerated = w->scenario->options.config.max_pause_ns;
    bool paused = member->state == SIM_NODE_PAUSED && w->now_ns - member->paused_ns > tolerated;
    return paused || w->now_ns < member->excused_until_ns;
}

static void saw_dead(struct sim_world *w, const struct sim_node *viewer,
                     const struct sim_node *member, const struct sl_event *event)
{
    sim_world_count(w, SIM_METRIC_dead_seen, 1);
    if (member->state == SIM_NODE_DOWN) {
        if (member->crash != UINT32_MAX)
            sim_watch_sight(&w->watch, member->crash, sim_world_ns(w), viewer->number);
        return;
    }
    if (sl_word_generation(event->word) < sl_word_generation(member->word))
        return; /* an earlier life */
    uint32_t accuser = sim_directory_find(&w->directory, event->accuser_id);
    if (accuser == SIM_NODE_NONE)
        accuser = viewer->number;
    if (is_cut(w, accuser, member->number) || is_cut(w, viewer->number, member->number)) {
        sim_world_count(w, SIM_METRIC_cut_dead, 1);
    } else if (!is_excused(member)) {
        sim_world_count(w, SIM_METRIC_false_dead, 1);
        bool own = event->accuser_id == w->directory.entries[viewer->number].id;
        sim_world_count(w, SIM_METRIC_false_declared, own);
    }
}

static void saw_change(struct sim_world *w, const struct sim_node *viewer,
                       const struct sim_node *member, const struct sl_event *event)
{
    const struct sl_config *c = &w->scenario->options.config;
    struct sim_change change = {
        .at_ns = sim_world_ns(w),
        .viewer = viewer->number,
        .member = member->number,
        .word = event->word,
        .previous = event->previous_word,
        .issued = member->issued,
        .gone_ns = member->state == SIM_NODE_DOWN ? w->now_ns - member->down_ns : 0,
        .grace_ns = 60000000000ull + 4 * c->suspicion_max_ns,
    };
    sim_check_change(&w->invariants, &change);
    if (event->type == SL_EVENT_MEMBER_DEAD)
        saw_dead(w, viewer, member, event);
}

void sim_world_event(struct sim_world *w, struct sim_node *viewer, const struct sl_event *event)
{
    w->trace = sim_trace_mix(w->trace, w->now_ns ^ (uint64_t)viewer->number << 40);
    w->trace = sim_trace_mix(w->trace, event->word ^ (uint64_t)event->type << 56);
    w->trace = sim_trace_mix(w->trace, event->id);
    uint32_t member = sim_directory_find(&w->directory, event->id);
    switch (event->type) {
    case SL_EVENT_MEMBER_ALIVE:
    case SL_EVENT_MEMBER_SUSPECT:
    case SL_EVENT_MEMBER_DEAD:
    case SL_EVENT_MEMBER_LEFT:
    case SL_EVENT_MEMBER_UPDATED:
        saw_change(w, viewer, &w->nodes[member], event);
        return;
    case SL_EVENT_SELF_JOINED:
        w->watch.starts[viewer->start].took_ns =
            sim_world_ns(w) - w->watch.starts[viewer->start].at_ns;
        return;
    case SL_EVENT_SELF_LEFT:
        viewer->has_left = true;
        return;
    default:
        return;
    }
}
