/* SPDX-License-Identifier: BSD-3-Clause */
#include "tests/lab/process.h"

#include <poll.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <stdexcept>

namespace lab
{
namespace
{
std::string content(int fd)
{
    std::string text;
    char bytes[4096];
    ssize_t n;
    while ((n = pread(fd, bytes, sizeof(bytes), (off_t)text.size())) > 0)
        text.append(bytes, (size_t)n);
    return text;
}

[[noreturn]] void become(const Process::Command &command, int out_fd, int err_fd)
{
    std::vector<char *> arguments;
    for (const std::string &word : command)
        arguments.push_back(const_cast<char *>(word.c_str()));
    arguments.push_back(nullptr);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    dup2(out_fd, STDOUT_FILENO);
    dup2(err_fd, STDERR_FILENO);
    execvp(arguments[0], arguments.data());
    perror(arguments[0]);
    _exit(127);
}

void require(bool good, const char *what)
{
    if (!good)
        throw std::runtime_error(what);
}
} // namespace

Process::Process(const Command &command)
    : out_fd(memfd_create("stdout", MFD_CLOEXEC)), err_fd(memfd_create("stderr", MFD_CLOEXEC))
{
    require(out_fd >= 0 && err_fd >= 0, "memfd_create");
    child = fork();
    require(child >= 0, "fork");
    if (child == 0)
        become(command, out_fd, err_fd);
    /* glibc 2.36 declares pidfd_open() for C alone. */
    pidfd = (int)syscall(SYS_pidfd_open, child, 0);
    require(pidfd >= 0, "pidfd_open");
}

Process::~Process()
{
    signal(SIGKILL);
    ends();
    close(pidfd);
    close(out_fd);
    close(err_fd);
}

bool Process::running()
{
    return code < 0 && ends(0) < 0;
}

void Process::signal(int number)
{
    if (code < 0)
        kill(child, number);
}

int Process::ends(int seconds)
{
    pollfd end = {pidfd, POLLIN, 0};
    int status = 0;
    if (code < 0 && poll(&end, 1, seconds * 1000) == 1 && waitpid(child, &status, 0) == child)
        code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    return code;
}

std::string Process::out() const
{
    return content(out_fd);
}

std::string Process::err() const
{
    return content(err_fd);
}

std::string run(const Process::Command &command)
{
    Process process(command);
    int code = process.ends();
    if (code != 0)
        throw std::runtime_error(command[0] + " ended with " + std::to_string(code) + ": " +
                                 process.err());
    return process.out();
}
} // namespace lab
