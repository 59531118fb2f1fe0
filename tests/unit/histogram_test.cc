// SPDX-License-Identifier: BSD-3-Clause
#include "lib/histogram.h"

#include <gtest/gtest.h>

#include <atomic>
#include <cerrno>
#include <cmath>
#include <thread>

#include "tests/unit/histogram_fixture.h"

namespace
{
const struct sl_histogram_config second = {1, 1000000000, 2};
const struct sl_histogram_config ten_seconds = {1, 10000000000, 2};
} // namespace

TEST(Histogram, SlotsAreThoseOfTheReference)
{
    Histogram a(second);
    EXPECT_EQ(a.h->slots, 3072u);
    const std::pair<uint64_t, uint32_t> vectors[] = {
        {0, 0},     {1, 1},     {255, 255}, {256, 256},
        {257, 256}, {511, 383}, {512, 384}, {1000000000, 3054}};
    for (const auto &[value, slot] : vectors)
        EXPECT_EQ(sl_histogram_slot(a.h, value), slot) << value;
}

TEST(Histogram, SizesAreAsDocumented)
{
    const struct sl_histogram_config three = {1, 10000000000, 3}, coarse = {1000, 10000000000, 3};
    EXPECT_EQ(sl_histogram_config_slots(&ten_seconds), 3584u);
    EXPECT_EQ(sl_histogram_config_slots(&three) * sizeof(uint64_t), 200u * 1024);
    EXPECT_EQ(sl_histogram_config_slots(&coarse) * sizeof(uint64_t), 128u * 1024);
    EXPECT_EQ(sl_histogram_bytes(&ten_seconds), 28u * 1024 + 64);
}

TEST(Histogram, EverySlotHoldsExactlyItsRangeInEveryConfiguration)
{
    const struct sl_histogram_config configs[] = {
        second, {1, 2, 1}, {1000, 3600000000, 3}, {1, INT64_MAX, 1}, {1023, 1u << 30, 5}};
    for (const auto &config : configs) {
        Histogram a(config);
        uint64_t next = 0;
        for (uint32_t slot = 0; slot < a.h->slots; slot++) {
            uint64_t low = sl_histogram_slot_low(a.h, slot),
                     high = sl_histogram_slot_high(a.h, slot);
            ASSERT_EQ(low, next);
            ASSERT_EQ(sl_histogram_slot(a.h, low), slot);
            ASSERT_EQ(sl_histogram_slot(a.h, high), slot);
            ASSERT_TRUE(high - low < config.lowest ||
                        static_cast<double>(high - low) <=
                            static_cast<double>(low) * std::pow(10, -int(config.decimal_digits)));
            next = high + 1;
        }
        EXPECT_GT(next, config.highest);
    }
}

TEST(Histogram, ConfigurationsOutOfRangeAreRefused)
{
    const struct sl_histogram_config bad[] = {{0, 100, 2},
                                              {1, 1, 2},
                                              {51, 101, 2},
                                              {1, 100, 0},
                                              {1, 100, 6},
                                              {1, 1ull << 63, 2},
                                              {UINT64_MAX, UINT64_MAX, 2},
                                              {1ull << 55, INT64_MAX, 2},
                                              {1, 100, UINT32_MAX}};
    for (const auto &config : bad) {
        EXPECT_EQ(sl_histogram_config_check(&config), -EINVAL) << config.lowest;
        EXPECT_EQ(sl_histogram_bytes(&config), 0u);
        ArenaMemory memory(4096);
        EXPECT_EQ(sl_histogram_create(memory.arena(), &config), nullptr);
    }
    const struct sl_histogram_config edge = {1ull << 54, INT64_MAX, 2};
    EXPECT_EQ(sl_histogram_config_check(&edge), 0);
}

TEST(Histogram, ATooSmallArenaGivesNone)
{
    ArenaMemory memory(sl_histogram_bytes(&second) - 64);
    EXPECT_EQ(sl_histogram_create(memory.arena(), &second), nullptr);
}

TEST(Histogram, AnEmptyOneSaysZeroToEverything)
{
    Histogram a({1000, 1000000, 2});
    EXPECT_EQ(sl_histogram_total(a.h), 0u);
    EXPECT_EQ(sl_histogram_min(a.h), 0u);
    EXPECT_EQ(sl_histogram_max(a.h), 0u);
    EXPECT_EQ(sl_histogram_mean(a.h), 0);
    EXPECT_EQ(sl_histogram_stddev(a.h), 0);
    for (double p : {0.0, 50.0, 100.0})
        EXPECT_EQ(sl_histogram_percentile(a.h, p), 0u);
}

// Expected figures are HdrHistogram_c 0.11's and hdr-histogram-js 3.0.1's for the same input.
TEST(Histogram, FiguresAreThoseOfTheReference)
{
    Histogram a(second);
    for (uint64_t i = 1; i <= 1000; i++)
        sl_histogram_record(a.h, i * 1000);
    EXPECT_EQ(sl_histogram_total(a.h), 1000u);
    EXPECT_EQ(sl_histogram_min(a.h), 1000u);
    EXPECT_EQ(sl_histogram_max(a.h), 1003519u);
    EXPECT_DOUBLE_EQ(sl_histogram_mean(a.h), 500499.326);
    EXPECT_DOUBLE_EQ(sl_histogram_stddev(a.h), 288676.4542092855);
    const std::pair<double, uint64_t> percentiles[] = {
        {0, 1000},      {50, 501759},     {90, 901119},  {99, 991231},
        {99.9, 999423}, {99.99, 1003519}, {100, 1003519}};
    for (const auto &[p, value] : percentiles)
        EXPECT_EQ(sl_histogram_percentile(a.h, p), value) << p;
}

TEST(Histogram, PercentilesRoundUpButNotPastAnExactRank)
{
    Histogram a(second);
    for (uint64_t i = 1; i <= 100; i++)
        sl_histogram_record(a.h, i);
    for (uint64_t p = 1; p <= 100; p++)
        EXPECT_EQ(sl_histogram_percentile(a.h, static_cast<double>(p)), p);
    EXPECT_EQ(sl_histogram_percentile(a.h, 50.1), 51u);
    EXPECT_EQ(sl_histogram_percentile(a.h, 0.001), 1u);
    EXPECT_EQ(sl_histogram_percentile(a.h, -1), 1u);
    EXPECT_EQ(sl_histogram_percentile(a.h, 1e9), 100u);
    EXPECT_EQ(sl_histogram_percentile(a.h, NAN), 1u);
}

TEST(Histogram, APercentileOfAHugeTotalStillFindsASlot)
{
    Histogram a(second);
    sl_histogram_add(&a.h->counts[7], INT64_MAX);
    EXPECT_EQ(sl_histogram_percentile(a.h, 100), 7u);
}

TEST(Histogram, ValuesAboveTheHighestAreClampedAndCounted)
{
    Histogram a(second), b(second);
    for (uint64_t value : {UINT64_C(1000000000), UINT64_C(1000000001), UINT64_MAX})
        sl_histogram_record(a.h, value);
    EXPECT_EQ(sl_histogram_total(a.h), 3u);
    EXPECT_EQ(sl_histogram_clamped(a.h), 2u);
    EXPECT_EQ(sl_histogram_count(a.h, 3054), 3u);
    EXPECT_EQ(sl_histogram_merge(b.h, a.h), 0);
    EXPECT_EQ(sl_histogram_clamped(b.h), 2u);
}

TEST(Histogram, CorrectionRecordsEveryValueThatWasHeldUp)
{
    const std::pair<uint64_t, uint64_t> cases[] = {{100000, 1000}, {99999, 1000}, {1000, 1000},
                                                   {999, 1000},    {1999, 1000},  {2000, 1000},
                                                   {5000, 1},      {123457, 7},   {400, 100}};
    const struct sl_histogram_config coarse = {1000, 1000000, 2};
    for (const auto &config : {second, coarse}) {
        for (const auto &[value, interval] : cases) {
            Histogram a(config), plain(config);
            sl_histogram_record_corrected(a.h, value, interval);
            sl_histogram_record(plain.h, value);
            for (uint64_t v = value; v >= 2 * interval; v -= interval)
                sl_histogram_record(plain.h, v - interval);
            for (uint32_t slot = 0; slot < a.h->slots; slot++)
                ASSERT_EQ(sl_histogram_count(a.h, slot), sl_histogram_count(plain.h, slot))
                    << value << "/" << interval << " slot " << slot;
        }
    }
}

TEST(Histogram, CorrectionOfTheLargestValueByTheSmallestIntervalEnds)
{
    Histogram a({1, INT64_MAX, 2});
    sl_histogram_record_corrected(a.h, UINT64_MAX, 1);
    EXPECT_EQ(sl_histogram_total(a.h), static_cast<uint64_t>(INT64_MAX));
    EXPECT_EQ(sl_histogram_clamped(a.h), 1u);
    sl_histogram_reset(a.h);
    sl_histogram_record_corrected(a.h, 5000, 0);
    EXPECT_EQ(sl_histogram_total(a.h), 1u);
}

TEST(Histogram, MergingAddsAndResettingEmpties)
{
    Histogram a(second), b(second), both(second);
    for (uint64_t i = 0; i < 500; i++) {
        sl_histogram_record(i % 2 ? a.h : b.h, i * i * i);
        sl_histogram_record(both.h, i * i * i);
    }
    ASSERT_EQ(sl_histogram_merge(a.h, b.h), 0);
    for (uint32_t slot = 0; slot < a.h->slots; slot++)
        ASSERT_EQ(sl_histogram_count(a.h, slot), sl_histogram_count(both.h, slot));
    sl_histogram_record(a.h, UINT64_MAX);
    sl_histogram_reset(a.h);
    EXPECT_EQ(sl_histogram_total(a.h), 0u);
    EXPECT_EQ(sl_histogram_clamped(a.h), 0u);
}

TEST(Histogram, MergingAnotherConfigurationIsRefused)
{
    Histogram a(second), b(ten_seconds);
    sl_histogram_record(b.h, 5);
    EXPECT_EQ(sl_histogram_merge(a.h, b.h), -EINVAL);
    EXPECT_EQ(sl_histogram_total(a.h), 0u);
}

TEST(Histogram, AReaderMergesWhileTheWriterRecords)
{
    const uint64_t values = 200000;
    Histogram live(second);
    std::atomic<bool> started{false};
    std::thread writer([&] {
        for (uint64_t i = 0; i < values; i++) {
            sl_histogram_record(live.h, i);
            started.store(true, std::memory_order_relaxed);
        }
    });
    while (!started.load(std::memory_order_relaxed))
        std::this_thread::yield();
    uint64_t before = 0;
    while (before < values) {
        Histogram copy(second);
        ASSERT_EQ(sl_histogram_merge(copy.h, live.h), 0);
        uint64_t total = sl_histogram_total(copy.h);
        EXPECT_GE(total, before);
        EXPECT_LE(sl_histogram_percentile(copy.h, 50), sl_histogram_max(copy.h));
        before = total;
    }
    writer.join();
    EXPECT_EQ(before, values);
}
