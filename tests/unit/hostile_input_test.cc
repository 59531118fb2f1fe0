// SPDX-License-Identifier: BSD-3-Clause
// Inputs that no worker of ours would hand over, and more due at once than one step does.
#include <memory>

#include "probe_fixture.h"

namespace
{

using HostileInput = ProbeFixture;

// Exactly as large as an input may be, so that a sanitizer sees a byte read past it.
struct Input {
    std::unique_ptr<uint8_t[]> memory;
    sl_input *it;

    explicit Input(uint32_t frame_bytes) : memory(new uint8_t[sl_input_bytes(frame_bytes)])
    {
        memset(memory.get(), 0, sl_input_bytes(frame_bytes));
        it = (sl_input *)memory.get();
        it->header.type = SL_FRAME_GOSSIP;
    }
};

TEST_F(HostileInput, LengthsPastTheFrameLimitAreRefusedAndCounted)
{
    Start();
    Input input(0xffff); // all of it is there and well-formed: the length alone is wrong
    sl_input *in = input.it;
    in->header.sender_id = m.id_of("m");
    in->from = m.endpoint;
    uint32_t limit = engine().config.frame_bytes;
    sl_record_write_pad(in->records, limit);
    uint64_t &drops = engine().counters.drops[SL_DROP_RECORD_MALFORMED];
    uint64_t before = drops;
    in->records_bytes = (uint16_t)limit;
    node().step(in);
    EXPECT_EQ(drops, before) << "as much as a frame holds is taken";
    for (uint32_t bytes : {limit + 1, 0xffffu}) {
        before = drops;
        sl_record_write_pad(in->records, bytes);
        in->records_bytes = (uint16_t)bytes;
        node().step(in);
        EXPECT_EQ(drops, before + 1) << bytes;
    }
    in->records_bytes = 0;
    for (uint32_t count : {SL_STEP_RECORDS_MAX + 1u, 0xffffu}) {
        before = drops;
        in->record_count = (uint16_t)count;
        node().step(in);
        EXPECT_EQ(drops, before + 1) << count;
    }
}

TEST_F(HostileInput, TypesWithoutMeaningAndRecordsCutShortDoNothing)
{
    Start();
    uint32_t members = node().live_count();
    std::vector<uint8_t> claim = m.alive("novel", m.word, 70);
    for (int type = 0; type < 256; type++) {
        for (size_t bytes = 0; bytes < claim.size(); bytes += 7) {
            Input input(engine().config.frame_bytes);
            input.it->header.type = (uint8_t)type;
            input.it->header.sender_id = m.id_of("m");
            input.it->header.probe = (uint32_t)(type * 1000003 + bytes);
            input.it->from = m.endpoint;
            memcpy(input.it->records, claim.data(), bytes);
            input.it->record_count = 1;
            input.it->records_bytes = (uint16_t)bytes;
            node().step(input.it);
        }
    }
    EXPECT_EQ(node().live_count(), members);
}

TEST_F(HostileInput, AStepFiresABoundedNumberOfTimersAndSaysThatMoreAreDue)
{
    Start();
    const uint32_t kDue = 200;
    uint64_t at_ns = cluster.now() + kS;
    for (uint32_t i = 0; i < kDue; i++)
        sl_timer_set(&engine().timers, &engine().suspicions[i].timer, at_ns);
    auto due = [&] {
        uint32_t count = 0;
        for (uint32_t i = 0; i < engine().timers.count; i++)
            count += engine().timers.heap[i]->deadline_ns <= at_ns;
        return count;
    };
    // Nobody's suspicion: the timer alone is looked at, and set again for later.
    uint32_t left = due();
    ASSERT_GE(left, kDue);
    for (uint32_t steps = 0; left > 0; steps++) {
        ASSERT_LT(steps, 20u);
        sl_step step = sl_engine_step(&engine(), at_ns, nullptr);
        uint32_t fired = left - due();
        EXPECT_LE(fired, (uint32_t)SL_STEP_TIMERS_MAX);
        EXPECT_EQ(step.more, due() > 0);
        left = due();
    }
}

} // namespace
