// SPDX-License-Identifier: BSD-3-Clause
// Members that change what they say of themselves: tags, addresses, zones.
#include <gtest/gtest.h>

#include "tests/sim/played.h"

namespace
{

const char *const kZones = "zone a 10\nzone b 10\nstart formed\nrun 30s\n";

sl_identity held(const Played &run, uint32_t viewer, uint32_t member)
{
    const sl_view *view = sl_engine_view(run.world.nodes[viewer].engine);
    uint64_t word;
    uint32_t slot = sl_view_find(view, run.world.directory.entries[member].id, &word);
    return sl_cold_identity(sl_view_cold(view, slot));
}

std::string tags(const sl_identity &identity)
{
    return {identity.tags, identity.tags_bytes};
}

TEST(SimIdentity, TagsReachEveryViewAndOutliveARestart)
{
    Played run(std::string(kZones) + "at 1s tag n5 role=cache\nat 3s tag n5,n6 role=db,rack=7\n"
                                     "at 10s crash n6\nat 15s restart n6\n"
                                     "expect spread updated at 100% within 2s\n",
               1);
    EXPECT_TRUE(run.holds());
    for (uint32_t viewer = 0; viewer < 20; viewer++) {
        EXPECT_EQ(tags(held(run, viewer, 4)), "role=db\nrack=7") << viewer;
        EXPECT_EQ(tags(held(run, viewer, 5)), "role=db\nrack=7") << viewer;
        EXPECT_EQ(tags(held(run, viewer, 6)), "") << viewer;
    }
}

TEST(SimIdentity, TagsThatAViewerDoesNotHoldHaveNotReachedIt)
{
    Played run(std::string(kZones) + "at 5s tag n5 role=cache\n", 1);
    struct sim_news_list *updates = &run.world.watch.news[SIM_NEWS_UPDATE];
    ASSERT_EQ(updates->count, 1u);
    uint32_t count = updates->all[0].count;
    updates->all[0].tags = "role=other";
    sl_event event = {};
    event.type = SL_EVENT_MEMBER_UPDATED;
    event.id = run.world.directory.entries[4].id;
    event.word = updates->all[0].word;
    const sl_view *view = sl_engine_view(run.world.nodes[0].engine);
    uint64_t word;
    event.cold = sl_view_cold(view, sl_view_find(view, event.id, &word));
    sim_world_event(&run.world, &run.world.nodes[0], &event);
    EXPECT_EQ(updates->all[0].count, count);
    updates->all[0].tags = "role=cache";
    sim_world_event(&run.world, &run.world.nodes[0], &event);
    EXPECT_EQ(updates->all[0].count, count + 1);
}

TEST(SimIdentity, WhoMovesIsFoundElsewhereAfterItsRestart)
{
    Played run(std::string(kZones) + "at 5s crash n7\nat 6s move n7\nat 12s restart n7\n"
                                     "expect joined n7 within 5s\n"
                                     "expect views equal at 100% within 5s\n"
                                     "expect false_dead == 0\n",
               1);
    EXPECT_TRUE(run.holds());
    sl_endpoint old = sim_endpoint_of(6, 0), now = sim_node_endpoint(&run.world.nodes[6]);
    EXPECT_FALSE(sl_endpoint_equal(&old, &now));
    EXPECT_EQ(sim_world_at(&run.world, &now), 6u);
    EXPECT_EQ(sim_world_at(&run.world, &old), SIM_NODE_NONE);
    for (uint32_t viewer = 0; viewer < 20; viewer++) {
        sl_endpoint known = held(run, viewer, 6).v4;
        EXPECT_TRUE(sl_endpoint_equal(&known, &now)) << viewer;
    }
}

TEST(SimIdentity, AMemberMovesIntoAnotherZoneOnlyByARestart)
{
    Played run(std::string(kZones) + "at 2s move n7 to zone b\nat 2s move n8 to zone b\n"
                                     "at 5s crash n7\nat 12s restart n7\n"
                                     "expect views equal at 100% within 5s\n",
               1);
    EXPECT_TRUE(run.holds());
    for (uint32_t viewer = 0; viewer < 20; viewer++) {
        sl_identity moved = held(run, viewer, 6), stayed = held(run, viewer, 7);
        EXPECT_EQ(std::string(moved.zone, moved.zone_bytes), "b") << viewer;
        EXPECT_EQ(std::string(stayed.zone, stayed.zone_bytes), "a") << viewer;
    }
}

TEST(SimIdentity, BytesToTheDownAreKnownAtAnyMoment)
{
    Played run(std::string(kZones) + "at 5s crash n7\n"
                                     "expect bytes_to_down_1s == 0KB at 4s\n"
                                     "expect bytes_to_down_1s >= 1KB at 20s\n",
               1);
    EXPECT_TRUE(run.holds());
}

} // namespace
