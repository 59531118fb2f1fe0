/* SPDX-License-Identifier: BSD-3-Clause */
/* One engine that learns, forgets and publishes while workers answer from what it publishes. Made
 * for TSan. */
#include <gtest/gtest.h>

#include <cstring>
#include <string>
#include <thread>
#include <vector>

#include "lib/engine.h"
#include "lib/prng.h"
#include "lib/profile.h"
#include "lib/record.h"
#include "tests/unit/arena_memory.h"
#include "tests/unit/rcu_race.h"

namespace
{

const uint32_t WORKERS = 2, MEMBERS = 60, ROUNDS = 4000;
const uint64_t MS = 1000000;

std::string name_of(uint32_t n)
{
    return "m" + std::to_string(n);
}

uint64_t id_of(uint32_t n)
{
    static const sl_cluster cluster = sl_cluster_from_name("race");
    std::string name = name_of(n);
    return sl_member_id(&cluster, name.data(), name.size());
}

sl_endpoint address_of(uint32_t n)
{
    const uint8_t v4[4] = {10, 0, 0, (uint8_t)n};
    return sl_endpoint_v4(v4, SL_UDP_PORT);
}

/* The claim of a member whose tags change with its incarnation. */
uint32_t write_claim(uint8_t *out, uint32_t room, uint32_t n, uint32_t refutations)
{
    std::string name = name_of(n), tags(1 + (n + refutations) % 40, (char)('a' + refutations % 26));
    sl_identity identity = {};
    identity.v4 = address_of(n);
    identity.name = identity.zone = name.data();
    identity.name_bytes = (uint8_t)name.size();
    identity.zone_bytes = (uint8_t)(n % 3);
    identity.tags = tags.data();
    identity.tags_bytes = (uint16_t)tags.size();
    return sl_record_write_alive(out, room, id_of(n), sl_word(1000, refutations, SL_ALIVE),
                                 &identity);
}

class EngineRace : public ::testing::Test
{
  public:
    EngineRace()
    {
        EXPECT_EQ(sl_profile_load(&config, "lan"), 0);
        strcpy(config.cluster_name, "race");
        strcpy(config.name, "m0");
        config.v4 = address_of(0);
        config.max_members = 2 * MEMBERS;
        config.dead_retention_ns = config.left_retention_ns = 10 * MS; /* they come and go */
        config.byte_cap = config.byte_cap_joining = config.byte_cap_seed = 1u << 30;
        config.transmit_multiplier = 4;
        memory = std::make_unique<ArenaMemory>(sl_engine_arena_bytes(&config, nullptr));
        sl_host host = {this, lend, send, event, rcu_race::retire};
        engine = sl_engine_create(memory->arena(), &config, nullptr, &host, 1, 1000, now);
        EXPECT_NE(engine, nullptr);
    }

    /* What a worker's ring would bring: news of one member, or that it left. */
    void hear(uint32_t n, uint32_t refutations, bool gone)
    {
        std::vector<uint64_t> bytes(sl_input_bytes(SL_FRAME_BYTES) / 8 + 1);
        auto *input = reinterpret_cast<sl_input *>(bytes.data());
        input->header.type = SL_FRAME_GOSSIP;
        input->header.sender_id = id_of(1 + n % MEMBERS);
        input->header.unsettled = 1;
        input->from = address_of(1 + n % MEMBERS);
        input->record_count = 1;
        input->records_bytes =
            (uint16_t)(gone ? sl_record_write_left(input->records, SL_FRAME_BYTES, id_of(n),
                                                   sl_word(1000, refutations, SL_LEFT))
                            : write_claim(input->records, SL_FRAME_BYTES, n, refutations));
        while (sl_engine_step(engine, now, input).more)
            input = nullptr;
    }

    /* A worker: PINGs, questions for the view and relays, one after another, from all members. */
    void work(uint32_t number)
    {
        rcu_race::Reader reader;
        sl_counters counters = {};
        auto lane = std::make_unique<sl_lane>();
        sl_lane_init(lane.get(), (uint8_t)(1 + number), 1 + WORKERS, &counters);
        std::vector<uint64_t> input(sl_input_bytes(SL_FRAME_BYTES) / 8 + 1);
        ready++;
        for (uint32_t i = 0; !ended.load(std::memory_order_relaxed); i++) {
            uint8_t frame[SL_FRAME_BYTES];
            sl_frame_io io = {};
            io.bytes = frame;
            io.room_bytes = sizeof(frame);
            io.from = address_of(1 + i % MEMBERS);
            io.length_bytes = write_question(frame, i);
            sl_verdict verdict =
                sl_fast_frame(sl_engine_fast(engine), lane.get(), 1000000 * MS + i * MS / 50, &io,
                              reinterpret_cast<sl_input *>(input.data()));
            gifts += verdict == SL_VERDICT_ANSWER &&
                     io.length_bytes > SL_HEADER_BYTES + SL_PROBE_BODY_BYTES;
            rcu_race::quiescent_state();
        }
    }

    static uint32_t write_question(uint8_t *frame, uint32_t i)
    {
        static const sl_frame_type types[] = {SL_FRAME_PING, SL_FRAME_PING, SL_FRAME_SYNC_REQUEST,
                                              SL_FRAME_PING_REQ, SL_FRAME_PULL};
        sl_header header = {};
        header.type = (uint8_t)types[i % 5];
        header.cluster_id = sl_cluster_from_name("race").id;
        header.sender_id = id_of(1 + i % MEMBERS);
        header.boot_salt = 1;
        header.counter = i + 1;
        header.probe = i + 1;
        sl_header_write(frame, &header);
        sl_probe_body probe = {id_of(header.type == SL_FRAME_PING ? 0 : 1 + i / 5 % MEMBERS),
                               header.sender_id, 0};
        sl_sync_body sync = {0, UINT64_MAX, 0, 0, 0};
        if (header.type == SL_FRAME_SYNC_REQUEST)
            sl_sync_body_write(frame, &sync);
        else if (header.type != SL_FRAME_PULL)
            sl_probe_body_write(frame, &probe);
        uint32_t at = sl_frame_records_at(header.type);
        return at + write_claim(frame + at, SL_FRAME_BYTES - at, 1 + i % MEMBERS, 0);
    }

    static bool lend(void *context, sl_buffer *buffer)
    {
        auto *self = static_cast<EngineRace *>(context);
        *buffer = {self->lent, sizeof(self->lent), nullptr};
        return true;
    }
    static void send(void *, sl_buffer *, uint32_t, enum sl_class, const sl_endpoint *, uint32_t)
    {
    }
    static void event(void *, const sl_event *)
    {
    }

    sl_config config = {};
    std::unique_ptr<ArenaMemory> memory;
    sl_engine *engine = nullptr;
    uint64_t now = 1000000 * MS;
    uint8_t lent[SL_FRAME_BYTES];
    std::atomic<bool> ended{false};
    std::atomic<uint32_t> ready{0};
    std::atomic<uint64_t> gifts{0};
};

TEST_F(EngineRace, WorkersAnswerFromWhatTheEngineIsPublishing)
{
    rcu_race::Writer writer;
    ASSERT_EQ(sl_engine_join(engine, now, nullptr, 0), 0);
    for (uint32_t n = 1; n <= MEMBERS; n++)
        hear(n, 0, false);
    std::vector<std::thread> workers;
    for (uint32_t w = 0; w < WORKERS; w++)
        workers.emplace_back(&EngineRace::work, this, w);
    while (ready.load() < WORKERS)
        rcu_race::quiescent_state();
    sl_prng prng = {7};
    std::vector<uint32_t> refutations(MEMBERS + 1, 0);
    /* Until blocks were given away, too: on few cores that depends on who is let run. */
    for (uint32_t round = 0; round < ROUNDS || (gifts.load() < 100 && round < 100 * ROUNDS);
         round++) {
        uint32_t n = 1 + sl_prng_below(&prng, MEMBERS);
        bool gone = sl_prng_below(&prng, 8) == 0;
        hear(n, gone ? refutations[n] : ++refutations[n], gone);
        now += MS;
        while (sl_engine_step(engine, now, nullptr).more)
            ;
        rcu_race::quiescent_state();
        if (round % 16 == 0)
            std::this_thread::yield();
    }
    ended = true;
    urcu_qsbr_thread_offline();
    for (std::thread &worker : workers)
        worker.join();
    urcu_qsbr_thread_online();
    EXPECT_GT(gifts.load(), 0u);
}

} // namespace
