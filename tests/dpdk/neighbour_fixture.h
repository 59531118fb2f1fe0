/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* A neighbour table, what it sends and whom it tells of, in a time of the test's own. */
#include <gtest/gtest.h>

#include "ports/neighbour.h"
#include "tests/dpdk/eal_environment.h"
#include "tests/dpdk/frames.h"

namespace frames
{
constexpr uint64_t MS = 1000000, S = 1000 * MS;
const Bytes OTHER_MAC = {0x02, 0, 0, 0, 0, 9};
const Bytes PAYLOAD = {1, 2, 3, 4};

class Neighbour : public testing::Test
{
  protected:
    Neighbour()
    {
        sl_neighbour_host host = {this, allocate, transmit, tell};
        table = sl_neighbours_create(&net, &host);
        now = 1000 * S;
    }

    ~Neighbour() override
    {
        sl_neighbours_destroy(table);
    }

    static rte_mbuf *allocate(void *context)
    {
        return static_cast<Neighbour *>(context)->pool.allocate();
    }

    static void transmit(void *context, rte_mbuf *m)
    {
        static_cast<Neighbour *>(context)->sent.push_back(mbuf_bytes(m));
        rte_pktmbuf_free(m);
    }

    static void tell(void *context, const sl_rival *rival)
    {
        static_cast<Neighbour *>(context)->rivals.push_back(*rival);
    }

    bool send(const std::string &to, const Bytes &payload = PAYLOAD)
    {
        sl_endpoint e = endpoint(to, PEER_PORT);
        return sl_neighbour_send(table, pool.allocate(payload), &e, 0, now);
    }

    void receive(const Bytes &frame)
    {
        rte_mbuf *m = pool.allocate(frame);
        sl_net_rx rx = {};
        ASSERT_EQ(sl_net_classify(&net, m, &rx), SL_NET_NEIGHBOUR);
        sl_neighbour_input(table, m, &rx, now);
    }

    void receive_arp(unsigned opcode, const Bytes &mac, const std::string &from,
                     const std::string &target = MY_V4)
    {
        receive(ethernet(MY_MAC, mac, 0x0806, arp(opcode, mac, from, MY_MAC, target)));
    }

    static Bytes advertisement(const std::string &target, unsigned flags, const Bytes &mac)
    {
        Ip ip = nd_ip(target, MY_V6);
        return ethernet(MY_MAC, mac, 0x86dd, ipv6(ip, nd(ip, 136, flags, target, 2, mac)));
    }

    static Ip nd_ip(const std::string &from, const std::string &to, unsigned traffic_class = 0)
    {
        Ip ip;
        ip.from = from;
        ip.to = to;
        ip.proto = 58;
        ip.hop_limit = 255;
        ip.traffic_class = traffic_class;
        return ip;
    }

    Bytes question_v4(const std::string &target, const Bytes &to_mac = EVERYBODY_MAC)
    {
        return ethernet(to_mac, MY_MAC, 0x0806, arp(1, MY_MAC, MY_V4, Bytes(6), target));
    }

    static Bytes question_v6(const std::string &from, const std::string &to, const Bytes &to_mac,
                             const std::string &target)
    {
        Ip ip = nd_ip(from, to, 48 << 2);
        return ethernet(to_mac, MY_MAC, 0x86dd, ipv6(ip, nd(ip, 135, 0, target, 1, MY_MAC)));
    }

    static Bytes datagram_to(const std::string &to, const Bytes &mac,
                             const Bytes &payload = PAYLOAD)
    {
        Ip ip;
        ip.to = to;
        ip.from = is_v6(ip) ? MY_V6 : MY_V4;
        ip.traffic_class = 48 << 2;
        return ethernet(mac, MY_MAC, ether_type(ip), packet(ip, udp(ip, PORT, PEER_PORT, payload)));
    }

    /* Lets the table do what falls due within that time, at each of its own deadlines. */
    void run(uint64_t duration)
    {
        uint64_t end = now + duration;
        for (;;) {
            uint64_t next = sl_neighbour_tick(table, now);
            if (next > end)
                break;
            ASSERT_GT(next, now) << "a deadline must move";
            now = next;
        }
        now = end;
    }

    bool found(const std::string &ip, const Bytes &mac)
    {
        rte_ether_addr got;
        return sl_neighbour_find(table, hop(ip).data(), &got) && memcmp(&got, mac.data(), 6) == 0;
    }

    bool known(const std::string &ip)
    {
        rte_ether_addr got;
        return sl_neighbour_find(table, hop(ip).data(), &got);
    }

    std::vector<Bytes> take_sent()
    {
        std::vector<Bytes> out;
        out.swap(sent);
        return out;
    }

    MbufPool pool{16383};
    sl_net net = node();
    std::vector<Bytes> sent;
    std::vector<sl_rival> rivals;
    sl_neighbours *table;
    uint64_t now;
};

using Frames = std::vector<Bytes>;
} // namespace frames
