/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* Two ports in one process: what either sends the other receives, queue by queue, over rte_rings.
 */
#include <gtest/gtest.h>
#include <rte_bus_vdev.h>
#include <rte_eth_ring.h>
#include <rte_ethdev.h>
#include <rte_ring.h>

#include <cstring>
#include <string>
#include <vector>

#include "dataplane/packet.h"
#include "ports/port.h"

/* The daemon's own pool; whoever frees it last checks that it is whole. */
class PacketPool
{
  public:
    explicit PacketPool(unsigned count = 2047)
    {
        static unsigned number;
        std::string name = "packets" + std::to_string(number++);
        pool_ = sl_packet_pool_create(name.c_str(), count, 1500, SOCKET_ID_ANY);
        if (!pool_)
            ADD_FAILURE() << "no memory for a pool";
    }

    ~PacketPool()
    {
        EXPECT_EQ(rte_mempool_in_use_count(pool_), 0u) << "mbufs leaked";
        rte_mempool_free(pool_);
    }

    PacketPool(const PacketPool &) = delete;
    PacketPool &operator=(const PacketPool &) = delete;

    rte_mempool *get() const
    {
        return pool_;
    }

  private:
    rte_mempool *pool_;
};

class CrossedPorts
{
  public:
    CrossedPorts(rte_mempool *pool, uint16_t queues, unsigned ring_size = 256) : queues_(queues)
    {
        static unsigned number;
        std::string name = "crossed" + std::to_string(number++);
        for (int way = 0; way < 2; way++)
            for (uint16_t q = 0; q < queues; q++)
                rings_[way].push_back(rte_ring_create(
                    (name + "_" + std::to_string(way) + "_" + std::to_string(q)).c_str(), ring_size,
                    SOCKET_ID_ANY, RING_F_SP_ENQ | RING_F_SC_DEQ | RING_F_EXACT_SZ));
        for (int side = 0; side < 2; side++)
            open(side, name + (side ? "b" : "a"), pool);
    }

    ~CrossedPorts()
    {
        for (int side = 0; side < 2; side++) {
            rte_eth_dev_info info;
            rte_eth_dev_info_get(port[side].ethdev_id, &info);
            rte_eth_dev_stop(port[side].ethdev_id);
            rte_eth_dev_close(port[side].ethdev_id);
            rte_dev_remove(info.device);
        }
        for (auto &way : rings_)
            for (rte_ring *ring : way) {
                void *m;
                while (rte_ring_dequeue(ring, &m) == 0)
                    rte_pktmbuf_free(static_cast<rte_mbuf *>(m));
                rte_ring_free(ring);
            }
    }

    CrossedPorts(const CrossedPorts &) = delete;
    CrossedPorts &operator=(const CrossedPorts &) = delete;

    sl_port port[2] = {};

  private:
    void open(int side, const std::string &name, rte_mempool *pool)
    {
        int id = rte_eth_from_rings(name.c_str(), rings_[side].data(), queues_,
                                    rings_[!side].data(), queues_, 0);
        ASSERT_GE(id, 0);
        rte_eth_conf conf = {};
        ASSERT_EQ(rte_eth_dev_configure((uint16_t)id, queues_, queues_, &conf), 0);
        for (uint16_t q = 0; q < queues_; q++) {
            ASSERT_EQ(rte_eth_rx_queue_setup((uint16_t)id, q, 64, 0, nullptr, pool), 0);
            ASSERT_EQ(rte_eth_tx_queue_setup((uint16_t)id, q, 64, 0, nullptr), 0);
        }
        ASSERT_EQ(rte_eth_dev_start((uint16_t)id), 0);
        port[side].ethdev_id = (uint16_t)id;
        port[side].queues = queues_;
        port[side].mtu = 1500;
        port[side].mac = {{2, 0, 0, 0, 0, (uint8_t)(side + 1)}};
    }

    uint16_t queues_;
    std::vector<rte_ring *> rings_[2];
};
