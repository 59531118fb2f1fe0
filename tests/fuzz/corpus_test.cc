// SPDX-License-Identifier: BSD-3-Clause
// Replays the committed corpus, and every truncation of it, without libFuzzer.
#include "tests/fuzz/frame_fuzz.h"

#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <iterator>
#include <memory>
#include <string.h>
#include <vector>

TEST(FuzzCorpus, EveryFrameAndTruncationDecodesOrIsRefused)
{
    int replayed = 0;
    for (const auto &entry : std::filesystem::directory_iterator(FRAME_CORPUS)) {
        std::ifstream file(entry.path(), std::ios::binary);
        std::vector<char> bytes((std::istreambuf_iterator<char>(file)), {});
        for (size_t length = 0; length <= bytes.size(); length++) {
            // Of the exact size, so that AddressSanitizer sees every byte read past the end.
            std::unique_ptr<uint8_t[]> exact(new uint8_t[length]);
            if (length != 0)
                memcpy(exact.get(), bytes.data(), length);
            LLVMFuzzerTestOneInput(exact.get(), length);
        }
        replayed++;
    }
    EXPECT_GE(replayed, 10) << "corpus missing: " << FRAME_CORPUS;
}
