/* SPDX-License-Identifier: BSD-3-Clause */
/* What surrounds all tests: nothing of ours is left, whichever way this program ends. */
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "tests/lab/lab.h"

namespace lab
{
namespace
{
namespace fs = std::filesystem;

/* Reads the daemons' ids until the end of its stdin, which is the end of the tests, in a session of
 * its own: out of reach of what ended them. */
constexpr char CARETAKER[] = "mapfile -t pids\n"
                             "ip netns list 2>/dev/null | grep -oE \"^$1[^ ]+\" |\n"
                             "    while read -r name; do ip netns del \"$name\"; done\n"
                             "rmdir \"${pids[@]/#//run/dpdk/starling-}\" 2>/dev/null\n"
                             "rm -rf \"$2\"\n";

int caretaker_input = -1;

class Surroundings : public testing::Environment
{
  public:
    void SetUp() override
    {
        int ends[2];
        ASSERT_EQ(pipe2(ends, O_CLOEXEC), 0);
        std::string prefix = namespaces(), files = folder();
        caretaker = fork();
        if (caretaker == 0) {
            setsid();
            dup2(ends[0], STDIN_FILENO);
            execlp("bash", "bash", "-c", CARETAKER, "caretaker", prefix.c_str(), files.c_str(),
                   nullptr);
            _exit(127);
        }
        close(ends[0]);
        caretaker_input = ends[1];
        fs::create_directories(files);
    }

    void TearDown() override
    {
        check_namespaces();
        check_processes();
        check_files();
        close(caretaker_input);
        waitpid(caretaker, nullptr, 0);
        EXPECT_FALSE(fs::exists(folder()));
    }

  private:
    static void check_namespaces()
    {
        if (!fs::exists("/run/netns"))
            return;
        for (const auto &entry : fs::directory_iterator("/run/netns"))
            EXPECT_NE(entry.path().filename().string().rfind(namespaces(), 0), 0u) << entry;
    }

    /* Whatever runs for us has our folder in its arguments. */
    void check_processes() const
    {
        for (const auto &entry : fs::directory_iterator("/proc")) {
            std::ifstream file(entry.path() / "cmdline");
            std::string command((std::istreambuf_iterator<char>(file)), {});
            bool ours = command.find(folder()) != std::string::npos;
            if (ours && entry.path().filename() != std::to_string(caretaker))
                ADD_FAILURE() << "still running: " << entry << " " << command.c_str();
        }
    }

    static void check_files()
    {
        for (const auto &entry : fs::directory_iterator(folder()))
            ADD_FAILURE() << "left behind: " << entry;
    }

    pid_t caretaker = -1;
};

const auto *const surroundings = testing::AddGlobalTestEnvironment(new Surroundings);
} // namespace

void note_daemon(pid_t pid)
{
    dprintf(caretaker_input, "%d\n", pid);
}
} // namespace lab
