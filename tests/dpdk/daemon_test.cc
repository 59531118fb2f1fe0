/* SPDX-License-Identifier: BSD-3-Clause */
/* The real program as a child process, on a ring port: no privileges, no devices, no hugepages. */
#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

namespace
{
class Daemon : public testing::Test
{
  protected:
    Daemon()
    {
        char name[] = "/tmp/starlingd-test.XXXXXX";
        folder = mkdtemp(name);
        std::ofstream(folder + "/conf")
            << "[cluster]\nname = test\nprofile = edge\n[node]\nname = self\n"
            << "[port]\nspec = ring\naddress = 10.9.0.1/24\n"
            << "[control]\nsocket = " << folder << "/socket\n"
            << "[eal]\nhuge = no\nmemory_mb = 64\n[protocol]\nmax_members = 256\n";
    }

    ~Daemon() override
    {
        if (child > 0) {
            kill(child, SIGKILL);
            waitpid(child, nullptr, 0);
        }
        close(out);
        std::filesystem::remove_all(folder);
    }

    void start(const std::vector<std::string> &flags = {})
    {
        int pipe_fds[2];
        ASSERT_EQ(pipe(pipe_fds), 0);
        std::vector<std::string> arguments = {SL_DAEMON_PROGRAM, "--config", folder + "/conf"};
        arguments.insert(arguments.end(), flags.begin(), flags.end());
        child = fork();
        if (child == 0) {
            std::vector<char *> pointers;
            for (auto &a : arguments)
                pointers.push_back(a.data());
            pointers.push_back(nullptr);
            dup2(pipe_fds[1], STDERR_FILENO);
            close(pipe_fds[0]);
            close(pipe_fds[1]);
            execv(SL_DAEMON_PROGRAM, pointers.data());
            _exit(127);
        }
        close(pipe_fds[1]);
        out = pipe_fds[0];
    }

    /* Reads what the daemon says until `text` shows up or it ends. */
    bool says(const std::string &text)
    {
        char bytes[512];
        while (said.find(text) == std::string::npos) {
            ssize_t n = read(out, bytes, sizeof(bytes));
            if (n <= 0)
                return false;
            said.append(bytes, (size_t)n);
        }
        return true;
    }

    bool exists(const std::string &name) const
    {
        return std::filesystem::exists(folder + "/" + name);
    }

    /* Waits for its end; a daemon that hangs is killed and reported by SIGALRM's -1. */
    int ends()
    {
        pollfd end = {out, POLLIN, 0};
        char bytes[512];
        for (;;) {
            if (poll(&end, 1, 60000) <= 0)
                return -1;
            ssize_t n = read(out, bytes, sizeof(bytes));
            if (n <= 0)
                break;
            said.append(bytes, (size_t)n);
        }
        int status = 0;
        waitpid(child, &status, 0);
        child = -1;
        return WIFEXITED(status) ? WEXITSTATUS(status) : 256 + WTERMSIG(status);
    }

    static bool runtime_directory_exists(pid_t pid)
    {
        std::string name = "starling-" + std::to_string(pid);
        const char *user = getenv("XDG_RUNTIME_DIR");
        return std::filesystem::exists("/var/run/dpdk/" + name) ||
               (user && std::filesystem::exists(std::string(user) + "/dpdk/" + name)) ||
               std::filesystem::exists("/tmp/dpdk/" + name);
    }

    std::string folder, said;
    pid_t child = -1;
    int out = -1;
};

TEST_F(Daemon, SigtermToAMemberLeavesNothing)
{
    start();
    pid_t pid = child;
    ASSERT_TRUE(says("is up")) << said;
    EXPECT_TRUE(exists("socket"));
    EXPECT_FALSE(runtime_directory_exists(pid)) << "not even while it runs";
    kill(child, SIGTERM);
    EXPECT_EQ(ends(), 0) << said;
    EXPECT_FALSE(exists("socket"));
    EXPECT_FALSE(runtime_directory_exists(pid));
}

TEST_F(Daemon, SigintEndsItToo)
{
    start();
    ASSERT_TRUE(says("is up")) << said;
    kill(child, SIGINT);
    EXPECT_EQ(ends(), 0) << said;
}

TEST_F(Daemon, AControlSocketThatWasRemovedIsMadeAgain)
{
    start();
    ASSERT_TRUE(says("is up")) << said;
    std::filesystem::remove(folder + "/socket");
    EXPECT_TRUE(says("its file was removed, and is made again")) << said;
    EXPECT_TRUE(exists("socket"));
    kill(child, SIGTERM);
    EXPECT_EQ(ends(), 0) << said;
    EXPECT_FALSE(exists("socket"));
}

/* sd_notify(3)'s words for Type=notify. */
TEST_F(Daemon, TheServiceManagerHearsWhenItIsUpReloadsAndLeaves)
{
    struct sockaddr_un address = {};
    address.sun_family = AF_UNIX;
    snprintf(address.sun_path, sizeof(address.sun_path), "%s/notify", folder.c_str());
    int manager = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    ASSERT_EQ(bind(manager, (struct sockaddr *)&address, sizeof(address)), 0);
    auto heard = [&] {
        char text[64];
        pollfd ready = {manager, POLLIN, 0};
        ssize_t n = poll(&ready, 1, 60000) > 0 ? recv(manager, text, sizeof(text), 0) : 0;
        return std::string(text, n > 0 ? (size_t)n : 0);
    };
    setenv("NOTIFY_SOCKET", address.sun_path, 1);
    start();
    unsetenv("NOTIFY_SOCKET");
    EXPECT_EQ(heard(), "READY=1");
    kill(child, SIGHUP);
    EXPECT_EQ(heard(), "RELOADING=1");
    EXPECT_EQ(heard(), "READY=1");
    kill(child, SIGTERM);
    EXPECT_EQ(heard(), "STOPPING=1");
    EXPECT_EQ(ends(), 0) << said;
    close(manager);
}

TEST_F(Daemon, SighupTakesOverWhatARunningNodeCanAndNamesTheRest)
{
    start();
    ASSERT_TRUE(says("is up")) << said;
    std::ofstream(folder + "/conf", std::ios::app)
        << "[log]\nlevel = info\n[node]\ntags = role=edge\n[protocol]\nmax_pause = 90ms\n";
    kill(child, SIGHUP);
    ASSERT_TRUE(says("needs a restart: ")) << said;
    EXPECT_NE(said.find("taken over: node.tags, log.level; needs a restart: protocol.max_pause"),
              std::string::npos)
        << said;
    kill(child, SIGTERM);
    EXPECT_EQ(ends(), 0) << said;
}

TEST_F(Daemon, SighupWithABrokenFileChangesNothingAndSaysWhere)
{
    start();
    ASSERT_TRUE(says("is up")) << said;
    std::ofstream(folder + "/conf", std::ios::app) << "[log]\nlevel = loud\n";
    kill(child, SIGHUP);
    ASSERT_TRUE(says("[log] level = loud")) << said;
    EXPECT_NE(said.find("SIGHUP: nothing is changed: " + folder + "/conf:"), std::string::npos)
        << said;
    kill(child, SIGTERM);
    EXPECT_EQ(ends(), 0) << said;
}

TEST_F(Daemon, ReaderOfStderrThatGoesAwayChangesNothing)
{
    start();
    ASSERT_TRUE(says("is up")) << said;
    close(out);
    out = open("/dev/null", O_RDONLY);
    kill(child, SIGHUP); /* which writes a line */
    kill(child, SIGTERM);
    int status = 0;
    ASSERT_EQ(waitpid(child, &status, 0), child);
    child = -1;
    EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0) << status;
}

TEST_F(Daemon, SilentSeedIsNamedInTheLog)
{
    start({"--join.seeds", "10.9.0.77"});
    ASSERT_TRUE(says("seed: '10.9.0.77' does not answer at 10.9.0.77:7947")) << said;
    kill(child, SIGTERM);
    EXPECT_EQ(ends(), 0) << said;
}

TEST_F(Daemon, SigtermWhileJoiningWithAnUnreachableSeed)
{
    start({"--join.seeds", "10.9.0.77"});
    ASSERT_TRUE(says("is up")) << said;
    kill(child, SIGTERM);
    EXPECT_EQ(ends(), 0) << said;
    EXPECT_FALSE(exists("socket"));
}

TEST_F(Daemon, SigtermWhileResolvingANameThatDoesNotExist)
{
    start({"--join.seeds", "nowhere.invalid"});
    ASSERT_TRUE(says("is up")) << said;
    kill(child, SIGTERM);
    EXPECT_EQ(ends(), 0) << said;
}

TEST_F(Daemon, SigtermBeforeItIsUp)
{
    start();
    /* Blocked signals show that main() has begun; EAL starts long after that. */
    std::string status = "/proc/" + std::to_string(child) + "/status", line;
    for (bool blocked = false; !blocked;) {
        std::ifstream file(status);
        while (std::getline(file, line))
            if (line.rfind("SigBlk:", 0) == 0)
                blocked = std::stoull(line.substr(7), nullptr, 16) & (1ull << (SIGTERM - 1));
    }
    kill(child, SIGTERM);
    EXPECT_EQ(ends(), 0) << said;
    EXPECT_FALSE(exists("socket"));
}

TEST_F(Daemon, WithWorkersOfItsOwnItEndsAsWell)
{
    start({"--workers.count", "2"});
    ASSERT_TRUE(says("is up")) << said;
    kill(child, SIGTERM);
    EXPECT_EQ(ends(), 0) << said;
}

TEST_F(Daemon, APortThatIsNotThereIsOneLineAndExitCode1)
{
    start({"--port.spec", "af_packet:nosuchif0"});
    EXPECT_EQ(ends(), 1);
    EXPECT_EQ(std::count(said.begin(), said.end(), '\n'), 1) << said;
    EXPECT_NE(said.find("nosuchif0"), std::string::npos) << said;
}

TEST_F(Daemon, TooLittleMemoryIsOneLineThatSaysHowMuch)
{
    start({"--protocol.max_members", "4000000"});
    EXPECT_EQ(ends(), 1);
    EXPECT_EQ(std::count(said.begin(), said.end(), '\n'), 1) << said;
    EXPECT_NE(said.find("memory_mb"), std::string::npos) << said;
}

TEST_F(Daemon, AnUnknownKeyIsExitCode2)
{
    start({"--port.sepc", "ring"});
    EXPECT_EQ(ends(), 2);
    EXPECT_EQ(std::count(said.begin(), said.end(), '\n'), 1) << said;
}

TEST_F(Daemon, AnAnswerThatTheDiskDoesNotTakeIsExitCode1)
{
    for (const char *flag : {"--print-config", "--help", "--version"}) {
        std::string command = std::string(SL_DAEMON_PROGRAM) + " " + flag + " 2>&1 >/dev/full";
        FILE *pipe = popen(command.c_str(), "r");
        char line[512] = "";
        EXPECT_NE(fgets(line, sizeof(line), pipe), nullptr) << flag;
        EXPECT_NE(std::string(line).find("cannot write the answer"), std::string::npos) << line;
        EXPECT_EQ(WEXITSTATUS(pclose(pipe)), 1) << flag;
    }
}

TEST_F(Daemon, ASecondDaemonOnTheSocketIsRefused)
{
    start();
    ASSERT_TRUE(says("is up")) << said;
    pid_t first = child;
    int first_out = out;
    said.clear();
    start();
    EXPECT_EQ(ends(), 1);
    EXPECT_EQ(std::count(said.begin(), said.end(), '\n'), 1) << said;
    close(out);
    child = first;
    out = first_out;
    EXPECT_TRUE(exists("socket")) << "the first one's is untouched";
    kill(child, SIGTERM);
    EXPECT_EQ(ends(), 0);
}
} // namespace
