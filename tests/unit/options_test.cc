// SPDX-License-Identifier: BSD-3-Clause
#include "dataplane/options.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include "dataplane/option_value.h"
#include "ports/log.h"
#include "tests/unit/fake_node.h"
#include "tests/unit/places.h"

namespace
{

const char *const kLeast = "[cluster]\nname = c\n[node]\nname = n\n[port]\nspec = ring\n"
                           "address = 10.0.0.2/24\n"; // 7 lines

std::string printed(void (*print)(FILE *))
{
    char *text = nullptr;
    size_t bytes = 0;
    FILE *out = open_memstream(&text, &bytes);
    print(out);
    fclose(out);
    std::string all(text, bytes);
    free(text);
    return all;
}

class Options : public ::testing::Test
{
  protected:
    int load(const std::string &text, std::vector<std::string> flags = {})
    {
        path_ = dir_.write("c", text);
        flags.insert(flags.begin(), {"starlingd", "--config", path_});
        return load_flags(flags);
    }
    int load_flags(const std::vector<std::string> &flags)
    {
        std::vector<char *> argv;
        for (const std::string &flag : flags)
            argv.push_back(const_cast<char *>(flag.c_str()));
        argv.push_back(nullptr);
        char *text = nullptr;
        size_t bytes = 0;
        FILE *out = open_memstream(&text, &bytes);
        why_[0] = '\0';
        int result =
            sl_options_load(o_.get(), (int)flags.size(), argv.data(), out, why_, sizeof(why_));
        fclose(out);
        answer_.assign(text, bytes);
        free(text);
        return result;
    }
    std::string why() const
    {
        std::string text = why_;
        for (size_t at; !path_.empty() && (at = text.find(path_)) != std::string::npos;)
            text.replace(at, path_.size(), "FILE");
        return text;
    }
    // The line that a file with `more` after the least one leads to.
    std::string complaint(const std::string &more)
    {
        EXPECT_LT(load(kLeast + more), 0) << more;
        return why();
    }

    TempDir dir_;
    std::unique_ptr<struct sl_options> o_{new struct sl_options};
    std::string path_, answer_;
    char why_[SL_OPTIONS_WHY];
};

TEST_F(Options, TheLeastFileGetsTheDefaults)
{
    ASSERT_EQ(load(kLeast), SL_OPTIONS_RUN) << why();
    EXPECT_STREQ(o_->config.cluster_name, "c");
    EXPECT_STREQ(o_->config.name, "n");
    EXPECT_STREQ(o_->config.zone, "default");
    EXPECT_STREQ(o_->profile, "lan");
    EXPECT_EQ(o_->port.kind, SL_PORT_RING);
    EXPECT_EQ(o_->config.probe_period_ns, 200000000u);
    EXPECT_EQ(o_->config.v4.port, 7947);
    EXPECT_EQ(o_->config.v6.port, 0);
    EXPECT_EQ(o_->v4.prefix_bits, 24);
    EXPECT_EQ(o_->dscp, 48u);
    EXPECT_EQ(o_->workers, 0u);
    EXPECT_EQ(o_->huge, (uint32_t)SL_HUGE_AUTO);
    EXPECT_EQ(o_->idle, (uint32_t)SL_IDLE_ADAPTIVE);
    EXPECT_EQ(o_->log_level, (uint32_t)SL_LOG_NOTICE);
    EXPECT_STREQ(o_->control_socket, "/run/starling/starling.sock");
}

TEST_F(Options, AddressesThatOthersCannotReachAreRefused)
{
    const std::pair<const char *, const char *> wrong[] = {
        {"--port.address=192.0.2.0/24", "network's own address"},
        {"--port.address=192.0.2.255/24", "broadcast address"},
        {"--port.address=192.0.2.5/30", ""},
        {"--port.address=192.0.2.4/30", "network's own address"},
        {"--port.address=192.0.2.4/31", ""},
        {"--port.address=192.0.2.4/32", "no neighbours"},
        {"--port.address6=::ffff:192.0.2.1/64", "IPv4 address in IPv6 form"},
        {"--port.address6=fe80::1/64", "link-local"},
        {"--port.address6=::1/64", "unicast"},
        {"--port.address6=2001:db8::1/128", "no neighbours"},
        {"--port.address6=2001:db8::1/64", ""},
    };
    for (auto [flag, words] : wrong) {
        int result = load(kLeast, {flag});
        EXPECT_EQ(result == SL_OPTIONS_RUN, *words == '\0') << flag << ": " << why();
        EXPECT_NE(why().find(words), std::string::npos) << flag << ": " << why();
    }
    EXPECT_LT(load(kLeast, {"--port.address=192.0.2.4/24", "--port.gateway=192.0.2.4"}), 0);
    EXPECT_NE(why().find("own address"), std::string::npos) << why();
    EXPECT_LT(load(kLeast, {"--port.address=192.0.2.4/24", "--port.gateway=192.0.3.1"}), 0);
    EXPECT_NE(why().find("not within"), std::string::npos) << why();
    EXPECT_EQ(load(kLeast, {"--port.address=192.0.2.4/32", "--port.gateway=192.0.2.254"}), 0)
        << "a host route to its router: " << why();
}

TEST_F(Options, WhatIsAdvertisedIsClaimedAndWhatIsBoundIsKept)
{
    ASSERT_EQ(load(kLeast, {"--port.advertise=203.0.113.7:17947"}), 0) << why();
    sl_endpoint bound = sl_endpoint_v4(o_->v4.address, 7947);
    const uint8_t outside[4] = {203, 0, 113, 7};
    sl_endpoint claimed = sl_endpoint_v4(outside, 17947);
    EXPECT_TRUE(sl_endpoint_equal(&o_->config.v4, &claimed));
    EXPECT_TRUE(sl_endpoint_equal(&o_->config.bound_v4, &bound));
    ASSERT_EQ(load(kLeast, {"--port.udp_port=9000", "--port.advertise=203.0.113.7"}), 0) << why();
    EXPECT_EQ(o_->config.v4.port, 9000);
    EXPECT_EQ(o_->config.bound_v4.port, 9000);
    for (const char *wrong :
         {"--port.advertise=name:7947", "--port.advertise=[2001:db8::7]:7947",
          "--port.advertise=127.0.0.1", "--port.advertise6=203.0.113.7:7947",
          "--port.advertise6=[fe80::1]:7947", "--port.advertise6=[2001:db8::7]:7947"})
        EXPECT_LT(load(kLeast, {wrong}), 0) << wrong;
}

TEST_F(Options, NamesThatOtherNodesRefuseAreRefused)
{
    EXPECT_LT(load(kLeast, {"--node.name=K\xf6ln"}), 0);
    EXPECT_NE(why().find("UTF-8"), std::string::npos) << why();
    EXPECT_LT(load(kLeast, {"--node.zone=z\xfcrich"}), 0);
    EXPECT_NE(why().find("[node] zone"), std::string::npos) << why();
    EXPECT_LT(load(kLeast, {"--node.name=a\xc2\x9b"}), 0) << "a C1 control";
    EXPECT_EQ(load(kLeast, {"--node.name=Köln"}), 0) << why();
}

TEST_F(Options, NamesThatDifferInABlankAtAnEndAreRefused)
{
    for (const char *wrong : {"--node.name=n3 ", "--node.name= n3",
                              "--node.name= ", "--node.zone=north ", "--cluster.name=lab "}) {
        EXPECT_LT(load(kLeast, {wrong}), 0) << wrong;
        EXPECT_NE(why().find("begins or ends with a blank"), std::string::npos) << why();
    }
    EXPECT_EQ(load(kLeast, {"--node.name=a b"}), 0) << why();
}

TEST_F(Options, QuotesAreTakenOffAndAByteOrderMarkIsSkipped)
{
    ASSERT_EQ(load("\xef\xbb\xbf" + std::string(kLeast) + "[node]\nzone = \"north east\"\n"), 0)
        << why();
    EXPECT_STREQ(o_->config.zone, "north east");
    ASSERT_EQ(load(std::string(kLeast) + "[node]\nzone = 'north'\n"), 0) << why();
    EXPECT_STREQ(o_->config.zone, "north");
    EXPECT_NE(complaint("[node]\nzone = \"north\n").find("quote"), std::string::npos);
    EXPECT_NE(complaint("[node]\nzone = \"\n").find("quote"), std::string::npos);
}

TEST_F(Options, AProfileGivenLastStillComesFirst)
{
    ASSERT_EQ(
        load(std::string(kLeast) + "[protocol]\nmax_pause = 200ms\n[cluster]\nprofile = edge\n"), 0)
        << why();
    EXPECT_EQ(o_->config.probe_period_ns, 20000000u);
    EXPECT_EQ(o_->config.max_pause_ns, 200000000u);
    EXPECT_EQ(o_->config.suspicion_min_ns, 260000000u); // derived from the new pause
    ASSERT_EQ(load(std::string(kLeast) + "[protocol]\nsuspicion_min = 500ms\nmax_pause = 200ms\n"),
              0)
        << why();
    EXPECT_EQ(o_->config.suspicion_min_ns, 500000000u);
}

TEST_F(Options, FlagsWinOverTheFileInEveryForm)
{
    ASSERT_EQ(load(std::string(kLeast) + "[protocol]\nprobe_tries = 2\n[workers]\ncount = 1\n",
                   {"--protocol.probe_tries=5", "--workers.count", "2", "--max_pause=1s"}),
              0)
        << why();
    EXPECT_EQ(o_->config.probe_tries, 5u);
    EXPECT_EQ(o_->workers, 2u);
    EXPECT_EQ(o_->config.max_pause_ns, 1000000000u);
}

TEST_F(Options, AllRequiredKeysMayBeFlags)
{
    ASSERT_EQ(load_flags({"starlingd", "--cluster.name=c", "--node.name=n", "--spec=ring",
                          "--address6=2001:db8::2/64", "--gateway6=2001:db8::1"}),
              0)
        << why();
    EXPECT_EQ(o_->config.v6.port, 7947);
    EXPECT_TRUE(o_->v6.has_gateway);
}

TEST_F(Options, ListsAndUnits)
{
    ASSERT_EQ(load(std::string(kLeast) +
                   "[join]\nseeds = 10.0.0.1, [2001:db8::1]:99,seed.example:7000\n"
                   "[workers]\ncount = 3\ncpus = 9, 2-4\n[protocol]\nbyte_cap = 200KB\n"
                   "frame_bytes = 1KiB\ndead_retention = 10m\nspread = 300000 us\n"),
              0)
        << why();
    ASSERT_EQ(o_->seed_count, 3u);
    EXPECT_STREQ(o_->seeds[1], "[2001:db8::1]:99");
    ASSERT_EQ(o_->cpu_count, 4u);
    EXPECT_EQ(o_->cpus[0], 9);
    EXPECT_EQ(o_->cpus[3], 4);
    EXPECT_EQ(o_->config.byte_cap, 200000u);
    EXPECT_EQ(o_->config.frame_bytes, 1024u);
    EXPECT_EQ(o_->config.dead_retention_ns, 600000000000u);
    EXPECT_EQ(o_->config.spread_ns, 300000000u);
}

TEST_F(Options, TagsBecomeLines)
{
    ASSERT_EQ(load(std::string(kLeast) + "[node]\ntags = role=edge, rack=12\n"), 0) << why();
    EXPECT_STREQ(o_->config.tags, "role=edge\nrack=12");
    EXPECT_EQ(complaint("[node]\ntags = a=1, b=2 a=3\n"),
              "FILE:9: [node] tags = a=1, b=2 a=3: the tag 'a' is there twice; keep one");
    EXPECT_EQ(
        complaint("[node]\ntags = role\n"),
        "FILE:9: [node] tags = role: 'role' is no tag; write key=value pairs, separated by commas");
}

TEST_F(Options, NoNameMeansTheHostName)
{
    char host[256];
    gethostname(host, sizeof(host));
    ASSERT_EQ(load("[cluster]\nname=c\n[port]\nspec=ring\naddress=10.0.0.2/24\n"), 0) << why();
    EXPECT_STREQ(o_->config.name, host);
}

TEST_F(Options, UnknownKeysSuggestTheNearest)
{
    EXPECT_EQ(complaint("[protocol]\nprob_period = 1s\n"),
              "FILE:9: unknown key 'prob_period' in [protocol]; did you mean 'probe_period'?");
    EXPECT_EQ(complaint("[protocol]\nfanout = 5\n"),
              "FILE:9: unknown key 'fanout' in [protocol]; did you mean 'gossip_fanout'?");
    EXPECT_EQ(complaint("[protcol]\nprobe_period = 1s\n"),
              "FILE:9: unknown key 'probe_period' in [protcol]; did you mean [protocol]?");
    EXPECT_EQ(complaint("[node]\nmtu = 9000\n"),
              "FILE:9: unknown key 'mtu' in [node]; it belongs to [port]");
    EXPECT_EQ(complaint("[node]\ncolour = red\n"),
              "FILE:9: unknown key 'colour' in [node]; `starlingd --print-config` shows all keys");
}

TEST_F(Options, ADuplicateKeyNamesTheFirst)
{
    EXPECT_EQ(complaint("[node]\nname = m\n"),
              "FILE:9: duplicate key 'name' in [node]: line 4 sets it already; keep one");
}

TEST_F(Options, MissingKeysSayWhatToAdd)
{
    EXPECT_EQ(load("[cluster]\nname = c\n"), -EINVAL);
    EXPECT_EQ(why(), "FILE: missing key 'spec' in [port]; add 'spec = af_packet:eth1' there or "
                     "--port.spec=af_packet:eth1");
    EXPECT_EQ(load("[cluster]\nname = c\n[port]\nspec = ring\n"), -EINVAL);
    EXPECT_EQ(why(),
              "FILE: [port] address: the port needs an address; set address or address6, such "
              "as 192.0.2.1/24");
    EXPECT_EQ(load_flags({"starlingd", "--spec=ring"}), -EINVAL);
    EXPECT_EQ(why(),
              "starlingd: missing --cluster.name=example; add it, or name a file that has it "
              "with --config: `starlingd --print-config` writes one");
}

TEST_F(Options, BadValuesSayWhatToWrite)
{
    const std::string duration =
        ": write a whole number and its unit (ns, us, ms, s, m, h), such as 200ms";
    for (const char *bad : {"200", "ms", "-1s", "1.5s", "200 parsecs", "99999999999999h", ""})
        EXPECT_EQ(complaint(std::string("[protocol]\nprobe_period = ") + bad + "\n"),
                  std::string("FILE:9: [protocol] probe_period = ") + bad + duration);
    EXPECT_EQ(complaint("[protocol]\nbyte_cap = 5GB\n"),
              "FILE:9: [protocol] byte_cap = 5GB: write a size below 4 GiB, such as 1232, 100KB or "
              "1MiB");
    EXPECT_EQ(complaint("[port]\nvlan = 4095\n"),
              "FILE:9: [port] vlan = 4095: must be within 0 and 4094");
    EXPECT_EQ(complaint("[port]\nvlan = 0x10\n"),
              "FILE:9: [port] vlan = 0x10: write a whole number");
    EXPECT_EQ(complaint("[protocol]\nmax_members = 4294967296\n"),
              "FILE:9: [protocol] max_members = 4294967296: must be within 0 and 4294967295");
    EXPECT_EQ(complaint("[eal]\nhuge = maybe\n"),
              "FILE:9: [eal] huge = maybe: must be one of auto|yes|no");
    EXPECT_EQ(complaint("[cluster]\nprofile = la\n"),
              "FILE:9: [cluster] profile = la: must be one of lan|wan|edge");
    EXPECT_EQ(
        complaint("[port]\naddress6 = 10.0.0.1/24\n"),
        "FILE:9: [port] address6 = 10.0.0.1/24: write a unicast address and prefix length, such "
        "as 2001:db8::1/64");
    EXPECT_EQ(complaint("[port]\naddress6 = 2001:db8::1\n"),
              "FILE:9: [port] address6 = 2001:db8::1: write an address and prefix length, such as "
              "2001:db8::1/64");
    EXPECT_EQ(
        complaint("[join]\nseeds = 10.0.0\n"),
        "FILE:9: [join] seeds = 10.0.0: seed '10.0.0': not a unicast address or DNS name; write "
        "an address, [IPv6]:port, a DNS name, or name:port");
    EXPECT_EQ(
        complaint("[workers]\ncpus = 1,1\n"),
        "FILE:9: [workers] cpus = 1,1: write up to 33 different CPUs below 1024, such as 2,4-7");
    EXPECT_EQ(complaint("[node]\nzone = " + std::string(64, 'z') + "\n"),
              "FILE:9: [node] zone = " + std::string(60, 'z') + ": must have 1 to 63 bytes");
}

TEST_F(Options, OneWorkerMoreThanThereMayBeIsRefused)
{
    std::string most = std::to_string(SL_WORKERS_MAX - 1);
    ASSERT_EQ(load(std::string(kLeast) + "[workers]\ncount = " + most + "\n"), 0) << why_;
    EXPECT_EQ(o_->workers, SL_WORKERS_MAX - 1u);
    std::string more = std::to_string(SL_WORKERS_MAX);
    EXPECT_NE(complaint("[workers]\ncount = " + more + "\n").find(most), std::string::npos);
}

TEST_F(Options, KeysThatDoNotFitTogetherAreFoundWithTheirLine)
{
    EXPECT_EQ(complaint("[port]\ngateway = 10.0.1.1\n"),
              "FILE:9: [port] gateway: not within the network of address; correct one of them");
    EXPECT_EQ(complaint("[port]\ngateway6 = 2001:db8::1\n"),
              "FILE:9: [port] gateway6: a gateway needs address6 in [port] as well");
    EXPECT_EQ(complaint("[port]\nmtu = 1200\n"),
              "FILE:9: [port] mtu: 1200 is less than frame_bytes 1232 and 28 bytes of headers");
    EXPECT_EQ(complaint("[port]\nudp_port = 65535\n[workers]\ncount = 2\n"),
              "FILE:9: [port] udp_port: the engine and each of 2 workers have a port of their own; "
              "set at most 65533");
    EXPECT_EQ(complaint("[workers]\ncount = 2\ncpus = 1,2\n"),
              "FILE:10: [workers] cpus: 2 CPUs for one engine and 2 workers; list 3");
    EXPECT_EQ(complaint("[protocol]\nprobe_tries = 0\n"),
              "FILE:9: [protocol] probe_tries: probe_tries is 0, must be within 1 and 16");
}

TEST_F(Options, BadFlagsAreToldByName)
{
    EXPECT_EQ(load(kLeast, {"--protocol.prob_period=1s"}), -EINVAL);
    EXPECT_EQ(why(),
              "starlingd: unknown flag --protocol.prob_period; did you mean 'probe_period'?");
    EXPECT_EQ(load(kLeast, {"--name=x"}), -EINVAL);
    EXPECT_EQ(why(), "starlingd: flag --name is ambiguous; write --cluster.name or --node.name");
    EXPECT_EQ(load(kLeast, {"--frobnicate=x"}), -EINVAL);
    EXPECT_EQ(why(), "starlingd: unknown flag --frobnicate; `starlingd --help` lists them");
    EXPECT_EQ(load(kLeast, {"--port.mtu"}), -EINVAL);
    EXPECT_EQ(why(), "starlingd: --port.mtu needs a value");
    EXPECT_EQ(load(kLeast, {"--port.mtu=1500", "--mtu=1500"}), -EINVAL);
    EXPECT_EQ(why(), "starlingd: --mtu is given twice; keep one");
    EXPECT_EQ(load(kLeast, {"stray"}), -EINVAL);
    EXPECT_EQ(why(), "starlingd: unexpected argument 'stray'; `starlingd --help` shows how");
    EXPECT_EQ(load(kLeast, {"--port.mtu=a\nb"}), -EINVAL);
    EXPECT_EQ(why(), "--port.mtu: [port] mtu = a?b: write a whole number");
}

TEST_F(Options, WhereAKeyWasSetIsRemembered)
{
    char where[4200];
    ASSERT_EQ(load(kLeast, {"--port.mtu=1500"}), 0);
    sl_options_where(o_.get(), "port", "spec", where, sizeof(where));
    EXPECT_EQ(where, path_ + ":6");
    sl_options_where(o_.get(), "port", "mtu", where, sizeof(where));
    EXPECT_STREQ(where, "--port.mtu");
    sl_options_where(o_.get(), "port", "vlan", where, sizeof(where));
    EXPECT_EQ(where, path_);
}

TEST_F(Options, QuestionsAreAnsweredWithoutAConfiguration)
{
    EXPECT_EQ(load_flags({"starlingd", "--version"}), SL_OPTIONS_ANSWERED);
    EXPECT_EQ(answer_, "starlingd " SL_VERSION "\n");
    EXPECT_EQ(load_flags({"starlingd", "--help"}), SL_OPTIONS_ANSWERED);
    EXPECT_NE(answer_.find("--protocol.probe_period"), std::string::npos);
    EXPECT_EQ(load_flags({"starlingd", "--print-config"}), SL_OPTIONS_ANSWERED);
    EXPECT_EQ(answer_, printed(sl_options_print_example));
}

TEST_F(Options, TheExampleFileIsWhatPrintConfigWrites)
{
    std::ifstream file(SL_SOURCE_ROOT "/scripts/starlingd.conf.example");
    std::stringstream text;
    text << file.rdbuf();
    EXPECT_EQ(text.str(), printed(sl_options_print_example))
        << "run: starlingd --print-config > scripts/starlingd.conf.example";
}

TEST_F(Options, TheExampleLoadsAndItsCommentedDefaultsAreTheDefaults)
{
    std::string example = printed(sl_options_print_example), all;
    ASSERT_EQ(load(example), 0) << why();
    struct sl_options plain = *o_;
    std::istringstream lines(example);
    for (std::string line; std::getline(lines, line);) {
        size_t equals = line.find(" =");
        bool key = line.compare(0, 2, "# ") == 0 && equals != std::string::npos &&
                   line.find(' ', 2) == equals;
        all += (key ? line.substr(2) : line) + "\n";
    }
    ASSERT_EQ(load(all), 0) << why();
    EXPECT_EQ(memcmp(&plain.config, &o_->config, sizeof(plain.config)), 0);
    for (uint32_t i = 0; i < sl_option_count; i++)
        EXPECT_NE(o_->origin[i], 0u) << sl_option_table[i].key; // every key is in the example
}

TEST_F(Options, AKeyIsEqualInBothOnlyIfItsWholeValueIs)
{
    ASSERT_EQ(load(kLeast), SL_OPTIONS_RUN) << why();
    auto before = std::make_unique<sl_options>(*o_);
    const std::pair<std::string, std::string> changes[] = {
        {"node.name", "--node.name=n2"},
        {"node.tags", "--node.tags=a=1"},
        {"port.address", "--port.address=10.0.0.3/24"},
        {"port.gateway", "--port.gateway=10.0.0.254"},
        {"port.advertise", "--port.advertise=10.0.0.9:7948"},
        {"port.spec", "--port.spec=tap:st0"},
        {"join.seeds", "--join.seeds=10.0.0.7"},
        {"control.mode", "--control.mode=0600"},
        {"protocol.probe_period", "--protocol.probe_period=300ms"},
        {"log.level", "--log.level=debug"},
    };
    for (const auto &[key, flag] : changes) {
        ASSERT_EQ(load(kLeast, {flag}), SL_OPTIONS_RUN) << why();
        std::string differ;
        for (uint32_t i = 0; i < sl_option_count; i++) {
            const sl_option *o = &sl_option_table[i];
            if (!sl_option_is_equal(o, before.get(), o_.get()))
                differ += std::string(o->section) + "." + o->key;
        }
        EXPECT_EQ(differ, key);
    }
}
} // namespace
