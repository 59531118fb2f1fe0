// SPDX-License-Identifier: BSD-3-Clause
// Logs that Starling writes are read by npm's hdr-histogram-js, and the figures compared.
#include "lib/histogram_log.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <cinttypes>
#include <cstdio>
#include <fstream>
#include <random>
#include <string>
#include <vector>

#include "tests/unit/histogram_fixture.h"

namespace
{
const std::string tests_dir = SL_TESTS_DIR;
const struct sl_histogram_config ten_seconds = {1, 10000000000, 2};
const struct sl_histogram_config fine = {1, 10000000000, 3};
const struct sl_histogram_config coarse = {1000, 3600000000000, 3};
const uint64_t start_ms = 1700000000000;

std::string run(const std::string &command, int *status)
{
    std::string out;
    std::array<char, 4096> part;
    FILE *pipe = popen(command.c_str(), "r");
    if (pipe == nullptr) {
        *status = -1;
        return out;
    }
    while (size_t n = fread(part.data(), 1, part.size(), pipe))
        out.append(part.data(), n);
    *status = pclose(pipe);
    return out;
}

std::string missing_reader()
{
    int status;
    run("command -v node", &status);
    if (status != 0)
        return "node is not installed; scripts/install-deps installs it";
    if (access((tests_dir + "/hlog/node_modules/hdr-histogram-js/package.json").c_str(), R_OK) != 0)
        return "hdr-histogram-js is not installed; run: npm ci --prefix tests/hlog";
    return "";
}

// The line that read.mjs prints for this histogram.
std::string figures(const std::string &tag, uint64_t from_ms, uint64_t length_ms,
                    const struct sl_histogram *h)
{
    std::string line = tag;
    for (uint64_t n : {from_ms, from_ms + length_ms, sl_histogram_total(h), sl_histogram_max(h)})
        line += " " + std::to_string(n);
    for (double p : {0.0, 50.0, 90.0, 99.0, 99.9, 99.99, 100.0})
        line += " " + std::to_string(sl_histogram_percentile(h, p));
    return line + "\n";
}

class Log
{
  public:
    Log()
    {
        char header[SL_HISTOGRAM_LOG_HEADER_BYTES];
        EXPECT_GT(sl_histogram_log_header(header, sizeof(header), "Starling", start_ms), 0);
        text = header;
    }
    void add(const std::string &tag, const struct sl_histogram_config &config,
             const std::vector<uint64_t> &values, uint64_t times = 1)
    {
        Codec c(config);
        Histogram a(config);
        for (uint64_t value : values)
            sl_histogram_record(a.h, value);
        for (uint32_t slot = 0; slot < a.h->slots; slot++)
            sl_histogram_add(&a.h->counts[slot], (times - 1) * sl_histogram_count(a.h, slot));
        struct sl_histogram_interval interval = {tag.data(), tag.size(),
                                                 start_ms + 1000 * intervals++, 1000};
        std::vector<char> line(SL_HISTOGRAM_LOG_PREFIX_BYTES +
                               sl_histogram_codec_text_bytes(c.codec));
        EXPECT_GT(sl_histogram_log_interval(line.data(), line.size(), c.codec, &interval, a.h), 0);
        text += line.data();
        expected += figures(tag, interval.start_unix_ms, interval.length_ms, a.h);
    }
    std::string text, expected;

  private:
    uint64_t intervals = 0;
};

// Only integers and mt19937_64, whose sequence the standard fixes: the same log everywhere.
Log sample()
{
    std::mt19937_64 random(42);
    std::vector<uint64_t> spread, bell, ramp, wide;
    for (int i = 0; i < 20000; i++) {
        spread.push_back(random() % 10000000000 >> random() % 34);
        bell.push_back(50000 + random() % 20000 + random() % 20000 + random() % 20000);
        wide.push_back(random() % 3600000000000 >> random() % 42);
    }
    for (uint64_t i = 1; i <= 1000; i++)
        ramp.push_back(i * 1000);
    Log log;
    log.add("spread", ten_seconds, spread);
    log.add("bell", fine, bell);
    log.add("ramp", ten_seconds, ramp);
    log.add("coarse", coarse, wide);
    log.add("billions", ten_seconds, ramp, 5000000000);
    log.add("one", ten_seconds, {123456789});
    log.add("clamped", ten_seconds, {1, 20000000000, UINT64_MAX});
    log.add("zeros", ten_seconds, {0, 0, 0});
    log.add("empty", ten_seconds, {});
    return log;
}

std::string read_by_reference(const std::string &file, int *status)
{
    return run("node '" + tests_dir + "/hlog/read.mjs' '" + file + "'", status);
}

std::string contents(const std::string &file)
{
    std::ifstream in(file);
    return std::string(std::istreambuf_iterator<char>(in), {});
}
} // namespace

TEST(Hlog, TheReferenceReadsTheFiguresThatWeWrote)
{
    std::string reason = missing_reader();
    if (!reason.empty())
        GTEST_SKIP() << reason;
    Log log = sample();
    std::string file = testing::TempDir() + "starling-" + std::to_string(getpid()) + ".hlog";
    std::ofstream(file) << log.text;
    int status;
    EXPECT_EQ(read_by_reference(file, &status), log.expected);
    EXPECT_EQ(status, 0);
    unlink(file.c_str());
}

TEST(Hlog, TheReferenceReadsTheGoldenFile)
{
    std::string reason = missing_reader();
    if (!reason.empty())
        GTEST_SKIP() << reason;
    int status;
    EXPECT_EQ(read_by_reference(tests_dir + "/data/golden.hlog", &status), sample().expected);
    EXPECT_EQ(status, 0);
}

// Compressed bytes may change with zlib, so the golden file is compared by what it says.
TEST(Hlog, TheGoldenFileStillReadsAsWritten)
{
    std::string golden = contents(tests_dir + "/data/golden.hlog"), read;
    for (size_t at = 0, end; (end = golden.find('\n', at)) != std::string::npos; at = end + 1) {
        struct sl_histogram_interval interval;
        struct sl_histogram_config config;
        const char *text;
        size_t length;
        int rc = sl_histogram_log_parse(golden.data() + at, end - at, &interval, &text, &length);
        ASSERT_GE(rc, 0);
        if (rc == 0)
            continue;
        Codec any(ten_seconds);
        ASSERT_EQ(sl_histogram_decode_config(any.codec, text, length, &config), 0);
        Codec c(config);
        Histogram a(config);
        ASSERT_EQ(sl_histogram_decode_add(c.codec, text, length, a.h), 0);
        read += figures(std::string(interval.tag, interval.tag_length), interval.start_unix_ms,
                        interval.length_ms, a.h);
    }
    EXPECT_EQ(read, sample().expected);
}
