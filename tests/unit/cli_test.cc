// SPDX-License-Identifier: BSD-3-Clause
// What a person tells the node by `starling`, and how the command line says no.
#include <algorithm>
#include <sys/socket.h>
#include <sys/un.h>

#include "ports/control_protocol.h"
#include "tests/unit/cli_fixture.h"

namespace
{

using namespace cli_test;

TEST_F(Cli, JoinTellsWhatBecameOfEachSeed)
{
    fake_.add_seed("10.0.0.1", SL_NODE_SEED_ASKED, 1);
    fake_.add_seed("no.such", SL_NODE_SEED_LEFT_OUT, 0, "cannot be resolved: no; tried again");
    fake_.add_seed("slow.example", SL_NODE_SEED_LOOKING_UP, 0);
    serve();
    ASSERT_EQ(run({"--timeout", "0.1", "join", "10.0.0.1", "no.such", "slow.example"}), 0) << err_;
    EXPECT_EQ(out_, "10.0.0.1 is asked, at 1 address\n"
                    "no.such is left out: cannot be resolved: no; tried again\n"
                    "slow.example is still being looked up; the node asks it once it is found\n"
                    "`starling members` shows whom the node finds.\n");
    ASSERT_EQ(run({"--timeout", "0.1", "--json", "join", "10.0.0.1"}), 0) << err_;
    Json answer = parse(out_);
    json_t *seeds = json_object_get(answer.get(), "seeds");
    ASSERT_EQ(json_array_size(seeds), 3u);
    EXPECT_EQ(text_of(json_array_get(seeds, 1), "state"), "left-out");
    EXPECT_EQ(text_of(json_array_get(seeds, 1), "why"), "cannot be resolved: no; tried again");
}

TEST_F(Cli, AJoinByNoSeedThatCanBeAskedIsAFailure)
{
    fake_.add_seed("no.such", SL_NODE_SEED_LEFT_OUT, 0, "cannot be resolved: no; tried again");
    serve();
    EXPECT_EQ(run({"join", "no.such"}), 1);
    EXPECT_NE(err_.find("can ask none of the seeds now"), std::string::npos) << err_;
    EXPECT_NE(out_.find("no.such is left out"), std::string::npos) << out_;
}

TEST_F(Cli, JoinHandsTheSeedsOver)
{
    fake_.add_seed("10.0.0.1", SL_NODE_SEED_ASKED, 1);
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
    EXPECT_EQ(out_, "role=edge\nrack=\\u001b7\n");
    ASSERT_EQ(run({"tags", "--json"}), 0) << err_;
    Json tags = parse(out_);
    EXPECT_EQ(text_of(tags.get(), "tags_text"), "role=edge\nrack=\0337");
    EXPECT_EQ(text_of(json_object_get(tags.get(), "tags"), "rack"), "\0337");
}

TEST_F(Cli, TagsSetHandsWordsOverAsLines)
{
    serve();
    ASSERT_EQ(run({"tags", "set", "role=edge,rack=12", "note=x=y", "--json"}), 0) << err_;
    EXPECT_EQ(text_of(parse(out_).get(), "tags_text"), "role=edge\nrack=12\nnote=x=y");
    server_.reset();
    EXPECT_EQ(fake_.tags, "role=edge\nrack=12\nnote=x=y");
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
        {{"set", "a=1", "edge"}, "'edge' is no tag; write key=value pairs, separated by commas"},
        {{"set", ","}, "no tag is among the words; '' alone removes all"},
        {{"set", "=1"}, "'=1' is no tag; write key=value pairs, separated by commas"},
        {{"set", "a=1", "b=1,a=2"}, "the tag 'a' is there twice; keep one"},
        {{"set", "a=1\n2"}, "the tag 'a' has a control character; leave it out"},
        {{"set", "a=1", "k=" + std::string(SL_TAGS_BYTES_MAX - 5, 'v')},
         "the tags have more than 256 bytes; shorten or drop some"},
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
    fake_.update_status = -EAGAIN;
    EXPECT_EQ(run({"tags", "set", "a=1"}), 1);
    EXPECT_NE(err_.find("still at an earlier command; try again"), std::string::npos) << err_;
}

TEST_F(Cli, RemoveTellsTheNodeEachName)
{
    serve();
    ASSERT_EQ(run({"remove", "rack 7",
                   "k\xc3\xbc"
                   "che"}),
              0)
        << err_;
    EXPECT_EQ(out_, "The node tells the cluster that member 'rack 7' is gone.\n"
                    "The node tells the cluster that member 'k\xc3\xbc"
                    "che' is gone.\n");
    ASSERT_EQ(run({"remove", "--json", "--", "-a"}), 0) << err_;
    EXPECT_EQ(out_, "{\"schema\": 1, \"removed\": [\"-a\"]}\n");
    server_.reset();
    EXPECT_EQ(fake_.removed, (std::vector<std::string>{"rack 7",
                                                       "k\xc3\xbc"
                                                       "che",
                                                       "-a"}));
}

TEST_F(Cli, ARefusalToRemoveSaysWhatToDoAndTheNextNameIsTried)
{
    serve();
    const std::pair<int, std::string> refusals[] = {
        {-ENOENT, "the node knows no member 'a'; `starling members` lists those it knows"},
        {-EBUSY, "member 'a' lives, as far as the node knows; end it, and try again when "
                 "`starling members` shows it dead or left"},
        {-EINVAL, "'a' is the node itself; `starling leave` makes it leave"},
        {-EILSEQ, "'a' can be no member's name; `starling members` lists those it knows"},
        {-ESHUTDOWN, "the node refused: it is leaving the cluster"},
        {-EAGAIN, "the node refused: it is still at an earlier command; try again"},
    };
    for (const auto &[status, text] : refusals) {
        fake_.remove_status = status;
        EXPECT_EQ(run({"remove", "a"}), 1);
        EXPECT_EQ(err_, "starling remove: " + text + "\n");
    }
    EXPECT_EQ(run({"remove", "a", "b", "--json"}), 1);
    EXPECT_EQ(out_, "{\"schema\": 1, \"removed\": []}\n");
    EXPECT_EQ(std::count(err_.begin(), err_.end(), '\n'), 2);
    EXPECT_EQ(run({"remove"}), 2);
    expect_one_line_of_error();
    EXPECT_EQ(run({"remove", std::string(SL_NAME_BYTES_MAX + 1, 'a')}), 2);
    EXPECT_EQ(run({"remove", ""}), 2);
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
    EXPECT_EQ(out_, "{\"schema\": 1, \"leaving\": true}\n");
}

TEST_F(Cli, WithoutADaemonTheMessageSaysWhereAndWhatToDo)
{
    EXPECT_EQ(run({"members"}), 3);
    EXPECT_EQ(err_, "starling members: cannot reach the daemon at " + path_ +
                        ": no such socket; start starlingd, or name its socket with --socket\n");
    expect_one_line_of_error();
}

TEST_F(Cli, APathThatIsNoSocketIsNamedForWhatItIs)
{
    EXPECT_EQ(run({"--socket", "/tmp", "members"}), 3);
    EXPECT_EQ(err_, "starling members: cannot reach the daemon at /tmp: this is a directory; name "
                    "the socket in it with --socket\n");
    EXPECT_EQ(run({"--socket", "/etc/passwd", "members"}), 3);
    EXPECT_EQ(err_, "starling members: cannot reach the daemon at /etc/passwd: this is a file, and "
                    "no socket; name starlingd's socket with --socket\n");
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

TEST_F(Cli, WrongUsageIsExitCodeTwoAndNamedInOneLine)
{
    for (const std::vector<std::string> &wrong : std::vector<std::vector<std::string>>{
             {"frobnicate"},
             {"--frobnicate"},
             {"-f"},
             {"--json=yes"},
             {"members", "--frobnicate"},
             {"members", "--status"},
             {"members", "-frobnicate"},
             {"members", "stray"},
             {"info", "stray"},
             {"events", "stray"},
             {"join", "--frobnicate"},
             {"tags", "--frobnicate"},
             {"stats", "--interval", "0"},
             {"stats", "--interval", "nan"},
             {"stats", "--interval", "1x"},
         }) {
        EXPECT_EQ(run(wrong), 2) << err_;
        expect_one_line_of_error();
        bool has_command = wrong.size() > 1;
        EXPECT_EQ(err_.find(has_command ? "starling " + wrong[0] + ": " : "starling: "), 0u)
            << err_;
        EXPECT_NE(err_.find(wrong.back().substr(0, 2)), std::string::npos) << err_;
    }
    EXPECT_EQ(run({}), 2) << "no command: all of them are listed";
    EXPECT_EQ(out_, "");
}

TEST_F(Cli, HelpAndVersionNeedNoDaemon)
{
    EXPECT_EQ(run({"--version"}), 0);
    EXPECT_EQ(out_, "starling " SL_VERSION "\n");
    EXPECT_EQ(run({"-V"}), 0);
    EXPECT_EQ(out_, "starling " SL_VERSION "\n");
    EXPECT_EQ(run({"--help"}), 0);
    std::string help = out_;
    for (const char *same : {"-h", "help"}) {
        EXPECT_EQ(run({same}), 0);
        EXPECT_EQ(out_, help) << same;
    }
    EXPECT_NE(
        out_.find("Exit codes: 0 done, 1 the node refused or failed, 2 wrong usage, 3 no daemon"),
        std::string::npos);
    for (const char *command : {"members", "info", "stats", "events", "join", "leave", "tags"}) {
        EXPECT_EQ(run({command, "--help"}), 0);
        EXPECT_EQ(out_.find(std::string("Usage: starling ") + command), 0u) << out_;
        EXPECT_NE(out_.find("Exit codes: 0 done"), std::string::npos);
        help = out_;
        EXPECT_EQ(run({command, "-h"}), 0);
        EXPECT_EQ(out_, help);
        EXPECT_EQ(run({"help", command}), 0);
        EXPECT_EQ(out_, help);
    }
}

TEST_F(Cli, ErrorsAreJsonIfTheAnswerWouldBe)
{
    EXPECT_EQ(run({"members", "--json"}), 3);
    expect_one_line_of_error();
    Json error = parse(err_);
    EXPECT_EQ(json_integer_value(json_object_get(error.get(), "schema")), 1);
    json_t *inner = json_object_get(error.get(), "error");
    EXPECT_EQ(text_of(inner, "command"), "members");
    EXPECT_EQ(json_integer_value(json_object_get(inner, "code")), 3);
    EXPECT_NE(text_of(inner, "text").find("no such socket"), std::string::npos);
    EXPECT_EQ(run({"members", "--frob\"nicate", "--json"}), 2);
    expect_one_line_of_error();
    EXPECT_NE(text_of(json_object_get(parse(err_).get(), "error"), "text")
                  .find("unexpected option '--frob\"nicate'"),
              std::string::npos);
}

TEST_F(Cli, AnUnknownCommandIsSuggested)
{
    EXPECT_EQ(run({"mebmers"}), 2);
    EXPECT_NE(err_.find("unknown command 'mebmers'; did you mean 'members'?"), std::string::npos);
    EXPECT_EQ(run({"xyzzy"}), 2);
    EXPECT_EQ(err_.find("did you mean"), std::string::npos) << err_;
}

TEST_F(Cli, ADaemonThatIsSilentIsGivenUp)
{
    struct sockaddr_un address = {};
    address.sun_family = AF_UNIX;
    memcpy(address.sun_path, path_.c_str(), path_.size());
    int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    ASSERT_EQ(bind(listener, (struct sockaddr *)&address, sizeof(address)), 0);
    ASSERT_EQ(listen(listener, 1), 0);
    for (const char *command : {"info", "members", "stats", "leave", "events"}) {
        EXPECT_EQ(run({"--timeout", "0.05", command}), 3);
        EXPECT_NE(err_.find("it does not answer in time"), std::string::npos) << err_;
        EXPECT_NE(err_.find("--timeout"), std::string::npos) << err_;
        expect_one_line_of_error();
    }
    close(listener);
}

TEST_F(Cli, NoPermissionSaysWhomTheSocketBelongsTo)
{
    if (geteuid() != 0)
        GTEST_SKIP() << "only root can become another user";
    serve();
    ASSERT_EQ(chown(path_.c_str(), 0, 1), 0);
    ASSERT_EQ(chmod(dir_.path().c_str(), 0755), 0);
    const std::string as_nobody[] = {"setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"};
    std::string command;
    for (const std::string &word : as_nobody)
        command += word + " ";
    auto say = [&] {
        FILE *pipe =
            popen((command + SL_CLI_PROGRAM " --socket " + path_ + " info 2>&1").c_str(), "r");
        std::string said = drain(dup(fileno(pipe)));
        return std::make_pair(said, WEXITSTATUS(pclose(pipe)));
    };
    auto [said, code] = say();
    EXPECT_EQ(code, 3) << said;
    EXPECT_NE(said.find("no permission; run as user root or as a member of group daemon"),
              std::string::npos)
        << said;
    ASSERT_EQ(chmod(path_.c_str(), 0600), 0);
    EXPECT_NE(say().first.find("let a group in with [control] group and mode"), std::string::npos);
    ASSERT_EQ(chmod(dir_.path().c_str(), 0700), 0);
    EXPECT_NE(say().first.find("its directory is closed to you"), std::string::npos);
}

TEST_F(Cli, AFullDiskIsAnErrorBeforeADaemonIsNeededToo)
{
    for (const char *command : {"--help", "--version", "help", "members --help"}) {
        std::string line = std::string(SL_CLI_PROGRAM) + " " + command + " >/dev/full 2>&1";
        EXPECT_EQ(WEXITSTATUS(system(line.c_str())), 1) << command;
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

TEST_F(Cli, AFullDiskIsToldOnce)
{
    serve();
    std::string line =
        std::string(SL_CLI_PROGRAM) + " --socket " + path_ + " info --json 2>&1 >/dev/full";
    FILE *err = popen(line.c_str(), "r");
    ASSERT_NE(err, nullptr);
    char said[4096];
    size_t bytes = fread(said, 1, sizeof(said), err);
    EXPECT_EQ(WEXITSTATUS(pclose(err)), 1);
    EXPECT_EQ(std::count(said, said + bytes, '\n'), 1) << std::string(said, bytes);
}

} // namespace
