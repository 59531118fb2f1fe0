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
#include <vector>

namespace
{
struct Outcome {
    int code;
    std::string output; /* stderr too */
};

Outcome shell(const std::string &command)
{
    Outcome run{-1, ""};
    FILE *out = popen((command + " 2>&1").c_str(), "r");
    if (out == nullptr)
        return run;
    for (int c; (c = fgetc(out)) != EOF;)
        run.output.push_back((char)c);
    run.code = WEXITSTATUS(pclose(out));
    return run;
}

Outcome bench(const std::string &arguments)
{
    return shell(std::string(SL_BENCH_PROGRAM) + " " + arguments);
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

TEST(Bench, AReportThatCannotBeWrittenIsExitCode1)
{
    for (const char *what : {"--version", "lib --help",
                             "packet --repetitions 1 --case ping-ack --no-huge "
                             "--members 1000 --in-flight 64 --trial-ms 20"}) {
        Outcome run = bench(std::string(what) + " 2>&1 >/dev/full #");
        EXPECT_EQ(run.code, 1) << what << run.output;
        EXPECT_TRUE(has(run, "standard output is incomplete")) << run.output;
    }
}

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

TEST(Bench, APortWithoutItsOtherEndIsRefusedWithWhatToGive)
{
    for (const char *port : {"af_packet:lo", "af_xdp:lo", "memif:/tmp/x.sock", "pci:3b:00.0"}) {
        Outcome run = bench(std::string("packet --port ") + port);
        EXPECT_EQ(run.code, 2) << port;
        EXPECT_TRUE(has(run, "expected --far-port as well")) << run.output;
        EXPECT_TRUE(has(run, "`starling-bench generate`")) << run.output;
    }
}

TEST(Bench, PortsThatAreNoEndsOfOneWireAreRefused)
{
    const char *const memif = "--port memif:/tmp/x.sock --far-port ";
    for (const char *far : {"memif:/tmp/x.sock", "memif:/tmp/y.sock,role=server", "af_packet:lo"}) {
        Outcome run = bench(std::string("packet ") + memif + far);
        EXPECT_EQ(run.code, 2) << far;
        EXPECT_TRUE(has(run, std::string("--far-port ") + far + ": expected ")) << run.output;
    }
    EXPECT_EQ(bench("packet --port af_packet:lo --far-port af_packet:lo").code, 2);
    EXPECT_EQ(bench("packet --far-port af_packet:lo").code, 2) << "a ring has both";
}

TEST(Bench, WhatARealWireCannotTellIsRefused)
{
    for (const char *option : {"--search", "--hlog /tmp/x", "--offload", "--workers 2"}) {
        Outcome run = bench(std::string("packet --port memif:/tmp/x.sock --far-port "
                                        "memif:/tmp/x.sock,role=server ") +
                            option);
        EXPECT_EQ(run.code, 2) << option;
        EXPECT_TRUE(has(run, "--port ring")) << run.output;
    }
}

class BenchMemif : public testing::TestWithParam<const char *>
{
};

TEST_P(BenchMemif, CarriesACaseWithoutADrop)
{
    char name[] = "/tmp/starling-bench-test.XXXXXX";
    const std::string folder = mkdtemp(name), port = "memif:" + folder + "/wire.sock";
    Outcome run = bench(std::string("packet --repetitions 1 --no-huge --members 1000,2000 "
                                    "--trial-ms 20 --json --case ") +
                        GetParam() + " --port " + port + " --far-port " + port + ",role=server");
    ASSERT_EQ(run.code, 0) << run.output;
    size_t second = run.output.find("\"kind\":", run.output.find("\"kind\":") + 1);
    ASSERT_NE(second, std::string::npos) << "the ports are opened again; " << run.output;
    for (size_t at : {run.output.find("\"kind\":"), second}) {
        Outcome one{0, run.output.substr(at, run.output.find('\n', at) - at)};
        EXPECT_TRUE(has(one, "\"drops\":0,")) << one.output;
        EXPECT_TRUE(has(one, "\"in_flight\":256,")) << one.output;
        EXPECT_TRUE(has(one, "\"port\":\"memif:")) << one.output;
        EXPECT_FALSE(has(one, "latency")) << one.output;
        EXPECT_FALSE(has(one, "\"mpps\":0.0,")) << one.output;
    }
    EXPECT_FALSE(has(run, "EAL:")) << run.output;
    std::filesystem::remove_all(folder);
}

INSTANTIATE_TEST_SUITE_P(Some, BenchMemif, testing::Values("ping-ack", "novel-updates", "fan-out"),
                         [](const auto &info) { return std::string(info.param, 3); });

/* In a network namespace of its own, with such veth pairs: "a b" is one. */
Outcome bench_over_veths(const std::vector<std::string> &pairs, const std::string &arguments)
{
    std::string command = "unshare -n sh -ec '";
    for (const std::string &pair : pairs) {
        const std::string near = pair.substr(0, pair.find(' ')), far = pair.substr(near.size() + 1);
        command += "ip link add " + near + " type veth peer name " + far + "; ";
        for (const std::string &end : {near, far})
            command += "sysctl -qw net.ipv6.conf." + end +
                       ".disable_ipv6=1; " /* it would speak */
                       "ip link set " +
                       end + " up; ";
    }
    return shell(command + "exec " + SL_BENCH_PROGRAM + " " + arguments + "'");
}

const std::string OVER_AF_PACKET =
    "packet --repetitions 1 --port af_packet:sl0 --far-port af_packet:sl1";

TEST(Bench, AVethPairCarriesPings)
{
    if (shell("unshare -n true").code != 0)
        GTEST_SKIP() << "no right to make a network namespace";
    Outcome run = bench_over_veths({"sl0 sl1"}, OVER_AF_PACKET + QUICK);
    EXPECT_EQ(run.code, 0) << run.output;
    EXPECT_TRUE(has(run, "\"drops\":0,")) << run.output;
    EXPECT_TRUE(has(run, "\"port\":\"af_packet:sl0\"")) << run.output;
}

TEST(Bench, PortsThatNothingJoinsAreGivenUp)
{
    if (shell("unshare -n true").code != 0)
        GTEST_SKIP() << "no right to make a network namespace";
    Outcome run = bench_over_veths({"sl0 other0", "sl1 other1"}, OVER_AF_PACKET + QUICK);
    EXPECT_EQ(run.code, 1) << run.output;
    EXPECT_TRUE(has(run, "are they ends of one wire?")) << run.output;
}

TEST(Bench, FramesThatComeFromNowhereAreRefused)
{
    Outcome run = bench("packet --port null");
    EXPECT_EQ(run.code, 2);
    EXPECT_TRUE(has(run, "expected another, or --case fan-out")) << run.output;
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
