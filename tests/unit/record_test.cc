// SPDX-License-Identifier: BSD-3-Clause
#include <algorithm>
#include <iterator>
#include <random>

#include "lib/limits.h"
#include "tests/unit/record_fixture.h"

namespace
{

using namespace record_test;

TEST(Record, EveryTypeComesBackAsItWentIn)
{
    Vectors v;
    Reader r(v.records());
    ASSERT_TRUE(r.next());
    EXPECT_EQ(r.record.type, SL_RECORD_ALIVE);
    EXPECT_EQ(r.record.id, v.kestrel);
    EXPECT_EQ(r.record.word, v.kestrel_word);
    EXPECT_EQ(r.record.accuser_id, 0u);
    struct sl_identity in = v.identity();
    const struct sl_identity &out = r.record.identity;
    EXPECT_EQ(r.record.length_bytes, sl_record_alive_bytes(&in));
    EXPECT_TRUE(sl_endpoint_equal(&out.v4, &in.v4));
    EXPECT_TRUE(sl_endpoint_equal(&out.v6, &in.v6));
    EXPECT_EQ(std::string(out.name, out.name_bytes), "kestrel");
    EXPECT_EQ(std::string(out.zone, out.zone_bytes), "north");
    EXPECT_EQ(std::string(out.tags, out.tags_bytes), "role=edge");
    ASSERT_TRUE(r.next());
    EXPECT_EQ(r.record.type, SL_RECORD_LEFT);
    EXPECT_EQ(r.record.id, v.hobby);
    EXPECT_EQ(r.record.word, v.hobby_left);
    ASSERT_TRUE(r.next());
    EXPECT_EQ(r.record.type, SL_RECORD_SUSPECT);
    EXPECT_EQ(r.record.id, v.merlin);
    EXPECT_EQ(r.record.word, v.merlin_suspect);
    EXPECT_EQ(r.record.accuser_id, v.kestrel);
    ASSERT_TRUE(r.next());
    EXPECT_EQ(r.record.type, SL_RECORD_DEAD);
    EXPECT_EQ(r.record.word, v.merlin_dead);
    EXPECT_EQ(r.record.accuser_id, v.hobby);
    ASSERT_TRUE(r.next());
    EXPECT_EQ(r.record.type, SL_RECORD_REMOVED);
    EXPECT_EQ(r.record.word, v.hobby_left);
    EXPECT_EQ(r.record.accuser_id, v.kestrel);
    EXPECT_FALSE(r.next());
    EXPECT_EQ(r.error, SL_WIRE_OK);
}

TEST(Record, StringsAreReadInPlace)
{
    Reader r(Vectors().records());
    ASSERT_TRUE(r.next());
    const uint8_t *name = reinterpret_cast<const uint8_t *>(r.record.identity.name);
    EXPECT_EQ(name, r.bytes.get() + 48);
    EXPECT_EQ(r.cursor.at, r.bytes.get() + r.record.length_bytes);
}

TEST(Record, EveryTruncationIsBadExceptBetweenRecords)
{
    Bytes all = Vectors().records();
    std::vector<size_t> ends = {0};
    for (size_t at = 0; at < all.size(); ends.push_back(at))
        at += sl_be16_load(all.data() + at + 2);
    ASSERT_EQ(ends.size(), 7u);
    for (size_t length = 0; length <= all.size(); length++) {
        Bytes cut(all.begin(), all.begin() + static_cast<long>(length));
        bool between = std::find(ends.begin(), ends.end(), length) != ends.end();
        enum sl_wire_error expected = between ? SL_WIRE_OK : SL_WIRE_RECORD_BAD;
        EXPECT_EQ(decode(cut).error, expected) << length;
        EXPECT_EQ(decode_prefixes(cut), decode(cut)) << length;
    }
}

TEST(Record, EveryWrongLengthIsBad)
{
    Bytes room(600, 0);
    for (const Bytes &good : {alive(Vectors().identity()), accusation(), left(), removed()})
        for (size_t length = 0; length < 600; length++)
            if (length != good.size()) {
                EXPECT_EQ(decode(with_length(good, length) + room), bad) << length;
            }
    for (const Bytes &good : {alive(Vectors().identity()), accusation(), left(), removed()})
        EXPECT_EQ(decode(with_length(good, 0xffff)), bad);
}

TEST(Record, WordMustFitItsTypeAndBeAcceptable)
{
    for (const Bytes &good : {alive(Vectors().identity()), accusation(), left(), removed()}) {
        enum sl_status own = sl_word_status(sl_be64_load(good.data() + 12));
        for (enum sl_status status : {SL_ALIVE, SL_SUSPECT, SL_DEAD, SL_LEFT}) {
            Bytes record = good;
            sl_be64_store(record.data() + 12, sl_word(7, 0, status));
            EXPECT_EQ(decode(record), status == own ? one : bad);
            EXPECT_EQ(decode_prefixes(record), status == own ? one : bad);
        }
        Bytes record = good;
        sl_be64_store(record.data() + 12, sl_word(0, 1, own));
        EXPECT_EQ(decode(record), bad);
        sl_be64_store(record.data() + 12, sl_word(SL_GENERATION_MAX + 1, 0, own));
        EXPECT_EQ(decode(record), bad);
        sl_be64_store(record.data() + 12, sl_word(SL_GENERATION_MAX, 0, own));
        EXPECT_EQ(decode(record), one);
    }
}

TEST(Record, WhatOthersMaySayAndItsMemberCannotRefuteIsBad)
{
    for (Bytes record : {accusation(), left(), removed()}) {
        enum sl_status status = sl_word_status(sl_be64_load(record.data() + 12));
        sl_be64_store(record.data() + 12, sl_word(SL_GENERATION_MAX, SL_REFUTATION_MAX, status));
        EXPECT_EQ(decode(record), bad);
        EXPECT_EQ(decode_prefixes(record), bad);
        sl_be64_store(record.data() + 12,
                      sl_word(SL_GENERATION_MAX, SL_REFUTATION_MAX - 1, status));
        EXPECT_EQ(decode(record), one);
    }
}

TEST(Record, IdsMustBeSetAndNobodyAccusesItself)
{
    for (const Bytes &good : {alive(Vectors().identity()), accusation(), left(), removed()}) {
        Bytes record = good;
        sl_be64_store(record.data() + 4, 0);
        EXPECT_EQ(decode(record), bad);
        EXPECT_EQ(decode_prefixes(record), bad);
    }
    for (uint64_t accuser : {0, 5})
        for (Bytes record : {accusation(), removed()}) {
            sl_be64_store(record.data() + 20, accuser);
            EXPECT_EQ(decode(record), bad);
        }
}

TEST(Record, EveryFlagIsBadSignedIncluded)
{
    for (const Bytes &good : {alive(Vectors().identity()), accusation(), left(), removed()})
        for (int bit = 0; bit < 8; bit++) {
            Bytes record = good;
            record[1] = static_cast<uint8_t>(1 << bit);
            EXPECT_EQ(decode(record), bad);
            EXPECT_EQ(decode_prefixes(record), bad);
        }
    Bytes with_signature = left() + Bytes(SL_RECORD_SIGNATURE_BYTES, 0);
    with_signature[1] = SL_RECORD_SIGNED;
    EXPECT_EQ(decode(with_length(with_signature, with_signature.size())), bad);
}

TEST(Record, UnknownTypesBelow128AreBadAndOthersAreSkipped)
{
    for (int type = 0; type < 256; type++) {
        if (type >= SL_RECORD_ALIVE && type <= SL_RECORD_REMOVED)
            continue;
        Bytes unknown = accusation();
        unknown[0] = static_cast<uint8_t>(type);
        unknown[1] = 0xff;
        EXPECT_EQ(decode(unknown + left()), type < 128 ? bad : one) << type;
        EXPECT_EQ(decode_prefixes(unknown + left()), type < 128 ? bad : one) << type;
    }
}

TEST(Record, SkippableRecordsMayBeBareButNotShorter)
{
    EXPECT_EQ(decode({200, 0, 0, 4}), none);
    EXPECT_EQ(decode(Bytes{200, 0, 0, 4} + left()), one);
    for (uint8_t length : {0, 1, 2, 3, 5})
        EXPECT_EQ(decode({200, 0, 0, length}), bad) << int(length);
    EXPECT_EQ(decode({200, 0, 0xff, 0xff}), bad);
}

TEST(Record, WhatPrecedesABadRecordStandsAndTheBadOneStaysBad)
{
    Reader r(left() + Bytes{99, 0, 0, 4});
    EXPECT_TRUE(r.next());
    for (int again = 0; again < 3; again++) {
        EXPECT_FALSE(r.next());
        EXPECT_EQ(r.error, SL_WIRE_RECORD_BAD);
    }
}

TEST(Record, BytesThatAPrefixMovedOverHoldThatRecord)
{
    Reader r(Bytes{200, 0, 0, 4} + alive_named("kestrel") + left());
    const uint8_t *before = r.cursor.at;
    uint8_t type;
    uint64_t id, word;
    ASSERT_TRUE(sl_record_next_prefix(&r.cursor, &type, &id, &word, &r.error));
    Reader copy(Bytes(before, r.cursor.at));
    ASSERT_TRUE(copy.next());
    EXPECT_EQ(copy.record.type, type);
    EXPECT_EQ(copy.record.id, id);
    EXPECT_EQ(copy.record.word, word);
    EXPECT_FALSE(copy.next());
    EXPECT_EQ(copy.error, SL_WIRE_OK);
}

// The rules for a record's start as WIRE.md writes them down, one by one.
bool start_is_good(const Bytes &record)
{
    uint32_t length = sl_be16_load(&record[2]);
    uint64_t id = sl_be64_load(&record[4]), word = sl_be64_load(&record[12]);
    if (record[1] != 0 || length > record.size() || id == 0 || !sl_word_is_acceptable(word))
        return false;
    switch (record[0]) {
    case SL_RECORD_ALIVE:
        return length >= 33 && length <= SL_RECORD_ALIVE_BYTES_MAX && (word & 3) == SL_ALIVE;
    case SL_RECORD_LEFT:
        return length == SL_RECORD_LEFT_BYTES && (word & 3) == SL_LEFT;
    case SL_RECORD_SUSPECT:
        return length == SL_RECORD_ACCUSATION_BYTES && (word & 3) == SL_SUSPECT;
    case SL_RECORD_DEAD:
        return length == SL_RECORD_ACCUSATION_BYTES && (word & 3) == SL_DEAD;
    case SL_RECORD_REMOVED:
        return length == SL_RECORD_ACCUSATION_BYTES && (word & 3) == SL_LEFT;
    default:
        return false;
    }
}

TEST(Record, AStartIsGoodExactlyIfEveryRuleSaysSo)
{
    const uint64_t least = 1ull << SL_REFUTATION_BITS;
    const uint64_t most = SL_GENERATION_MAX << SL_REFUTATION_BITS | SL_REFUTATION_MAX;
    const uint64_t incarnations[] = {0,        1,    least - 1, least,           least + 1,
                                     most - 1, most, most + 1,  UINT64_MAX >> 2, 1ull << 61};
    const uint16_t lengths[] = {0, 3, 4, 19, 20, 21, 27, 28, 29, 32, 33, 34, 430, 431, 65535};
    std::mt19937_64 random(5);
    uint64_t good = 0;
    for (int i = 0; i < 400000; i++) {
        Bytes record(20 + random() % 480);
        record[0] = (uint8_t)(random() % 10 < 9 ? random() % 7 : random() % 128);
        record[1] = (uint8_t)(random() % 8 == 0 ? 1u << random() % 8 : 0);
        uint64_t which = random() % 32;
        sl_be16_store(&record[2],
                      which < std::size(lengths) ? lengths[which] : (uint16_t)record.size());
        sl_be64_store(&record[4], random() % 16 == 0 ? 0 : random());
        uint64_t incarnation = incarnations[random() % std::size(incarnations)];
        uint64_t status = random() % 2 == 0 ? (uint64_t)record[0] : random();
        const uint64_t of_type[] = {0, SL_ALIVE, SL_LEFT, SL_SUSPECT, SL_DEAD, SL_LEFT, 0};
        status = random() % 2 == 0 ? of_type[record[0] % 7] : status;
        sl_be64_store(&record[12], incarnation << 2 | (status & 3));
        struct sl_record_cursor cursor = {record.data(), record.data() + record.size()};
        enum sl_wire_error error;
        uint8_t type;
        uint64_t id, word;
        bool read = sl_record_next_prefix(&cursor, &type, &id, &word, &error);
        ASSERT_EQ(read, start_is_good(record)) << i;
        ASSERT_EQ(error, read ? SL_WIRE_OK : SL_WIRE_RECORD_BAD);
        good += read;
    }
    EXPECT_GT(good, 1000u);
}

TEST(Record, PadFillsExactlyAndTellsNothing)
{
    for (uint32_t length : {4u, 5u, 100u, 65535u}) {
        Bytes out(length + 1, 0xee);
        sl_record_write_pad(out.data(), length);
        EXPECT_EQ(out.back(), 0xee);
        out.pop_back();
        EXPECT_EQ(decode(out), none) << length;
        out.pop_back();
        EXPECT_EQ(decode(out), bad) << length;
    }
}

// The zones doubted at the start of these records.
std::vector<uint64_t> doubts(const Bytes &bytes)
{
    Reader reader(bytes);
    std::vector<uint64_t> all;
    uint64_t zone_id;
    while (sl_record_next_doubt(&reader.cursor, &zone_id))
        all.push_back(zone_id);
    return all;
}

Bytes doubt(uint64_t zone_id)
{
    Bytes out(SL_RECORD_DOUBT_BYTES, 0xee);
    EXPECT_EQ(sl_record_write_doubt(out.data(), zone_id), out.size());
    return out;
}

TEST(Record, DoubtsStandBeforeAllOthersAndAreSkippedWithThem)
{
    Bytes left(SL_RECORD_LEFT_BYTES);
    sl_record_write_left(left.data(), SL_RECORD_LEFT_BYTES, 5, sl_word(7, 0, SL_LEFT));
    Bytes records = doubt(3) + doubt(UINT64_MAX) + left + doubt(4);
    EXPECT_EQ(doubts(records), (std::vector<uint64_t>{3, UINT64_MAX}));
    EXPECT_EQ(decode(records), one);
    EXPECT_EQ(decode_prefixes(records), one);
}

TEST(Record, ADoubtThatIsNotGoodEndsThem)
{
    EXPECT_TRUE(doubts({}).empty());
    Bytes good = doubt(9);
    for (size_t length = 0; length < good.size(); length++)
        EXPECT_TRUE(doubts(Bytes(good.begin(), good.begin() + (long)length)).empty()) << length;
    Bytes of_no_zone = good, flagged = good, longer = good + Bytes(4, 0);
    std::fill(of_no_zone.begin() + 4, of_no_zone.end(), (uint8_t)0);
    flagged[1] = 1;
    longer[3] = 16;
    EXPECT_EQ(doubts(good).size(), 1u);
    for (const Bytes &bad_one : {of_no_zone, flagged, longer}) {
        EXPECT_TRUE(doubts(bad_one).empty());
        EXPECT_EQ(decode(bad_one), none);
    }
}

TEST(Record, WritersWriteAllOrNothing)
{
    struct sl_identity i = Vectors().identity();
    uint32_t full = sl_record_alive_bytes(&i);
    for (uint32_t room = 0; room <= full; room++) {
        Bytes out(room, 0xee), untouched = out;
        uint32_t written = sl_record_write_alive(out.data(), room, 5, sl_word(7, 0, SL_ALIVE), &i);
        EXPECT_EQ(written, room == full ? full : 0);
        if (written == 0) {
            EXPECT_EQ(out, untouched);
        }
    }
    for (uint32_t room = 0; room < SL_RECORD_ACCUSATION_BYTES; room++) {
        Bytes out(room, 0xee), untouched = out;
        EXPECT_EQ(sl_record_write_accusation(out.data(), room, 5, sl_word(7, 0, SL_DEAD), 6), 0u);
        if (room < SL_RECORD_LEFT_BYTES) {
            EXPECT_EQ(sl_record_write_left(out.data(), room, 5, sl_word(7, 0, SL_LEFT)), 0u);
        }
        EXPECT_EQ(out, untouched);
    }
}

TEST(RecordDeathTest, WritersStopAtWhatNoReceiverWouldTake)
{
    uint8_t out[SL_RECORD_ALIVE_BYTES_MAX];
    struct sl_identity nowhere = Vectors().identity();
    nowhere.v4 = nowhere.v6 = {};
    EXPECT_DEATH(sl_record_write_alive(out, sizeof(out), 5, sl_word(7, 0, SL_ALIVE), &nowhere),
                 "assertion");
    EXPECT_DEATH(sl_record_write_left(out, sizeof(out), 5, sl_word(7, 0, SL_ALIVE)), "assertion");
    EXPECT_DEATH(sl_record_write_accusation(out, sizeof(out), 5, sl_word(7, 0, SL_DEAD), 5),
                 "assertion");
}

} // namespace
