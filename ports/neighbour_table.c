/* SPDX-License-Identifier: BSD-3-Clause */
#include "ports/neighbour_table.h"

#include <rte_jhash.h>
#include <string.h>

#include "ports/mac.h"

#define VALID             (1ull << 63)
#define MAC_BITS          48
#define MAC_MASK          ((1ull << MAC_BITS) - 1)
#define REPLACEMENT       (1ull << MAC_BITS)
#define REPLACEMENTS_MASK (VALID - REPLACEMENT)

uint32_t sl_neighbour_table_bucket(const struct sl_neighbour_table *t, const uint8_t ip[16])
{
    return rte_jhash(ip, 16, t->seed) & (SL_NEIGHBOUR_SLOTS - SL_NEIGHBOUR_WAYS);
}

bool sl_neighbour_table_find(const struct sl_neighbour_table *t, const uint8_t ip[16],
                             struct rte_ether_addr *mac)
{
    uint64_t wanted[2];
    memcpy(wanted, ip, sizeof(wanted));
    struct sl_neighbour_slot *s = &t->slot[sl_neighbour_table_bucket(t, ip)];
    for (unsigned i = 0; i < SL_NEIGHBOUR_WAYS; i++, s++) {
        /* The MAC word before and after: equal means that the address between belongs to it, for
           the owner withdraws the word first and never returns to one (it counts replacements). */
        uint64_t before = __atomic_load_n(&s->mac, __ATOMIC_ACQUIRE);
        uint64_t low = __atomic_load_n(&s->ip[0], __ATOMIC_ACQUIRE);
        uint64_t high = __atomic_load_n(&s->ip[1], __ATOMIC_ACQUIRE);
        if (low != wanted[0] || high != wanted[1])
            continue;
        if (!(before & VALID) || __atomic_load_n(&s->mac, __ATOMIC_RELAXED) != before)
            return false;
        sl_mac_unpack(before & MAC_MASK, mac);
        if (__atomic_load_n(&s->used, __ATOMIC_RELAXED) == 0)
            __atomic_store_n(&s->used, 1, __ATOMIC_RELAXED);
        return true;
    }
    return false;
}

uint32_t sl_neighbour_table_lookup(const struct sl_neighbour_table *t, const uint8_t ip[16])
{
    uint32_t first = sl_neighbour_table_bucket(t, ip);
    for (uint32_t i = first; i < first + SL_NEIGHBOUR_WAYS; i++) {
        if (memcmp(t->slot[i].ip, ip, 16) == 0)
            return i;
    }
    return SL_NEIGHBOUR_NONE;
}

void sl_neighbour_table_assign(struct sl_neighbour_table *t, uint32_t slot, const uint8_t ip[16])
{
    struct sl_neighbour_slot *s = &t->slot[slot];
    uint64_t halves[2];
    memcpy(halves, ip, sizeof(halves));
    uint64_t replacements = (s->mac + REPLACEMENT) & REPLACEMENTS_MASK;
    __atomic_store_n(&s->mac, replacements, __ATOMIC_RELAXED);
    __atomic_store_n(&s->ip[0], halves[0], __ATOMIC_RELEASE);
    __atomic_store_n(&s->ip[1], halves[1], __ATOMIC_RELEASE);
    __atomic_store_n(&s->used, 0, __ATOMIC_RELAXED);
}

void sl_neighbour_table_set_mac(struct sl_neighbour_table *t, uint32_t slot,
                                const struct rte_ether_addr *mac)
{
    struct sl_neighbour_slot *s = &t->slot[slot];
    uint64_t word = VALID | (s->mac & REPLACEMENTS_MASK) | sl_mac_pack(mac);
    __atomic_store_n(&s->mac, word, __ATOMIC_RELEASE);
}

bool sl_neighbour_table_mac(const struct sl_neighbour_table *t, uint32_t slot,
                            struct rte_ether_addr *mac)
{
    sl_mac_unpack(t->slot[slot].mac & MAC_MASK, mac);
    return (t->slot[slot].mac & VALID) != 0;
}

void sl_neighbour_table_ip(const struct sl_neighbour_table *t, uint32_t slot, uint8_t ip[16])
{
    memcpy(ip, t->slot[slot].ip, 16);
}

bool sl_neighbour_table_take_used(struct sl_neighbour_table *t, uint32_t slot)
{
    return __atomic_exchange_n(&t->slot[slot].used, 0, __ATOMIC_RELAXED) != 0;
}
