// SPDX-License-Identifier: BSD-3-Clause
// The node's counters in `starling stats`.
#include "tests/unit/cli_fixture.h"
#include "tests/unit/stats_fields.h"

namespace
{

using namespace cli_test;

// Where --json shows a counter; the others stand at the top under their own name.
std::string place(const std::string &field)
{
    static const std::vector<std::pair<std::string, std::string>> places = {
        {"probes", "probes.started"},
        {"probes_failed", "probes.failed"},
        {"probes_saved", "probes.saved_by_helpers"},
        {"suspicions_raised", "suspicions.raised"},
        {"suspicions_heard", "suspicions.heard"},
        {"suspicions_refuted", "suspicions.refuted"},
        {"confirmations", "suspicions.confirmations"},
        {"deaths_declared", "deaths.declared"},
        {"deaths_heard", "deaths.heard"},
        {"deaths_refuted", "deaths.refuted"},
        {"path_round_trip_ns", "path.round_trip_ns"},
        {"path_lost_permille", "path.lost_permille"},
        {"zone_doubts", "zones.doubts"},
        {"zones_unreachable", "zones.unreachable"},
        {"records_stale", "records.stale"},
        {"records_novel", "records.novel"},
        {"pings_answered", "records.pings_answered"},
        {"relays", "records.relays"},
        {"syncs_answered", "records.syncs_answered"},
        {"settled_frames", "view.settled_frames"},
        {"settled_unequal", "view.settled_unequal"},
        {"charged_bytes", "budget.charged_bytes"},
        {"stranger_bytes", "budget.stranger_bytes"},
        {"served_bytes", "budget.served_bytes"},
        {"gossip_stale", "records.gossip_stale"},
    };
    for (const auto &[name, where] : places) {
        if (name == field)
            return where;
    }
    return field;
}

json_int_t number_at(const json_t *object, const std::string &path)
{
    size_t dot = path.find('.');
    const json_t *value = json_object_get(object, path.substr(0, dot).c_str());
    if (dot != std::string::npos)
        return number_at(value, path.substr(dot + 1));
    return json_is_integer(value) ? json_integer_value(value) : -1;
}

TEST_F(Cli, StatsShowEveryCounterInItsPlace)
{
    struct sl_node_stats &stats = fake_.next_stats;
    uint64_t next = 1001;
#define NUMBER(field) stats.engine.field = next++;
    SL_ENGINE_FIELDS(NUMBER)
#undef NUMBER
#define NUMBER(field) stats.counters.field = next++;
    SL_COUNTER_FIELDS(NUMBER)
#undef NUMBER
    for (int i = 0; i < SL_DROP_COUNT; i++)
        stats.counters.drops[i] = next++;
    for (int i = 0; i < SL_CLASS_COUNT; i++) {
        stats.counters.rx_frames[i] = next++;
        stats.counters.rx_bytes[i] = next++;
        stats.counters.tx_frames[i] = next++;
        stats.counters.tx_bytes[i] = next++;
    }
    fake_.plain_stats = true;
    serve();
    ASSERT_EQ(run({"stats", "--json", "--interval", "0.001"}), 0) << err_;
    Json shown = parse(out_);
    json_int_t expected = 1001;
#define SHOWN(field) EXPECT_EQ(number_at(shown.get(), place(#field)), expected++) << place(#field);
    SL_ENGINE_FIELDS(SHOWN)
    SL_COUNTER_FIELDS(SHOWN)
#undef SHOWN
    json_t *drops = json_object_get(shown.get(), "drops");
    for (size_t i = 0; i < SL_DROP_COUNT; i++)
        EXPECT_EQ(number_at(json_array_get(drops, i), "count"), expected++);
    json_t *classes = json_object_get(shown.get(), "classes");
    for (size_t i = 0; i < SL_CLASS_COUNT; i++) {
        for (const char *key : {"rx_frames", "rx_bytes", "tx_frames", "tx_bytes"})
            EXPECT_EQ(number_at(json_array_get(classes, i), key), expected++) << key;
    }
}

TEST_F(Cli, StatsTellOfSyncsInWords)
{
    fake_.next_stats.engine.syncs_started = 9;
    fake_.next_stats.engine.syncs_ended = 8;
    fake_.next_stats.engine.syncs_failed = 3;
    fake_.next_stats.engine.sync_learned = 41;
    serve();
    ASSERT_EQ(run({"stats", "--interval", "0.001"}), 0) << err_;
    EXPECT_NE(
        out_.find("syncs           9 started, 8 ended, of these 3 failed; 41 changes learned\n"),
        std::string::npos)
        << out_;
}

} // namespace
