// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// A control server and its clients in one thread.
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <cerrno>

#include "ports/control_protocol.h"
#include "tests/unit/fake_node.h"

namespace control_test
{

struct Answer {
    bool closed = true; // the connection ended instead
    struct sl_control_response head = {};
    std::string payload;
    template <class T> T as() const
    {
        T value = {};
        memcpy(&value, payload.data(), std::min(payload.size(), sizeof(value)));
        return value;
    }
};

// Server and clients in one thread: the server runs only where the test lets it.
class Control : public ::testing::Test
{
  protected:
    void SetUp() override
    {
        path_ = dir_.file("sock");
        ASSERT_EQ(create(&server_), 0);
    }
    int create(struct sl_control_server **server)
    {
        struct sl_control_place place = {path_.c_str(), "", 0660};
        return sl_control_server_create(server, &place, patience_, fake_.node());
    }
    // For tests in which time runs out.
    void serve_with(struct sl_control_patience patience)
    {
        sl_control_server_destroy(server_);
        patience_ = patience;
        ASSERT_EQ(create(&server_), 0);
    }
    void TearDown() override
    {
        for (int fd : fds_)
            close(fd);
        sl_control_server_destroy(server_);
    }

    int dial()
    {
        struct sockaddr_un address = {};
        address.sun_family = AF_UNIX;
        memcpy(address.sun_path, path_.c_str(), path_.size());
        int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
        EXPECT_EQ(connect(fd, (struct sockaddr *)&address, sizeof(address)), 0);
        fds_.push_back(fd);
        return fd;
    }
    int greeted()
    {
        int fd = dial();
        struct sl_control_hello hello = {SL_CONTROL_MAGIC, SL_CONTROL_VERSION, 0, 0};
        ask(fd, SL_CONTROL_HELLO, &hello, sizeof(hello));
        EXPECT_EQ(answer(fd).head.status, 0);
        return fd;
    }
    static std::string request(uint16_t type, const void *payload = nullptr, uint32_t bytes = 0,
                               uint32_t id = 1)
    {
        struct sl_control_request head = {id, type, 0, bytes};
        std::string all((const char *)&head, sizeof(head));
        return all.append((const char *)payload, payload != nullptr ? bytes : 0);
    }
    static void ask(int fd, uint16_t type, const void *payload = nullptr, uint32_t bytes = 0,
                    uint32_t id = 1)
    {
        std::string all = request(type, payload, bytes, id);
        ASSERT_EQ(send(fd, all.data(), all.size(), MSG_NOSIGNAL), (ssize_t)all.size());
    }
    // Lets the server run until `bytes` have come or it has closed.
    bool receive(int fd, void *out, size_t bytes)
    {
        for (size_t got = 0; got < bytes;) {
            ssize_t n = recv(fd, (char *)out + got, bytes - got, MSG_DONTWAIT);
            if (n == 0 || (n < 0 && errno != EAGAIN))
                return false;
            if (n > 0)
                got += (size_t)n;
            else
                sl_control_server_run(server_, 1000);
        }
        return true;
    }
    Answer answer(int fd)
    {
        Answer a;
        if (!receive(fd, &a.head, sizeof(a.head)))
            return a;
        a.payload.resize(a.head.payload_bytes);
        a.closed = !receive(fd, &a.payload[0], a.payload.size());
        return a;
    }
    bool closed(int fd)
    {
        char byte;
        return !receive(fd, &byte, 1);
    }
    struct sl_control_server_counts counts() const
    {
        return sl_control_server_counts(server_);
    }

    TempDir dir_;
    FakeNode fake_;
    std::string path_;
    struct sl_control_patience patience_ = {60000, 60000};
    struct sl_control_server *server_ = nullptr;
    std::vector<int> fds_;
};

} // namespace control_test
