// SPDX-License-Identifier: BSD-3-Clause
#include <fcntl.h>
#include <gtest/gtest.h>
#include <jansson.h>
#include <pty.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>

#include <algorithm>
#include <memory>
#include <sstream>

#include "ports/control_protocol.h"
#include "tests/unit/fake_node.h"

namespace
{

using Json = std::unique_ptr<json_t, decltype(&json_decref)>;

Json parse(const std::string &text)
{
    json_error_t error;
    json_t *value = json_loads(text.c_str(), 0, &error);
    EXPECT_NE(value, nullptr) << error.text << "\n" << text;
    return Json(value, json_decref);
}

std::string text_of(const json_t *object, const char *key)
{
    const char *value = json_string_value(json_object_get(object, key));
    return value != nullptr ? value : "(none)";
}

std::string drain(int fd)
{
    std::string all;
    char buffer[4096];
    for (ssize_t n; (n = read(fd, buffer, sizeof(buffer))) > 0;)
        all.append(buffer, (size_t)n);
    close(fd);
    return all;
}

class Cli : public ::testing::Test
{
  protected:
    void SetUp() override
    {
        path_ = dir_.file("sock");
    }
    void serve()
    {
        server_.reset(new ServerThread(path_, fake_.node()));
    }
    // Starts the program; stdout and stderr are pipes.
    void start(std::vector<std::string> arguments)
    {
        int out[2], err[2];
        ASSERT_EQ(pipe2(out, O_CLOEXEC), 0);
        ASSERT_EQ(pipe2(err, O_CLOEXEC), 0);
        std::vector<char *> argv = {const_cast<char *>(SL_CLI_PROGRAM)};
        for (std::string &argument : arguments)
            argv.push_back(&argument[0]);
        argv.push_back(nullptr);
        posix_spawn_file_actions_t actions;
        posix_spawn_file_actions_init(&actions);
        posix_spawn_file_actions_adddup2(&actions, out[1], 1);
        posix_spawn_file_actions_adddup2(&actions, err[1], 2);
        ASSERT_EQ(posix_spawn(&pid_, SL_CLI_PROGRAM, &actions, nullptr, argv.data(), environ), 0);
        posix_spawn_file_actions_destroy(&actions);
        close(out[1]);
        close(err[1]);
        out_fd_ = out[0];
        err_fd_ = err[0];
    }
    int finish()
    {
        int status = 0;
        out_ = drain(out_fd_);
        err_ = drain(err_fd_);
        waitpid(pid_, &status, 0);
        return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
    }
    int run(std::vector<std::string> arguments)
    {
        arguments.insert(arguments.begin(), {"--socket", path_});
        start(arguments);
        return finish();
    }
    void expect_one_line_of_error()
    {
        EXPECT_EQ(out_, "");
        EXPECT_EQ(std::count(err_.begin(), err_.end(), '\n'), 1) << err_;
    }

    TempDir dir_;
    FakeNode fake_;
    std::string path_, out_, err_;
    std::unique_ptr<ServerThread> server_;
    pid_t pid_ = 0;
    int out_fd_ = -1, err_fd_ = -1;
};

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

TEST_F(Cli, InfoAsJsonAndText)
{
    fake_.add_member("me", SL_ALIVE);
    serve();
    ASSERT_EQ(run({"info", "--json"}), 0) << err_;
    Json info = parse(out_);
    EXPECT_EQ(text_of(info.get(), "name"), "me");
    EXPECT_EQ(text_of(info.get(), "phase"), "member");
    EXPECT_EQ(text_of(info.get(), "view_hash"), "0000000000001234");
    EXPECT_EQ(json_integer_value(json_object_get(info.get(), "pid")), getpid());
    json_t *members = json_object_get(info.get(), "members");
    EXPECT_EQ(json_integer_value(json_object_get(members, "alive")), 1);
    ASSERT_EQ(run({"info"}), 0);
    EXPECT_NE(out_.find("members      1 alive, 0 suspect, 0 dead, 0 left; room for 16384\n"),
              std::string::npos)
        << out_;
}

TEST_F(Cli, StatsAreRatesBetweenTwoReads)
{
    serve();
    ASSERT_EQ(run({"stats", "--json", "--interval", "0.01"}), 0) << err_;
    server_.reset();
    EXPECT_EQ(fake_.stats_reads, 2u);
    Json stats = parse(out_);
    EXPECT_EQ(json_real_value(json_object_get(stats.get(), "interval_s")), 1.0); // the node's clock
    json_t *probe = json_array_get(json_object_get(stats.get(), "classes"), SL_CLASS_PROBE);
    EXPECT_EQ(text_of(probe, "class"), "probe");
    EXPECT_EQ(json_real_value(json_object_get(probe, "rx_frames_per_second")), 100.0);
    EXPECT_EQ(json_integer_value(json_object_get(probe, "rx_frames")), 200);
    json_t *drops = json_object_get(stats.get(), "drops");
    EXPECT_EQ(json_array_size(drops), (size_t)SL_DROP_COUNT);
    json_t *checksum = json_array_get(drops, SL_DROP_CHECKSUM);
    EXPECT_EQ(text_of(checksum, "reason"), "CHECKSUM");
    EXPECT_EQ(json_integer_value(json_object_get(checksum, "count")), 6);
    json_t *view = json_object_get(stats.get(), "view");
    EXPECT_NEAR(json_real_value(json_object_get(view, "unequal_share")), 0.1, 1e-9);
    json_t *rtt = json_object_get(stats.get(), "probe_rtt_ns");
    EXPECT_EQ(json_integer_value(json_object_get(rtt, "p99.9")), 4000);
    json_t *worker = json_array_get(json_object_get(stats.get(), "workers"), 0);
    EXPECT_NEAR(json_real_value(json_object_get(worker, "load")), 0.25, 1e-9);
    json_t *deaths = json_object_get(stats.get(), "deaths");
    EXPECT_EQ(json_integer_value(json_object_get(deaths, "refuted")), 2);
}

TEST_F(Cli, StatsTextShowsOnlyDropsThatHappened)
{
    serve();
    ASSERT_EQ(run({"stats", "--interval", "0.01"}), 0) << err_;
    EXPECT_NE(out_.find("      6         3.0  bad IP or UDP checksum\n"), std::string::npos)
        << out_;
    EXPECT_EQ(out_.find("own frame came back"), std::string::npos);
    EXPECT_NE(out_.find("10.000 % of settled frames"), std::string::npos) << out_;
    EXPECT_NE(out_.find("suspicions      7 raised, 0 heard, 0 refuted\n"), std::string::npos);
    EXPECT_NE(out_.find("health          2 (0 well, 7 worst), 3 own stalls\n"), std::string::npos);
    EXPECT_NE(out_.find("slowest path    1.500 ms round trip; worst path loses 2.0 % of tries\n"),
              std::string::npos);
}

TEST_F(Cli, EventsAsLinesOfJson)
{
    fake_.add_event(SL_EVENT_MEMBER_SUSPECT, "x");
    fake_.add_event(SL_EVENT_MEMBER_DEAD, "x");
    serve();
    ASSERT_EQ(run({"events", "--json"}), 0) << err_;
    ASSERT_EQ(std::count(out_.begin(), out_.end(), '\n'), 2);
    Json first = parse(out_.substr(0, out_.find('\n')));
    EXPECT_EQ(json_integer_value(json_object_get(first.get(), "time_ns")), 1700000000123456789);
    EXPECT_EQ(text_of(first.get(), "type"), "suspect");
    EXPECT_EQ(text_of(first.get(), "name"), "x");
    EXPECT_EQ(text_of(first.get(), "id"), "0000000000abcdef");
    EXPECT_EQ(text_of(first.get(), "incarnation"), "1700000000.1");
    EXPECT_EQ(text_of(first.get(), "status"), "suspect");
    EXPECT_EQ(text_of(first.get(), "accuser"), "0000000000000077");
    EXPECT_TRUE(json_is_null(json_object_get(first.get(), "previous_status")));
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

TEST_F(Cli, AnEventAboutAZoneNamesTheZoneAndHasNoStatus)
{
    fake_.add_event(SL_EVENT_ZONE_UNREACHABLE, "east");
    serve();
    ASSERT_EQ(run({"events", "--json"}), 0) << err_;
    Json event = parse(out_);
    EXPECT_EQ(text_of(event.get(), "type"), "zone-unreachable");
    EXPECT_EQ(text_of(event.get(), "name"), "east");
    EXPECT_TRUE(json_is_null(json_object_get(event.get(), "status")));
}

TEST_F(Cli, AFollowerSeesEventsAsTheyComeAndTheDaemonsEnd)
{
    fake_.add_event(SL_EVENT_MEMBER_ALIVE, "early");
    serve();
    start({"--socket", path_, "events", "--follow", "--json"});
    FILE *out = fdopen(dup(out_fd_), "r");
    char line[1024];
    ASSERT_NE(fgets(line, sizeof(line), out), nullptr);
    EXPECT_NE(std::string(line).find("\"early\""), std::string::npos);
    fake_.add_event(SL_EVENT_MEMBER_DEAD, "late");
    ASSERT_NE(fgets(line, sizeof(line), out), nullptr);
    EXPECT_NE(std::string(line).find("\"late\""), std::string::npos);
    fclose(out);
    server_.reset();
    EXPECT_EQ(finish(), 3);
    EXPECT_NE(err_.find("the daemon closed the connection"), std::string::npos) << err_;
}

TEST_F(Cli, JoinHandsTheSeedsOver)
{
    serve();
    ASSERT_EQ(run({"join", "10.0.0.1", "[2001:db8::1]:99", "seed.example"}), 0) << err_;
    server_.reset();
    EXPECT_EQ(fake_.seeds,
              (std::vector<std::string>{"10.0.0.1", "[2001:db8::1]:99", "seed.example"}));
    EXPECT_EQ(run({"join", "10.0.0"}), 2);
    EXPECT_NE(err_.find("seed '10.0.0'"), std::string::npos);
    expect_one_line_of_error();
    EXPECT_EQ(run({"join"}), 2);
    expect_one_line_of_error();
}

TEST_F(Cli, TagsAreShownLineByLine)
{
    serve();
    ASSERT_EQ(run({"tags"}), 0) << err_;
    EXPECT_EQ(out_, "The node has no tags; `starling tags set KEY=VALUE...` gives it some.\n");
    server_.reset();
    fake_.add_member("me", SL_ALIVE);
    snprintf(fake_.members[0].tags, SL_TAGS_BYTES_MAX, "role=edge\nrack=\0337");
    serve();
    ASSERT_EQ(run({"tags"}), 0) << err_;
    EXPECT_EQ(out_, "role=edge\nrack=?7\n");
    ASSERT_EQ(run({"tags", "--json"}), 0) << err_;
    EXPECT_EQ(text_of(parse(out_).get(), "tags"), "role=edge\nrack=\0337");
}

TEST_F(Cli, TagsSetHandsWordsOverAsLines)
{
    serve();
    ASSERT_EQ(run({"tags", "set", "role=edge", "note=two words", "--json"}), 0) << err_;
    EXPECT_EQ(text_of(parse(out_).get(), "tags"), "role=edge\nnote=two words");
    server_.reset();
    EXPECT_EQ(fake_.tags, "role=edge\nnote=two words");
    serve();
    ASSERT_EQ(run({"tags", "set", "k=" + std::string(SL_TAGS_BYTES_MAX - 2, 'v')}), 0) << err_;
    EXPECT_EQ(out_, "The node tells the cluster its new tags.\n");
    ASSERT_EQ(run({"tags", "set", ""}), 0) << err_;
    EXPECT_EQ(out_, "The node tells the cluster that it has no tags.\n");
    server_.reset();
    EXPECT_EQ(fake_.tags, "");
}

TEST_F(Cli, WrongTagsAreNamedAndNotSent)
{
    serve();
    const std::vector<std::pair<std::vector<std::string>, std::string>> wrong = {
        {{"get"}, "unexpected argument 'get'; only 'set' may follow"},
        {{"set"}, "which tags? An empty word, '', removes all"},
        {{"set", "a=1", "edge"}, "'edge' is no tag; write key=value"},
        {{"set", "a=1", ""}, "'' is no tag; write key=value"},
        {{"set", "=1"}, "'=1' is no tag; write key=value"},
        {{"set", "a=1\n2"}, "the tag 'a' has a control character; leave it out"},
        {{"set", "a=1", "k=" + std::string(SL_TAGS_BYTES_MAX - 5, 'v')},
         "the tags have 257 bytes, and 256 is the limit; shorten or drop some"},
    };
    for (const auto &[words, complaint] : wrong) {
        std::vector<std::string> arguments = {"tags"};
        arguments.insert(arguments.end(), words.begin(), words.end());
        EXPECT_EQ(run(arguments), 2);
        expect_one_line_of_error();
        EXPECT_EQ(err_, "starling tags: " + complaint + "; `starling tags --help` shows how\n");
    }
    server_.reset();
    EXPECT_EQ(fake_.tags, "unset");
}

TEST_F(Cli, ARefusalOfTagsSaysWhatToDo)
{
    serve();
    fake_.update_status = -ENOBUFS;
    EXPECT_EQ(run({"tags", "set", "a=1"}), 1);
    EXPECT_NE(err_.find("no room for a longer record now; try again"), std::string::npos) << err_;
    fake_.update_status = -EOVERFLOW;
    EXPECT_EQ(run({"tags", "set", "a=1"}), 1);
    EXPECT_NE(err_.find("no higher incarnation left; restart it"), std::string::npos) << err_;
    fake_.update_status = -EBUSY;
    EXPECT_EQ(run({"tags", "set", "a=1"}), 1);
    EXPECT_NE(err_.find("still at an earlier command; try again"), std::string::npos) << err_;
}

TEST_F(Cli, TheNodesRefusalIsExitCodeOne)
{
    fake_.leave_status = -EALREADY;
    fake_.join_status = -ESHUTDOWN;
    serve();
    EXPECT_EQ(run({"leave"}), 1);
    EXPECT_EQ(err_, "starling leave: the node refused: it is leaving already, or has left\n");
    EXPECT_EQ(run({"join", "10.0.0.1"}), 1);
    EXPECT_EQ(err_, "starling join: the node refused: it is leaving the cluster\n");
    fake_.leave_status = 0;
    EXPECT_EQ(run({"leave", "--json"}), 0);
    EXPECT_EQ(out_, "{\"leaving\": true}\n");
}

TEST_F(Cli, WithoutADaemonTheMessageSaysWhereAndWhatToDo)
{
    EXPECT_EQ(run({"members"}), 3);
    EXPECT_EQ(err_, "starling members: cannot reach the daemon at " + path_ +
                        ": no such socket; start starlingd, or name its socket with --socket\n");
    expect_one_line_of_error();
}

TEST_F(Cli, AnotherProtocolVersionIsExitCodeThree)
{
    struct sockaddr_un address = {};
    address.sun_family = AF_UNIX;
    memcpy(address.sun_path, path_.c_str(), path_.size());
    int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    ASSERT_EQ(bind(listener, (struct sockaddr *)&address, sizeof(address)), 0);
    ASSERT_EQ(listen(listener, 1), 0);
    start({"--socket", path_, "info"});
    int fd = accept4(listener, nullptr, nullptr, SOCK_CLOEXEC);
    struct {
        struct sl_control_response head;
        struct sl_control_hello hello;
    } answer = {{1, EPROTONOSUPPORT, 0, sizeof(answer.hello)}, {SL_CONTROL_MAGIC, 9, 1, 0}};
    ASSERT_EQ(write(fd, &answer, sizeof(answer)), (ssize_t)sizeof(answer));
    EXPECT_EQ(finish(), 3);
    EXPECT_NE(err_.find("another version of the control protocol"), std::string::npos) << err_;
    close(fd);
    close(listener);
}

TEST_F(Cli, WrongUsageIsExitCodeTwo)
{
    for (const std::vector<std::string> &wrong : std::vector<std::vector<std::string>>{
             {},
             {"frobnicate"},
             {"--frobnicate"},
             {"members", "--frobnicate"},
             {"members", "stray"},
             {"info", "stray"},
             {"events", "stray"},
             {"stats", "--interval", "0"},
             {"stats", "--interval", "nan"},
             {"stats", "--interval", "1x"},
         }) {
        EXPECT_EQ(run(wrong), 2) << err_;
        EXPECT_EQ(out_, "");
    }
}

TEST_F(Cli, HelpAndVersionNeedNoDaemon)
{
    EXPECT_EQ(run({"--version"}), 0);
    EXPECT_EQ(out_, "starling " SL_VERSION "\n");
    EXPECT_EQ(run({"--help"}), 0);
    EXPECT_NE(
        out_.find("Exit codes: 0 done, 1 the node refused or failed, 2 wrong usage, 3 no daemon"),
        std::string::npos);
    for (const char *command : {"members", "info", "stats", "events", "join", "leave", "tags"}) {
        EXPECT_EQ(run({command, "--help"}), 0);
        EXPECT_EQ(out_.find(std::string("Usage: starling ") + command), 0u) << out_;
    }
}

TEST_F(Cli, AFullDiskIsAnError)
{
    serve();
    int full = open("/dev/full", O_WRONLY | O_CLOEXEC);
    ASSERT_GE(full, 0);
    pid_t child = fork();
    if (child == 0) {
        dup2(full, 1);
        dup2(full, 2);
        execl(SL_CLI_PROGRAM, SL_CLI_PROGRAM, "--socket", path_.c_str(), "info", nullptr);
        _exit(99);
    }
    int status = 0;
    waitpid(child, &status, 0);
    close(full);
    EXPECT_EQ(WEXITSTATUS(status), 1);
}

} // namespace
