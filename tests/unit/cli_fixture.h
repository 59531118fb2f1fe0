// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// The command line as a process, before a node that is played.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <jansson.h>
#include <spawn.h>
#include <sys/wait.h>

#include <algorithm>
#include <memory>

#include "tests/unit/fake_node.h"

// Written by the build; a check of this header alone has none.
#if __has_include("tests/unit/places.h")
#include "tests/unit/places.h"
#else
#define SL_CLI_PROGRAM "starling"
#endif

namespace cli_test
{

using Json = std::unique_ptr<json_t, decltype(&json_decref)>;
inline Json parse(const std::string &text)
{
    json_error_t error;
    json_t *value = json_loads(text.c_str(), 0, &error);
    EXPECT_NE(value, nullptr) << error.text << "\n" << text;
    return Json(value, json_decref);
}
inline std::string text_of(const json_t *object, const char *key)
{
    const char *value = json_string_value(json_object_get(object, key));
    return value != nullptr ? value : "(none)";
}
inline std::string drain(int fd)
{
    std::string all;
    char buffer[4096];
    for (ssize_t n; (n = read(fd, buffer, sizeof(buffer))) > 0;)
        all.append(buffer, (size_t)n);
    close(fd);
    return all;
}

class Cli : public ::testing::Test
{
  protected:
    void SetUp() override
    {
        path_ = dir_.file("sock");
    }
    void serve()
    {
        server_.reset(new ServerThread(path_, fake_.node()));
    }
    // Starts the program; stdout and stderr are pipes.
    void start(std::vector<std::string> arguments)
    {
        int out[2], err[2];
        ASSERT_EQ(pipe2(out, O_CLOEXEC), 0);
        ASSERT_EQ(pipe2(err, O_CLOEXEC), 0);
        std::vector<char *> argv = {const_cast<char *>(SL_CLI_PROGRAM)};
        for (std::string &argument : arguments)
            argv.push_back(&argument[0]);
        argv.push_back(nullptr);
        posix_spawn_file_actions_t actions;
        posix_spawn_file_actions_init(&actions);
        posix_spawn_file_actions_adddup2(&actions, out[1], 1);
        posix_spawn_file_actions_adddup2(&actions, err[1], 2);
        ASSERT_EQ(posix_spawn(&pid_, SL_CLI_PROGRAM, &actions, nullptr, argv.data(), environ), 0);
        posix_spawn_file_actions_destroy(&actions);
        close(out[1]);
        close(err[1]);
        out_fd_ = out[0];
        err_fd_ = err[0];
    }
    int finish()
    {
        int status = 0;
        out_ = drain(out_fd_);
        err_ = drain(err_fd_);
        waitpid(pid_, &status, 0);
        return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
    }
    int run(std::vector<std::string> arguments)
    {
        arguments.insert(arguments.begin(), {"--socket", path_});
        start(arguments);
        return finish();
    }
    void expect_one_line_of_error()
    {
        EXPECT_EQ(out_, "");
        EXPECT_EQ(std::count(err_.begin(), err_.end(), '\n'), 1) << err_;
    }

    TempDir dir_;
    FakeNode fake_;
    std::string path_, out_, err_;
    std::unique_ptr<ServerThread> server_;
    pid_t pid_ = 0;
    int out_fd_ = -1, err_fd_ = -1;
};

} // namespace cli_test
