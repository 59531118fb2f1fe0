// SPDX-License-Identifier: BSD-3-Clause
#include <gtest/gtest.h>

#include <vector>

#include "lib/digest.h"
#include "lib/word.h"

namespace
{

using Bytes = std::vector<uint8_t>;

sl_digest make(uint8_t type, uint8_t depth, uint8_t bits, uint32_t bucket, uint32_t count,
               uint16_t live = 0)
{
    sl_digest d{};
    d.type = type;
    d.depth = depth;
    d.bits = bits;
    d.bucket = bucket;
    d.count = count;
    d.live_count = live;
    return d;
}

Bytes written(const sl_digest &d)
{
    Bytes out(2048, 0xee);
    uint32_t length = sl_digest_write(out.data(), (uint32_t)out.size(), &d);
    EXPECT_EQ(sl_digest_write(out.data(), length - 1, &d), 0u);
    out.resize(length);
    return out;
}

// How many records are read out of these bytes.
int count_of(const Bytes &bytes, sl_digest *last = nullptr)
{
    sl_digest d{};
    sl_record_cursor cursor = {bytes.data(), bytes.data() + bytes.size()};
    int count = 0;
    while (sl_digest_next(&cursor, &d)) {
        EXPECT_LE(d.bytes + (sl_digest_bytes(&d) - SL_DIGEST_HEAD_BYTES),
                  bytes.data() + bytes.size());
        count++;
    }
    if (last != nullptr)
        *last = d;
    return count;
}

const std::vector<sl_digest> all = {
    make(SL_RECORD_DIGESTS, 8, 4, 255, 16),
    make(SL_RECORD_ITEMS, 12, 0, 4095, 5, 3),
    make(SL_RECORD_WANT, 32, 0, UINT32_MAX, 1),
    make(SL_RECORD_DIFFERS, 0, 8, 0, 256),
};

TEST(Digest, ReadsWhatItWrites)
{
    for (const sl_digest &d : all) {
        sl_digest got{};
        ASSERT_EQ(count_of(written(d), &got), 1);
        EXPECT_EQ(got.type, d.type);
        EXPECT_EQ(got.depth, d.depth);
        EXPECT_EQ(got.bits, d.bits);
        EXPECT_EQ(got.live_count, d.live_count);
        EXPECT_EQ(got.bucket, d.bucket);
        EXPECT_EQ(got.count, d.count);
    }
}

TEST(Digest, PassesOverOtherRecords)
{
    Bytes frame(20, 0xee);
    sl_record_write_pad(frame.data(), 20);
    frame.resize(20 + SL_RECORD_LEFT_BYTES);
    sl_record_write_left(frame.data() + 20, SL_RECORD_LEFT_BYTES, 7, sl_word(9, 0, SL_LEFT));
    for (const sl_digest &d : all) {
        Bytes more = written(d);
        frame.insert(frame.end(), more.begin(), more.end());
    }
    EXPECT_EQ(count_of(frame), 4);
}

TEST(Digest, RecordThatBreaksARuleSaysNothing)
{
    struct {
        int record, at;
        uint8_t value;
    } bad[] = {
        {0, 1, 1},  {0, 4, 29}, {0, 4, 7},  {0, 5, 5}, {0, 5, 0},  {0, 5, 9},  {0, 7, 1},
        {0, 10, 1}, {1, 5, 1},  {1, 7, 6},  {1, 9, 1}, {1, 4, 33}, {1, 4, 11}, {1, 4, 255},
        {2, 7, 1},  {2, 5, 4},  {2, 4, 31}, {3, 5, 2}, {3, 5, 7},  {3, 11, 1},
    };
    for (auto &b : bad) {
        Bytes bytes = written(all[(size_t)b.record]);
        bytes[(size_t)b.at] = b.value;
        EXPECT_EQ(count_of(bytes), 0) << "record " << b.record << " byte " << b.at;
        Bytes good = written(all[1]);
        bytes.insert(bytes.end(), good.begin(), good.end());
        EXPECT_EQ(count_of(bytes), 1) << "what follows it is read";
    }
}

TEST(Digest, LengthsThatDoNotFitSayNothing)
{
    for (const sl_digest &d : all) {
        Bytes bytes = written(d);
        for (uint32_t cut = 1; cut <= bytes.size(); cut++) {
            Bytes shorter(bytes.begin(), bytes.end() - cut);
            EXPECT_EQ(count_of(shorter), 0); // overruns
            if (shorter.size() < 4)
                continue;
            sl_be16_store(shorter.data() + 2, (uint16_t)shorter.size());
            bool hashes = d.type == SL_RECORD_ITEMS || d.type == SL_RECORD_WANT;
            bool whole = hashes && cut % 4 == 0 && shorter.size() >= SL_DIGEST_HEAD_BYTES &&
                         (shorter.size() - SL_DIGEST_HEAD_BYTES) / 4 >= d.live_count;
            EXPECT_EQ(count_of(shorter), whole ? 1 : 0) << (int)d.type << " less " << cut;
        }
    }
    Bytes longer(SL_DIGEST_HEAD_BYTES + 4 * (SL_DIGEST_HASHES_MAX + 1));
    sl_be32_store(longer.data(), (uint32_t)SL_RECORD_WANT << 24 | (uint32_t)longer.size());
    EXPECT_EQ(count_of(longer), 0) << "more hashes than one answer looks through";
}

TEST(Digest, CollisionInOneSessionIsNoneInTheNext)
{
    const uint64_t a = 0x123456789abcdef0ull, salt = 0x9e3779b97f4a7c15ull;
    const uint64_t b = a + 2; // hidden below the 32 bits where the salt is small
    EXPECT_EQ(sl_digest_hash(a, 1), sl_digest_hash(b, 1));
    EXPECT_NE(sl_digest_hash(a, salt), sl_digest_hash(b, salt));
}

} // namespace
