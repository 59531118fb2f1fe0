/* SPDX-License-Identifier: BSD-3-Clause */
#include "ports/spread.h"

#include <rte_ethdev.h>
#include <rte_thash.h>
#include <string.h>

#define SPREADS (RTE_ETH_RSS_NONFRAG_IPV4_UDP | RTE_ETH_RSS_NONFRAG_IPV6_UDP)

#define KEY_BYTES_MAX 64
#define V4_WORDS      3 /* source, destination, ports */
#define V6_WORDS      9

static bool read_key(struct sl_spread *s, uint16_t ethdev_id, const struct rte_eth_dev_info *info)
{
    uint8_t key[KEY_BYTES_MAX];
    struct rte_eth_rss_conf conf = {.rss_key = key, .rss_key_len = sizeof(key)};
    memset(key, 0, sizeof(key));
    uint8_t bytes = info->hash_key_size != 0 ? info->hash_key_size : sizeof(s->key);
    if (bytes < sizeof(s->key) || bytes > sizeof(key) ||
        rte_eth_dev_rss_hash_conf_get(ethdev_id, &conf) != 0 || (conf.rss_hf & SPREADS) != SPREADS)
        return false;
    rte_convert_rss_key((const uint32_t *)key, s->key, sizeof(s->key));
    return s->key[0] != 0;
}

static bool read_table(struct sl_spread *s, uint16_t ethdev_id, uint16_t size)
{
    struct rte_eth_rss_reta_entry64 groups[SL_SPREAD_TABLE_MAX / RTE_ETH_RETA_GROUP_SIZE];
    if (size < RTE_ETH_RETA_GROUP_SIZE || size > SL_SPREAD_TABLE_MAX || !rte_is_power_of_2(size))
        return false;
    for (unsigned g = 0; g < RTE_DIM(groups); g++)
        groups[g].mask = UINT64_MAX;
    if (rte_eth_dev_rss_reta_query(ethdev_id, groups, size) != 0)
        return false;
    for (unsigned i = 0; i < size; i++)
        s->queue_of[i] =
            (uint8_t)groups[i / RTE_ETH_RETA_GROUP_SIZE].reta[i % RTE_ETH_RETA_GROUP_SIZE];
    s->table_mask = (uint16_t)(size - 1);
    return true;
}

static void compute_changes(struct sl_spread *s)
{
    for (uint16_t i = 0; i < s->ports; i++) {
        uint32_t tuple[V6_WORDS] = {0};
        uint32_t turned = (uint32_t)s->first_port ^ (uint32_t)(s->first_port + i);
        tuple[V4_WORDS - 1] = turned;
        s->change_v4[i] = rte_softrss_be(tuple, V4_WORDS, (const uint8_t *)s->key);
        tuple[V4_WORDS - 1] = 0;
        tuple[V6_WORDS - 1] = turned;
        s->change_v6[i] = rte_softrss_be(tuple, V6_WORDS, (const uint8_t *)s->key);
    }
}

void sl_spread_read(struct sl_spread *s, uint16_t ethdev_id, uint16_t queues, uint16_t first_port)
{
    struct rte_eth_dev_info info;
    memset(s, 0, sizeof(*s));
    if (queues < 2 || rte_eth_dev_info_get(ethdev_id, &info) != 0 ||
        !read_key(s, ethdev_id, &info) || !read_table(s, ethdev_id, info.reta_size))
        return;
    s->first_port = first_port;
    s->ports = (uint16_t)RTE_MIN(SL_SPREAD_PORTS_PER_QUEUE * (uint32_t)queues,
                                 UINT16_MAX + 1u - first_port);
    compute_changes(s);
    s->known = true;
}

/* The answer's: from `to`, to `local` and the first port. */
static uint32_t hash_of_answer(const struct sl_spread *s, const uint8_t *local,
                               const struct sl_endpoint *to, bool is_v4)
{
    uint32_t tuple[V6_WORDS], words = 0;
    const uint8_t *from = is_v4 ? to->ip + sizeof(SL_V4_PREFIX) : to->ip;
    uint32_t address_bytes = is_v4 ? 4 : 16;
    for (uint32_t at = 0; at < address_bytes; at += 4)
        tuple[words++] = sl_be32_load(from + at);
    for (uint32_t at = 0; at < address_bytes; at += 4)
        tuple[words++] = sl_be32_load(local + at);
    tuple[words++] = (uint32_t)to->port << 16 | s->first_port;
    return rte_softrss_be(tuple, words, (const uint8_t *)s->key);
}

uint16_t sl_spread_port(const struct sl_spread *s, const uint8_t *local,
                        const struct sl_endpoint *to, uint16_t queue)
{
    bool is_v4 = sl_endpoint_is_v4(to);
    const uint32_t *changes = is_v4 ? s->change_v4 : s->change_v6;
    uint32_t hash = hash_of_answer(s, local, to, is_v4);
    for (uint16_t i = 0; i < s->ports; i++)
        if (s->queue_of[(hash ^ changes[i]) & s->table_mask] == queue)
            return (uint16_t)(s->first_port + i);
    return (uint16_t)(s->first_port + queue);
}
