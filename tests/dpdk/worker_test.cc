/* SPDX-License-Identifier: BSD-3-Clause */
/* What a worker does with what comes, piece by piece. */
#include "tests/dpdk/worker_fixture.h"

#include <rte_icmp.h>
#include <rte_ip.h>

#if defined(__has_feature) /* clang's word for what gcc defines */
#if __has_feature(address_sanitizer) && !defined(__SANITIZE_ADDRESS__)
#define __SANITIZE_ADDRESS__
#endif
#endif

#ifndef __SANITIZE_ADDRESS__ /* which has an allocator of its own */
#define COUNTS_ALLOCATIONS

static __thread uint64_t allocations;

/* glibc's own, behind the names that the whole process calls. */
extern "C" {
void *__libc_malloc(size_t bytes);
void *__libc_calloc(size_t count, size_t bytes);
void *__libc_realloc(void *memory, size_t bytes);

void *malloc(size_t bytes)
{
    allocations++;
    return __libc_malloc(bytes);
}

void *calloc(size_t count, size_t bytes)
{
    allocations++;
    return __libc_calloc(count, bytes);
}

void *realloc(void *memory, size_t bytes)
{
    allocations++;
    return __libc_realloc(memory, bytes);
}
}
#endif

namespace
{
using namespace worker_test;

TEST_F(Worker, APingIsAnsweredInTheMbufThatBroughtIt)
{
    rte_mbuf *m = ping();
    send(m);
    EXPECT_EQ(poll(), 1u);
    ASSERT_EQ(take(), m);
    sl_net_rx rx = {};
    ASSERT_EQ(sl_net_classify(&peer, m, &rx), SL_NET_GOSSIP) << sl_drop_name(rx.drop);
    sl_header header;
    ASSERT_EQ(sl_header_read(rx.payload, rx.payload_bytes, &header), SL_WIRE_OK);
    EXPECT_EQ(header.type, SL_FRAME_ACK);
    EXPECT_EQ(header.probe, 77u);
    EXPECT_EQ(header.sender_id, node.id());
    EXPECT_EQ(worker->counters.pings_answered, 1u);
    rte_pktmbuf_free(m);
}

TEST_F(Worker, ABurstIsAnsweredWholeAndInOrder)
{
    std::vector<rte_mbuf *> sent;
    for (int i = 0; i < SL_BURST; i++) {
        sent.push_back(ping());
        send(sent.back());
    }
    EXPECT_EQ(poll(), (unsigned)SL_BURST);
    for (rte_mbuf *m : sent) {
        ASSERT_EQ(take(), m);
        rte_pktmbuf_free(m);
    }
}

#ifdef COUNTS_ALLOCATIONS
TEST_F(Worker, NothingIsAllocatedOnThePacketPath)
{
    uint8_t claim[SL_RECORD_ALIVE_BYTES_MAX];
    sl_identity identity = {};
    identity.name = "c";
    identity.name_bytes = 1;
    identity.v4 = sl_endpoint_v4(peer.v4.address, 7947);
    uint64_t before = allocations;
    void *volatile memory = malloc(1); /* volatile: the compiler may leave out a pair */
    free(memory);
    ASSERT_GT(allocations, before) << "the hooks are in place";
    for (uint64_t round = 0; round < 8; round++) {
        for (uint64_t i = 0; i < SL_BURST; i++) {
            rte_mbuf *m = i % 4 == 3 ? frame(SL_FRAME_GOSSIP) : ping();
            uint32_t bytes = sl_record_write_alive(claim, sizeof(claim), 100 + i,
                                                   sl_word(1 + round, 0, SL_ALIVE), &identity);
            if (i % 2 == 1)
                memcpy(rte_pktmbuf_append(m, (uint16_t)bytes), claim, bytes);
            send(m);
        }
        before = allocations;
        EXPECT_EQ(poll(), (unsigned)SL_BURST);
        turn();
        EXPECT_EQ(allocations, before);
        free_taken();
    }
    EXPECT_GT(worker->counters.pings_answered, 0u);
    EXPECT_GT(worker->counters.records_novel, 0u);
}
#endif

TEST_F(Worker, WhatItDropsIsCountedAndFreed)
{
    rte_mbuf *m = ping();
    rte_pktmbuf_mtod(m, uint8_t *)[0] = 9; /* another wire version */
    send(m);
    EXPECT_EQ(poll(), 1u);
    EXPECT_EQ(take(), nullptr);
    EXPECT_EQ(dropped(SL_DROP_FRAME_VERSION), 1u);
    EXPECT_EQ(rte_mempool_in_use_count(pool.get()), 0u);
}

/* The ring holds 256 and nobody takes from it; a burst waits behind. */
constexpr unsigned TX_ROOM = 256, TX_HELD = TX_ROOM + SL_BURST;

TEST_F(Worker, AFullTxQueueIsCountedAndNeverWaitedFor)
{
    for (int i = 0; i < 10; i++)
        poll_pings();
    EXPECT_EQ(dropped(SL_DROP_TX_FULL), 10u * SL_BURST - TX_HELD);
    EXPECT_EQ(rte_mempool_in_use_count(pool.get()), TX_HELD);
    free_taken();
}

TEST_F(Worker, WhatAFullTxQueueRefusedGoesOutOnceThereIsRoom)
{
    for (unsigned i = 0; i < TX_HELD / SL_BURST; i++)
        poll_pings();
    EXPECT_EQ(free_taken(), TX_ROOM);
    poll();
    EXPECT_EQ(free_taken(), (unsigned)SL_BURST);
    EXPECT_EQ(dropped(SL_DROP_TX_FULL), 0u);
}

TEST_F(Worker, BehindAFullTxQueueTheEngineWritesNothing)
{
    for (unsigned i = 0; i < TX_HELD / SL_BURST; i++)
        poll_pings();
    uint64_t sent = node.runtime.host.sent;
    sl_endpoint seed = sl_endpoint_v4(peer.v4.address, 7947);
    ASSERT_EQ(sl_engine_join(node.runtime.loop.engine, now, &seed, 1), 0);
    for (int i = 0; i < 100; i++, now += 50 * MS)
        turn();
    EXPECT_EQ(node.runtime.host.sent, sent);
    EXPECT_GT(dropped(SL_DROP_TX_FULL), 0u);
    free_taken();
    for (int i = 0; i < 100; i++, now += 50 * MS)
        turn();
    EXPECT_GT(node.runtime.host.sent, sent);
    free_taken();
}

TEST_F(Worker, AnEmptyPoolIsCountedAndTheEngineGoesOn)
{
    std::vector<rte_mbuf *> all;
    while (rte_mbuf *m = rte_pktmbuf_alloc(pool.get()))
        all.push_back(m);
    sl_endpoint seed = sl_endpoint_v4(peer.v4.address, 7947);
    ASSERT_EQ(sl_engine_join(node.runtime.loop.engine, now, &seed, 1), 0);
    for (int i = 0; i < 100; i++, now += 50 * MS)
        turn();
    EXPECT_GT(dropped(SL_DROP_MBUF_EMPTY), 0u);
    rte_pktmbuf_free_bulk(all.data(), (unsigned)all.size());
    for (int i = 0; i < 100; i++, now += 50 * MS)
        turn();
    rte_mbuf *m = take();
    EXPECT_NE(m, nullptr) << "with buffers back it asks for its neighbour";
    rte_pktmbuf_free(m);
    free_taken();
}

TEST_F(Worker, AnEchoRequestIsAnsweredByWhoReceivesIt)
{
    rte_mbuf *m = rte_pktmbuf_alloc(pool.get());
    send(m); /* an empty datagram, made into an echo request below */
    rte_mbuf *same = nullptr;
    ASSERT_EQ(rte_eth_rx_burst(ports.port[0].ethdev_id, 0, &same, 1), 1);
    auto *ip = rte_pktmbuf_mtod_offset(m, rte_ipv4_hdr *, RTE_ETHER_HDR_LEN);
    auto *icmp = (rte_icmp_hdr *)(ip + 1);
    memset(icmp, 0, 8);
    icmp->icmp_type = RTE_IP_ICMP_ECHO_REQUEST;
    icmp->icmp_cksum = (uint16_t)~rte_raw_cksum(icmp, 8);
    ip->next_proto_id = IPPROTO_ICMP;
    ip->hdr_checksum = 0;
    ip->hdr_checksum = rte_ipv4_cksum(ip);
    put(m);
    EXPECT_EQ(poll(), 1u);
    ASSERT_EQ(take(), m);
    EXPECT_EQ(icmp->icmp_type, RTE_IP_ICMP_ECHO_REPLY);
    rte_pktmbuf_free(m);
}

TEST_F(Worker, RecordsReachTheEngineThroughTheRings)
{
    rte_mbuf *m = frame(SL_FRAME_GOSSIP);
    sl_identity identity = {};
    identity.name = "stranger";
    identity.name_bytes = 8;
    identity.v4 = sl_endpoint_v4(peer.v4.address, 7947);
    sl_cluster cluster = sl_cluster_from_name("test");
    uint64_t id = sl_member_id(&cluster, "stranger", 8);
    uint32_t bytes = sl_record_alive_bytes(&identity);
    sl_record_write_alive((uint8_t *)rte_pktmbuf_append(m, (uint16_t)bytes), bytes, id,
                          sl_word(1000, 0, SL_ALIVE), &identity);
    send(m);
    EXPECT_EQ(poll(), 1u);
    const sl_view *view = sl_engine_view(node.runtime.loop.engine);
    EXPECT_EQ(sl_view_word(view, id), 0u) << "a worker decides nothing";
    turn();
    EXPECT_NE(sl_view_word(view, id), 0u);
    EXPECT_EQ(worker->counters.records_novel, 1u);
    free_taken();
}

TEST_F(Worker, AFloodForTheEngineIsDroppedAtTheRingAndCounted)
{
    sl_probe_body body = {PEER, node.id(), sl_word(1000, 0, SL_ALIVE)};
    for (int i = 0; i < 2000; i++) {
        send(frame(SL_FRAME_ACK, &body));
        EXPECT_EQ(poll(), 1u);
    }
    EXPECT_GT(dropped(SL_DROP_ENGINE_RING_FULL), 0u);
    EXPECT_EQ(rte_mempool_in_use_count(pool.get()), 0u);
    for (int i = 0; i < 100; i++)
        turn();
    uint64_t lost = dropped(SL_DROP_ENGINE_RING_FULL);
    send(frame(SL_FRAME_ACK, &body));
    poll();
    EXPECT_EQ(dropped(SL_DROP_ENGINE_RING_FULL), lost) << "the engine has drained the rings";
    free_taken();
}

TEST_F(Worker, AnswersLostOnTheWayToTheEngineMakeItDoubtItself)
{
    const struct sl_engine_stats *stats = sl_engine_stats(node.runtime.loop.engine);
    turn();
    now += 10 * MS;
    turn();
    uint64_t before = stats->stalls;
    sl_count(&worker->counters.drops[SL_DROP_ENGINE_RING_FULL], 1);
    now += 10 * MS;
    turn();
    EXPECT_EQ(stats->stalls, before + 1);
    EXPECT_GT(stats->health, 0u);
    free_taken();
}

TEST_F(Worker, APortThatMissesMuchMakesTheEngineDoubtItselfAndOneThatMissesLittleDoesNot)
{
    const struct sl_engine_stats *stats = sl_engine_stats(node.runtime.loop.engine);
    turn();
    now += 10 * MS;
    turn();
    uint64_t before = stats->stalls;
    poll_pings();
    node.runtime.port.missed_earlier += SL_BURST / 8;
    now += 10 * MS;
    turn();
    EXPECT_EQ(stats->stalls, before) << "less than one in eight";
    poll_pings();
    node.runtime.port.missed_earlier += SL_BURST / 4;
    now += 10 * MS;
    turn();
    EXPECT_EQ(stats->stalls, before + 1);
    now += 10 * MS;
    turn();
    EXPECT_EQ(stats->stalls, before + 1) << "it misses no more";
    free_taken();
}

TEST_F(Worker, ALinkThatGoesDownMakesTheEngineDoubtItselfUntilItIsUpAgain)
{
    const struct sl_engine_stats *stats = sl_engine_stats(node.runtime.loop.engine);
    turn();
    now += 10 * MS;
    turn();
    uint64_t before = stats->stalls;
    ASSERT_EQ(rte_eth_dev_set_link_down(ports.port[0].ethdev_id), 0);
    for (int i = 0; i < 3; i++) {
        now += 10 * MS;
        turn();
    }
    EXPECT_EQ(stats->stalls, before + 3);
    ASSERT_EQ(rte_eth_dev_set_link_up(ports.port[0].ethdev_id), 0);
    now += 10 * MS;
    turn();
    EXPECT_EQ(stats->stalls, before + 3);
    free_taken();
}
} // namespace
