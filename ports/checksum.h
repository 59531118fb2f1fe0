/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * Internet checksums (RFC 1071) of what we receive and send without the device's help. Words of any
 * width, in memory's byte order, sum up to the same sixteen bits once folded (RFC 1071, 2): here
 * they have 32 bits, in DPDK's functions 16. A datagram is sound when the sum over it, checksum
 * included, is all ones.
 */
#include <netinet/in.h>
#include <rte_byteorder.h>
#include <rte_ip.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "lib/frame.h"

typedef uint64_t sl_sum_lanes __attribute__((vector_size(16)));

/* Sums of each lane's words as they are, whose carries are lost, and of their upper halves: the
 * lower halves' sum is the difference. */
struct sl_sum_pair {
    sl_sum_lanes whole, upper;
};

static inline void sl_sum_lanes_add(struct sl_sum_pair *pair, sl_sum_lanes words)
{
    pair->whole += words;
    pair->upper += words >> 32;
}

static inline uint64_t sl_sum_of_pair(const struct sl_sum_pair *pair)
{
    sl_sum_lanes both = pair->whole - (pair->upper << 32) + pair->upper;
    return both[0] + both[1];
}

static inline sl_sum_lanes sl_sum_load(const void *at)
{
    sl_sum_lanes words;
    memcpy(&words, at, sizeof(words));
    return words;
}

/* Summed up at once. Lengths differ from packet to packet: a jump by each bit of the rest would be
 * mispredicted half the time. */
#define SL_SUM_CHUNK_BYTES 64

/* From byte n on: all but the last n of a chunk masked out. */
extern const uint8_t SL_SUM_MASKS[2 * SL_SUM_CHUNK_BYTES];

/* The last `rest` bytes before `end`, read with what is before them. Behind an odd number of bytes
 * high and low bytes have changed places: times 256 changes them back (RFC 1071, 2 (B)). */
static inline uint64_t sl_sum_rest(const uint8_t *end, uint32_t rest)
{
    struct sl_sum_pair pair = {{0, 0}, {0, 0}};
    const uint8_t *at = end - SL_SUM_CHUNK_BYTES, *mask = SL_SUM_MASKS + rest;
    for (uint32_t i = 0; i < SL_SUM_CHUNK_BYTES; i += sizeof(sl_sum_lanes))
        sl_sum_lanes_add(&pair, sl_sum_load(at + i) & sl_sum_load(mask + i));
    return sl_sum_of_pair(&pair) << 8 * (rest & 1);
}

/* The words of less than a chunk; zero pads the last. */
static inline uint64_t sl_sum_short(const uint8_t *at, uint32_t bytes)
{
    uint64_t sum = 0;
    uint32_t four;
    uint16_t two;
    for (; bytes >= sizeof(four); at += sizeof(four), bytes -= (uint32_t)sizeof(four)) {
        memcpy(&four, at, sizeof(four));
        sum += four;
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
    const uint8_t *at = (const uint8_t *)from;
    const uint8_t *end = at + bytes;
    if (bytes < SL_SUM_CHUNK_BYTES)
        return sl_sum_short(at, bytes);
    struct sl_sum_pair pair = {{0, 0}, {0, 0}};
    for (uint32_t i = bytes / SL_SUM_CHUNK_BYTES; i > 0; i--, at += SL_SUM_CHUNK_BYTES) {
        sl_sum_lanes_add(&pair, sl_sum_load(at));
        sl_sum_lanes_add(&pair, sl_sum_load(at + 16));
        sl_sum_lanes_add(&pair, sl_sum_load(at + 32));
        sl_sum_lanes_add(&pair, sl_sum_load(at + 48));
    }
    return sl_sum_of_pair(&pair) + sl_sum_rest(end, bytes % SL_SUM_CHUNK_BYTES);
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

/* The same of what was just written, by words of eight bytes from the first on. Two sums, for each
 * addition waits for the one before it. */
static inline uint64_t sl_sum_fresh(const void *from, uint32_t bytes)
{
    if (bytes > SL_SUM_FRESH_BYTES)
        return sl_sum(from, bytes);
    const uint8_t *at = (const uint8_t *)from;
    uint64_t even = 0, odd = 0;
    for (; bytes >= 16; at += 16, bytes -= 16) {
        even = sl_sum_add(even, sl_sum_word(at));
        odd = sl_sum_add(odd, sl_sum_word(at + 8));
    }
    if (bytes >= 8) {
        odd = sl_sum_add(odd, sl_sum_word(at));
        at += 8;
        bytes -= 8;
    }
    uint64_t sum = sl_sum_add(even, odd);
    return (sum & UINT32_MAX) + (sum >> 32) + sl_sum_short(at, bytes);
}

/* Most datagrams are probes and ACKs without records. That length is a case of its own, for with a
 * known length no loop and no rest is left. */
#define SL_SUM_USUAL_BYTES (8 + SL_HEADER_BYTES + SL_PROBE_BODY_BYTES)

static inline uint64_t sl_sum_datagram(const void *udp, uint32_t bytes)
{
    if (bytes != SL_SUM_USUAL_BYTES)
        return sl_sum(udp, bytes);
    struct sl_sum_pair pair = {{0, 0}, {0, 0}};
    const uint8_t *at = (const uint8_t *)udp;
    for (uint32_t i = 0; i < SL_SUM_USUAL_BYTES / 16; i++, at += 16)
        sl_sum_lanes_add(&pair, sl_sum_load(at));
    return sl_sum_of_pair(&pair) + sl_sum_short(at, SL_SUM_USUAL_BYTES % 16);
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

/* All ones once folded, which a multiple of 2^16 - 1 is. Times the inverse of that, modulo 2^64,
 * its multiples become the least numbers (Granlund, Montgomery 1994, 9). Only zeroes sum up to 0:
 * no header, no echo request.
 */
static inline bool sl_sum_is_ones(uint64_t sum)
{
    return sum * 0xfffefffefffeffffull <= UINT64_MAX / 0xffff;
}

static inline bool sl_sum_v4_header_is_sound(const struct rte_ipv4_hdr *ip)
{
    return sl_sum_is_ones(sl_sum_fresh(ip, sizeof(*ip)));
}

static inline bool sl_sum_is_sound(const void *from, uint32_t bytes)
{
    return sl_sum_is_ones(sl_sum(from, bytes));
}

static inline bool sl_sum_v4_is_sound(const struct rte_ipv4_hdr *ip, const void *upper,
                                      uint32_t bytes)
{
    return sl_sum_is_ones(sl_sum_datagram(upper, bytes) + sl_sum_pseudo_v4(ip, bytes));
}

static inline bool sl_sum_v6_is_sound(const struct rte_ipv6_hdr *ip, const void *upper,
                                      uint32_t bytes)
{
    return sl_sum_is_ones(sl_sum_datagram(upper, bytes) + sl_sum_pseudo_v6(ip, bytes));
}

/* What goes into a UDP header whose checksum was zero while it was summed up: zero would mean
   "none" (RFC 768). */
static inline uint16_t sl_sum_to_udp(uint64_t sum)
{
    uint16_t checksum = (uint16_t)~sl_sum_fold(sum);
    return checksum == 0 ? 0xffff : checksum;
}
