/* SPDX-License-Identifier: BSD-3-Clause */
#include "lib/hash.h"

#include <endian.h>
#include <string.h>

struct sip_state {
    uint64_t v0, v1, v2, v3;
};

static inline uint64_t rotate_left(uint64_t x, int bits)
{
    return x << bits | x >> (64 - bits);
}

static inline void sip_round(struct sip_state *s)
{
    s->v0 += s->v1;
    s->v2 += s->v3;
    s->v1 = rotate_left(s->v1, 13) ^ s->v0;
    s->v3 = rotate_left(s->v3, 16) ^ s->v2;
    s->v0 = rotate_left(s->v0, 32);
    s->v2 += s->v1;
    s->v0 += s->v3;
    s->v1 = rotate_left(s->v1, 17) ^ s->v2;
    s->v3 = rotate_left(s->v3, 21) ^ s->v0;
    s->v2 = rotate_left(s->v2, 32);
}

static inline void sip_absorb(struct sip_state *s, uint64_t block)
{
    s->v3 ^= block;
    sip_round(s);
    sip_round(s);
    s->v0 ^= block;
}

static inline struct sip_state sip_begin(const struct sl_hash_key *key)
{
    /* The paper's constants: "somepseudorandomlygeneratedbytes". */
    return (struct sip_state){key->k0 ^ 0x736f6d6570736575ull, key->k1 ^ 0x646f72616e646f6dull,
                              key->k0 ^ 0x6c7967656e657261ull, key->k1 ^ 0x7465646279746573ull};
}

static inline uint64_t sip_end(struct sip_state s, uint64_t last_block)
{
    sip_absorb(&s, last_block);
    s.v2 ^= 0xff;
    for (int i = 0; i < 4; i++)
        sip_round(&s);
    return s.v0 ^ s.v1 ^ s.v2 ^ s.v3;
}

static uint64_t block_load(const uint8_t *at)
{
    uint64_t block;
    memcpy(&block, at, sizeof(block));
    return le64toh(block);
}

uint64_t sl_hash(const struct sl_hash_key *key, const void *bytes, size_t length_bytes)
{
    struct sip_state s = sip_begin(key);
    const uint8_t *at = bytes;
    size_t left = length_bytes;
    for (; left >= 8; left -= 8, at += 8)
        sip_absorb(&s, block_load(at));
    uint64_t last = (uint64_t)length_bytes << 56;
    if (left > 0 && length_bytes >= 8) {
        last |= block_load(at + left - 8) >> (64 - 8 * left); /* with bytes already absorbed */
    } else {
        for (size_t i = 0; i < left; i++)
            last |= (uint64_t)at[i] << (8 * i);
    }
    return sip_end(s, last);
}

/* label: 16 characters, read as SipHash reads a key. */
static uint64_t labelled_hash(const char *label, const char *text)
{
    struct sl_hash_key key;
    memcpy(&key.k0, label, 8);
    memcpy(&key.k1, label + 8, 8);
    key.k0 = le64toh(key.k0);
    key.k1 = le64toh(key.k1);
    return sl_hash(&key, text, strlen(text));
}

struct sl_cluster sl_cluster_from_name(const char *name)
{
    struct sl_cluster cluster;
    cluster.key.k0 = labelled_hash("starling wire k0", name);
    cluster.key.k1 = labelled_hash("starling wire k1", name);
    cluster.id = (uint32_t)labelled_hash("starling wire id", name);
    if (cluster.id == 0)
        cluster.id = 1;
    return cluster;
}

uint64_t sl_member_id(const struct sl_cluster *cluster, const char *name, size_t name_bytes)
{
    uint64_t id = sl_hash(&cluster->key, name, name_bytes);
    return id == 0 ? 1 : id;
}

/* An item is 16 bytes, id and incarnation in network byte order: two blocks, and the one that ends
 * with the length. */
#define ITEM_END (16ull << 56)

static inline struct sip_state item_begin(const struct sl_cluster *cluster, uint64_t id)
{
    struct sip_state s = sip_begin(&cluster->key);
    sip_absorb(&s, __builtin_bswap64(id));
    return s;
}

static inline uint64_t item_end(struct sip_state s, uint64_t incarnation)
{
    sip_absorb(&s, __builtin_bswap64(incarnation));
    return sip_end(s, ITEM_END);
}

uint64_t sl_item_hash(const struct sl_cluster *cluster, uint64_t id, uint64_t incarnation)
{
    return item_end(item_begin(cluster, id), incarnation);
}

uint64_t sl_item_hash_change(const struct sl_cluster *cluster, uint64_t id, uint64_t before,
                             uint64_t after)
{
    const struct sip_state s = item_begin(cluster, id);
    return item_end(s, after) - item_end(s, before);
}
