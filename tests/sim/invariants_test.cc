// SPDX-License-Identifier: BSD-3-Clause
// Every checker bites when it is shown a lie, and lets the truth pass.
#include "bench/sim/invariants.h"

#include <gtest/gtest.h>

#include "lib/word.h"

namespace
{

const uint64_t kAlive = sl_word(100, 0, SL_ALIVE), kDead = sl_word(100, 0, SL_DEAD);
const uint64_t kRefuted = sl_word(100, 1, SL_ALIVE);
const uint64_t kSecond = 1000000000;

sim_change change(uint64_t previous, uint64_t word)
{
    sim_change c = {};
    c.at_ns = 2 * kSecond;
    c.viewer = 0;
    c.member = 1;
    c.word = word;
    c.previous = previous;
    c.issued = kRefuted;
    c.grace_ns = 60 * kSecond;
    return c;
}

TEST(SimInvariants, TruthPasses)
{
    sim_invariants v = {};
    sim_change died = change(kAlive, kDead), refuted = change(kDead, kRefuted);
    EXPECT_TRUE(sim_check_change(&v, &died));
    EXPECT_TRUE(sim_check_change(&v, &refuted));
    EXPECT_TRUE(sim_check_held(&v, 0, 0, 1, kDead, 0)); // forgotten
    EXPECT_TRUE(sim_check_bytes(&v, 0, 0, 50000, 50000));
    EXPECT_TRUE(sim_check_digest(&v, 0, 0, 1, 7, 7, true));
    EXPECT_TRUE(sim_check_digest(&v, 0, 0, 1, 7, 8, false));
    EXPECT_TRUE(sim_check_refuted(&v, 0, 0, kDead, kRefuted));
    EXPECT_TRUE(sim_check_refuted(&v, 0, 0, kDead, sl_word(100, 0, SL_LEFT)));
    EXPECT_TRUE(sim_check_work(&v, 0, 0, 1, 2048));
    EXPECT_TRUE(sim_check_queue(&v, 0, 0, 128, 128));
    EXPECT_EQ(sim_invariants_broken(&v), 0u);
}

TEST(SimInvariants, AnAccusationThatIsNotAnsweredIsCaught)
{
    sim_invariants v = {};
    EXPECT_FALSE(sim_check_refuted(&v, 0, 0, kDead, kAlive));
    EXPECT_EQ(v.broken[SIM_RULE_REFUTES], 1u);
}

TEST(SimInvariants, AStepWithoutBoundIsCaught)
{
    sim_invariants v = {};
    EXPECT_FALSE(sim_check_work(&v, 0, 0, 1, 2049));
    EXPECT_FALSE(sim_check_work(&v, 0, 0, 1027, 0));
    EXPECT_EQ(v.broken[SIM_RULE_WORK], 2u);
}

TEST(SimInvariants, ARepairThatLastsOrIsInVainIsCaught)
{
    sim_invariants v = {};
    EXPECT_TRUE(sim_check_session(&v, 0, 0, 60 * kSecond, 60 * kSecond));
    EXPECT_FALSE(sim_check_session(&v, 0, 0, 60 * kSecond + 1, 60 * kSecond));
    EXPECT_TRUE(sim_check_repair(&v, 0, 0, 1, 3, 2));
    EXPECT_FALSE(sim_check_repair(&v, 0, 0, 1, 3, 3));
    EXPECT_EQ(v.broken[SIM_RULE_REPAIR_ENDS], 1u);
    EXPECT_EQ(v.broken[SIM_RULE_REPAIR_SHRINKS], 1u);
}

TEST(SimInvariants, AQueueBeyondItsRoomIsCaught)
{
    sim_invariants v = {};
    EXPECT_FALSE(sim_check_queue(&v, 0, 0, 129, 128));
    EXPECT_EQ(v.broken[SIM_RULE_QUEUES], 1u);
}

TEST(SimInvariants, AFallingWordIsCaught)
{
    sim_invariants v = {};
    sim_change c = change(kDead, kAlive);
    EXPECT_FALSE(sim_check_change(&v, &c));
    EXPECT_EQ(v.broken[SIM_RULE_MONOTONE], 1u);
    EXPECT_STREQ(v.first[SIM_RULE_MONOTONE],
                 "at 2000 ms: n1's word of n2 fell from 0000000064000002 to 0000000064000000");
}

TEST(SimInvariants, AnIncarnationThatItsMemberNeverHadIsCaught)
{
    sim_invariants v = {};
    sim_change c = change(kAlive, sl_word(100, 2, SL_SUSPECT));
    EXPECT_FALSE(sim_check_change(&v, &c));
    EXPECT_EQ(v.broken[SIM_RULE_INCARNATION], 1u);
}

TEST(SimInvariants, AMemberLongGoneThatLivesIsCaught)
{
    sim_invariants v = {};
    sim_change c = change(0, kAlive);
    c.gone_ns = 60 * kSecond;
    EXPECT_TRUE(sim_check_change(&v, &c));
    c.gone_ns++;
    EXPECT_FALSE(sim_check_change(&v, &c));
    EXPECT_FALSE(sim_check_believed(&v, &c));
    EXPECT_EQ(v.broken[SIM_RULE_RESURRECTION], 2u);
    c.word = kDead;
    EXPECT_TRUE(sim_check_believed(&v, &c));
}

TEST(SimInvariants, BytesBeyondTheCapAreCaught)
{
    sim_invariants v = {};
    EXPECT_FALSE(sim_check_bytes(&v, 0, 6, 50001, 50000));
    EXPECT_STREQ(v.first[SIM_RULE_BYTE_CAP], "at 0 ms: n7: 50001 bytes, cap 50000");
}

TEST(SimInvariants, BytesToWhoIsDownBeyondItsCapAreCaught)
{
    sim_invariants v = {};
    EXPECT_TRUE(sim_check_bytes_down(&v, 0, 6, 50000, 50000));
    EXPECT_FALSE(sim_check_bytes_down(&v, 0, 6, 50001, 50000));
    EXPECT_STREQ(v.first[SIM_RULE_DOWN_CAP], "at 0 ms: n7 is down and got 50001 bytes, cap 50000");
}

TEST(SimInvariants, HashesThatLieAreCaught)
{
    sim_invariants v = {};
    EXPECT_FALSE(sim_check_digest(&v, 0, 0, 1, 7, 7, false));
    EXPECT_FALSE(sim_check_digest(&v, 0, 0, 1, 7, 8, true));
    EXPECT_EQ(v.broken[SIM_RULE_DIGEST], 2u);
}

TEST(SimInvariants, TheFirstBreachIsKept)
{
    sim_invariants v = {};
    sim_check_bytes(&v, 0, 6, 2, 1);
    sim_check_bytes(&v, 0, 7, 3, 1);
    EXPECT_STREQ(v.first[SIM_RULE_BYTE_CAP], "at 0 ms: n7: 2 bytes, cap 1");
    EXPECT_EQ(sim_invariants_broken(&v), 2u);
}

} // namespace
