// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// Clusters of three zones: a (1..), b (101..), c (201..).
#include <gtest/gtest.h>

#include <vector>

#include "cluster.h"
#include "puppet.h"

extern "C" {
#include "lib/engine_private.h"
}

namespace zone_test
{

inline char zone_at(int number)
{
    return (char)('a' + number / 100);
}

class ZoneRule : public ::testing::Test
{
  protected:
    ZoneRule() : cluster("lan", 7)
    {
        cluster.configure = [this](sl_config &c) { configure(c); };
    }

    void configure(sl_config &c) const
    {
        const int number = c.v4.ip[15];
        c.zone[0] = named ? zone_at(number) : '\0';
        c.zone[1] = '\0';
        c.zone_patience_ns = patience_ns;
        if (number == helpless)
            c.probe_helpers = 0;
        if (number == passive)
            c.probe_period_ns = 3600 * kS;
        c.dead_retention_ns = 10 * patience_ns;
        c.suspicion_min_ns = 800 * kMs;
        c.suspicion_max_ns = 1600 * kMs;
    }

    // Numbers of one zone.
    static std::vector<int> zone(char name, int size)
    {
        std::vector<int> all;
        for (int i = 1; i <= size; i++)
            all.push_back(100 * (name - 'a') + i);
        return all;
    }

    void form(int a, int b, int c)
    {
        for (auto [name, size] : {std::pair<char, int>{'a', a}, {'b', b}, {'c', c}}) {
            for (int number : zone(name, size)) {
                std::vector<int> seeds;
                if (number != 1)
                    seeds.push_back(1);
                cluster.start(number, seeds);
            }
        }
        ASSERT_TRUE(cluster.run_until([this] { return cluster.converged(); }, 60 * kS));
        cluster.run(3 * kS);
        for (auto &[number, node] : cluster.nodes)
            node->events.clear();
    }

    // Nobody hears anybody from the other side of these zones.
    void cut(const std::string &zones)
    {
        cluster.reachable = [zones](int from, int to) {
            return inside(zones, from) == inside(zones, to);
        };
    }

    void heal()
    {
        cluster.reachable = [](int, int) { return true; };
    }

    static bool inside(const std::string &zones, int number)
    {
        return zones.find(zone_at(number)) != std::string::npos;
    }

    bool finds_unreachable(int viewer, char zone)
    {
        return sl_engine_zone_is_unreachable(cluster.node(viewer).engine, &zone, 1);
    }

    // Every viewer of `of` in the other zones finds it so.
    bool all_find(const std::string &viewers, char of, bool unreachable)
    {
        for (auto &[number, node] : cluster.nodes) {
            if (inside(viewers, number) && finds_unreachable(number, of) != unreachable)
                return false;
        }
        return true;
    }

    size_t events(sl_event_type type)
    {
        size_t count = 0;
        for (auto &[number, node] : cluster.nodes)
            count += node->count_events(type);
        return count;
    }

    bool all_hold(const std::string &viewers, const std::string &name, sl_status status)
    {
        for (auto &[number, node] : cluster.nodes) {
            if (inside(viewers, number) && node->status_of(name) != status)
                return false;
        }
        return true;
    }

    uint64_t suspected_since(int viewer, const std::string &name)
    {
        const sl_engine *e = cluster.node(viewer).engine;
        uint32_t slot = sl_view_find(e->view, Puppet(cluster, 99, name).id_of(name), nullptr);
        uint32_t entry = sl_slot_map_find(&e->suspicion_map, slot);
        return entry == SL_ENTRY_NONE ? 0 : e->suspicions[entry].started_ns;
    }

    static std::vector<uint8_t> doubt_of(const std::string &zone)
    {
        sl_cluster hash = sl_cluster_from_name("test");
        std::vector<uint8_t> doubt(SL_RECORD_DOUBT_BYTES);
        sl_record_write_doubt(doubt.data(), sl_member_id(&hash, zone.data(), zone.size()));
        return doubt;
    }

    Cluster cluster;
    int helpless = 0; // the number of a node that asks no helpers
    int passive = 0;  // the number of a node that probes nobody unasked
    bool named = true;
    uint64_t patience_ns = 300 * kS;
};

} // namespace zone_test
