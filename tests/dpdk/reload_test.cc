// SPDX-License-Identifier: BSD-3-Clause
// SIGHUP: what of a changed file a running node takes over.
#include "dataplane/reload.h"

#include <atomic>
#include <thread>

#include <gtest/gtest.h>

#include "tests/unit/captured_log.h"
#include "tests/unit/fake_node.h"

namespace
{

const char *const kLeast = "[cluster]\nname = c\n[port]\nspec = ring\naddress = 10.0.0.2/24\n"
                           "[node]\nname = n\n";

class Reload : public CapturedLog
{
  protected:
    Reload()
    {
        write("tags = role=cache\n");
        char why[SL_OPTIONS_WHY];
        EXPECT_EQ(sl_options_load(options.get(), 3, argv, stderr, why, sizeof(why)), SL_OPTIONS_RUN)
            << why;
        clock = sl_clock_start();
        EXPECT_EQ(sl_joiner_open(&joiner, &clock, &mailbox, &options->config, 7947), 0);
        node.context = this;
        node.update = [](void *context, const void *tags, uint32_t bytes) {
            Reload *r = static_cast<Reload *>(context);
            r->updates.emplace_back(static_cast<const char *>(tags), bytes);
            return r->answer;
        };
        engine = std::thread([this] {
            while (!done) {
                const sl_letter *letter = sl_mailbox_posted(&mailbox);
                if (letter != nullptr)
                    sl_mailbox_answer(&mailbox, 0);
                std::this_thread::yield();
            }
        });
    }

    ~Reload() override
    {
        done = true;
        engine.join();
        sl_joiner_close(&joiner);
    }

    void write(const std::string &more)
    {
        dir.write("c", kLeast + more);
    }

    // The lines of the last hang_up().
    bool said(const std::string &words)
    {
        for (const std::string &line : told)
            if (line.find(words) != std::string::npos)
                return true;
        return false;
    }

    void hang_up()
    {
        lines();
        arguments.options = options.get();
        sl_reload(&arguments);
        told = lines();
    }

    TempDir dir;
    std::string path = dir.path() + "/c";
    char program[10] = "starlingd", flag[9] = "--config";
    char *argv[4] = {program, flag, path.data(), nullptr};
    std::unique_ptr<sl_options> options = std::make_unique<sl_options>();
    sl_clock clock = {};
    sl_mailbox mailbox = {};
    sl_joiner joiner = {};
    sl_node node = {};
    struct sl_reload arguments = {3, argv, nullptr, &joiner, &node};
    std::vector<std::string> updates, told;
    int answer = 0;
    std::atomic<bool> done{false};
    std::thread engine;
};

TEST_F(Reload, TagsAreTakenOverOnceAndOnlyIfTheyDiffer)
{
    hang_up();
    EXPECT_TRUE(updates.empty());
    write("tags = role=cache,rack=7\n");
    hang_up();
    hang_up();
    EXPECT_EQ(updates, std::vector<std::string>{"role=cache\nrack=7"});
    EXPECT_STREQ(options->config.tags, "role=cache\nrack=7");
}

TEST_F(Reload, TagsThatTheNodeRefusesAreTriedAgainByTheNext)
{
    write("tags = role=web\n");
    answer = -EAGAIN;
    hang_up();
    EXPECT_STREQ(options->config.tags, "role=cache");
    EXPECT_TRUE(said("the tags are not taken over"));
    EXPECT_TRUE(said("taken over: nothing"));
    answer = 0;
    hang_up();
    EXPECT_TRUE(said("taken over: node.tags;"));
    EXPECT_EQ(updates, (std::vector<std::string>{"role=web", "role=web"}));
    EXPECT_STREQ(options->config.tags, "role=web");
}

TEST_F(Reload, SeedsAreTakenOver)
{
    write("tags = role=cache\n[join]\nseeds = 10.0.0.3\n");
    hang_up();
    EXPECT_EQ(options->seed_count, 1u);
    sl_seed_state states[SL_SEEDS_MAX];
    ASSERT_EQ(sl_resolver_states(joiner.resolver, states), 1u);
    EXPECT_STREQ(states[0].text, "10.0.0.3");
    EXPECT_TRUE(updates.empty());
}

TEST_F(Reload, ABrokenFileChangesNothing)
{
    write("tags = role=web\n[log]\nlevel = shrill\n");
    hang_up();
    EXPECT_TRUE(updates.empty());
    EXPECT_STREQ(options->config.tags, "role=cache");
}

TEST_F(Reload, WhatNeedsARestartIsNotTakenOver)
{
    write("tags = role=cache\n[protocol]\nprobe_tries = 7\n");
    uint32_t before = options->config.probe_tries;
    hang_up();
    EXPECT_EQ(options->config.probe_tries, before);
}

} // namespace
