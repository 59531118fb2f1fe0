// SPDX-License-Identifier: BSD-3-Clause
// Repair is watched: that it ends, and that less differs behind it.
#include "tests/sim/played.h"

namespace
{

// What was pushed while frames were lost has to be repaired.
const char *const kMissed = "nodes 80\nprofile lan\nstart formed\nrun 30s\nat 1s loss 97%\n"
                            "at 2s update n1-n20\nat 3s loss 0%\n";

TEST(SimRepairs, SessionsOfAQuietClusterAreFollowedAndDoRepair)
{
    Played run(kMissed, 1);
    EXPECT_GT(run.metric(SIM_METRIC_repairs_judged), 0u);
    EXPECT_GT(run.metric(SIM_METRIC_sync_learned), 0u);
    EXPECT_EQ(run.metric(SIM_METRIC_views_wrong), 0u);
    EXPECT_EQ(sim_invariants_broken(&run.world.invariants), 0u);
}

// Two views differ in a member that nobody has told of: the session is said to have ended at once.
TEST(SimRepairs, ARepairInVainIsCaught)
{
    Played run("zone a 40\nzone b 40\nprofile lan\nstart formed\nrun 20s\nat 1s cut a\n"
               "at 2s update n1-n20\n",
               1);
    sim_repairs &repairs = run.world.repairs;
    ASSERT_EQ(repairs.count, 0u);
    sim_repair &r = repairs.followed[repairs.count++];
    r = {};
    r.node = 0;
    r.peer = 79;
    r.life = r.peer_life = 1;
    r.began_ns = r.ended_ns = run.world.start_ns + 5000000000;
    r.members[r.count++] = 2;
    sim_repairs_run(&run.world);
    EXPECT_EQ(repairs.count, 0u);
    EXPECT_EQ(run.world.invariants.broken[SIM_RULE_REPAIR_SHRINKS], 1u);
}

// n1 alone reaches n50, and tells each of the two sides what the other one says of it.
TEST(SimRepairs, WhatACutKeepsChangingIsNotInVain)
{
    for (uint64_t seed : {2, 3}) {
        Played run("nodes 50\nprofile lan\nstart formed\nrun 120s\nat 5s cut n50 n2-n49\n", seed);
        EXPECT_EQ(run.metric(SIM_METRIC_violations), 0u) << seed;
        EXPECT_GT(run.metric(SIM_METRIC_repairs_judged), 0u);
    }
}

TEST(SimRepairs, WhatHadNoRoomIsNotInVain)
{
    for (const char *narrow : {"", "at 3s mtu 600 n80 -> n1\n"}) {
        Played run(std::string("zone a 40\nzone b 40\nprofile lan\nstart formed\nrun 20s\n"
                               "at 1s cut a\nat 2s update n1-n20\n") +
                       narrow,
                   1);
        run.world.nodes[79].was_full = *narrow == '\0';
        sim_repair &r = run.world.repairs.followed[run.world.repairs.count++];
        r = {};
        r.node = 0;
        r.peer = 79;
        r.life = r.peer_life = 1;
        r.began_ns = r.ended_ns = run.world.start_ns + 5000000000;
        r.members[r.count++] = 2;
        sim_repairs_run(&run.world);
        EXPECT_EQ(run.world.repairs.count, 0u);
        EXPECT_EQ(run.world.invariants.broken[SIM_RULE_REPAIR_SHRINKS], 0u) << narrow;
    }
}

TEST(SimRepairs, ASessionWithoutEndIsCaughtOnce)
{
    Played run("nodes 20\nprofile lan\nstart formed\nrun 5s\n", 1);
    sim_node &node = run.world.nodes[4];
    node.sync_number = 1;
    node.sync_began_ns = run.world.now_ns;
    sim_repairs_check_ends(&run.world);
    EXPECT_EQ(run.world.invariants.broken[SIM_RULE_REPAIR_ENDS], 0u);
    run.world.now_ns += sim_repair_bound_ns(&run.world) + 1;
    sim_repairs_check_ends(&run.world);
    sim_repairs_check_ends(&run.world);
    EXPECT_EQ(run.world.invariants.broken[SIM_RULE_REPAIR_ENDS], 1u);
}

} // namespace
