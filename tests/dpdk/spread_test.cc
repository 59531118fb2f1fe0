/* SPDX-License-Identifier: BSD-3-Clause */
#include "ports/spread.h"

#include <rte_dev.h>
#include <rte_ethdev.h>
#include <rte_thash.h>

#include "ports/net.h"
#include "ports/port.h"
#include "ports/steer.h"
#include "tests/dpdk/eal_environment.h"

namespace
{
constexpr uint16_t QUEUES = 4, TABLE = 128, FIRST_PORT = 1766;

/* Of Microsoft's "Verifying the RSS hash calculation". */
const uint8_t KEY[40] = {0x6d, 0x5a, 0x56, 0xda, 0x25, 0x5b, 0x0e, 0xc2, 0x41, 0x67,
                         0x25, 0x3d, 0x43, 0xa3, 0x8f, 0xb0, 0xd0, 0xca, 0x2b, 0xcb,
                         0xae, 0x7b, 0x30, 0xb4, 0x77, 0xcb, 0x2d, 0xa3, 0x80, 0x30,
                         0xf2, 0x0c, 0x6a, 0x42, 0xb7, 0x3b, 0xbe, 0xac, 0x01, 0xfa};
const uint8_t LOCAL_V4[4] = {161, 142, 100, 80};
const uint8_t LOCAL_V6[16] = {0xfd, 0x77, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1};

/* DPDK's null device takes a key and a table as a NIC does. */
class Spread : public testing::Test
{
  protected:
    Spread()
    {
        rte_eth_dev_info info;
        rte_eth_conf conf = {};
        EXPECT_EQ(rte_eal_hotplug_add("vdev", "net_null0", ""), 0);
        EXPECT_EQ(rte_eth_dev_get_port_by_name("net_null0", &ethdev), 0);
        rte_eth_dev_info_get(ethdev, &info);
        sl_steer_configure(&conf, &info, QUEUES);
        conf.rx_adv_conf.rss_conf.rss_key = const_cast<uint8_t *>(KEY);
        conf.rx_adv_conf.rss_conf.rss_key_len = sizeof(KEY);
        EXPECT_EQ(rte_eth_dev_configure(ethdev, QUEUES, QUEUES, &conf), 0);
        rte_eth_rss_conf rss = conf.rx_adv_conf.rss_conf;
        EXPECT_EQ(rte_eth_dev_rss_hash_update(ethdev, &rss), 0);
    }

    ~Spread() override
    {
        rte_eal_hotplug_remove("vdev", "net_null0");
    }

    /* Entry i of the table is queue i % queues. */
    void read(uint16_t queues)
    {
        rte_eth_rss_reta_entry64 groups[TABLE / RTE_ETH_RETA_GROUP_SIZE] = {};
        for (auto &group : groups) {
            group.mask = UINT64_MAX;
            for (uint16_t i = 0; i < RTE_ETH_RETA_GROUP_SIZE; i++)
                group.reta[i] = (uint16_t)(i % queues);
        }
        ASSERT_EQ(rte_eth_dev_rss_reta_update(ethdev, groups, TABLE), 0);
        sl_spread_read(&spread, ethdev, QUEUES, FIRST_PORT);
        ASSERT_TRUE(spread.known);
    }

    /* What the device would do with an answer. */
    static uint16_t queue_of(const sl_endpoint &from, const uint8_t *local, uint16_t port)
    {
        uint32_t tuple[9], words = 0;
        bool v4 = sl_endpoint_is_v4(&from);
        for (int i = v4 ? 12 : 0; i < 16; i += 4)
            tuple[words++] = sl_be32_load(from.ip + i);
        for (int i = 0; i < (v4 ? 4 : 16); i += 4)
            tuple[words++] = sl_be32_load(local + i);
        tuple[words++] = (uint32_t)from.port << 16 | port;
        return (uint16_t)(rte_softrss(tuple, words, KEY) % TABLE % QUEUES);
    }

    uint16_t ethdev = 0;
    sl_spread spread = {};
};

TEST_F(Spread, HashesAsTheSpecificationsExample)
{
    read(QUEUES);
    const uint8_t from[4] = {66, 9, 149, 187};
    sl_endpoint to = sl_endpoint_v4(from, 2794);
    EXPECT_EQ(sl_spread_port(&spread, LOCAL_V4, &to, 0x51ccc178 % QUEUES), FIRST_PORT);
}

TEST_F(Spread, AnAnswerComesToTheQueueThatAsked)
{
    read(QUEUES);
    for (uint8_t i = 0; i < 200; i++) {
        const uint8_t v4[4] = {10, 3, i, (uint8_t)(7 * i)};
        const uint8_t v6[16] = {0xfd, 0x77, i, 5, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, i, 2};
        sl_endpoint peers[] = {sl_endpoint_v4(v4, 7947), sl_endpoint_v6(v6, 7947)};
        for (uint16_t queue = 0; queue < QUEUES; queue++) {
            for (const auto &peer : peers) {
                const uint8_t *local = sl_endpoint_is_v4(&peer) ? LOCAL_V4 : LOCAL_V6;
                uint16_t port = sl_spread_port(&spread, local, &peer, queue);
                EXPECT_EQ(queue_of(peer, local, port), queue);
                EXPECT_LT(port - FIRST_PORT, SL_SPREAD_PORTS_PER_QUEUE * QUEUES);
            }
        }
    }
}

TEST_F(Spread, WhatAWorkerSendsHasThatPort)
{
    read(QUEUES);
    MbufPool pool;
    sl_net net = {};
    memcpy(net.v4.address, LOCAL_V4, sizeof(LOCAL_V4));
    net.udp_port = FIRST_PORT;
    net.spread = &spread;
    const uint8_t v4[4] = {10, 3, 2, 1};
    sl_endpoint to = sl_endpoint_v4(v4, 7947);
    for (uint8_t lane = 0; lane < QUEUES; lane++) {
        rte_mbuf *m = pool.allocate(std::vector<uint8_t>(60, 1));
        sl_net_wrap(&net, m, &to, &net.mac, lane);
        uint16_t port = sl_be16_load(rte_pktmbuf_mtod_offset(m, uint8_t *, 14 + 20));
        EXPECT_EQ(queue_of(to, LOCAL_V4, port), lane);
        rte_pktmbuf_free(m);
    }
}

TEST_F(Spread, AQueueThatNoHashLeadsToHasThePortOfItsLane)
{
    read(1);
    sl_endpoint to = sl_endpoint_v4(LOCAL_V4, 7947);
    EXPECT_EQ(sl_spread_port(&spread, LOCAL_V4, &to, 3), FIRST_PORT + 3);
}

TEST_F(Spread, PortsEndWhereTheirNumbersDo)
{
    sl_spread_read(&spread, ethdev, QUEUES, 65530);
    ASSERT_TRUE(spread.known);
    EXPECT_EQ(spread.ports, 6);
}

TEST_F(Spread, OneQueueLeavesNothingToChoose)
{
    sl_spread_read(&spread, ethdev, 1, FIRST_PORT);
    EXPECT_FALSE(spread.known);
}

TEST(SpreadOfAPort, ThatDoesNotTellIsUnknown)
{
    MbufPool pool;
    sl_port port;
    sl_port_config config = {};
    char why[256];
    ASSERT_EQ(sl_port_spec_parse("ring", &config.spec, why, sizeof(why)), 0);
    config.queues = 2;
    config.udp_port = 7947;
    config.pool[0] = config.pool[1] = pool.get();
    ASSERT_EQ(sl_port_open(&port, &config), 0);
    EXPECT_FALSE(port.spread.known);
    sl_port_close(&port);
}
} // namespace
