/* SPDX-License-Identifier: BSD-3-Clause */
#include "ports/neighbour.h"

#include <sched.h>
#include <thread>

#include "ports/nd.h"
#include "ports/neighbour_table.h"
#include "tests/dpdk/neighbour_fixture.h"

using namespace frames;

namespace
{
TEST_F(Neighbour, AsksByArpHoldsThePacketAndReleasesIt)
{
    EXPECT_TRUE(send(PEER_V4));
    EXPECT_EQ(take_sent(), Frames{question_v4(PEER_V4)});
    EXPECT_FALSE(known(PEER_V4));
    receive_arp(2, PEER_MAC, PEER_V4);
    EXPECT_EQ(take_sent(), Frames{datagram_to(PEER_V4, PEER_MAC)});
    EXPECT_TRUE(found(PEER_V4, PEER_MAC));
    EXPECT_TRUE(send(PEER_V4));
    EXPECT_EQ(take_sent(), Frames{datagram_to(PEER_V4, PEER_MAC)});
}

TEST_F(Neighbour, AsksByNeighbourDiscovery)
{
    EXPECT_TRUE(send(PEER_V6));
    EXPECT_EQ(take_sent(),
              Frames{question_v6(MY_V6, "ff02::1:ff00:2", {0x33, 0x33, 0xff, 0, 0, 2}, PEER_V6)});
    receive(advertisement(PEER_V6, 0x60, PEER_MAC));
    EXPECT_EQ(take_sent(), Frames{datagram_to(PEER_V6, PEER_MAC)});
    EXPECT_TRUE(found(PEER_V6, PEER_MAC));
}

TEST(LinkLocal, IsTheMacWithItsUniversalBitTurnedOverAndFffeInTheMiddle)
{
    const rte_ether_addr mac = {{0x34, 0x56, 0x78, 0x9a, 0xbc, 0xde}};
    uint8_t made[16];
    sl_nd_link_local(made, &mac);
    EXPECT_EQ(Bytes(made, made + 16), address("fe80::3656:78ff:fe9a:bcde"));
}

TEST_F(Neighbour, AsksForLinkLocalAddressesFromTheLinkLocalOne)
{
    EXPECT_TRUE(send(PEER_LINK_LOCAL));
    EXPECT_EQ(take_sent(), Frames{question_v6(MY_LINK_LOCAL, "ff02::1:ff00:2",
                                              {0x33, 0x33, 0xff, 0, 0, 2}, PEER_LINK_LOCAL)});
}

TEST_F(Neighbour, TargetsBehindTheGatewayGoToItsMac)
{
    EXPECT_TRUE(send("192.168.7.7"));
    EXPECT_EQ(take_sent(), Frames{question_v4(GATEWAY_V4)});
    receive_arp(2, OTHER_MAC, GATEWAY_V4);
    EXPECT_EQ(take_sent(), Frames{datagram_to("192.168.7.7", OTHER_MAC)});
}

TEST_F(Neighbour, WithoutAWayThePacketIsRefused)
{
    net.v4.has_gateway = false;
    EXPECT_FALSE(send("192.168.7.7"));
    EXPECT_TRUE(take_sent().empty());
}

TEST_F(Neighbour, HoldsAFewPacketsAndRefusesTheNext)
{
    for (uint8_t i = 0; i < SL_NEIGHBOUR_HOLD; i++)
        EXPECT_TRUE(send(PEER_V4, {i}));
    EXPECT_FALSE(send(PEER_V4, {99}));
    EXPECT_EQ(take_sent(), Frames{question_v4(PEER_V4)}) << "one question for all";
    receive_arp(2, PEER_MAC, PEER_V4);
    Frames expected;
    for (uint8_t i = 0; i < SL_NEIGHBOUR_HOLD; i++)
        expected.push_back(datagram_to(PEER_V4, PEER_MAC, {i}));
    EXPECT_EQ(take_sent(), expected);
}

TEST_F(Neighbour, AsksAgainThenGivesUpAndCounts)
{
    EXPECT_TRUE(send(PEER_V4));
    run(5 * S);
    EXPECT_EQ(take_sent(), Frames(4, question_v4(PEER_V4)));
    EXPECT_EQ(sl_neighbours_unanswered(table), 1u);
    EXPECT_EQ(sl_neighbour_tick(table, now), UINT64_MAX) << "nothing left to do";
    EXPECT_TRUE(send(PEER_V4)) << "a later packet starts over";
    EXPECT_EQ(take_sent(), Frames{question_v4(PEER_V4)});
}

TEST_F(Neighbour, AnEmptyPoolOnlyDelaysTheQuestion)
{
    std::vector<rte_mbuf *> all;
    sl_endpoint e = endpoint(PEER_V4, PEER_PORT);
    rte_mbuf *packet = pool.allocate(PAYLOAD);
    while (rte_mbuf *m = pool.allocate())
        all.push_back(m);
    EXPECT_TRUE(sl_neighbour_send(table, packet, &e, 0, now));
    EXPECT_TRUE(take_sent().empty());
    for (rte_mbuf *m : all)
        rte_pktmbuf_free(m);
    run(300 * MS);
    EXPECT_EQ(take_sent(), Frames{question_v4(PEER_V4)});
}

TEST_F(Neighbour, AnswersArpForMe)
{
    receive_arp(1, PEER_MAC, PEER_V4);
    EXPECT_EQ(take_sent(),
              Frames{ethernet(PEER_MAC, MY_MAC, 0x0806, arp(2, MY_MAC, MY_V4, PEER_MAC, PEER_V4))});
    EXPECT_FALSE(known(PEER_V4)) << "a stranger's question takes no room";
}

TEST_F(Neighbour, AnswersArpWithMyTag)
{
    net.vlan_id = 5;
    receive(tagged(EVERYBODY_MAC, PEER_MAC, 5, 0x0806, arp(1, PEER_MAC, PEER_V4, Bytes(6), MY_V4)) +
            Bytes(14, 0));
    EXPECT_EQ(take_sent(), Frames{tagged(PEER_MAC, MY_MAC, 5, 0x0806,
                                         arp(2, MY_MAC, MY_V4, PEER_MAC, PEER_V4))});
    EXPECT_TRUE(send(PEER_V4));
    EXPECT_EQ(take_sent(), Frames{tagged(EVERYBODY_MAC, MY_MAC, 6 << 13 | 5, 0x0806,
                                         arp(1, MY_MAC, MY_V4, Bytes(6), PEER_V4))});
}

Bytes solicitation(const std::string &from, const std::string &target, unsigned option)
{
    Ip ip;
    ip.from = from;
    ip.to = "ff02::1:ff00:1";
    ip.proto = 58;
    ip.hop_limit = 255;
    return ethernet({0x33, 0x33, 0xff, 0, 0, 1}, PEER_MAC, 0x86dd,
                    ipv6(ip, nd(ip, 135, 0, target, option, PEER_MAC)));
}

TEST_F(Neighbour, AnswersSolicitationsForBothOfMyAddresses)
{
    for (const std::string &mine : {MY_V6, MY_LINK_LOCAL}) {
        receive(solicitation(PEER_V6, mine, 1));
        Ip ip = nd_ip(mine, PEER_V6, 48 << 2);
        EXPECT_EQ(take_sent(), Frames{ethernet(PEER_MAC, MY_MAC, 0x86dd,
                                               ipv6(ip, nd(ip, 136, 0x60, mine, 2, MY_MAC)))});
    }
}

TEST_F(Neighbour, TellsEverybodyWhenSomeoneWithoutAnAddressWantsMine)
{
    receive(solicitation("::", MY_V6, 0));
    Ip ip = nd_ip(MY_V6, "ff02::1", 48 << 2);
    EXPECT_EQ(take_sent(), Frames{ethernet({0x33, 0x33, 0, 0, 0, 1}, MY_MAC, 0x86dd,
                                           ipv6(ip, nd(ip, 136, 0x20, MY_V6, 2, MY_MAC)))});
}

TEST_F(Neighbour, LearnsFromAQuestionAboutWhomItAskedItself)
{
    EXPECT_TRUE(send(PEER_V4));
    receive_arp(1, PEER_MAC, PEER_V4);
    EXPECT_TRUE(found(PEER_V4, PEER_MAC));
    EXPECT_TRUE(send(PEER_V6));
    receive(solicitation(PEER_V6, MY_V6, 1));
    EXPECT_TRUE(found(PEER_V6, PEER_MAC));
}

TEST_F(Neighbour, FollowsAnAnnouncedMoveOnceTheOldPlaceIsSilent)
{
    for (bool v6 : {false, true}) {
        const std::string peer = v6 ? PEER_V6 : PEER_V4;
        auto claim = [&](const Bytes &mac) {
            if (v6)
                receive(advertisement(peer, 0x20, mac));
            else
                receive_arp(1, mac, peer, peer);
        };
        send(peer);
        claim(PEER_MAC);
        take_sent();
        claim(OTHER_MAC);
        ASSERT_EQ(sent.size(), 1u) << "the old place is asked";
        EXPECT_EQ(Bytes(sent[0].begin(), sent[0].begin() + 6), PEER_MAC);
        EXPECT_TRUE(found(peer, PEER_MAC));
        run(500 * MS);
        EXPECT_EQ(take_sent().size(), 3u) << "and again, then everybody";
        claim(OTHER_MAC);
        EXPECT_TRUE(found(peer, OTHER_MAC));
        claim(OTHER_MAC);
        run(10 * S);
        EXPECT_TRUE(found(peer, OTHER_MAC)) << "it has answered for itself";
        EXPECT_TRUE(rivals.empty()) << "a move is no conflict";
    }
}

TEST_F(Neighbour, AClaimWithoutTheOverrideFlagAsksNobody)
{
    send(PEER_V6);
    receive(advertisement(PEER_V6, 0x40, PEER_MAC));
    take_sent();
    receive(advertisement(PEER_V6, 0x00, OTHER_MAC));
    EXPECT_TRUE(take_sent().empty());
    EXPECT_TRUE(found(PEER_V6, PEER_MAC));
}

TEST_F(Neighbour, FalseClaimsDoNotReplaceWhatAnswersAndAreToldOnce)
{
    send(PEER_V4);
    receive_arp(2, PEER_MAC, PEER_V4);
    take_sent();
    size_t questions = 0;
    for (int i = 0; i < 1000; i++) {
        receive_arp(1 + i % 2, OTHER_MAC, PEER_V4, PEER_V4);
        ASSERT_TRUE(found(PEER_V4, PEER_MAC));
        if (!take_sent().empty()) {
            questions++;
            receive_arp(2, PEER_MAC, PEER_V4);
        }
        run(5 * MS);
    }
    EXPECT_LE(questions, 21u) << "four a second at most";
    ASSERT_EQ(rivals.size(), 1u);
    EXPECT_EQ(memcmp(&rivals[0].mac, OTHER_MAC.data(), 6), 0);
    EXPECT_EQ(memcmp(rivals[0].ip, hop(PEER_V4).data(), 16), 0);
    EXPECT_FALSE(rivals[0].mine);
}

TEST_F(Neighbour, AFalseClaimThatTookOverIsFoundOutWithinASecond)
{
    send(PEER_V4);
    receive_arp(2, OTHER_MAC, PEER_V4);
    receive_arp(2, PEER_MAC, PEER_V4);
    ASSERT_TRUE(found(PEER_V4, OTHER_MAC)) << "it was the first";
    take_sent();
    run(500 * MS);
    ASSERT_EQ(take_sent().back(), question_v4(PEER_V4)) << "it does not answer, all are asked";
    receive_arp(2, PEER_MAC, PEER_V4);
    EXPECT_TRUE(found(PEER_V4, PEER_MAC));
}

TEST_F(Neighbour, IgnoresGroupAddressesAndBrokenOptions)
{
    send(PEER_V6);
    Ip ip = nd_ip(PEER_V6, MY_V6);
    receive(ethernet(MY_MAC, PEER_MAC, 0x86dd,
                     ipv6(ip, nd(ip, 136, 0x60, PEER_V6, 2, {0x33, 0x33, 0, 0, 0, 1}))));
    EXPECT_FALSE(known(PEER_V6));
    for (unsigned units : {0u, 2u, 255u}) {
        Bytes body = nd(ip, 136, 0x60, PEER_V6, 2, PEER_MAC);
        body[25] = (uint8_t)units;
        receive(ethernet(MY_MAC, PEER_MAC, 0x86dd, ipv6(ip, summed(ip, body, 2))));
        EXPECT_FALSE(known(PEER_V6)) << units;
    }
    Bytes cut = nd(ip, 136, 0x60, PEER_V6, 2, PEER_MAC) + Bytes{2, 1, 0};
    receive(ethernet(MY_MAC, PEER_MAC, 0x86dd, ipv6(ip, summed(ip, cut, 2))));
    EXPECT_FALSE(known(PEER_V6));
}

TEST_F(Neighbour, RefreshesWhatIsInUseBeforeAskingEverybody)
{
    send(PEER_V4);
    receive_arp(2, PEER_MAC, PEER_V4);
    now += S;
    send(PEER_V4);
    take_sent();
    run(40 * S);
    EXPECT_EQ(take_sent(), (Frames{question_v4(PEER_V4, PEER_MAC), question_v4(PEER_V4, PEER_MAC),
                                   question_v4(PEER_V4), question_v4(PEER_V4)}));
    EXPECT_FALSE(known(PEER_V4)) << "no answer: gone";
}

TEST_F(Neighbour, AnAnswerToARefreshKeepsTheEntry)
{
    send(PEER_V4);
    receive_arp(2, PEER_MAC, PEER_V4);
    now += 31 * S;
    take_sent();
    EXPECT_TRUE(send(PEER_V4));
    EXPECT_EQ(take_sent(), (Frames{datagram_to(PEER_V4, PEER_MAC), question_v4(PEER_V4, PEER_MAC)}))
        << "sent at once, asked behind";
    receive_arp(2, PEER_MAC, PEER_V4);
    run(20 * S);
    EXPECT_TRUE(take_sent().empty());
    EXPECT_TRUE(found(PEER_V4, PEER_MAC));
}

TEST_F(Neighbour, AWorkersLookupCountsAsUse)
{
    send(PEER_V4);
    receive_arp(2, PEER_MAC, PEER_V4);
    take_sent();
    run(20 * S);
    EXPECT_TRUE(known(PEER_V4));
    run(19 * S);
    Frames asked = take_sent();
    ASSERT_FALSE(asked.empty());
    EXPECT_EQ(asked[0], question_v4(PEER_V4, PEER_MAC));
}

TEST_F(Neighbour, UnusedEntriesAreKeptWithoutAsking)
{
    send(PEER_V4);
    receive_arp(2, PEER_MAC, PEER_V4);
    take_sent();
    run(300 * S);
    EXPECT_TRUE(take_sent().empty());
    EXPECT_TRUE(found(PEER_V4, PEER_MAC));
}

TEST_F(Neighbour, PastItsRoomTheLongestUnusedAreReplaced)
{
    net.v4.prefix_bits = 8;
    auto ip = [](unsigned i) {
        return "10.1." + std::to_string(i / 256) + "." + std::to_string(i % 256);
    };
    const unsigned many = 4 * SL_NEIGHBOURS_MAX;
    for (unsigned i = 0; i < many; i++) {
        now += MS;
        ASSERT_TRUE(send(ip(i)));
        receive_arp(2, PEER_MAC, ip(i));
        sent.clear();
    }
    unsigned kept_old = 0, kept_new = 0;
    for (unsigned i = 0; i < SL_NEIGHBOURS_MAX; i++) {
        kept_old += known(ip(i));
        kept_new += known(ip(many - 1 - i));
    }
    EXPECT_LT(kept_old, SL_NEIGHBOURS_MAX / 10);
    EXPECT_GT(kept_new, SL_NEIGHBOURS_MAX * 9 / 10);
}

TEST_F(Neighbour, HoldsAllNextHopsThatItPromises)
{
    net.v4.prefix_bits = 8;
    for (unsigned i = 0; i < SL_NEIGHBOURS_MAX; i++)
        ASSERT_TRUE(send("10.1." + std::to_string(i / 256) + "." + std::to_string(i % 256)));
    EXPECT_LT(sl_neighbours_unanswered(table), SL_NEIGHBOURS_MAX / 20) << "full buckets are rare";
    sl_neighbours_destroy(table); /* with thousands of packets held */
    table = nullptr;
}

TEST_F(Neighbour, AnnouncesItsAddresses)
{
    sl_neighbour_announce(table);
    Frames expected = {question_v4(MY_V4)};
    for (const std::string &mine : {MY_V6, MY_LINK_LOCAL}) {
        Ip ip = nd_ip(mine, "ff02::1", 48 << 2);
        expected.push_back(ethernet({0x33, 0x33, 0, 0, 0, 1}, MY_MAC, 0x86dd,
                                    ipv6(ip, nd(ip, 136, 0x20, mine, 2, MY_MAC))));
    }
    EXPECT_EQ(take_sent(), expected);
}

/* One slot passes between two addresses of its bucket as fast as the writer can: a reader that
   takes the address of one and the MAC of the other sees it at once. */
TEST(NeighbourTable, ReadersNeverSeeAnotherAddressesMac)
{
    std::vector<sl_neighbour_slot> slots(SL_NEIGHBOUR_SLOTS);
    sl_neighbour_table table = {slots.data(), 1};
    std::vector<std::array<uint8_t, 16>> address = {hop("fd00::1")};
    uint32_t slot = sl_neighbour_table_bucket(&table, address[0].data());
    for (unsigned i = 2; address.size() < 2; i++) {
        auto other = hop("fd00::" + std::to_string(i % 10000) + ":" + std::to_string(i / 10000));
        if (sl_neighbour_table_bucket(&table, other.data()) == slot)
            address.push_back(other);
    }
    const rte_ether_addr mac[2] = {{{2, 0, 0, 0, 0, 0}}, {{2, 0, 0, 0, 0, 1}}};

    bool stop = false;
    uint64_t wrong = 0, hits = 0;
    std::thread reader([&] {
        /* EAL pinned our parent to one CPU; there the two would only take turns. */
        cpu_set_t any;
        memset(&any, 0xff, sizeof(any));
        sched_setaffinity(0, sizeof(any), &any);
        for (unsigned i = 0; !__atomic_load_n(&stop, __ATOMIC_RELAXED); i ^= 1) {
            rte_ether_addr got;
            if (!sl_neighbour_table_find(&table, address[i].data(), &got))
                continue;
            __atomic_store_n(&hits, hits + 1, __ATOMIC_RELAXED);
            wrong += !rte_is_same_ether_addr(&got, &mac[i]);
        }
    });
    for (unsigned i = 0; i < 3000000 || __atomic_load_n(&hits, __ATOMIC_RELAXED) < 1000; i++) {
        sl_neighbour_table_assign(&table, slot, address[i & 1].data());
        sl_neighbour_table_set_mac(&table, slot, &mac[i & 1]);
    }
    __atomic_store_n(&stop, true, __ATOMIC_RELAXED);
    reader.join();
    EXPECT_EQ(wrong, 0u) << "of " << hits;
}
} // namespace
