// SPDX-License-Identifier: BSD-3-Clause
#include "lib/base64.h"

#include <gtest/gtest.h>

#include <cerrno>
#include <string>

static std::string encode(const std::string &bytes)
{
    std::string text(sl_base64_length(bytes.size()), '?');
    sl_base64_encode(reinterpret_cast<const uint8_t *>(bytes.data()), bytes.size(), text.data());
    return text;
}

static ptrdiff_t decode(const std::string &text, std::string &bytes, size_t size = 256)
{
    bytes.assign(size, '?');
    ptrdiff_t n =
        sl_base64_decode(text.data(), text.size(), reinterpret_cast<uint8_t *>(bytes.data()), size);
    bytes.resize(n < 0 ? 0 : static_cast<size_t>(n));
    return n;
}

TEST(Base64, WritesAndReadsTheRfcVectors)
{
    const std::pair<const char *, const char *> vectors[] = {{"", ""},
                                                             {"f", "Zg=="},
                                                             {"fo", "Zm8="},
                                                             {"foo", "Zm9v"},
                                                             {"foob", "Zm9vYg=="},
                                                             {"fooba", "Zm9vYmE="},
                                                             {"foobar", "Zm9vYmFy"}};
    for (const auto &[bytes, text] : vectors) {
        std::string back;
        EXPECT_EQ(encode(bytes), text);
        EXPECT_EQ(decode(text, back), static_cast<ptrdiff_t>(strlen(bytes)));
        EXPECT_EQ(back, bytes);
    }
}

TEST(Base64, EveryByteComesBackAtEveryLength)
{
    std::string bytes, back;
    for (int i = 0; i < 256; i++) {
        EXPECT_GE(decode(encode(bytes), back), 0);
        EXPECT_EQ(back, bytes);
        bytes.push_back(static_cast<char>(255 - i));
    }
}

TEST(Base64, MalformedTextIsRefused)
{
    std::string back;
    for (const char *text : {"A", "AA", "AAA", "A===", "====", "AA=A", "AB==", "AAB=", "AA==AAAA",
                             "AA A", "AA\n=", "AA-_", "\xff\xff\xff\xff"})
        EXPECT_EQ(decode(text, back), -EBADMSG) << text;
}

TEST(Base64, NothingIsWrittenPastTheBuffer)
{
    std::string back;
    EXPECT_EQ(decode("Zm9vYmFy", back, 5), -ENOSPC);
    EXPECT_EQ(decode("Zm9vYmE=", back, 5), 5);
}
