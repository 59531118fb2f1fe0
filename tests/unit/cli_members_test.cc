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
    Json answer = parse(out_);
    EXPECT_EQ(json_integer_value(json_object_get(answer.get(), "schema")), 1);
    json_t *all = json_object_get(answer.get(), "members");
    ASSERT_EQ(json_array_size(all), 2u);
    json_t *amy = json_array_get(all, 0), *zoe = json_array_get(all, 1);
    EXPECT_EQ(text_of(amy, "name"), "amy");
    EXPECT_EQ(text_of(amy, "status"), "suspect");
    EXPECT_EQ(text_of(amy, "zone"), "west");
    EXPECT_EQ(text_of(zoe, "id"), "00000000000000ff");
    EXPECT_EQ(text_of(zoe, "incarnation"), "1700000000.2");
    EXPECT_EQ(json_integer_value(json_object_get(zoe, "generation")), 1700000000);
    EXPECT_EQ(json_integer_value(json_object_get(zoe, "refutations")), 2);
    EXPECT_EQ(text_of(zoe, "address"), "10.0.0.1:7947");
    EXPECT_EQ(text_of(zoe, "tags_text"), "role=zoe");
    EXPECT_EQ(text_of(json_object_get(zoe, "tags"), "role"), "zoe");
    EXPECT_TRUE(json_is_null(json_object_get(zoe, "accuser_name")));
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

TEST_F(Cli, RemovedMembersAreShownToThoseWhoAskForThem)
{
    fake_.add_member("zoe", SL_ALIVE);
    fake_.add_member("amy", SL_LEFT);
    fake_.add_member("bob", SL_LEFT);
    fake_.members[2].removed = true;
    fake_.members[2].accuser_id = 1;
    snprintf(fake_.members[2].accuser, sizeof(fake_.members[2].accuser), "zoe");
    serve();
    ASSERT_EQ(run({"members"}), 0) << err_;
    EXPECT_EQ(out_, "NAME   STATUS  INCARNATION   ADDRESS        ZONE\n"
                    "amy    left    1700000000.2  10.0.0.2:7947  west\n"
                    "zoe *  alive   1700000000.2  10.0.0.1:7947  east\n");
    ASSERT_EQ(run({"members", "--json"}), 0) << err_;
    EXPECT_EQ(json_array_size(json_object_get(parse(out_).get(), "members")), 2u);
    ASSERT_EQ(run({"members", "--status", "removed"}), 0) << err_;
    EXPECT_EQ(out_, "NAME  STATUS   INCARNATION   ADDRESS        ZONE  ACCUSED BY\n"
                    "bob   removed  1700000000.2  10.0.0.3:7947  east  zoe\n");
    ASSERT_EQ(run({"members", "--status", "left", "--json"}), 0) << err_;
    EXPECT_EQ(json_array_size(json_object_get(parse(out_).get(), "members")), 1u);
    ASSERT_EQ(run({"info", "--json"}), 0) << err_;
    Json info = parse(out_);
    json_t *counts = json_object_get(info.get(), "members");
    EXPECT_EQ(json_integer_value(json_object_get(counts, "left")), 1);
    EXPECT_EQ(json_integer_value(json_object_get(counts, "removed")), 1);
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
    const std::string cut = "\xe2\x80\xa6"; // three bytes in one column
    EXPECT_NE(plain.find(cut), std::string::npos) << plain;
    size_t longest = 0;
    std::istringstream lines(plain);
    for (std::string line; std::getline(lines, line);) {
        for (size_t at; (at = line.find(cut)) != std::string::npos;)
            line.replace(at, cut.size(), "~");
        longest = std::max(longest, line.size() - 1); // the terminal's \r
    }
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
    Json answer = parse(out_);
    json_t *all = json_object_get(answer.get(), "members");
    ASSERT_EQ(json_array_size(all), 1u);
    EXPECT_EQ(text_of(json_array_get(all, 0), "name"), "edge-1");
    EXPECT_EQ(run({"members", "--status", "undead"}), 2);
    expect_one_line_of_error();
}

TEST_F(Cli, MembersCanBeFilteredByTags)
{
    fake_.add_member("a", SL_ALIVE);
    fake_.add_member("b", SL_ALIVE);
    fake_.add_member("c", SL_ALIVE);
    snprintf(fake_.members[0].tags, SL_TAGS_BYTES_MAX, "role=edge\nrack=12");
    snprintf(fake_.members[1].tags, SL_TAGS_BYTES_MAX, "role=core\nrack=7\nspare");
    snprintf(fake_.members[2].tags, SL_TAGS_BYTES_MAX, "xrole=edge\nrol=edge");
    serve();
    const std::vector<std::pair<std::vector<std::string>, std::string>> asked = {
        {{"--tag", "role"}, "a b "},     {{"--tag", "role=edge"}, "a "},
        {{"--tag", "role=*e*"}, "a b "}, {{"--tag", "role=*e*", "--tag", "rack=7"}, "b "},
        {{"--tag", "spare"}, "b "},      {{"--tag", "role=edg"}, ""},
    };
    for (const auto &[options, expected] : asked) {
        std::vector<std::string> arguments = {"members", "--json"};
        arguments.insert(arguments.end(), options.begin(), options.end());
        ASSERT_EQ(run(arguments), 0) << err_;
        Json answer = parse(out_);
        std::string names;
        size_t i;
        json_t *one;
        json_array_foreach(json_object_get(answer.get(), "members"), i, one) names +=
            text_of(one, "name") + " ";
        EXPECT_EQ(names, expected) << options.back();
    }
}

TEST_F(Cli, MembersCanBeSorted)
{
    fake_.add_member("b", SL_DEAD);
    fake_.add_member("c", SL_ALIVE);
    fake_.add_member("a", SL_SUSPECT);
    const uint8_t addresses[3][4] = {{10, 0, 0, 9}, {9, 0, 0, 1}, {10, 0, 0, 10}};
    for (size_t i = 0; i < 3; i++)
        fake_.members[i].v4 = sl_endpoint_v4(addresses[i], 7947);
    fake_.members[0].word = sl_word(1700000009, 0, SL_DEAD);
    serve();
    for (const auto &[order, expected] :
         std::vector<std::pair<std::string, std::string>>{{"name", "a b c "},
                                                          {"status", "c a b "},
                                                          {"zone", "a b c "},
                                                          {"address", "c b a "},
                                                          {"incarnation", "a c b "}}) {
        ASSERT_EQ(run({"members", "--json", "--sort", order}), 0) << err_;
        Json answer = parse(out_);
        std::string names;
        size_t i;
        json_t *one;
        json_array_foreach(json_object_get(answer.get(), "members"), i, one) names +=
            text_of(one, "name") + " ";
        EXPECT_EQ(names, expected) << order;
    }
    EXPECT_EQ(run({"members", "--sort", "age"}), 2);
    expect_one_line_of_error();
}

TEST_F(Cli, TagsAndAccusersAreColumnsWhereTheyAreWanted)
{
    fake_.add_member("me", SL_ALIVE);
    fake_.add_member("victim", SL_SUSPECT);
    snprintf(fake_.members[1].tags, SL_TAGS_BYTES_MAX, "role=edge\nrack=12");
    fake_.members[1].accuser_id = 0x1000;
    snprintf(fake_.members[1].accuser, SL_NAME_BYTES_MAX, "me");
    serve();
    ASSERT_EQ(run({"members", "--tags"}), 0);
    EXPECT_EQ(out_, "NAME    STATUS   INCARNATION   ADDRESS        ZONE  ACCUSED BY  TAGS\n"
                    "me *    alive    1700000000.2  10.0.0.1:7947  east              role=me\n"
                    "victim  suspect  1700000000.2  10.0.0.2:7947  west  me          "
                    "role=edge,rack=12\n");
}

TEST_F(Cli, MembersOfManyPagesComeWhole)
{
    for (int i = 0; i < 1000; i++)
        fake_.add_member(("m" + std::to_string(i)).c_str(), SL_ALIVE);
    serve();
    ASSERT_EQ(run({"members", "--json"}), 0) << err_;
    EXPECT_EQ(json_array_size(json_object_get(parse(out_).get(), "members")), 1000u);
}

TEST_F(Cli, NoMemberIsAnEmptyArray)
{
    serve();
    ASSERT_EQ(run({"--json", "members"}), 0);
    EXPECT_EQ(out_, "{\"schema\": 1, \"members\": []}\n");
}

TEST_F(Cli, HostileNamesNeitherCommandTheTerminalNorBreakJson)
{
    fake_.add_member("a\033[2Jb\xff\\", SL_ALIVE);
    serve();
    ASSERT_EQ(run({"members"}), 0);
    EXPECT_EQ(out_.find('\033'), std::string::npos);
    EXPECT_NE(out_.find("a\\u001b[2Jb\\xff\\\\ *"), std::string::npos) << out_;
    ASSERT_EQ(run({"members", "--json"}), 0);
    Json answer = parse(out_);
    EXPECT_EQ(text_of(json_array_get(json_object_get(answer.get(), "members"), 0), "name"),
              "a\033[2Jb\xef\xbf\xbd\\");
}

// C1 controls, changes of direction, what has no width, beyond the first plane.
TEST_F(Cli, TheShortestCharactersOfEachLengthAreShownAsTheyAre)
{
    // U+00A1, U+0800 and U+10000: the first that are seen among those of two, three and four bytes.
    for (const char *name : {"\xc2\xa1", "\xe0\xa0\x80", "\xf0\x90\x80\x80"})
        fake_.add_member(name, SL_ALIVE);
    serve();
    ASSERT_EQ(run({"members"}), 0);
    EXPECT_EQ(out_.find("\\u"), std::string::npos) << out_;
    EXPECT_EQ(out_.find("\\x"), std::string::npos) << out_;
    for (const char *name : {"\xc2\xa1", "\xe0\xa0\x80", "\xf0\x90\x80\x80"})
        EXPECT_NE(out_.find(name), std::string::npos) << out_;
}

TEST_F(Cli, NoUnsafeCharacterReachesTheTerminalOrJsonUnescaped)
{
    const std::vector<std::pair<std::string, std::string>> unsafe = {
        {"\xc2\x9b", "\\u009b"},
        {"\xe2\x80\xae", "\\u202e"},
        {"\xe2\x80\x8b", "\\u200b"},
        {"\xe2\x81\xa6", "\\u2066"},
        {"\xef\xbb\xbf", "\\ufeff"},
        {"\xc2\xad", "\\u00ad"},
        {"\xf3\xa0\x81\x81", "\\U000e0041"},
        {"\x7f", "\\u007f"},
    };
    for (const auto &one : unsafe)
        fake_.add_member(("x" + one.first).c_str(), SL_ALIVE);
    serve();
    ASSERT_EQ(run({"members"}), 0);
    std::string table = out_;
    ASSERT_EQ(run({"members", "--json"}), 0);
    Json all = parse(out_);
    std::vector<std::string> names;
    for (size_t i = 0; i < unsafe.size(); i++)
        names.push_back(text_of(json_array_get(json_object_get(all.get(), "members"), i), "name"));
    for (const auto &[raw, escaped] : unsafe) {
        EXPECT_EQ(table.find(raw), std::string::npos) << escaped;
        EXPECT_NE(table.find("x" + escaped), std::string::npos) << escaped << table;
        bool is_ascii = raw.size() == 1; // JSON itself lets DEL stand
        EXPECT_TRUE(is_ascii || out_.find(raw) == std::string::npos) << escaped;
        EXPECT_NE(std::find(names.begin(), names.end(), "x" + raw), names.end()) << escaped;
    }
}

TEST_F(Cli, WideCharactersTakeTwoColumns)
{
    fake_.add_member("\xe6\x9d\xb1\xe4\xba\xac", SL_ALIVE); // two wide ones
    fake_.add_member("abcd", SL_ALIVE);
    fake_.add_member("zu\xcc\x88rich", SL_ALIVE); // an accent of its own
    serve();
    ASSERT_EQ(run({"members"}), 0);
    EXPECT_EQ(out_, "NAME    STATUS  INCARNATION   ADDRESS        ZONE\n"
                    "abcd    alive   1700000000.2  10.0.0.2:7947  west\n"
                    "zu\xcc\x88rich  alive   1700000000.2  10.0.0.3:7947  east\n"
                    "\xe6\x9d\xb1\xe4\xba\xac *  alive   1700000000.2  10.0.0.1:7947  east\n");
}

TEST_F(Cli, MembersOfAnUnreachableZoneAreShownAsThat)
{
    fake_.add_member("far", SL_ALIVE);
    fake_.members.back().unreachable = true;
    fake_.add_member("near", SL_ALIVE);
    serve();
    ASSERT_EQ(run({"members", "--json", "--status", "unreachable"}), 0) << err_;
    Json answer = parse(out_);
    json_t *members = json_object_get(answer.get(), "members");
    ASSERT_EQ(json_array_size(members), 1u);
    EXPECT_EQ(text_of(json_array_get(members, 0), "name"), "far");
    EXPECT_EQ(text_of(json_array_get(members, 0), "status"), "unreachable");
}

} // namespace
