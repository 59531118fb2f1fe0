/* SPDX-License-Identifier: BSD-3-Clause */
/* One frame of a stranger neither locks a member out nor ends it. */
#include <arpa/inet.h>
#include <fcntl.h>
#include <sched.h>
#include <sys/socket.h>
#include <unistd.h>

#include <ctime>
#include <system_error>
#include <thread>

#include "lib/frame.h"
#include "lib/hash.h"
#include "lib/limits.h"
#include "lib/record.h"
#include "lib/word.h"
#include "tests/lab/node.h"

namespace lab
{
namespace
{
using Bytes = std::vector<uint8_t>;

class Stranger : public LabTest
{
  protected:
    /* n1 and n2, and the kernel of the third namespace as the stranger, at 10.77.0.3. */
    void SetUp() override
    {
        LabTest::SetUp();
        if (IsSkipped())
            return;
        build(3);
        net().bash("ip -n ${LAB}3 addr add 10.77.0.3/24 dev eth0");
        members = start_cluster(net(), 2);
        ASSERT_TRUE(formed(members));
    }

    uint64_t id_of(const std::string &name) const
    {
        return sl_member_id(&cluster, name.data(), name.size());
    }

    Bytes frame(sl_frame_type type, const std::string &sender) const
    {
        sl_header header = {};
        header.type = (uint8_t)type;
        header.cluster_id = cluster.id;
        header.sender_id = id_of(sender);
        header.boot_salt = 1;
        header.counter = 1;
        header.unsettled = 1;
        Bytes bytes(sl_frame_records_at((uint8_t)type));
        sl_header_write(bytes.data(), &header);
        return bytes;
    }

    /* A socket belongs to the namespace that its thread was in. */
    void send(const Bytes &bytes, const std::string &to) const
    {
        std::thread([&] {
            int space = open(("/var/run/netns/" + net_name).c_str(), O_RDONLY | O_CLOEXEC);
            if (space < 0 || setns(space, CLONE_NEWNET) != 0)
                throw std::system_error(errno, std::generic_category(), net_name);
            close(space);
            int udp = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
            sockaddr_in at = {};
            at.sin_family = AF_INET;
            at.sin_port = htons(SL_UDP_PORT);
            inet_pton(AF_INET, to.c_str(), &at.sin_addr);
            EXPECT_EQ(sendto(udp, bytes.data(), bytes.size(), 0, (sockaddr *)&at, sizeof(at)),
                      (ssize_t)bytes.size());
            close(udp);
        }).join();
    }

    void send_as_stranger(const Bytes &bytes, const std::string &to)
    {
        net_name = net().name_of("3");
        send(bytes, to);
    }

    Cluster members;

  private:
    std::string net_name;
    sl_cluster cluster = sl_cluster_from_name("demo");
};

TEST_F(Stranger, TheGreatestWordThatIsAcceptedLocksNobodyOut)
{
    Bytes frame_left = frame(SL_FRAME_GOSSIP, "stranger"), record(SL_RECORD_LEFT_BYTES);
    uint64_t word = sl_word_with_status(sl_word_most((uint64_t)time(nullptr) - 60), SL_LEFT);
    sl_record_write_left(record.data(), SL_RECORD_LEFT_BYTES, id_of("n2"), word);
    frame_left.insert(frame_left.end(), record.begin(), record.end());
    send_as_stranger(frame_left, "10.77.0.1");
    auto has_risen = [&] {
        return members[0]->status_of("n2") == "alive" &&
               members[0]->incarnation_of("n2").first >= (long long)sl_word_generation(word);
    };
    EXPECT_TRUE(await("n2 rises above it", has_risen));
    EXPECT_TRUE(formed(members));
    members[1]->process().signal(SIGTERM);
    members[1]->expect_clean_end();
    members[1]->start();
    EXPECT_TRUE(formed(members)) << "and after a restart";
}

TEST_F(Stranger, WhoClaimsAMembersNameDoesNotEndIt)
{
    sl_identity identity = {};
    const uint8_t here[4] = {10, 77, 0, 3};
    identity.v4 = sl_endpoint_v4(here, SL_UDP_PORT);
    identity.name = "n2";
    identity.name_bytes = 2;
    Bytes claim = frame(SL_FRAME_GOSSIP, "n2"), record(SL_RECORD_ALIVE_BYTES_MAX);
    record.resize(sl_record_write_alive(record.data(), (uint32_t)record.size(), id_of("n2"),
                                        sl_word((uint64_t)time(nullptr) + 1000, 0, SL_ALIVE),
                                        &identity));
    claim.insert(claim.end(), record.begin(), record.end());
    Bytes ack = frame(SL_FRAME_ACK, "n2");
    sl_probe_body body = {id_of("n2"), id_of("n2"), sl_word(1, 0, SL_ALIVE)};
    sl_probe_body_write(ack.data(), &body);
    send_as_stranger(claim, "10.77.0.2");
    send_as_stranger(ack, "10.77.0.2");
    auto has_answered = [&] {
        return members[0]->status_of("n2") == "alive" &&
               members[0]->incarnation_of("n2").first >= (long long)time(nullptr) + 500;
    };
    EXPECT_TRUE(await("n2 keeps its name above the claim", has_answered));
    EXPECT_TRUE(formed(members));
}
} // namespace
} // namespace lab
