/* SPDX-License-Identifier: BSD-3-Clause */
/* The benchmark as its users run it, in trials too short for a figure: no hugepages, no devices. */
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

namespace
{
struct Outcome {
    int code;
    std::string output; /* stderr too */
};

Outcome bench(const std::string &arguments)
{
    Outcome run{-1, ""};
    FILE *out = popen((std::string(SL_BENCH_PROGRAM) + " " + arguments + " 2>&1").c_str(), "r");
    if (out == nullptr)
        return run;
    for (int c; (c = fgetc(out)) != EOF;)
        run.output.push_back((char)c);
    run.code = WEXITSTATUS(pclose(out));
    return run;
}

const std::string QUICK = " --no-huge --members 1000 --in-flight 64 --trial-ms 20 --json ";

bool has(const Outcome &run, const std::string &text)
{
    return run.output.find(text) != std::string::npos;
}

class BenchCase : public testing::TestWithParam<const char *>
{
};

TEST_P(BenchCase, IsHandledWithoutADrop)
{
    Outcome run = bench(std::string("packet --repetitions 1 --case ") + GetParam() + QUICK);
    EXPECT_EQ(run.code, 0) << run.output;
    EXPECT_TRUE(has(run, "\"drops\":0,")) << run.output;
    EXPECT_TRUE(has(run, std::string("\"case\":\"") + GetParam() + "\"")) << run.output;
}

INSTANTIATE_TEST_SUITE_P(All, BenchCase,
                         testing::Values("ping-ack", "stale-updates", "novel-updates", "fan-out",
                                         "sync", "mixed"),
                         [](const auto &info) {
                             std::string name;
                             for (const char *c = info.param; *c != '\0'; c++)
                                 if (*c != '-')
                                     name.push_back(*c);
                             return name;
                         });

/* Past the caches a burst's members are loaded ahead of it. */
TEST(Bench, PingsToALargeTableAreAnswered)
{
    Outcome run = bench("packet --repetitions 1 --no-huge --members 100000 --in-flight 64 "
                        "--trial-ms 20 --json");
    EXPECT_EQ(run.code, 0) << run.output;
    EXPECT_TRUE(has(run, "\"drops\":0,")) << run.output;
}

TEST(Bench, PingsOverIPv6AndOfAnAskedSizeAreAnswered)
{
    Outcome run = bench("packet --repetitions 1 --ipv6 --frame-bytes 512,1518" + QUICK);
    EXPECT_EQ(run.code, 0) << run.output;
    EXPECT_TRUE(has(run, "\"frame_bytes\":512,")) << run.output;
    EXPECT_TRUE(has(run, "\"frame_bytes\":1518,")) << run.output;
    size_t first = run.output.find("\"drops\":0,");
    ASSERT_NE(first, std::string::npos) << run.output;
    EXPECT_NE(run.output.find("\"drops\":0,", first + 1), std::string::npos) << run.output;
}

TEST(Bench, AWrongValueIsRefusedWithWhatWasExpected)
{
    Outcome run = bench("packet --members 5");
    EXPECT_EQ(run.code, 2);
    EXPECT_TRUE(has(run, "--members 5: expected")) << run.output;
    EXPECT_TRUE(has(run, "from 1000 to 1000000")) << run.output;
}

TEST(Bench, APortWithOneEndOutsideIsRefusedWithWhatMeasuresIt)
{
    for (const char *port : {"af_packet:lo", "memif:/tmp/x.sock", "pci:0000:3b:00.0"}) {
        Outcome run = bench(std::string("packet --port ") + port);
        EXPECT_EQ(run.code, 2) << port;
        EXPECT_TRUE(has(run, "expected ring: ")) << run.output;
    }
    EXPECT_TRUE(has(bench("packet --port af_xdp:lo"), "generate")) << "of a whole node";
}

TEST(Bench, FramesThatComeFromNowhereAreRefused)
{
    Outcome run = bench("packet --port null");
    EXPECT_EQ(run.code, 2);
    EXPECT_TRUE(has(run, "expected ring, or --case fan-out")) << run.output;
}

TEST(Bench, TheLeastFramesAreSentToManyAndFreedByTheNullPort)
{
    Outcome run = bench("packet --case fan-out --port null --offload --frame-bytes 118 "
                        "--repetitions 1" +
                        QUICK);
    ASSERT_EQ(run.code, 0) << run.output;
    EXPECT_TRUE(has(run, "\"port\":\"null\"")) << run.output;
    EXPECT_TRUE(has(run, "\"drops\":0")) << run.output;
}

TEST(Bench, AFrameTooSmallForItsCaseIsRefusedWithTheLeastSize)
{
    Outcome run = bench("packet --frame-bytes 64");
    EXPECT_EQ(run.code, 2);
    EXPECT_TRUE(has(run, "takes 142 bytes or more")) << run.output;
}

TEST(Bench, AnUnknownOptionIsRefusedWithTheKnownOnes)
{
    Outcome run = bench("stages --bogus");
    EXPECT_EQ(run.code, 2);
    EXPECT_TRUE(has(run, "--bogus: no such option")) << run.output;
    EXPECT_TRUE(has(run, "--in-flight")) << run.output;
}

TEST(Bench, StagesOfAPacketAreToldInOneObject)
{
    Outcome run = bench("stages" + QUICK);
    EXPECT_EQ(run.code, 0) << run.output;
    EXPECT_TRUE(has(run, "\"look_up\":")) << run.output;
}

TEST(Bench, ComparesWithTheFloorAndAKernelSocketInOneRun)
{
    Outcome run = bench("compare --no-huge --members 1000 --trial-ms 20 --repetitions 1 --json");
    EXPECT_EQ(run.code, 0) << run.output;
    EXPECT_TRUE(has(run, "{\"system\":\"kernel_udp\",\"acks_per_s\":")) << run.output;
    EXPECT_TRUE(has(run, "\"ratios\":{\"floor\":")) << run.output;
    EXPECT_EQ(has(run, "\"memberlist_uncompressed\":"), SL_BENCH_HAS_MEMBERLIST == 1) << run.output;
}

TEST(Bench, ThePureLibraryIsMeasuredWithoutDpdk)
{
    Outcome run = bench("lib --members 1000 --trial-ms 20 --json");
    EXPECT_EQ(run.code, 0) << run.output;
    EXPECT_TRUE(has(run, "\"ping_answer_ns\":")) << run.output;
}

TEST(Bench, ReportPlotsResultsAndLatenciesAreAnHlog)
{
    char name[] = "/tmp/starling-bench-test.XXXXXX";
    const std::string folder = mkdtemp(name);
    Outcome run = bench("packet --repetitions 1 --frame-bytes 300,600 --hlog " + folder +
                        "/l.hlog" + QUICK + "> " + folder + "/packet.json");
    EXPECT_EQ(run.code, 0) << run.output;
    run = bench("report --output " + folder + "/page.html " + folder + "/packet.json");
    EXPECT_EQ(run.code, 0) << run.output;
    std::stringstream page, log;
    page << std::ifstream(folder + "/page.html").rdbuf();
    log << std::ifstream(folder + "/l.hlog").rdbuf();
    EXPECT_NE(page.str().find("Rate by frame size"), std::string::npos);
    EXPECT_NE(page.str().find("<polyline"), std::string::npos);
    EXPECT_EQ(page.str().find("<script"), std::string::npos);
    EXPECT_NE(log.str().find("Tag=ping-ack-1000-300,"), std::string::npos);
    std::filesystem::remove_all(folder);
}

TEST(Bench, ReportRefusesWhatNoCommandWrote)
{
    Outcome run = bench("report /dev/null");
    EXPECT_EQ(run.code, 1);
    EXPECT_TRUE(has(run, "expected the output of --json")) << run.output;
}
} // namespace
