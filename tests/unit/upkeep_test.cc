// SPDX-License-Identifier: BSD-3-Clause
// What one engine step may do for the table's sake, however much is due: counted, not timed.
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "arena_memory.h"
#include "lib/preload.h"
#include "lib/profile.h"
#include "lib/record.h"

extern "C" {
#include "lib/engine_private.h"
}

namespace
{

const uint64_t kMs = 1000000, kS = 1000 * kMs;
const uint32_t kMembers = 20000, kZones = 10;

// A node that knows many members and never hears from them unless a test says so.
class Upkeep : public ::testing::Test
{
  protected:
    void create(uint32_t members)
    {
        ASSERT_EQ(sl_profile_load(&config_, "lan"), 0);
        snprintf(config_.cluster_name, sizeof(config_.cluster_name), "test");
        snprintf(config_.name, sizeof(config_.name), "self");
        config_.v4 = address();
        config_.max_members = kMembers + 1;
        config_.zone_patience_ns = 1 * kS;
        config_.dead_retention_ns = config_.left_retention_ns = 10 * kS;
        config_.cold_bytes_per_member = 128;
        memory_ = std::make_unique<ArenaMemory>(sl_engine_arena_bytes(&config_, nullptr));
        sl_host host = {this, lend, send, event, retire};
        e = sl_engine_create(memory_->arena(), &config_, nullptr, &host, 1, 1000, now_ns);
        ASSERT_NE(e, nullptr);
        for (uint32_t i = 0; i < members; i++)
            add(i);
    }

    sl_step step(const sl_input *input = nullptr)
    {
        sl_view_upkeep before = sl_view_upkeep_done(e->view);
        std::fill(events.begin(), events.end(), 0);
        sl_step done = sl_engine_step(e, now_ns, input);
        sl_view_upkeep after = sl_view_upkeep_done(e->view);
        cells = after.cells - before.cells;
        records = after.records - before.records;
        return done;
    }

    // Steps while more is due at once. Returns how many steps that took.
    uint32_t step_on()
    {
        uint32_t steps = 1;
        while (step().more) {
            EXPECT_LE(cells, (uint64_t)SL_STEP_CELLS_MAX);
            EXPECT_LE(records, (uint64_t)SL_STEP_RETURNS_MAX);
            steps++;
        }
        return steps;
    }

    // The member claims so of itself.
    void hear(uint32_t number, uint64_t word, const std::string &tags)
    {
        std::vector<uint64_t> memory(sl_input_bytes(SL_FRAME_BYTES) / 8 + 1);
        sl_input *input = reinterpret_cast<sl_input *>(memory.data());
        sl_identity identity = identity_of(number, tags);
        input->header.type = SL_FRAME_GOSSIP;
        input->header.sender_id = 1;
        input->record_count = 1;
        uint32_t bytes =
            sl_word_status(word) == SL_ALIVE
                ? sl_record_write_alive(input->records, SL_FRAME_BYTES, id_of(number), word,
                                        &identity)
                : sl_record_write_left(input->records, SL_FRAME_BYTES, id_of(number), word);
        input->records_bytes = (uint16_t)bytes;
        step(input);
    }

    void grace_period_ends()
    {
        for (sl_retire_ticket *ticket : tickets_)
            sl_retire_done(ticket);
        tickets_.clear();
    }

    sl_engine *e = nullptr;
    uint64_t now_ns = kS, cells = 0, records = 0;
    std::vector<uint32_t> events = std::vector<uint32_t>(SL_EVENT_COUNT);

  private:
    static sl_endpoint address()
    {
        const uint8_t ip[4] = {10, 0, 0, 1};
        return sl_endpoint_v4(ip, 7947);
    }

    sl_identity identity_of(uint32_t number, const std::string &tags)
    {
        name_ = "n" + std::to_string(number);
        zone_ = "zone" + std::to_string(number % kZones);
        sl_identity identity = {};
        identity.v4 = address();
        identity.name = name_.data();
        identity.name_bytes = (uint8_t)name_.size();
        identity.zone = zone_.data();
        identity.zone_bytes = (uint8_t)zone_.size();
        identity.tags = tags.data();
        identity.tags_bytes = (uint16_t)tags.size();
        return identity;
    }

    uint64_t id_of(uint32_t number)
    {
        std::string name = "n" + std::to_string(number);
        return sl_member_id(&e->cluster, name.data(), name.size());
    }

    void add(uint32_t number)
    {
        sl_identity identity = identity_of(number, "");
        sl_preload_member member = {id_of(number), sl_word(1000, 0, SL_ALIVE), &identity};
        ASSERT_EQ(sl_engine_preload(e, &member, 1), 0);
    }

    static bool lend(void *, sl_buffer *buffer)
    {
        static uint8_t bytes[SL_FRAME_BYTES];
        *buffer = {bytes, sizeof(bytes), nullptr};
        return true;
    }
    static void send(void *, sl_buffer *, uint32_t, enum sl_class, const sl_endpoint *, uint32_t)
    {
    }
    static void event(void *context, const sl_event *event)
    {
        static_cast<Upkeep *>(context)->events[event->type]++;
    }
    static void retire(void *context, sl_retire_ticket *ticket)
    {
        static_cast<Upkeep *>(context)->tickets_.push_back(ticket);
    }

    sl_config config_;
    std::unique_ptr<ArenaMemory> memory_;
    std::vector<sl_retire_ticket *> tickets_;
    std::string name_, zone_;
};

TEST_F(Upkeep, AStepGivesBackABoundedPartOfWhatALongGracePeriodHeldBack)
{
    create(kMembers);
    for (uint32_t i = 0; i < kMembers; i++)
        hear(i, sl_word(1000, 1, SL_ALIVE), "new");
    EXPECT_EQ(sl_view_upkeep_done(e->view).records, 0u);
    grace_period_ends(); // of the first update's record
    step_on();
    grace_period_ends(); // of all the others'
    EXPECT_GE(step_on(), (kMembers - 1) / SL_STEP_RETURNS_MAX);
    EXPECT_EQ(sl_view_upkeep_done(e->view).records, kMembers);
}

TEST_F(Upkeep, AStepForgetsAndCopiesABoundedNumber)
{
    create(kMembers);
    for (uint32_t i = 0; i < kMembers; i++)
        hear(i, sl_word(1000, 0, SL_LEFT), "");
    now_ns += 20 * kS;
    uint32_t forgotten = 0;
    for (int i = 0; i < 1000 && forgotten < kMembers; i++, now_ns += 100 * kMs) {
        step();
        EXPECT_LE(events[SL_EVENT_MEMBER_FORGOTTEN], (uint32_t)SL_STEP_RECORDS_MAX);
        forgotten += events[SL_EVENT_MEMBER_FORGOTTEN];
        step_on();
        grace_period_ends();
    }
    EXPECT_EQ(forgotten, kMembers);
    EXPECT_GT(sl_view_upkeep_done(e->view).cells, (uint64_t)kMembers); // at least one compaction
}

TEST_F(Upkeep, AStepDeclaresABoundedNumberDeadHoweverManyZonesAreLost)
{
    create(kMembers);
    uint32_t live = e->peers.count;
    for (uint32_t zone = 1; zone < e->zones.count; zone++)
        sl_zone_doubt(e, zone);
    for (uint32_t zone = 1; zone < e->zones.count; zone++)
        e->zone_watches[zone].state = SL_ZONE_UNREACHABLE;
    uint32_t dead = 0, most = 0;
    uint64_t end_ns = now_ns + 5 * kS;
    for (sl_step done = step(); now_ns < end_ns && dead < live; done = step()) {
        now_ns = std::max(now_ns, done.next_deadline_ns);
        dead += events[SL_EVENT_MEMBER_DEAD];
        most = std::max(most, events[SL_EVENT_MEMBER_DEAD]);
    }
    EXPECT_LE(most, 32u);
    EXPECT_GE(dead, live - 32); // in time
}

} // namespace
