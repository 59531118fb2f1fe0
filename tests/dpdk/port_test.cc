/* SPDX-License-Identifier: BSD-3-Clause */
#include "ports/port.h"

#include <rte_ethdev.h>
#include <rte_malloc.h>

#include <algorithm>

#include "ports/log.h"
#include "ports/steer.h"
#include "tests/dpdk/eal_environment.h"

namespace
{
class Port : public testing::Test
{
  protected:
    sl_port_config config(const char *spec, uint16_t queues)
    {
        sl_port_config c = {};
        char why[256] = "";
        EXPECT_EQ(sl_port_spec_parse(spec, &c.spec, why, sizeof(why)), 0) << why;
        c.queues = queues;
        c.udp_port = 7947;
        for (uint16_t q = 0; q < queues; q++)
            c.pool[q] = pool.get();
        return c;
    }

    rte_mbuf *packet(uint8_t mark)
    {
        return pool.allocate(std::vector<uint8_t>(60, mark));
    }

    static size_t heap_bytes()
    {
        rte_malloc_socket_stats stats;
        rte_malloc_get_socket_stats(0, &stats);
        return stats.heap_allocsz_bytes;
    }

    MbufPool pool;
};

TEST_F(Port, RingComesUpWithWhatItHas)
{
    sl_port port;
    sl_port_config c = config("ring", 1);
    ASSERT_EQ(sl_port_open(&port, &c), 0);
    EXPECT_EQ(sl_port_link(&port), SL_LINK_UP);
    EXPECT_EQ(port.queues, 1);
    EXPECT_EQ(port.mtu, 1500);
    EXPECT_TRUE(rte_is_unicast_ether_addr(&port.mac));
    EXPECT_FALSE(rte_is_zero_ether_addr(&port.mac));
    EXPECT_FALSE(port.rx_checksum || port.tx_checksum_ipv4 || port.tx_checksum_udp);
    EXPECT_FALSE(port.steered) << "a ring has no rules";
    EXPECT_STREQ(port.driver, "net_ring");
    EXPECT_EQ(sl_port_counts(&port).missed, 0u);
    sl_port_close(&port);
}

TEST_F(Port, ADeviceWithoutRulesIsNotSteeredAndSaysSoOnce)
{
    sl_port port;
    sl_port_config c = config("ring", 2);
    ASSERT_EQ(sl_port_open(&port, &c), 0);
    sl_log_set_level(SL_LOG_INFO);
    testing::internal::CaptureStderr();
    EXPECT_FALSE(sl_steer_start(port.ethdev_id, "ring", 7947, 2));
    std::string said = testing::internal::GetCapturedStderr();
    sl_log_set_level(SL_LOG_NOTICE);
    EXPECT_EQ(std::count(said.begin(), said.end(), '\n'), 1) << said;
    sl_port_close(&port);
}

TEST_F(Port, WhatAQueueOfARingSendsItReceives)
{
    sl_port port;
    sl_port_config c = config("ring", 3);
    ASSERT_EQ(sl_port_open(&port, &c), 0);
    for (uint16_t q = 0; q < 3; q++) {
        rte_mbuf *m = packet((uint8_t)q);
        ASSERT_EQ(rte_eth_tx_burst(port.ethdev_id, q, &m, 1), 1);
    }
    for (uint16_t q = 0; q < 3; q++) {
        rte_mbuf *m[4];
        ASSERT_EQ(rte_eth_rx_burst(port.ethdev_id, q, m, 4), 1);
        EXPECT_EQ(mbuf_bytes(m[0])[0], q);
        rte_pktmbuf_free(m[0]);
    }
    sl_port_close(&port);
}

TEST_F(Port, ARingHoldsWhatWasAskedFor)
{
    sl_port port;
    sl_port_config c = config("ring", 1);
    c.rx_descriptors = 100;
    ASSERT_EQ(sl_port_open(&port, &c), 0);
    std::vector<rte_mbuf *> m;
    for (int i = 0; i < 101; i++)
        m.push_back(packet(1));
    EXPECT_EQ(rte_eth_tx_burst(port.ethdev_id, 0, m.data(), 101), 100);
    rte_pktmbuf_free(m[100]);
    sl_port_close(&port); /* the hundred go back to the pool, which checks */
}

TEST_F(Port, UpAndDownLeavesNothing)
{
    sl_port_config c = config("ring", 2);
    size_t before = 0;
    for (int i = 0; i < 10; i++) {
        sl_port port;
        ASSERT_EQ(sl_port_open(&port, &c), 0) << i;
        rte_mbuf *m = packet(1);
        ASSERT_EQ(rte_eth_tx_burst(port.ethdev_id, 1, &m, 1), 1);
        sl_port_close(&port);
        EXPECT_EQ(rte_eth_dev_count_avail(), 0);
        if (i == 0)
            before = heap_bytes();
    }
    EXPECT_EQ(heap_bytes(), before);
}

TEST_F(Port, TwoRingsAreTwoPorts)
{
    sl_port_config c = config("ring", 1);
    sl_port a, b;
    ASSERT_EQ(sl_port_open(&a, &c), 0);
    ASSERT_EQ(sl_port_open(&b, &c), 0);
    EXPECT_NE(a.ethdev_id, b.ethdev_id);
    EXPECT_FALSE(rte_is_same_ether_addr(&a.mac, &b.mac));
    sl_port_close(&a);
    sl_port_close(&b);
}

TEST_F(Port, TooManyQueuesForARingIsOneLineAndNothingLeft)
{
    sl_port port;
    sl_port_config c = config("ring", 17);
    testing::internal::CaptureStderr();
    EXPECT_EQ(sl_port_open(&port, &c), -EINVAL);
    std::string said = testing::internal::GetCapturedStderr();
    EXPECT_NE(said.find("starlingd: port ring:"), std::string::npos) << said;
    EXPECT_EQ(rte_eth_dev_count_avail(), 0);
    c.queues = 1;
    ASSERT_EQ(sl_port_open(&port, &c), 0);
    sl_port_close(&port);
}

TEST_F(Port, ADeviceThatEalDidNotBringUpIsOneLine)
{
    sl_port port;
    sl_port_config c = config("af_packet:eth9", 1);
    testing::internal::CaptureStderr();
    EXPECT_EQ(sl_port_open(&port, &c), -ENODEV);
    std::string said = testing::internal::GetCapturedStderr();
    EXPECT_NE(said.find("af_packet:eth9"), std::string::npos) << said;
    EXPECT_EQ(std::count(said.begin(), said.end(), '\n'), 1) << said;
}
} // namespace
