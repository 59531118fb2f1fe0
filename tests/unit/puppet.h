// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// A member without an engine: a test writes its frames byte for byte and sees what comes back.
#include <string>
#include <vector>

#include "cluster.h"
#include "lib/record.h"

class Puppet
{
  public:
    Puppet(Cluster &cluster, int number, const std::string &name);
    ~Puppet();
    Puppet(const Puppet &) = delete;
    Puppet &operator=(const Puppet &) = delete;

    uint64_t id_of(const std::string &name) const;
    // ALIVE of any member, at the address of this number.
    std::vector<uint8_t> alive(const std::string &name, uint64_t word, int number,
                               const std::string &tags = "") const;
    std::vector<uint8_t> left(const std::string &name, uint64_t word) const;
    // SUSPECT, DEAD or REMOVED, as the word says.
    std::vector<uint8_t> accusation(const std::string &name, uint64_t word,
                                    const std::string &accuser) const;

    // Puts a GOSSIP frame with these records before the node, now.
    void gossip(ClusterNode &to, const std::vector<std::vector<uint8_t>> &records);
    void probe_frame(ClusterNode &to, sl_frame_type type, uint32_t number,
                     const sl_probe_body &body);
    // Makes itself known to the node.
    void introduce(ClusterNode &to);

    bool answers = false;  // PINGs that reach it, with ACKs
    bool receipts = false; // PING_REQs that reach it, with NACKs
    uint64_t word = sl_word(1000, 0, SL_ALIVE);
    std::vector<sl_header> received; // headers of what reached it
    std::string name;
    int number;
    sl_endpoint endpoint;

  private:
    std::vector<uint8_t> begin(sl_frame_type type, uint32_t probe);
    void deliver(ClusterNode &to, std::vector<uint8_t> frame);
    void take(const ClusterPacket &packet);

    Cluster &cluster_;
    sl_cluster hash_;
    uint64_t counter_ = 0;
};
