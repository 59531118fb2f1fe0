// SPDX-License-Identifier: BSD-3-Clause
// The Internet checksum by wide words, against its definition.
#include "ports/checksum.h"

#include <gtest/gtest.h>

#include <random>
#include <vector>

namespace
{

using Bytes = std::vector<uint8_t>;

/* Of sixteen bits at a time, as RFC 1071 defines it. */
uint16_t sum_of_sixteen_bits(const Bytes &bytes)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < bytes.size(); i++)
        sum += (uint64_t)bytes[i] << (i % 2 == 0 ? 8 : 0);
    while (sum > 0xffff)
        sum = (sum & 0xffff) + (sum >> 16);
    return rte_cpu_to_be_16((uint16_t)sum);
}

TEST(Sum, OfWideWordsIsThatOfSixteenBitsAtEveryLength)
{
    std::mt19937 random(1);
    for (int pattern = 0; pattern < 4; pattern++) {
        for (size_t length = 0; length <= 1500; length++) {
            Bytes bytes(length);
            for (auto &byte : bytes) /* all ones carry out of every addition */
                byte = pattern == 0 ? 0xff : pattern == 1 ? random() % 2 * 0xff : random() & 0xff;
            uint16_t expected = sum_of_sixteen_bits(bytes);
            EXPECT_EQ(sl_sum_fold(sl_sum(bytes.data(), (uint32_t)length)), expected) << length;
            EXPECT_EQ(sl_sum_fold(sl_sum_fresh(bytes.data(), (uint32_t)length)), expected)
                << length;
        }
    }
}

} // namespace
