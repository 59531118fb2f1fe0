/* SPDX-License-Identifier: BSD-3-Clause */
/* Clocks that go faster or slower than the world's. Whole numbers: the same with every compiler. */
#include "bench/sim/node.h"
#include "bench/sim/world.h"

#define PPM 1000000u

/* Times further away are none. */
#define FAR_NS (1ull << 60)

uint64_t sim_node_now_ns(const struct sim_node *node)
{
    uint64_t now_ns = node->world->now_ns;
    uint64_t rate = (uint64_t)((int64_t)PPM + node->drift_ppm),
             since_ns = now_ns - node->drift_from_ns;
    if (node->drift_at_ns == 0)
        return now_ns;
    return node->drift_at_ns + since_ns / PPM * rate + since_ns % PPM * rate / PPM;
}

uint64_t sim_node_world_ns(const struct sim_node *node, uint64_t own_ns)
{
    uint64_t rate = (uint64_t)((int64_t)PPM + node->drift_ppm),
             ahead_ns = own_ns - node->drift_at_ns;
    if (node->drift_at_ns == 0 || own_ns < node->drift_at_ns || ahead_ns > FAR_NS)
        return own_ns;
    return node->drift_from_ns + ahead_ns / rate * PPM + (ahead_ns % rate * PPM + rate - 1) / rate;
}

void sim_node_drift(struct sim_node *node, int32_t ppm)
{
    node->drift_at_ns = sim_node_now_ns(node);
    node->drift_from_ns = node->world->now_ns;
    node->drift_ppm = ppm;
    if (node->state == SIM_NODE_UP)
        sim_node_step(node, NULL); /* its deadline is another now */
}
