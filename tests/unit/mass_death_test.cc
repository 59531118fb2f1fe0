// SPDX-License-Identifier: BSD-3-Clause
// Where many members have died at once: who is asked, who is told, and what is believed.
#include "tests/unit/speaker.h"

#include <set>

namespace
{

using namespace speaker;

class MassDeath : public Speaker
{
  protected:
    void SetUp() override
    {
        config.max_suspicions = 2048;
        start();
    }

    // As if a share of the probes had got no answer, in eighths.
    void silence(uint32_t eighths)
    {
        for (int i = 0; i < 100; i++)
            sl_health_note_turn(&e->health, i % 8 >= (int)eighths);
        for (uint32_t i = 0; i < eighths; i++)
            sl_health_note_turn(&e->health, false);
    }

    uint32_t slot_of(uint32_t i)
    {
        return sl_view_find(sl_engine_view(e), id_of(i), nullptr);
    }

    sl_status status_of(uint32_t i)
    {
        return sl_word_status(sl_view_slot_word(sl_engine_view(e), slot_of(i)));
    }

    // Members 1..count are suspected, on the word of as many accusers.
    void suspect_all(uint32_t count, uint32_t accusers)
    {
        for (uint32_t i = 1; i <= count; i++) {
            for (uint32_t a = 0; a < accusers; a++)
                sl_suspicion_heard(e, slot_of(i), sl_word_with_status(kWord, SL_SUSPECT),
                                   id_of(kMembers - a));
        }
    }

    // Percentage of the suspected among those whom periods ask.
    double asked_suspects(uint32_t periods)
    {
        uint32_t asked = 0, suspects = 0;
        for (uint32_t i = 0; i < periods; i++) {
            sl_probe_period_fire(e);
            for (sl_probe &p : e->probes) {
                if (p.purpose == SL_PROBE_FREE)
                    continue;
                asked++;
                suspects += p.word != kWord;
                sl_probe_release(e, &p);
            }
        }
        EXPECT_GT(asked, periods / 2);
        return 100.0 * suspects / asked;
    }

    void kill(uint32_t count)
    {
        for (uint32_t i = kMembers / 4 * 3; i < kMembers / 4 * 3 + count; i++) {
            sl_merge_word(e, slot_of(i), sl_word_with_status(kWord, SL_DEAD), id_of(1));
        }
    }

    void told_by_session(uint32_t i)
    {
        sl_input *input = blank(SL_FRAME_SYNC);
        Bytes record = dead(i);
        memcpy(input->records, record.data(), record.size());
        input->records_bytes = (uint16_t)record.size();
        input->record_count = 1;
        step(input);
    }
};

TEST_F(MassDeath, ThoseWhomNobodyAccusesYetAreAskedFirst)
{
    suspect_all(kMembers / 2, 1);
    EXPECT_NEAR(asked_suspects(400), 50, 10);
    silence(4);
    EXPECT_NEAR(asked_suspects(400), 20, 8) << "one accuser is enough in three turns of four";
}

TEST_F(MassDeath, WhomTwoAccuseIsAskedByNobodyElse)
{
    suspect_all(kMembers / 2, 2);
    silence(4);
    EXPECT_EQ(asked_suspects(400), 0);
}

TEST_F(MassDeath, TurnsThatAreLeftToAccusersCountAsSilent)
{
    suspect_all(kMembers, 2);
    silence(4);
    for (int i = 0; i < 10; i++)
        sl_probe_period_fire(e);
    EXPECT_TRUE(sl_health_is_mass_death(&e->health));
}

TEST_F(MassDeath, RumoursGoToThoseWhoMayHearThem)
{
    suspect_all(kMembers / 2, 1);
    for (bool many : {false, true}) {
        uint32_t suspects = 0;
        for (int i = 0; i < 1000; i++) {
            uint32_t slots[3];
            ASSERT_EQ(sl_choice_gossip(e, slots, 3), 3u);
            for (uint32_t slot : slots)
                suspects += sl_view_slot_word(sl_engine_view(e), slot) != kWord;
        }
        EXPECT_NEAR(suspects / 30.0, many ? 6 : 50, many ? 3 : 6) << "percent";
        silence(4);
    }
}

TEST_F(MassDeath, WordOfASuspicionGoesBeforeWordOfDeaths)
{
    hear({dead(1900)});
    run(config.spread_ns + 10 * kMs);
    silence(4);
    hear_suspicions(1, 200);
    sent.clear();
    const Sent *round = next_round();
    ASSERT_NE(round, nullptr);
    EXPECT_FALSE(names(*round, id_of(1900), SL_RECORD_DEAD));
    EXPECT_GT(round->records.size(), 10u) << "suspicions";
}

TEST_F(MassDeath, ASuspicionIsPushedForOneRound)
{
    silence(4);
    hear_suspicions(7, 1);
    run(kS);
    EXPECT_GE(sl_engine_stats(e)->rumours_sent, config.gossip_fanout);
    EXPECT_LE(sl_engine_stats(e)->rumours_sent, config.gossip_fanout + 1u);
}

TEST_F(MassDeath, WhatASessionTellsIsASuspicionThatBecomesTheDeath)
{
    kill(kMembers / 8 + 1);
    silence(4);
    told_by_session(7);
    EXPECT_EQ(status_of(7), SL_SUSPECT);
    run(config.spread_ns + 10 * kMs);
    EXPECT_EQ(status_of(7), SL_DEAD);
}

// A liar makes many suspects, who refute, and hardly a death.
TEST_F(MassDeath, WhatASessionTellsIsOnlyAskedAboutWhereFewAreDead)
{
    kill(kMembers / 16);
    suspect_all(kMembers / 2, 1);
    silence(4);
    told_by_session(kMembers / 2 + 7);
    EXPECT_EQ(status_of(kMembers / 2 + 7), SL_ALIVE);
}

TEST_F(MassDeath, WhatASessionTellsOtherwiseIsOnlyAskedAbout)
{
    told_by_session(7);
    EXPECT_EQ(status_of(7), SL_ALIVE);
}

TEST_F(MassDeath, WhatASessionTellsOfAMemberLongSuspectedHereIsBelieved)
{
    suspect_all(7, 1);
    uint64_t began_ns = now;
    told_by_session(7);
    ASSERT_EQ(status_of(7), SL_SUSPECT) << "it may be about to refute";
    run(2 * config.suspicion_max_ns - (now - began_ns) + kMs);
    ASSERT_EQ(status_of(7), SL_SUSPECT);
    told_by_session(7);
    EXPECT_EQ(status_of(7), SL_DEAD);
}

} // namespace
