// SPDX-License-Identifier: BSD-3-Clause
// starling-sim as people run it.
#include <gtest/gtest.h>
#include <jansson.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>

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
    EXPECT_EQ(output, path + ":2: 'fast', expected a duration such as 200ms, 10s or 5m\n");
    EXPECT_EQ(run(SL_SIM_PROGRAM, "walk"), 2);
    EXPECT_EQ(run(SL_SIM_PROGRAM, "run " + path + " --seed x"), 2);
}

TEST_F(Program, SeveralSeedsAreSeveralRuns)
{
    EXPECT_EQ(run(SL_SIM_PROGRAM, "run " + path + " --seed 4 --seeds 2"), 0) << output;
    EXPECT_NE(output.find("seed 4,"), std::string::npos);
    EXPECT_NE(output.find("seed 5,"), std::string::npos);
    EXPECT_NE(output.find("2 of 2 seeds held\n"), std::string::npos);
}

} // namespace
