// SPDX-License-Identifier: BSD-3-Clause
#include "lib/histogram_log.h"

#include <gtest/gtest.h>

#include <cerrno>
#include <sstream>
#include <string>
#include <vector>

#include "tests/unit/histogram_fixture.h"

namespace
{
const struct sl_histogram_config second = {1, 1000000000, 2};

class HistogramLog : public testing::Test
{
  protected:
    HistogramLog()
    {
        room.resize(SL_HISTOGRAM_LOG_PREFIX_BYTES + sl_histogram_codec_text_bytes(codec));
    }
    std::string line(const struct sl_histogram_interval &of)
    {
        ptrdiff_t length = sl_histogram_log_interval(room.data(), room.size(), codec, &of, h);
        EXPECT_GT(length, 0);
        return std::string(room.data(), length > 0 ? static_cast<size_t>(length) : 0);
    }
    int parse(const std::string &line)
    {
        held.assign(line.begin(), line.end());
        return sl_histogram_log_parse(held.data(), held.size(), &interval, &text, &text_length);
    }

    Codec codec_memory{second};
    Histogram recorded{second}, merged{second};
    struct sl_histogram_codec *codec = codec_memory.codec;
    struct sl_histogram *h = recorded.h, *back = merged.h;
    std::vector<char> room, held;
    struct sl_histogram_interval interval;
    const char *text;
    size_t text_length;
};
} // namespace

TEST_F(HistogramLog, TheHeaderIsWhatTheStrictestReaderTakes)
{
    char out[SL_HISTOGRAM_LOG_HEADER_BYTES];
    std::string writer(99, 'w');
    ASSERT_GT(sl_histogram_log_header(out, sizeof(out), writer.c_str(), UINT64_MAX), 0);
    std::istringstream lines(out);
    for (std::string line; std::getline(lines, line);) {
        EXPECT_FALSE(line.empty());
        EXPECT_LT(line.size(), 128u) << line;
    }
    ptrdiff_t length = sl_histogram_log_header(out, sizeof(out), "Starling 0.1.0", 1700000000042);
    EXPECT_STREQ(out, "#[Logged with Starling 0.1.0]\n"
                      "#[Histogram log format version 1.3]\n"
                      "#[StartTime: 1700000000.042 (seconds since epoch)]\n"
                      "\"StartTimestamp\",\"Interval_Length\",\"Interval_Max\",\"Interval_"
                      "Compressed_Histogram\"\n");
    EXPECT_EQ(length, static_cast<ptrdiff_t>(strlen(out)));
    EXPECT_EQ(
        sl_histogram_log_header(out, static_cast<size_t>(length), "Starling 0.1.0", 1700000000042),
        -ENOSPC);
}

TEST_F(HistogramLog, AWriterThatWouldBreakTheHeaderIsRefused)
{
    char out[SL_HISTOGRAM_LOG_HEADER_BYTES];
    EXPECT_EQ(sl_histogram_log_header(out, sizeof(out), std::string(100, 'w').c_str(), 0), -EINVAL);
    EXPECT_EQ(sl_histogram_log_header(out, sizeof(out), "two\nlines", 0), -EINVAL);
}

TEST_F(HistogramLog, AnIntervalLineHasTagTimesMaximumInMillisecondsAndHistogram)
{
    sl_histogram_record(h, 1000000); // its slot ends at 1003519
    std::string tagged = line({"probe_rtt", 9, 1700000001005, 10000});
    EXPECT_EQ(tagged.rfind("Tag=probe_rtt,1700000001.005,10.000,1.004,HISTFAAAA", 0), 0u) << tagged;
    EXPECT_EQ(tagged.back(), '\n');
    std::string untagged = line({nullptr, 0, 5, 999});
    EXPECT_EQ(untagged.rfind("0.005,0.999,1.004,HISTFAAAA", 0), 0u) << untagged;
}

TEST_F(HistogramLog, LinesComeBackAndAddUp)
{
    for (uint64_t i = 1; i < 5000; i++)
        sl_histogram_record(h, i * i);
    std::string written = line({"a.b-c", 5, 1700000001005, 250});
    for (int i = 0; i < 2; i++) {
        ASSERT_EQ(parse(written), 1);
        EXPECT_EQ(std::string(interval.tag, interval.tag_length), "a.b-c");
        EXPECT_EQ(interval.start_unix_ms, 1700000001005u);
        EXPECT_EQ(interval.length_ms, 250u);
        ASSERT_EQ(sl_histogram_decode_add(codec, text, text_length, back), 0);
    }
    for (uint32_t slot = 0; slot < h->slots; slot++)
        ASSERT_EQ(sl_histogram_count(back, slot), 2 * sl_histogram_count(h, slot));
}

TEST_F(HistogramLog, TagsThatWouldBreakTheLineAreRefused)
{
    std::string longest(SL_HISTOGRAM_LOG_TAG_MAX, 't'), longer = longest + 't';
    EXPECT_EQ(line({longest.c_str(), longest.size(), 0, 0}).rfind("Tag=" + longest + ",0.000,", 0),
              0u);
    for (const std::string &tag :
         {std::string(), longer, std::string("a,b"), std::string("a b"), std::string("a\nb"),
          std::string("a\rb"), std::string("a\0b", 3)}) {
        struct sl_histogram_interval bad = {tag.data(), tag.size(), 0, 0};
        EXPECT_EQ(sl_histogram_log_interval(room.data(), room.size(), codec, &bad, h), -EINVAL)
            << tag;
    }
}

TEST_F(HistogramLog, AShortBufferIsRefusedAtEveryLength)
{
    struct sl_histogram_interval plain = {"t", 1, 1, 1};
    size_t length = line(plain).size();
    for (size_t size = 0; size <= length; size++) {
        std::vector<char> exact(size);
        EXPECT_EQ(sl_histogram_log_interval(exact.data(), size, codec, &plain, h), -ENOSPC) << size;
    }
    std::vector<char> exact(length + 1);
    EXPECT_EQ(sl_histogram_log_interval(exact.data(), length + 1, codec, &plain, h),
              static_cast<ptrdiff_t>(length));
}

TEST_F(HistogramLog, CommentsLegendAndBlankLinesAreNoIntervals)
{
    for (const char *line :
         {"", "\n", "\r\n", "# free text", "#[StartTime: x", "\"StartTimestamp\",\"b\""})
        EXPECT_EQ(parse(line), 0) << line;
}

TEST_F(HistogramLog, ForeignNumbersAreReadToTheMillisecond)
{
    ASSERT_EQ(parse("12,3.4567890,x,HIST\r\n"), 1);
    EXPECT_EQ(interval.tag, nullptr);
    EXPECT_EQ(interval.start_unix_ms, 12000u);
    EXPECT_EQ(interval.length_ms, 3456u);
    EXPECT_EQ(std::string(text, text_length), "HIST");
}

TEST_F(HistogramLog, HostileLinesAreRefused)
{
    for (const char *line :
         {"1", "1,2", "1,2,3", ",,,", "-1,2,3,H", "1e3,2,3,H", "nan,2,3,H", " 1,2,3,H", ".5,2,3,H",
          "1.2.3,2,3,H", "99999999999999999999999,2,3,H", "18446744073709551615,2,3,H",
          "Tag=", "Tag=,1,2,3,H", "Tag=a b,1,2,3,H", "Tag=a,1,2,3", "tag=a,1,2,3,H"})
        EXPECT_EQ(parse(line), -EBADMSG) << line;
    EXPECT_EQ(parse("Tag=" + std::string(64, 't') + ",1,2,3,H"), -EBADMSG);
}
