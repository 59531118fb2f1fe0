// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// One engine that probes only when told to, a member "m" and three more, all played by puppets.
#include "puppet.h"

extern "C" {
#include "lib/engine_private.h"
}

class ProbeFixture : public ::testing::Test
{
  protected:
    ProbeFixture()
        : cluster("lan"),
          m(cluster, 50, "m"), helpers{Puppet(cluster, 51, "h1"), Puppet(cluster, 52, "h2"),
                                       Puppet(cluster, 53, "h3")}
    {
        cluster.configure = [this](sl_config &c) {
            c.probe_period_ns = 3600 * kS;
            c.dial_interval_ns = 3600 * kS;
            c.probe_helpers = helper_count;
        };
    }

    void Start()
    {
        cluster.start(1, {1});
        m.introduce(node());
        for (Puppet &h : helpers)
            h.introduce(node());
    }

    ClusterNode &node()
    {
        return cluster.node(1);
    }

    sl_engine &engine()
    {
        return *node().engine;
    }

    uint32_t SlotOf(const std::string &name)
    {
        uint64_t word;
        return sl_view_find(engine().view, m.id_of(name), &word);
    }

    void Probe(const std::string &name = "m")
    {
        node().step(nullptr); // the engine's time is now
        uint32_t slot = SlotOf(name);
        ASSERT_TRUE(sl_probe_start(&engine(), slot, SL_PROBE_ROUND,
                                   sl_view_slot_word(engine().view, slot)));
        node().step(nullptr);
    }

    uint64_t Window()
    {
        return sl_probe_window_ns(&engine(), SlotOf("m"), SL_PROBE_ROUND);
    }

    // Number of the first PING that m got.
    uint32_t NumberOfPing()
    {
        for (const sl_header &h : m.received) {
            if (h.type == SL_FRAME_PING)
                return h.probe;
        }
        return 0;
    }

    static size_t Asked(const Puppet &p)
    {
        size_t count = 0;
        for (const sl_header &h : p.received)
            count += h.type == SL_FRAME_PING_REQ;
        return count;
    }

    sl_probe_body Body()
    {
        return {m.id_of("m"), m.id_of("n1"), m.word};
    }

    bool Suspected()
    {
        return node().status_of("m") == SL_SUSPECT;
    }

    uint32_t helper_count = 3;
    Cluster cluster;
    Puppet m;
    Puppet helpers[3];
};
