/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* Sums over what is above IP, on DPDK's stable functions (its *_verify() are experimental). A
   datagram is sound when the sum over it, checksum included, is all ones (RFC 1071). */
#include <rte_ip.h>
#include <stdbool.h>
#include <stdint.h>

#define SL_SUM_SOUND 0xffff

static inline bool sl_sum_is_sound(const void *from, uint32_t bytes)
{
    return rte_raw_cksum(from, bytes) == SL_SUM_SOUND;
}

static inline uint16_t sl_sum_fold(uint32_t sum)
{
    return (uint16_t)((sum >> 16) + (sum & 0xffff));
}

/* UDP, TCP and ICMPv6 cover a pseudo header too. The IP header must be whole and without options.
 */
static inline bool sl_sum_v4_is_sound(const struct rte_ipv4_hdr *ip, const void *upper,
                                      uint32_t bytes)
{
    return sl_sum_fold((uint32_t)rte_raw_cksum(upper, bytes) + rte_ipv4_phdr_cksum(ip, 0)) ==
           SL_SUM_SOUND;
}

static inline bool sl_sum_v6_is_sound(const struct rte_ipv6_hdr *ip, const void *upper,
                                      uint32_t bytes)
{
    return sl_sum_fold((uint32_t)rte_raw_cksum(upper, bytes) + rte_ipv6_phdr_cksum(ip, 0)) ==
           SL_SUM_SOUND;
}
