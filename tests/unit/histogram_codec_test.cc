// SPDX-License-Identifier: BSD-3-Clause
#include "lib/histogram_codec.h"

#include <gtest/gtest.h>
#include <zlib.h>

#include <cerrno>
#include <random>
#include <string>
#include <vector>

#include "lib/base64.h"
#include "tests/unit/histogram_fixture.h"

namespace
{
const struct sl_histogram_config second = {1, 1000000000, 2};

// Written by HdrHistogram_c 0.11 for {1, 10^9, 2}: golden_values[i] recorded i + 1 times, 123456
// recorded 1000000007 times.
const std::string golden =
    "HISTFAAAADR4nJNpmSzMwMAgwgABTFCaEURYzzrFYP8BKsHyk5lN6DcjD999/r4V13ayf5cUAADh+ws2";
const uint64_t golden_values[] = {0, 1, 255, 256, 257, 511, 512, 1000000000};

struct TextCodec : Codec {
    using Codec::Codec;

    std::string encode(const struct sl_histogram *h)
    {
        std::vector<char> out(sl_histogram_codec_text_bytes(codec));
        ptrdiff_t length = sl_histogram_encode(codec, h, out.data(), out.size());
        EXPECT_GE(length, 0);
        return out.data();
    }
    int add(const std::string &text, struct sl_histogram *into)
    {
        // An exact copy on the heap, so that a sanitizer sees a read past its end.
        std::vector<char> exact(text.begin(), text.end());
        return sl_histogram_decode_add(codec, exact.data(), exact.size(), into);
    }
    int config(const std::string &text, struct sl_histogram_config *config)
    {
        std::vector<char> exact(text.begin(), text.end());
        return sl_histogram_decode_config(codec, exact.data(), exact.size(), config);
    }
};

void expect_equal(const struct sl_histogram *a, const struct sl_histogram *b)
{
    ASSERT_EQ(a->slots, b->slots);
    for (uint32_t slot = 0; slot < a->slots; slot++)
        ASSERT_EQ(sl_histogram_count(a, slot), sl_histogram_count(b, slot)) << "slot " << slot;
}

using Bytes = std::vector<uint8_t>;

void put(Bytes &to, uint64_t value, int bytes)
{
    while (bytes-- > 0)
        to.push_back(static_cast<uint8_t>(value >> 8 * bytes));
}

// The raw form with every field open to abuse.
struct Raw {
    uint32_t cookie = 0x1c849313, offset = 0, digits = 2;
    uint64_t lowest = 1, highest = 1000000000;
    Bytes payload = {2}; // one value in slot 0
    int64_t claimed_bytes = -1;

    Bytes bytes() const
    {
        Bytes raw;
        put(raw, cookie, 4);
        put(raw, claimed_bytes < 0 ? payload.size() : static_cast<uint64_t>(claimed_bytes), 4);
        put(raw, offset, 4);
        put(raw, digits, 4);
        put(raw, lowest, 8);
        put(raw, highest, 8);
        put(raw, 0x3ff0000000000000, 8);
        raw.insert(raw.end(), payload.begin(), payload.end());
        return raw;
    }
};

std::string text_of(const Bytes &packed)
{
    std::string text(sl_base64_length(packed.size()), '?');
    sl_base64_encode(packed.data(), packed.size(), text.data());
    return text;
}

Bytes pack(const Bytes &raw, uint32_t cookie = 0x1c849314, int64_t claimed_bytes = -1)
{
    uLongf size = compressBound(raw.size());
    Bytes stream(size), packed;
    compress(stream.data(), &size, raw.data(), raw.size());
    stream.resize(size);
    put(packed, cookie, 4);
    put(packed, claimed_bytes < 0 ? size : static_cast<uint64_t>(claimed_bytes), 4);
    packed.insert(packed.end(), stream.begin(), stream.end());
    return packed;
}

Bytes unpack(const std::string &text)
{
    Bytes packed(text.size()), raw(1 << 20);
    ptrdiff_t bytes = sl_base64_decode(text.data(), text.size(), packed.data(), packed.size());
    EXPECT_GT(bytes, 8);
    uLongf size = raw.size();
    EXPECT_EQ(uncompress(raw.data(), &size, packed.data() + 8, static_cast<uLong>(bytes - 8)),
              Z_OK);
    raw.resize(size);
    return raw;
}
} // namespace

TEST(HistogramCodec, ReadsWhatTheReferenceWrote)
{
    TextCodec c(second);
    Histogram expected(second), read(second);
    for (size_t i = 0; i < std::size(golden_values); i++)
        for (size_t times = 0; times <= i; times++)
            sl_histogram_record(expected.h, golden_values[i]);
    sl_histogram_add(&expected.h->counts[sl_histogram_slot(expected.h, 123456)], 1000000007);
    ASSERT_EQ(c.add(golden, read.h), 0);
    expect_equal(read.h, expected.h);
    EXPECT_EQ(sl_histogram_total(read.h), 1000000043u);
    EXPECT_EQ(sl_histogram_max(read.h), 1002438655u);
}

TEST(HistogramCodec, TheRawFormIsTheReferencesByteForByte)
{
    TextCodec c(second);
    Histogram read(second);
    ASSERT_EQ(c.add(golden, read.h), 0);
    EXPECT_EQ(unpack(c.encode(read.h)), unpack(golden));
}

TEST(HistogramCodec, NumbersTakeOneToNineBytes)
{
    TextCodec c(second);
    Histogram a(second);
    sl_histogram_add(&a.h->counts[0], 1);
    sl_histogram_add(&a.h->counts[2], INT64_MAX - 1000); // after a single empty slot
    sl_histogram_add(&a.h->counts[5], 64);               // after two
    Raw expected;
    expected.payload = {0x02, 0x00, 0xae, 0xf0, 0xff, 0xff, 0xff,
                        0xff, 0xff, 0xff, 0xff, 0x03, 0x80, 0x01};
    EXPECT_EQ(unpack(c.encode(a.h)), expected.bytes());
    Histogram back(second);
    ASSERT_EQ(c.add(c.encode(a.h), back.h), 0);
    expect_equal(back.h, a.h);
}

TEST(HistogramCodec, AnEmptyHistogramIsOneZero)
{
    TextCodec c(second);
    Histogram a(second), back(second);
    Raw expected;
    expected.payload = {0};
    EXPECT_EQ(unpack(c.encode(a.h)), expected.bytes());
    EXPECT_EQ(c.add(c.encode(a.h), back.h), 0);
    EXPECT_EQ(sl_histogram_total(back.h), 0u);
}

TEST(HistogramCodec, RandomHistogramsComeBackInEveryConfiguration)
{
    std::mt19937_64 random(20240601);
    const struct sl_histogram_config configs[] = {
        second, {1, 2, 1}, {1000, 10000000000, 3}, {1, INT64_MAX, 2}, {7, 100000, 5}};
    for (const auto &config : configs) {
        TextCodec c(config);
        for (int round = 0; round < 20; round++) {
            Histogram a(config), back(config);
            for (int i = 0; i < 300 * round; i++)
                sl_histogram_record(a.h, random() >> (random() % 64));
            std::string text = c.encode(a.h);
            EXPECT_EQ(text.rfind("HISTFAA", 0), 0u);
            struct sl_histogram_config read;
            ASSERT_EQ(c.config(text, &read), 0);
            EXPECT_TRUE(sl_histogram_config_equal(&read, &config));
            ASSERT_EQ(c.add(text, back.h), 0);
            expect_equal(back.h, a.h);
        }
    }
}

TEST(HistogramCodec, TheWorstCaseFitsTheDocumentedRoom)
{
    TextCodec c(second);
    Histogram a(second);
    std::mt19937_64 random(7);
    for (uint32_t slot = 0; slot < a.h->slots; slot++)
        sl_histogram_add(&a.h->counts[slot], random() >> 1 | UINT64_C(1) << 62);
    EXPECT_GT(c.encode(a.h).size(), 9u * a.h->slots);
    sl_histogram_add(&a.h->counts[0], UINT64_C(1) << 63);
    char out[8];
    EXPECT_EQ(sl_histogram_encode(c.codec, a.h, out, sizeof(out)), -EOVERFLOW);
}

TEST(HistogramCodec, AShortBufferIsRefusedAndNotOverrun)
{
    TextCodec c(second);
    Histogram a(second);
    size_t length = c.encode(a.h).size();
    std::vector<char> exact(length + 1), shorter(length);
    EXPECT_EQ(sl_histogram_encode(c.codec, a.h, exact.data(), exact.size()),
              static_cast<ptrdiff_t>(length));
    EXPECT_EQ(sl_histogram_encode(c.codec, a.h, shorter.data(), shorter.size()), -ENOSPC);
    EXPECT_EQ(sl_histogram_encode(c.codec, a.h, nullptr, 0), -ENOSPC);
}

TEST(HistogramCodec, AHistogramBeyondTheCodecsSizeIsRefused)
{
    const struct sl_histogram_config small = {1, 1000, 1};
    TextCodec c(small), big(second);
    Histogram a(second);
    std::mt19937_64 random(1);
    for (uint32_t slot = 0; slot < a.h->slots; slot++)
        sl_histogram_add(&a.h->counts[slot], random() % 1000);
    char out[64];
    EXPECT_EQ(sl_histogram_encode(c.codec, a.h, out, sizeof(out)), -EMSGSIZE);
    EXPECT_EQ(c.add(big.encode(a.h), a.h), -EMSGSIZE);
    struct sl_histogram_config read;
    EXPECT_EQ(c.config(big.encode(a.h), &read), 0)
        << "the configuration says how large a codec must be";
    EXPECT_TRUE(sl_histogram_config_equal(&read, &second));
}

TEST(HistogramCodec, ADecompressionBombStopsAtTheBuffer)
{
    TextCodec c(second);
    Histogram a(second);
    Raw raw;
    raw.payload.assign(10 << 20, 0);
    EXPECT_EQ(c.add(text_of(pack(raw.bytes())), a.h), -EMSGSIZE);
}

TEST(HistogramCodec, HostileHeadersAreRefused)
{
    TextCodec c(second);
    Histogram a(second);
    auto expect = [&](int rc, const Raw &raw) {
        EXPECT_EQ(c.add(text_of(pack(raw.bytes())), a.h), rc);
    };
    auto with = [](auto change) {
        Raw raw;
        change(raw);
        return raw;
    };
    expect(0, Raw());
    expect(-EBADMSG, with([](Raw &r) { r.cookie = 0x1c849301; }));
    expect(-EBADMSG, with([](Raw &r) { r.offset = 1; }));
    expect(-EBADMSG, with([](Raw &r) { r.digits = 0; }));
    expect(-EBADMSG, with([](Raw &r) { r.digits = UINT32_MAX; }));
    expect(-EBADMSG, with([](Raw &r) { r.lowest = 0; }));
    expect(-EBADMSG, with([](Raw &r) { r.lowest = r.highest = UINT64_MAX; }));
    expect(-EBADMSG, with([](Raw &r) { r.claimed_bytes = 2; }));
    expect(-EBADMSG, with([](Raw &r) { r.claimed_bytes = UINT32_MAX; }));
    expect(-EINVAL, with([](Raw &r) { r.digits = 1; }));
    expect(-EINVAL, with([](Raw &r) { r.highest = INT64_MAX; }));
    EXPECT_EQ(sl_histogram_total(a.h), 1u);
}

TEST(HistogramCodec, HostilePayloadsAddNothing)
{
    TextCodec c(second);
    Histogram a(second);
    const Bytes most = {0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff}; // INT64_MAX
    const Bytes least(9, 0xff);                                                // INT64_MIN
    Bytes overflow = most, too_many(a.h->slots + 1, 2);
    overflow.push_back(2);
    const std::pair<int, Bytes> cases[] = {
        {-EBADMSG, {2, 0x80}},       // cut short within a number
        {-EBADMSG, least},           // an absurd run of empty slots
        {-EBADMSG, {2, 0xff, 0x2f}}, // 3072 empty slots after one: one too many
        {-EBADMSG, {0xff, 0x2f, 2}}, // a count past the last slot
        {-EBADMSG, too_many},        {-EOVERFLOW, overflow}};
    for (const auto &[rc, payload] : cases) {
        Raw raw;
        raw.payload = payload;
        EXPECT_EQ(c.add(text_of(pack(raw.bytes())), a.h), rc);
        EXPECT_EQ(sl_histogram_total(a.h), 0u);
    }
    Raw full;
    full.payload = {0xff, 0x2f}; // exactly all slots empty
    EXPECT_EQ(c.add(text_of(pack(full.bytes())), a.h), 0);
}

TEST(HistogramCodec, BrokenWrappingIsRefused)
{
    TextCodec c(second);
    Histogram a(second);
    const Bytes raw = Raw().bytes();
    struct sl_histogram_config config;
    Bytes slack = pack(raw), flipped = pack(raw);
    slack.insert(slack.end(), 20, 0xee);
    flipped.back() ^= 1; // zlib's checksum
    EXPECT_EQ(c.add("", a.h), -EBADMSG);
    EXPECT_EQ(c.config("", &config), -EBADMSG);
    EXPECT_EQ(c.add("HISTFAAAA", a.h), -EBADMSG);
    EXPECT_EQ(c.add(text_of(pack(raw, 0x1c849313)), a.h), -EBADMSG);
    EXPECT_EQ(c.add(text_of(pack(raw, 0x1c849314, 5)), a.h), -EBADMSG);
    EXPECT_EQ(c.add(text_of(flipped), a.h), -EBADMSG);
    EXPECT_EQ(c.add(text_of(pack({})), a.h), -EBADMSG);
    EXPECT_EQ(sl_histogram_total(a.h), 0u);
    EXPECT_EQ(c.add(text_of(slack), a.h), 0);
}

TEST(HistogramCodec, DamagedTextNeverAddsPartOfIt)
{
    TextCodec c(second);
    std::mt19937 random(99);
    for (size_t length = 0; length < golden.size(); length++) {
        Histogram a(second);
        EXPECT_NE(c.add(golden.substr(0, length), a.h), 0) << length;
        EXPECT_EQ(sl_histogram_total(a.h), 0u);
    }
    for (int i = 0; i < 20000; i++) {
        Histogram a(second);
        struct sl_histogram_config config;
        std::string text = golden;
        for (int n = 0; n < 1 + i % 3; n++)
            text[random() % text.size()] = "ABCDEFGHIJabcdef0123456789+/=\n"[random() % 30];
        (void)c.config(text, &config);
        if (c.add(text, a.h) != 0) {
            ASSERT_EQ(sl_histogram_total(a.h), 0u);
        }
    }
}

// Damage behind zlib's checksum: the payload reader itself meets it.
TEST(HistogramCodec, DamagedPayloadsStayWithinTheHistogram)
{
    TextCodec c(second);
    const Bytes raw = unpack(golden);
    std::mt19937 random(5);
    for (int i = 0; i < 20000; i++) {
        Histogram a(second);
        Bytes damaged = raw;
        for (int n = 0; n < 1 + i % 4; n++)
            damaged[(i % 2 ? 40 : 0) + random() % (damaged.size() - 40)] =
                static_cast<uint8_t>(random());
        if (c.add(text_of(pack(damaged)), a.h) != 0) {
            ASSERT_EQ(sl_histogram_total(a.h), 0u);
        }
    }
}
