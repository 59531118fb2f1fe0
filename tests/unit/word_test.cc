// SPDX-License-Identifier: BSD-3-Clause
#include "lib/word.h"

#include <gtest/gtest.h>

TEST(Word, HigherIncarnationWinsOverAnyStatus)
{
    uint64_t left = sl_word(100, 0, SL_LEFT);
    uint64_t alive = sl_word(100, 1, SL_ALIVE);
    EXPECT_EQ(sl_word_merge(left, alive), alive);
    EXPECT_EQ(sl_word_merge(alive, left), alive);
}

TEST(Word, WithinOneIncarnationTheWorseStatusWins)
{
    uint64_t previous = 0;
    for (enum sl_status s : {SL_ALIVE, SL_SUSPECT, SL_DEAD, SL_LEFT}) {
        uint64_t w = sl_word(7, 3, s);
        EXPECT_GT(w, previous);
        EXPECT_EQ(sl_word_status(w), s);
        EXPECT_EQ(sl_word_incarnation(w), sl_word_incarnation(sl_word(7, 3, SL_ALIVE)));
        previous = w;
    }
}

TEST(Word, FieldsComeBackAsTheyWentIn)
{
    uint64_t w = sl_word(SL_GENERATION_MAX, SL_REFUTATION_MAX, SL_DEAD);
    EXPECT_EQ(sl_word_generation(w), SL_GENERATION_MAX);
    EXPECT_EQ(sl_word_refutations(w), SL_REFUTATION_MAX);
    EXPECT_EQ(sl_word_status(w), SL_DEAD);
}

TEST(Word, RefutationBeatsTheAccusationAndCarriesIntoTheGeneration)
{
    uint64_t accused = sl_word(9, SL_REFUTATION_MAX, SL_DEAD);
    uint64_t refuted = sl_word_refute(accused);
    EXPECT_GT(refuted, accused);
    EXPECT_EQ(refuted, sl_word(10, 0, SL_ALIVE));
}

TEST(Word, WhateverIsAcceptedNowIsAnsweredBySomethingThatIsASecondLaterAtMost)
{
    const uint64_t epoch = SL_GENERATION_EPOCH_S;
    for (uint64_t wall_s : {(uint64_t)0, epoch - 1, epoch, epoch + 1, epoch + 1000000000}) {
        uint64_t most = sl_word_most(wall_s), generation = sl_word_generation(most);
        EXPECT_GT(generation, wall_s);
        for (uint64_t g : {generation - 1, generation})
            for (uint32_t refutations : {0u, 1u, SL_REFUTATION_MAX - 1, SL_REFUTATION_MAX})
                for (enum sl_status status : {SL_ALIVE, SL_SUSPECT, SL_DEAD, SL_LEFT}) {
                    uint64_t word = sl_word(g, refutations, status);
                    EXPECT_LE(word, most);
                    EXPECT_LE(sl_word_refute(word),
                              sl_word_most(wall_s < epoch ? epoch + 1 : wall_s + 1));
                    EXPECT_TRUE(sl_word_is_acceptable(sl_word_refute(word)));
                }
        EXPECT_GT(sl_word(generation + 1, 0, SL_ALIVE), most);
    }
    EXPECT_LE(sl_word_generation(sl_word_most(UINT64_MAX)), SL_GENERATION_MAX);
}

TEST(Word, AClockThatIsWrongByDecadesAcceptsWhatOthersDo)
{
    const uint64_t now_s = 1800000000;
    for (uint64_t clock_s : {(uint64_t)0, now_s - 600000000, now_s, now_s + 600000000})
        for (uint64_t born_s : {now_s, now_s + 600000000})
            EXPECT_LE(sl_word(born_s, 9, SL_SUSPECT), sl_word_most(clock_s));
}

TEST(Word, WhateverOthersMaySayIsAcceptableOnlyIfItsRefutationIsToo)
{
    for (uint64_t generation :
         std::initializer_list<uint64_t>{1, SL_GENERATION_MAX - 1, SL_GENERATION_MAX})
        for (uint32_t refutations : {0u, SL_REFUTATION_MAX - 1, SL_REFUTATION_MAX})
            for (enum sl_status status : {SL_SUSPECT, SL_DEAD, SL_LEFT}) {
                uint64_t word = sl_word(generation, refutations, status);
                EXPECT_EQ(sl_word_is_acceptable(word), sl_word_is_acceptable(sl_word_refute(word)));
            }
    EXPECT_FALSE(sl_word_is_acceptable(0));
    EXPECT_FALSE(sl_word_is_acceptable(UINT64_MAX));
}
