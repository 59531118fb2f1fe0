/* SPDX-License-Identifier: BSD-3-Clause */
#include "bench/sim/node.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#include "bench/sim/trace.h"
#include "bench/sim/world.h"
#include "lib/assert.h"
#include "lib/frame.h"

/* ---- lives ---- */

/* The true hash is that of the nodes that run. */
static void tell_truth(struct sim_node *node, uint64_t word)
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
    node->issued = sl_word_merge(node->issued, word);
}

static void *map(size_t bytes)
{
    void *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    return memory == MAP_FAILED ? NULL : memory;
}

static int create(struct sim_node *node, const struct sl_config *base, uint64_t wall_s)
{
    struct sim_world *w = node->world;
    struct sl_config config = *base;
    struct sl_host host = sim_node_host(node);
    node->memory = map(w->node_bytes);
    if (node->memory == NULL)
        return -ENOMEM;
    struct sl_arena arena = {node->memory, w->node_bytes, 0};
    node->lane = sl_arena_take(&arena, 1, sizeof(*node->lane));
    node->counters = sl_arena_take(&arena, 1, sizeof(*node->counters));
    snprintf(config.name, sizeof(config.name), "n%u", node->number + 1);
    strcpy(config.zone, w->scenario->zones[w->directory.entries[node->number].zone].name);
    config.v4 = sim_endpoint_of(node->number);
    node->engine = sl_engine_create(&arena, &config, &w->layout, &host, sl_prng_next(&w->prng),
                                    wall_s, w->now_ns);
    if (node->engine == NULL)
        return -ENOMEM;
    sl_lane_init(node->lane, 0, node->counters);
    node->state = SIM_NODE_UP;
    node->life++;
    node->born_ns = w->now_ns;
    node->grace_ns = config.join_grace_ns;
    node->has_left = false;
    node->excused_until_ns = 0;
    memset(&node->meter, 0, sizeof(node->meter));
    sim_list_init(&node->backlog);
    node->backlog_count = 0;
    w->up_count++;
    tell_truth(node, sl_engine_self_word(node->engine));
    return 0;
}

static uint32_t list_seeds(const struct sim_node *node, struct sl_endpoint *seeds, uint64_t *ids)
{
    const struct sim_pick *who = &node->world->scenario->seeds;
    uint32_t count = 0;
    for (uint32_t i = who->first; i <= who->last; i++) {
        seeds[count] = sim_endpoint_of(i);
        ids[count++] = node->world->directory.entries[i].id;
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
    int error = create(node, &w->scenario->options.config, (uint64_t)wall_s);
    if (error)
        return error;
    uint32_t count = list_seeds(node, seeds, ids);
    error = sl_engine_join(node->engine, w->now_ns, seeds, count);
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
        if (other < formed->first || other > formed->last)
            continue;
        struct sl_preload_member member = {d->entries[other].id, node->word, NULL};
        int error = sl_engine_preload(node->engine, &member, 1);
        if (error)
            return error;
    }
    return 0;
}

int sim_node_form(struct sim_node *node, const struct sim_node *like)
{
    struct sl_config config = node->world->scenario->options.config;
    struct sl_endpoint seeds[SL_SEEDS_MAX];
    uint64_t ids[SL_SEEDS_MAX];
    config.join_grace_ns = 0; /* its youth is over */
    int error = create(node, &config, SIM_WALL_S - 86400);
    if (error)
        return error;
    if (like != NULL)
        sl_engine_preload_like(node->engine, like->engine);
    else
        error = preload_all(node);
    sl_engine_preload_seeds(node->engine, seeds, ids, list_seeds(node, seeds, ids));
    return error;
}

/* What the engine counted goes into the run's figures before it is gone. */
static void absorb(struct sim_node *node)
{
    struct sim_world *w = node->world;
    const struct sl_engine_stats *stats = sl_engine_stats(node->engine);
    const struct sl_counters *counters = sl_engine_counters(node->engine);
    sim_world_count(w, SIM_METRIC_suspicions, stats->suspicions_raised);
    sim_world_count(w, SIM_METRIC_refutations, stats->refutations);
    sim_world_count(w, SIM_METRIC_probes, stats->probes);
    sim_world_count(w, SIM_METRIC_probes_failed, stats->probes_failed);
    sim_world_count(w, SIM_METRIC_syncs, stats->syncs_started);
    sim_world_count(w, SIM_METRIC_sync_bytes, counters->tx_bytes[SL_CLASS_BULK]);
    sim_world_count(w, SIM_METRIC_refused,
                    counters->drops[SL_DROP_RUMOURS_FULL] +
                        counters->drops[SL_DROP_SUSPICIONS_FULL]);
    w->node_ns += w->now_ns - node->born_ns;
}

void sim_node_stop(struct sim_node *node)
{
    struct sim_world *w = node->world;
    struct sim_link *link;
    if (node->state == SIM_NODE_DOWN)
        return;
    tell_truth(node, sl_word_with_status(node->word, SL_LEFT));
    node->issued = sl_word_merge(node->issued, sl_engine_self_word(node->engine));
    absorb(node);
    while ((link = sim_list_take(&node->backlog)) != NULL)
        sim_packet_give(&w->pool, (struct sim_packet *)(void *)link);
    sim_wheel_cancel(&node->wake);
    sim_wheel_cancel(&node->chore_link);
    munmap(node->memory, w->node_bytes);
    node->engine = NULL;
    node->state = SIM_NODE_DOWN;
    node->down_ns = w->now_ns;
    w->up_count--;
}

void sim_node_leave(struct sim_node *node)
{
    if (sl_engine_leave(node->engine, node->world->now_ns) == 0)
        sim_node_step(node, NULL);
}

/* ---- work ---- */

void sim_node_step(struct sim_node *node, const struct sl_input *input)
{
    struct sim_world *w = node->world;
    struct sl_step step = sl_engine_step(node->engine, w->now_ns, input);
    while (step.more)
        step = sl_engine_step(node->engine, w->now_ns, NULL);
    node->deadline_ns = step.next_deadline_ns;
    uint64_t tick = sim_tick_at(node->deadline_ns);
    if (!sim_link_is_set(&node->wake) || tick < node->wake.tick)
        sim_wheel_set(&w->wheel, &node->wake, tick);
    uint64_t word = sl_engine_self_word(node->engine);
    if (word != node->word)
        tell_truth(node, word);
    if (node->has_left)
        sim_node_stop(node);
}

static bool wait_in_ring(struct sim_node *node, struct sim_packet *packet)
{
    if (node->state != SIM_NODE_PAUSED || node->backlog_count == SIM_RX_RING)
        return false;
    sim_node_meter(node, packet->length_bytes); /* the wire has carried it */
    sim_list_append(&node->backlog, &packet->link);
    node->backlog_count++;
    return true;
}

/* The node's poll has found the packet. */
static void meet(struct sim_node *node, struct sim_packet *packet)
{
    struct sim_world *w = node->world;
    w->trace = sim_trace_mix(w->trace, w->now_ns ^ (uint64_t)node->number << 40);
    w->trace = sim_trace_bytes(w->trace, packet->bytes, packet->length_bytes);
    sim_world_count(w, SIM_METRIC_events, 1);
    struct sl_frame_io io = {
        .bytes = packet->bytes,
        .length_bytes = packet->length_bytes,
        .room_bytes = w->scenario->options.config.frame_bytes,
        .from = sim_endpoint_of(packet->from),
    };
    enum sl_verdict verdict =
        sl_fast_frame(sl_engine_fast(node->engine), node->lane, w->now_ns, &io, w->input);
    bool answered = verdict == SL_VERDICT_ANSWER || verdict == SL_VERDICT_RELAY;
    sl_engine_note_traffic(node->engine, w->now_ns,
                           packet->length_bytes + (answered ? io.length_bytes : 0));
    if (verdict == SL_VERDICT_ANSWER && io.bytes[SL_HEADER_TYPE_AT] == SL_FRAME_SYNC)
        sim_world_count(w, SIM_METRIC_sync_bytes, io.length_bytes);
    if (verdict == SL_VERDICT_ANSWER)
        sim_world_send(w, node->number, &io.from, io.bytes, io.length_bytes);
    else if (verdict == SL_VERDICT_RELAY)
        sim_world_send(w, node->number, &io.to, io.bytes, io.length_bytes);
    if (io.to_engine)
        sim_node_step(node, w->input);
}

void sim_node_pause(struct sim_node *node)
{
    node->state = SIM_NODE_PAUSED;
    node->paused_ns = node->world->now_ns;
    sim_wheel_cancel(&node->wake);
}

void sim_node_resume(struct sim_node *node)
{
    struct sim_world *w = node->world;
    const struct sl_config *c = &w->scenario->options.config;
    struct sim_link *link;
    node->state = SIM_NODE_UP;
    if (w->now_ns - node->paused_ns > c->max_pause_ns)
        node->excused_until_ns = w->now_ns + 2 * c->suspicion_max_ns + c->spread_ns;
    while (node->state == SIM_NODE_UP && (link = sim_list_take(&node->backlog)) != NULL) {
        node->backlog_count--;
        meet(node, (struct sim_packet *)(void *)link);
        sim_packet_give(&w->pool, (struct sim_packet *)(void *)link);
    }
    if (node->state == SIM_NODE_UP)
        sim_node_step(node, NULL);
}

void sim_node_receive(struct sim_node *node, struct sim_packet *packet)
{
    struct sim_world *w = node->world;
    if (wait_in_ring(node, packet))
        return;
    if (node->state == SIM_NODE_UP) {
        sim_node_meter(node, packet->length_bytes);
        meet(node, packet);
    } else {
        sim_world_count(w, SIM_METRIC_frames_lost, 1);
    }
    sim_packet_give(&w->pool, packet);
}

static uint64_t cap_of(const struct sim_node *node)
{
    const struct sim_scenario *s = node->world->scenario;
    const struct sl_config *c = &s->options.config;
    if (node->number >= s->seeds.first && node->number <= s->seeds.last)
        return SIM_SEED_CAP_BYTES;
    bool young = node->world->now_ns - node->born_ns < node->grace_ns;
    return young ? c->byte_cap_joining : c->byte_cap;
}

void sim_node_meter(struct sim_node *node, uint32_t bytes)
{
    struct sim_world *w = node->world;
    uint64_t *most = &w->metrics.values[SIM_METRIC_bytes_per_node_1s];
    sl_meter_add(&node->meter, w->now_ns, bytes);
    w->bytes += bytes;
    w->packets++;
    uint64_t sum = sl_meter_sum(&node->meter, w->now_ns);
    if (sum > *most)
        *most = sum;
    sim_check_bytes(&w->invariants, sim_world_ns(w), node->number, sum, cap_of(node));
}

void sim_node_absorb(struct sim_node *node)
{
    if (node->state != SIM_NODE_DOWN)
        absorb(node);
}
