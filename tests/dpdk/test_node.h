/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* A node's runtime over one of the crossed ports. */
#include <functional>
#include <string>

#include "dataplane/runtime.h"
#include "lib/profile.h"
#include "tests/dpdk/crossed_ports.h"

class TestNode
{
  public:
    TestNode(const std::string &name, const sl_port &port, rte_mempool *pool, uint8_t host,
             unsigned workers = 1, unsigned first_lcore = 1,
             const std::function<void(sl_config &)> &configure = {}, bool busy = false)
    {
        uint8_t address[4] = {10, 0, 0, host};
        EXPECT_EQ(sl_profile_load(&config, "edge"), 0);
        snprintf(config.cluster_name, sizeof(config.cluster_name), "test");
        snprintf(config.name, sizeof(config.name), "%s", name.c_str());
        config.max_members = 64;
        config.v4 = sl_endpoint_v4(address, 7947);
        if (configure)
            configure(config);
        net.mac = port.mac;
        memcpy(net.v4.address, address, 4);
        net.v4.prefix_bits = 24;
        net.v4.set = true;
        net.dscp = 48;
        net.hop_limit = 64;
        net.udp_port = 7947;
        net.udp_ports = (uint16_t)workers;
        net.mtu = 1500;
        net.tx_checksum_udp = port.tx_checksum_udp;
        sl_runtime_config c = {};
        c.name = name.c_str();
        c.config = &config;
        c.net = &net;
        c.port = &port;
        c.packets = pool;
        c.workers = workers;
        c.first_lcore = first_lcore;
        c.busy = busy;
        c.seed = host;
        c.wall_s = 1000;
        opened_ = sl_runtime_open(&runtime, &c) == 0;
        EXPECT_TRUE(opened_);
    }

    ~TestNode()
    {
        sl_runtime_stop(&runtime);
        if (opened_)
            sl_runtime_close(&runtime);
    }

    TestNode(const TestNode &) = delete;
    TestNode &operator=(const TestNode &) = delete;

    uint64_t id() const
    {
        return sl_engine_self_id(runtime.loop.engine);
    }

    sl_config config = {};
    sl_net net = {};
    sl_runtime runtime;

  private:
    bool opened_ = false;
};
