/* SPDX-License-Identifier: BSD-3-Clause */
#include "ports/spec.h"

#include <errno.h>
#include <gtest/gtest.h>

#include <string>

namespace
{
class Spec : public testing::Test
{
  protected:
    bool parse(const std::string &text)
    {
        why[0] = '\0';
        int result = sl_port_spec_parse(text.c_str(), &spec, why, sizeof(why));
        EXPECT_TRUE(result == 0 || result == -EINVAL);
        EXPECT_EQ(result == 0, why[0] == '\0') << "a refusal says why";
        return result == 0;
    }

    std::string argument(const std::string &text, unsigned queues = 2)
    {
        EXPECT_TRUE(parse(text)) << why;
        char out[256];
        EXPECT_EQ(sl_port_spec_eal_argument(&spec, queues, out, sizeof(out)), 0);
        return out;
    }

    sl_port_spec spec;
    char why[512];
};

TEST_F(Spec, EveryKindIsRead)
{
    const struct {
        const char *text, *device;
        sl_port_kind kind;
    } cases[] = {
        {"pci:0000:3b:00.0", "0000:3b:00.0", SL_PORT_PCI},
        {"pci:3b:00.1", "0000:3b:00.1", SL_PORT_PCI},
        {"af_packet:eth1", "eth1", SL_PORT_AF_PACKET},
        {"af_xdp:eth1", "eth1", SL_PORT_AF_XDP},
        {"tap:starling0", "starling0", SL_PORT_TAP},
        {"memif:/run/x.sock", "/run/x.sock", SL_PORT_MEMIF},
        {"ring", "", SL_PORT_RING},
    };
    for (const auto &c : cases) {
        ASSERT_TRUE(parse(c.text)) << why;
        EXPECT_EQ(spec.kind, c.kind);
        EXPECT_STREQ(spec.device, c.device);
        EXPECT_STREQ(spec.options, "");
        EXPECT_STREQ(spec.text, c.text);
    }
}

TEST_F(Spec, ARefusalNamesWhatWasProbablyMeant)
{
    const struct {
        const char *text, *meant;
    } cases[] = {
        {"eth0", "did you mean af_packet:eth0?"},
        {"enp3s0f1", "did you mean af_packet:enp3s0f1?"},
        {"afpacket:eth0", "did you mean af_packet:eth0?"},
        {"af-xdp:eth0,start_queue=1", "did you mean af_xdp:eth0,start_queue=1?"},
        {"3b:00.0", "did you mean pci:0000:3b:00.0?"},
        {"0000:3b:00.0", "did you mean pci:0000:3b:00.0?"},
    };
    for (const auto &c : cases) {
        EXPECT_FALSE(parse(c.text));
        EXPECT_NE(std::string(why).find(c.meant), std::string::npos) << why;
    }
    EXPECT_FALSE(parse("vhost:/run/x"));
    EXPECT_EQ(std::string(why).find("did you mean"), std::string::npos) << why;
}

TEST_F(Spec, OptionsAreKeptAsTheyStand)
{
    ASSERT_TRUE(parse("memif:/run/x.sock,role=server,id=3"));
    EXPECT_STREQ(spec.device, "/run/x.sock");
    EXPECT_STREQ(spec.options, "role=server,id=3");
}

TEST_F(Spec, WhatIsWrongIsRefused)
{
    for (const char *text : {"",
                             ":",
                             "eth1",
                             "af_packet",
                             "af_packet:",
                             "af_packetx:eth1",
                             "af_packet:eth1,",
                             "af_packet:a_name_of_sixteen",
                             "af_packet:a/b",
                             "af_packet:a b",
                             "tap:..",
                             "pci:3b",
                             "pci:0000:3b:00.8",
                             "pci:0000:3b:20.0",
                             "pci:0000:3b:00.0x",
                             "pci:",
                             "memif:x.sock",
                             "ring:x",
                             "af_packet:eth1,qpairs",
                             "af_packet:eth1,=2",
                             "af_packet:eth1,a=",
                             "af_packet:eth1,a=1,",
                             "af_packet:eth1,a=1,,b=2"})
        EXPECT_FALSE(parse(text)) << text;
}

TEST_F(Spec, TooLongIsRefusedNotCut)
{
    EXPECT_TRUE(parse("memif:/" + std::string(62, 'x')));
    EXPECT_FALSE(parse("memif:/" + std::string(63, 'x')));
    EXPECT_TRUE(parse("ring,a=" + std::string(125, 'x')));
    EXPECT_FALSE(parse("ring,a=" + std::string(126, 'x')));
    EXPECT_FALSE(parse(std::string(5000, 'x')));
}

TEST_F(Spec, ARefusalShowsTheRightForms)
{
    ASSERT_FALSE(parse("eth1"));
    EXPECT_NE(std::string(why).find("eth1"), std::string::npos) << why;
    EXPECT_NE(std::string(why).find("af_packet:eth1"), std::string::npos) << why;
}

TEST_F(Spec, EalArguments)
{
    EXPECT_EQ(argument("pci:3b:00.0,a=1"), "--allow=0000:3b:00.0,a=1");
    EXPECT_EQ(argument("af_packet:eth1"),
              "--vdev=net_af_packet0,iface=eth1,qpairs=2,blocksz=4096,framesz=2048,framecnt=1024");
    EXPECT_EQ(argument("af_xdp:eth1", 3),
              "--vdev=net_af_xdp0,iface=eth1,start_queue=0,queue_count=3");
    EXPECT_EQ(argument("tap:starling0"), "--vdev=net_tap0,iface=starling0");
    EXPECT_EQ(argument("memif:/run/x.sock,role=server"),
              "--vdev=net_memif0,socket=/run/x.sock,socket-abstract=no,role=server");
    EXPECT_EQ(argument("ring"), "");
}

TEST_F(Spec, RingFramesAndBuffersHoldTheLongestPacket)
{
    char argument[256];
    ASSERT_TRUE(parse("af_packet:eth1"));
    EXPECT_EQ(sl_port_spec_room(&spec), 2048u);
    for (auto [packet, frame] : {std::pair{1934u, "2048"},
                                 {1935u, "4096"},
                                 {3982u, "4096"},
                                 {8028u, "8192"},
                                 {9600u, "12288"}}) {
        spec.packet_bytes = packet;
        ASSERT_EQ(sl_port_spec_eal_argument(&spec, 1, argument, sizeof(argument)), 0);
        EXPECT_NE(strstr(argument, (std::string(",framesz=") + frame + ",").c_str()), nullptr)
            << packet << ": " << argument;
        EXPECT_EQ(sl_port_spec_room(&spec), std::stoul(frame)) << packet;
    }
    EXPECT_NE(strstr(argument, ",blocksz=12288,"), nullptr) << argument;
    ASSERT_TRUE(parse("af_packet:eth1,framesz=16384,blocksz=16384"));
    EXPECT_EQ(sl_port_spec_room(&spec), 16384u);
    ASSERT_TRUE(parse("tap:x"));
    spec.packet_bytes = 9000;
    EXPECT_EQ(sl_port_spec_room(&spec), 9018u);
}

TEST_F(Spec, PacketsTooLongForAKindOfPortAreRefused)
{
    ASSERT_TRUE(parse("af_xdp:lo"));
    spec.packet_bytes = 3301;
    EXPECT_EQ(sl_port_spec_check(&spec, why, sizeof(why)), -EMSGSIZE);
    EXPECT_NE(std::string(why).find("3300"), std::string::npos) << why;
    spec.packet_bytes = 3300;
    EXPECT_NE(sl_port_spec_check(&spec, why, sizeof(why)), -EMSGSIZE) << why;
    ASSERT_TRUE(parse("tap:starling0"));
    spec.packet_bytes = 1501;
    EXPECT_EQ(sl_port_spec_check(&spec, why, sizeof(why)), -EMSGSIZE);
    ASSERT_TRUE(parse("af_packet:lo,framesz=2048"));
    spec.packet_bytes = 8028;
    EXPECT_EQ(sl_port_spec_check(&spec, why, sizeof(why)), -EMSGSIZE);
    EXPECT_NE(std::string(why).find("8192"), std::string::npos) << why;
}

TEST_F(Spec, AnInterfaceWithoutEthernetIsRefused)
{
    for (const char *text : {"af_packet:lo", "af_xdp:lo"}) {
        ASSERT_TRUE(parse(text));
        EXPECT_EQ(sl_port_spec_check(&spec, why, sizeof(why)), -EINVAL);
        EXPECT_NE(std::string(why).find("interface lo carries no Ethernet frames"),
                  std::string::npos)
            << why;
    }
}

TEST_F(Spec, PortsOfAKindInOneProcessAreToldApart)
{
    ASSERT_TRUE(parse("memif:/run/x.sock"));
    spec.number = 1;
    char argument[256], name[64];
    sl_port_spec_device_name(&spec, name, sizeof(name));
    EXPECT_STREQ(name, "net_memif1");
    ASSERT_EQ(sl_port_spec_eal_argument(&spec, 1, argument, sizeof(argument)), 0);
    EXPECT_STREQ(argument, "--vdev=net_memif1,socket=/run/x.sock,socket-abstract=no");
}

TEST_F(Spec, AnOperatorsOptionReplacesTheDefault)
{
    EXPECT_EQ(argument("af_packet:eth1,framesz=16384,blocksz=16384"),
              "--vdev=net_af_packet0,iface=eth1,qpairs=2,framecnt=1024,framesz=16384,"
              "blocksz=16384");
    EXPECT_EQ(argument("af_xdp:eth1,start_queue=4"),
              "--vdev=net_af_xdp0,iface=eth1,queue_count=2,start_queue=4");
    EXPECT_EQ(argument("memif:/run/x.sock,socket-abstract=yes"),
              "--vdev=net_memif0,socket=/run/x.sock,socket-abstract=yes");
}

TEST_F(Spec, AnArgumentThatDoesNotFitIsAnError)
{
    ASSERT_TRUE(parse("tap:starling0"));
    std::string whole = argument("tap:starling0");
    std::string out(whole.size() + 1, '\0');
    EXPECT_EQ(sl_port_spec_eal_argument(&spec, 1, out.data(), whole.size() + 1), 0);
    EXPECT_EQ(sl_port_spec_eal_argument(&spec, 1, out.data(), whole.size()), -ENAMETOOLONG);
}

TEST_F(Spec, CheckNamesWhatIsMissing)
{
    ASSERT_TRUE(parse("af_packet:nosuch0"));
    EXPECT_EQ(sl_port_spec_check(&spec, why, sizeof(why)), -ENODEV);
    EXPECT_NE(std::string(why).find("nosuch0"), std::string::npos) << why;
    ASSERT_TRUE(parse("pci:ffff:ff:1f.7"));
    EXPECT_EQ(sl_port_spec_check(&spec, why, sizeof(why)), -ENODEV);
    ASSERT_TRUE(parse("memif:/no/such/folder/x.sock"));
    EXPECT_EQ(sl_port_spec_check(&spec, why, sizeof(why)), -ENOENT);
    ASSERT_TRUE(parse("ring"));
    EXPECT_EQ(sl_port_spec_check(&spec, why, sizeof(why)), 0);
}
} // namespace
