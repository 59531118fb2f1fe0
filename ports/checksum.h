/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * Internet checksums (RFC 1071) of what we receive and send without the device's help. Words of any
 * width, in memory's byte order, sum up to the same sixteen bits once folded (RFC 1071, 2): by 32
 * bits it takes two thirds of the time of DPDK's functions, which go by 16. A datagram is sound
 * when the sum over it, checksum included, is all ones.
 */
#include <netinet/in.h>
#include <rte_byteorder.h>
#include <rte_ip.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#define SL_SUM_SOUND 0xffff

typedef uint64_t sl_sum_lanes __attribute__((vector_size(16)));

/* The words of the last, less than 16, bytes; zero pads them. */
static inline uint64_t sl_sum_tail(const uint8_t *at, uint32_t bytes)
{
    uint64_t sum = 0, eight;
    uint32_t four;
    uint16_t two;
    if (bytes & 8) {
        memcpy(&eight, at, sizeof(eight));
        sum = (eight & UINT32_MAX) + (eight >> 32);
        at += sizeof(eight);
    }
    if (bytes & 4) {
        memcpy(&four, at, sizeof(four));
        sum += four;
        at += sizeof(four);
    }
    if (bytes & 2) {
        memcpy(&two, at, sizeof(two));
        sum += two;
        at += sizeof(two);
    }
    return bytes & 1 ? sum + rte_le_to_cpu_16(*at) : sum;
}

/* Not folded yet, so that more can be added. */
static inline uint64_t sl_sum(const void *from, uint32_t bytes)
{
    const sl_sum_lanes low = {UINT32_MAX, UINT32_MAX};
    const uint8_t *at = (const uint8_t *)from;
    const uint8_t *end = at + (bytes & ~15u);
    sl_sum_lanes even = {0, 0}, odd = {0, 0};
    for (; at < end; at += sizeof(sl_sum_lanes)) {
        sl_sum_lanes words;
        memcpy(&words, at, sizeof(words));
        even += words & low;
        odd += words >> 32;
    }
    even += odd;
    return even[0] + even[1] + sl_sum_tail(at, bytes);
}

static inline uint16_t sl_sum_fold(uint64_t sum)
{
    sum = (sum & UINT32_MAX) + (sum >> 32);
    sum = (sum & 0xffff) + (sum >> 16 & 0xffff) + (sum >> 32);
    sum = (sum & 0xffff) + (sum >> 16);
    return (uint16_t)((sum & 0xffff) + (sum >> 16));
}

/* UDP and ICMPv6 cover a pseudo header too. The IP header must be whole and without options. */
static inline uint64_t sl_sum_v4(const struct rte_ipv4_hdr *ip, const void *upper, uint32_t bytes)
{
    return sl_sum(upper, bytes) + ip->src_addr + ip->dst_addr + rte_cpu_to_be_16((uint16_t)bytes) +
           rte_cpu_to_be_16(ip->next_proto_id);
}

static inline uint64_t sl_sum_v6(const struct rte_ipv6_hdr *ip, const void *upper, uint32_t bytes)
{
    return sl_sum(upper, bytes) + sl_sum(ip->src_addr, sizeof(ip->src_addr)) +
           sl_sum(ip->dst_addr, sizeof(ip->dst_addr)) + rte_cpu_to_be_16((uint16_t)bytes) +
           rte_cpu_to_be_16(ip->proto);
}

static inline bool sl_sum_is_sound(const void *from, uint32_t bytes)
{
    return sl_sum_fold(sl_sum(from, bytes)) == SL_SUM_SOUND;
}

static inline bool sl_sum_v4_is_sound(const struct rte_ipv4_hdr *ip, const void *upper,
                                      uint32_t bytes)
{
    return sl_sum_fold(sl_sum_v4(ip, upper, bytes)) == SL_SUM_SOUND;
}

static inline bool sl_sum_v6_is_sound(const struct rte_ipv6_hdr *ip, const void *upper,
                                      uint32_t bytes)
{
    return sl_sum_fold(sl_sum_v6(ip, upper, bytes)) == SL_SUM_SOUND;
}

/* What goes into a UDP header whose checksum was zero while it was summed up: zero would mean
   "none" (RFC 768). */
static inline uint16_t sl_sum_to_udp(uint64_t sum)
{
    uint16_t checksum = (uint16_t)~sl_sum_fold(sum);
    return checksum == 0 ? 0xffff : checksum;
}
