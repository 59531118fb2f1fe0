/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* One node whose worker and engine the test turns by hand; the test is the other end of the wire.
 */
#include <arpa/inet.h>
#include <urcu/urcu-qsbr.h>

#include <functional>

#include "dataplane/worker.h"
#include "lib/record.h"
#include "tests/dpdk/eal_environment.h"
#include "tests/dpdk/test_node.h"

namespace worker_test
{
constexpr uint64_t PEER = 0x9ee9, MS = 1000000;

class Worker : public testing::Test
{
  protected:
    /* They may change what the port says of itself, and the node's configuration. */
    explicit Worker(const std::function<void(sl_port &)> &port = {},
                    const std::function<void(sl_config &)> &configure = {})
        : ports(pool.get(), 1),
          node("worker", prepared(ports.port[0], port), pool.get(), 1, 1, 1, configure)
    {
        urcu_qsbr_register_thread();
        sl_reclaim_attach(&node.runtime.reclaim);
        worker = node.runtime.workers[0];
        EXPECT_EQ(sl_receiver_start(&worker->receiver), 0);
        peer = node.net;
        peer.mac = ports.port[1].mac;
        peer.v4.address[3] = 2;
        now = sl_clock_now(&node.runtime.clock);
        self = sl_endpoint_v4(node.net.v4.address, 7947);
    }

    ~Worker() override
    {
        sl_transmitter_stop(&worker->transmitter);
        sl_receiver_stop(&worker->receiver);
        sl_reclaim_detach();
        urcu_qsbr_unregister_thread();
    }

    rte_mbuf *frame(sl_frame_type type, const sl_probe_body *body = nullptr)
    {
        rte_mbuf *m = rte_pktmbuf_alloc(pool.get());
        sl_header header = {};
        header.type = (uint8_t)type;
        header.cluster_id = sl_cluster_from_name("test").id;
        header.sender_id = PEER;
        header.boot_salt = 1;
        header.counter = ++counter;
        header.probe = 77;
        uint32_t bytes = sl_frame_records_at((uint8_t)type);
        auto *at = (uint8_t *)rte_pktmbuf_append(m, (uint16_t)bytes);
        sl_header_write(at, &header);
        if (body)
            sl_probe_body_write(at, body);
        return m;
    }

    rte_mbuf *ping()
    {
        sl_probe_body body = {node.id(), PEER, 0};
        return frame(SL_FRAME_PING, &body);
    }

    /* A datagram from the peer to the node. */
    void send(rte_mbuf *m)
    {
        sl_net_wrap(&peer, m, &self, &node.net.mac, 0);
        put(m);
    }

    void put(rte_mbuf *m)
    {
        ASSERT_EQ(rte_eth_tx_burst(ports.port[1].ethdev_id, 0, &m, 1), 1);
    }

    unsigned poll()
    {
        unsigned n = sl_receiver_poll(&worker->receiver, now);
        sl_transmitter_flush(&worker->transmitter);
        urcu_qsbr_quiescent_state();
        return n;
    }

    void turn()
    {
        sl_engine_loop_turn(&node.runtime.loop, now);
        sl_transmitter_flush(&worker->transmitter);
        urcu_qsbr_quiescent_state();
    }

    rte_mbuf *take()
    {
        rte_mbuf *m = nullptr;
        return rte_eth_rx_burst(ports.port[1].ethdev_id, 0, &m, 1) == 1 ? m : nullptr;
    }

    unsigned free_taken()
    {
        unsigned count = 0;
        for (rte_mbuf *m; (m = take()) != nullptr; count++)
            rte_pktmbuf_free(m);
        return count;
    }

    /* A burst of them, answered. */
    void poll_pings()
    {
        for (int i = 0; i < SL_BURST; i++)
            send(ping());
        EXPECT_EQ(poll(), (unsigned)SL_BURST);
    }

    uint64_t dropped(sl_drop reason) const
    {
        return worker->counters.drops[reason];
    }

    static const sl_port &prepared(sl_port &port, const std::function<void(sl_port &)> &change)
    {
        if (change)
            change(port);
        return port;
    }

    PacketPool pool{511};
    CrossedPorts ports;
    TestNode node;
    sl_worker *worker;
    sl_net peer;
    sl_endpoint self;
    uint64_t now, counter = 0;
};
} // namespace worker_test
