/* SPDX-License-Identifier: BSD-3-Clause */
#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <vector>

#pragma GCC diagnostic ignored "-Wshadow"
#include "lib/digest.h"
#include "lib/fast.h"
#include "lib/frame.h"
#include "lib/record.h"
#include "lib/view.h"
#include "lib/word.h"

namespace
{

using Bytes = std::vector<uint8_t>;

Bytes operator+(Bytes a, const Bytes &b)
{
    a.insert(a.end(), b.begin(), b.end());
    return a;
}

constexpr uint64_t SECOND = 1000000000ull;
constexpr uint32_t FRAME_LIMIT = 1232;
constexpr uint32_t ROOM = 2048;
constexpr uint32_t PROBE_BYTES = SL_HEADER_BYTES + SL_PROBE_BODY_BYTES;
constexpr uint32_t SYNC_BYTES = SL_HEADER_BYTES + SL_SYNC_BODY_BYTES;
constexpr uint64_t SELF = 0x5e1f, A = 0xa000, B = 0xb000, STRANGER = 0x57a;
constexpr uint64_t GENERATION = 1000;

uint64_t word(uint32_t refutations, sl_status status)
{
    return sl_word(GENERATION, refutations, status);
}

sl_endpoint v4(uint32_t host, uint16_t port = 7947)
{
    uint8_t address[4] = {10, (uint8_t)(host >> 16), (uint8_t)(host >> 8), (uint8_t)host};
    return sl_endpoint_v4(address, port);
}

sl_endpoint v6(uint8_t host)
{
    uint8_t address[16] = {0x20, 0x01, 0x0d, 0xb8};
    address[15] = host;
    return sl_endpoint_v6(address, 7947);
}

struct Identity {
    std::string name;
    sl_identity it{};
    Identity(const std::string &n, const sl_endpoint &four, const sl_endpoint &six) : name(n)
    {
        it.v4 = four;
        it.v6 = six;
        it.name = name.data();
        it.name_bytes = (uint8_t)name.size();
        it.zone = it.tags = "";
    }
    Identity(const std::string &n, uint32_t host) : Identity(n, v4(host), sl_endpoint{})
    {
    }
    Identity(const Identity &) = delete;
};

void retire_at_once(void *, sl_retire_ticket *ticket)
{
    sl_retire_done(ticket);
}

struct FastTest : ::testing::Test {
    sl_cluster cluster = sl_cluster_from_name("test");
    std::vector<uint8_t> memory = std::vector<uint8_t>(8u << 20);
    sl_view *view = nullptr;
    sl_fast fast{};
    sl_counters counters{};
    sl_lane lane{};
    sl_rumour_block block{};
    uint64_t now = 5 * SECOND;

    /* exact heap blocks, so that ASan sees any byte outside them */
    std::unique_ptr<uint8_t[]> buffer, input_bytes;
    sl_input *input = nullptr;
    sl_frame_io io{};
    sl_endpoint from = v4(1);

    void SetUp() override
    {
        sl_arena arena{};
        auto at = ((uintptr_t)memory.data() + 63) & ~(uintptr_t)63;
        arena.base = (uint8_t *)at;
        arena.size_bytes = memory.size() - 64;
        sl_view_config config{};
        config.cluster = cluster;
        config.max_members = 4096;
        config.load_percent = 35;
        config.cold_bytes_per_member = 128;
        config.retire = retire_at_once;
        view = sl_view_create(&arena, &config);
        ASSERT_NE(view, nullptr);
        fast.view = view;
        fast.self_id = SELF;
        fast.birth_word = sl_word(77, 0, SL_ALIVE);
        fast.self_v4 = v4(99);
        fast.cluster_id = cluster.id;
        fast.boot_salt = 77;
        fast.frame_bytes = FRAME_LIMIT;
        fast.byte_cap = 100000000;
        fast.gift_bytes_per_second = 100000;
        sl_lane_init(&lane, 3, 1, &counters);
        input_bytes.reset(new uint8_t[sl_input_bytes(FRAME_LIMIT)]);
        input = (sl_input *)input_bytes.get();
        add(SELF, word(5, SL_ALIVE), 99);
        sl_view_summary_mutable(view)->self_word = word(5, SL_ALIVE);
        add(A, word(1, SL_ALIVE), 1);
        add(B, word(2, SL_ALIVE), 2);
        /* not settled, so that view hashes play no part unless a test wants them to */
        sl_view_summary_mutable(view)->unsettled = 1;
    }

    void add(uint64_t id, uint64_t w, uint32_t host)
    {
        Identity identity("m" + std::to_string(host), host);
        add(id, w, identity);
    }

    void add(uint64_t id, uint64_t w, const Identity &identity)
    {
        uint32_t slot;
        ASSERT_EQ(sl_view_add(view, id, w, &identity.it, &slot), 0);
    }

    void raise(uint64_t id, uint64_t w)
    {
        sl_view_raise(view, sl_view_find(view, id, nullptr), w);
    }

    sl_header header(uint8_t type, uint64_t sender) const
    {
        sl_header h{};
        h.type = type;
        h.cluster_id = cluster.id;
        h.sender_id = sender;
        h.boot_salt = 1;
        h.counter = 9;
        h.probe = 4242;
        h.unsettled = 1;
        return h;
    }

    Bytes probe(uint8_t type, uint64_t sender, uint64_t target, uint64_t origin,
                uint64_t target_word = word(0, SL_ALIVE)) const
    {
        Bytes f(PROBE_BYTES);
        sl_header h = header(type, sender);
        sl_probe_body body{target, origin, target_word};
        sl_header_write(f.data(), &h);
        sl_probe_body_write(f.data(), &body);
        return f;
    }

    Bytes ping(uint64_t sender = A) const
    {
        return probe(SL_FRAME_PING, sender, SELF, sender);
    }

    Bytes gossip(uint64_t sender = A) const
    {
        Bytes f(SL_HEADER_BYTES);
        sl_header h = header(SL_FRAME_GOSSIP, sender);
        sl_header_write(f.data(), &h);
        return f;
    }

    Bytes pull(uint64_t sender = A) const
    {
        Bytes f = gossip(sender);
        f[SL_HEADER_TYPE_AT] = SL_FRAME_PULL;
        return f;
    }

    Bytes sync(uint8_t type, uint64_t sender, uint64_t first, uint64_t last, uint64_t hash) const
    {
        Bytes f(SYNC_BYTES);
        sl_header h = header(type, sender);
        sl_sync_body body{first, last, hash, 0};
        sl_header_write(f.data(), &h);
        sl_sync_body_write(f.data(), &body);
        return f;
    }

    static Bytes alive(uint64_t id, uint64_t w, const Identity &identity)
    {
        Bytes r(512);
        r.resize(sl_record_write_alive(r.data(), 512, id, w, &identity.it));
        return r;
    }

    static Bytes alive(uint64_t id, uint64_t w, uint32_t host)
    {
        return alive(id, w, Identity("m" + std::to_string(host), host));
    }

    static Bytes left(uint64_t id, uint64_t w)
    {
        Bytes r(SL_RECORD_LEFT_BYTES);
        sl_record_write_left(r.data(), SL_RECORD_LEFT_BYTES, id, w);
        return r;
    }

    static Bytes accuse(uint64_t id, uint64_t w, uint64_t accuser)
    {
        Bytes r(SL_RECORD_ACCUSATION_BYTES);
        sl_record_write_accusation(r.data(), SL_RECORD_ACCUSATION_BYTES, id, w, accuser);
        return r;
    }

    static Bytes pad(uint32_t bytes)
    {
        Bytes r(bytes);
        sl_record_write_pad(r.data(), bytes);
        return r;
    }

    sl_verdict run(const Bytes &frame, uint32_t room = ROOM)
    {
        room = std::max(room, (uint32_t)frame.size());
        buffer.reset(new uint8_t[room]);
        std::copy(frame.begin(), frame.end(), buffer.get());
        io = sl_frame_io{};
        io.bytes = buffer.get();
        io.length_bytes = (uint32_t)frame.size();
        io.room_bytes = room;
        io.from = from;
        return sl_fast_frame(&fast, &lane, now, &io, input);
    }

    void expect_drop(const Bytes &frame, sl_drop reason)
    {
        sl_counters before = counters;
        EXPECT_EQ(run(frame), SL_VERDICT_DROP);
        EXPECT_FALSE(io.to_engine);
        EXPECT_EQ(counters.drops[reason], before.drops[reason] + 1) << sl_drop_name(reason);
    }

    sl_header out_header() const
    {
        sl_header h{};
        EXPECT_EQ(sl_header_read(io.bytes, io.length_bytes, &h), SL_WIRE_OK);
        return h;
    }

    sl_probe_body out_probe() const
    {
        sl_probe_body b{};
        sl_probe_body_read(io.bytes, &b);
        return b;
    }

    sl_sync_body out_sync() const
    {
        sl_sync_body b{};
        sl_sync_body_read(io.bytes, &b);
        return b;
    }

    static std::vector<sl_record> records(const uint8_t *at, const uint8_t *end)
    {
        std::vector<sl_record> all;
        sl_record_cursor cursor{at, end};
        sl_record r;
        sl_wire_error error;
        while (sl_record_next(&cursor, &r, &error))
            all.push_back(r);
        EXPECT_EQ(error, SL_WIRE_OK);
        return all;
    }

    std::vector<sl_record> out_records(uint8_t type) const
    {
        return records(io.bytes + sl_frame_records_at(type), io.bytes + io.length_bytes);
    }

    std::vector<sl_record> engine_records() const
    {
        if (!io.to_engine)
            return {};
        auto all = records(input->records, input->records + input->records_bytes);
        EXPECT_EQ(all.size(), input->record_count);
        return all;
    }

    /* One record in a GOSSIP frame: is it handed to the engine? */
    bool is_novel(const Bytes &record)
    {
        uint64_t stale = counters.records_stale;
        EXPECT_EQ(run(gossip() + record), SL_VERDICT_DONE);
        size_t novel = engine_records().size();
        EXPECT_EQ(counters.records_stale, stale + 1 - novel);
        return novel == 1;
    }

    void publish(const std::vector<Bytes> &all)
    {
        block.number++;
        block.bytes = block.record_count = 0;
        for (const Bytes &r : all) {
            memcpy(block.records + block.bytes, r.data(), r.size());
            block.bytes = (uint16_t)(block.bytes + r.size());
            block.record_count++;
        }
        fast.block = &block;
    }
};

/* ---- admission ---- */

TEST_F(FastTest, EveryReasonToRefuseAHeaderHasItsCounter)
{
    Bytes f = ping();
    expect_drop(Bytes(f.begin(), f.end() - 1), SL_DROP_FRAME_SHORT);
    Bytes g = f;
    g[0] = 2;
    expect_drop(g, SL_DROP_FRAME_VERSION);
    g = f;
    g[1] = SL_FRAME_TYPE_END;
    expect_drop(g, SL_DROP_FRAME_TYPE);
    g = f;
    g[3] = 0x80;
    expect_drop(g, SL_DROP_FRAME_FLAGS);
    expect_drop(probe(SL_FRAME_PING, 0, SELF, A), SL_DROP_FRAME_FIELD);
}

TEST_F(FastTest, AnotherClustersFrameIsDropped)
{
    Bytes f(SL_HEADER_BYTES);
    sl_header h = header(SL_FRAME_GOSSIP, A);
    h.cluster_id++;
    sl_header_write(f.data(), &h);
    expect_drop(f, SL_DROP_CLUSTER_OTHER);
    EXPECT_EQ(counters.rx_frames[SL_CLASS_MEMBERSHIP], 0u);
}

TEST_F(FastTest, FramesAndBytesAreCountedByClassInBothDirections)
{
    run(ping() + pad(10));
    run(gossip());
    run(sync(SL_FRAME_SYNC_REQUEST, A, 1, UINT64_MAX, 0));
    EXPECT_EQ(counters.rx_frames[SL_CLASS_PROBE], 1u);
    EXPECT_EQ(counters.rx_bytes[SL_CLASS_PROBE], PROBE_BYTES + 10);
    EXPECT_EQ(counters.tx_frames[SL_CLASS_PROBE], 1u);
    EXPECT_EQ(counters.tx_bytes[SL_CLASS_PROBE], PROBE_BYTES);
    EXPECT_EQ(counters.rx_frames[SL_CLASS_MEMBERSHIP], 1u);
    EXPECT_EQ(counters.tx_frames[SL_CLASS_MEMBERSHIP], 0u);
    EXPECT_EQ(counters.rx_bytes[SL_CLASS_BULK], SYNC_BYTES);
    EXPECT_EQ(counters.tx_bytes[SL_CLASS_BULK], io.length_bytes);
}

/* ---- PING ---- */

TEST_F(FastTest, PingIsAnsweredInPlace)
{
    auto *own = sl_view_summary_mutable(view);
    own->authority_revision = 12;
    own->unsettled = 7;
    ASSERT_EQ(run(probe(SL_FRAME_PING, A, SELF, B)), SL_VERDICT_ANSWER);
    EXPECT_EQ(io.bytes, buffer.get());
    EXPECT_EQ(io.length_bytes, PROBE_BYTES);
    EXPECT_FALSE(io.to_engine);
    sl_header h = out_header();
    EXPECT_EQ(h.type, SL_FRAME_ACK);
    EXPECT_EQ(h.cluster_id, cluster.id);
    EXPECT_EQ(h.sender_id, SELF);
    EXPECT_EQ(h.boot_salt, 77u);
    EXPECT_EQ(h.lane, 3);
    EXPECT_EQ(h.counter, 1u);
    EXPECT_EQ(h.probe, 4242u);
    EXPECT_EQ(h.unsettled, 7u);
    EXPECT_EQ(h.view_hash, own->view_hash);
    EXPECT_EQ(h.authority_revision, 12u);
    EXPECT_EQ(out_probe().target_id, SELF);
    EXPECT_EQ(out_probe().origin_id, B);
    EXPECT_EQ(out_probe().target_word, word(5, SL_ALIVE));
    EXPECT_EQ(counters.pings_answered, 1u);
    run(ping());
    EXPECT_EQ(out_header().counter, 2u);
}

TEST_F(FastTest, PingForAnotherTargetIsDropped)
{
    expect_drop(probe(SL_FRAME_PING, A, B, A), SL_DROP_TARGET_OTHER);
}

TEST_F(FastTest, PingThatAccusesReachesTheEngineAtOnce)
{
    ASSERT_EQ(run(probe(SL_FRAME_PING, A, SELF, A, word(5, SL_SUSPECT))), SL_VERDICT_ANSWER);
    EXPECT_TRUE(io.to_engine);
    EXPECT_TRUE(input->urgent);
    EXPECT_EQ(input->body.probe.target_word, word(5, SL_SUSPECT));
    EXPECT_EQ(input->header.type, SL_FRAME_PING);
    ASSERT_EQ(run(probe(SL_FRAME_PING, A, SELF, A, word(5, SL_ALIVE))), SL_VERDICT_ANSWER);
    EXPECT_FALSE(io.to_engine);
}

/* ---- piggyback ---- */

TEST_F(FastTest, AProvenPeerIsGivenEachBlockOnce)
{
    publish({accuse(B, word(2, SL_SUSPECT), A)});
    run(ping());
    ASSERT_EQ(out_records(SL_FRAME_ACK).size(), 1u);
    EXPECT_EQ(out_records(SL_FRAME_ACK)[0].id, B);
    run(ping());
    EXPECT_EQ(io.length_bytes, PROBE_BYTES);
    publish({accuse(B, word(2, SL_SUSPECT), A)});
    run(ping());
    EXPECT_EQ(out_records(SL_FRAME_ACK).size(), 1u);
}

TEST_F(FastTest, AStrangerNeverGetsMoreThanItSent)
{
    publish({accuse(B, word(2, SL_SUSPECT), A), accuse(A, word(2, SL_SUSPECT), B)});
    from = v4(50);
    run(ping()); /* a known id from an address that is not its own */
    EXPECT_EQ(io.length_bytes, PROBE_BYTES);
    run(ping(STRANGER));
    EXPECT_EQ(io.length_bytes, PROBE_BYTES);
    run(ping(STRANGER) + pad(SL_RECORD_ACCUSATION_BYTES + 20));
    EXPECT_EQ(io.length_bytes, PROBE_BYTES + SL_RECORD_ACCUSATION_BYTES);
    from = v4(1);
    run(ping()); /* and the forger did not use up the real peer's share */
    EXPECT_EQ(io.length_bytes, PROBE_BYTES + 2 * SL_RECORD_ACCUSATION_BYTES);
}

TEST_F(FastTest, PiggybackHasAQuotaPerSecond)
{
    fast.gift_bytes_per_second = 2 * SL_RECORD_LEFT_BYTES;
    uint32_t given = 0;
    for (int i = 0; i < 5; i++) {
        publish({left(B, word(3, SL_LEFT))});
        run(ping());
        given += io.length_bytes > PROBE_BYTES;
    }
    EXPECT_EQ(given, 2u);
    now += SECOND + SL_METER_PART_NS;
    run(ping());
    EXPECT_GT(io.length_bytes, PROBE_BYTES);
}

TEST_F(FastTest, PiggybackIsWholeRecordsWithinTheFrameLimitAndTheBuffer)
{
    std::vector<Bytes> all(30, accuse(B, word(2, SL_SUSPECT), A));
    publish(all);
    run(ping(), PROBE_BYTES + 2 * SL_RECORD_ACCUSATION_BYTES + 5);
    EXPECT_EQ(out_records(SL_FRAME_ACK).size(), 2u);
    publish(all);
    fast.frame_bytes = PROBE_BYTES + 3 * SL_RECORD_ACCUSATION_BYTES + 27;
    run(ping());
    EXPECT_EQ(out_records(SL_FRAME_ACK).size(), 3u);
    publish(all);
    run(ping(), PROBE_BYTES);
    EXPECT_EQ(io.length_bytes, PROBE_BYTES);
}

/* ---- oneself ---- */

TEST_F(FastTest, APullIsAnsweredWithWhatIsNewOncePerPeerAndBlock)
{
    EXPECT_EQ(run(pull()), SL_VERDICT_DONE) << "nothing is new";
    publish({accuse(B, word(2, SL_SUSPECT), A)});
    ASSERT_EQ(run(pull()), SL_VERDICT_ANSWER);
    EXPECT_EQ(out_header().type, SL_FRAME_GOSSIP);
    EXPECT_EQ(out_header().sender_id, SELF);
    ASSERT_EQ(out_records(SL_FRAME_GOSSIP).size(), 1u);
    EXPECT_EQ(out_records(SL_FRAME_GOSSIP)[0].id, B);
    EXPECT_EQ(run(pull()), SL_VERDICT_DONE);
    run(ping());
    EXPECT_EQ(io.length_bytes, PROBE_BYTES) << "and not again behind an ACK";
}

TEST_F(FastTest, APullBringsRecordsOfItsOwn)
{
    publish({accuse(B, word(2, SL_SUSPECT), A)});
    ASSERT_EQ(run(pull() + left(B, word(3, SL_LEFT))), SL_VERDICT_ANSWER);
    ASSERT_EQ(engine_records().size(), 1u);
    EXPECT_EQ(engine_records()[0].type, SL_RECORD_LEFT);
}

TEST_F(FastTest, APullOfAStrangerIsAnsweredWithNoMoreThanItSent)
{
    publish({accuse(B, word(2, SL_SUSPECT), A)});
    EXPECT_EQ(run(pull(STRANGER)), SL_VERDICT_DONE);
    EXPECT_EQ(run(pull(STRANGER) + pad(SL_RECORD_ACCUSATION_BYTES)), SL_VERDICT_ANSWER);
    EXPECT_EQ(io.length_bytes, SL_HEADER_BYTES + SL_RECORD_ACCUSATION_BYTES);
}

/* ---- the byte cap ---- */

TEST_F(FastTest, SyncRequestsAreRefusedPastHalfTheCapAndServedASecondLater)
{
    fast.byte_cap = 20000;
    uint32_t answered = 0, bytes = 0;
    for (int i = 0; i < 100; i++) {
        Bytes request = sync(SL_FRAME_SYNC_REQUEST, A, 0, UINT64_MAX, 0) + pad(500);
        bool yes = run(request) == SL_VERDICT_ANSWER;
        answered += yes;
        bytes += yes ? (uint32_t)request.size() + io.length_bytes : 0;
    }
    EXPECT_GT(answered, 5u);
    EXPECT_LE(bytes, 10000u);
    EXPECT_EQ(counters.drops[SL_DROP_BYTE_CAP], 100 - answered);
    now += SECOND + SL_METER_PART_NS;
    EXPECT_EQ(run(sync(SL_FRAME_SYNC_REQUEST, A, 0, UINT64_MAX, 0)), SL_VERDICT_ANSWER);
}

TEST_F(FastTest, StrangersSyncRequestsAreRefusedBeforeThoseOfMembers)
{
    fast.byte_cap = 20000;
    sl_meter_add(&lane.meter, now, 7500);
    for (uint64_t sender : {A, STRANGER}) {
        Bytes request = sync(SL_FRAME_SYNC_REQUEST, sender, 0, UINT64_MAX, 0) + pad(200);
        EXPECT_EQ(run(request) == SL_VERDICT_ANSWER, sender == A);
    }
}

TEST_F(FastTest, LanesShareTheCapEvenly)
{
    uint32_t answered[2] = {};
    for (uint8_t lanes : {1, 4}) {
        sl_lane_init(&lane, 3, lanes, &counters);
        fast.byte_cap = 100000;
        for (int i = 0; i < 200; i++)
            answered[lanes == 4] +=
                run(sync(SL_FRAME_SYNC_REQUEST, A, 0, UINT64_MAX, 0)) == SL_VERDICT_ANSWER;
    }
    EXPECT_GT(answered[1], 0u);
    EXPECT_LE(4 * answered[1], answered[0]);
}

TEST_F(FastTest, PastHalfTheCapPingsAreAnsweredWithoutRumours)
{
    fast.byte_cap = 20000;
    for (int i = 0; sl_meter_sum(&lane.meter, now) < 11000; i++) {
        publish({accuse(B, word(2, SL_SUSPECT), A)});
        Bytes f = ping();
        f[35] = (uint8_t)i; /* the low byte of the probe number */
        ASSERT_EQ(run(f), SL_VERDICT_ANSWER);
    }
    EXPECT_EQ(io.length_bytes, PROBE_BYTES);
}

TEST_F(FastTest, WhoFindsAProbesEveryTryInItsQueueAnswersItThreeTimesFromAQuarterOfTheCapOn)
{
    Bytes direct = probe(SL_FRAME_PING, A, SELF, A), relayed = probe(SL_FRAME_PING, B, SELF, A);
    fast.byte_cap = 20000;
    for (int i = 0; i < 3; i++)
        EXPECT_EQ(run(direct), SL_VERDICT_ANSWER) << "there is room";
    sl_meter_add(&lane.meter, now, 5000);
    EXPECT_EQ(run(direct), SL_VERDICT_ANSWER);
    EXPECT_EQ(run(direct), SL_VERDICT_DONE);
    EXPECT_EQ(run(relayed), SL_VERDICT_ANSWER) << "the direct way back may be cut";
    EXPECT_EQ(run(relayed), SL_VERDICT_ANSWER);
    EXPECT_EQ(run(relayed + left(B, word(3, SL_LEFT))), SL_VERDICT_DONE);
    EXPECT_EQ(engine_records().size(), 1u) << "what it carries is news all the same";
    EXPECT_EQ(counters.drops[SL_DROP_BYTE_CAP], 2u);
    direct[35] ^= 1;
    EXPECT_EQ(run(direct), SL_VERDICT_ANSWER) << "another probe";
}

TEST_F(FastTest, NearTheCapEachMemberGetsOneAckInASecondAndWhoHoldsThisNodeDeadNone)
{
    Bytes of_a = ping(A), of_b = probe(SL_FRAME_PING, A, SELF, B);
    Bytes dial = probe(SL_FRAME_PING, B, SELF, B, word(9, SL_DEAD));
    fast.byte_cap = 20000;
    sl_meter_add(&lane.meter, now, 12000);
    EXPECT_EQ(run(dial), SL_VERDICT_ANSWER) << "there is room";
    sl_meter_add(&lane.meter, now, 1000);
    EXPECT_EQ(run(of_a), SL_VERDICT_ANSWER);
    EXPECT_EQ(run(of_b), SL_VERDICT_ANSWER);
    of_a[35] ^= 1;
    EXPECT_EQ(run(of_a), SL_VERDICT_DONE) << "another probe of the same member";
    EXPECT_EQ(run(dial), SL_VERDICT_DONE);
    EXPECT_TRUE(io.to_engine && input->urgent) << "but the accusation must be refuted";
    now += 2 * SECOND;
    sl_meter_add(&lane.meter, now, 13000);
    EXPECT_EQ(run(of_a), SL_VERDICT_ANSWER);
}

TEST_F(FastTest, OwnFrameThatCameBackIsDropped)
{
    from = fast.self_v4;
    expect_drop(ping(SELF), SL_DROP_FROM_SELF);
    fast.self_v6 = from = v6(9);
    expect_drop(gossip(SELF), SL_DROP_FROM_SELF);
}

TEST_F(FastTest, OwnIdFromAForeignAddressIsAConflict)
{
    from = v4(50);
    EXPECT_EQ(run(gossip(SELF)), SL_VERDICT_DONE);
    EXPECT_TRUE(io.to_engine);
    EXPECT_TRUE(input->urgent);
    EXPECT_EQ(input->header.sender_id, SELF);
    EXPECT_TRUE(sl_endpoint_equal(&input->from, &from));
    EXPECT_EQ(run(probe(SL_FRAME_ACK, SELF, SELF, SELF)), SL_VERDICT_DONE);
    EXPECT_TRUE(io.to_engine && input->urgent);
    EXPECT_EQ(run(probe(SL_FRAME_PING, SELF, A, SELF)), SL_VERDICT_DONE);
    EXPECT_TRUE(io.to_engine && input->urgent);
}

TEST_F(FastTest, ConflictProbeIsAnsweredAndToldToTheEngine)
{
    from = v4(50);
    EXPECT_EQ(run(ping(SELF)), SL_VERDICT_ANSWER);
    EXPECT_EQ(out_header().type, SL_FRAME_ACK);
    EXPECT_EQ(out_probe().target_word, fast.birth_word);
    EXPECT_TRUE(io.to_engine && input->urgent);
    EXPECT_EQ(input->header.type, SL_FRAME_PING);
}

/* ---- relays ---- */

TEST_F(FastTest, PingReqIsRelayedAsPingAndToldToTheEngine)
{
    ASSERT_EQ(run(probe(SL_FRAME_PING_REQ, A, B, A, word(2, SL_SUSPECT)) +
                  accuse(B, word(0, SL_SUSPECT), A)),
              SL_VERDICT_RELAY);
    sl_endpoint to = v4(2);
    EXPECT_TRUE(sl_endpoint_equal(&io.to, &to));
    EXPECT_EQ(io.length_bytes, PROBE_BYTES);
    EXPECT_EQ(out_header().type, SL_FRAME_PING);
    EXPECT_EQ(out_header().sender_id, SELF);
    EXPECT_EQ(out_header().probe, 4242u);
    EXPECT_EQ(out_probe().target_id, B);
    EXPECT_EQ(out_probe().origin_id, A);
    EXPECT_EQ(out_probe().target_word, word(2, SL_SUSPECT));
    EXPECT_TRUE(io.to_engine);
    EXPECT_EQ(input->header.type, SL_FRAME_PING_REQ);
    EXPECT_EQ(input->header.sender_id, A);
    EXPECT_EQ(counters.relays, 1u);
}

TEST_F(FastTest, PingReqForMyselfIsAnswered)
{
    EXPECT_EQ(run(probe(SL_FRAME_PING_REQ, A, SELF, A)), SL_VERDICT_ANSWER);
    EXPECT_EQ(out_header().type, SL_FRAME_ACK);
}

TEST_F(FastTest, PingReqIsRelayedToTheDeadButNotToTheGoneOrUnknown)
{
    raise(B, word(2, SL_DEAD));
    EXPECT_EQ(run(probe(SL_FRAME_PING_REQ, A, B, A)), SL_VERDICT_RELAY);
    raise(B, word(2, SL_LEFT));
    expect_drop(probe(SL_FRAME_PING_REQ, A, B, A), SL_DROP_TARGET_UNKNOWN);
    expect_drop(probe(SL_FRAME_PING_REQ, A, STRANGER, A), SL_DROP_TARGET_UNKNOWN);
}

TEST_F(FastTest, PingReqIsRelayedOnlyForItsProvenSender)
{
    expect_drop(probe(SL_FRAME_PING_REQ, STRANGER, B, STRANGER), SL_DROP_SENDER_UNPROVEN);
    expect_drop(probe(SL_FRAME_PING_REQ, A, B, STRANGER), SL_DROP_FRAME_FIELD);
    from = v4(50);
    expect_drop(probe(SL_FRAME_PING_REQ, A, B, A), SL_DROP_SENDER_UNPROVEN);
}

TEST_F(FastTest, RelayWithoutACommonFamilyIsDropped)
{
    Identity six("six", sl_endpoint{}, v6(4));
    add(0xc000, word(0, SL_ALIVE), six);
    expect_drop(probe(SL_FRAME_PING_REQ, A, 0xc000, A), SL_DROP_RELAY_UNREACHABLE);
    fast.self_v6 = v6(9);
    EXPECT_EQ(run(probe(SL_FRAME_PING_REQ, A, 0xc000, A)), SL_VERDICT_RELAY);
    EXPECT_TRUE(sl_endpoint_equal(&io.to, &six.it.v6));
}

TEST_F(FastTest, AckForMeReachesTheEngineAtOnce)
{
    EXPECT_EQ(run(probe(SL_FRAME_ACK, A, A, SELF, word(1, SL_ALIVE))), SL_VERDICT_DONE);
    EXPECT_TRUE(io.to_engine && input->urgent);
    EXPECT_EQ(input->header.probe, 4242u);
    EXPECT_EQ(input->body.probe.target_id, A);
    EXPECT_EQ(input->received_ns, now);
}

TEST_F(FastTest, AckForAnotherIsRelayedToItsOrigin)
{
    ASSERT_EQ(run(probe(SL_FRAME_ACK, A, A, B, word(1, SL_ALIVE))), SL_VERDICT_RELAY);
    sl_endpoint to = v4(2);
    EXPECT_TRUE(sl_endpoint_equal(&io.to, &to));
    EXPECT_EQ(out_header().type, SL_FRAME_ACK);
    EXPECT_EQ(out_header().sender_id, SELF);
    EXPECT_EQ(out_probe().target_id, A);
    EXPECT_EQ(out_probe().origin_id, B);
    EXPECT_EQ(out_probe().target_word, word(1, SL_ALIVE));
    EXPECT_FALSE(io.to_engine);
}

TEST_F(FastTest, AckIsRelayedOnceAndOnlyFromKnownMembers)
{
    expect_drop(probe(SL_FRAME_ACK, A, B, B), SL_DROP_TARGET_OTHER);
    expect_drop(probe(SL_FRAME_ACK, STRANGER, STRANGER, B), SL_DROP_SENDER_UNPROVEN);
    expect_drop(probe(SL_FRAME_ACK, A, A, STRANGER), SL_DROP_TARGET_UNKNOWN);
}

TEST_F(FastTest, NackIsForItsOriginOnly)
{
    EXPECT_EQ(run(probe(SL_FRAME_NACK, A, B, SELF)), SL_VERDICT_DONE);
    EXPECT_TRUE(io.to_engine && input->urgent);
    expect_drop(probe(SL_FRAME_NACK, A, B, A), SL_DROP_TARGET_OTHER);
}

/* ---- records ---- */

TEST_F(FastTest, KnownRecordsAreStaleAndGreaterOnesNovel)
{
    EXPECT_FALSE(is_novel(alive(A, word(1, SL_ALIVE), 1)));
    EXPECT_FALSE(is_novel(alive(A, word(0, SL_ALIVE), 1)));
    EXPECT_FALSE(is_novel(accuse(A, word(0, SL_DEAD), B)));
    EXPECT_TRUE(is_novel(alive(A, word(2, SL_ALIVE), 1)));
    EXPECT_FALSE(input->urgent);
    EXPECT_TRUE(is_novel(accuse(A, word(1, SL_SUSPECT), B)));
    EXPECT_TRUE(is_novel(accuse(A, word(1, SL_DEAD), B)));
    EXPECT_TRUE(is_novel(left(A, word(1, SL_LEFT))));
    raise(A, word(1, SL_DEAD));
    EXPECT_FALSE(is_novel(accuse(A, word(1, SL_DEAD), B)));
    EXPECT_FALSE(is_novel(accuse(A, word(1, SL_SUSPECT), B)));
}

TEST_F(FastTest, OnlyAClaimIntroducesAMember)
{
    EXPECT_FALSE(is_novel(accuse(STRANGER, word(0, SL_SUSPECT), B)));
    EXPECT_FALSE(is_novel(accuse(STRANGER, word(0, SL_DEAD), B)));
    EXPECT_FALSE(is_novel(left(STRANGER, word(0, SL_LEFT))));
    EXPECT_TRUE(is_novel(alive(STRANGER, word(0, SL_ALIVE), 60)));
}

TEST_F(FastTest, EachAccuserConfirmsASuspicionOnce)
{
    raise(A, word(1, SL_SUSPECT));
    EXPECT_TRUE(is_novel(accuse(A, word(1, SL_SUSPECT), B)));
    EXPECT_FALSE(is_novel(accuse(A, word(1, SL_SUSPECT), B)));
    EXPECT_TRUE(is_novel(accuse(A, word(1, SL_SUSPECT), STRANGER)));
    EXPECT_FALSE(is_novel(accuse(A, word(1, SL_SUSPECT), STRANGER)));
}

TEST_F(FastTest, AConfirmationInADroppedFrameIsNotRemembered)
{
    raise(A, word(1, SL_SUSPECT));
    Bytes confirmation = accuse(A, word(1, SL_SUSPECT), B);
    expect_drop(gossip() + confirmation + Bytes{1, 0, 0, 9}, SL_DROP_RECORD_MALFORMED);
    expect_drop(probe(SL_FRAME_PING, A, B, A) + confirmation, SL_DROP_TARGET_OTHER);
    EXPECT_TRUE(is_novel(confirmation));
}

TEST_F(FastTest, AccusationsOfMyselfAreNovelAndUrgent)
{
    EXPECT_FALSE(is_novel(accuse(SELF, word(4, SL_DEAD), A)));
    EXPECT_TRUE(is_novel(accuse(SELF, word(5, SL_SUSPECT), A)));
    EXPECT_TRUE(input->urgent);
    EXPECT_TRUE(is_novel(accuse(SELF, word(6, SL_DEAD), A)));
    EXPECT_TRUE(input->urgent);
}

TEST_F(FastTest, MyClaimWithAnotherAddressIsAConflict)
{
    EXPECT_FALSE(is_novel(alive(SELF, word(5, SL_ALIVE), 99)));
    EXPECT_FALSE(is_novel(alive(SELF, word(4, SL_ALIVE), 99)));
    EXPECT_TRUE(is_novel(alive(SELF, word(5, SL_ALIVE), 98)));
    EXPECT_TRUE(input->urgent);
    EXPECT_TRUE(is_novel(alive(SELF, word(1, SL_ALIVE), 98)));
    EXPECT_TRUE(is_novel(alive(SELF, word(5, SL_ALIVE), Identity("x", v4(99, 8000), {}))));
    EXPECT_TRUE(is_novel(alive(SELF, word(5, SL_ALIVE), Identity("x", v4(99), v6(1)))));
}

TEST_F(FastTest, NovelRecordsAreCopiedBeforeTheAnswerOverwritesThem)
{
    std::vector<Bytes> rumours(5, accuse(B, word(2, SL_SUSPECT), A));
    publish(rumours);
    Bytes fresh = alive(STRANGER, word(0, SL_ALIVE), 60), dead = accuse(B, word(2, SL_DEAD), A);
    ASSERT_EQ(run(ping() + alive(A, word(1, SL_ALIVE), 1) + pad(7) + fresh + dead),
              SL_VERDICT_ANSWER);
    EXPECT_EQ(out_records(SL_FRAME_ACK).size(), 5u);
    ASSERT_EQ(engine_records().size(), 2u);
    EXPECT_EQ(input->records_bytes, fresh.size() + dead.size());
    EXPECT_EQ(memcmp(input->records, fresh.data(), fresh.size()), 0);
    EXPECT_EQ(engine_records()[1].accuser_id, A);
    EXPECT_EQ(counters.records_novel, 2u);
    EXPECT_EQ(counters.records_stale, 1u);
}

TEST_F(FastTest, RecordsPastOneHandOffAreCounted)
{
    Bytes f = gossip();
    for (uint32_t i = 0; i < SL_STEP_RECORDS_MAX + 3; i++)
        f = f + left(A, word(10 + i, SL_LEFT));
    fast.frame_bytes = 2000;
    input_bytes.reset(new uint8_t[sl_input_bytes(2000)]);
    input = (sl_input *)input_bytes.get();
    run(f);
    EXPECT_EQ(engine_records().size(), (size_t)SL_STEP_RECORDS_MAX);
    EXPECT_EQ(counters.drops[SL_DROP_RECORDS_OVER], 3u);
}

TEST_F(FastTest, AFrameLongerThanTheLimitDoesNotOverrunTheHandOff)
{
    Identity wordy("wordy", 60);
    std::string tags(SL_TAGS_BYTES_MAX, 't');
    wordy.it.tags = tags.data();
    wordy.it.tags_bytes = SL_TAGS_BYTES_MAX;
    Bytes claim = alive(STRANGER, word(0, SL_ALIVE), wordy), f = gossip();
    for (int i = 0; i < 20; i++)
        f = f + claim;
    run(f);
    EXPECT_EQ(engine_records().size(), FRAME_LIMIT / claim.size());
    EXPECT_EQ(counters.drops[SL_DROP_RECORDS_OVER], 20 - FRAME_LIMIT / claim.size());
}

TEST_F(FastTest, OneMalformedRecordDropsTheFrameBeforeAnyEffect)
{
    Bytes bad_name = alive(STRANGER, word(0, SL_ALIVE), 60);
    bad_name.back() = '\n';
    for (const Bytes &bad : {Bytes{1, 0, 0, 3}, Bytes{9, 0, 0, 4}, Bytes{0}, bad_name}) {
        uint64_t stale = counters.records_stale;
        expect_drop(ping() + accuse(B, word(9, SL_DEAD), A) + bad, SL_DROP_RECORD_MALFORMED);
        EXPECT_EQ(counters.records_stale, stale);
    }
    EXPECT_EQ(counters.records_novel, 0u);
    EXPECT_EQ(counters.pings_answered, 0u);
    EXPECT_EQ(lane.counter, 0u);
}

/* ---- settled views ---- */

TEST_F(FastTest, DifferingSettledViewsAreToldTenTimesASecondAtMost)
{
    auto *own = sl_view_summary_mutable(view);
    own->unsettled = 0;
    auto frame = [&](uint32_t unsettled, uint64_t hash) {
        Bytes f = ping();
        sl_header h = header(SL_FRAME_PING, A);
        h.unsettled = unsettled;
        h.view_hash = hash;
        sl_header_write(f.data(), &h);
        return f;
    };
    run(frame(1, own->view_hash + 1));
    EXPECT_EQ(counters.settled_frames, 0u);
    run(frame(0, own->view_hash));
    EXPECT_EQ(counters.settled_frames, 1u);
    EXPECT_EQ(counters.settled_unequal, 0u);
    EXPECT_FALSE(io.to_engine);
    run(frame(0, own->view_hash + 1));
    EXPECT_EQ(counters.settled_unequal, 1u);
    EXPECT_TRUE(io.to_engine);
    EXPECT_FALSE(input->urgent);
    EXPECT_EQ(input->record_count, 0u);
    now += SECOND / 10 - 1;
    run(frame(0, own->view_hash + 1));
    EXPECT_FALSE(io.to_engine);
    now += 1;
    run(frame(0, own->view_hash + 1));
    EXPECT_TRUE(io.to_engine);
    EXPECT_EQ(counters.settled_frames, 4u);
    EXPECT_EQ(counters.settled_unequal, 3u);
}

/* ---- sync ---- */

TEST_F(FastTest, SyncAlwaysReachesTheEngine)
{
    EXPECT_EQ(run(sync(SL_FRAME_SYNC, A, 1, 9, 5)), SL_VERDICT_DONE);
    EXPECT_TRUE(io.to_engine);
    EXPECT_FALSE(input->urgent);
    EXPECT_EQ(input->body.sync.last_id, 9u);
    EXPECT_EQ(input->body.sync.salt, 5u);
    EXPECT_EQ(run(gossip()), SL_VERDICT_DONE);
    EXPECT_FALSE(io.to_engine);
}

TEST_F(FastTest, SyncRequestIsAnsweredFromTheView)
{
    raise(B, word(2, SL_SUSPECT));
    add(0xd000, word(0, SL_DEAD), 4);
    add(0xe000, word(0, SL_LEFT), 5);
    Bytes claim = alive(STRANGER, word(0, SL_ALIVE), 60);
    ASSERT_EQ(run(sync(SL_FRAME_SYNC_REQUEST, A, 0, UINT64_MAX, 0) + claim), SL_VERDICT_ANSWER);
    ASSERT_EQ(engine_records().size(), 1u);
    EXPECT_EQ(engine_records()[0].id, STRANGER);
    EXPECT_EQ(out_header().type, SL_FRAME_SYNC);
    EXPECT_EQ(out_header().sender_id, SELF);
    EXPECT_EQ(out_header().probe, 4242u);
    EXPECT_EQ(out_sync().first_id, 0u);
    EXPECT_EQ(out_sync().last_id, UINT64_MAX);
    EXPECT_EQ(out_sync().live_count, 3u);
    EXPECT_EQ(out_sync().salt, 0u);
    auto all = out_records(SL_FRAME_SYNC);
    ASSERT_EQ(all.size(), 5u);
    EXPECT_EQ(all[0].id, SELF);
    EXPECT_EQ(all[0].word, word(5, SL_ALIVE));
    EXPECT_EQ(all[1].id, A);
    EXPECT_EQ(std::string(all[1].identity.name, all[1].identity.name_bytes), "m1");
    EXPECT_EQ(all[2].type, SL_RECORD_ALIVE);
    EXPECT_EQ(all[2].word, word(2, SL_ALIVE));
    EXPECT_EQ(all[3].type, SL_RECORD_DEAD);
    EXPECT_EQ(all[3].accuser_id, SELF);
    EXPECT_EQ(all[4].type, SL_RECORD_LEFT);
    EXPECT_EQ(counters.syncs_answered, 1u);
}

TEST_F(FastTest, ComparisonThatFindsNothingIsAnsweredWithAnEmptyFrame)
{
    ASSERT_EQ(run(sync(SL_FRAME_SYNC_REQUEST, A, 1, 0xaaaa, 77)), SL_VERDICT_ANSWER);
    EXPECT_EQ(io.length_bytes, SYNC_BYTES);
    EXPECT_EQ(out_sync().salt, 77u);
    EXPECT_EQ(out_sync().last_id, 0xaaaau);
}

TEST_F(FastTest, ComparisonIsAnsweredFromTheRequestInPlace)
{
    const uint64_t salt = 77;
    Bytes items(SL_DIGEST_HEAD_BYTES + 8);
    sl_digest head{};
    head.type = SL_RECORD_ITEMS;
    head.count = 2;
    head.live_count = 2;
    ASSERT_EQ(sl_digest_write(items.data(), (uint32_t)items.size(), &head), items.size());
    uint64_t known = sl_view_item_hash(view, A, sl_view_word(view, A));
    sl_be32_store(items.data() + SL_DIGEST_HEAD_BYTES, sl_digest_hash(known, salt));
    sl_be32_store(items.data() + SL_DIGEST_HEAD_BYTES + 4, 0xdeadbeef);
    ASSERT_EQ(run(sync(SL_FRAME_SYNC_REQUEST, A, 0, UINT64_MAX, salt) + items), SL_VERDICT_ANSWER);
    EXPECT_EQ(out_records(SL_FRAME_SYNC).size(), 2u) << "all but A";
    sl_record_cursor cursor = {io.bytes + SYNC_BYTES, io.bytes + io.length_bytes};
    sl_digest want{};
    ASSERT_TRUE(sl_digest_next(&cursor, &want));
    EXPECT_EQ(want.type, SL_RECORD_WANT);
    ASSERT_EQ(want.count, 1u);
    EXPECT_EQ(sl_digest_at(&want, 0), 0xdeadbeefu);
}

TEST_F(FastTest, ComparisonOfAnAnswerGoesToTheEngineBehindNovelRecords)
{
    Bytes want(SL_DIGEST_HEAD_BYTES + 4);
    sl_digest head{};
    head.type = SL_RECORD_WANT;
    head.count = 1;
    ASSERT_EQ(sl_digest_write(want.data(), (uint32_t)want.size(), &head), want.size());
    Bytes claim = alive(STRANGER, word(0, SL_ALIVE), 60);
    ASSERT_EQ(run(sync(SL_FRAME_SYNC, A, 1, 9, 5) + want + pad(20) + claim), SL_VERDICT_DONE);
    EXPECT_EQ(input->record_count, 1u);
    ASSERT_EQ(input->records_bytes, claim.size() + want.size());
    EXPECT_EQ(memcmp(input->records + claim.size(), want.data(), want.size()), 0);
}

TEST_F(FastTest, SyncAnswersToStrangersAreNoLongerThanTheRequest)
{
    from = v4(50);
    expect_drop(sync(SL_FRAME_SYNC_REQUEST, STRANGER, 1, UINT64_MAX, 0), SL_DROP_ANSWER_NO_ROOM);
    Bytes f = sync(SL_FRAME_SYNC_REQUEST, STRANGER, 1, UINT64_MAX, 0) + pad(50);
    ASSERT_EQ(run(f), SL_VERDICT_ANSWER);
    EXPECT_LE(io.length_bytes, f.size());
    EXPECT_EQ(out_records(SL_FRAME_SYNC).size(), 1u);
    EXPECT_EQ(out_sync().last_id, A - 1);
    Bytes digests(SL_DIGEST_HEAD_BYTES + 4 * 256, 0xee);
    sl_digest head{};
    head.type = SL_RECORD_DIGESTS;
    head.bits = 8;
    head.count = 256;
    ASSERT_NE(sl_digest_write(digests.data(), (uint32_t)digests.size(), &head), 0u);
    f = sync(SL_FRAME_SYNC_REQUEST, STRANGER, 1, UINT64_MAX, 1) + digests;
    ASSERT_EQ(run(f), SL_VERDICT_ANSWER);
    EXPECT_LE(io.length_bytes, f.size());
}

/* Pulls the whole view in frames, as a joiner does, and compares it with a model. */
TEST_F(FastTest, PullingRangeByRangeYieldsEveryMemberOnce)
{
    std::mt19937_64 random(7);
    std::map<uint64_t, uint64_t> model = {
        {SELF, word(5, SL_ALIVE)}, {A, word(1, SL_ALIVE)}, {B, word(2, SL_ALIVE)}};
    uint64_t last = 0;
    for (uint32_t i = 0; i < 3000; i++) {
        /* dense runs too, so that cells of one home stand in a row */
        uint64_t id = i % 20 != 0 ? last + 1 : random() | 1;
        last = id;
        uint64_t w = word(i, (sl_status)(random() % 4));
        add(id, w, 1000 + i);
        model[id] = w;
    }
    for (bool stranger : {false, true}) {
        from = stranger ? v4(50) : v4(1);
        std::map<uint64_t, uint64_t> pulled;
        uint64_t first = 0;
        for (int frames = 0;; frames++) {
            ASSERT_LT(frames, 4000);
            Bytes f = sync(SL_FRAME_SYNC_REQUEST, A, first, UINT64_MAX, 0) + pad(100 + 50);
            ASSERT_EQ(run(f), SL_VERDICT_ANSWER);
            ASSERT_LE(io.length_bytes, stranger ? f.size() : FRAME_LIMIT);
            for (const sl_record &r : out_records(SL_FRAME_SYNC)) {
                ASSERT_GE(r.id, first);
                ASSERT_LE(r.id, out_sync().last_id);
                ASSERT_TRUE(pulled.emplace(r.id, r.word).second);
            }
            if (out_sync().last_id == UINT64_MAX)
                break;
            ASSERT_GE(out_sync().last_id, first);
            first = out_sync().last_id + 1;
        }
        ASSERT_EQ(pulled.size(), model.size());
        for (auto &[id, w] : model)
            EXPECT_EQ(pulled[id], sl_word_is_live(w) ? sl_word_with_status(w, SL_ALIVE) : w);
    }
}

/* ---- hostile frames ---- */

TEST_F(FastTest, NoTruncationIsReadPastItsEndOrAnsweredWithMore)
{
    publish(std::vector<Bytes>(20, accuse(B, word(2, SL_SUSPECT), A)));
    Bytes tail = alive(STRANGER, word(0, SL_ALIVE), 60) + accuse(A, word(1, SL_SUSPECT), B) +
                 left(B, word(4, SL_LEFT)) + pad(6);
    from = v4(50);
    for (const Bytes &whole : {ping(STRANGER) + tail, probe(SL_FRAME_PING_REQ, A, B, A) + tail,
                               probe(SL_FRAME_ACK, A, A, B) + tail, gossip() + tail,
                               sync(SL_FRAME_SYNC_REQUEST, STRANGER, 1, UINT64_MAX, 3) + tail,
                               sync(SL_FRAME_SYNC, A, 1, UINT64_MAX, 3) + tail}) {
        for (size_t length = 0; length <= whole.size(); length++) {
            Bytes f(whole.begin(), whole.begin() + (ptrdiff_t)length);
            sl_verdict verdict = run(f, (uint32_t)length);
            if (verdict == SL_VERDICT_ANSWER || verdict == SL_VERDICT_RELAY) {
                ASSERT_LE(io.length_bytes, f.size());
                out_header();
            }
            if (length < SL_HEADER_BYTES) {
                ASSERT_EQ(verdict, SL_VERDICT_DROP);
            }
        }
    }
}

TEST_F(FastTest, RandomDamageNeverBreaksTheRules)
{
    std::mt19937 random(3);
    publish(std::vector<Bytes>(20, accuse(B, word(2, SL_SUSPECT), A)));
    Bytes tail = alive(A, word(2, SL_ALIVE), 1) + accuse(A, word(1, SL_SUSPECT), B) + pad(6);
    from = v4(50);
    for (int i = 0; i < 200000; i++) {
        Bytes f = i % 2 ? ping() + tail : sync(SL_FRAME_SYNC_REQUEST, A, 1, UINT64_MAX, 0) + tail;
        for (int n = 0; n < 1 + i % 3; n++)
            f[random() % f.size()] = (uint8_t)random();
        sl_verdict verdict = run(f, (uint32_t)f.size());
        if (verdict == SL_VERDICT_ANSWER || verdict == SL_VERDICT_RELAY) {
            ASSERT_LE(io.length_bytes, f.size());
        }
        if (io.to_engine) {
            ASSERT_NE(verdict, SL_VERDICT_DROP);
            engine_records();
        }
    }
}

/* ---- doubts of zones ---- */

static Bytes doubt(uint64_t zone_id)
{
    Bytes out(SL_RECORD_DOUBT_BYTES);
    sl_record_write_doubt(out.data(), zone_id);
    return out;
}

TEST_F(FastTest, ADoubtReachesTheEngineBeforeTheNewsOfItsFrame)
{
    EXPECT_EQ(run(gossip() + doubt(7) + doubt(8) + accuse(B, word(2, SL_SUSPECT), A)),
              SL_VERDICT_DONE);
    ASSERT_TRUE(io.to_engine);
    sl_record_cursor cursor{input->records, input->records + input->records_bytes};
    uint64_t zone_id = 0;
    EXPECT_TRUE(sl_record_next_doubt(&cursor, &zone_id));
    EXPECT_EQ(zone_id, 7u);
    EXPECT_TRUE(sl_record_next_doubt(&cursor, &zone_id));
    EXPECT_EQ(zone_id, 8u);
    EXPECT_FALSE(sl_record_next_doubt(&cursor, &zone_id));
    EXPECT_EQ(engine_records().size(), 1u);
}

TEST_F(FastTest, APingThatBringsADoubtIsAnsweredAndHandedOver)
{
    EXPECT_EQ(run(ping() + doubt(7)), SL_VERDICT_ANSWER);
    EXPECT_TRUE(io.to_engine);
    EXPECT_EQ(input->records_bytes, SL_RECORD_DOUBT_BYTES);
    EXPECT_EQ(input->record_count, 0u);
}

TEST_F(FastTest, DoubtsOfZonesThatAreKnownUnreachableCostTheEngineNothing)
{
    fast.unreachable_zones[3] = 7;
    EXPECT_EQ(run(gossip() + doubt(7)), SL_VERDICT_DONE);
    EXPECT_FALSE(io.to_engine);
    EXPECT_EQ(run(gossip() + doubt(7) + doubt(8)), SL_VERDICT_DONE);
    EXPECT_TRUE(io.to_engine);
    EXPECT_EQ(input->records_bytes, SL_RECORD_DOUBT_BYTES);
}

TEST_F(FastTest, OfManyDoubtsOnlySomeAreHandedOver)
{
    Bytes frame = gossip();
    for (uint64_t zone = 1; zone <= 2 * SL_DOUBTS_PER_FRAME; zone++)
        frame = frame + doubt(zone);
    EXPECT_EQ(run(frame), SL_VERDICT_DONE);
    EXPECT_EQ(input->records_bytes, SL_DOUBTS_PER_FRAME * SL_RECORD_DOUBT_BYTES);
}

} // namespace
