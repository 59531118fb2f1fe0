/* SPDX-License-Identifier: BSD-3-Clause */
#include "lib/hash.h"

#include <endian.h>
#include <string.h>

#include "lib/bytes.h"

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

uint64_t sl_hash(const struct sl_hash_key *key, const void *bytes, size_t length_bytes)
{
    /* The paper's constants: "somepseudorandomlygeneratedbytes". */
    struct sip_state s = {key->k0 ^ 0x736f6d6570736575ull, key->k1 ^ 0x646f72616e646f6dull,
                          key->k0 ^ 0x6c7967656e657261ull, key->k1 ^ 0x7465646279746573ull};
    const uint8_t *at = bytes;
    size_t whole_bytes = length_bytes & ~(size_t)7;
    uint64_t block;

    for (size_t i = 0; i < whole_bytes; i += 8) {
        memcpy(&block, at + i, sizeof(block));
        sip_absorb(&s, le64toh(block));
    }
    block = (uint64_t)length_bytes << 56;
    for (size_t i = whole_bytes; i < length_bytes; i++)
        block |= (uint64_t)at[i] << (8 * (i & 7));
    sip_absorb(&s, block);
    s.v2 ^= 0xff;
    for (int i = 0; i < 4; i++)
        sip_round(&s);
    return s.v0 ^ s.v1 ^ s.v2 ^ s.v3;
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

uint64_t sl_item_hash(const struct sl_cluster *cluster, uint64_t id, uint64_t incarnation)
{
    uint8_t item[16];
    sl_be64_store(item, id);
    sl_be64_store(item + 8, incarnation);
    return sl_hash(&cluster->key, item, sizeof(item));
}
