// SPDX-License-Identifier: BSD-3-Clause
// starling-sim as people run it.
#include <gtest/gtest.h>
#include <jansson.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>
#include <vector>

#include "tests/sim/places.h"

namespace
{

const char *const kGood = "nodes 40\nstart formed\nloss 3%\nduplicate 2%\nrun 12s\n"
                          "at 1s crash n5\nat 2s pause 10% for 300ms\nat 5s restart n5\n"
                          "expect false_dead == 0\n";

class Program : public ::testing::Test
{
  protected:
    void SetUp() override
    {
        path = testing::TempDir() + "sim-" + std::to_string(getpid()) + ".scenario";
        write(kGood);
    }
    void TearDown() override
    {
        unlink(path.c_str());
    }
    void write(const std::string &text)
    {
        std::ofstream(path) << text;
    }
    // Exit code; what it printed is in `output`.
    int run(const std::string &program, const std::string &arguments)
    {
        output.clear();
        FILE *pipe = popen((program + " " + arguments + " 2>&1").c_str(), "r");
        char bytes[4096];
        for (size_t n; (n = fread(bytes, 1, sizeof(bytes), pipe)) > 0;)
            output.append(bytes, n);
        int status = pclose(pipe);
        return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    }
    std::string trace(const std::string &program)
    {
        EXPECT_EQ(run(program, "run " + path + " --json --seed 3"), 0) << output;
        json_t *all = json_loads(output.c_str(), 0, nullptr);
        const char *hash = json_string_value(json_object_get(all, "trace_hash"));
        std::string found = hash == nullptr ? "" : hash;
        json_decref(all);
        EXPECT_EQ(found.size(), 16u) << output;
        return found;
    }
    std::string path, output;
};

TEST_F(Program, TracesAreTheSameByAnotherCompilerWithoutOptimization)
{
#ifdef SL_SIM_OTHER
    EXPECT_EQ(trace(SL_SIM_PROGRAM), trace(SL_SIM_OTHER));
#else
    GTEST_SKIP() << "needs gcc and clang, and a build without sanitizers";
#endif
}

TEST_F(Program, JsonHasEveryExpectationAndMetric)
{
    ASSERT_EQ(run(SL_SIM_PROGRAM, "run " + path + " --json"), 0) << output;
    json_t *all = json_loads(output.c_str(), 0, nullptr);
    ASSERT_NE(all, nullptr) << output;
    EXPECT_TRUE(json_is_true(json_object_get(all, "ok")));
    EXPECT_EQ(json_integer_value(json_object_get(all, "seed")), 1);
    json_t *expectation = json_array_get(json_object_get(all, "expectations"), 0);
    EXPECT_STREQ(json_string_value(json_object_get(expectation, "text")), "expect false_dead == 0");
    EXPECT_EQ(json_integer_value(json_object_get(expectation, "line")), 9);
    EXPECT_TRUE(json_is_true(json_object_get(expectation, "ok")));
    EXPECT_EQ(json_integer_value(json_object_get(expectation, "measured")), 0);
    EXPECT_EQ(json_integer_value(json_object_get(json_object_get(all, "metrics"), "nodes_up")), 40);
    json_decref(all);
}

TEST_F(Program, JsonHasTheLatenciesThatAPercentileIsOf)
{
    write("nodes 20\nstart formed\nrun 8s\nat 1s crash n4-n6\nexpect dead n4-n6 at 99% p50 within "
          "5s\n");
    ASSERT_EQ(run(SL_SIM_PROGRAM, "run " + path + " --json"), 0) << output;
    json_t *all = json_loads(output.c_str(), 0, nullptr);
    json_t *expectation = json_array_get(json_object_get(all, "expectations"), 0);
    json_t *latencies = json_object_get(expectation, "latencies_ns");
    EXPECT_EQ(json_integer_value(json_object_get(expectation, "percentile")), 50);
    EXPECT_EQ(json_integer_value(json_object_get(expectation, "within_ns")), 5000000000);
    std::vector<json_int_t> values;
    for (size_t i = 0; i < json_array_size(latencies); i++)
        values.push_back(json_integer_value(json_array_get(latencies, i)));
    std::sort(values.begin(), values.end());
    ASSERT_EQ(values.size(), 3u);
    EXPECT_EQ(values[1], json_integer_value(json_object_get(expectation, "measured")));
    json_decref(all);
}

TEST_F(Program, AReportThatCannotBeWrittenIsExitCode1)
{
    for (std::string what : {"run " + path, std::string("swarm --seeds 1"),
                             std::string("--version"), std::string("swarm --help")}) {
        EXPECT_EQ(run(SL_SIM_PROGRAM, what + " 2>&1 >/dev/full #"), 1) << what;
        EXPECT_NE(output.find("standard output is incomplete"), std::string::npos) << output;
        EXPECT_EQ(
            run("bash -c 'exec 3> >(exec true); wait $!; exec \"$@\" >&3' bash " SL_SIM_PROGRAM,
                what),
            1)
            << what;
        EXPECT_NE(output.find("standard output is incomplete"), std::string::npos) << output;
    }
}

TEST_F(Program, AFailedExpectationIsExitCode1)
{
    write("nodes 20\nstart formed\nrun 1s\nexpect nodes_up == 21\n");
    EXPECT_EQ(run(SL_SIM_PROGRAM, "run " + path), 1);
    EXPECT_NE(output.find("FAILED line 4: expect nodes_up == 21: 20\n"), std::string::npos)
        << output;
}

TEST_F(Program, ABadScenarioOrUsageIsExitCode2)
{
    write("nodes 20\nrun fast\n");
    EXPECT_EQ(run(SL_SIM_PROGRAM, "run " + path), 2);
    EXPECT_EQ(
        output,
        path +
            ":2: 'fast', expected a whole number and its unit (us, ms, s, m, h), such as 200ms\n");
    EXPECT_EQ(run(SL_SIM_PROGRAM, "run /"), 2);
    EXPECT_EQ(output, "/: Is a directory; expected a scenario file\n");
    write(kGood + std::string(1 << 20, '\n') + "crash");
    EXPECT_EQ(run(SL_SIM_PROGRAM, "run " + path), 2) << "and not without its end";
    EXPECT_EQ(output, path + ": File too large; expected a scenario file\n");
}

TEST_F(Program, WrongUsageIsNamedInOneLine)
{
    const std::pair<std::string, std::string> wrong[] = {
        {"walk", "walk"},
        {"run", "no scenario file"},
        {"run " + path + " --seed x", "--seed"},
        {"run " + path + " --sede 3", "--sede"},
        {"run " + path + " --seeds 0", "--seeds"},
        {"run " + path + " more", "more"},
        {"plot", "no scenario file"},
        {"plot " + path + " --json", "--json"},
        {"plot " + path + " --out", "--out"},
        {"swarm", "--seconds S or --seeds N"},
        {"swarm --seconds 1 --seeds 2", "--seconds S or --seeds N"},
        {"swarm --secs 3", "--secs"},
        {"swarm --seeds 1 --out /nonexistent", "--out /nonexistent"},
    };
    for (auto &[arguments, named] : wrong) {
        EXPECT_EQ(run(SL_SIM_PROGRAM, arguments), 2) << arguments;
        EXPECT_NE(output.find(named), std::string::npos) << output;
        EXPECT_EQ(output.find("starling-sim"), 0u) << output;
        EXPECT_EQ(std::count(output.begin(), output.end(), '\n'), 1) << output;
    }
}

TEST_F(Program, EveryCommandTellsOfItselfWhenAsked)
{
    for (const char *command : {"", "run ", "plot ", "swarm "}) {
        for (const char *asked : {"--help", "-h"}) {
            EXPECT_EQ(run(SL_SIM_PROGRAM, std::string(command) + asked), 0) << output;
            EXPECT_EQ(output.find("usage: starling-sim"), 0u) << output;
        }
    }
}

TEST_F(Program, TheVersionIsToldWhenAsked)
{
    EXPECT_EQ(run(SL_SIM_PROGRAM, "--version"), 0);
    EXPECT_EQ(output.find("starling-sim "), 0u) << output;
}

TEST_F(Program, AScenarioInWhichNobodyRunsIsExitCode2)
{
    write("nodes 20\nrun 1s\nexpect false_dead == 0\n");
    EXPECT_EQ(run(SL_SIM_PROGRAM, "run " + path), 2);
    EXPECT_EQ(output, path + ": nobody ever runs, expected 'start formed', or 'join' somewhere\n");
}

TEST_F(Program, AStartThatNeverJoinedIsNoTimeOfZero)
{
    write("nodes 5\nstart formed n1-n4\nrun 2s\ncut n5\nat 1s join n5\n");
    EXPECT_EQ(run(SL_SIM_PROGRAM, "run " + path + " --json"), 0);
    json_t *all = json_loads(output.c_str(), 0, nullptr);
    json_t *metrics = json_object_get(all, "metrics");
    EXPECT_TRUE(json_is_null(json_object_get(metrics, "join_max"))) << output;
    EXPECT_EQ(json_integer_value(json_object_get(metrics, "detect_max")), 0) << "nobody crashed";
    json_decref(all);
    EXPECT_EQ(run(SL_SIM_PROGRAM, "run " + path), 0);
    std::string line = output.substr(output.find("  join_max "));
    EXPECT_LT(line.find(" never "), line.find('\n')) << output;
}

TEST_F(Program, SeveralSeedsAreJudgedTogether)
{
    EXPECT_EQ(run(SL_SIM_PROGRAM, "run " + path + " --seed 4 --seeds 2"), 0) << output;
    EXPECT_NE(output.find("seed 4,"), std::string::npos);
    EXPECT_NE(output.find("seed 5,"), std::string::npos);
    EXPECT_NE(output.find("all 2 seeds together:\n"), std::string::npos);

    // One of three latencies is late: the worst fails, the median holds; events are added up.
    write("nodes 40\nprofile lan\nstart formed\nrun 8s\nat 1s crash n5\nat 2s crash n6\n"
          "expect dead crashed at 99% p50 within 5s\nexpect dead n5 at 99% within 1ms\n"
          "expect resurrection_chances == 6\nexpect nodes_up == 38\n");
    EXPECT_EQ(run(SL_SIM_PROGRAM, "run " + path + " --seed 4 --seeds 3 --json"), 1);
    json_t *all = json_loads(output.c_str(), 0, nullptr);
    ASSERT_NE(all, nullptr) << output;
    EXPECT_FALSE(json_is_true(json_object_get(all, "ok")));
    json_t *seeds = json_object_get(all, "seeds"), *expects = json_object_get(all, "expectations");
    ASSERT_EQ(json_array_size(seeds), 3u);
    EXPECT_EQ(json_integer_value(json_object_get(json_array_get(seeds, 2), "seed")), 6);
    EXPECT_NE(
        std::string(json_string_value(json_object_get(json_array_get(seeds, 0), "trace_hash"))),
        json_string_value(json_object_get(json_array_get(seeds, 1), "trace_hash")));
    json_t *metrics = json_object_get(json_array_get(seeds, 1), "metrics");
    EXPECT_EQ(json_integer_value(json_object_get(metrics, "nodes_up")), 38);
    metrics = json_object_get(json_object_get(all, "metrics"), "resurrection_chances");
    EXPECT_EQ(json_integer_value(json_object_get(metrics, "sum")), 6);
    EXPECT_EQ(json_integer_value(json_object_get(metrics, "least")), 2);
    EXPECT_EQ(json_integer_value(json_object_get(metrics, "most")), 2);
    const bool expected[] = {true, false, true, true};
    const int latencies[] = {6, 3, 0, 0};
    for (size_t i = 0; i < 4; i++) {
        json_t *one = json_array_get(expects, i);
        EXPECT_EQ(json_is_true(json_object_get(one, "ok")), expected[i]) << i;
        EXPECT_EQ(json_integer_value(json_object_get(one, "latencies")), latencies[i]) << i;
    }
    EXPECT_EQ(json_integer_value(json_object_get(json_array_get(expects, 2), "measured")), 6);
    json_decref(all);
}

// What an engine needs it takes from its arena when it is created.
TEST_F(Program, TheLibraryCallsNoAllocator)
{
#ifdef SL_LIBRARY
    ASSERT_EQ(run("nm", std::string("-u ") + SL_LIBRARY), 0) << output;
    ASSERT_NE(output.find(" memcpy\n"), std::string::npos);
    for (const char *allocator : {"malloc", "calloc", "realloc", "aligned_alloc", "mmap", "sbrk"})
        EXPECT_EQ(output.find(std::string(" ") + allocator + "\n"), std::string::npos) << allocator;
#else
    GTEST_SKIP() << "needs a build without sanitizers";
#endif
}

// scripts/test --long plays seed by seed, so that it can be interrupted.
TEST_F(Program, ScriptsJudgeSeveralSeedsAsTheProgramDoes)
{
    write("nodes 40\nprofile lan\nstart formed\nloss 5%\nrun 8s\nat 1s crash n5-n8\n"
          "expect dead crashed at 99% p50 within 5s\nexpect dead crashed at 100% within 2s\n"
          "expect resurrection_chances == 12\nexpect resurrection_chances >= 13\n"
          "expect nodes_up == 36\nexpect nodes_up >= 37\nexpect probes <= 1\n"
          "expect views equal at 100% within 4s\nexpect spread n7 at 99% within 1s\n"
          "expect revived n9 within 1s\nexpect false_dead of n9 == 0\n"
          "expect dead_seen of n5 >= 100\nexpect flaps of n9 <= 0\n"
          "expect views equal at 99% at 7s\nexpect views equal at 99% at 1100ms\n"
          "expect dead crashed at 99% after first p90 within 1s\n");
    std::string all = testing::TempDir() + "pooled.json", files;
    run(SL_SIM_PROGRAM, "run " + path + " --seeds 3 --json >" + all);
    for (int seed = 1; seed <= 3; seed++) {
        files += " " + testing::TempDir() + "seed-" + std::to_string(seed) + ".json";
        run(SL_SIM_PROGRAM, "run " + path + " --json --seed " + std::to_string(seed) + " >" +
                                files.substr(files.rfind(' ')));
    }
    const char *compare =
        "import json, sys; sys.dont_write_bytecode = True; sys.path.insert(0, sys.argv[1]); "
        "from long_report import pool; "
        "runs = [json.load(open(name))['expectations'] for name in sys.argv[3:]]; "
        "asked = json.load(open(sys.argv[2]))['expectations']; "
        "mine = [(one['measured'], one['ok']) for one in asked]; "
        "theirs = [pool(list(each))[:2] for each in zip(*runs)]; "
        "print(mine, theirs); "
        "sys.exit(0 if mine == theirs and len(mine) == 16 else 1)";
    EXPECT_EQ(run("python3", std::string("-c \"") + compare + "\" " + SL_SCENARIOS +
                                 "/../../../scripts " + all + files),
              0)
        << output;
}

TEST_F(Program, ASwarmSaysWhatItHasDrawnAndFound)
{
    run(SL_SIM_PROGRAM, "swarm --seeds 3 --seed 5 --json --out " + testing::TempDir());
    json_t *all = json_loads(output.substr(output.find("{\"")).c_str(), 0, nullptr);
    ASSERT_NE(all, nullptr) << output;
    EXPECT_EQ(json_integer_value(json_object_get(all, "seeds")), 3);
    EXPECT_EQ(json_integer_value(json_object_get(all, "first_seed")), 5);
    EXPECT_GT(json_integer_value(json_object_get(all, "events")), 0);
    EXPECT_EQ(json_integer_value(json_object_get(json_object_get(all, "verb_seeds"), "loss")), 3);
    json_decref(all);
}

TEST_F(Program, AnInterruptedSwarmEndsWithItsSummary)
{
    int ends[2];
    ASSERT_EQ(pipe(ends), 0);
    pid_t child = fork();
    if (child == 0) {
        dup2(ends[1], STDOUT_FILENO);
        dup2(ends[1], STDERR_FILENO);
        close(ends[0]);
        execl(SL_SIM_PROGRAM, "starling-sim", "swarm", "--seconds", "3600", "--out",
              testing::TempDir().c_str(), nullptr);
        _exit(127);
    }
    close(ends[1]);
    FILE *out = fdopen(ends[0], "r");
    char line[512] = "";
    ASSERT_NE(fgets(line, sizeof(line), out), nullptr);
    EXPECT_EQ(std::string(line), "swarm: from seed 1; Ctrl-C ends it with what it has found\n");
    kill(child, SIGTERM);
    while (fgets(line, sizeof(line), out) != nullptr)
        output += line;
    fclose(out);
    int status;
    ASSERT_EQ(waitpid(child, &status, 0), child);
    EXPECT_TRUE(WIFEXITED(status));
    EXPECT_NE(output.find("swarm: "), std::string::npos) << output;
}

TEST_F(Program, APlotIsAnSvgNamedAfterItsScenario)
{
    if (run("gnuplot", "--version") != 0)
        GTEST_SKIP() << "gnuplot is not installed";
    std::string svg = path.substr(0, path.find(".scenario")) + "-convergence.svg";
    ASSERT_EQ(run(SL_SIM_PROGRAM, "plot " + path + " --out " + testing::TempDir()), 0) << output;
    EXPECT_NE(output.find("-convergence.svg\n"), std::string::npos) << output;
    EXPECT_NE(output.find("-detection.svg\n"), std::string::npos) << output;
    std::ifstream file(svg);
    std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
    EXPECT_NE(text.find("viewers that know of a death"), std::string::npos);
    EXPECT_NE(text.find("time since it happened (s)"), std::string::npos);
    unlink(svg.c_str());
    unlink((path.substr(0, path.find(".scenario")) + "-detection.svg").c_str());
}

TEST_F(Program, APlotWithoutGnuplotSaysWhatIsMissing)
{
    char folder[] = "/tmp/starling-test-XXXXXX";
    ASSERT_NE(mkdtemp(folder), nullptr);
    std::string environment = "PATH=/nonexistent TMPDIR=" + std::string(folder) + " ";
    EXPECT_EQ(run(environment + SL_SIM_PROGRAM, "plot " + path + " --out /tmp"), 1);
    EXPECT_EQ(rmdir(folder), 0) << "and leaves nothing behind";
    EXPECT_NE(output.find("gnuplot is not installed; scripts/install-deps installs it"),
              std::string::npos)
        << output;
}

} // namespace
