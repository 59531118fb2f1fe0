// SPDX-License-Identifier: BSD-3-Clause
// The control socket as a file and as a descriptor.
#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "tests/unit/control_fixture.h"

namespace
{

using namespace control_test;

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
    EXPECT_EQ(sl_control_server_create(&second, path_.c_str(), fake_.node()), -EADDRINUSE);
    std::string said = testing::internal::GetCapturedStderr();
    EXPECT_NE(said.find("process " + std::to_string(getpid()) + " listens there; stop it"),
              std::string::npos)
        << said;
    ask(greeted(), SL_CONTROL_INFO);
    EXPECT_EQ(answer(fds_.back()).head.status, 0);
}

TEST_F(Control, ClosingRemovesTheFileButNotASuccessors)
{
    std::string moved = dir_.file("moved");
    ASSERT_EQ(rename(path_.c_str(), moved.c_str()), 0);
    struct sl_control_server *second = nullptr;
    ASSERT_EQ(sl_control_server_create(&second, path_.c_str(), fake_.node()), 0);
    sl_control_server_destroy(server_);
    EXPECT_EQ(access(path_.c_str(), F_OK), 0);
    server_ = second;
    sl_control_server_destroy(server_);
    EXPECT_NE(access(path_.c_str(), F_OK), 0);
    server_ = nullptr;
}

TEST(ControlSocket, ADeadProcessesFileIsReplaced)
{
    TempDir dir;
    FakeNode fake;
    std::string path = dir.file("sock");
    pid_t child = fork();
    if (child == 0) { // dies without closing
        struct sl_control_server *dead;
        _exit(sl_control_server_create(&dead, path.c_str(), fake.node()) == 0 ? 0 : 1);
    }
    int status = -1;
    waitpid(child, &status, 0);
    ASSERT_EQ(status, 0);
    ASSERT_EQ(access(path.c_str(), F_OK), 0);
    struct sl_control_server *server = nullptr;
    EXPECT_EQ(sl_control_server_create(&server, path.c_str(), fake.node()), 0);
    sl_control_server_destroy(server);
}

TEST(ControlSocket, AFileThatIsNoSocketIsLeftAlone)
{
    TempDir dir;
    FakeNode fake;
    std::string path = dir.write("sock", "precious");
    struct sl_control_server *server = nullptr;
    testing::internal::CaptureStderr();
    EXPECT_EQ(sl_control_server_create(&server, path.c_str(), fake.node()), -EADDRINUSE);
    EXPECT_NE(testing::internal::GetCapturedStderr().find("no socket is there; remove it"),
              std::string::npos);
    EXPECT_EQ(access(path.c_str(), F_OK), 0);
}

TEST(ControlSocket, ADirectoryMadeForItGoesWithIt)
{
    TempDir dir;
    FakeNode fake;
    std::string directory = dir.path() + "/run";
    struct sl_control_server *server = nullptr;
    ASSERT_EQ(sl_control_server_create(&server, (directory + "/sock").c_str(), fake.node()), 0);
    EXPECT_EQ(access(directory.c_str(), F_OK), 0);
    sl_control_server_destroy(server);
    EXPECT_NE(access(directory.c_str(), F_OK), 0);
}

} // namespace
