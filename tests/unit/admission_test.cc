// SPDX-License-Identifier: BSD-3-Clause
// Made-up members keep nobody out: what is known by hearsay fills a part of the table at most, and
// who never answers gives way.
#include <deque>

#include "puppet.h"
#include "sync_pair.h"

namespace
{

constexpr uint32_t kMembers = 64;
constexpr uint32_t kShare = kMembers * SL_HEARSAY_STRANGER / 8;
constexpr uint32_t kMemberShare = kMembers * SL_HEARSAY_MEMBER / 8;

class Admission : public ::testing::Test
{
  protected:
    Admission()
    {
        cluster.configure = [this](sl_config &c) {
            c.max_members = max_members;
            c.cold_bytes_per_member = cold_bytes_per_member;
            c.suspicion_min_ns = c.suspicion_max_ns = 600 * kS; // nobody is declared dead
        };
    }

    ClusterNode &start()
    {
        node = &cluster.start(1, {});
        return *node;
    }

    static std::string name_of(int i)
    {
        return "made-up-" + std::to_string(i);
    }

    void tell(Puppet &teller, int first, int count, const std::string &tags = "")
    {
        for (int i = first; i < first + count; i++)
            teller.gossip(*node, {teller.alive(name_of(i), teller.word, 1000 + i, tags)});
    }

    // Says itself that it is there, until it is known.
    bool comes_in(Puppet &joiner, uint64_t within_ns)
    {
        return cluster.run_until(
            [&] {
                joiner.introduce(*node);
                return node->word_of(joiner.name) != 0;
            },
            within_ns);
    }

    uint64_t refused()
    {
        return sl_engine_counters(node->engine)->drops[SL_DROP_HEARSAY_FULL];
    }

    uint32_t max_members = kMembers, cold_bytes_per_member = 0;
    Cluster cluster;
    ClusterNode *node = nullptr;
    Puppet stranger{cluster, 9, "stranger"};
    Puppet joiner{cluster, 8, "joiner"};
};

TEST_F(Admission, AStrangerFillsAShareOfTheTableAtMost)
{
    start();
    tell(stranger, 0, 200);
    EXPECT_EQ(node->live_count(), 1 + kShare);
    EXPECT_EQ(refused(), 200 - kShare);
    EXPECT_EQ(node->count_events(SL_EVENT_MEMBERS_FULL), 0u);
    joiner.introduce(*node);
    EXPECT_NE(node->word_of("joiner"), 0u);
}

TEST_F(Admission, OfASmallTableHearsayMayFillAFewPlaces)
{
    max_members = SL_HEARSAY_FEW + 4;
    start();
    tell(stranger, 0, 200);
    EXPECT_EQ(node->live_count(), 1u + SL_HEARSAY_FEW);
}

TEST_F(Admission, AStrangerFillsAShareOfTheColdRecordsAtMost)
{
    cold_bytes_per_member = 64;
    start();
    std::string tags(SL_TAGS_BYTES_MAX, 'x');
    tell(stranger, 0, 60, tags);
    EXPECT_LE(node->live_count() - 1, kShare * 32 / (24 + SL_TAGS_BYTES_MAX));
    EXPECT_GT(refused(), 50u);
    joiner.introduce(*node);
    EXPECT_NE(node->word_of("joiner"), 0u);
}

TEST_F(Admission, AMemberThatAnsweredMayTellOfMoreButNotOfAll)
{
    stranger.answers = true;
    start();
    stranger.introduce(*node);
    ASSERT_TRUE(cluster.run_until(
        [&] {
            const sl_view *view = sl_engine_view(node->engine);
            return sl_view_is_proven(view, sl_view_find(view, node->id_of("stranger"), nullptr));
        },
        2 * kS));
    tell(stranger, 0, 200);
    EXPECT_EQ(node->live_count(), 2 + kMemberShare);
    EXPECT_EQ(refused(), 200 - kMemberShare);
    joiner.introduce(*node);
    EXPECT_NE(node->word_of("joiner"), 0u);
}

TEST_F(Admission, WhoAnsweredIsNoHearsayAnyMore)
{
    start();
    std::deque<Puppet> there;
    for (uint32_t i = 0; i < kShare; i++) {
        there.emplace_back(cluster, 1000 + (int)i, name_of((int)i)).answers = true;
        tell(stranger, (int)i, 1);
    }
    tell(stranger, 200, 1);
    EXPECT_EQ(node->word_of(name_of(200)), 0u);
    ASSERT_TRUE(cluster.run_until(
        [&] {
            tell(stranger, 200, 1);
            return node->word_of(name_of(200)) != 0;
        },
        20 * kS));
}

TEST_F(Admission, OtherTagsAreCountedAnew)
{
    cold_bytes_per_member = 64;
    start();
    std::string tags(SL_TAGS_BYTES_MAX, 'x');
    tell(stranger, 0, 3, tags);
    uint32_t before = node->live_count();
    for (int i = 0; i < 3; i++)
        stranger.gossip(*node, {stranger.alive(name_of(i), stranger.word + 4, 1000 + i)});
    tell(stranger, 100, 3, tags);
    EXPECT_GT(node->live_count(), before);
}

TEST_F(Admission, InAFullTableHearsayGivesWayToWhoComesItself)
{
    start();
    tell(stranger, 0, (int)kShare);
    for (uint32_t i = kShare; i < kMembers - 1; i++)
        Puppet(cluster, 1000 + (int)i, name_of((int)i)).introduce(*node);
    ASSERT_EQ(node->live_count(), kMembers);
    ASSERT_TRUE(comes_in(joiner, kS));
    EXPECT_EQ(node->live_count(), kMembers);
    for (uint32_t i = kShare; i < kMembers - 1; i++)
        EXPECT_NE(node->word_of(name_of((int)i)), 0u);
}

TEST_F(Admission, InAFullTableWhoStaysSilentIsAskedAndGivesWay)
{
    start();
    std::deque<Puppet> there;
    for (int i = 0; i < (int)kMembers / 2; i++) {
        there.emplace_back(cluster, 1000 + i, name_of(i)).answers = true;
        there.back().introduce(*node);
    }
    for (int i = (int)kMembers / 2; i < (int)kMembers - 1; i++)
        Puppet(cluster, 1000 + i, name_of(i)).introduce(*node);
    ASSERT_EQ(node->live_count(), kMembers);
    ASSERT_TRUE(comes_in(joiner, 5 * kS));
    for (int i = 0; i < (int)kMembers / 2; i++)
        EXPECT_NE(node->word_of(name_of(i)), 0u) << "it is there";
}

TEST_F(Admission, InATableFullOfMembersThatAnswerNobodyGivesWay)
{
    start();
    std::deque<Puppet> there;
    for (int i = 0; i < (int)kMembers - 1; i++) {
        there.emplace_back(cluster, 1000 + i, name_of(i)).answers = true;
        there.back().introduce(*node);
    }
    EXPECT_FALSE(comes_in(joiner, 20 * kS));
    EXPECT_EQ(node->count_events(SL_EVENT_MEMBER_FORGOTTEN), 0u);
    EXPECT_GE(node->count_events(SL_EVENT_MEMBERS_FULL), 1u);
}

TEST(AdmissionBySync, WhatWasAskedForMayFillTheTable)
{
    constexpr int kAll = 900; // and the two that talk
    Pair pair(kAll + 2);
    for (int i = 0; i < kAll; i++)
        pair.know(2, i);
    sl_engine *e = pair.cluster.node(1).engine;
    sl_sync_start(e, &pair.cluster.node(2).endpoint, SL_SLOT_NONE, false);
    ASSERT_TRUE(pair.cluster.run_until(
        [&] { return pair.cluster.node(1).live_count() == kAll + 2; }, 20 * kS));
    EXPECT_EQ(sl_engine_counters(e)->drops[SL_DROP_HEARSAY_FULL], 0u);
}

TEST(AdmissionOfMany, AmongThousandsOfMadeUpMembersAJoinerIsKnownToAllInSeconds)
{
    Cluster cluster;
    cluster.configure = [](sl_config &c) { c.max_members = 16384; };
    form(cluster, 3);
    Puppet stranger(cluster, 9, "stranger");
    for (int i = 0; i < 3000; i++)
        stranger.gossip(cluster.node(1),
                        {stranger.alive("made-up-" + std::to_string(i), stranger.word, 1000 + i)});
    cluster.run(5 * kS);
    cluster.start(4, {1});
    auto all_know_it = [&] {
        for (int i = 1; i <= 3; i++) {
            if (cluster.node(i).word_of("n4") == 0 ||
                cluster.node(4).word_of("n" + std::to_string(i)) == 0)
                return false;
        }
        return true;
    };
    EXPECT_TRUE(cluster.run_until(all_know_it, 10 * kS));
}

} // namespace
