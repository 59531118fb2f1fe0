/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* SipHash-2-4 (Aumasson, Bernstein 2012) and the two hashes that the cluster agrees on. */
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct sl_hash_key {
    uint64_t k0, k1;
};

/* What a cluster's name determines. Two clusters on one wire ignore each other by it. */
struct sl_cluster {
    struct sl_hash_key key; /* keys member ids and item hashes */
    uint32_t id;            /* on every frame; never 0 */
};

uint64_t sl_hash(const struct sl_hash_key *key, const void *bytes, size_t length_bytes);

struct sl_cluster sl_cluster_from_name(const char *name);

/* A member's id: keyed hash of its name; never 0. */
uint64_t sl_member_id(const struct sl_cluster *cluster, const char *name, size_t name_bytes);

/* A live member's share of the view hash. The view hash is the sum over live members, so it is kept
 * up in O(1). */
uint64_t sl_item_hash(const struct sl_cluster *cluster, uint64_t id, uint64_t incarnation);

/* By how much that share grows from one incarnation to another: both hashes begin alike. */
uint64_t sl_item_hash_change(const struct sl_cluster *cluster, uint64_t id, uint64_t before,
                             uint64_t after);

#ifdef __cplusplus
}
#endif
