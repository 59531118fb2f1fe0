/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * Next hop -> MAC, read by any thread while one thread writes. Internal to the neighbour layer.
 *
 * Buckets of eight slots, two to a cache line; a full bucket makes room by forgetting its
 * longest unused entry, so nothing moves and a slot's number is an entry's name for its life.
 */
#include <rte_ether.h>
#include <stdbool.h>
#include <stdint.h>

#include "ports/neighbour.h"

#ifdef __cplusplus
extern "C" {
#endif

#define SL_NEIGHBOUR_WAYS  8
#define SL_NEIGHBOUR_SLOTS (2 * SL_NEIGHBOURS_MAX) /* half full at most: few buckets overflow */
#define SL_NEIGHBOUR_NONE  UINT32_MAX

struct sl_neighbour_slot {
    uint64_t ip[2]; /* the owner writes, with `mac` invalid */
    uint64_t mac;   /* VALID | replacements of this slot (15 bits) | MAC (48 bits); owner writes */
    uint32_t used;  /* any thread sets, at most once between two looks of the owner, who clears */
    uint32_t pad;
};

struct sl_neighbour_table {
    struct sl_neighbour_slot *slot;
    uint32_t seed;
};

/* Any thread. */
bool sl_neighbour_table_find(const struct sl_neighbour_table *t, const uint8_t ip[16],
                             struct rte_ether_addr *mac);

/* Owner. The first slot of the address's bucket. */
uint32_t sl_neighbour_table_bucket(const struct sl_neighbour_table *t, const uint8_t ip[16]);

/* Owner. The slot that holds `ip`, valid or not, or SL_NEIGHBOUR_NONE. */
uint32_t sl_neighbour_table_lookup(const struct sl_neighbour_table *t, const uint8_t ip[16]);

/* Owner. Gives the slot to another address, without a MAC yet; all zero frees it. */
void sl_neighbour_table_assign(struct sl_neighbour_table *t, uint32_t slot, const uint8_t ip[16]);

/* Owner. */
void sl_neighbour_table_set_mac(struct sl_neighbour_table *t, uint32_t slot,
                                const struct rte_ether_addr *mac);
bool sl_neighbour_table_mac(const struct sl_neighbour_table *t, uint32_t slot,
                            struct rte_ether_addr *mac);
void sl_neighbour_table_ip(const struct sl_neighbour_table *t, uint32_t slot, uint8_t ip[16]);

/* Owner. Was it used since the last call? */
bool sl_neighbour_table_take_used(struct sl_neighbour_table *t, uint32_t slot);

#ifdef __cplusplus
}
#endif
