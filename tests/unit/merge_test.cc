// SPDX-License-Identifier: BSD-3-Clause
// The merge as a property: whatever the order, the repetition and the batching of records, views
// end up equal.
#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "lib/record.h"
#include "puppet.h"

namespace
{

struct Update {
    uint8_t bytes[SL_RECORD_ALIVE_BYTES_MAX];
    uint32_t length;
};

constexpr int kMembers = 6;

std::string name_of(int member)
{
    return "m" + std::to_string(member);
}

uint64_t id_of(const sl_cluster &c, int member)
{
    std::string name = name_of(member);
    return sl_member_id(&c, name.data(), name.size());
}

Update alive(const sl_cluster &c, int member, uint64_t word)
{
    Update u;
    std::string name = name_of(member);
    sl_identity identity = {};
    const uint8_t v4[4] = {10, 0, 9, (uint8_t)member};
    identity.v4 = sl_endpoint_v4(v4, SL_UDP_PORT);
    identity.name = name.data();
    identity.name_bytes = (uint8_t)name.size();
    u.length = sl_record_write_alive(u.bytes, sizeof(u.bytes), id_of(c, member), word, &identity);
    return u;
}

// A random history: first claims, then claims, accusations, leaves and removals of any incarnation.
std::vector<Update> draw_history(const sl_cluster &c, std::mt19937_64 &random)
{
    std::vector<Update> history;
    for (int member = 0; member < kMembers; member++) {
        for (int i = 0; i < 8; i++) {
            uint64_t generation = 100 + random() % 2;
            uint32_t refutations = (uint32_t)(random() % 3);
            Update u;
            switch (random() % 4) {
            case 0:
                u = alive(c, member, sl_word(generation, refutations, SL_ALIVE));
                break;
            case 1:
                u.length = sl_record_write_left(u.bytes, sizeof(u.bytes), id_of(c, member),
                                                sl_word(generation, refutations, SL_LEFT));
                break;
            default: {
                const sl_status statuses[] = {SL_SUSPECT, SL_SUSPECT, SL_DEAD, SL_DEAD, SL_LEFT};
                sl_status status = statuses[random() % 5];
                u.length = sl_record_write_accusation(u.bytes, sizeof(u.bytes), id_of(c, member),
                                                      sl_word(generation, refutations, status),
                                                      id_of(c, (member + 1) % kMembers));
            }
            }
            history.push_back(u);
        }
    }
    return history;
}

void feed(ClusterNode &node, const std::vector<Update> &history, std::mt19937_64 &random)
{
    size_t at = 0;
    while (at < history.size()) {
        size_t batch = std::min<size_t>(1 + random() % 5, history.size() - at);
        std::vector<uint8_t> memory(sl_input_bytes(SL_FRAME_BYTES));
        sl_input *input = (sl_input *)memory.data();
        input->header.type = SL_FRAME_GOSSIP;
        input->header.sender_id = 1;
        input->header.unsettled = 1;
        for (size_t i = 0; i < batch; i++, at++) {
            memcpy(input->records + input->records_bytes, history[at].bytes, history[at].length);
            input->records_bytes = (uint16_t)(input->records_bytes + history[at].length);
            input->record_count++;
        }
        node.step(input);
    }
}

TEST(Merge, AnyOrderAndRepetitionOfTheSameRecordsGivesTheSameView)
{
    std::mt19937_64 random(11);
    for (int trial = 0; trial < 200; trial++) {
        Cluster cluster("lan", (uint64_t)trial);
        sl_cluster c = sl_cluster_from_name("test");
        std::vector<Update> history = draw_history(c, random);
        // Members must be known before their deaths are heard: a rumour of death adds nobody.
        std::vector<Update> births;
        for (int member = 0; member < kMembers; member++)
            births.push_back(alive(c, member, sl_word(50, 0, SL_ALIVE)));
        cluster.configure = [](sl_config &config) { config.probe_period_ns = 24 * 3600 * kS; };
        std::vector<uint64_t> words[2];
        for (int side = 0; side < 2; side++) {
            ClusterNode &node = cluster.start(1 + side, {});
            std::shuffle(births.begin(), births.end(), random);
            feed(node, births, random);
            std::vector<Update> mine = history;
            for (size_t i = 0; i < history.size() / 3; i++)
                mine.push_back(history[random() % history.size()]);
            std::shuffle(mine.begin(), mine.end(), random);
            feed(node, mine, random);
            // Deaths may wait for so long, removals until nobody answers.
            cluster.run(3 * node.config.suspicion_max_ns);
            for (int member = 0; member < kMembers; member++) {
                words[side].push_back(node.word_of(name_of(member)));
                words[side].push_back(node.is_removed(name_of(member)));
            }
        }
        ASSERT_EQ(words[0], words[1]) << "trial " << trial;
    }
}

TEST(Merge, NobodyIsAddedByARumourOfItsDeath)
{
    Cluster cluster;
    std::mt19937_64 random(1);
    sl_cluster c = sl_cluster_from_name("test");
    ClusterNode &node = cluster.start(1, {});
    Update u;
    for (sl_status status : {SL_SUSPECT, SL_DEAD, SL_LEFT}) {
        u.length = sl_record_write_accusation(u.bytes, sizeof(u.bytes), id_of(c, 0),
                                              sl_word(9, 0, status), id_of(c, 1));
        feed(node, {u}, random);
    }
    u.length = sl_record_write_left(u.bytes, sizeof(u.bytes), id_of(c, 0), sl_word(9, 0, SL_LEFT));
    feed(node, {u}, random);
    EXPECT_EQ(node.word_of("m0"), 0u);
    EXPECT_TRUE(node.events.size() == 1) << "only its own joining";
}

// A case that memberlist gets wrong: evidence of a death at a higher incarnation must be kept.
TEST(Merge, StaleAliveDoesNotResurrect)
{
    Cluster cluster;
    std::mt19937_64 random(1);
    sl_cluster c = sl_cluster_from_name("test");
    ClusterNode &node = cluster.start(1, {});
    Update dead1, dead10;
    dead1.length = sl_record_write_accusation(dead1.bytes, sizeof(dead1.bytes), id_of(c, 0),
                                              sl_word(1, 1, SL_DEAD), id_of(c, 1));
    dead10.length = sl_record_write_accusation(dead10.bytes, sizeof(dead10.bytes), id_of(c, 0),
                                               sl_word(1, 10, SL_DEAD), id_of(c, 1));
    feed(
        node,
        {alive(c, 0, sl_word(1, 1, SL_ALIVE)), dead1, dead10, alive(c, 0, sl_word(1, 2, SL_ALIVE))},
        random);
    cluster.run(node.config.spread_ns + kMs);
    EXPECT_EQ(node.status_of("m0"), SL_DEAD);
}

TEST(Merge, ClaimUnderANameThatIsNotItsIdsIsRefused)
{
    Cluster cluster;
    std::mt19937_64 random(1);
    sl_cluster c = sl_cluster_from_name("test");
    ClusterNode &node = cluster.start(1, {});
    Update forged = alive(c, 0, sl_word(9, 0, SL_ALIVE));
    forged.bytes[forged.length - 1] ^= 1; // the last byte of the name
    feed(node, {forged}, random);
    EXPECT_EQ(node.word_of("m0"), 0u);
    EXPECT_EQ(node.live_count(), 1u);
}

// One forged record must not lock a member out: what others accept it answers with what they
// accept.
TEST(Merge, NoWordLocksItsMemberOut)
{
    const uint64_t beyond = sl_word(SL_GENERATION_MAX, SL_REFUTATION_MAX - 1, SL_ALIVE);
    const std::pair<sl_record_type, sl_status> types[] = {{SL_RECORD_ALIVE, SL_ALIVE},
                                                          {SL_RECORD_SUSPECT, SL_SUSPECT},
                                                          {SL_RECORD_DEAD, SL_DEAD},
                                                          {SL_RECORD_LEFT, SL_LEFT},
                                                          {SL_RECORD_REMOVED, SL_LEFT}};
    for (bool too_far : {false, true})
        for (const auto &[type, status] : types) {
            SCOPED_TRACE("type " + std::to_string(type) + (too_far ? " too far" : ""));
            Cluster cluster;
            form(cluster, 3);
            uint64_t word = too_far ? beyond : sl_word_most(cluster.wall_s);
            word = sl_word_with_status(word, status);
            Puppet stranger(cluster, 9, "stranger");
            for (int number : {1, 2, 3})
                stranger.gossip(cluster.node(number),
                                {type == SL_RECORD_ALIVE  ? stranger.alive("n2", word, 2)
                                 : type == SL_RECORD_LEFT ? stranger.left("n2", word)
                                                          : stranger.accusation("n2", word, "n1")});
            uint64_t refused =
                sl_engine_counters(cluster.node(2).engine)->drops[SL_DROP_WORD_AHEAD];
            EXPECT_TRUE(cluster.run_until([&] { return cluster.converged(); }, 20 * kS));
            if (!too_far) {
                EXPECT_GT(cluster.node(2).word(), word);
            } else {
                EXPECT_LT(cluster.node(2).word(), word);
                EXPECT_EQ(refused, 0u) << "the fast path has counted it";
            }
        }
}

TEST(Merge, TheGreatestWordThatIsAcceptedIsAnswered)
{
    Cluster cluster;
    ClusterNode &node = cluster.start(1, {});
    Puppet stranger(cluster, 9, "stranger");
    uint64_t most = sl_word_most(cluster.wall_s);
    stranger.gossip(node, {stranger.left("n1", most)});
    EXPECT_GT(node.word(), most);
}

TEST(Merge, AccusationAtTheHighestGenerationIsStillRefuted)
{
    for (uint64_t wall_s : {(uint64_t)1000000, (uint64_t)SL_GENERATION_MAX - 1000}) {
        SCOPED_TRACE(wall_s);
        Cluster cluster;
        cluster.wall_s = wall_s;
        std::mt19937_64 random(1);
        sl_cluster c = sl_cluster_from_name("test");
        ClusterNode &node = cluster.start(1, {});
        Update u;
        uint64_t accused = sl_word(sl_word_generation(sl_word_most(wall_s)), 5, SL_DEAD);
        u.length = sl_record_write_accusation(u.bytes, sizeof(u.bytes),
                                              sl_engine_self_id(node.engine), accused, id_of(c, 1));
        feed(node, {u}, random);
        EXPECT_GT(node.word(), accused);
        EXPECT_TRUE(sl_word_is_acceptable(node.word()));
    }
}

TEST(Merge, NewAccusationOfALeftMemberWithNoRoomForSuspicionsIsHarmless)
{
    Cluster cluster;
    cluster.configure = [](sl_config &config) { config.max_suspicions = 4; };
    std::mt19937_64 random(1);
    sl_cluster c = sl_cluster_from_name("test");
    ClusterNode &node = cluster.start(1, {});
    for (int member = 0; member < kMembers; member++)
        feed(node, {alive(c, member, sl_word(9, 0, SL_ALIVE))}, random);
    Update left, suspect;
    left.length =
        sl_record_write_left(left.bytes, sizeof(left.bytes), id_of(c, 5), sl_word(9, 0, SL_LEFT));
    feed(node, {left}, random);
    for (int member = 0; member < kMembers; member++) {
        suspect.length = sl_record_write_accusation(suspect.bytes, sizeof(suspect.bytes),
                                                    id_of(c, member), sl_word(9, 1, SL_SUSPECT),
                                                    id_of(c, (member + 1) % kMembers));
        feed(node, {suspect}, random);
    }
    EXPECT_GT(sl_engine_counters(node.engine)->drops[SL_DROP_SUSPICIONS_FULL], 0u);
    cluster.run(1 * kS);
    EXPECT_EQ(sl_word_incarnation(node.word_of("m5")), sl_word_incarnation(sl_word(9, 1, SL_DEAD)));
}

TEST(Merge, LyingLengthsFromAnotherCoreAreRefused)
{
    Cluster cluster;
    ClusterNode &node = cluster.start(1, {});
    std::vector<uint8_t> memory(sl_input_bytes(SL_FRAME_BYTES_MAX));
    sl_input *input = (sl_input *)memory.data();
    input->header.type = SL_FRAME_GOSSIP;
    input->records_bytes = SL_FRAME_BYTES + 1;
    node.step(input);
    EXPECT_EQ(sl_engine_counters(node.engine)->drops[SL_DROP_RECORD_MALFORMED], 1u);
}

} // namespace
