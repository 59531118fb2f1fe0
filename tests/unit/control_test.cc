// SPDX-License-Identifier: BSD-3-Clause
#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>

#include <cerrno>

#include "ports/control_protocol.h"
#include "tests/unit/fake_node.h"

namespace
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
        ASSERT_EQ(sl_control_server_create(&server_, path_.c_str(), fake_.node()), 0);
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
    struct sl_control_server *server_ = nullptr;
    std::vector<int> fds_;
};

TEST_F(Control, HelloTellsVersionAndProcess)
{
    int fd = dial();
    struct sl_control_hello hello = {SL_CONTROL_MAGIC, SL_CONTROL_VERSION, 0, 0};
    ask(fd, SL_CONTROL_HELLO, &hello, sizeof(hello), 77);
    Answer a = answer(fd);
    EXPECT_EQ(a.head.for_id, 77u);
    EXPECT_EQ(a.head.status, 0);
    EXPECT_EQ(a.as<struct sl_control_hello>().version, SL_CONTROL_VERSION);
    EXPECT_EQ(a.as<struct sl_control_hello>().pid, (uint32_t)getpid());
}

TEST_F(Control, AnotherVersionIsToldOursAndDisconnected)
{
    int fd = dial();
    struct sl_control_hello hello = {SL_CONTROL_MAGIC, SL_CONTROL_VERSION + 1, 0, 0};
    ask(fd, SL_CONTROL_HELLO, &hello, sizeof(hello));
    Answer a = answer(fd);
    EXPECT_EQ(a.head.status, EPROTONOSUPPORT);
    EXPECT_EQ(a.as<struct sl_control_hello>().version, SL_CONTROL_VERSION);
    EXPECT_TRUE(closed(fd));
    EXPECT_EQ(counts().ended_protocol, 1u);
}

TEST_F(Control, ARequestBeforeHelloEndsTheConnection)
{
    int fd = dial();
    ask(fd, SL_CONTROL_LEAVE);
    EXPECT_EQ(answer(fd).head.status, EPROTO);
    EXPECT_TRUE(closed(fd));
}

TEST_F(Control, UnknownAndMissizedRequestsAreRefusedAndTheConnectionGoesOn)
{
    int fd = greeted();
    char junk[100] = {};
    ask(fd, 999);
    EXPECT_EQ(answer(fd).head.status, EOPNOTSUPP);
    ask(fd, 0);
    EXPECT_EQ(answer(fd).head.status, EOPNOTSUPP);
    ask(fd, SL_CONTROL_INFO, junk, 4);
    EXPECT_EQ(answer(fd).head.status, EBADMSG);
    ask(fd, SL_CONTROL_EVENTS, junk, 15);
    EXPECT_EQ(answer(fd).head.status, EBADMSG);
    ask(fd, SL_CONTROL_JOIN, nullptr, 0);
    EXPECT_EQ(answer(fd).head.status, EBADMSG);
    char tags[SL_TAGS_BYTES_MAX + 1];
    memset(tags, 'a', sizeof(tags));
    ask(fd, SL_CONTROL_UPDATE, tags, sizeof(tags));
    EXPECT_EQ(answer(fd).head.status, EBADMSG);
    ask(fd, SL_CONTROL_INFO);
    EXPECT_EQ(answer(fd).head.status, 0);
    EXPECT_EQ(counts().ended_protocol, 0u);
}

TEST_F(Control, AnOversizedRequestEndsTheConnectionUnread)
{
    int fd = greeted();
    std::string head = request(SL_CONTROL_JOIN, nullptr, SL_CONTROL_REQUEST_BYTES_MAX + 1);
    ASSERT_EQ(send(fd, head.data(), head.size(), 0), (ssize_t)head.size());
    EXPECT_EQ(answer(fd).head.status, EMSGSIZE);
    EXPECT_TRUE(closed(fd));
}

TEST_F(Control, TheLargestRequestIsTaken)
{
    int fd = greeted();
    std::string seeds(SL_CONTROL_REQUEST_BYTES_MAX, 'a');
    for (size_t i = 511; i < seeds.size(); i += 512)
        seeds[i] = '\0';
    ask(fd, SL_CONTROL_JOIN, seeds.data(), (uint32_t)seeds.size());
    EXPECT_EQ(answer(fd).head.status, 0);
    EXPECT_EQ(fake_.seeds.size(), SL_CONTROL_REQUEST_BYTES_MAX / 512u);
}

TEST_F(Control, BytesThatComeOneByOneMakeARequest)
{
    int fd = greeted();
    std::string all = request(SL_CONTROL_INFO, nullptr, 0, 5);
    for (char byte : all) {
        ASSERT_EQ(send(fd, &byte, 1, 0), 1);
        sl_control_server_run(server_, 1000);
    }
    EXPECT_EQ(answer(fd).head.for_id, 5u);
}

TEST_F(Control, PipelinedRequestsAreAnsweredInOrderAfterTheClientClosedItsHalf)
{
    int fd = greeted();
    std::string all;
    for (uint32_t id = 1; id <= 200; id++)
        all += request(id % 2 ? SL_CONTROL_INFO : SL_CONTROL_STATS, nullptr, 0, id);
    ASSERT_EQ(send(fd, all.data(), all.size(), 0), (ssize_t)all.size());
    shutdown(fd, SHUT_WR);
    for (uint32_t id = 1; id <= 200; id++)
        ASSERT_EQ(answer(fd).head.for_id, id);
    EXPECT_TRUE(closed(fd));
    EXPECT_EQ(counts().ended_protocol, 0u);
}

TEST_F(Control, ARequestCutOffByTheEndIsForgotten)
{
    int fd = greeted();
    std::string all = request(SL_CONTROL_LEAVE);
    ASSERT_EQ(send(fd, all.data(), all.size() - 1, 0), (ssize_t)all.size() - 1);
    shutdown(fd, SHUT_WR);
    EXPECT_TRUE(closed(fd));
}

TEST_F(Control, MembersAreAStreamThatEndsWithoutPayload)
{
    fake_.add_member("a", SL_ALIVE);
    fake_.add_member("b", SL_DEAD);
    int fd = greeted();
    ask(fd, SL_CONTROL_MEMBERS);
    Answer a = answer(fd), b = answer(fd), end = answer(fd);
    EXPECT_EQ(a.head.flags, (uint32_t)SL_CONTROL_MORE);
    EXPECT_STREQ(a.as<struct sl_control_member>().name, "a");
    EXPECT_EQ(a.as<struct sl_control_member>().generation, 1700000000u);
    EXPECT_EQ(a.as<struct sl_control_member>().refutations, 2u);
    EXPECT_EQ(a.as<struct sl_control_member>().self, 1);
    EXPECT_STREQ(b.as<struct sl_control_member>().tags, "role=b");
    EXPECT_EQ(b.as<struct sl_control_member>().status, SL_DEAD);
    EXPECT_EQ(end.head.flags, 0u);
    EXPECT_EQ(end.head.payload_bytes, 0u);
}

TEST_F(Control, ManyMembersReachAClientThatReadsLate)
{
    for (int i = 0; i < 20000; i++)
        fake_.add_member("member-with-a-name", SL_ALIVE);
    int fd = greeted();
    ask(fd, SL_CONTROL_MEMBERS);
    sl_control_server_run(server_, 1000);
    for (int i = 0; i < 20000; i++)
        ASSERT_EQ(answer(fd).as<struct sl_control_member>().id, 0x1000u + (unsigned)i);
    EXPECT_EQ(answer(fd).head.flags, 0u);
}

TEST_F(Control, TheNodesRefusalBecomesTheStatus)
{
    int fd = greeted();
    fake_.leave_status = -EALREADY;
    fake_.join_status = -ESHUTDOWN;
    fake_.info_status = -EIO;
    ask(fd, SL_CONTROL_LEAVE);
    EXPECT_EQ(answer(fd).head.status, EALREADY);
    ask(fd, SL_CONTROL_JOIN, "10.0.0.1", 9);
    EXPECT_EQ(answer(fd).head.status, ESHUTDOWN);
    ask(fd, SL_CONTROL_INFO);
    Answer a = answer(fd);
    EXPECT_EQ(a.head.status, EIO);
    EXPECT_EQ(a.head.payload_bytes, 0u);
}

TEST_F(Control, SeedsMustEachBeTerminatedAndNotEmpty)
{
    int fd = greeted();
    ask(fd, SL_CONTROL_JOIN, "a\0b", 3); // "b" is not terminated
    EXPECT_EQ(answer(fd).head.status, EINVAL);
    ask(fd, SL_CONTROL_JOIN, "a\0\0b", 5);
    EXPECT_EQ(answer(fd).head.status, EINVAL);
    EXPECT_TRUE(fake_.seeds.empty());
    ask(fd, SL_CONTROL_JOIN, "a\0b", 4);
    EXPECT_EQ(answer(fd).head.status, 0);
    EXPECT_EQ(fake_.seeds, (std::vector<std::string>{"a", "b"}));
    std::string many;
    for (int i = 0; i <= SL_SEEDS_MAX; i++)
        many += std::string("s\0", 2);
    ask(fd, SL_CONTROL_JOIN, many.data(), (uint32_t)many.size());
    EXPECT_EQ(answer(fd).head.status, EINVAL);
}

TEST_F(Control, TagsReachTheNodeWholeOrEmptyButNotWithAZero)
{
    int fd = greeted();
    ask(fd, SL_CONTROL_UPDATE, "a\0b", 3);
    EXPECT_EQ(answer(fd).head.status, EINVAL);
    EXPECT_EQ(fake_.tags, "unset");
    std::string longest(SL_TAGS_BYTES_MAX, 'a');
    ask(fd, SL_CONTROL_UPDATE, longest.data(), (uint32_t)longest.size());
    EXPECT_EQ(answer(fd).head.status, 0);
    EXPECT_EQ(fake_.tags, longest);
    ask(fd, SL_CONTROL_UPDATE);
    EXPECT_EQ(answer(fd).head.status, 0);
    EXPECT_EQ(fake_.tags, "");
    fake_.update_status = -ENOBUFS;
    ask(fd, SL_CONTROL_UPDATE);
    EXPECT_EQ(answer(fd).head.status, ENOBUFS);
}

TEST_F(Control, EventsWithoutFollowingEndWithWhatIsRemembered)
{
    fake_.add_event(SL_EVENT_MEMBER_ALIVE, "a");
    fake_.add_event(SL_EVENT_MEMBER_SUSPECT, "a");
    int fd = greeted();
    struct sl_control_events events = {1, 0, 0};
    ask(fd, SL_CONTROL_EVENTS, &events, sizeof(events));
    Answer a = answer(fd);
    EXPECT_EQ(a.as<struct sl_control_event>().sequence, 2u);
    EXPECT_STREQ(a.as<struct sl_control_event>().type, "suspect");
    EXPECT_EQ(a.as<struct sl_control_event>().accuser, 0x77u);
    EXPECT_EQ(a.as<struct sl_control_event>().previous_status, UINT8_MAX);
    EXPECT_EQ(answer(fd).head.flags, 0u);
    ask(fd, SL_CONTROL_INFO);
    EXPECT_EQ(answer(fd).head.status, 0);
}

TEST_F(Control, AFollowerGetsEventsAsTheyHappen)
{
    int fd = greeted();
    struct sl_control_events events = {0, 1, 0};
    ask(fd, SL_CONTROL_EVENTS, &events, sizeof(events));
    for (uint64_t i = 1; i <= 3; i++) {
        sl_control_server_run(server_, 1000);
        fake_.add_event(SL_EVENT_MEMBER_DEAD, "x");
        EXPECT_EQ(answer(fd).as<struct sl_control_event>().sequence, i);
    }
}

TEST_F(Control, AFollowerThatDoesNotReadIsDisconnectedOnceEventsAreLost)
{
    fake_.event_room = 64;
    int slow = greeted(), quick = greeted();
    struct sl_control_events events = {0, 1, 0};
    ask(slow, SL_CONTROL_EVENTS, &events, sizeof(events));
    ask(quick, SL_CONTROL_EVENTS, &events, sizeof(events));
    for (uint64_t read = 0; counts().ended_slow == 0;) {
        ASSERT_LT(read, 100000u);
        for (int i = 0; i < 32; i++) // fewer than the node remembers
            fake_.add_event(SL_EVENT_MEMBER_UPDATED, "x");
        for (int i = 0; i < 32; i++)
            ASSERT_EQ(answer(quick).as<struct sl_control_event>().sequence, ++read);
    }
    EXPECT_EQ(counts().ended_slow, 1u);
    ask(greeted(), SL_CONTROL_INFO);
    EXPECT_EQ(answer(fds_.back()).head.status, 0);
}

TEST_F(Control, AFollowerThatSpeaksOrHangsUpIsDisconnected)
{
    int speaks = greeted(), hangs_up = greeted();
    struct sl_control_events events = {0, 1, 0};
    ask(speaks, SL_CONTROL_EVENTS, &events, sizeof(events));
    ask(hangs_up, SL_CONTROL_EVENTS, &events, sizeof(events));
    sl_control_server_run(server_, 1000);
    ask(speaks, SL_CONTROL_INFO);
    EXPECT_TRUE(closed(speaks));
    EXPECT_EQ(counts().ended_protocol, 1u);
    shutdown(hangs_up, SHUT_WR);
    EXPECT_TRUE(closed(hangs_up));
    EXPECT_EQ(counts().ended_protocol, 1u);
}

TEST_F(Control, TheClientPastTheLastPlaceIsTurnedAway)
{
    for (int i = 0; i < SL_CONTROL_CLIENTS_MAX; i++)
        greeted();
    int fd = dial();
    EXPECT_EQ(answer(fd).head.status, EUSERS);
    EXPECT_TRUE(closed(fd));
    EXPECT_EQ(counts().refused, 1u);
    close(fds_[0]);
    fds_.erase(fds_.begin());
    sl_control_server_run(server_, 1000); // notices that a place is free
    greeted();
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
