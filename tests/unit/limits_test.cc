// SPDX-License-Identifier: BSD-3-Clause
// Every bound of lib/limits.h: as much as it says is taken, and what is more is refused and changes
// nothing.
#include <fstream>
#include <regex>
#include <set>

#include "probe_fixture.h"
#include "tests/unit/fast_fixture.h"

extern "C" {
#include "lib/identity.h"
#include "tests/unit/places.h"
}

namespace
{

struct Outcome {
    uint64_t taken;
    bool told; // that something was refused, or waits for the next step
};

struct Bound {
    const char *name;
    uint64_t bound;
    Outcome (*offer)(uint64_t count);
    bool least = false; // less is refused, not more
};

// ---- lengths and knobs

Outcome offer_text(uint64_t bytes, uint8_t sl_identity::*length, uint64_t most)
{
    std::string text(bytes, 'x');
    sl_identity identity = {};
    identity.v4 = Cluster::address_of(1);
    identity.name = identity.zone = identity.tags = text.data();
    identity.name_bytes = 1;
    identity.*length = (uint8_t)bytes;
    bool fits = sl_identity_fits(&identity);
    return {fits ? bytes : most, !fits};
}

Outcome offer_tags(uint64_t bytes)
{
    Cluster cluster;
    ClusterNode &n = cluster.start(1, {1});
    std::vector<char> tags(bytes, 'x');
    int error = sl_engine_update(n.engine, cluster.now(), tags.data(), (uint32_t)bytes);
    EXPECT_TRUE(error == 0 || error == -EINVAL);
    uint64_t held = n.engine->identity.tags_bytes;
    return {error == 0 ? held : SL_TAGS_BYTES_MAX, error != 0};
}

Outcome offer_knob(uint64_t value, uint32_t sl_config::*knob, uint64_t bound)
{
    sl_config c;
    char why[256] = "";
    EXPECT_EQ(sl_profile_load(&c, "lan"), 0);
    strcpy(c.cluster_name, "test");
    strcpy(c.name, "n1");
    c.v4 = Cluster::address_of(1);
    c.*knob = (uint32_t)value;
    bool good = sl_config_check(&c, why, sizeof(why)) == 0;
    EXPECT_EQ(good, *why == '\0') << why;
    return {good ? value : bound, !good};
}

// ---- what a node keeps

// One engine and members that it knows.
struct Node : Cluster {
    std::unique_ptr<Puppet> teller;
    ClusterNode *node;

    explicit Node(uint32_t members = 0)
    {
        Cluster::configure = [](sl_config &c) {
            c.probe_period_ns = 3600 * kS;
            c.byte_cap = c.byte_cap_joining = c.byte_cap_seed = 1u << 30;
        };
        node = &start(1, {1});
        teller = std::make_unique<Puppet>(*this, 200, "teller");
        teller->introduce(*node);
        for (uint32_t i = 0; i < members; i++)
            teller->gossip(*node, {teller->alive(name(i), sl_word(1000, 0, SL_ALIVE), 2 + (int)i)});
        node->step(nullptr);
    }
    static std::string name(uint64_t i)
    {
        return "member-" + std::to_string(i);
    }
    uint32_t slot(uint64_t i)
    {
        return sl_view_find(sl_engine_view(node->engine), teller->id_of(name(i)), nullptr);
    }
};

Outcome offer_seeds(uint64_t count)
{
    Node n;
    std::vector<sl_endpoint> seeds(count, Cluster::address_of(9));
    uint32_t before = n.node->engine->join.seed_count;
    int error = sl_engine_join(n.node->engine, n.now(), seeds.data(), (uint32_t)count);
    uint32_t held = n.node->engine->join.seed_count;
    EXPECT_EQ(held, error == 0 ? count : before);
    return {error == 0 ? held : SL_SEEDS_MAX, error != 0};
}

Outcome offer_probes(uint64_t count)
{
    Node n((uint32_t)count);
    sl_engine *e = n.node->engine;
    uint64_t started = 0;
    for (uint64_t i = 0; i < count; i++)
        started +=
            sl_probe_start(e, n.slot(i), SL_PROBE_ROUND, sl_view_slot_word(e->view, n.slot(i)));
    EXPECT_EQ((uint64_t)__builtin_popcountll(e->probes_used), started);
    return {started, started < count};
}

Outcome offer_accusers(uint64_t count)
{
    Node n(1);
    sl_engine *e = n.node->engine;
    for (uint64_t i = 0; i < count; i++)
        sl_suspicion_heard(e, n.slot(0), sl_word(1000, 0, SL_SUSPECT), 1000 + i);
    uint64_t confirmations = e->stats.confirmations;
    uint32_t entry = sl_slot_map_find(&e->suspicion_map, n.slot(0));
    EXPECT_EQ(confirmations + 1, e->suspicions[entry].accuser_count);
    return {e->suspicions[entry].accuser_count, confirmations + 1 < count};
}

Outcome offer_zones(uint64_t count)
{
    sl_zones zones = {};
    std::vector<uint8_t> memory(1 << 16);
    sl_arena arena = {(uint8_t *)(((uintptr_t)memory.data() + 63) & ~(uintptr_t)63),
                      memory.size() - 64, 0};
    sl_zones_create(&zones, &arena, 1000);
    bool refused = false;
    for (uint32_t i = 1; i < count; i++) { // "default" is the first
        uint32_t zone = sl_zones_enter(&zones, 1000 + i);
        refused |= zone == SL_ZONE_NONE;
        if (zone != SL_ZONE_NONE)
            sl_zones_put(&zones, i, zone);
    }
    return {zones.count, refused};
}

// ---- what one frame or one step does

struct Fast : fast_test::FastTest {
    Fast()
    {
        SetUp();
        fast.frame_bytes = fast.path_bytes_least = SL_FRAME_BYTES_MAX;
        input_bytes.reset(new uint8_t[sl_input_bytes(SL_FRAME_BYTES_MAX)]);
        input = (sl_input *)input_bytes.get();
    }
    void TestBody() override
    {
    }
};

Outcome offer_doubts(uint64_t count)
{
    Fast f;
    fast_test::Bytes frame = f.gossip();
    for (uint64_t i = 0; i < count; i++)
        frame = fast_test::operator+(frame, fast_test::doubt(1000 + i));
    EXPECT_EQ(f.run(frame), SL_VERDICT_DONE);
    uint64_t taken = f.input->records_bytes / SL_RECORD_DOUBT_BYTES;
    return {taken, taken < count};
}

Outcome offer_records(uint64_t count)
{
    Fast f;
    fast_test::Bytes frame = f.gossip();
    for (uint32_t i = 0; i < count; i++) {
        f.add(1000 + i, fast_test::word(1, SL_ALIVE), 100 + i);
        frame = fast_test::operator+(frame, fast_test::left(1000 + i, fast_test::word(1, SL_LEFT)));
    }
    EXPECT_EQ(f.run(frame), SL_VERDICT_DONE);
    EXPECT_EQ(f.input->record_count + f.counters.drops[SL_DROP_RECORDS_OVER], count);
    return {f.input->record_count, f.counters.drops[SL_DROP_RECORDS_OVER] > 0};
}

Outcome offer_timers(uint64_t count)
{
    Node n;
    sl_engine *e = n.node->engine;
    for (uint32_t i = e->timers.count; i > 0; i--)
        sl_timer_cancel(&e->timers, e->timers.heap[i - 1]);
    for (uint64_t i = 0; i < count; i++)
        sl_timer_set(&e->timers, &e->suspicions[i].timer, n.now());
    sl_step step = sl_engine_step(e, n.now(), nullptr);
    uint64_t left = 0;
    for (uint32_t i = 0; i < e->timers.count; i++)
        left += e->timers.heap[i]->deadline_ns <= n.now();
    return {count - left, step.more};
}

const Bound bounds[] = {
    {"SL_NAME_BYTES_MAX", SL_NAME_BYTES_MAX,
     [](uint64_t n) { return offer_text(n, &sl_identity::name_bytes, SL_NAME_BYTES_MAX); }},
    {"SL_ZONE_BYTES_MAX", SL_ZONE_BYTES_MAX,
     [](uint64_t n) { return offer_text(n, &sl_identity::zone_bytes, SL_ZONE_BYTES_MAX); }},
    {"SL_TAGS_BYTES_MAX", SL_TAGS_BYTES_MAX, offer_tags},
    {"SL_FRAME_BYTES_MIN", SL_FRAME_BYTES_MIN,
     [](uint64_t n) { return offer_knob(n, &sl_config::frame_bytes, SL_FRAME_BYTES_MIN); }, true},
    {"SL_FRAME_BYTES_MAX", SL_FRAME_BYTES_MAX,
     [](uint64_t n) { return offer_knob(n, &sl_config::frame_bytes, SL_FRAME_BYTES_MAX); }},
    {"SL_MEMBERS_MAX", SL_MEMBERS_MAX,
     [](uint64_t n) { return offer_knob(n, &sl_config::max_members, SL_MEMBERS_MAX); }},
    {"SL_FANOUT_MAX", SL_FANOUT_MAX,
     [](uint64_t n) { return offer_knob(n, &sl_config::gossip_fanout, SL_FANOUT_MAX); }},
    {"SL_HELPERS_MAX", SL_HELPERS_MAX,
     [](uint64_t n) { return offer_knob(n, &sl_config::probe_helpers, SL_HELPERS_MAX); }},
    {"SL_TRIES_MAX", SL_TRIES_MAX,
     [](uint64_t n) { return offer_knob(n, &sl_config::probe_tries, SL_TRIES_MAX); }},
    {"SL_LOAD_PERCENT_MIN", SL_LOAD_PERCENT_MIN,
     [](uint64_t n) { return offer_knob(n, &sl_config::table_load_percent, SL_LOAD_PERCENT_MIN); },
     true},
    {"SL_SEEDS_MAX", SL_SEEDS_MAX, offer_seeds},
    {"SL_PROBES_MAX", SL_PROBES_MAX, offer_probes},
    {"SL_ACCUSERS_MAX", SL_ACCUSERS_MAX, offer_accusers},
    {"SL_ZONES_MAX", SL_ZONES_MAX, offer_zones},
    {"SL_DOUBTS_PER_FRAME", SL_DOUBTS_PER_FRAME, offer_doubts},
    {"SL_STEP_RECORDS_MAX", SL_STEP_RECORDS_MAX, offer_records},
    {"SL_STEP_TIMERS_MAX", SL_STEP_TIMERS_MAX, offer_timers},
};

class Limits : public ::testing::TestWithParam<Bound>
{
};

TEST_P(Limits, AsMuchAsTheBoundIsTaken)
{
    const Bound &b = GetParam();
    Outcome at = b.offer(b.bound);
    EXPECT_EQ(at.taken, b.bound);
    EXPECT_FALSE(at.told);
}

TEST_P(Limits, WhatIsPastItIsRefusedAndToldAndNothingGrows)
{
    const Bound &b = GetParam();
    for (uint64_t past : {1u, 3u}) {
        Outcome over = b.offer(b.least ? b.bound - past : b.bound + past);
        EXPECT_EQ(over.taken, b.bound) << past;
        EXPECT_TRUE(over.told) << past;
    }
}

INSTANTIATE_TEST_SUITE_P(Each, Limits, ::testing::ValuesIn(bounds),
                         [](const auto &info) { return std::string(info.param.name); });

// What has no row above: defaults, which bound nothing, and bounds that have a test of their own.
const std::set<std::string> elsewhere = {
    "SL_UDP_PORT",           "SL_FRAME_BYTES", "SL_MEMBERS_DEFAULT", "SL_MEMBERS_MANY",
    "SL_STEP_RETURNS_MAX",   // Upkeep.AStepGivesBackABoundedPartOfWhatALongGracePeriodHeldBack
    "SL_STEP_CELLS_MAX",     // Upkeep.AStepForgetsAndCopiesABoundedNumber
    "SL_CELL_PROBE_MAX",     // View.CellsBehindTheLastHomeTakeItsOverflowUpToTheSentinel
    "SL_WORKERS_MAX",        // Options.OneWorkerMoreThanThereMayBeIsRefused
    "SL_FLAPS_MAX",          // Flaps.OfMoreThanFitTheWorstAreRemembered
    "SL_HEARSAY_STRANGER",   // Admission.AStrangerFillsAShareOfTheTableAtMost
    "SL_HEARSAY_MEMBER",     // Admission.AMemberThatAnsweredMayTellOfMoreButNotOfAll
    "SL_HEARSAY_FEW",        // Admission.OfASmallTableHearsayMayFillAFewPlaces
    "SL_RUMOUR_BLOCK_BYTES", // Speaker.ABlockHoldsWhatFitsOfManyRumours
};

TEST(LimitsPage, EveryBoundHasATest)
{
    std::set<std::string> tested = elsewhere;
    for (const Bound &b : bounds)
        tested.insert(b.name);
    std::ifstream page(SL_SOURCE_ROOT "/lib/limits.h");
    ASSERT_TRUE(page.is_open());
    std::string line;
    std::smatch match;
    while (std::getline(page, line)) {
        if (std::regex_search(line, match, std::regex("^#define (SL_\\w+)"))) {
            EXPECT_EQ(tested.count(match[1]), 1u) << match[1] << " has no row in limits_test.cc";
        }
    }
}

} // namespace
