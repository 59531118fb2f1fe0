// SPDX-License-Identifier: BSD-3-Clause
#include "lib/frame.h"
#include "lib/limits.h"
#include "tests/unit/places.h"
#include "tests/unit/wire_vectors.h"

#include <algorithm>
#include <cinttypes>
#include <fstream>
#include <gtest/gtest.h>
#include <memory>
#include <sstream>

static enum sl_wire_error read_header(const Bytes &frame, struct sl_header *out)
{
    // A copy of the exact size, so that AddressSanitizer sees every byte read past the end.
    std::unique_ptr<uint8_t[]> exact(new uint8_t[frame.size()]);
    std::copy(frame.begin(), frame.end(), exact.get());
    return sl_header_read(exact.get(), static_cast<uint32_t>(frame.size()), out);
}

static enum sl_wire_error verdict(const Bytes &frame)
{
    struct sl_header ignored;
    return read_header(frame, &ignored);
}

static Bytes with(Bytes frame, size_t at, const Bytes &bytes)
{
    for (uint8_t byte : bytes)
        frame.at(at++) = byte;
    return frame;
}

static Bytes with_word(const Bytes &frame, uint64_t word)
{
    Bytes changed = frame;
    sl_be64_store(changed.data() + 88, word);
    return changed;
}

static std::string wire_page()
{
    std::ifstream file(SL_SOURCE_ROOT "/lib/WIRE.md");
    std::stringstream text;
    text << file.rdbuf();
    return text.str();
}

static Bytes vector_on_page(const std::string &name)
{
    std::string page = wire_page();
    size_t from = page.find("```" + name + "\n");
    if (from == std::string::npos)
        return {};
    from += name.size() + 4;
    std::istringstream hex(page.substr(from, page.find("```", from) - from));
    Bytes bytes;
    for (std::string byte; hex >> byte;)
        bytes.push_back(static_cast<uint8_t>(std::stoul(byte, nullptr, 16)));
    return bytes;
}

TEST(Frame, WritesTheFramesThatTheWirePageShows)
{
    Vectors v;
    EXPECT_EQ(v.ping(), vector_on_page("ping"));
    EXPECT_EQ(v.ack(), vector_on_page("ack"));
    EXPECT_EQ(v.compare(), vector_on_page("compare"));
    EXPECT_EQ(v.gossip(), vector_on_page("gossip"));
}

TEST(Frame, DerivesTheIdsAndHashesThatTheWirePageShows)
{
    Vectors v;
    std::string page = wire_page();
    char row[128];
    auto shown = [&](const char *what, uint64_t value, int digits) {
        snprintf(row, sizeof(row), "| %s | `%0*" PRIx64 "` |", what, digits, value);
        return page.find(row) != std::string::npos;
    };
    EXPECT_TRUE(shown("cluster id", v.cluster.id, 8)) << row;
    EXPECT_TRUE(shown("id of \"kestrel\"", v.kestrel, 16)) << row;
    EXPECT_TRUE(shown("id of \"merlin\"", v.merlin, 16)) << row;
    EXPECT_TRUE(shown("id of \"hobby\"", v.hobby, 16)) << row;
    EXPECT_TRUE(shown("id of the zone \"south\"", v.south, 16)) << row;
    EXPECT_TRUE(shown("item hash of kestrel at incarnation 0019dd2160000000",
                      v.item_hash(v.kestrel, v.kestrel_word), 16))
        << row;
    EXPECT_TRUE(shown("item hash of merlin at incarnation 0019dd216f000002",
                      v.item_hash(v.merlin, v.merlin_alive), 16))
        << row;
    EXPECT_TRUE(shown("view hash of the two", v.header(SL_FRAME_PING).view_hash, 16)) << row;
    snprintf(row, sizeof(row), "`%016" PRIx64 "` `%016" PRIx64 "`", v.cluster.key.k0,
             v.cluster.key.k1);
    EXPECT_NE(page.find(row), std::string::npos) << row;
}

TEST(Frame, HeaderFieldsComeBackAsTheyWentIn)
{
    Vectors v;
    struct sl_header in = v.header(SL_FRAME_GOSSIP);
    in.lane = 0xfe;
    in.counter = SL_COUNTER_MAX;
    Bytes frame(SL_HEADER_BYTES, 0xee);
    sl_header_write(frame.data(), &in);

    struct sl_header out;
    ASSERT_EQ(read_header(frame, &out), SL_WIRE_OK);
    EXPECT_EQ(out.type, in.type);
    EXPECT_EQ(out.flags, 0);
    EXPECT_EQ(out.cluster_id, in.cluster_id);
    EXPECT_EQ(out.sender_id, in.sender_id);
    EXPECT_EQ(out.boot_salt, in.boot_salt);
    EXPECT_EQ(out.key_id, 0);
    EXPECT_EQ(out.lane, in.lane);
    EXPECT_EQ(out.counter, in.counter);
    EXPECT_EQ(out.probe, in.probe);
    EXPECT_EQ(out.unsettled, in.unsettled);
    EXPECT_EQ(out.view_hash, in.view_hash);
    EXPECT_EQ(out.authority_revision, in.authority_revision);
}

TEST(Frame, BodiesComeBackAsTheyWentIn)
{
    Vectors v;
    struct sl_probe_body probe;
    sl_probe_body_read(v.ping().data(), &probe);
    EXPECT_EQ(probe.target_id, v.merlin);
    EXPECT_EQ(probe.origin_id, v.kestrel);
    EXPECT_EQ(probe.target_word, v.merlin_suspect);

    struct sl_sync_body sync;
    sl_sync_body_read(v.sync(SL_FRAME_SYNC).data(), &sync);
    EXPECT_EQ(sync.first_id, 0u);
    EXPECT_EQ(sync.last_id, UINT64_MAX);
    EXPECT_EQ(sync.salt, 0x1122334455667788ull);
    EXPECT_EQ(sync.live_count, 2u);
}

TEST(Frame, StampChangesLaneAndCounterAndNothingElse)
{
    Vectors v;
    Bytes frame = v.ping();
    sl_header_stamp(frame.data(), 9, 1000);
    struct sl_header out;
    ASSERT_EQ(read_header(frame, &out), SL_WIRE_OK);
    EXPECT_EQ(out.lane, 9);
    EXPECT_EQ(out.counter, 1000u);
    sl_header_stamp(frame.data(), 2, 7);
    EXPECT_EQ(frame, v.ping());
}

TEST(Frame, EveryTruncationOfHeaderOrBodyIsShort)
{
    Vectors v;
    for (const Bytes &frame :
         {v.ping(), v.ack(), v.sync(SL_FRAME_SYNC_REQUEST), v.sync(SL_FRAME_SYNC), v.gossip(),
          with(v.gossip(), 1, {SL_FRAME_PULL})}) {
        uint32_t needed = sl_frame_records_at(frame[1]);
        for (uint32_t length = 0; length < needed; length++)
            EXPECT_EQ(verdict(Bytes(frame.begin(), frame.begin() + length)), SL_WIRE_SHORT)
                << "type " << int(frame[1]) << ", " << length << " bytes";
        EXPECT_EQ(verdict(Bytes(frame.begin(), frame.begin() + needed)), SL_WIRE_OK);
    }
}

TEST(Frame, RefusesOtherVersionsAndTypes)
{
    Bytes ping = Vectors().ping();
    EXPECT_EQ(verdict(with(ping, 0, {0})), SL_WIRE_VERSION_UNKNOWN);
    EXPECT_EQ(verdict(with(ping, 0, {2})), SL_WIRE_VERSION_UNKNOWN);
    EXPECT_EQ(verdict(with(ping, 1, {0})), SL_WIRE_TYPE_UNKNOWN);
    EXPECT_EQ(verdict(with(ping, 1, {SL_FRAME_TYPE_END})), SL_WIRE_TYPE_UNKNOWN);
    EXPECT_EQ(verdict(with(ping, 1, {255})), SL_WIRE_TYPE_UNKNOWN);
}

TEST(Frame, RefusesEveryFlagSealedIncluded)
{
    Bytes ping = Vectors().ping();
    for (int bit = 0; bit < 16; bit++) {
        uint8_t high = static_cast<uint8_t>((1 << bit) >> 8);
        uint8_t low = static_cast<uint8_t>(1 << bit);
        EXPECT_EQ(verdict(with(ping, 2, {high, low})), SL_WIRE_FLAGS_UNKNOWN) << "bit " << bit;
    }
}

TEST(Frame, RefusesForbiddenHeaderFields)
{
    Bytes ping = Vectors().ping();
    EXPECT_EQ(verdict(with(ping, 4, Bytes(4, 0))), SL_WIRE_FIELD_BAD) << "cluster id 0";
    EXPECT_EQ(verdict(with(ping, 8, Bytes(8, 0))), SL_WIRE_FIELD_BAD) << "sender id 0";
    EXPECT_EQ(verdict(with(ping, 25, Bytes(7, 0))), SL_WIRE_FIELD_BAD) << "counter 0";
    for (size_t at : {20, 21, 22, 23})
        EXPECT_EQ(verdict(with(ping, at, {1})), SL_WIRE_FIELD_BAD) << "key or reserved at " << at;
    for (size_t at = 56; at < 72; at++)
        EXPECT_EQ(verdict(with(ping, at, {1})), SL_WIRE_FIELD_BAD) << "tag at " << at;
}

TEST(Frame, RefusesProbesOfNobodyOrForNobody)
{
    Bytes ping = Vectors().ping();
    for (uint8_t type : {SL_FRAME_PING, SL_FRAME_NACK, SL_FRAME_PING_REQ}) {
        Bytes frame = with(ping, 1, {type});
        EXPECT_EQ(verdict(frame), SL_WIRE_OK);
        EXPECT_EQ(verdict(with(frame, 72, Bytes(8, 0))), SL_WIRE_FIELD_BAD);
        EXPECT_EQ(verdict(with(frame, 80, Bytes(8, 0))), SL_WIRE_FIELD_BAD);
    }
}

TEST(Frame, TargetWordMustBeOneThatItsMemberCouldAnswer)
{
    Bytes ping = Vectors().ping();
    EXPECT_EQ(verdict(with_word(ping, 0)), SL_WIRE_OK) << "not known";
    EXPECT_EQ(verdict(with_word(ping, sl_word(0, 1, SL_ALIVE))), SL_WIRE_FIELD_BAD);
    EXPECT_EQ(verdict(with_word(ping, sl_word(1, 0, SL_DEAD))), SL_WIRE_OK);
    EXPECT_EQ(verdict(with_word(ping, sl_word(SL_GENERATION_MAX + 1, 0, SL_ALIVE))),
              SL_WIRE_FIELD_BAD);
    uint64_t top = sl_word(SL_GENERATION_MAX, SL_REFUTATION_MAX, SL_ALIVE);
    EXPECT_EQ(verdict(with_word(ping, top)), SL_WIRE_OK);
    EXPECT_EQ(verdict(with_word(ping, sl_word_with_status(top, SL_DEAD))), SL_WIRE_FIELD_BAD);
}

TEST(Frame, AckCarriesAClaim)
{
    Bytes ack = Vectors().ack();
    EXPECT_EQ(verdict(with_word(ack, sl_word(5, 0, SL_ALIVE))), SL_WIRE_OK);
    EXPECT_EQ(verdict(with_word(ack, sl_word(5, 0, SL_LEFT))), SL_WIRE_OK);
    EXPECT_EQ(verdict(with_word(ack, sl_word(5, 0, SL_SUSPECT))), SL_WIRE_FIELD_BAD);
    EXPECT_EQ(verdict(with_word(ack, sl_word(5, 0, SL_DEAD))), SL_WIRE_FIELD_BAD);
    EXPECT_EQ(verdict(with_word(ack, 0)), SL_WIRE_FIELD_BAD);
}

TEST(Frame, SyncRangeMustNotRunBackwards)
{
    Vectors v;
    for (uint8_t type : {SL_FRAME_SYNC_REQUEST, SL_FRAME_SYNC}) {
        Bytes frame = v.sync(type);
        sl_be64_store(frame.data() + 72, 8);
        sl_be64_store(frame.data() + 80, 8);
        EXPECT_EQ(verdict(frame), SL_WIRE_OK);
        sl_be64_store(frame.data() + 80, 7);
        EXPECT_EQ(verdict(frame), SL_WIRE_FIELD_BAD);
    }
}
