/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* Who could be in the cluster: names, addresses and the cold records that all views share. Nodes
   are numbers from 0; n1 is node 0. */
#include "bench/sim/scenario.h"
#include "lib/cold.h"
#include "lib/hash.h"

#ifdef __cplusplus
extern "C" {
#endif

struct sim_entry {
    uint64_t id;
    struct sl_cold *cold;
    uint32_t zone;
};

/* Of the index: an id and its node side by side, so that a look-up is one load. */
struct sim_index_cell {
    uint64_t id;
    uint32_t node; /* 1 + node; 0 = none */
};

struct sim_directory {
    struct sl_cluster cluster;
    struct sim_entry *entries;    /* by node */
    struct sim_index_cell *index; /* open addressing */
    uint32_t index_mask;
    uint32_t *by_id; /* nodes in the order of their ids */
    uint32_t count;
    void *colds;
};

#define SIM_NODE_NONE UINT32_MAX

/* false: no memory */
bool sim_directory_create(struct sim_directory *directory, const struct sim_scenario *scenario);
void sim_directory_destroy(struct sim_directory *directory);

uint32_t sim_directory_find(const struct sim_directory *directory, uint64_t id);
const struct sl_cold *sim_directory_cold(void *directory, uint64_t id); /* a sl_cold_find_fn */

/* Where a node is that has moved so often. */
struct sl_endpoint sim_endpoint_of(uint32_t node, uint8_t moves);
/* SIM_NODE_NONE if no node could be there; and how often it must have moved for that. */
uint32_t sim_node_at(const struct sl_endpoint *endpoint, uint8_t *moves);

#ifdef __cplusplus
}
#endif
