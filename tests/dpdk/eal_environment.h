/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* One EAL per test binary (it starts once per process), without hugepages, files or devices. */
#include <gtest/gtest.h>
#include <rte_eal.h>
#include <rte_mbuf.h>
#include <rte_mempool.h>

#include <cstring>
#include <string>
#include <vector>

/* EAL's --lcores; a binary that launches workers names more before it includes this. */
#ifndef SL_TEST_LCORES
#define SL_TEST_LCORES "0@0"
#endif

class EalEnvironment : public testing::Environment
{
  public:
    void SetUp() override
    {
        std::vector<std::string> arguments = {
            "test", "--no-huge", "--no-shconf", "--no-pci",     "--no-telemetry",
            "-m",   "256",       "--lcores",    SL_TEST_LCORES, "--log-level=error"};
        std::vector<char *> pointers;
        for (auto &a : arguments)
            pointers.push_back(a.data());
        ASSERT_GE(rte_eal_init((int)pointers.size(), pointers.data()), 0);
    }

    void TearDown() override
    {
        rte_eal_cleanup();
    }
};

/* Registered before main() of gtest_main runs. */
inline testing::Environment *const eal_environment =
    testing::AddGlobalTestEnvironment(new EalEnvironment);

/* A pool that must be whole again when it goes: a leaked mbuf fails the test. */
class MbufPool
{
  public:
    explicit MbufPool(unsigned count = 1023, unsigned room = RTE_MBUF_DEFAULT_BUF_SIZE)
    {
        static unsigned number;
        std::string name = "pool" + std::to_string(number++);
        pool_ = rte_pktmbuf_pool_create(name.c_str(), count, 0, 0, (uint16_t)room, SOCKET_ID_ANY);
        if (!pool_)
            ADD_FAILURE() << "no memory for a pool";
    }

    ~MbufPool()
    {
        EXPECT_EQ(rte_mempool_in_use_count(pool_), 0u) << "mbufs leaked";
        rte_mempool_free(pool_);
    }

    MbufPool(const MbufPool &) = delete;
    MbufPool &operator=(const MbufPool &) = delete;

    rte_mempool *get() const
    {
        return pool_;
    }

    rte_mbuf *allocate() const
    {
        return rte_pktmbuf_alloc(pool_);
    }

    rte_mbuf *allocate(const std::vector<uint8_t> &bytes) const
    {
        rte_mbuf *m = allocate();
        if (!bytes.empty())
            memcpy(rte_pktmbuf_append(m, (uint16_t)bytes.size()), bytes.data(), bytes.size());
        return m;
    }

  private:
    rte_mempool *pool_;
};

inline std::vector<uint8_t> mbuf_bytes(const rte_mbuf *m)
{
    const uint8_t *data = rte_pktmbuf_mtod(m, const uint8_t *);
    return std::vector<uint8_t>(data, data + m->data_len);
}
