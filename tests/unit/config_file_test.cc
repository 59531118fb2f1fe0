// SPDX-License-Identifier: BSD-3-Clause
#include "dataplane/config_file.h"

#include <gtest/gtest.h>

#include <cerrno>
#include <string>

#include "tests/unit/fake_node.h"

namespace
{

class ConfigFile : public ::testing::Test
{
  protected:
    int read(const std::string &text)
    {
        path_ = dir_.write("c", text);
        seen_.clear();
        return sl_config_file_read(path_.c_str(), take, this, why_, sizeof(why_));
    }
    std::string why() const
    {
        std::string text = why_;
        return !path_.empty() && text.compare(0, path_.size(), path_) == 0
                   ? "FILE" + text.substr(path_.size())
                   : text;
    }
    static int take(void *argument, const struct sl_config_entry *e, char *, size_t)
    {
        auto *self = static_cast<ConfigFile *>(argument);
        self->seen_ +=
            std::to_string(e->line) + " " + e->section + "." + e->key + "=" + e->value + "|";
        return std::string(e->key) == "stop" ? -ECANCELED : 0;
    }

    TempDir dir_;
    std::string path_, seen_;
    char why_[512] = "";
};

TEST_F(ConfigFile, SectionsKeysCommentsAndBlanks)
{
    EXPECT_EQ(read("# head\n\n[ node ]\n\tname = a b # who\r\nzone=x#y\n[port]\nspec=a=b\nmtu =\n"),
              0);
    EXPECT_EQ(seen_, "4 node.name=a b|5 node.zone=x#y|7 port.spec=a=b|8 port.mtu=|");
}

TEST_F(ConfigFile, TheLastLineNeedsNoNewline)
{
    EXPECT_EQ(read("[a]\nk = v"), 0);
    EXPECT_EQ(seen_, "2 a.k=v|");
}

TEST_F(ConfigFile, BadSyntaxIsToldWithItsLine)
{
    EXPECT_EQ(read("[a]\n\nnonsense\n"), -EINVAL);
    EXPECT_EQ(why(), "FILE:3: expected 'key = value' or '[section]', found 'nonsense'");
    EXPECT_EQ(read("[a]\n= 5\n"), -EINVAL);
    EXPECT_EQ(why(), "FILE:2: expected 'key = value' or '[section]', found '= 5'");
    EXPECT_EQ(read("[a\n"), -EINVAL);
    EXPECT_EQ(why(), "FILE:1: a section ends with ']', as in [port]");
    EXPECT_EQ(read("[]\n"), -EINVAL);
    EXPECT_EQ(why(), "FILE:1: a section needs a name of 1 to 63 bytes, as in [port]");
    EXPECT_EQ(read("k = v\n"), -EINVAL);
    EXPECT_EQ(
        why(),
        "FILE:1: key 'k' stands before the first section; put it below a line such as [node]");
}

TEST_F(ConfigFile, WhatIsNoTextIsRefused)
{
    EXPECT_EQ(read(std::string("[a]\nk = \0v\n", 10)), -EINVAL);
    EXPECT_EQ(why(), "FILE:2: longer than 4096 bytes or not text; is this the right file?");
    EXPECT_EQ(read("[a]\nk = " + std::string(5000, 'x') + "\n"), -EINVAL);
    EXPECT_EQ(why(), "FILE:2: longer than 4096 bytes or not text; is this the right file?");
}

TEST_F(ConfigFile, ReadingStopsWhereTheTakerSaysSo)
{
    EXPECT_EQ(read("[a]\nk=1\nstop=2\nk=3\n"), -ECANCELED);
    EXPECT_EQ(seen_, "2 a.k=1|3 a.stop=2|");
}

TEST_F(ConfigFile, AMissingFileAndADirectoryAreErrors)
{
    EXPECT_EQ(sl_config_file_read("/nonexistent/x", take, this, why_, sizeof(why_)), -ENOENT);
    EXPECT_EQ(why(), "/nonexistent/x: cannot open: No such file or directory; name the file with "
                     "--config, or start one with `starlingd --print-config`");
    EXPECT_EQ(sl_config_file_read("/tmp", take, this, why_, sizeof(why_)), -EISDIR);
}

} // namespace
