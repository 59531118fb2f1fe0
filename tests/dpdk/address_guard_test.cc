/* SPDX-License-Identifier: BSD-3-Clause */
/* This node's own addresses: asked for before use, defended, and who else claims them (RFC 5227,
 * RFC 4862). */
#include "ports/address_guard.h"
#include "tests/dpdk/neighbour_fixture.h"

using namespace frames;

namespace
{
const Bytes NOBODY = Bytes(6);
const Bytes LOWER_MAC = {0x00, 0, 0, 0, 0, 1};
const std::string ZERO = "0.0.0.0";
const std::string MY_GROUP_V6 = "ff02::1:ff00:1";
const Bytes MY_GROUP_MAC = {0x33, 0x33, 0xff, 0, 0, 1};

class AddressGuard : public Neighbour
{
  protected:
    sl_address_state state()
    {
        return sl_neighbours_address(table);
    }

    /* Asks, and nobody answers. */
    void hold()
    {
        sl_neighbour_start(table, now);
        run(150 * MS);
        ASSERT_EQ(state(), SL_ADDRESS_HELD);
        take_sent();
    }

    static Bytes probe_v4(const Bytes &mac)
    {
        return ethernet(EVERYBODY_MAC, mac, 0x0806, arp(1, mac, ZERO, NOBODY, MY_V4));
    }

    static Bytes probe_v6(const Bytes &mac)
    {
        Ip ip = nd_ip("::", MY_GROUP_V6, mac == MY_MAC ? 48 << 2 : 0);
        return ethernet(MY_GROUP_MAC, mac, 0x86dd, ipv6(ip, nd(ip, 135, 0, MY_V6, 0, {})));
    }

    /* What one who has the address answers to our question. */
    static Bytes answer_v4(const Bytes &mac)
    {
        return ethernet(MY_MAC, mac, 0x0806, arp(2, mac, MY_V4, MY_MAC, ZERO));
    }

    static Bytes claim_v4(const Bytes &mac)
    {
        return ethernet(EVERYBODY_MAC, mac, 0x0806, arp(1, mac, MY_V4, NOBODY, PEER_V4));
    }

    static Bytes claim_v6(const Bytes &mac)
    {
        Ip ip = nd_ip(MY_V6, "ff02::1");
        return ethernet({0x33, 0x33, 0, 0, 0, 1}, mac, 0x86dd,
                        ipv6(ip, nd(ip, 136, 0x20, MY_V6, 2, mac)));
    }

    size_t announcements()
    {
        Frames all = take_sent();
        return (size_t)std::count(all.begin(), all.end(), question_v4(MY_V4));
    }
};

TEST_F(AddressGuard, AsksThreeTimesForBothAddressesAndThenAnnouncesThem)
{
    sl_neighbour_start(table, now);
    EXPECT_EQ(state(), SL_ADDRESS_ASKING);
    run(149 * MS);
    Frames expected;
    for (int i = 0; i < SL_ADDRESS_PROBES; i++)
        expected.insert(expected.end(), {probe_v4(MY_MAC), probe_v6(MY_MAC)});
    EXPECT_EQ(take_sent(), expected);
    run(1 * MS);
    EXPECT_EQ(state(), SL_ADDRESS_HELD);
    EXPECT_EQ(announcements(), 1u);
    run(60 * S);
    EXPECT_TRUE(take_sent().empty());
    EXPECT_TRUE(rivals.empty());
}

TEST_F(AddressGuard, GivesWayToOneThatHasTheAddress)
{
    for (const Bytes &answer : {answer_v4(PEER_MAC), claim_v4(PEER_MAC), claim_v6(PEER_MAC)}) {
        sl_neighbours_destroy(table);
        rivals.clear();
        sl_neighbour_host host = {this, allocate, transmit, tell};
        table = sl_neighbours_create(&net, &host);
        sl_neighbour_start(table, now);
        run(10 * MS);
        receive(answer);
        EXPECT_EQ(state(), SL_ADDRESS_TAKEN);
        ASSERT_EQ(rivals.size(), 1u);
        EXPECT_EQ(memcmp(&rivals[0].mac, PEER_MAC.data(), 6), 0);
        EXPECT_TRUE(rivals[0].mine);
        take_sent();
        run(10 * S);
        EXPECT_TRUE(take_sent().empty()) << "says nothing in that name";
    }
}

TEST_F(AddressGuard, ALateAnswerEndsANewcomerOnly)
{
    hold();
    run(4 * S);
    receive(answer_v4(PEER_MAC));
    EXPECT_EQ(state(), SL_ADDRESS_TAKEN);
}

TEST_F(AddressGuard, AnAnswerAfterTheTimeOfANewcomerEndsNobody)
{
    hold();
    run(5 * S);
    receive(answer_v4(PEER_MAC));
    EXPECT_EQ(state(), SL_ADDRESS_HELD);
}

TEST_F(AddressGuard, OfTwoThatAskAtOnceTheLowerMacGoesOn)
{
    sl_neighbour_start(table, now);
    run(10 * MS);
    receive(probe_v4(OTHER_MAC));
    receive(probe_v6(OTHER_MAC));
    EXPECT_EQ(state(), memcmp(OTHER_MAC.data(), MY_MAC.data(), 6) < 0 ? SL_ADDRESS_TAKEN
                                                                      : SL_ADDRESS_ASKING);
    receive(probe_v4(LOWER_MAC));
    EXPECT_EQ(state(), SL_ADDRESS_TAKEN);
}

TEST_F(AddressGuard, AFalseClaimEndsNobodyIsToldOnceAndDefendedEveryTenSecondsAtMost)
{
    hold();
    size_t defences = 0;
    for (int i = 0; i < 3000; i++) { /* thirty seconds of it */
        receive(i % 2 ? claim_v4(OTHER_MAC) : claim_v6(OTHER_MAC));
        defences += announcements();
        run(10 * MS);
    }
    EXPECT_EQ(state(), SL_ADDRESS_HELD);
    EXPECT_EQ(defences, 3u);
    EXPECT_EQ(rivals.size(), 1u);
    rte_ether_addr mac;
    ASSERT_TRUE(sl_neighbours_rival(table, &mac));
    EXPECT_EQ(memcmp(&mac, OTHER_MAC.data(), 6), 0);
    run(60 * S);
    EXPECT_FALSE(sl_neighbours_rival(table, &mac)) << "it is gone";
}

TEST_F(AddressGuard, ManyClaimantsAreToldOneASecond)
{
    hold();
    Bytes mac = OTHER_MAC;
    for (int i = 0; i < 200; i++) {
        mac[5] = (uint8_t)i;
        receive(claim_v4(mac));
        run(10 * MS);
    }
    EXPECT_LE(rivals.size(), 3u);
}

TEST_F(AddressGuard, OneThatAsksForAnAddressInUseIsAnsweredAndTold)
{
    hold();
    receive(probe_v4(PEER_MAC));
    EXPECT_EQ(take_sent(),
              (Frames{ethernet(PEER_MAC, MY_MAC, 0x0806, arp(2, MY_MAC, MY_V4, PEER_MAC, ZERO))}));
    EXPECT_EQ(state(), SL_ADDRESS_HELD);
    EXPECT_EQ(rivals.size(), 1u);
}

/* Switches track their hosts so: asking one host alone, or everybody in another host's name. */
TEST_F(AddressGuard, WhatOnlyLooksLikeAProbeEndsNobodyAndIsNoConflict)
{
    const Bytes to_one =
        ethernet(MY_MAC, LOWER_MAC, 0x0806, arp(1, LOWER_MAC, ZERO, NOBODY, MY_V4));
    const Bytes in_anothers_name =
        ethernet(EVERYBODY_MAC, PEER_MAC, 0x0806, arp(1, LOWER_MAC, ZERO, NOBODY, MY_V4));
    Ip ip = nd_ip("::", MY_V6);
    const Bytes to_one_v6 =
        ethernet(MY_MAC, LOWER_MAC, 0x86dd, ipv6(ip, nd(ip, 135, 0, MY_V6, 0, {})));
    sl_neighbour_start(table, now);
    run(10 * MS);
    for (const Bytes &frame : {to_one, in_anothers_name, to_one_v6})
        receive(frame);
    EXPECT_EQ(state(), SL_ADDRESS_ASKING);
    run(140 * MS);
    take_sent();
    receive(to_one);
    EXPECT_EQ(take_sent().size(), 1u) << "which asks for an answer all the same";
    receive(in_anothers_name);
    take_sent();
    receive(to_one_v6);
    EXPECT_TRUE(take_sent().empty()) << "RFC 4861, 7.1.1: passed over";
    EXPECT_EQ(state(), SL_ADDRESS_HELD);
    EXPECT_TRUE(rivals.empty());
}

TEST_F(AddressGuard, DoesNotAnswerForAnAddressThatIsNotItsOwnYet)
{
    sl_neighbour_start(table, now);
    receive_arp(1, PEER_MAC, PEER_V4);
    EXPECT_TRUE(take_sent().empty());
}

TEST_F(AddressGuard, OwnFramesThatComeBackAreNobodyElses)
{
    hold();
    receive(claim_v4(MY_MAC));
    receive(probe_v4(MY_MAC));
    EXPECT_TRUE(rivals.empty());
}

TEST_F(AddressGuard, OnAPortThatWasOpenedAgainItIsAnnouncedAtOnce)
{
    hold();
    sl_neighbour_start(table, now);
    EXPECT_EQ(state(), SL_ADDRESS_HELD);
    EXPECT_EQ(announcements(), 1u);
}
} // namespace
