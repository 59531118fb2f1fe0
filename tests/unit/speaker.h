// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// One engine among members that never answer: what it says, to how many, and when it is silent.
#include <gtest/gtest.h>

#include <deque>
#include <functional>
#include <string>
#include <vector>

extern "C" {
#include "lib/engine_private.h"
}
#include "lib/preload.h"
#include "lib/profile.h"
#include "tests/unit/arena_memory.h"

namespace speaker
{

constexpr uint64_t kMs = 1000000ull;
constexpr uint64_t kS = 1000 * kMs;
constexpr uint32_t kMembers = 2000;
constexpr uint64_t kWord = 1000ull << 24; // generation 1000, ALIVE

using Bytes = std::vector<uint8_t>;

struct Sent {
    uint64_t at_ns;
    uint8_t type;
    uint32_t copies;
    Bytes bytes;
    std::vector<sl_record> records; // identities point into nothing any more
};

class Speaker : public ::testing::Test
{
  protected:
    Speaker() : memory_(4 << 20), input_(sl_input_bytes(SL_FRAME_BYTES_MAX))
    {
        EXPECT_EQ(sl_profile_load(&config, "wan"), 0);
        strcpy(config.cluster_name, "test");
        strcpy(config.name, "self");
        config.v4 = address(0);
        config.max_members = kMembers + 1;
        config.join_grace_ns = 0;
        hash_ = sl_cluster_from_name("test");
    }

    void create()
    {
        sl_host host = {this, lend, send, event, retire};
        e = sl_engine_create(memory_.arena(), &config, nullptr, &host, 1, 1000, now);
        ASSERT_NE(e, nullptr);
    }

    void preload(uint32_t count)
    {
        for (uint32_t i = 1; i <= count; i++) {
            std::string name = name_of(i);
            sl_identity identity = identity_of(i, name);
            sl_preload_member member = {id_of(i), kWord, &identity};
            ASSERT_EQ(sl_engine_preload(e, &member, 1), 0);
        }
    }

    void start()
    {
        create();
        preload(kMembers);
    }

    static sl_endpoint address(uint32_t i)
    {
        const uint8_t v4[4] = {10, 1, (uint8_t)(i >> 8), (uint8_t)i};
        return sl_endpoint_v4(v4, SL_UDP_PORT);
    }
    static std::string name_of(uint32_t i)
    {
        return "member-" + std::to_string(i);
    }
    uint64_t id_of(uint32_t i) const
    {
        std::string name = name_of(i);
        return sl_member_id(&hash_, name.data(), name.size());
    }
    static sl_identity identity_of(uint32_t i, const std::string &name)
    {
        sl_identity identity = {};
        identity.v4 = address(i);
        identity.name = name.data();
        identity.name_bytes = (uint8_t)name.size();
        return identity;
    }

    Bytes alive(uint32_t i, uint64_t word) const
    {
        std::string name = name_of(i);
        sl_identity identity = identity_of(i, name);
        Bytes out(SL_RECORD_ALIVE_BYTES_MAX);
        out.resize(
            sl_record_write_alive(out.data(), (uint32_t)out.size(), id_of(i), word, &identity));
        return out;
    }
    Bytes suspect(uint64_t id, uint64_t word) const
    {
        Bytes out(SL_RECORD_ACCUSATION_BYTES);
        sl_record_write_accusation(out.data(), (uint32_t)out.size(), id,
                                   sl_word_with_status(word, SL_SUSPECT), id_of(kMembers));
        return out;
    }

    sl_input *blank(sl_frame_type type)
    {
        auto *input = (sl_input *)input_.data();
        memset(input_.data(), 0, sizeof(*input));
        input->received_ns = now;
        input->header.type = (uint8_t)type;
        input->header.sender_id = id_of(kMembers);
        input->header.unsettled = 1;
        input->from = address(kMembers);
        return input;
    }
    Bytes dead(uint32_t i) const
    {
        Bytes out(SL_RECORD_ACCUSATION_BYTES);
        sl_record_write_accusation(out.data(), (uint32_t)out.size(), id_of(i),
                                   sl_word_with_status(kWord, SL_DEAD), id_of(kMembers - 1));
        return out;
    }

    // Hands records over as a worker does.
    void hear(const std::vector<Bytes> &records)
    {
        sl_input *input = blank(SL_FRAME_GOSSIP);
        for (const Bytes &record : records) {
            memcpy(input->records + input->records_bytes, record.data(), record.size());
            input->records_bytes = (uint16_t)(input->records_bytes + record.size());
            input->record_count++;
        }
        step(input);
    }
    // News of members first..first + count - 1, as membership.
    void hear_updates(uint32_t first, uint32_t count, uint64_t refutations = 1)
    {
        for (uint32_t i = first; i < first + count; i++)
            hear({alive(i, kWord + (refutations << 2))});
    }
    void hear_suspicions(uint32_t first, uint32_t count)
    {
        for (uint32_t i = first; i < first + count; i++)
            hear({suspect(id_of(i), kWord)});
    }

    void step(const sl_input *input)
    {
        end_grace_periods();
        sl_step result = sl_engine_step(e, now, input);
        while (result.more)
            result = sl_engine_step(e, now, nullptr);
        deadline_ = result.next_deadline_ns;
    }
    bool answers = true; // the members', to PINGs

    void run(uint64_t duration_ns)
    {
        uint64_t end = now + duration_ns;
        while (deadline_ <= end) {
            now = deadline_ > now ? deadline_ : now;
            step(nullptr);
            while (answers && !probes_.empty())
                answer();
        }
        now = end;
    }
    // The last PING is answered by its target.
    void answer()
    {
        sl_input *input = blank(SL_FRAME_ACK);
        const Bytes &ping = probes_.back().second;
        sl_header_read(ping.data(), (uint32_t)ping.size(), &input->header);
        sl_probe_body_read(ping.data(), &input->body.probe);
        input->from = probes_.back().first;
        probes_.pop_back();
        input->header.type = SL_FRAME_ACK;
        input->header.unsettled = 1;
        input->header.sender_id = input->body.probe.target_id;
        input->body.probe.target_word = 0;
        step(input);
    }
    // The next GOSSIP or PULL that goes out.
    const Sent *next_round()
    {
        size_t from = sent.size();
        for (uint64_t end = now + 3 * kS; now < end;) {
            run(kMs);
            for (size_t i = from; i < sent.size(); i++) {
                if (sl_frame_is_gossip(sent[i].type))
                    return &sent[i];
            }
        }
        return nullptr;
    }
    static bool names(const Sent &frame, uint64_t id, uint8_t type)
    {
        for (const sl_record &r : frame.records) {
            if (r.id == id && r.type == type)
                return true;
        }
        return false;
    }
    // The most that frames which match sent in any second.
    uint64_t most_in_a_second(const std::function<bool(const Sent &)> &matches) const
    {
        std::deque<std::pair<uint64_t, uint64_t>> recent;
        uint64_t sum = 0, most = 0;
        for (const Sent &s : sent) {
            if (!matches(s))
                continue;
            while (!recent.empty() && recent.front().first + kS <= s.at_ns) {
                sum -= recent.front().second;
                recent.pop_front();
            }
            recent.emplace_back(s.at_ns, s.bytes.size() * s.copies);
            sum += recent.back().second;
            most = std::max(most, sum);
        }
        return most;
    }
    const sl_rumour_block *block() const
    {
        return sl_engine_fast(e)->block;
    }

    sl_config config = {};
    sl_engine *e = nullptr;
    uint64_t now = 100 * kS;
    uint64_t grace_ns = 5 * kMs; // how long readers may hold what the engine took back
    std::vector<Sent> sent;

  private:
    static bool lend(void *context, sl_buffer *buffer)
    {
        auto *self = (Speaker *)context;
        *buffer = {self->lent_, sizeof(self->lent_), nullptr};
        return true;
    }
    static void send(void *context, sl_buffer *buffer, uint32_t length, sl_class,
                     const sl_endpoint *to, uint32_t count)
    {
        auto *self = (Speaker *)context;
        sl_header_stamp(buffer->bytes, 0, 1);
        Sent s = {self->now, buffer->bytes[1], count, {buffer->bytes, buffer->bytes + length}, {}};
        sl_record_cursor cursor = {s.bytes.data() + sl_frame_records_at(s.type),
                                   s.bytes.data() + length};
        sl_record record;
        sl_wire_error error;
        while (sl_record_next(&cursor, &record, &error))
            s.records.push_back(record);
        EXPECT_EQ(error, SL_WIRE_OK);
        if (s.type == SL_FRAME_PING)
            self->probes_.emplace_back(*to, s.bytes);
        self->sent.push_back(std::move(s));
    }
    static void event(void *, const sl_event *)
    {
    }
    static void retire(void *context, sl_retire_ticket *ticket)
    {
        auto *self = (Speaker *)context;
        self->retired_.emplace_back(self->now, ticket);
    }

    void end_grace_periods()
    {
        while (!retired_.empty() && now - retired_.front().first >= grace_ns) {
            sl_retire_done(retired_.front().second);
            retired_.pop_front();
        }
    }

    ArenaMemory memory_;
    std::vector<uint8_t> input_;
    uint8_t lent_[SL_FRAME_BYTES_MAX];
    sl_cluster hash_;
    uint64_t deadline_ = 0;
    std::deque<std::pair<uint64_t, sl_retire_ticket *>> retired_; // since when
    std::vector<std::pair<sl_endpoint, Bytes>> probes_;
};

} // namespace speaker
