/* SPDX-License-Identifier: BSD-3-Clause */
#include "dataplane/event_log.h"

#include <gtest/gtest.h>

#include <atomic>
#include <cerrno>
#include <memory>
#include <thread>
#include <vector>

#include "dataplane/mailbox.h"

namespace
{
class EventLog : public testing::Test
{
  protected:
    void add(uint64_t id)
    {
        sl_event event = {};
        event.type = SL_EVENT_MEMBER_ALIVE;
        event.id = event.word = event.previous_word = event.accuser_id = id;
        sl_event_log_add(log.get(), &event, id);
    }

    std::vector<sl_node_event> read(uint64_t after, uint32_t count)
    {
        std::vector<sl_node_event> out(count);
        out.resize(sl_event_log_read(log.get(), after, out.data(), count));
        return out;
    }

    std::unique_ptr<sl_event_log> log{new sl_event_log()};
};

TEST_F(EventLog, CountsFromOneAndReadsOnFromAnywhere)
{
    EXPECT_TRUE(read(0, 8).empty());
    for (uint64_t i = 1; i <= 5; i++)
        add(100 + i);
    auto all = read(0, 8);
    ASSERT_EQ(all.size(), 5u);
    EXPECT_EQ(all[0].sequence, 1u);
    EXPECT_EQ(all[4].id, 105u);
    auto some = read(2, 2);
    ASSERT_EQ(some.size(), 2u);
    EXPECT_EQ(some[0].sequence, 3u);
    EXPECT_TRUE(read(5, 8).empty());
}

TEST_F(EventLog, AnEventAboutAZoneHasTheZonesName)
{
    sl_identity identity = {};
    const uint8_t address[4] = {10, 0, 0, 1};
    identity.v4 = sl_endpoint_v4(address, SL_UDP_PORT);
    identity.name = "n1";
    identity.name_bytes = 2;
    identity.zone = "east";
    identity.zone_bytes = 4;
    alignas(8) uint8_t memory[SL_COLD_BYTES_MAX];
    sl_cold *cold = reinterpret_cast<sl_cold *>(memory);
    sl_cold_write(cold, 1, &identity);
    sl_event event = {};
    event.cold = cold;
    event.type = SL_EVENT_MEMBER_ALIVE;
    sl_event_log_add(log.get(), &event, 1);
    event.type = SL_EVENT_ZONE_REACHABLE;
    sl_event_log_add(log.get(), &event, 2);
    auto all = read(0, 8);
    ASSERT_EQ(all.size(), 2u);
    EXPECT_STREQ(all[0].name, "n1");
    EXPECT_STREQ(all[1].name, "east");
}

TEST_F(EventLog, AnEventNamesItsAccuserAndKeepsItsTime)
{
    sl_identity identity = {};
    const uint8_t address[4] = {10, 0, 0, 1};
    identity.v4 = sl_endpoint_v4(address, SL_UDP_PORT);
    identity.name = "witness";
    identity.name_bytes = 7;
    alignas(8) uint8_t memory[SL_COLD_BYTES_MAX];
    sl_cold *cold = reinterpret_cast<sl_cold *>(memory);
    sl_cold_write(cold, 2, &identity);
    sl_event event = {};
    event.type = SL_EVENT_MEMBER_SUSPECT;
    event.accuser_id = 2;
    event.accuser = cold;
    sl_event_log_add(log.get(), &event, 1700000000123456789);
    auto all = read(0, 8);
    ASSERT_EQ(all.size(), 1u);
    EXPECT_STREQ(all[0].accuser, "witness");
    EXPECT_EQ(all[0].time_ns, 1700000000123456789u);
}

TEST_F(EventLog, AccusersAreThoseOfThePresentWord)
{
    sl_member_info members[4] = {};
    const sl_status statuses[] = {SL_SUSPECT, SL_DEAD, SL_ALIVE, SL_SUSPECT};
    for (uint64_t i = 0; i < 4; i++) {
        members[i].id = 1 + i;
        members[i].word = sl_word(1700000000, 3, statuses[i]);
    }
    for (uint64_t i = 0; i < 3; i++) {
        for (uint32_t refutations : {2u, 3u}) {
            sl_event event = {};
            event.type = SL_EVENT_MEMBER_SUSPECT;
            event.id = 1 + i;
            event.word = sl_word(1700000000, refutations, statuses[i]);
            event.accuser_id = 100 * refutations + i;
            sl_event_log_add(log.get(), &event, 1);
        }
    }
    sl_event_log_accusers(log.get(), members, 4);
    EXPECT_EQ(members[0].accuser_id, 300u);
    EXPECT_EQ(members[1].accuser_id, 301u);
    EXPECT_EQ(members[2].accuser_id, 0u) << "nobody accuses a living member";
    EXPECT_EQ(members[3].accuser_id, 0u) << "its event is not remembered";
}

TEST_F(EventLog, OverwritesTheOldestAndShowsTheGap)
{
    for (uint64_t i = 1; i <= SL_EVENT_LOG_SIZE + 10; i++)
        add(i);
    auto first = read(0, 4);
    ASSERT_EQ(first.size(), 4u);
    EXPECT_EQ(first[0].sequence, 11u);
    EXPECT_EQ(first[0].id, 11u);
    EXPECT_EQ(read(0, SL_EVENT_LOG_SIZE + 100).size(), (size_t)SL_EVENT_LOG_SIZE);
}

TEST_F(EventLog, AReaderBesideTheWriterNeverSeesHalfAnEvent)
{
    for (uint64_t i = 1; i <= SL_EVENT_LOG_SIZE; i++)
        add(i);
    bool stop = false;
    std::thread writer([&] {
        for (uint64_t i = SL_EVENT_LOG_SIZE + 1; !__atomic_load_n(&stop, __ATOMIC_RELAXED); i++)
            add(i);
    });
    /* The oldest are those that the writer is about to overwrite. Only reads during which it wrote
       count, however the two are scheduled. */
    unsigned torn = 0;
    for (unsigned together = 0; together < 3000;) {
        uint64_t before = sl_event_log_last(log.get());
        for (const sl_node_event &e : read(0, 256))
            torn += e.id != e.sequence || e.word != e.sequence || e.accuser_id != e.sequence;
        together += sl_event_log_last(log.get()) != before;
    }
    __atomic_store_n(&stop, true, __ATOMIC_RELAXED);
    writer.join();
    EXPECT_EQ(torn, 0u);
}

TEST(Mailbox, AnAnswerComesBackToWhoAsked)
{
    sl_mailbox box = {};
    std::thread engine([&] {
        const sl_letter *letter;
        while ((letter = sl_mailbox_posted(&box)) == nullptr)
            std::this_thread::yield();
        sl_mailbox_answer(&box, letter->command == SL_COMMAND_JOIN ? -(int)letter->seed_count : 1);
    });
    sl_letter letter = {};
    letter.command = SL_COMMAND_JOIN;
    letter.seed_count = 7;
    EXPECT_EQ(sl_mailbox_ask(&box, &letter, 60000000000ull), -7);
    engine.join();
    EXPECT_EQ(sl_mailbox_posted(&box), nullptr);
}

TEST(Mailbox, AnEngineThatDoesNotAnswerBlocksNobody)
{
    sl_mailbox box = {};
    sl_letter letter = {};
    letter.command = SL_COMMAND_LEAVE;
    EXPECT_EQ(sl_mailbox_ask(&box, &letter, 0), -ETIMEDOUT);
    EXPECT_EQ(sl_mailbox_ask(&box, &letter, 0), -EAGAIN) << "the engine may be reading the letter";
    ASSERT_NE(sl_mailbox_posted(&box), nullptr);
    sl_mailbox_answer(&box, 0);
    EXPECT_EQ(sl_mailbox_ask(&box, &letter, 0), -ETIMEDOUT) << "the late answer is not this one's";
}
} // namespace
