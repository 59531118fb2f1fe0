/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* A fast path with one lane that knows itself and the members A and B. */
#include <algorithm>
#include <cstring>
#include <memory>

#include "lib/fast.h"
#include "lib/view.h"
#include "tests/unit/fast_frames.h"

namespace fast_test
{

/* No grace period ends while a test runs: what a reader holds stays what it was. */
inline void retire_never(void *, sl_retire_ticket *)
{
}

struct FastTest : ::testing::Test {
    sl_cluster cluster = sl_cluster_from_name("test");
    std::vector<uint8_t> memory = std::vector<uint8_t>(24u << 20);
    std::vector<uint8_t> zones; // of slots
    uint32_t max_members = 4096, load_percent = 35;
    bool adds_proven = true; /* members that have answered this node */
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
        config.max_members = max_members;
        config.load_percent = load_percent;
        config.cold_bytes_per_member = 128;
        config.retire = retire_never;
        view = sl_view_create(&arena, &config);
        ASSERT_NE(view, nullptr);
        fast.view = view;
        fast.own = sl_view_summary(view);
        fast.self_id = SELF;
        fast.birth_word = sl_word(77, 0, SL_ALIVE);
        fast.self_v4 = v4(99);
        fast.cluster_id = cluster.id;
        fast.boot_salt = 77;
        fast.frame_bytes = fast.path_bytes_least = FRAME_LIMIT;
        zones.assign(max_members, 0);
        fast.zone_of_slot = zones.data();
        fast.byte_cap = 100000000;
        fast.word_most = UINT64_MAX;
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
        if (adds_proven)
            sl_view_prove(view, slot);
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
        sl_sync_body body{first, last, hash, 0, 0};
        sl_header_write(f.data(), &h);
        sl_sync_body_write(f.data(), &body);
        return f;
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
        auto passed_over = [this] {
            return counters.records_stale + counters.drops[SL_DROP_MEMBER_UNKNOWN];
        };
        uint64_t before = passed_over();
        EXPECT_EQ(run(gossip() + record), SL_VERDICT_DONE);
        size_t novel = engine_records().size();
        EXPECT_EQ(passed_over(), before + 1 - novel);
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

} // namespace fast_test
