// SPDX-License-Identifier: BSD-3-Clause
// Replays a target's committed corpus, and truncations of it, without libFuzzer. The folder is an
// argument.
#include "tests/fuzz/fuzz.h"

#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <iterator>
#include <memory>
#include <string.h>
#include <string>
#include <vector>

namespace
{
// Of the shorter ones every truncation, of the longer ones about so many.
const size_t kTruncations = 150;

std::string folder()
{
    const auto &arguments = testing::internal::GetArgvs();
    for (size_t i = 1; i < arguments.size(); i++) {
        if (arguments[i].rfind("-", 0) != 0)
            return arguments[i];
    }
    return "(give the folder)";
}

void play(const std::vector<char> &bytes, size_t length)
{
    // Of the exact size, so that AddressSanitizer sees every byte read past the end.
    std::unique_ptr<uint8_t[]> exact(new uint8_t[length]);
    if (length != 0)
        memcpy(exact.get(), bytes.data(), length);
    LLVMFuzzerTestOneInput(exact.get(), length);
}

TEST(FuzzCorpus, EveryCaseAndItsTruncationsAreTakenOrRefused)
{
    int replayed = 0;
    for (const auto &entry : std::filesystem::directory_iterator(folder())) {
        std::ifstream file(entry.path(), std::ios::binary);
        std::vector<char> bytes((std::istreambuf_iterator<char>(file)), {});
        for (size_t length = 0; length < bytes.size(); length += 1 + bytes.size() / kTruncations)
            play(bytes, length);
        play(bytes, bytes.size());
        replayed++;
    }
    EXPECT_GE(replayed, 10) << "corpus missing: " << folder();
}
} // namespace
