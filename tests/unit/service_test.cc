// SPDX-License-Identifier: BSD-3-Clause
// What the service manager hears.
#include "ports/service.h"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstddef>
#include <cstdlib>

#include "tests/unit/captured_log.h"
#include "tests/unit/fake_node.h"

namespace
{

class Service : public CapturedLog
{
  protected:
    void TearDown() override
    {
        unsetenv("NOTIFY_SOCKET");
        if (fd_ >= 0)
            close(fd_);
    }
    void listen_at(const std::string &name)
    {
        struct sockaddr_un address = {};
        address.sun_family = AF_UNIX;
        memcpy(address.sun_path, name.data(), name.size());
        if (name[0] == '@')
            address.sun_path[0] = '\0';
        fd_ = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
        socklen_t bytes = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + name.size());
        ASSERT_EQ(bind(fd_, (struct sockaddr *)&address, bytes), 0);
        setenv("NOTIFY_SOCKET", name.c_str(), 1);
    }
    std::string heard()
    {
        char text[64];
        ssize_t bytes = recv(fd_, text, sizeof(text), MSG_DONTWAIT);
        return bytes < 0 ? "" : std::string(text, (size_t)bytes);
    }
    TempDir dir_;
    int fd_ = -1;
};

TEST_F(Service, HearsAStateAtASocketWithAFile)
{
    listen_at(dir_.file("notify"));
    sl_service_tell(SL_SERVICE_READY);
    EXPECT_EQ(heard(), "READY=1");
    sl_service_tell(SL_SERVICE_STOPPING);
    EXPECT_EQ(heard(), "STOPPING=1");
    EXPECT_TRUE(lines().empty());
}

TEST_F(Service, HearsAStateAtAnAbstractSocket)
{
    listen_at("@starling-test-" + std::to_string(getpid()));
    sl_service_tell(SL_SERVICE_RELOADING);
    EXPECT_EQ(heard(), "RELOADING=1");
}

TEST_F(Service, WithoutAManagerNothingIsSaid)
{
    sl_service_tell(SL_SERVICE_READY);
    setenv("NOTIFY_SOCKET", "", 1);
    sl_service_tell(SL_SERVICE_READY);
    EXPECT_TRUE(lines().empty());
}

TEST_F(Service, AManagerThatIsGoneIsALine)
{
    setenv("NOTIFY_SOCKET", dir_.file("gone").c_str(), 1);
    sl_service_tell(SL_SERVICE_READY);
    EXPECT_EQ(lines().size(), 1u);
    setenv("NOTIFY_SOCKET", std::string(200, 'x').c_str(), 1);
    sl_service_tell(SL_SERVICE_READY);
    EXPECT_EQ(lines().size(), 1u);
}

} // namespace
