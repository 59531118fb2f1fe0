// SPDX-License-Identifier: BSD-3-Clause
// The node's counters on their way to the control socket.
#include "ports/control_convert.h"

#include <gtest/gtest.h>

#include <cerrno>
#include <cstring>
#include <memory>

#include "ports/control_clean.h"
#include "tests/unit/stats_fields.h"

namespace
{

// No two fields are equal, so that one shown for another is found.
struct sl_node_stats numbered()
{
    struct sl_node_stats stats = {};
    uint64_t *words = reinterpret_cast<uint64_t *>(&stats);
    for (size_t i = 0; i < sizeof(stats) / sizeof(*words); i++)
        words[i] = 1000 + i;
    stats.worker_count = SL_WORKERS_MAX;
    return stats;
}

TEST(ControlConvert, EveryCounterComesOutUnderItsOwnName)
{
    auto in = std::make_unique<struct sl_node_stats>(numbered());
    auto out = std::make_unique<struct sl_control_stats>();
    sl_control_convert_stats(in.get(), out.get());
    size_t engine = 0, counters = 0;
    EXPECT_EQ(out->time_ns, in->time_ns);
#define SAME(field)                                       \
    EXPECT_EQ(out->field, in->engine.field) << "" #field; \
    engine++;
    SL_ENGINE_FIELDS(SAME)
#undef SAME
#define SAME(field)                                         \
    EXPECT_EQ(out->field, in->counters.field) << "" #field; \
    counters++;
    SL_COUNTER_FIELDS(SAME)
#undef SAME
    for (int i = 0; i < SL_CLASS_COUNT; i++) {
        EXPECT_EQ(out->classes[i].rx_frames, in->counters.rx_frames[i]);
        EXPECT_EQ(out->classes[i].rx_bytes, in->counters.rx_bytes[i]);
        EXPECT_EQ(out->classes[i].tx_frames, in->counters.tx_frames[i]);
        EXPECT_EQ(out->classes[i].tx_bytes, in->counters.tx_bytes[i]);
        EXPECT_STREQ(out->classes[i].name, sl_class_name((enum sl_class)i));
    }
    for (int i = 0; i < SL_DROP_COUNT; i++) {
        EXPECT_EQ(out->drops[i].count, in->counters.drops[i]);
        EXPECT_STREQ(out->drops[i].name, sl_drop_name((enum sl_drop)i));
        EXPECT_STREQ(out->drops[i].text, sl_drop_text((enum sl_drop)i));
    }
    const size_t elsewhere = 2; // `info` has the phase, the log how many a leave has told
    EXPECT_EQ(engine + elsewhere, sizeof(in->engine) / 8)
        << "a new counter of the engine is missing in control_convert.c or stats_fields.h";
    EXPECT_EQ(counters + 4 * SL_CLASS_COUNT + SL_DROP_COUNT, sizeof(in->counters) / 8)
        << "a new counter of workers is missing in control_convert.c or stats_fields.h";
}

TEST(ControlConvert, PercentilesAndWorkersComeOutWhole)
{
    auto in = std::make_unique<struct sl_node_stats>(numbered());
    auto out = std::make_unique<struct sl_control_stats>();
    sl_control_convert_stats(in.get(), out.get());
    static_assert(sizeof(struct sl_percentiles) == sizeof(struct sl_control_percentiles), "alike");
    EXPECT_EQ(memcmp(&in->probe_rtt, &out->probe_rtt, sizeof(out->probe_rtt)), 0);
    EXPECT_EQ(memcmp(&in->convergence, &out->convergence, sizeof(out->convergence)), 0);
    ASSERT_EQ(out->worker_count, (uint32_t)SL_WORKERS_MAX);
    for (int i = 0; i < SL_WORKERS_MAX; i++) {
        EXPECT_EQ(out->workers[i].polls, in->workers[i].polls);
        EXPECT_EQ(out->workers[i].empty_polls, in->workers[i].empty_polls);
        EXPECT_EQ(out->workers[i].busy_ns, in->workers[i].busy_ns);
        EXPECT_EQ(out->workers[i].asleep_ns, in->workers[i].asleep_ns);
        EXPECT_EQ(out->workers[i].cpu, in->workers[i].cpu);
        EXPECT_EQ(out->workers[i].lcore, in->workers[i].lcore);
    }
}

TEST(ControlConvert, AnEventNamesItsAccuser)
{
    struct sl_node_event in = {};
    struct sl_control_event out;
    in.sequence = 7;
    in.time_ns = 1700000000123456789;
    in.type = SL_EVENT_MEMBER_DEAD;
    in.accuser_id = 9;
    snprintf(in.name, sizeof(in.name), "victim");
    snprintf(in.accuser, sizeof(in.accuser), "witness");
    sl_control_convert_event(&in, &out);
    EXPECT_EQ(out.sequence, 7u);
    EXPECT_EQ(out.time_ns, 1700000000123456789u);
    EXPECT_STREQ(out.type, "dead");
    EXPECT_STREQ(out.name, "victim");
    EXPECT_EQ(out.accuser, 9u);
    EXPECT_STREQ(out.accuser_name, "witness");
}

// A daemon that is none may send anything.
TEST(ControlClean, StringsEndAndCountsAreWithinTheirArraysWhateverCame)
{
    auto stats = std::make_unique<struct sl_control_stats>();
    memset(stats.get(), 0xff, sizeof(*stats));
    sl_control_clean_stats(stats.get());
    EXPECT_EQ(stats->worker_count, SL_CONTROL_WORKERS);
    EXPECT_EQ(stats->class_count, SL_CONTROL_CLASSES);
    EXPECT_EQ(stats->drop_count, SL_CONTROL_DROPS);
    for (const auto &one : stats->classes)
        EXPECT_LT(strnlen(one.name, sizeof(one.name)), sizeof(one.name));
    for (const auto &one : stats->drops) {
        EXPECT_LT(strnlen(one.name, sizeof(one.name)), sizeof(one.name));
        EXPECT_LT(strnlen(one.text, sizeof(one.text)), sizeof(one.text));
    }
    struct sl_control_info info;
    memset(&info, 0xff, sizeof(info));
    sl_control_clean_info(&info);
    for (const char *end : {&info.self.name[63], &info.self.zone[63], &info.self.tags[259],
                            &info.self.accuser_name[63], &info.cluster[63], &info.profile[7],
                            &info.phase[15], &info.port[191], &info.version[15]})
        EXPECT_EQ(*end, '\0');
    struct sl_control_event event;
    memset(&event, 0xff, sizeof(event));
    sl_control_clean_event(&event);
    EXPECT_EQ(event.type[19], '\0');
    EXPECT_EQ(event.name[63], '\0');
    EXPECT_EQ(event.accuser_name[63], '\0');
}

TEST(ControlClean, AResponseMustBeOursAndFit)
{
    struct sl_control_response response = {7, 0, 0, 100};
    EXPECT_EQ(sl_control_check_response(&response, 7, 100), 0);
    EXPECT_EQ(sl_control_check_response(&response, 7, 99), -EPROTO);
    EXPECT_EQ(sl_control_check_response(&response, 8, 100), -EPROTO);
    response.for_id = 0;
    EXPECT_EQ(sl_control_check_response(&response, 8, 100), 0);
}

} // namespace
