/* SPDX-License-Identifier: BSD-3-Clause */
#include "bench/sim/directory.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

_Static_assert(SIM_NODES_MAX < 1 << 16, "two bytes of an address say which node");

struct sl_endpoint sim_endpoint_of(uint32_t node, uint8_t moves)
{
    uint32_t host = node + 1;
    const uint8_t v4[4] = {10, moves, (uint8_t)(host >> 8), (uint8_t)host};
    return sl_endpoint_v4(v4, SL_UDP_PORT);
}

uint32_t sim_node_at(const struct sl_endpoint *endpoint, uint8_t *moves)
{
    const uint8_t *ip = endpoint->ip + 12;
    uint32_t host = (uint32_t)ip[2] << 8 | ip[3];
    *moves = ip[1];
    if (!sl_endpoint_is_v4(endpoint) || endpoint->port != SL_UDP_PORT || ip[0] != 10 || host == 0)
        return SIM_NODE_NONE;
    return host - 1;
}

static int compare_ids(const void *a, const void *b, void *entries)
{
    const struct sim_entry *all = entries;
    uint64_t x = all[*(const uint32_t *)a].id;
    uint64_t y = all[*(const uint32_t *)b].id;
    return x < y ? -1 : x > y;
}

static bool allocate(struct sim_directory *d)
{
    uint32_t cells = 16;
    while (cells < 2 * d->count)
        cells *= 2;
    d->index_mask = cells - 1;
    d->entries = calloc(d->count, sizeof(*d->entries));
    d->index = calloc(cells, sizeof(*d->index));
    d->by_id = calloc(d->count, sizeof(*d->by_id));
    d->colds = calloc(d->count, (SL_COLD_BYTES_MAX + 7) & ~7u);
    return d->entries != NULL && d->index != NULL && d->by_id != NULL && d->colds != NULL;
}

static void enter(struct sim_directory *d, uint32_t node, const char *zone, uint8_t **at)
{
    char name[SL_NAME_BYTES_MAX + 1];
    struct sim_entry *entry = &d->entries[node];
    struct sl_identity identity = {
        .v4 = sim_endpoint_of(node, 0),
        .name = name,
        .zone = zone,
        .name_bytes = (uint8_t)snprintf(name, sizeof(name), "n%u", node + 1),
        .zone_bytes = (uint8_t)strlen(zone),
    };
    entry->id = sl_member_id(&d->cluster, name, identity.name_bytes);
    entry->cold = (void *)*at;
    sl_cold_write(entry->cold, entry->id, &identity);
    *at += (sl_cold_bytes(&identity) + 7) & ~7u;
    uint32_t cell = (uint32_t)(entry->id >> 32) & d->index_mask;
    while (d->index[cell].node != 0)
        cell = (cell + 1) & d->index_mask;
    d->index[cell] = (struct sim_index_cell){entry->id, node + 1};
}

bool sim_directory_create(struct sim_directory *d, const struct sim_scenario *s)
{
    memset(d, 0, sizeof(*d));
    d->count = s->node_count;
    d->cluster = sl_cluster_from_name(s->options.config.cluster_name);
    if (!allocate(d))
        return false;
    uint8_t *at = d->colds;
    for (uint32_t z = 0; z < s->zone_count; z++) {
        const struct sim_zone *zone = &s->zones[z];
        for (uint32_t node = zone->first; node < zone->first + zone->count; node++) {
            enter(d, node, zone->name, &at);
            d->entries[node].zone = z;
            d->by_id[node] = node;
        }
    }
    qsort_r(d->by_id, d->count, sizeof(*d->by_id), compare_ids, d->entries);
    return true;
}

void sim_directory_destroy(struct sim_directory *d)
{
    free(d->entries);
    free(d->index);
    free(d->by_id);
    free(d->colds);
    memset(d, 0, sizeof(*d));
}

uint32_t sim_directory_find(const struct sim_directory *d, uint64_t id)
{
    uint32_t cell = (uint32_t)(id >> 32) & d->index_mask;
    while (d->index[cell].node != 0) {
        if (d->index[cell].id == id)
            return d->index[cell].node - 1;
        cell = (cell + 1) & d->index_mask;
    }
    return SIM_NODE_NONE;
}

const struct sl_cold *sim_directory_cold(void *directory, uint64_t id)
{
    const struct sim_directory *d = directory;
    uint32_t node = sim_directory_find(d, id);
    return node == SIM_NODE_NONE ? NULL : d->entries[node].cold;
}
