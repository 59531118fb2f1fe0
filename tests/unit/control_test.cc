// SPDX-License-Identifier: BSD-3-Clause
#include "ports/control_session.h"
#include "tests/unit/control_fixture.h"

namespace
{

using namespace control_test;

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
    ask(fd, SL_CONTROL_MEMBERS, nullptr, 0);
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

TEST_F(Control, MembersAreAStreamThatEndsWithTheNextPage)
{
    fake_.add_member("a", SL_ALIVE);
    fake_.add_member("b", SL_DEAD);
    fake_.members[1].accuser_id = 0x1000;
    snprintf(fake_.members[1].accuser, sizeof(fake_.members[1].accuser), "a");
    int fd = greeted();
    struct sl_control_page page = {0, 96, 0};
    ask(fd, SL_CONTROL_MEMBERS, &page, sizeof(page));
    Answer a = answer(fd), b = answer(fd), end = answer(fd);
    EXPECT_EQ(a.head.flags, (uint32_t)SL_CONTROL_MORE);
    EXPECT_STREQ(a.as<struct sl_control_member>().name, "a");
    EXPECT_EQ(a.as<struct sl_control_member>().generation, 1700000000u);
    EXPECT_EQ(a.as<struct sl_control_member>().refutations, 2u);
    EXPECT_EQ(a.as<struct sl_control_member>().self, 1);
    EXPECT_STREQ(b.as<struct sl_control_member>().tags, "role=b");
    EXPECT_EQ(b.as<struct sl_control_member>().status, SL_DEAD);
    EXPECT_EQ(b.as<struct sl_control_member>().accuser, 0x1000u);
    EXPECT_STREQ(b.as<struct sl_control_member>().accuser_name, "a");
    EXPECT_EQ(end.head.flags, 0u);
    EXPECT_EQ(end.as<struct sl_control_page>().most, 0u);
}

TEST_F(Control, PagesJoinToAllMembersOnceEach)
{
    for (int i = 0; i < 1000; i++)
        fake_.add_member("member", SL_ALIVE);
    for (uint32_t most : {1u, 7u, 0u, 1000000u}) {
        int fd = greeted();
        struct sl_control_page page = {0, most, 0};
        uint64_t next = 0x1000;
        do {
            ask(fd, SL_CONTROL_MEMBERS, &page, sizeof(page));
            Answer a = answer(fd);
            for (; a.head.flags == SL_CONTROL_MORE; a = answer(fd))
                ASSERT_EQ(a.as<struct sl_control_member>().id, next++);
            ASSERT_FALSE(a.closed);
            page = a.as<struct sl_control_page>();
        } while (page.most != 0);
        EXPECT_EQ(next, 0x1000u + 1000) << most;
        EXPECT_LE(fake_.largest_page.load(), SL_CONTROL_PAGE_MEMBERS) << most;
    }
}

TEST_F(Control, AClientThatDoesNotReadIsOwedOnePageOfAnyTable)
{
    for (int i = 0; i < 20000; i++)
        fake_.add_member("member-with-a-name", SL_ALIVE);
    for (struct sl_member_info &m : fake_.members)
        memset(m.tags, 'x', SL_TAGS_BYTES_MAX);
    struct sl_control_page page = {0, 0, 0};
    std::string many;
    for (uint32_t i = 0; i < 200; i++)
        many += request(SL_CONTROL_MEMBERS, &page, sizeof(page), i);
    int fd = greeted();
    ASSERT_EQ(send(fd, many.data(), many.size(), 0), (ssize_t)many.size());
    for (int i = 0; i < 400; i++)
        sl_control_server_run(server_, 0);
    EXPECT_LT(fake_.pages, 50u) << "what the kernel's buffer holds, and one";
}

TEST(ControlSession, APageOfTheLongestMembersTakesBoundedMemory)
{
    FakeNode fake;
    struct sl_control_session session = {};
    for (int i = 0; i < 1000; i++)
        fake.add_member("x", SL_DEAD);
    for (struct sl_member_info &m : fake.members) {
        memset(m.name, 'n', SL_NAME_BYTES_MAX);
        memset(m.tags, 'x', SL_TAGS_BYTES_MAX);
        memset(m.accuser, 'a', SL_NAME_BYTES_MAX);
    }
    session.greeted = true;
    struct sl_control_page page = {0, 0, 0};
    struct sl_control_request head = {1, SL_CONTROL_MEMBERS, 0, sizeof(page)};
    std::string request((const char *)&head, sizeof(head));
    request.append((const char *)&page, sizeof(page));
    EXPECT_EQ(sl_control_session_take(&session, fake.node(), request.data(), request.size() - 1),
              0u);
    EXPECT_EQ(session.output.end, 0u);
    EXPECT_EQ(sl_control_session_take(&session, fake.node(), request.data(), request.size()),
              request.size());
    EXPECT_GT(session.output.end, (size_t)SL_CONTROL_PAGE_MEMBERS * 400);
    EXPECT_LE(session.output.room, (size_t)SL_CONTROL_OUTPUT_BYTES);
    sl_control_session_close(&session);
}

TEST_F(Control, TheNodesRefusalBecomesTheStatus)
{
    int fd = greeted();
    fake_.members_status = -EIO;
    struct sl_control_page page = {};
    ask(fd, SL_CONTROL_MEMBERS, &page, sizeof(page));
    Answer refused = answer(fd);
    EXPECT_EQ(refused.head.status, EIO);
    EXPECT_EQ(refused.head.flags, 0u);
    EXPECT_EQ(refused.head.payload_bytes, 0u);
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

TEST_F(Control, ARemovalReachesTheNodeByNameIfItCanBeAMembers)
{
    int fd = greeted();
    const std::string name = "k\xc3\xbc"
                             "che 7",
                      longest(SL_NAME_BYTES_MAX, 'a');
    for (const std::string &good : {name, longest}) {
        ask(fd, SL_CONTROL_REMOVE, good.data(), (uint32_t)good.size());
        EXPECT_EQ(answer(fd).head.status, 0);
    }
    EXPECT_EQ(fake_.removed, (std::vector<std::string>{name, longest}));
    fake_.remove_status = -EBUSY;
    ask(fd, SL_CONTROL_REMOVE, "a", 1);
    EXPECT_EQ(answer(fd).head.status, EBUSY);
    for (const std::string &bad :
         {std::string("a\nb"), std::string("a\0b", 3), std::string("\xff")}) {
        ask(fd, SL_CONTROL_REMOVE, bad.data(), (uint32_t)bad.size());
        EXPECT_EQ(answer(fd).head.status, EILSEQ);
    }
    ask(fd, SL_CONTROL_REMOVE);
    EXPECT_EQ(answer(fd).head.status, EBADMSG);
    ask(fd, SL_CONTROL_REMOVE, (longest + "a").data(), SL_NAME_BYTES_MAX + 1);
    EXPECT_EQ(answer(fd).head.status, EBADMSG);
    EXPECT_EQ(fake_.removed.size(), 3u);
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

TEST_F(Control, AClientWithoutAHelloIsDisconnectedInTime)
{
    serve_with({1, 60000});
    int silent = dial();
    EXPECT_TRUE(closed(silent));
    EXPECT_EQ(counts().ended_idle, 1u);
    EXPECT_EQ(counts().ended_protocol, 0u);
}

TEST_F(Control, AGreetedClientMayBeSilent)
{
    serve_with({1, 1});
    struct sl_control_hello hello = {SL_CONTROL_MAGIC, SL_CONTROL_VERSION, 0, 0};
    int fd = dial();
    ask(fd, SL_CONTROL_HELLO, &hello, sizeof(hello));
    ASSERT_EQ(answer(fd).head.status, 0);
    EXPECT_TRUE(closed(dial())) << "time runs out for another one";
    ask(fd, SL_CONTROL_INFO);
    EXPECT_EQ(answer(fd).head.status, 0);
    EXPECT_EQ(counts().ended_idle, 1u);
}

TEST_F(Control, AClientThatDoesNotReadItsAnswersIsDisconnectedInTime)
{
    serve_with({60000, 1});
    for (int i = 0; i < 2000; i++)
        fake_.add_member("member-with-a-name", SL_ALIVE);
    int fd = greeted();
    struct sl_control_page page = {0, 0, 0};
    std::string many;
    for (uint32_t i = 0; i < 400; i++)
        many += request(SL_CONTROL_MEMBERS, &page, sizeof(page), i);
    ASSERT_EQ(send(fd, many.data(), many.size(), 0), (ssize_t)many.size());
    while (counts().ended_idle == 0)
        sl_control_server_run(server_, 1000);
    EXPECT_EQ(counts().ended_idle, 1u);
}

TEST_F(Control, SilentClientsInAllPlacesDoNotLockTheOperatorOut)
{
    int following = greeted();
    struct sl_control_events events = {0, 1, 0};
    ask(following, SL_CONTROL_EVENTS, &events, sizeof(events));
    int oldest = dial();
    for (int i = 1; i < SL_CONTROL_CLIENTS_MAX; i++) {
        if (i > 1)
            dial();
        while (counts().accepted < 1u + (unsigned)i)
            sl_control_server_run(server_, 1000);
    }
    EXPECT_EQ(counts().accepted, (uint64_t)SL_CONTROL_CLIENTS_MAX);
    ask(greeted(), SL_CONTROL_INFO);
    EXPECT_EQ(answer(fds_.back()).head.status, 0);
    EXPECT_EQ(counts().ended_idle, 1u);
    EXPECT_TRUE(closed(oldest)) << "it gave way";
    EXPECT_EQ(counts().refused, 0u);
    fake_.add_event(SL_EVENT_MEMBER_DEAD, "x");
    EXPECT_EQ(answer(following).as<struct sl_control_event>().sequence, 1u);
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

} // namespace
