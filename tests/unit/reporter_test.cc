// SPDX-License-Identifier: BSD-3-Clause
// What a node says of itself.
#include "dataplane/reporter.h"

#include "tests/unit/captured_log.h"
#include "tests/unit/fake_node.h"

namespace
{

constexpr uint64_t S = 1000000000, TODAY = 1800000000 * S;

using Lines = std::vector<std::string>;

class Reporter : public CapturedLog
{
  protected:
    Reporter()
    {
        fake_.plain_stats = true;
        sl_reporter_open(&r_, fake_.node(), "test", 10 * S, TODAY + 10 * S);
    }
    void event(enum sl_event_type type, const char *name, uint64_t previous = 0,
               const char *accuser = "")
    {
        struct sl_node_event e = {};
        e.type = type;
        e.word = sl_word(1700000000, 1, SL_ALIVE);
        e.previous_word = previous;
        snprintf(e.name, sizeof(e.name), "%s", name);
        snprintf(e.accuser, sizeof(e.accuser), "%s", accuser);
        e.accuser_id = *accuser != '\0' ? 7 : 0;
        e.endpoint = endpoint_;
        fake_.add_event(e);
    }
    Lines turn(uint64_t ns)
    {
        sl_reporter_turn(&r_, ns, TODAY + ns);
        return lines();
    }

    FakeNode fake_;
    struct sl_endpoint endpoint_ = {};
    struct sl_reporter r_;
};

TEST_F(Reporter, JoiningIsALineWithTheSeedThatAnsweredAndTheTimeItTook)
{
    const uint8_t address[4] = {10, 0, 0, 9};
    fake_.add_member("me", SL_ALIVE);
    fake_.add_member("other", SL_SUSPECT);
    fake_.add_member("gone", SL_DEAD);
    endpoint_ = sl_endpoint_v4(address, 7947);
    event(SL_EVENT_SELF_JOINED, "me");
    EXPECT_EQ(
        turn(11 * S + 234567890),
        Lines{"notice starlingd: joined cluster 'test' by 10.0.0.9:7947 after 1.234 s: 2 members"});
}

TEST_F(Reporter, NodeWithoutSeedsBeginsACluster)
{
    event(SL_EVENT_SELF_JOINED, "me");
    EXPECT_EQ(turn(11 * S),
              Lines{"notice starlingd: begins cluster 'test': there is no seed to ask"});
}

TEST_F(Reporter, DeathNamesTheAccuser)
{
    event(SL_EVENT_MEMBER_DEAD, "a", sl_word(1, 0, SL_SUSPECT), "witness");
    event(SL_EVENT_MEMBER_LEFT, "b", sl_word(1, 0, SL_ALIVE));
    event(SL_EVENT_MEMBER_ALIVE, "c");
    event(SL_EVENT_MEMBER_REMOVED, "d", sl_word(1, 0, SL_DEAD), "witness");
    EXPECT_EQ(turn(11 * S), (Lines{"warning starlingd: member 'a' is declared dead by 'witness'",
                                   "notice starlingd: member 'b' has left",
                                   "notice starlingd: member 'c' is alive",
                                   "notice starlingd: member 'd' is removed by 'witness'"}));
}

TEST_F(Reporter, SuspicionsAreForLevelInfo)
{
    event(SL_EVENT_MEMBER_SUSPECT, "a", sl_word(1, 0, SL_ALIVE), "witness");
    event(SL_EVENT_MEMBER_ALIVE, "a", sl_word(1700000000, 0, SL_SUSPECT));
    EXPECT_TRUE(turn(11 * S).empty());
    sl_log_set_level(SL_LOG_INFO);
    event(SL_EVENT_MEMBER_SUSPECT, "a", sl_word(1, 0, SL_ALIVE), "witness");
    event(SL_EVENT_MEMBER_ALIVE, "a", sl_word(1700000000, 0, SL_SUSPECT));
    EXPECT_EQ(turn(12 * S),
              (Lines{"info starlingd: member 'a' is suspected by 'witness'",
                     "info starlingd: member 'a' is alive: it answered the suspicion"}));
}

TEST_F(Reporter, ANewLifeIsToldWhetherTheOldOneWasSuspectedOrNot)
{
    for (uint64_t previous : {sl_word(1600000000, 3, SL_ALIVE), sl_word(1600000000, 3, SL_SUSPECT)})
        event(SL_EVENT_MEMBER_ALIVE, "a", previous);
    EXPECT_EQ(turn(11 * S), Lines{"notice starlingd: member 'a' is alive: it has started again"});
    EXPECT_EQ(turn(13 * S), Lines{"notice starlingd: member 'a' is alive: it has started again"});
}

TEST_F(Reporter, HundredsOfDeathsAreOneLineASecond)
{
    for (int i = 0; i < 500; i++)
        event(SL_EVENT_MEMBER_DEAD, ("m" + std::to_string(i)).c_str(), 0, "w");
    EXPECT_EQ(turn(11 * S), Lines{"warning starlingd: member 'm0' is declared dead by 'w'"});
    EXPECT_TRUE(turn(11 * S + S / 2).empty());
    EXPECT_EQ(
        turn(12 * S),
        Lines{"warning starlingd: member 'm499' is declared dead by 'w' (and 498 more like it)"});
}

// Each kind has its own second, but what is said of one member keeps its order.
TEST_F(Reporter, LinesOfOneMemberKeepTheirOrder)
{
    auto of = [&](enum sl_event_type type, const char *name, uint64_t id) {
        struct sl_node_event e = {};
        e.type = type;
        e.id = id;
        snprintf(e.name, sizeof(e.name), "%s", name);
        fake_.add_event(e);
    };
    of(SL_EVENT_MEMBER_DEAD, "a", 1);
    of(SL_EVENT_MEMBER_DEAD, "b", 2);
    of(SL_EVENT_MEMBER_ALIVE, "b", 2);
    of(SL_EVENT_MEMBER_LEFT, "c", 3);
    const std::string dead = "warning starlingd: member 'b' is declared dead",
                      alive = "notice starlingd: member 'b' is alive";
    EXPECT_EQ(turn(11 * S), (Lines{"warning starlingd: member 'a' is declared dead",
                                   "notice starlingd: member 'c' has left"}));
    EXPECT_EQ(turn(12 * S), (Lines{dead, alive}));
    of(SL_EVENT_MEMBER_ALIVE, "a", 1);
    of(SL_EVENT_MEMBER_DEAD, "a", 1);
    EXPECT_TRUE(turn(12 * S + S / 2).empty());
    EXPECT_EQ(turn(13 * S), (Lines{"notice starlingd: member 'a' is alive",
                                   "warning starlingd: member 'a' is declared dead"}));
    of(SL_EVENT_MEMBER_ALIVE, "b", 2);
    of(SL_EVENT_MEMBER_DEAD, "b", 2);
    sl_reporter_finish(&r_, 13 * S + 1, TODAY);
    EXPECT_EQ(lines(), (Lines{alive, dead})) << "at the end, too";
}

TEST_F(Reporter, EventsThatCameTooFastAreCounted)
{
    event(SL_EVENT_MEMBER_LEFT, "a");
    turn(11 * S);
    fake_.event_room = 10;
    for (int i = 0; i < 100; i++)
        event(SL_EVENT_MEMBER_LEFT, "b");
    EXPECT_NE(turn(13 * S)[0].find("90 events came too fast"), std::string::npos);
}

TEST_F(Reporter, NameConflictIsATroubleUntilItHasNotBeenMetForAMinute)
{
    const uint8_t address[4] = {10, 0, 0, 9};
    endpoint_ = sl_endpoint_v4(address, 7947);
    event(SL_EVENT_CONFLICT, "me");
    EXPECT_EQ(turn(11 * S), Lines{"warning starlingd: name-conflict: another node uses this node's "
                                  "name at 10.0.0.9:7947; give one of the two a name of its own "
                                  "(node.name)"});
    EXPECT_TRUE(sl_troubles_has(&r_.troubles, SL_TROUBLE_NAME_CONFLICT));
    turn(71 * S);
    EXPECT_FALSE(sl_troubles_has(&r_.troubles, SL_TROUBLE_NAME_CONFLICT));
}

TEST_F(Reporter, ZoneOutOfReachIsATroubleUntilItAnswers)
{
    event(SL_EVENT_ZONE_UNREACHABLE, "west");
    turn(11 * S);
    EXPECT_TRUE(sl_troubles_has(&r_.troubles, SL_TROUBLE_ZONE));
    event(SL_EVENT_ZONE_REACHABLE, "west");
    EXPECT_EQ(turn(13 * S),
              Lines{"notice starlingd: over (zone-unreachable): nobody in zone 'west' answers"});
}

TEST_F(Reporter, FirstFrameDroppedOfAReasonIsALineAndTheRestACountAMinute)
{
    uint64_t *drops = fake_.next_stats.counters.drops;
    drops[SL_DROP_CHECKSUM] = 3;
    EXPECT_EQ(turn(11 * S), Lines{"notice starlingd: frames dropped: CHECKSUM (bad IP or UDP "
                                  "checksum), 3 so far; further ones are counted"});
    drops[SL_DROP_CHECKSUM] = 50;
    EXPECT_TRUE(turn(12 * S).empty());
    EXPECT_EQ(turn(72 * S),
              Lines{"notice starlingd: frames dropped: CHECKSUM, 47 more, 50 in all"});
    EXPECT_TRUE(turn(200 * S).empty());
}

TEST_F(Reporter, FramesOfAnotherClusterAreATrouble)
{
    fake_.next_stats.counters.drops[SL_DROP_CLUSTER_OTHER] = 1;
    turn(11 * S);
    EXPECT_TRUE(sl_troubles_has(&r_.troubles, SL_TROUBLE_OTHER_CLUSTER));
    turn(70 * S);
    EXPECT_TRUE(sl_troubles_has(&r_.troubles, SL_TROUBLE_OTHER_CLUSTER));
    turn(72 * S);
    EXPECT_FALSE(sl_troubles_has(&r_.troubles, SL_TROUBLE_OTHER_CLUSTER));
}

TEST_F(Reporter, MemberThatFlapsIsALineOfItsOwnWords)
{
    event(SL_EVENT_MEMBER_FLAPPING, "n7", sl_word(1, 0, SL_ALIVE), "witness");
    EXPECT_EQ(turn(11 * S),
              Lines{"warning starlingd: member 'n7' died and came back several times within "
                    "minutes: it flaps, and its changes are told again when it is quiet; look at "
                    "its link and its load"});
}

TEST_F(Reporter, RivalOfAnotherHostsAddressIsALineThatOfTheOwnIsThePortsToTell)
{
    struct sl_node_event e = {};
    const uint8_t address[4] = {10, 0, 0, 9};
    e.type = SL_EVENT_ADDRESS_CONFLICT;
    e.endpoint = sl_endpoint_v4(address, 7947);
    snprintf(e.name, sizeof(e.name), "02:00:00:00:00:09");
    fake_.add_event(e);
    EXPECT_EQ(turn(11 * S), Lines{"notice starlingd: the host with MAC address 02:00:00:00:00:09 "
                                  "claims the address of another host, 10.0.0.9:7947; the one "
                                  "known before is kept while it answers"});
    e.id = 7;
    fake_.add_event(e);
    EXPECT_TRUE(turn(13 * S).empty());
}

TEST_F(Reporter, PathThatSwallowsLongFramesIsATroubleOfItsZoneUntilTheyPass)
{
    event(SL_EVENT_PATH_SHORT, "west");
    event(SL_EVENT_PATH_SHORT, "");
    turn(11 * S);
    ASSERT_EQ(r_.troubles.count, 2u);
    EXPECT_STREQ(r_.troubles.list[0].shown.text, "long frames to zone 'west' vanish on their way, "
                                                 "short ones are sent there");
    EXPECT_STREQ(r_.troubles.list[1].shown.subject, "default");
    event(SL_EVENT_PATH_LONG, "west");
    turn(13 * S);
    ASSERT_EQ(r_.troubles.count, 1u);
    EXPECT_STREQ(r_.troubles.list[0].shown.subject, "default");
}

TEST_F(Reporter, FullTableIsATroubleWithWhatToDo)
{
    fake_.next_stats.counters.drops[SL_DROP_MEMBERS_FULL] = 1;
    event(SL_EVENT_MEMBERS_FULL, "me");
    EXPECT_EQ(turn(11 * S)[0],
              "warning starlingd: table-full: the member table is full, new members are refused; "
              "raise protocol.max_members on all nodes, or end nodes that nobody needs");
    turn(72 * S);
    EXPECT_FALSE(sl_troubles_has(&r_.troubles, SL_TROUBLE_TABLE_FULL));
}

TEST_F(Reporter, AFewRecordsOfJoinersWhoseClaimIsOnTheWayAreNoNotice)
{
    fake_.next_stats.counters.drops[SL_DROP_MEMBER_UNKNOWN] = 5;
    EXPECT_TRUE(turn(11 * S).empty());
}

TEST_F(Reporter, AFewLateAnswersAreNoNoticeManyAre)
{
    uint64_t *unasked = &fake_.next_stats.counters.drops[SL_DROP_UNASKED];
    *unasked = 99;
    EXPECT_TRUE(turn(11 * S).empty());
    *unasked += 99;
    EXPECT_TRUE(turn(72 * S).empty());
    *unasked += 100;
    EXPECT_EQ(turn(133 * S),
              Lines{"notice starlingd: frames dropped: UNASKED, 100 more, 298 in all"});
}

TEST_F(Reporter, WhatBecameWrongAtTheEndIsSaidToo)
{
    turn(11 * S);
    fake_.next_stats.counters.drops[SL_DROP_TX_FULL] = 1;
    sl_reporter_finish(&r_, 11 * S + 1, TODAY);
    Lines said = lines();
    ASSERT_EQ(said.size(), 2u);
    EXPECT_NE(said[0].find("frames are lost in this node"), std::string::npos) << said[0];
}

TEST_F(Reporter, ATwinThatGoesOnSendingIsATroubleALateFrameOfAnEarlierStartIsNot)
{
    uint64_t *drops = fake_.next_stats.counters.drops;
    drops[SL_DROP_FROM_TWIN] = 1;
    EXPECT_TRUE(turn(11 * S).empty());
    EXPECT_TRUE(turn(12 * S).empty());
    drops[SL_DROP_FROM_TWIN] = 2;
    EXPECT_TRUE(turn(13 * S).empty());
    drops[SL_DROP_FROM_TWIN] = 3;
    EXPECT_EQ(turn(14 * S),
              Lines{"warning starlingd: address-conflict: another node with this node's name sends "
                    "from this node's own address; a cloned machine? give one of the two an "
                    "address, a MAC address and a node.name of its own"});
    turn(75 * S);
    EXPECT_FALSE(sl_troubles_has(&r_.troubles, SL_TROUBLE_ADDRESS_CONFLICT));
}

TEST_F(Reporter, RecordThatIsFreeAMomentLaterIsNoTrouble)
{
    uint64_t *drops = fake_.next_stats.counters.drops;
    drops[SL_DROP_COLD_FULL] = 2;
    turn(11 * S);
    EXPECT_FALSE(sl_troubles_has(&r_.troubles, SL_TROUBLE_TABLE_FULL));
    drops[SL_DROP_COLD_FULL] = 3;
    turn(12 * S);
    EXPECT_TRUE(sl_troubles_has(&r_.troubles, SL_TROUBLE_TABLE_FULL));
}

TEST_F(Reporter, ClockThatIsDecadesOffIsATroubleUntilItIsSet)
{
    for (uint64_t now_s : {(uint64_t)0, (uint64_t)SL_GENERATION_EPOCH_S - 1,
                           (uint64_t)SL_GENERATION_START_MAX + 1}) {
        sl_reporter_turn(&r_, 11 * S, now_s * S);
        EXPECT_TRUE(sl_troubles_has(&r_.troubles, SL_TROUBLE_CLOCK)) << now_s;
        sl_reporter_turn(&r_, 11 * S, TODAY);
        EXPECT_FALSE(sl_troubles_has(&r_.troubles, SL_TROUBLE_CLOCK)) << now_s;
    }
}

TEST_F(Reporter, NodeThatLosesAllOthersSaysSoUntilOneAnswers)
{
    fake_.add_member("me", SL_ALIVE);
    fake_.add_member("other", SL_DEAD);
    EXPECT_EQ(turn(11 * S),
              Lines{"warning starlingd: alone: no other member answers this node; see this node's "
                    "switch, VLAN and firewall, and whether the others run"});
    EXPECT_TRUE(r_.alone);
    fake_.members.pop_back(); // the dead are forgotten
    EXPECT_TRUE(turn(15 * S).empty());
    EXPECT_TRUE(r_.alone);
    fake_.add_member("other", SL_SUSPECT);
    EXPECT_EQ(turn(18 * S),
              Lines{"notice starlingd: over (alone): no other member answers this node"});
    EXPECT_FALSE(r_.alone);
}

TEST_F(Reporter, NodeWhoseOthersHaveLeftIsNotLost)
{
    fake_.add_member("me", SL_ALIVE);
    fake_.add_member("other", SL_LEFT);
    EXPECT_TRUE(turn(11 * S).empty());
    EXPECT_FALSE(r_.alone);
}

// What a node behind a router that translates sees of itself.
class UnreachedReporter : public Reporter
{
  protected:
    UnreachedReporter()
    {
        fake_.add_member("me", SL_ALIVE);
        turn(11 * S);
        stats_.probe_rtt.count = SL_REACH_WATCH_ANSWERS;
        stats_.engine.refutations = SL_REACH_WATCH_ACCUSATIONS;
    }
    bool unreached()
    {
        return sl_troubles_has(&r_.troubles, SL_TROUBLE_UNREACHED);
    }
    struct sl_node_stats &stats_ = fake_.next_stats;
};

TEST_F(UnreachedReporter, IsToldOnceWithItsAddressUntilAProbeArrives)
{
    event(SL_EVENT_SELF_ACCUSED, "me");
    lines();
    Lines said = turn(12 * S);
    ASSERT_EQ(said.size(), 2u);
    EXPECT_NE(said[1].find("unreached: members answer this node, but none of their probes reaches "
                           "it at 10.0.0.1:7947"),
              std::string::npos)
        << said[1];
    EXPECT_NE(said[1].find("port.advertise"), std::string::npos);
    event(SL_EVENT_SELF_ACCUSED, "me");
    EXPECT_TRUE(turn(15 * S).empty());
    stats_.counters.pings_answered = 1;
    EXPECT_EQ(turn(18 * S).size(), 1u);
    EXPECT_FALSE(unreached());
}

TEST_F(UnreachedReporter, IsNotMeantWhenOwnProbesAreNotAnswered)
{
    stats_.probe_rtt.count--;
    turn(12 * S);
    EXPECT_FALSE(unreached());
}

TEST_F(UnreachedReporter, IsNotMeantWhileNobodyAccusesIt)
{
    stats_.engine.refutations--;
    turn(12 * S);
    EXPECT_FALSE(unreached());
}

TEST_F(UnreachedReporter, IsNotMeantWhenAProbeArrivedMeanwhile)
{
    stats_.counters.pings_answered = 1;
    turn(12 * S);
    stats_.probe_rtt.count++;
    turn(13 * S);
    EXPECT_FALSE(unreached());
}

TEST_F(Reporter, LeavingSaysHowManyWereTold)
{
    fake_.add_member("me", SL_LEFT);
    fake_.add_member("a", SL_ALIVE);
    fake_.add_member("b", SL_SUSPECT);
    fake_.add_member("c", SL_DEAD);
    fake_.next_stats.engine.leave_told = 2;
    event(SL_EVENT_SELF_LEFT, "me");
    EXPECT_EQ(turn(11 * S),
              Lines{"notice starlingd: has left the cluster: 2 of 2 other members were told"});
    fake_.next_stats.engine.leave_told = 0;
    event(SL_EVENT_SELF_LEFT, "me");
    Lines said = turn(13 * S);
    ASSERT_EQ(said.size(), 1u);
    EXPECT_EQ(said[0].find("warning starlingd: has left the cluster, but no other member hears "
                           "this node"),
              0u)
        << said[0];
}

TEST_F(Reporter, WhatWaitsForItsSecondIsSaidAtTheEnd)
{
    event(SL_EVENT_MEMBER_LEFT, "a");
    event(SL_EVENT_MEMBER_LEFT, "b");
    turn(11 * S);
    event(SL_EVENT_SELF_LEFT, "me");
    sl_reporter_finish(&r_, 11 * S + 1, TODAY);
    EXPECT_EQ(lines(), (Lines{"notice starlingd: has left the cluster: there is no other member "
                              "to tell",
                              "notice starlingd: member 'b' has left"}));
}

} // namespace
