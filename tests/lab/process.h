/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* Child processes. A child never outlives the test: not its object, nor this program's SIGKILL. */
#include <sys/types.h>

#include <string>
#include <vector>

namespace lab
{
class Process
{
  public:
    using Command = std::vector<std::string>;

    explicit Process(const Command &command);
    ~Process();
    Process(const Process &) = delete;
    Process &operator=(const Process &) = delete;

    pid_t pid() const
    {
        return child;
    }

    bool running();
    void signal(int number);

    /* Waits for the end: the exit code, 128 + signal as in a shell, or -1 if it goes on for longer
     * than this. */
    int ends(int seconds = 30);

    /* What it wrote so far. */
    std::string out() const;
    std::string err() const;

  private:
    pid_t child;
    int pidfd, out_fd, err_fd;
    int code = -1; /* once it ended */
};

/* Runs a command to its end; throws what it wrote to stderr if it fails. Returns its stdout. */
std::string run(const Process::Command &command);
} // namespace lab
