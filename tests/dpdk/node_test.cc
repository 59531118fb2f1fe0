/* SPDX-License-Identifier: BSD-3-Clause */
/* What ports ask of a node, answered from a large table. */
#define SL_TEST_LCORES "(0-1)@0"
#include "dataplane/node.h"
#include "dataplane/troubles.h"

#include <urcu/urcu-qsbr.h>

#include <cstring>
#include <memory>
#include <set>
#include <vector>

#include "lib/preload.h"
#include "ports/neighbour_entry.h"
#include "tests/dpdk/eal_environment.h"
#include "tests/dpdk/test_node.h"

namespace
{
constexpr uint32_t MEMBERS = 30000;

class Node : public testing::Test
{
  protected:
    Node()
    {
        urcu_qsbr_register_thread();
        urcu_qsbr_thread_offline();
        ports = std::make_unique<CrossedPorts>(pool.get(), 1);
        node = std::make_unique<TestNode>("n0", ports->port[0], pool.get(), 1, 1, 1,
                                          [](sl_config &c) { c.max_members = MEMBERS; });
        options.config = node->config;
        context.runtime = &node->runtime;
        context.options = &options;
        context.troubles = &troubles;
        asked = sl_node_of(&context);
    }

    ~Node() override
    {
        node.reset();
        ports.reset();
        urcu_qsbr_unregister_thread();
    }

    void fill(uint32_t count)
    {
        for (uint32_t i = 0; i < count; i++) {
            std::string name = "m" + std::to_string(i);
            sl_identity identity = {};
            const uint8_t address[4] = {10, 1, (uint8_t)(i >> 8), (uint8_t)i};
            identity.v4 = sl_endpoint_v4(address, 7947);
            identity.name = name.c_str();
            identity.name_bytes = (uint8_t)name.size();
            sl_status status = (sl_status)(i % 4);
            sl_preload_member m = {};
            m.id = 0x9e3779b97f4a7c15ull * (i + 1);
            m.word = sl_word(1700000000, 1, status);
            m.identity = &identity;
            ASSERT_EQ(sl_engine_preload(node->runtime.loop.engine, &m, 1), 0) << i;
        }
    }

    void add(const char *name, bool v4, bool v6)
    {
        const uint8_t address4[4] = {10, 2, 0, (uint8_t)name[0]};
        const uint8_t address6[16] = {0xfd, 0, 0, (uint8_t)name[0]};
        sl_identity identity = {};
        if (v4)
            identity.v4 = sl_endpoint_v4(address4, 7947);
        if (v6)
            identity.v6 = sl_endpoint_v6(address6, 7947);
        identity.name = name;
        identity.name_bytes = (uint8_t)strlen(name);
        sl_preload_member m = {};
        m.id = (uint64_t)name[0];
        m.word = sl_word(1700000000, 1, SL_ALIVE);
        m.identity = &identity;
        ASSERT_EQ(sl_engine_preload(node->runtime.loop.engine, &m, 1), 0);
    }

    // Names of members that are shown as out of reach.
    std::set<std::string> unreachable()
    {
        std::set<std::string> names;
        std::vector<sl_member_info> page(96);
        context.bridge_due_ns = 0;
        int count = asked.members(asked.context, 0, page.data(), 96);
        for (int i = 0; i < count; i++) {
            if (page[(size_t)i].unreachable)
                names.insert(page[(size_t)i].name);
        }
        return names;
    }

    PacketPool pool;
    std::unique_ptr<CrossedPorts> ports;
    std::unique_ptr<TestNode> node;
    sl_options options = {};
    sl_troubles troubles = {};
    sl_node_context context = {};
    sl_node asked = {};
};

TEST_F(Node, InfoCountsMembersByStatusAndKnowsItself)
{
    fill(MEMBERS - 1);
    sl_node_info info;
    ASSERT_EQ(asked.info(asked.context, &info), 0);
    EXPECT_STREQ(info.self.name, "n0");
    EXPECT_EQ(info.self.id, node->id());
    EXPECT_TRUE(info.self.self);
    EXPECT_EQ(info.members_by_status[SL_ALIVE], MEMBERS / 4 + 1);
    EXPECT_EQ(info.members_by_status[SL_SUSPECT], MEMBERS / 4);
    EXPECT_EQ(info.members_by_status[SL_DEAD], MEMBERS / 4);
    EXPECT_EQ(info.members_by_status[SL_LEFT], MEMBERS / 4 - 1);
}

TEST_F(Node, StatsHaveEveryNumberOfAWorkersLoad)
{
    sl_worker_load &load = node->runtime.workers[0]->load;
    load = {.polls = 11, .empty_polls = 12, .busy_ns = 13, .asleep_ns = 14, .cpu = 15, .lcore = 16};
    auto stats = std::make_unique<sl_node_stats>();
    ASSERT_EQ(asked.stats(asked.context, stats.get()), 0);
    EXPECT_EQ(stats->worker_count, 1u);
    const sl_worker_load &told = stats->workers[0];
    EXPECT_EQ(told.polls, 11u);
    EXPECT_EQ(told.empty_polls, 12u);
    EXPECT_EQ(told.busy_ns, 13u);
    EXPECT_EQ(told.asleep_ns, 14u);
    EXPECT_EQ(told.cpu, 15u);
    EXPECT_EQ(told.lcore, 16u);
}

TEST_F(Node, StatsCountWhatTheNeighbourTableGaveUp)
{
    auto stats = std::make_unique<sl_node_stats>();
    node->runtime.workers[0]->counters.drops[SL_DROP_NEIGHBOUR_UNRESOLVED] = 2;
    node->runtime.neighbours->unanswered = 5;
    ASSERT_EQ(asked.stats(asked.context, stats.get()), 0);
    EXPECT_EQ(stats->counters.drops[SL_DROP_NEIGHBOUR_UNRESOLVED], 7u);
}

TEST_F(Node, PagesOfMembersHaveEachMemberOnce)
{
    fill(MEMBERS - 1);
    std::vector<sl_member_info> page(96);
    std::set<std::string> names;
    uint64_t after = 0;
    uint32_t selves = 0, pages = 0;
    for (int count = 96; count == 96; pages++) {
        count = asked.members(asked.context, after, page.data(), 96);
        ASSERT_GE(count, 0);
        ASSERT_LE(count, 96);
        for (int i = 0; i < count; i++) {
            ASSERT_GT(page[(size_t)i].id, after);
            after = page[(size_t)i].id;
            selves += page[(size_t)i].self;
            names.insert(page[(size_t)i].name);
        }
    }
    EXPECT_EQ(names.size(), (size_t)MEMBERS);
    EXPECT_EQ(selves, 1u);
    EXPECT_EQ(pages, MEMBERS / 96 + 1);
    EXPECT_EQ(asked.members(asked.context, UINT64_MAX, page.data(), 96), 0);
}

TEST_F(Node, MembersOfTheOtherFamilyAreOutOfReachUnlessSomebodyReachesBoth)
{
    add("a", true, false);
    add("b", false, true);
    EXPECT_EQ(unreachable(), std::set<std::string>{"b"});
    add("c", true, true);
    EXPECT_TRUE(unreachable().empty());
}

} // namespace
