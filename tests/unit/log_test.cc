// SPDX-License-Identifier: BSD-3-Clause
// Lines of log: their form, and readers that do not read.
#include "ports/log.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <regex>

#include "ports/log_rate.h"
#include "tests/unit/captured_log.h"

namespace
{

std::string formatted(enum sl_log_level level, const struct timespec *when, const char *text)
{
    char line[256];
    size_t bytes = sl_log_format(line, sizeof(line), level, when, text);
    EXPECT_EQ(bytes, strlen(line));
    return line;
}

TEST(Log, LineBeginsWithIso8601TimeInMillisecondsItsZoneAndTheLevel)
{
    const struct timespec when = {1700000000, 7999999};
    setenv("TZ", "IST-5:30", 1);
    tzset();
    EXPECT_EQ(formatted(SL_LOG_WARNING, &when, "eth0: link is down"),
              "2023-11-15T03:43:20.007+05:30 warning starlingd: eth0: link is down\n");
    setenv("TZ", "UTC0", 1);
    tzset();
    EXPECT_EQ(formatted(SL_LOG_DEBUG, &when, "x"),
              "2023-11-14T22:13:20.007+00:00 debug starlingd: x\n");
    unsetenv("TZ");
    tzset();
}

TEST(Log, JournalGetsAPriorityAndNoTime)
{
    EXPECT_EQ(formatted(SL_LOG_ERROR, nullptr, "x"), "<3>starlingd: x\n");
    EXPECT_EQ(formatted(SL_LOG_NOTICE, nullptr, "x"), "<5>starlingd: x\n");
    EXPECT_EQ(formatted(SL_LOG_DEBUG, nullptr, "x"), "<7>starlingd: x\n");
}

TEST(Log, NamesOfOthersCannotForgeLinesNorTurnTheTerminalAround)
{
    EXPECT_EQ(formatted(SL_LOG_ERROR, nullptr, "a\nb\x1b[2J\x7f"), "<3>starlingd: a?b?[2J?\n");
    EXPECT_EQ(formatted(SL_LOG_ERROR, nullptr, "\xc2\x9b|\xe2\x80\xae|\xe2\x81\xa6|\xe2\x80\x8b"),
              "<3>starlingd: ?|?|?|?\n");
    EXPECT_EQ(formatted(SL_LOG_ERROR, nullptr, "\xc3\xa4 \xe2\x82\xac"),
              "<3>starlingd: \xc3\xa4 \xe2\x82\xac\n");
}

TEST(Log, LongLineIsCutAndEndsWithItsNewline)
{
    std::string line = formatted(SL_LOG_ERROR, nullptr, std::string(1000, 'x').c_str());
    EXPECT_EQ(line.size(), 255u);
    EXPECT_EQ(line.back(), '\n');
}

// stderr is a pipe of the test's own.
class LogPipe : public ::testing::Test
{
  protected:
    LogPipe()
    {
        signal(SIGPIPE, SIG_IGN);
        EXPECT_EQ(pipe(ends_), 0);
        stderr_ = dup(STDERR_FILENO);
        dup2(ends_[1], STDERR_FILENO);
        lost_ = sl_log_lost();
    }
    ~LogPipe() override
    {
        dup2(stderr_, STDERR_FILENO);
        close(stderr_);
        close(ends_[1]);
        if (ends_[0] >= 0)
            close(ends_[0]);
        unsetenv("JOURNAL_STREAM");
        sl_log_find_journal();
        signal(SIGPIPE, SIG_DFL);
    }
    std::string read_some()
    {
        char bytes[65536];
        ssize_t got = read(ends_[0], bytes, sizeof(bytes));
        return std::string(bytes, got > 0 ? (size_t)got : 0);
    }
    uint64_t lost() const
    {
        return sl_log_lost() - lost_;
    }

    int ends_[2], stderr_;
    uint64_t lost_;
};

TEST_F(LogPipe, ReaderThatIsGoneLosesLinesAndNothingElse)
{
    close(ends_[0]);
    ends_[0] = -1;
    SL_LOG(SL_LOG_ERROR, "nobody hears this");
    EXPECT_EQ(lost(), 1u);
}

TEST_F(LogPipe, ReaderThatDoesNotReadHoldsNobodyUpAndIsToldWhatItMissed)
{
    for (int i = 0; i < 4000; i++)
        SL_LOG(SL_LOG_ERROR, "%060d", i);
    uint64_t missed = lost();
    EXPECT_GT(missed, 0u);
    std::string first = read_some();
    while (first.find("000000" + std::to_string(3999 - missed)) == std::string::npos)
        first += read_some();
    SL_LOG(SL_LOG_ERROR, "and on");
    std::string next = read_some();
    EXPECT_NE(next.find(std::to_string(missed) + " lines of log are missing here"),
              std::string::npos)
        << next;
    EXPECT_NE(next.find("starlingd: and on\n"), std::string::npos) << next;
    EXPECT_EQ(lost(), missed);
}

TEST_F(LogPipe, LineOfWhichAFullDiskTookAPartIsEndedBeforeTheNext)
{
    struct rlimit before, full;
    FILE *file = tmpfile();
    ASSERT_NE(file, nullptr);
    getrlimit(RLIMIT_FSIZE, &before);
    full = before;
    full.rlim_cur = 40;
    signal(SIGXFSZ, SIG_IGN);
    dup2(fileno(file), STDERR_FILENO);
    setrlimit(RLIMIT_FSIZE, &full);
    SL_LOG(SL_LOG_ERROR, "%060d", 1);
    SL_LOG(SL_LOG_ERROR, "%060d", 2);
    setrlimit(RLIMIT_FSIZE, &before);
    EXPECT_EQ(lost(), 2u);
    SL_LOG(SL_LOG_ERROR, "and on");
    char bytes[1024] = "";
    ASSERT_GT(pread(fileno(file), bytes, sizeof(bytes) - 1, 0), 41);
    std::string text = bytes;
    EXPECT_EQ(text[40], '\n') << text;
    EXPECT_NE(text.find(" warning starlingd: 2 lines of log are missing here"), std::string::npos)
        << text;
    EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 3) << text;
    fclose(file);
    signal(SIGXFSZ, SIG_DFL);
}

TEST_F(LogPipe, JournalIsKnownByTheFileThatItNames)
{
    struct stat file;
    ASSERT_EQ(fstat(STDERR_FILENO, &file), 0);
    std::string stream = std::to_string(file.st_dev) + ":" + std::to_string(file.st_ino);
    setenv("JOURNAL_STREAM", stream.c_str(), 1);
    sl_log_find_journal();
    SL_LOG(SL_LOG_WARNING, "to the journal");
    EXPECT_EQ(read_some(), "<4>starlingd: to the journal\n");
    setenv("JOURNAL_STREAM", "1:2", 1); // inherited by a process whose stderr is elsewhere
    sl_log_find_journal();
    SL_LOG(SL_LOG_WARNING, "to a file");
    EXPECT_TRUE(std::regex_match(
        read_some(),
        std::regex("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}[+-]\\d\\d:\\d\\d warning "
                   "starlingd: to a file\n")));
}

constexpr uint64_t S = 1000000000;

class LogRate : public CapturedLog
{
  protected:
    struct sl_log_rate rate_ = {};
};

TEST_F(LogRate, FirstLineIsWrittenAtOnceAndTheLatestOfTheRestASecondLater)
{
    for (int i = 0; i < 300; i++)
        sl_log_rate_line(&rate_, S + (uint64_t)i, SL_LOG_ERROR, "line %d", i);
    EXPECT_EQ(lines(), std::vector<std::string>{"error starlingd: line 0"});
    sl_log_rate_flush(&rate_, 2 * S - 1);
    EXPECT_TRUE(lines().empty());
    sl_log_rate_flush(&rate_, 2 * S);
    EXPECT_EQ(lines(),
              std::vector<std::string>{"error starlingd: line 299 (and 298 more like it)"});
    sl_log_rate_flush(&rate_, 9 * S);
    EXPECT_TRUE(lines().empty());
}

TEST_F(LogRate, OneThatWaitedAloneIsWrittenAsItIs)
{
    sl_log_rate_line(&rate_, S, SL_LOG_ERROR, "one");
    sl_log_rate_line(&rate_, S + 1, SL_LOG_ERROR, "two");
    sl_log_rate_finish(&rate_);
    EXPECT_EQ(lines(), (std::vector<std::string>{"error starlingd: one", "error starlingd: two"}));
}

TEST_F(LogRate, LinesThatTheLevelHidesAreNotCounted)
{
    for (int i = 0; i < 5; i++)
        sl_log_rate_line(&rate_, S, SL_LOG_INFO, "quiet");
    sl_log_set_level(SL_LOG_INFO);
    sl_log_rate_line(&rate_, S, SL_LOG_INFO, "loud");
    EXPECT_EQ(lines(), std::vector<std::string>{"info starlingd: loud"});
}

} // namespace
