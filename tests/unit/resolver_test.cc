// SPDX-License-Identifier: BSD-3-Clause
#include "ports/resolver.h"

#include <gtest/gtest.h>
#include <netdb.h>
#include <poll.h>

#include <cerrno>
#include <climits>
#include <condition_variable>
#include <map>
#include <mutex>
#include <string>
#include <vector>

namespace
{

// A name service that the test owns.
struct Names {
    std::mutex mutex;
    std::condition_variable changed;
    std::map<std::string, std::vector<uint8_t>> hosts; // last byte of 10.0.0.x
    int asked = 0, left = 0;
    int allowed = INT_MAX; // later lookups are stuck
} names;

int fake_lookup(const char *host, uint16_t port, struct sl_endpoint *out, uint32_t room)
{
    std::unique_lock<std::mutex> lock(names.mutex);
    int mine = ++names.asked;
    names.changed.notify_all();
    names.changed.wait(lock, [mine] { return mine <= names.allowed; });
    names.left++;
    names.changed.notify_all();
    auto found = names.hosts.find(host);
    if (found == names.hosts.end())
        return EAI_NONAME;
    uint32_t count = 0;
    for (uint8_t last : found->second) {
        const uint8_t address[4] = {10, 0, 0, last};
        if (count < room)
            out[count++] = sl_endpoint_v4(address, port);
    }
    return (int)count;
}

class Resolver : public ::testing::Test
{
  protected:
    void SetUp() override
    {
        names.hosts.clear();
        names.allowed = INT_MAX;
        names.asked = names.left = 0;
        ASSERT_EQ(sl_resolver_create(&r_, 7947, fake_lookup), 0);
    }
    void TearDown() override
    {
        sl_resolver_destroy(r_);
    }
    int set(std::vector<const char *> seeds)
    {
        return sl_resolver_set(r_, seeds.data(), (uint32_t)seeds.size(), why_, sizeof(why_));
    }
    bool readable(int timeout_ms)
    {
        struct pollfd p = {sl_resolver_fd(r_), POLLIN, 0};
        return poll(&p, 1, timeout_ms) == 1;
    }
    uint32_t take()
    {
        EXPECT_TRUE(readable(10000));
        return sl_resolver_take(r_, out_);
    }
    // Takes until `count` endpoints are known.
    void take_until(uint32_t count)
    {
        while (take() != count)
            ;
    }

    struct sl_resolver *r_ = nullptr;
    struct sl_endpoint out_[SL_SEEDS_MAX];
    char why_[256];
};

TEST_F(Resolver, TellsHowItStandsWithEachSeed)
{
    names.hosts["two.example"] = {1, 2};
    names.allowed = 0;
    ASSERT_EQ(set({"10.0.0.9", "2001:db8::1", "two.example", "no.such"}), 0);
    struct sl_seed_state states[SL_SEEDS_MAX];
    ASSERT_EQ(sl_resolver_states(r_, states), 4u);
    EXPECT_STREQ(states[0].text, "10.0.0.9");
    EXPECT_FALSE(states[0].looking_up);
    EXPECT_EQ(states[0].v4, 1u);
    EXPECT_EQ(states[0].v6, 0u);
    EXPECT_EQ(states[1].v4, 0u);
    EXPECT_EQ(states[1].v6, 1u);
    EXPECT_TRUE(states[2].looking_up);
    EXPECT_TRUE(states[3].looking_up);
    {
        std::lock_guard<std::mutex> lock(names.mutex);
        names.allowed = INT_MAX;
        names.changed.notify_all();
    }
    take_until(4);
    EXPECT_TRUE(sl_resolver_lacks_names(r_)) << "no.such";
    ASSERT_EQ(sl_resolver_states(r_, states), 4u);
    EXPECT_FALSE(states[2].looking_up);
    EXPECT_EQ(states[2].error, 0);
    EXPECT_EQ(states[2].v4, 2u);
    EXPECT_FALSE(states[3].looking_up);
    EXPECT_EQ(states[3].error, EAI_NONAME);
    EXPECT_EQ(states[3].v4 + states[3].v6, 0u);
    ASSERT_EQ(set({"10.0.0.9"}), 0);
    EXPECT_FALSE(sl_resolver_lacks_names(r_));
}

TEST_F(Resolver, AddressesAreThereAtOnceAndEachOnce)
{
    ASSERT_EQ(set({"10.0.0.1", "[2001:db8::1]:99", "10.0.0.1:7947"}), 0);
    ASSERT_EQ(take(), 2u);
    EXPECT_EQ(out_[0].port, 7947);
    EXPECT_EQ(out_[1].port, 99);
    EXPECT_FALSE(readable(0));
    EXPECT_EQ(names.asked, 0);
}

TEST_F(Resolver, ANameYieldsAllItsAddressesWithItsPort)
{
    names.hosts["seed.example"] = {5, 6, 7};
    ASSERT_EQ(set({"seed.example:1234", "10.0.0.9"}), 0);
    take_until(4);
    EXPECT_EQ(out_[2].port, 1234);
    EXPECT_EQ(out_[2].ip[15], 7);
}

TEST_F(Resolver, NameThatFailsKeepsWhatItHadAndItsStateSaysSo)
{
    names.hosts["a.example"] = {1};
    ASSERT_EQ(set({"a.example", "b.example"}), 0);
    take_until(1);
    {
        std::lock_guard<std::mutex> lock(names.mutex);
        names.hosts.clear();
        names.hosts["b.example"] = {2};
    }
    sl_resolver_refresh(r_);
    take_until(2);
    struct sl_seed_state states[SL_SEEDS_MAX];
    ASSERT_EQ(sl_resolver_states(r_, states), 2u);
    EXPECT_EQ(states[0].error, EAI_NONAME);
    EXPECT_EQ(states[0].v4 + states[0].v6, 1u);
    EXPECT_EQ(states[1].error, 0);
}

TEST_F(Resolver, ALookupForReplacedSeedsIsVoid)
{
    names.allowed = 0;
    names.hosts["old.example"] = {1};
    names.hosts["new.example"] = {2};
    ASSERT_EQ(set({"old.example"}), 0);
    std::unique_lock<std::mutex> lock(names.mutex);
    names.changed.wait(lock, [] { return names.asked == 1; });
    lock.unlock();
    ASSERT_EQ(set({"new.example"}), 0);
    lock.lock();
    names.allowed = 1;
    names.changed.notify_all();
    names.changed.wait(lock, [] { return names.asked == 2; });
    lock.unlock();
    EXPECT_EQ(take(), 0u); // the old name's answer is in, the new one's is not
    lock.lock();
    names.allowed = 2;
    names.changed.notify_all();
    lock.unlock();
    take_until(1);
    EXPECT_EQ(out_[0].ip[15], 2);
}

TEST_F(Resolver, DestroyingDoesNotWaitForAStuckLookup)
{
    names.allowed = 0;
    ASSERT_EQ(set({"slow.example"}), 0);
    std::unique_lock<std::mutex> lock(names.mutex);
    names.changed.wait(lock, [] { return names.asked == 1; });
    lock.unlock();
    sl_resolver_destroy(r_); // a wait would never end
    r_ = nullptr;
    lock.lock();
    names.allowed = INT_MAX;
    names.changed.notify_all();
    names.changed.wait(lock, [] { return names.left == 1; });
}

TEST_F(Resolver, ABadSeedChangesNothing)
{
    ASSERT_EQ(set({"10.0.0.1"}), 0);
    EXPECT_EQ(set({"10.0.0.2", "bad name"}), -EINVAL);
    EXPECT_NE(std::string(why_).find("'bad name'"), std::string::npos);
    EXPECT_EQ(take(), 1u);
    EXPECT_EQ(out_[0].ip[15], 1);
}

TEST(ResolverLookup, HostsFileNamesResolveThroughTheSystem)
{
    struct sl_resolver *r = nullptr;
    struct sl_endpoint out[SL_SEEDS_MAX];
    char why[256];
    const char *seeds[] = {"localhost:99"};
    ASSERT_EQ(sl_resolver_create(&r, 7947, nullptr), 0);
    ASSERT_EQ(sl_resolver_set(r, seeds, 1, why, sizeof(why)), 0);
    uint32_t count = 0;
    struct pollfd p = {sl_resolver_fd(r), POLLIN, 0};
    while (count == 0 && poll(&p, 1, 10000) == 1)
        count = sl_resolver_take(r, out);
    ASSERT_GE(count, 1u);
    EXPECT_EQ(out[0].port, 99);
    sl_resolver_destroy(r);
}

TEST(Seed, FormsOfAddressesAndNames)
{
    struct {
        const char *text, *host;
        uint16_t port;
        bool numeric;
    } good[] = {
        {"10.0.0.1", "10.0.0.1", 7947, true},
        {"10.0.0.1:1", "10.0.0.1", 1, true},
        {"2001:db8::1", "2001:db8::1", 7947, true},
        {"[2001:db8::1]", "2001:db8::1", 7947, true},
        {"[2001:db8::1]:65535", "2001:db8::1", 65535, true},
        {"seed", "seed", 7947, false},
        {"a-1.b_2.example.:80", "a-1.b_2.example.", 80, false},
    };
    char why[256];
    for (const auto &g : good) {
        struct sl_seed seed;
        ASSERT_EQ(sl_seed_parse(g.text, 7947, &seed, why, sizeof(why)), 0) << why;
        EXPECT_STREQ(seed.host, g.host);
        EXPECT_STREQ(seed.text, g.text);
        EXPECT_EQ(seed.port, g.port);
        EXPECT_EQ(seed.numeric, g.numeric);
        EXPECT_EQ(seed.endpoint.port, g.numeric ? g.port : 0);
    }
}

TEST(Seed, WhatIsNoSeedIsRefused)
{
    char why[256];
    struct sl_seed seed;
    std::string longest(254, 'a');
    for (const char *bad :
         {"",       ":",    ":80",     "a:",           "a:0",          "a:65536",
          "a:+5",   "a: 5", "a b",     "[::1",         "[a]:5",        "[10.0.0.1]",
          "[::1]x", "::",   "ff02::1", "0.0.0.0",      "224.0.0.1",    "10.0.0",
          "10",     "-a",   "a/b",     "fe80::1%eth0", longest.c_str()})
        EXPECT_EQ(sl_seed_parse(bad, 7947, &seed, why, sizeof(why)), -EINVAL) << bad;
}

} // namespace
