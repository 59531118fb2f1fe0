/* SPDX-License-Identifier: BSD-3-Clause */
/* Two whole nodes in one process, each on lcores of its own, over crossed rings. */
#define SL_TEST_LCORES "(0-6)@0"
#include "dataplane/runtime.h"

#include <urcu/urcu-qsbr.h>

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <thread>

#include "dataplane/mailbox.h"
#include "tests/dpdk/eal_environment.h"
#include "tests/dpdk/test_node.h"

namespace
{
/* How long an event is awaited before the test gives up; it says nothing about how fast it is. */
constexpr auto PATIENCE = std::chrono::seconds(60);

bool await(const std::function<bool()> &condition)
{
    auto end = std::chrono::steady_clock::now() + PATIENCE;
    while (!condition()) {
        if (std::chrono::steady_clock::now() > end)
            return false;
        std::this_thread::yield();
    }
    return true;
}

class Runtime : public testing::TestWithParam<unsigned>
{
  protected:
    Runtime()
    {
        urcu_qsbr_register_thread();
        urcu_qsbr_thread_offline();
        unsigned workers = GetParam();
        ports = std::make_unique<CrossedPorts>(pool.get(), (uint16_t)workers);
        for (unsigned i = 0; i < 2; i++) {
            node[i] =
                std::make_unique<TestNode>("n" + std::to_string(i), ports->port[i], pool.get(),
                                           (uint8_t)(i + 1), workers, 1 + i * workers);
            EXPECT_EQ(sl_runtime_launch(&node[i]->runtime), 0);
        }
    }

    ~Runtime() override
    {
        node[0].reset();
        node[1].reset();
        ports.reset();
        urcu_qsbr_unregister_thread();
    }

    int ask(int i, sl_command command, const sl_endpoint *seed = nullptr)
    {
        sl_letter letter = {};
        letter.command = command;
        if (seed) {
            letter.seeds[0] = *seed;
            letter.seed_count = 1;
        }
        return sl_mailbox_ask(&node[i]->runtime.mailbox, &letter, 60000000000ull);
    }

    uint64_t word(int i, uint64_t id)
    {
        urcu_qsbr_thread_online();
        uint64_t held = sl_view_word(sl_engine_view(node[i]->runtime.loop.engine), id);
        urcu_qsbr_thread_offline();
        return held;
    }

    std::string tags(int i, int whom)
    {
        urcu_qsbr_thread_online();
        const sl_view *view = sl_engine_view(node[i]->runtime.loop.engine);
        uint64_t held;
        uint32_t slot = sl_view_find(view, node[whom]->id(), &held);
        sl_identity identity = sl_cold_identity(sl_view_cold(view, slot));
        std::string text(identity.tags, identity.tags_bytes);
        urcu_qsbr_thread_offline();
        return text;
    }

    bool sees(int i, int whom, sl_status status)
    {
        uint64_t held = word(i, node[whom]->id());
        return held != 0 && sl_word_status(held) == status;
    }

    void join()
    {
        ASSERT_EQ(ask(0, SL_COMMAND_JOIN), 0);
        ASSERT_EQ(ask(1, SL_COMMAND_JOIN, &node[0]->config.v4), 0);
        ASSERT_TRUE(await([&] { return sees(0, 1, SL_ALIVE) && sees(1, 0, SL_ALIVE); }));
    }

    PacketPool pool;
    std::unique_ptr<CrossedPorts> ports;
    std::unique_ptr<TestNode> node[2];
};

TEST_P(Runtime, TwoNodesFindEachOtherAndProbe)
{
    join();
    const sl_histogram *rtt = sl_engine_probe_rtt(node[0]->runtime.loop.engine);
    EXPECT_TRUE(await([&] { return sl_histogram_total(rtt) > 3; })) << "probes are answered";
}

TEST_P(Runtime, ANodeThatLeavesHasLeftAndIsNotDead)
{
    join();
    ASSERT_EQ(ask(1, SL_COMMAND_LEAVE), 0);
    EXPECT_TRUE(await([&] { return sees(0, 1, SL_LEFT); }));
    EXPECT_EQ(ask(1, SL_COMMAND_LEAVE), -EALREADY);
}

TEST_P(Runtime, NewTagsComeUnderAHigherIncarnation)
{
    join();
    uint64_t before = word(0, node[1]->id());
    sl_letter letter = {};
    letter.command = SL_COMMAND_UPDATE;
    letter.tags_bytes = (uint32_t)sprintf(letter.tags, "role=edge");
    ASSERT_EQ(sl_mailbox_ask(&node[1]->runtime.mailbox, &letter, 60000000000ull), 0);
    EXPECT_TRUE(await([&] { return tags(0, 1) == "role=edge"; }));
    EXPECT_GT(word(0, node[1]->id()), before);
    ASSERT_EQ(ask(1, SL_COMMAND_LEAVE), 0);
    EXPECT_EQ(sl_mailbox_ask(&node[1]->runtime.mailbox, &letter, 60000000000ull), -ESHUTDOWN);
}

TEST_P(Runtime, ANodeThatStopsIsDeclaredDead)
{
    join();
    sl_runtime_stop(&node[1]->runtime);
    EXPECT_TRUE(await([&] { return sees(0, 1, SL_DEAD); }));
}

TEST_P(Runtime, StopInTheMiddleOfJoiningReturnsAllPackets)
{
    sl_endpoint nobody = node[0]->config.v4;
    nobody.ip[15] = 77;
    ASSERT_EQ(ask(0, SL_COMMAND_JOIN, &nobody), 0);
    const sl_counters *counters = sl_engine_counters(node[0]->runtime.loop.engine);
    EXPECT_TRUE(await([&] {
        uint64_t sent = 0;
        for (const uint64_t &frames : counters->tx_frames)
            sent += __atomic_load_n(&frames, __ATOMIC_RELAXED);
        return sent > 0;
    }));
    /* The fixture closes all; the pool then checks that nothing is missing. */
}

TEST_P(Runtime, AWorkerBooksItsTime)
{
    const sl_worker_load *load = &node[0]->runtime.workers[0]->load;
    EXPECT_TRUE(await([&] {
        return __atomic_load_n(&load->asleep_ns, __ATOMIC_RELAXED) > 0 &&
               __atomic_load_n(&load->empty_polls, __ATOMIC_RELAXED) > 0;
    })) << "an idle node sleeps";
}

/* Cores that never sleep are never offline: grace periods end by what they announce. */
TEST(BusyRuntime, AGracePeriodEndsThoughNoWorkerEverSleeps)
{
    urcu_qsbr_register_thread();
    urcu_qsbr_thread_offline();
    {
        PacketPool pool;
        CrossedPorts ports(pool.get(), 1);
        TestNode node("busy", ports.port[0], pool.get(), 1, 1, 1, {}, true);
        ASSERT_EQ(sl_runtime_launch(&node.runtime), 0);
        const sl_worker_load *load = &node.runtime.workers[0]->load;
        ASSERT_TRUE(await([&] { return __atomic_load_n(&load->polls, __ATOMIC_RELAXED) > 0; }));
        std::atomic<bool> ended{false};
        std::thread waiter([&] {
            urcu_qsbr_synchronize_rcu();
            ended = true;
        });
        EXPECT_TRUE(await([&] { return ended.load(); }));
        sl_runtime_stop(&node.runtime); /* which ends it in any case */
        waiter.join();
    }
    urcu_qsbr_unregister_thread();
}

INSTANTIATE_TEST_SUITE_P(OneCore, Runtime, testing::Values(1u));
INSTANTIATE_TEST_SUITE_P(ThreeWorkers, Runtime, testing::Values(3u));
} // namespace
