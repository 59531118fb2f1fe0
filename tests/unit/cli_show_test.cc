// SPDX-License-Identifier: BSD-3-Clause
// `starling info`, `stats` and `events`.
#include <signal.h>

#include <sstream>

#include "tests/unit/cli_fixture.h"

namespace
{

using namespace cli_test;

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

TEST_F(Cli, InfoSaysWhatIsWrongAndWhatToDo)
{
    struct sl_trouble trouble = {1700000000000000000, "seed", "a.example",
                                 "a.example is \x1b[1mmute", "start it"};
    fake_.add_member("me", SL_ALIVE);
    fake_.troubles.push_back(trouble);
    serve();
    ASSERT_EQ(run({"info", "--json"}), 0) << err_;
    Json info = parse(out_);
    json_t *one = json_array_get(json_object_get(info.get(), "troubles"), 0);
    EXPECT_EQ(text_of(one, "kind"), "seed");
    EXPECT_EQ(text_of(one, "subject"), "a.example");
    EXPECT_EQ(text_of(one, "advice"), "start it");
    EXPECT_EQ(json_integer_value(json_object_get(one, "since_ns")), 1700000000000000000);
    ASSERT_EQ(run({"info"}), 0);
    EXPECT_NE(out_.find(": a.example is \\u001b[1mmute; start it\n"), std::string::npos) << out_;
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
    EXPECT_EQ(text_of(first.get(), "accuser_name"), "witness");
    EXPECT_TRUE(json_is_null(json_object_get(first.get(), "previous_status")));
}

TEST_F(Cli, AnAccuserWithTheShortestNameIsNamed)
{
    fake_.accuser = "w";
    fake_.add_event(SL_EVENT_MEMBER_DEAD, "x");
    serve();
    ASSERT_EQ(run({"events", "--json"}), 0) << err_;
    EXPECT_EQ(text_of(parse(out_).get(), "accuser_name"), "w");
    ASSERT_EQ(run({"events"}), 0) << err_;
    EXPECT_NE(out_.find("accused by w\n"), std::string::npos) << out_;
}

TEST_F(Cli, AnEventInWordsNamesTheAccuser)
{
    fake_.add_event(SL_EVENT_MEMBER_SUSPECT, "x");
    serve();
    ASSERT_EQ(run({"events"}), 0) << err_;
    EXPECT_NE(out_.find("  suspect           x  1700000000.1  accused by witness\n"),
              std::string::npos)
        << out_;
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

} // namespace
