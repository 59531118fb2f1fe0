/* SPDX-License-Identifier: BSD-3-Clause */
/* What a node's traffic and counters give to the run's figures. */
#include "bench/sim/node.h"
#include "bench/sim/world.h"

#define SECOND_NS 1000000000u

void sim_node_is_young_until(struct sim_node *node, uint64_t until_ns)
{
    if (node->young_until_ns < until_ns)
        node->young_until_ns = until_ns;
}

void sim_node_has_joined(struct sim_node *node)
{
    const struct sl_config *c = &node->world->scenario->options.config;
    node->joined_ns = node->world->now_ns;
    /* A second that began in its youth is judged as such. */
    node->young_until_ns = node->joined_ns + SECOND_NS;
    sim_node_is_young_until(node, node->born_ns + c->join_grace_ns + SECOND_NS);
}

static uint64_t cap_of(const struct sim_node *node)
{
    const struct sl_config *c = &node->world->scenario->options.config;
    if (node->is_seed)
        return SIM_SEED_CAP_BYTES;
    return node->world->now_ns < node->young_until_ns ? c->byte_cap_joining : c->byte_cap;
}

void sim_node_meter(struct sim_node *node, uint32_t bytes, bool is_refused)
{
    struct sim_world *w = node->world;
    uint64_t *most = &w->metrics.values[SIM_METRIC_bytes_per_node_1s];
    sl_meter_add(&node->meter, w->now_ns, bytes);
    if (is_refused)
        sl_meter_add(&node->refused, w->now_ns, bytes);
    w->bytes += bytes;
    w->packets++;
    uint64_t sum = sl_meter_sum(&node->meter, w->now_ns);
    if (sum > *most)
        *most = sum;
    sum -= sl_meter_sum(&node->refused, w->now_ns);
    sim_check_bytes(&w->invariants, sim_world_ns(w), node->number, sum, cap_of(node));
}

void sim_node_meter_down(struct sim_node *node, uint32_t bytes)
{
    struct sim_world *w = node->world;
    uint64_t *most = &w->metrics.values[SIM_METRIC_bytes_to_down_1s];
    sl_meter_add(&node->meter, w->now_ns, bytes);
    uint64_t sum = sl_meter_sum(&node->meter, w->now_ns);
    if (sum > *most)
        *most = sum;
    sim_check_bytes_down(&w->invariants, sim_world_ns(w), node->number, sum, cap_of(node));
}

void sim_node_absorb(struct sim_node *node)
{
    struct sim_world *w = node->world;
    if (node->state == SIM_NODE_DOWN)
        return;
    const struct sl_engine_stats *stats = sl_engine_stats(node->engine);
    const struct sl_counters *counters = sl_engine_counters(node->engine);
    sim_world_count(w, SIM_METRIC_suspicions, stats->suspicions_raised);
    sim_world_count(w, SIM_METRIC_refutations, stats->refutations);
    sim_world_count(w, SIM_METRIC_probes, stats->probes);
    sim_world_count(w, SIM_METRIC_probes_failed, stats->probes_failed);
    sim_world_count(w, SIM_METRIC_stalls, stats->stalls);
    sim_world_count(w, SIM_METRIC_rumours_sent, stats->rumours_sent);
    sim_world_count(w, SIM_METRIC_syncs, stats->syncs_started);
    sim_world_count(w, SIM_METRIC_syncs_failed, stats->syncs_failed);
    sim_world_count(w, SIM_METRIC_sync_learned, stats->sync_learned);
    sim_world_count(w, SIM_METRIC_sync_bytes, counters->tx_bytes[SL_CLASS_BULK]);
    sim_world_count(w, SIM_METRIC_refused,
                    counters->drops[SL_DROP_RUMOURS_FULL] +
                        counters->drops[SL_DROP_SUSPICIONS_FULL]);
    w->node_ns += w->now_ns - node->born_ns;
}
