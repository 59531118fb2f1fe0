// SPDX-License-Identifier: BSD-3-Clause
// `starling members`.
#include <pty.h>

#include "tests/unit/cli_fixture.h"

namespace
{

using namespace cli_test;

TEST_F(Cli, MembersAsJson)
{
    fake_.add_member("zoe", SL_ALIVE, 0xff);
    fake_.add_member("amy", SL_SUSPECT);
    serve();
    ASSERT_EQ(run({"members", "--json"}), 0) << err_;
    Json all = parse(out_);
    ASSERT_EQ(json_array_size(all.get()), 2u);
    json_t *amy = json_array_get(all.get(), 0), *zoe = json_array_get(all.get(), 1);
    EXPECT_EQ(text_of(amy, "name"), "amy");
    EXPECT_EQ(text_of(amy, "status"), "suspect");
    EXPECT_EQ(text_of(amy, "zone"), "west");
    EXPECT_EQ(text_of(zoe, "id"), "00000000000000ff");
    EXPECT_EQ(text_of(zoe, "incarnation"), "1700000000.2");
    EXPECT_EQ(json_integer_value(json_object_get(zoe, "generation")), 1700000000);
    EXPECT_EQ(json_integer_value(json_object_get(zoe, "refutations")), 2);
    EXPECT_EQ(text_of(zoe, "address"), "10.0.0.1:7947");
    EXPECT_EQ(text_of(zoe, "tags"), "role=zoe");
    EXPECT_TRUE(json_is_true(json_object_get(zoe, "self")));
}

TEST_F(Cli, MembersAsATableSortedByNameWithoutColours)
{
    fake_.add_member("zoe", SL_ALIVE);
    fake_.add_member("amy", SL_DEAD);
    serve();
    ASSERT_EQ(run({"members"}), 0) << err_;
    EXPECT_EQ(out_, "NAME   STATUS  INCARNATION   ADDRESS        ZONE\n"
                    "amy    dead    1700000000.2  10.0.0.2:7947  west\n"
                    "zoe *  alive   1700000000.2  10.0.0.1:7947  east\n");
}

// What a terminal of 40 columns gets.
std::string on_terminal(const std::string &path, bool no_color)
{
    struct winsize size = {24, 40, 0, 0};
    int terminal = -1;
    pid_t child = forkpty(&terminal, nullptr, nullptr, &size);
    if (child == 0) {
        if (no_color)
            setenv("NO_COLOR", "1", 1);
        else
            unsetenv("NO_COLOR");
        execl(SL_CLI_PROGRAM, SL_CLI_PROGRAM, "--socket", path.c_str(), "members", nullptr);
        _exit(99);
    }
    std::string shown = drain(terminal);
    waitpid(child, nullptr, 0);
    return shown;
}

TEST_F(Cli, ATableFitsTheTerminalAndIsColoured)
{
    fake_.add_member("a-name-that-is-far-too-long-for-forty-columns", SL_DEAD);
    serve();
    std::string plain = on_terminal(path_, true), coloured = on_terminal(path_, false);
    EXPECT_EQ(plain.find('\033'), std::string::npos);
    EXPECT_NE(plain.find('~'), std::string::npos) << plain;
    size_t longest = 0;
    std::istringstream lines(plain);
    for (std::string line; std::getline(lines, line);)
        longest = std::max(longest, line.size() - 1); // the terminal's \r
    EXPECT_EQ(longest, 40u) << plain;
    EXPECT_NE(coloured.find("\033[31mdead\033[0m"), std::string::npos) << coloured;
}

TEST_F(Cli, MembersCanBeFiltered)
{
    fake_.add_member("edge-1", SL_ALIVE);
    fake_.add_member("edge-2", SL_DEAD);
    fake_.add_member("core-1", SL_ALIVE);
    serve();
    ASSERT_EQ(run({"members", "--json", "--status", "alive", "--name", "edge-*", "--zone", "east"}),
              0);
    Json all = parse(out_);
    ASSERT_EQ(json_array_size(all.get()), 1u);
    EXPECT_EQ(text_of(json_array_get(all.get(), 0), "name"), "edge-1");
    EXPECT_EQ(run({"members", "--status", "undead"}), 2);
    expect_one_line_of_error();
}

TEST_F(Cli, NoMemberIsAnEmptyArray)
{
    serve();
    ASSERT_EQ(run({"--json", "members"}), 0);
    EXPECT_EQ(out_, "[]\n");
}

TEST_F(Cli, HostileNamesNeitherCommandTheTerminalNorBreakJson)
{
    fake_.add_member("a\033[2Jb\xff", SL_ALIVE);
    serve();
    ASSERT_EQ(run({"members"}), 0);
    EXPECT_EQ(out_.find('\033'), std::string::npos);
    EXPECT_NE(out_.find("a?[2Jb?"), std::string::npos) << out_;
    ASSERT_EQ(run({"members", "--json"}), 0);
    EXPECT_EQ(text_of(json_array_get(parse(out_).get(), 0), "name"), "a\033[2Jb?");
}

TEST_F(Cli, MembersOfAnUnreachableZoneAreShownAsThat)
{
    fake_.add_member("far", SL_ALIVE);
    fake_.members.back().unreachable = true;
    fake_.add_member("near", SL_ALIVE);
    serve();
    ASSERT_EQ(run({"members", "--json", "--status", "unreachable"}), 0) << err_;
    Json members = parse(out_);
    ASSERT_EQ(json_array_size(members.get()), 1u);
    EXPECT_EQ(text_of(json_array_get(members.get(), 0), "name"), "far");
    EXPECT_EQ(text_of(json_array_get(members.get(), 0), "status"), "unreachable");
}

} // namespace
