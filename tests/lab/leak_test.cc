/* SPDX-License-Identifier: BSD-3-Clause */
#include <signal.h>

#include <filesystem>
#include <fstream>
#include <set>

#include "tests/lab/node.h"

namespace lab
{
namespace
{
constexpr int STARTS = 20; /* --gtest_repeat=5 makes them a hundred */

class Leak : public LabTest
{
  protected:
    static long free_huge_pages()
    {
        std::ifstream file("/proc/meminfo");
        std::string word;
        long pages = 0;
        while (file >> word)
            if (word == "HugePages_Free:")
                file >> pages;
        return pages;
    }

    static std::set<std::string> namespaces_now()
    {
        std::set<std::string> names;
        for (const auto &entry : std::filesystem::directory_iterator("/run/netns"))
            if (entry.path().filename().string().rfind(namespaces(), 0) == 0)
                names.insert(entry.path().filename());
        return names;
    }
};

TEST_F(Leak, TwentyStartsAndStopsLeaveNothing)
{
    build(1);
    Node node(net(), 1);
    auto before = namespaces_now();
    long pages = free_huge_pages();
    std::filesystem::path files = folder() + "/run";
    for (int i = 0; i < STARTS; i++) {
        node.start({"--control.socket=" + (files / "socket").string()});
        ASSERT_TRUE(await("it is up", [&] {
            return node.process().err().find("is up") != std::string::npos;
        })) << node.process().err();
        EXPECT_TRUE(std::filesystem::exists(files / "socket"));
        node.process().signal(SIGTERM);
        node.expect_clean_end();
        EXPECT_FALSE(std::filesystem::exists(files)) << "made by the node, and removed";
    }
    EXPECT_EQ(namespaces_now(), before);
    /* Pages that others use come back some time. */
    EXPECT_TRUE(await("as many huge pages are free", [&] { return free_huge_pages() >= pages; }));
}
} // namespace
} // namespace lab
