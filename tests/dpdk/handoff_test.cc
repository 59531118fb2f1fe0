/* SPDX-License-Identifier: BSD-3-Clause */
#include "dataplane/handoff.h"

#include <vector>

#include "tests/dpdk/eal_environment.h"

namespace
{
class Handoff : public testing::Test
{
  protected:
    static constexpr unsigned URGENT = 4, ORDINARY = 8, PACKETS = 4;

    Handoff()
    {
        sl_handoff_config config = {"handoff", 1232, 1, URGENT, ORDINARY, PACKETS};
        EXPECT_EQ(sl_handoff_create(&handoff, &config), 0);
        spare = sl_handoff_borrow(&handoff);
    }

    ~Handoff() override
    {
        sl_handoff_return(&handoff, spare);
        sl_handoff_destroy(&handoff);
    }

    void give(bool urgent, uint32_t mark)
    {
        spare->urgent = urgent;
        spare->header.probe = mark;
        spare = sl_handoff_give(&handoff, spare, &counters);
        ASSERT_NE(spare, nullptr);
    }

    std::vector<uint32_t> take(unsigned count)
    {
        std::vector<sl_input *> inputs(count);
        std::vector<uint32_t> marks;
        unsigned n = sl_handoff_take(&handoff, inputs.data(), count);
        for (unsigned i = 0; i < n; i++)
            marks.push_back(inputs[i]->header.probe);
        sl_handoff_done(&handoff, inputs.data(), n);
        return marks;
    }

    sl_handoff handoff = {};
    sl_counters counters = {};
    sl_input *spare;
};

TEST_F(Handoff, InputsComeInTheirOrder)
{
    for (uint32_t i = 0; i < 5; i++)
        give(false, i);
    EXPECT_EQ(take(3), (std::vector<uint32_t>{0, 1, 2}));
    EXPECT_EQ(take(3), (std::vector<uint32_t>{3, 4}));
    EXPECT_TRUE(take(3).empty());
}

TEST_F(Handoff, UrgentInputsComeFirst)
{
    give(false, 1);
    give(true, 2);
    give(false, 3);
    give(true, 4);
    EXPECT_EQ(take(8), (std::vector<uint32_t>{2, 4, 1, 3}));
}

TEST_F(Handoff, AFullRingIsCountedAndTheSpareStays)
{
    for (uint32_t i = 0; i < ORDINARY + 3; i++)
        give(false, i);
    EXPECT_EQ(counters.drops[SL_DROP_ENGINE_RING_FULL], 3u);
    EXPECT_EQ(take(64).size(), ORDINARY);
}

TEST_F(Handoff, AFloodOfRecordsLeavesRoomForAnAck)
{
    for (uint32_t i = 0; i < 10 * ORDINARY; i++)
        give(false, i);
    uint64_t lost = counters.drops[SL_DROP_ENGINE_RING_FULL];
    give(true, 4711);
    EXPECT_EQ(counters.drops[SL_DROP_ENGINE_RING_FULL], lost);
    EXPECT_EQ(take(1), std::vector<uint32_t>{4711});
}

TEST_F(Handoff, AnEmptyPoolIsCountedAndTheSpareStays)
{
    std::vector<sl_input *> all;
    while (sl_input *input = sl_handoff_borrow(&handoff))
        all.push_back(input);
    sl_input *before = spare;
    give(true, 1);
    EXPECT_EQ(spare, before);
    EXPECT_EQ(counters.drops[SL_DROP_ENGINE_INPUT_EMPTY], 1u);
    EXPECT_TRUE(take(1).empty());
    for (sl_input *input : all)
        sl_handoff_return(&handoff, input);
    give(true, 2);
    EXPECT_EQ(take(1), std::vector<uint32_t>{2});
}

TEST_F(Handoff, PacketsPastTheRingAreFreedAndCounted)
{
    MbufPool pool; /* checks that none is lost */
    for (unsigned i = 0; i < PACKETS + 2; i++)
        sl_handoff_give_packet(&handoff, pool.allocate(), &counters);
    EXPECT_EQ(counters.drops[SL_DROP_ENGINE_RING_FULL], 2u);
    rte_mbuf *packets[8];
    ASSERT_EQ(sl_handoff_take_packets(&handoff, packets, 8), PACKETS);
    rte_pktmbuf_free_bulk(packets, PACKETS);
}

TEST_F(Handoff, WhatIsLeftInTheRingsIsFreedWithThem)
{
    MbufPool pool;
    sl_handoff other;
    sl_handoff_config config = {"other", 512, 1, URGENT, ORDINARY, PACKETS};
    ASSERT_EQ(sl_handoff_create(&other, &config), 0);
    sl_input *input = sl_handoff_borrow(&other);
    input->urgent = false;
    input = sl_handoff_give(&other, input, &counters);
    sl_handoff_give_packet(&other, pool.allocate(), &counters);
    sl_handoff_return(&other, input);
    sl_handoff_destroy(&other);
    ASSERT_EQ(sl_handoff_create(&other, &config), 0) << "names are free again";
    sl_handoff_destroy(&other);
}
} // namespace
