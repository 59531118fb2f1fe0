// SPDX-License-Identifier: BSD-3-Clause
// What an ALIVE record says of its member: names, texts and addresses.
#include "lib/limits.h"
#include "tests/unit/record_fixture.h"

namespace
{

using namespace record_test;

TEST(Record, OneFamilyIsEnoughAndTheOtherTakesNoRoom)
{
    struct sl_identity both = Vectors().identity(), v4 = both, v6 = both;
    v4.v6 = {};
    v6.v4 = {};
    EXPECT_EQ(alive(both).size(), alive(v4).size() + 16);
    EXPECT_EQ(alive(both).size(), alive(v6).size() + 4);
    Reader r(alive(v4));
    ASSERT_TRUE(r.next());
    EXPECT_TRUE(sl_endpoint_equal(&r.record.identity.v4, &both.v4));
    EXPECT_FALSE(sl_endpoint_is_set(&r.record.identity.v6));
    Reader s(alive(v6));
    ASSERT_TRUE(s.next());
    EXPECT_FALSE(sl_endpoint_is_set(&s.record.identity.v4));
    EXPECT_TRUE(sl_endpoint_equal(&s.record.identity.v6, &both.v6));
}

TEST(Record, TheShortestClaimIsAPortAnAddressAndALetter)
{
    struct sl_identity i = Vectors().identity();
    i.v6 = {};
    i.name_bytes = 1;
    i.zone = i.tags = nullptr;
    i.zone_bytes = 0;
    i.tags_bytes = 0;
    EXPECT_EQ(alive(i).size(), 33u);
    EXPECT_EQ(decode(alive(i)), one);
}

TEST(Record, TheLongestClaimFillsItsStatedBound)
{
    struct sl_identity i = Vectors().identity();
    std::string name(SL_NAME_BYTES_MAX, 'n'), zone(SL_ZONE_BYTES_MAX, 'z');
    std::string tags(SL_TAGS_BYTES_MAX, '\0');
    i.name = name.data();
    i.name_bytes = SL_NAME_BYTES_MAX;
    i.zone = zone.data();
    i.zone_bytes = SL_ZONE_BYTES_MAX;
    i.tags = tags.data();
    i.tags_bytes = SL_TAGS_BYTES_MAX;
    EXPECT_EQ(alive(i).size(), size_t(SL_RECORD_ALIVE_BYTES_MAX));
    EXPECT_EQ(decode(alive(i)), one);
}

TEST(Record, EveryWrongInnerLengthOfAClaimIsBad)
{
    Bytes good = alive(Vectors().identity());
    for (size_t at : {24, 25, 26, 27})
        for (int value = 0; value < 256; value++)
            if (value != good[at]) {
                Bytes changed = good;
                changed[at] = static_cast<uint8_t>(value);
                EXPECT_EQ(decode(changed), bad) << "byte " << at << " = " << value;
            }
}

TEST(Record, LengthsPastTheLimitsAreBadEvenIfTheyAddUp)
{
    struct Lengths {
        size_t name, zone, tags;
    };
    for (Lengths l : {Lengths{64, 0, 0}, Lengths{1, 64, 0}, Lengths{1, 0, 257}, Lengths{0, 1, 0}}) {
        Bytes record = alive_named("n");
        record.resize(28 + 4 + 16);
        record.resize(record.size() + l.name + l.zone + l.tags, 'x');
        record[24] = static_cast<uint8_t>(l.name);
        record[25] = static_cast<uint8_t>(l.zone);
        sl_be16_store(record.data() + 26, static_cast<uint16_t>(l.tags));
        EXPECT_EQ(decode(with_length(record, record.size())), bad)
            << l.name << " " << l.zone << " " << l.tags;
    }
}

TEST(Record, NamesInAnyScriptAreGood)
{
    for (const char *name : {"a", "kestrel-1.example", "Grünspecht", "燕", "\xf0\x9f\x90\xa6",
                             "\xc2\xa0", "\xed\x9f\xbf", "\xee\x80\x80", "\xf4\x8f\xbf\xbf"})
        EXPECT_EQ(decode(alive_named(name, name)), one) << name;
}

TEST(Record, AControlCharacterIsFoundWhereverItStandsInAName)
{
    const uint8_t address[4] = {10, 0, 0, 1};
    for (uint8_t length : {1, 7, 8, 9, 16, 24, 31, 63})
        for (size_t at = 0; at < length; at++) {
            std::string text(192, 'x'); // printable on both sides
            sl_identity identity = {};
            identity.v4 = sl_endpoint_v4(address, 7947);
            identity.name = text.data() + 64;
            identity.name_bytes = length;
            EXPECT_TRUE(sl_identity_is_valid(&identity));
            text[64 + at] = '\x1b';
            EXPECT_FALSE(sl_identity_is_valid(&identity)) << at << " of " << (int)length;
        }
}

TEST(Record, NamesAndZonesThatAreNotPrintableUtf8AreBad)
{
    const std::string broken[] = {
        std::string("a\0b", 3), // control characters
        "a\nb",
        "\x1b[31m",
        "\x7f",
        "\xc2\x80",
        "\xc2\x9f",
        "\x80", // a continuation without a lead
        "\xbf\x61",
        "\xc3", // a lead without its continuation
        "\xc3\x28",
        "\xe2\x82",
        "\xe2\x28\xa1",
        "\xf0\x9f\x90",
        "\xf0\x9f\x28\xa6",
        "\xc0\xaf", // overlong
        "\xc1\xbf",
        "\xe0\x80\xaf",
        "\xe0\x9f\xbf",
        "\xf0\x80\x80\xaf",
        "\xf0\x8f\xbf\xbf",
        "\xed\xa0\x80", // surrogates
        "\xed\xbf\xbf",
        "\xf4\x90\x80\x80", // past U+10FFFF
        "\xf5\x80\x80\x80",
        "\xf8\x90\x80\x80", // never a lead
        "\xfe",
        "\xff",
    };
    for (const std::string &text : broken) {
        EXPECT_EQ(decode(alive_named(text)), bad) << testing::PrintToString(text);
        EXPECT_EQ(decode(alive_named("fine" + text)), bad) << testing::PrintToString(text);
        EXPECT_EQ(decode(alive_named("fine", text)), bad) << testing::PrintToString(text);
    }
}

TEST(Record, AControlCharacterIsFoundAtEveryPlaceOfALongName)
{
    for (size_t length = 8; length <= 40; length++) {
        std::string name(length, '~');
        EXPECT_EQ(decode(alive_named(name)), one) << length;
        for (size_t at = 0; at < length; at++)
            for (char wrong : {'\0', '\x1f', '\x7f', '\x80', '\xff'}) {
                name[at] = wrong;
                EXPECT_EQ(decode(alive_named(name)), bad) << length << " at " << at;
                name[at] = '~';
            }
    }
}

TEST(Record, ACharacterMustNotRunPastItsText)
{
    Bytes into_zone = alive_named("a\xc3\xa9", "b");
    into_zone[24] = 2;
    into_zone[25] = 2;
    EXPECT_EQ(decode(into_zone), bad);

    struct sl_identity into_tags = Vectors().identity();
    into_tags.zone = "north\xc3";
    into_tags.zone_bytes = 6;
    into_tags.tags = "\xa9";
    into_tags.tags_bytes = 1;
    EXPECT_EQ(decode(alive(into_tags)), bad);
}

TEST(Record, OnlyUnicastAddressesOfTheRightFamilyAreEndpoints)
{
    struct sl_identity good = Vectors().identity();
    const uint8_t v4_bad[][4] = {
        {0, 0, 0, 0}, {0, 1, 2, 3}, {224, 0, 0, 1}, {239, 255, 255, 255}, {255, 255, 255, 255}};
    for (const uint8_t *address : v4_bad) {
        struct sl_identity i = good;
        i.v4 = sl_endpoint_v4(address, 7947);
        EXPECT_EQ(decode(alive(i)), bad) << int(address[0]);
    }
    const uint8_t v6_bad[][16] = {{0},
                                  {0xff, 0x02, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1},
                                  {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 192, 0, 2, 1}};
    for (const uint8_t *address : v6_bad) {
        struct sl_identity i = good;
        i.v6 = sl_endpoint_v6(address, 7947);
        EXPECT_EQ(decode(alive(i)), bad) << int(address[10]);
    }
}

} // namespace
