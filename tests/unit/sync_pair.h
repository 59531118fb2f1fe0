// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// Two members of a large cluster, whose other members are only known by name, make their views
// equal. Every sync frame between them is counted.
#include "cluster.h"

#include "lib/preload.h"
extern "C" {
#include "lib/engine_private.h"
}

struct Pair {
    Cluster cluster{"lan", 5};
    sl_cluster keys = sl_cluster_from_name("test");
    uint64_t bytes = 0, frames = 0, requests = 0;
    uint64_t record_bytes = 0;

    explicit Pair(uint32_t max_members = 16384, uint32_t frame_bytes = SL_FRAME_BYTES)
    {
        cluster.configure = [=](sl_config &c) {
            c.max_members = max_members;
            c.frame_bytes = frame_bytes;
            c.max_rumours = 4096;
            c.byte_cap = c.byte_cap_joining = 100000000;
            c.repair_patience_ns = 3600 * kS; // only sessions that a test begins
            c.probe_period_ns = 3600 * kS;
        };
        cluster.start(1, {});
        cluster.start(2, {});
        cluster.tap = [this](const ClusterPacket &p) {
            if (p.bytes[1] != SL_FRAME_SYNC && p.bytes[1] != SL_FRAME_SYNC_REQUEST)
                return;
            bytes += p.bytes.size();
            frames++;
            requests += p.bytes[1] == SL_FRAME_SYNC_REQUEST;
        };
        for (int at : {1, 2}) {
            ClusterNode &other = cluster.node(3 - at);
            sl_identity identity{};
            identity.v4 = other.endpoint;
            identity.name = other.config.name;
            identity.name_bytes = 2;
            identity.zone = identity.tags = "";
            add(at, identity, other.word());
        }
    }

    void add(int at, const sl_identity &identity, uint64_t word)
    {
        sl_preload_member m = {sl_member_id(&keys, identity.name, identity.name_bytes), word,
                               &identity};
        ASSERT_EQ(sl_engine_preload(cluster.node(at).engine, &m, 1), 0);
    }

    // Member number i. It stands at node 2's address, to whom so every session of node 1 leads.
    void know(int at, int i, uint64_t word = sl_word(1000000, 0, SL_ALIVE))
    {
        std::string name = "member-" + std::to_string(i);
        sl_identity identity{};
        identity.v4 = Cluster::address_of(2);
        identity.name = name.data();
        identity.name_bytes = (uint8_t)name.size();
        identity.zone = identity.tags = "";
        add(at, identity, word);
        record_bytes = sl_record_alive_bytes(&identity);
    }

    void know_both(int from, int count)
    {
        for (int i = from; i < from + count; i++) {
            know(1, i);
            know(2, i);
        }
    }

    uint64_t hash(int at)
    {
        return sl_view_summary(sl_engine_view(cluster.node(at).engine))->view_hash;
    }

    bool sync()
    {
        bytes = frames = requests = 0;
        ClusterNode &n = cluster.node(1);
        sl_sync_start(n.engine, &cluster.node(2).endpoint, SL_SLOT_NONE, false);
        n.step(nullptr);
        auto done = [&] { return hash(1) == hash(2); };
        return cluster.run_until(done, 20 * kS);
    }
};
