/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* Nodes that the network treats alike are one place: a zone at first, parts of it once a fault
   concerns some of its nodes only. So a packet costs the same with faults of any nodes as without:
   two small loads say which way it goes. */
#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define SIM_PLACES_MAX 1024

/* From one place to another, or within one. */
struct sim_way {
    uint64_t delay_ns, jitter_ns; /* jitter: added, uniform in 0..jitter */
    uint64_t burst_ns;            /* length of a burst */
    uint64_t healed_ns;           /* end of its last cut; 0: there was none */
    uint32_t loss, burst;         /* in millionths: of packets, of the time */
    uint32_t mtu_bytes;           /* longer ones are lost; 0: none is */
    bool cut;
};

struct sim_places {
    uint16_t *of_node;
    struct sim_way *ways; /* from * room + to */
    uint32_t *zones;      /* by place */
    uint32_t count, room, node_count;
};

/* One place per zone. false: no memory */
bool sim_places_create(struct sim_places *places, const uint32_t *zone_of_node, uint32_t node_count,
                       uint32_t zone_count);
void sim_places_destroy(struct sim_places *places);

/* From now on no place holds nodes of this set (one byte per node, not 0) and others. Ends the
   program past SIM_PLACES_MAX places that differ, or if out of memory. */
void sim_places_split(struct sim_places *places, const uint8_t *set);
/* Places of one zone between which no way differs become one again. */
void sim_places_join(struct sim_places *places);

static inline struct sim_way *sim_places_way(const struct sim_places *p, uint32_t from, uint32_t to)
{
    return &p->ways[from * p->room + to];
}

static inline struct sim_way *sim_places_between(const struct sim_places *p, uint32_t from_node,
                                                 uint32_t to_node)
{
    return sim_places_way(p, p->of_node[from_node], p->of_node[to_node]);
}

#ifdef __cplusplus
}
#endif
