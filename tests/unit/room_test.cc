// SPDX-License-Identifier: BSD-3-Clause
// A full table: the gone give way to the living.
#include "puppet.h"

namespace
{

class Room : public ::testing::Test
{
  protected:
    Room()
    {
        cluster.configure = [](sl_config &c) { c.max_members = 8; };
        node = &cluster.start(1, {});
    }

    static std::string name_of(int i)
    {
        return "m" + std::to_string(i);
    }

    // The member says so itself, once.
    void claim(int i)
    {
        Puppet(cluster, 100 + i, name_of(i)).introduce(*node);
    }

    void end(int i, sl_status status)
    {
        uint64_t word = sl_word_with_status(puppet.word, status);
        puppet.gossip(*node, {status == SL_LEFT ? puppet.left(name_of(i), word)
                                                : puppet.accusation(name_of(i), word, "m1")});
    }

    // The node and seven others; those that never answer are not found out yet.
    void fill()
    {
        for (int i = 1; i <= 7; i++)
            claim(i);
    }

    bool holds(int i)
    {
        return node->word_of(name_of(i)) != 0;
    }

    Cluster cluster;
    ClusterNode *node;
    Puppet puppet{cluster, 9, "puppet"};
};

TEST_F(Room, TheOldestThatLeftGivesWayFirst)
{
    fill();
    end(3, SL_LEFT);
    cluster.run(2 * kS);
    end(5, SL_LEFT);
    cluster.run(kS / 2);
    ASSERT_TRUE(cluster.run_until(
        [&] {
            claim(8);
            return holds(8);
        },
        60 * kS));
    EXPECT_FALSE(holds(3));
    EXPECT_TRUE(holds(5));
}

TEST_F(Room, WhereNobodyLeftTheDeadGiveWay)
{
    puppet.answers = puppet.receipts = true; // one is there and hears of the others' deaths
    puppet.introduce(*node);
    for (int i = 1; i <= 6; i++)
        claim(i);
    ASSERT_TRUE(cluster.run_until([&] { return node->live_count() == 2; }, 300 * kS));
    auto finds_room = [&] {
        claim(8);
        return holds(8);
    };
    ASSERT_TRUE(cluster.run_until(finds_room, 60 * kS));
    EXPECT_EQ(node->count_events(SL_EVENT_MEMBER_FORGOTTEN), 1u);
    EXPECT_NE(node->word_of("puppet"), 0u);
}

TEST_F(Room, TheLivingDoNotAndItIsTold)
{
    fill();
    claim(8);
    EXPECT_FALSE(holds(8));
    EXPECT_EQ(node->count_events(SL_EVENT_MEMBERS_FULL), 1u);
    for (int i = 1; i <= 7; i++)
        EXPECT_TRUE(holds(i));
}

} // namespace
