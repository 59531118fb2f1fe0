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

#include "lib/frame.h"

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

/* Not folded yet, so that more can be added. Of each lane's words the upper halves are summed up,
   and the words as they are, whose carries are lost: the lower halves' sum is the difference. */
static inline uint64_t sl_sum(const void *from, uint32_t bytes)
{
    const uint8_t *at = (const uint8_t *)from;
    const uint8_t *end = at + (bytes & ~15u);
    sl_sum_lanes whole = {0, 0}, upper = {0, 0};
    for (; at < end; at += sizeof(sl_sum_lanes)) {
        sl_sum_lanes words;
        memcpy(&words, at, sizeof(words));
        whole += words;
        upper += words >> 32;
    }
    sl_sum_lanes both = whole - (upper << 32) + upper;
    return both[0] + both[1] + sl_sum_tail(at, bytes);
}

static inline uint64_t sl_sum_word(const uint8_t *at)
{
    uint64_t word;
    memcpy(&word, at, sizeof(word));
    return word;
}

/* Up to here what is summed up may still be in the store buffer, where a load finds no more than
 * one store: a header and an answer without records. */
#define SL_SUM_FRESH_BYTES 128

/* A sum and one more word: the carry counts one, as in sums of sixteen bits. */
static inline uint64_t sl_sum_add(uint64_t sum, uint64_t word)
{
    uint64_t both;
    uint64_t carry = __builtin_add_overflow(sum, word, &both) ? 1 : 0;
    return both + carry;
}

/* The same of what was just written, by words of eight bytes from the first on. */
static inline uint64_t sl_sum_fresh(const void *from, uint32_t bytes)
{
    if (bytes > SL_SUM_FRESH_BYTES)
        return sl_sum(from, bytes);
    const uint8_t *at = (const uint8_t *)from;
    uint64_t sum = 0;
    for (; bytes >= 32; at += 32, bytes -= 32) {
        sum = sl_sum_add(sum, sl_sum_word(at));
        sum = sl_sum_add(sum, sl_sum_word(at + 8));
        sum = sl_sum_add(sum, sl_sum_word(at + 16));
        sum = sl_sum_add(sum, sl_sum_word(at + 24));
    }
    for (; bytes >= 8; at += 8, bytes -= 8)
        sum = sl_sum_add(sum, sl_sum_word(at));
    return (sum & UINT32_MAX) + (sum >> 32) + sl_sum_tail(at, bytes);
}

/* Most datagrams are probes and ACKs without records. That length is a case of its own, for with a
 * known length no loop and no rest is left. */
#define SL_SUM_USUAL_BYTES (8 + SL_HEADER_BYTES + SL_PROBE_BODY_BYTES)

static inline uint64_t sl_sum_datagram(const void *udp, uint32_t bytes)
{
    return bytes == SL_SUM_USUAL_BYTES ? sl_sum(udp, SL_SUM_USUAL_BYTES) : sl_sum(udp, bytes);
}

static inline uint64_t sl_sum_fresh_datagram(const void *udp, uint32_t bytes)
{
    return bytes == SL_SUM_USUAL_BYTES ? sl_sum_fresh(udp, SL_SUM_USUAL_BYTES)
                                       : sl_sum_fresh(udp, bytes);
}

/* Each half of a word plus the other, and the carry that the lower addition sends up. */
static inline uint16_t sl_sum_fold(uint64_t sum)
{
    sum += sum << 32 | sum >> 32;
    uint32_t half = (uint32_t)(sum >> 32);
    half += half << 16 | half >> 16;
    return (uint16_t)(half >> 16);
}

/* UDP and ICMPv6 cover a pseudo header too: what it adds to a sum over so many bytes. The IP header
   must be whole and without options. */
static inline uint64_t sl_sum_pseudo_v4(const struct rte_ipv4_hdr *ip, uint32_t bytes)
{
    return (uint64_t)ip->src_addr + ip->dst_addr + rte_cpu_to_be_16((uint16_t)bytes) +
           rte_cpu_to_be_16(ip->next_proto_id);
}

static inline uint64_t sl_sum_pseudo_v6(const struct rte_ipv6_hdr *ip, uint32_t bytes)
{
    return sl_sum(ip->src_addr, sizeof(ip->src_addr)) + sl_sum(ip->dst_addr, sizeof(ip->dst_addr)) +
           rte_cpu_to_be_16((uint16_t)bytes) + rte_cpu_to_be_16(ip->proto);
}

static inline bool sl_sum_v4_header_is_sound(const struct rte_ipv4_hdr *ip)
{
    return sl_sum_fold(sl_sum_fresh(ip, sizeof(*ip))) == SL_SUM_SOUND;
}

static inline bool sl_sum_is_sound(const void *from, uint32_t bytes)
{
    return sl_sum_fold(sl_sum(from, bytes)) == SL_SUM_SOUND;
}

static inline bool sl_sum_v4_is_sound(const struct rte_ipv4_hdr *ip, const void *upper,
                                      uint32_t bytes)
{
    return sl_sum_fold(sl_sum_datagram(upper, bytes) + sl_sum_pseudo_v4(ip, bytes)) == SL_SUM_SOUND;
}

static inline bool sl_sum_v6_is_sound(const struct rte_ipv6_hdr *ip, const void *upper,
                                      uint32_t bytes)
{
    return sl_sum_fold(sl_sum_datagram(upper, bytes) + sl_sum_pseudo_v6(ip, bytes)) == SL_SUM_SOUND;
}

/* What goes into a UDP header whose checksum was zero while it was summed up: zero would mean
   "none" (RFC 768). */
static inline uint16_t sl_sum_to_udp(uint64_t sum)
{
    uint16_t checksum = (uint16_t)~sl_sum_fold(sum);
    return checksum == 0 ? 0xffff : checksum;
}
