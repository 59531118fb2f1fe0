// SPDX-License-Identifier: BSD-3-Clause
// A member is proven once it has answered this node from its address.
#include "puppet.h"

namespace
{

class Proof : public ::testing::Test
{
  protected:
    Proof() : node(cluster.start(1, {})), puppet(cluster, 9, "puppet")
    {
    }

    bool is_proven(const std::string &name = "puppet")
    {
        const sl_view *view = sl_engine_view(node.engine);
        uint32_t slot = sl_view_find(view, node.id_of(name), nullptr);
        return slot != SL_SLOT_NONE && sl_view_is_proven(view, slot);
    }

    uint64_t unasked() const
    {
        return sl_engine_counters(node.engine)->drops[SL_DROP_UNASKED];
    }

    Cluster cluster;
    ClusterNode &node;
    Puppet puppet;
};

TEST_F(Proof, HearsayIsNone)
{
    puppet.introduce(node);
    cluster.run(2 * kS);
    EXPECT_NE(node.word_of("puppet"), 0u);
    EXPECT_FALSE(is_proven());
}

TEST_F(Proof, AnAnsweredProbeIsOneUntilTheAddressMoves)
{
    puppet.answers = true;
    puppet.introduce(node);
    ASSERT_TRUE(cluster.run_until([&] { return is_proven(); }, 2 * kS));
    puppet.gossip(node, {puppet.alive("puppet", puppet.word + 4, 9, "a=b")});
    EXPECT_TRUE(is_proven()) << "other tags at the same address";
    puppet.gossip(node, {puppet.alive("puppet", puppet.word + 8, 8)});
    EXPECT_FALSE(is_proven());
}

TEST_F(Proof, AnAnswerThatNobodyAskedForIsNone)
{
    puppet.introduce(node);
    for (uint32_t i = 0; i < 100; i++)
        puppet.probe_frame(node, SL_FRAME_ACK, i,
                           {puppet.id_of("puppet"), node.id_of("n1"), puppet.word});
    EXPECT_FALSE(is_proven());
    EXPECT_EQ(unasked(), 100u);
    puppet.probe_frame(node, SL_FRAME_NACK, 1, {puppet.id_of("puppet"), node.id_of("n1"), 0});
    EXPECT_EQ(unasked(), 101u);
}

// Frames that make a node answer by more than an ACK: a PING that accuses it, one of a dead member.
TEST_F(Proof, AnAddressThatIsNotProvenIsSentNoMoreThanItSends)
{
    puppet.introduce(node);
    puppet.gossip(node,
                  {puppet.accusation("puppet", sl_word_with_status(puppet.word, SL_DEAD), "x")});
    cluster.run(100 * kS); // it is dead for good
    puppet.received.clear();
    uint64_t before = node.sent_bytes;
    puppet.probe_frame(
        node, SL_FRAME_PING, 7,
        {node.id_of("n1"), puppet.id_of("puppet"), sl_word_with_status(node.word(), SL_SUSPECT)});
    cluster.run(10 * kMs);
    EXPECT_LE(node.sent_bytes - before, (uint64_t)SL_HEADER_BYTES + SL_PROBE_BODY_BYTES)
        << "a PING of its own at most";
}

} // namespace
