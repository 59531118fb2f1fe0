/* SPDX-License-Identifier: BSD-3-Clause */
#include "ports/steer.h"

#include <rte_errno.h>
#include <rte_flow.h>

#include "lib/limits.h"
#include "ports/log.h"

#define RSS_WANTED (RTE_ETH_RSS_IP | RTE_ETH_RSS_UDP)

void sl_steer_configure(struct rte_eth_conf *conf, const struct rte_eth_dev_info *info,
                        uint16_t queues)
{
    uint64_t fields = info->flow_type_rss_offloads & RSS_WANTED;
    if (queues < 2 || fields == 0)
        return;
    conf->rxmode.mq_mode = RTE_ETH_MQ_RX_RSS;
    conf->rx_adv_conf.rss_conf.rss_hf = fields;
}

/* One family, one UDP port, all queues. Returns 0 or a negative errno with the driver's words. */
static int add_rule(uint16_t ethdev_id, enum rte_flow_item_type family, uint16_t udp_port,
                    uint16_t queues, struct rte_flow_error *error)
{
    uint16_t queue[SL_WORKERS_MAX];
    for (uint16_t i = 0; i < queues; i++)
        queue[i] = i;
    const struct rte_flow_attr attributes = {.ingress = 1};
    const struct rte_flow_item_udp port = {.hdr.dst_port = rte_cpu_to_be_16(udp_port)};
    const struct rte_flow_item_udp mask = {.hdr.dst_port = RTE_BE16(0xffff)};
    const struct rte_flow_item pattern[] = {
        {.type = RTE_FLOW_ITEM_TYPE_ETH},
        {.type = family},
        {.type = RTE_FLOW_ITEM_TYPE_UDP, .spec = &port, .mask = &mask},
        {.type = RTE_FLOW_ITEM_TYPE_END},
    };
    const struct rte_flow_action_queue one = {.index = 0};
    const struct rte_flow_action_rss spread = {
        .types = RSS_WANTED, .queue_num = queues, .queue = queue};
    const struct rte_flow_action actions[] = {
        {.type = queues > 1 ? RTE_FLOW_ACTION_TYPE_RSS : RTE_FLOW_ACTION_TYPE_QUEUE,
         .conf = queues > 1 ? (const void *)&spread : (const void *)&one},
        {.type = RTE_FLOW_ACTION_TYPE_END},
    };
    int failed = rte_flow_validate(ethdev_id, &attributes, pattern, actions, error);
    if (failed)
        return failed;
    return rte_flow_create(ethdev_id, &attributes, pattern, actions, error) ? 0 : -rte_errno;
}

bool sl_steer_start(uint16_t ethdev_id, const char *name, uint16_t first_port, uint16_t queues)
{
    static const enum rte_flow_item_type families[] = {RTE_FLOW_ITEM_TYPE_IPV4,
                                                       RTE_FLOW_ITEM_TYPE_IPV6};
    struct rte_flow_error error = {.message = NULL};
    for (uint16_t i = 0; i < queues; i++) {
        for (unsigned f = 0; f < RTE_DIM(families); f++) {
            int failed =
                add_rule(ethdev_id, families[f], (uint16_t)(first_port + i), queues, &error);
            if (failed == 0)
                continue;
            SL_LOG(SL_LOG_INFO, "port %s: the device does not steer by UDP port (%s); %s", name,
                   error.message ? error.message : rte_strerror(-failed),
                   queues > 1 ? "its hash alone spreads frames over the workers"
                              : "its one queue receives all frames");
            rte_flow_flush(ethdev_id, &error);
            return false;
        }
    }
    return true;
}
