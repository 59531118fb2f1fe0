// SPDX-License-Identifier: BSD-3-Clause
// Who may answer a probe and when, after the cases of al8n/memberlist's endpoint tests.
#include "probe_fixture.h"

using Al8nProbe = ProbeFixture;

TEST_F(Al8nProbe, ForgedAckFromAWrongSourceIsRejected)
{
    Start();
    helpers[0].receipts = true;
    Puppet forger(cluster, 60, "m"); // m's name, another address
    Probe();
    cluster.run(50 * kMs);
    uint64_t drops = engine().counters.drops[SL_DROP_SENDER_UNPROVEN];
    forger.probe_frame(node(), SL_FRAME_ACK, NumberOfPing(), Body());
    EXPECT_EQ(engine().counters.drops[SL_DROP_SENDER_UNPROVEN], drops + 1);
    EXPECT_TRUE(cluster.run_until([&] { return Suspected(); }, 2 * kS));
}

TEST_F(Al8nProbe, RelayedAckOnlyFromAChosenHelper)
{
    helper_count = 1;
    Start();
    for (Puppet &h : helpers)
        h.receipts = true;
    Probe();
    auto any = [&] { return Asked(helpers[0]) + Asked(helpers[1]) + Asked(helpers[2]) == 1; };
    ASSERT_TRUE(cluster.run_until(any, 2 * kS));
    for (Puppet &h : helpers) {
        if (Asked(h) == 0)
            h.probe_frame(node(), SL_FRAME_ACK, NumberOfPing(), Body());
    }
    EXPECT_NE(engine().probes_used, 0u) << "still asking";
    for (Puppet &h : helpers) {
        if (Asked(h) == 1)
            h.probe_frame(node(), SL_FRAME_ACK, NumberOfPing(), Body());
    }
    EXPECT_EQ(engine().probes_used, 0u);
    EXPECT_EQ(node().stats().probes_saved, 1u);
}

TEST_F(Al8nProbe, NackFloodFromOnePeerDoesNotSuppressTheHealthPenalty)
{
    Start();
    helpers[0].receipts = true;
    Probe();
    ASSERT_TRUE(cluster.run_until([&] { return Asked(helpers[0]) == 1; }, 2 * kS));
    for (int i = 0; i < 10; i++)
        helpers[0].probe_frame(node(), SL_FRAME_NACK, NumberOfPing(), Body());
    ASSERT_TRUE(cluster.run_until([&] { return Suspected(); }, 2 * kS));
    EXPECT_EQ(engine().health.score, 2u);
}

TEST_F(Al8nProbe, UnsolicitedOrLateNackIsIgnored)
{
    helper_count = 1;
    Start();
    Probe();
    auto any = [&] { return Asked(helpers[0]) + Asked(helpers[1]) + Asked(helpers[2]) == 1; };
    ASSERT_TRUE(cluster.run_until(any, 2 * kS));
    for (Puppet &h : helpers) {
        if (Asked(h) == 0)
            h.probe_frame(node(), SL_FRAME_NACK, NumberOfPing(), Body());
    }
    cluster.run_until([&] { return engine().probes_used == 0; }, 2 * kS);
    EXPECT_EQ(engine().health.score, 1u) << "of the one asked nothing was heard";
    for (Puppet &h : helpers)
        h.probe_frame(node(), SL_FRAME_NACK, NumberOfPing(), Body());
    EXPECT_EQ(engine().health.score, 1u);
}

TEST_F(Al8nProbe, AMemberIsProbedOnceAtATimeForEachPurpose)
{
    Start();
    Probe();
    uint32_t slot = SlotOf("m");
    uint64_t word = sl_view_slot_word(engine().view, slot);
    EXPECT_FALSE(sl_probe_start(&engine(), slot, SL_PROBE_ROUND, word));
    EXPECT_TRUE(sl_probe_start(&engine(), slot, SL_PROBE_FINAL, word));
    EXPECT_FALSE(sl_probe_start(&engine(), slot, SL_PROBE_FINAL, word));
}

TEST_F(Al8nProbe, AnAnswerOfADifferentViewIsNoAgreement)
{
    Start();
    ASSERT_TRUE(engine().settle.awaiting_agreement) << "members were met";
    uint64_t agreed = sl_histogram_total(sl_engine_convergence(&engine()));
    m.answers = true;
    Probe();
    ASSERT_TRUE(cluster.run_until([&] { return engine().probes_used == 0; }, 2 * kS));
    EXPECT_TRUE(engine().settle.awaiting_agreement);
    EXPECT_EQ(sl_histogram_total(sl_engine_convergence(&engine())), agreed);
}

TEST_F(Al8nProbe, HelpersAreDistinctByAddressAndNeverAnAliasOfTargetOrSelf)
{
    helper_count = 16;
    Start();
    m.gossip(node(), {m.alive("alias of m", m.word, 50), m.alive("alias of h1", m.word, 51),
                      m.alive("alias of n1", m.word, 1)});
    ASSERT_EQ(node().live_count(), 8u);
    size_t to_itself = 0;
    cluster.tap = [&](const ClusterPacket &p) {
        to_itself += p.bytes[1] == SL_FRAME_PING_REQ && sl_ip_equal(&p.from, &p.to);
    };
    Probe();
    cluster.run(Window());
    EXPECT_EQ(to_itself, 0u);
    EXPECT_EQ(Asked(m), 0u);
    for (Puppet &h : helpers)
        EXPECT_EQ(Asked(h), 1u) << h.name;
    EXPECT_EQ(engine().counters.drops[SL_DROP_FROM_SELF], 0u);
}

TEST_F(Al8nProbe, LateTickDoesNotExtendTheProbeWindow)
{
    Start();
    helpers[0].receipts = true;
    uint64_t from = cluster.now(), window = Window();
    Probe();
    const uint64_t tick = 40 * kMs; // below what counts as an own stall
    while (!Suspected() && cluster.now() < from + 10 * kS) {
        cluster.pause(1);
        cluster.run(tick);
        cluster.resume(1);
    }
    EXPECT_EQ(node().stats().stalls, 0u);
    EXPECT_LE(cluster.now() - from, window + tick);
}

TEST_F(Al8nProbe, LateDirectAckInsideTheCumulativeWindowCounts)
{
    Start();
    Probe();
    cluster.run(Window() - 20 * kMs);
    EXPECT_EQ(Asked(helpers[0]), 1u);
    m.probe_frame(node(), SL_FRAME_ACK, NumberOfPing(), Body());
    cluster.run(5 * kS);
    EXPECT_FALSE(Suspected());
    EXPECT_EQ(node().stats().probes_failed, 0u);
    EXPECT_GT(node().stats().path_round_trip_ns, 400 * kMs) << "of the try that was answered";
}

TEST_F(Al8nProbe, ExpiredProbeDoesNotSuspectATargetThatRefuted)
{
    Start();
    helpers[0].receipts = true;
    Probe();
    cluster.run(300 * kMs);
    m.word = sl_word_refute(sl_word_with_status(m.word, SL_SUSPECT));
    m.introduce(node());
    cluster.run(5 * kS);
    EXPECT_EQ(node().stats().probes_failed, 1u);
    EXPECT_EQ(node().count_events(SL_EVENT_MEMBER_SUSPECT), 0u);
}

TEST_F(Al8nProbe, ExpiredProbeDoesNotSuspectATargetThatWasReaddressed)
{
    Start();
    helpers[0].receipts = true;
    Probe();
    cluster.run(300 * kMs);
    m.gossip(node(), {m.alive("m", m.word + 4, 61)}); // the next incarnation
    cluster.run(5 * kS);
    EXPECT_EQ(node().stats().probes_failed, 1u);
    EXPECT_EQ(node().count_events(SL_EVENT_MEMBER_SUSPECT), 0u);
}

// Another view holds a later life of it, which this one learns of meanwhile, with the new address.
TEST_F(Al8nProbe, ExpiredCheckDoesNotSuspectATargetThatMovedMeanwhile)
{
    Start();
    helpers[0].receipts = true;
    node().step(nullptr);
    uint64_t later = m.word + 4; // the next incarnation
    ASSERT_TRUE(sl_probe_start(&engine(), SlotOf("m"), SL_PROBE_CHECK, later));
    node().step(nullptr);
    cluster.run(300 * kMs);
    m.gossip(node(), {m.alive("m", later, 61)});
    cluster.run(5 * kS);
    EXPECT_EQ(node().stats().probes_failed, 1u);
    EXPECT_EQ(node().count_events(SL_EVENT_MEMBER_SUSPECT), 0u);
}

TEST_F(Al8nProbe, ExpiredProbeDoesNotSuspectATargetThatCameBack)
{
    Start();
    helpers[0].receipts = true;
    Probe();
    cluster.run(300 * kMs);
    m.gossip(node(), {m.left("m", sl_word_with_status(m.word, SL_LEFT))});
    m.word = sl_word(sl_word_generation(m.word) + 5, 0, SL_ALIVE);
    m.introduce(node());
    cluster.run(5 * kS);
    EXPECT_EQ(node().status_of("m"), SL_ALIVE);
    EXPECT_EQ(node().count_events(SL_EVENT_MEMBER_SUSPECT), 0u);
}

TEST(Al8nSuspicion, SubMillisecondProbeIntervalDoesNotGiveZeroSuspicionTime)
{
    sl_config c;
    ASSERT_EQ(sl_profile_load(&c, "edge"), 0);
    strcpy(c.cluster_name, "test");
    strcpy(c.name, "n1");
    c.v4 = Cluster::address_of(1);
    c.probe_try_interval_ns = c.probe_helper_wait_ns = kMs / 10;
    c.max_pause_ns = 0;
    c.spread_ns = kMs;
    sl_config_derive(&c);
    char why[256] = "";
    EXPECT_EQ(sl_config_check(&c, why, sizeof(why)), 0) << why;
    EXPECT_GE(sl_suspicion_timeout(c.suspicion_min_ns, c.suspicion_max_ns, 8, 2), kMs);
    c.suspicion_min_ns = 0;
    EXPECT_NE(sl_config_check(&c, why, sizeof(why)), 0);
}

using Probes = ProbeFixture;

TEST_F(Probes, AMemberForgottenMeanwhileIsNotLookedAtWhenItsProbeFails)
{
    Start();
    helpers[0].receipts = true;
    Probe();
    uint32_t slot = SlotOf("m");
    engine().config.left_retention_ns = 1;
    engine().retention_cursor = slot;
    m.gossip(node(), {m.left("m", sl_word_with_status(m.word, SL_LEFT))});
    auto forgotten = [&] { return SlotOf("m") == SL_SLOT_NONE; };
    ASSERT_TRUE(cluster.run_until(forgotten, Window()));
    ASSERT_NE(engine().probes_used, 0u) << "still asking";
    cluster.run(5 * kS);
    EXPECT_EQ(node().stats().probes_failed, 1u);
    EXPECT_EQ(node().count_events(SL_EVENT_MEMBER_SUSPECT), 0u);
}

TEST_F(Probes, LossAloneAsksForMoreTriesAndHelpers)
{
    helper_count = 1;
    Start();
    sl_round_trip_note_tries(sl_probe_path(&engine(), SlotOf("m")), 40, 0);
    Probe();
    cluster.run(Window() - kMs);
    size_t pings = 0;
    for (const sl_header &h : m.received)
        pings += h.type == SL_FRAME_PING;
    EXPECT_GT(pings, node().config.probe_tries);
    for (Puppet &h : helpers)
        EXPECT_EQ(Asked(h), 1u);
}

TEST_F(Probes, PathSlowerThanTheProfileAssumesBringsNoSuspicion)
{
    Cluster slow("wan");
    slow.delay_ns = 300 * kMs; // a satellite: 600 ms there and back, give or take as much
    for (int i = 1; i <= 5; i++)
        slow.start(i, {1});
    ASSERT_TRUE(slow.run_until([&] { return slow.converged(); }, 60 * kS));
    slow.run(300 * kS);
    for (auto &[number, n] : slow.nodes) {
        EXPECT_EQ(n->stats().suspicions_raised, 0u) << number;
        EXPECT_GT(n->stats().path_round_trip_ns, 400 * kMs);
        EXPECT_LT(n->stats().path_lost_permille, 50u) << "overlapping tries are not lost ones";
    }
}

TEST_F(Probes, FiveMillisecondsBringNoSuspicionInTheEdgeProfile)
{
    Cluster slow("edge");
    slow.delay_ns = 5 * kMs / 2; // 5 ms there and back
    for (int i = 1; i <= 10; i++)
        slow.start(i, {1});
    ASSERT_TRUE(slow.run_until([&] { return slow.converged(); }, 60 * kS));
    slow.run(30 * kS);
    for (auto &[number, n] : slow.nodes)
        EXPECT_EQ(n->stats().suspicions_raised, 0u) << number;
}

TEST_F(Probes, WhoLeftIsDialledNoMoreButTheDeadAre)
{
    auto quiet = cluster.configure;
    cluster.configure = [=](sl_config &c) {
        quiet(c);
        c.dial_interval_ns = 1 * kS;
    };
    Start();
    auto pings = [](const Puppet &p) {
        size_t count = 0;
        for (const sl_header &h : p.received)
            count += h.type == SL_FRAME_PING;
        return count;
    };
    m.gossip(node(), {m.left("m", sl_word_with_status(m.word, SL_LEFT))});
    Puppet &h = helpers[0];
    m.gossip(node(), {m.accusation("h1", sl_word_with_status(h.word, SL_SUSPECT), "h2"),
                      m.accusation("h1", sl_word_with_status(h.word, SL_DEAD), "h2")});
    ASSERT_TRUE(cluster.run_until([&] { return node().status_of("h1") == SL_DEAD; }, 30 * kS));
    m.received.clear();
    h.received.clear();
    ASSERT_TRUE(cluster.run_until([&] { return pings(h) >= 3; }, 60 * kS));
    EXPECT_EQ(pings(m), 0u);
}
