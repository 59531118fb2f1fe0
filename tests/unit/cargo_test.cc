// SPDX-License-Identifier: BSD-3-Clause
// What goes first into a frame, whatever flood is waiting.
#include "tests/unit/speaker.h"

namespace
{

using namespace speaker;

TEST_F(Speaker, AFloodOfMembershipDelaysNoSuspicion)
{
    start();
    hear_updates(1, 1500);
    run(500 * kMs);
    hear({suspect(id_of(1900), kWord)});
    const Sent *round = next_round();
    ASSERT_NE(round, nullptr);
    EXPECT_TRUE(names(*round, id_of(1900), SL_RECORD_SUSPECT));
}

TEST_F(Speaker, AFrameHasNoMoreRecordsThanAStepMerges)
{
    config.max_suspicions = 2048;
    config.frame_bytes = SL_FRAME_BYTES_MAX;
    config.byte_cap = config.byte_cap_joining = 100000000;
    start();
    for (uint32_t i = 1; i <= 200; i++)
        hear({dead(i)});
    const Sent *round = next_round();
    ASSERT_NE(round, nullptr);
    EXPECT_EQ(round->records.size(), (size_t)SL_STEP_RECORDS_MAX);
}

TEST_F(Speaker, AFloodOfMembershipFillsTheQueueAndStillDelaysNoSuspicion)
{
    config.max_rumours = 256;
    start();
    hear_updates(1, 1500);
    hear({suspect(id_of(1900), kWord)});
    const Sent *round = next_round();
    ASSERT_NE(round, nullptr);
    EXPECT_TRUE(names(*round, id_of(1900), SL_RECORD_SUSPECT));
}

TEST_F(Speaker, AFloodOfSuspicionsDelaysNoRefutation)
{
    config.max_suspicions = 2048;
    start();
    hear_suspicions(1, 1500);
    run(500 * kMs);
    hear({suspect(id_of(1900), kWord)});
    hear({alive(1900, kWord + 4)});
    const Sent *round = next_round();
    ASSERT_NE(round, nullptr);
    EXPECT_TRUE(names(*round, id_of(1900), SL_RECORD_ALIVE));
}

TEST_F(Speaker, OnesOwnRefutationIsFirstAmongAFloodOfRefutations)
{
    config.max_suspicions = 2048;
    start();
    for (uint32_t i = 1; i <= 1500; i++)
        hear({suspect(id_of(i), kWord), alive(i, kWord + 4)});
    run(500 * kMs);
    hear({suspect(sl_engine_self_id(e), sl_engine_self_word(e))});
    const Sent *round = next_round();
    ASSERT_NE(round, nullptr);
    EXPECT_EQ(round->records[0].id, sl_engine_self_id(e));
}

TEST_F(Speaker, AFloodOfAccusationsAndRefutationsDoesNotStarveMembership)
{
    config.max_suspicions = 2048;
    start();
    hear_suspicions(1, 900);
    for (uint32_t i = 901; i <= 1500; i++)
        hear({suspect(id_of(i), kWord), alive(i, kWord + 4)});
    hear_updates(1600, 100);
    sent.clear();
    run(2 * kS);
    size_t told = 0;
    for (uint32_t i = 1600; i < 1700; i++) {
        for (const Sent &s : sent)
            told += names(s, id_of(i), SL_RECORD_ALIVE);
    }
    EXPECT_GE(told, 20u);
}

TEST_F(Speaker, ADeathGoesBeforeAFloodOfSuspicions)
{
    config.max_suspicions = 2048;
    start();
    hear({dead(1900)});
    run(config.spread_ns + 10 * kMs); /* it has been accepted and told once */
    hear_suspicions(1, 1500);
    const Sent *round = next_round();
    ASSERT_NE(round, nullptr);
    EXPECT_TRUE(names(*round, id_of(1900), SL_RECORD_DEAD));
}

} // namespace
