/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* A view in memory of exactly its own size, and the host that it needs. */
#include <gtest/gtest.h>

#include <cstdlib>
#include <cstring>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "lib/view.h"

namespace view_test
{

/* A host whose grace periods end when the test says so, or at once. */
struct Host {
    bool at_once = false;
    uint32_t asked = 0;
    std::vector<sl_retire_ticket *> under_way;
    std::map<uint64_t, const sl_cold *> shared;

    void grace_period_ends()
    {
        for (sl_retire_ticket *ticket : under_way)
            sl_retire_done(ticket);
        under_way.clear();
    }
};
inline void retire(void *context, sl_retire_ticket *ticket)
{
    Host *host = static_cast<Host *>(context);
    host->asked++;
    if (host->at_once)
        sl_retire_done(ticket);
    else
        host->under_way.push_back(ticket);
}
inline const sl_cold *shared_find(void *context, uint64_t id)
{
    Host *host = static_cast<Host *>(context);
    return host->shared.at(id);
}

struct Identity {
    std::string name, zone, tags;
    sl_identity c{};

    Identity(std::string n, std::string z = "", std::string t = "")
        : name(std::move(n)), zone(std::move(z)), tags(std::move(t))
    {
        const uint8_t ip[4] = {10, 0, 0, 1};
        c.v4 = sl_endpoint_v4(ip, 7947);
        c.name = name.data();
        c.zone = zone.data();
        c.tags = tags.data();
        c.name_bytes = static_cast<uint8_t>(name.size());
        c.zone_bytes = static_cast<uint8_t>(zone.size());
        c.tags_bytes = static_cast<uint16_t>(tags.size());
    }
};
inline sl_view_config config_of(Host *host, uint32_t max_members, uint32_t load_percent = 35)
{
    sl_view_config config{};
    config.cluster = sl_cluster_from_name("view-test");
    config.max_members = max_members;
    config.load_percent = load_percent;
    config.cold_bytes_per_member = 128;
    config.compacting = true;
    config.retire = retire;
    config.retire_host = host;
    return config;
}

/* A view in memory of exactly the size that the dry run counted. */
struct View {
    sl_arena arena = sl_arena_dry();
    std::unique_ptr<uint8_t, decltype(&free)> memory{nullptr, free};
    sl_view *v = nullptr;
    sl_view_config config;

    explicit View(const sl_view_config &c) : config(c)
    {
        EXPECT_EQ(sl_view_create(&arena, &config), nullptr);
        arena.size_bytes = arena.used_bytes;
        memory.reset(static_cast<uint8_t *>(aligned_alloc(SL_CACHE_LINE, arena.size_bytes)));
        memset(memory.get(), 0, arena.size_bytes);
        arena.base = memory.get();
        arena.used_bytes = 0;
        v = sl_view_create(&arena, &config);
        EXPECT_NE(v, nullptr);
        EXPECT_EQ(arena.used_bytes, arena.size_bytes);
    }

    int add(uint64_t id, uint64_t word, uint32_t *slot = nullptr,
            const std::string &name = "member")
    {
        uint32_t unused;
        Identity identity(name);
        return sl_view_add(v, id, word, &identity.c, slot == nullptr ? &unused : slot);
    }

    std::string name(uint32_t slot)
    {
        sl_identity identity = sl_cold_identity(sl_view_cold(v, slot));
        return std::string(identity.name, identity.name_bytes);
    }

    double bytes_per_member() const
    {
        return static_cast<double>(arena.size_bytes) / config.max_members;
    }
};
inline uint64_t alive(uint64_t generation)
{
    return sl_word(generation, 0, SL_ALIVE);
}

} // namespace view_test
