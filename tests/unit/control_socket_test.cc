// SPDX-License-Identifier: BSD-3-Clause
// The control socket as a file and as a descriptor.
#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <algorithm>

#include "tests/unit/control_fixture.h"

namespace
{

using namespace control_test;

int create(struct sl_control_server **server, const std::string &path, const FakeNode &fake,
           const char *group = "", uint32_t mode = 0660)
{
    struct sl_control_place place = {path.c_str(), group, mode};
    return sl_control_server_create(server, &place, {60000, 60000}, fake.node());
}

// A process that forks (to run another program, say) holds copies of all descriptors for a while.
class Copies
{
  public:
    Copies()
    {
        int end[2] = {-1, -1};
        EXPECT_EQ(pipe2(end, O_CLOEXEC), 0);
        child_ = fork();
        if (child_ == 0) {
            char byte;
            close(end[1]);
            _exit(read(end[0], &byte, 1) == 0 ? 0 : 1);
        }
        close(end[0]);
        end_ = end[1];
    }
    ~Copies()
    {
        close(end_);
        waitpid(child_, nullptr, 0);
    }

  private:
    pid_t child_;
    int end_;
};

TEST_F(Control, AClosedClientIsForgottenThoughAForkedProcessHasItsSocketToo)
{
    int fd = greeted();
    Copies copies;
    shutdown(fd, SHUT_RDWR);
    sl_control_server_run(server_, 1000); // closes its side
    struct pollfd more = {sl_control_server_fd(server_), POLLIN, 0};
    EXPECT_EQ(poll(&more, 1, 0), 0) << "the closed client is still reported";
}

TEST_F(Control, TheSocketIsForOwnerAndGroupOnly)
{
    struct stat file;
    ASSERT_EQ(stat(path_.c_str(), &file), 0);
    EXPECT_EQ(file.st_mode & 0777, 0660u);
}

TEST_F(Control, ALiveSocketIsNotTakenOver)
{
    struct sl_control_server *second = nullptr;
    testing::internal::CaptureStderr();
    EXPECT_EQ(create(&second), -EADDRINUSE);
    std::string said = testing::internal::GetCapturedStderr();
    EXPECT_NE(said.find("process " + std::to_string(getpid()) + " listens there; stop it"),
              std::string::npos)
        << said;
    ask(greeted(), SL_CONTROL_INFO);
    EXPECT_EQ(answer(fds_.back()).head.status, 0);
}

TEST_F(Control, ASocketWhoseFileWasRemovedIsMadeAgainAndClientsStay)
{
    int before = greeted();
    sl_control_server_keep(server_);
    ASSERT_EQ(unlink(path_.c_str()), 0);
    testing::internal::CaptureStderr();
    sl_control_server_keep(server_);
    sl_control_server_keep(server_);
    std::string said = testing::internal::GetCapturedStderr();
    EXPECT_NE(said.find(path_ + ": its file was removed, and is made again\n"), std::string::npos)
        << said;
    EXPECT_EQ(std::count(said.begin(), said.end(), '\n'), 1);
    for (int fd : {before, greeted()}) {
        ask(fd, SL_CONTROL_INFO);
        EXPECT_EQ(answer(fd).head.status, 0);
    }
}

TEST_F(Control, AFileInTheSocketsPlaceIsLeftAloneAndToldOnceInAWhile)
{
    ASSERT_EQ(unlink(path_.c_str()), 0);
    ASSERT_EQ(dir_.write("sock", "precious"), path_);
    testing::internal::CaptureStderr();
    sl_control_server_keep(server_);
    sl_control_server_keep(server_);
    std::string said = testing::internal::GetCapturedStderr();
    EXPECT_EQ(std::count(said.begin(), said.end(), '\n'), 1) << said;
    EXPECT_NE(said.find("no socket is there"), std::string::npos) << said;
    EXPECT_EQ(access(path_.c_str(), F_OK), 0);
}

TEST_F(Control, ClosingRemovesTheFileButNotASuccessors)
{
    std::string moved = dir_.file("moved");
    ASSERT_EQ(rename(path_.c_str(), moved.c_str()), 0);
    struct sl_control_server *second = nullptr;
    ASSERT_EQ(create(&second), 0);
    sl_control_server_destroy(server_);
    EXPECT_EQ(access(path_.c_str(), F_OK), 0);
    server_ = second;
    sl_control_server_destroy(server_);
    EXPECT_NE(access(path_.c_str(), F_OK), 0);
    server_ = nullptr;
}

TEST(ControlSocket, GroupAndModeAreThoseAskedForWhateverTheUmask)
{
    TempDir dir;
    FakeNode fake;
    std::string path = dir.file("sock"), group = std::to_string(getegid());
    if (geteuid() == 0)
        group = "daemon";
    struct sl_control_server *server = nullptr;
    for (mode_t mask : {0077u, 0u}) {
        mode_t before = umask(mask);
        int error = create(&server, path, fake, group.c_str(), 0640);
        EXPECT_EQ(umask(before), mask) << "the process keeps its own";
        ASSERT_EQ(error, 0);
        struct stat file;
        ASSERT_EQ(stat(path.c_str(), &file), 0);
        EXPECT_EQ(file.st_mode & 0777, 0640u);
        gid_t expected = geteuid() == 0 ? getgrnam("daemon")->gr_gid : getegid();
        EXPECT_EQ(file.st_gid, expected);
        sl_control_server_destroy(server);
    }
}

TEST(ControlSocket, AnUnknownGroupIsRefusedAndLeavesNoFile)
{
    TempDir dir;
    FakeNode fake;
    std::string path = dir.file("sock");
    struct sl_control_server *server = nullptr;
    testing::internal::CaptureStderr();
    EXPECT_EQ(create(&server, path, fake, "no-such-group"), -EINVAL);
    std::string said = testing::internal::GetCapturedStderr();
    EXPECT_NE(said.find("no group 'no-such-group' on this machine; make it (groupadd), or change "
                        "[control] group"),
              std::string::npos)
        << said;
    EXPECT_NE(access(path.c_str(), F_OK), 0);
}

TEST(ControlSocket, ADeadProcessesFileIsReplaced)
{
    TempDir dir;
    FakeNode fake;
    std::string path = dir.file("sock");
    pid_t child = fork();
    if (child == 0) { // dies without closing
        struct sl_control_server *dead;
        _exit(create(&dead, path, fake) == 0 ? 0 : 1);
    }
    int status = -1;
    waitpid(child, &status, 0);
    ASSERT_EQ(status, 0);
    ASSERT_EQ(access(path.c_str(), F_OK), 0);
    struct sl_control_server *server = nullptr;
    EXPECT_EQ(create(&server, path, fake), 0);
    sl_control_server_destroy(server);
}

TEST(ControlSocket, AFileThatIsNoSocketIsLeftAlone)
{
    TempDir dir;
    FakeNode fake;
    std::string path = dir.write("sock", "precious");
    struct sl_control_server *server = nullptr;
    testing::internal::CaptureStderr();
    EXPECT_EQ(create(&server, path, fake), -EADDRINUSE);
    EXPECT_NE(
        testing::internal::GetCapturedStderr().find("no socket is there; choose another path"),
        std::string::npos);
    EXPECT_EQ(access(path.c_str(), F_OK), 0);
}

TEST(ControlSocket, ADirectoryMadeForItGoesWithIt)
{
    TempDir dir;
    FakeNode fake;
    std::string directory = dir.path() + "/run";
    struct sl_control_server *server = nullptr;
    ASSERT_EQ(create(&server, directory + "/sock", fake), 0);
    EXPECT_EQ(access(directory.c_str(), F_OK), 0);
    sl_control_server_destroy(server);
    EXPECT_NE(access(directory.c_str(), F_OK), 0);
}

} // namespace
