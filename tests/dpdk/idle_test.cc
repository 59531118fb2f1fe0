/* SPDX-License-Identifier: BSD-3-Clause */
#include "dataplane/idle.h"

#include <sys/eventfd.h>
#include <unistd.h>
#include <urcu/urcu-qsbr.h>

#include <atomic>
#include <thread>

#include "dataplane/eal.h"
#include "tests/dpdk/eal_environment.h"

namespace
{
constexpr uint64_t FAR = UINT64_MAX, NOW = 1000000000;

class Idle : public testing::Test
{
  protected:
    void start(bool busy, int doorbell = 0)
    {
        sl_idler_init(&idler, busy, doorbell, &load);
    }

    /* Asks for a sleep of two seconds. Returns what it took. */
    uint64_t sleep_two_seconds()
    {
        sl_clock clock = sl_clock_start();
        urcu_qsbr_register_thread();
        sl_idler_sleep(&idler, &clock, 2000000000);
        urcu_qsbr_unregister_thread();
        return idler.slept_ns;
    }

    uint64_t empty(uint64_t deadline = FAR)
    {
        return sl_idler_after_poll(&idler, false, NOW, deadline);
    }

    void tire()
    {
        for (int i = 0; i < SL_IDLE_PAUSE_POLLS; i++)
            ASSERT_EQ(empty(), 0u) << i;
    }

    sl_worker_load load = {};
    sl_idler idler = {};
};

TEST_F(Idle, ABusyCoreNeverSleeps)
{
    start(true);
    for (int i = 0; i < 100000; i++)
        ASSERT_EQ(empty(), 0u);
}

TEST_F(Idle, SleepsOnlyAfterManyEmptyPollsThenLongerUpToTheMost)
{
    start(false);
    tire();
    EXPECT_EQ(empty(), SL_IDLE_SLEEP_MIN_NS);
    EXPECT_EQ(empty(), 2 * SL_IDLE_SLEEP_MIN_NS);
    for (int i = 0; i < 20; i++)
        EXPECT_LE(empty(), (uint64_t)SL_IDLE_SLEEP_MAX_NS);
    EXPECT_EQ(empty(), (uint64_t)SL_IDLE_SLEEP_MAX_NS);
}

TEST_F(Idle, APacketWakesItForManyPolls)
{
    start(false);
    tire();
    EXPECT_GT(empty(), 0u);
    EXPECT_EQ(sl_idler_after_poll(&idler, true, NOW, FAR), 0u);
    tire();
    EXPECT_EQ(empty(), SL_IDLE_SLEEP_MIN_NS);
}

TEST_F(Idle, NeverSleepsPastTheDeadline)
{
    start(false);
    tire();
    EXPECT_EQ(empty(NOW + 7), 7u);
    EXPECT_EQ(empty(NOW), 0u);
    EXPECT_EQ(empty(NOW - 1), 0u);
}

TEST_F(Idle, WithADoorbellItWaitsLongAtOnceButNotPastTheDeadline)
{
    start(false, 1);
    tire();
    EXPECT_EQ(empty(), (uint64_t)SL_IDLE_WAIT_MAX_NS);
    EXPECT_EQ(empty(), (uint64_t)SL_IDLE_WAIT_MAX_NS);
    EXPECT_EQ(empty(NOW + 7), 7u);
}

TEST_F(Idle, TheBellEndsTheWait)
{
    int bell = eventfd(1, EFD_CLOEXEC);
    start(false, bell);
    EXPECT_LT(sleep_two_seconds(), 2000000000u);
    close(bell);
}

/* As the socket of an interface that went down. */
TEST_F(Idle, ABrokenBellIsNoReasonToPollOn)
{
    int ends[2];
    ASSERT_EQ(pipe(ends), 0);
    close(ends[1]);
    start(false, ends[0]);
    uint64_t slept_ns = sleep_two_seconds();
    EXPECT_GE(slept_ns, SL_IDLE_SLEEP_MAX_NS * 9u / 10) << "EAL rounds the rate of the TSC";
    EXPECT_LT(slept_ns, 2000000000u);
    close(ends[0]);
}

TEST_F(Idle, ASleeperHoldsUpNoGracePeriod)
{
    start(false);
    sl_clock clock = sl_clock_start();
    std::atomic<bool> asleep{false}, awake{false};
    std::thread sleeper([&] {
        urcu_qsbr_register_thread();
        asleep = true;
        sl_idler_sleep(&idler, &clock, 2000000000);
        awake = true;
        urcu_qsbr_unregister_thread();
    });
    while (!asleep)
        std::this_thread::yield();
    urcu_qsbr_synchronize_rcu();
    EXPECT_FALSE(awake) << "the grace period waited for the sleeper";
    sleeper.join();
    sl_idler_account(&idler, false, 4000000000);
    EXPECT_GE(load.asleep_ns, 1900000000u) << "EAL rounds the rate of the TSC";
}

TEST_F(Idle, LoadTellsBusyFromEmptyFromAsleep)
{
    start(false);
    sl_idler_account(&idler, true, 100);
    sl_idler_account(&idler, false, 50);
    idler.slept_ns = 30;
    sl_idler_account(&idler, true, 40);
    EXPECT_EQ(load.polls, 3u);
    EXPECT_EQ(load.empty_polls, 1u);
    EXPECT_EQ(load.busy_ns, 110u);
    EXPECT_EQ(load.asleep_ns, 30u);
}

TEST(Eal, TheNodeOfAnLcoreIsTheOneItRunsOn)
{
    EXPECT_EQ(sl_eal_socket(rte_get_main_lcore()), (int)rte_socket_id());
}

TEST(Clock, KeepsUpWithTheSystemsClockAndNeverGoesBack)
{
    sl_clock clock = sl_clock_start();
    uint64_t last = 0;
    for (int i = 0; i < 100000; i++) {
        uint64_t now = sl_clock_now(&clock);
        ASSERT_GE(now, last);
        last = now;
    }
    const sl_clock_line &line = clock.lines[0];
    EXPECT_EQ(sl_clock_at(&clock, line.bend_tsc), line.bend_ns);
    double ns_per_tick = (double)line.rate_after / 4294967296.0;
    auto year_tsc = (uint64_t)(31536000e9 / ns_per_tick);
    double year_ns = (double)(sl_clock_at(&clock, line.bend_tsc + year_tsc) - line.bend_ns);
    EXPECT_NEAR(year_ns / 31536000e9, 1.0, 1e-6) << "the multiplication does not overflow";
}
} // namespace
