// SPDX-License-Identifier: BSD-3-Clause
#include "puppet.h"

Puppet::Puppet(Cluster &cluster, int number_, const std::string &name_)
    : name(name_), number(number_), endpoint(Cluster::address_of(number_)), cluster_(cluster),
      hash_(sl_cluster_from_name("test"))
{
    cluster.puppets[number] = [this](const ClusterPacket &packet) { take(packet); };
}

// What is still on its way to it is lost.
Puppet::~Puppet()
{
    cluster_.puppets.erase(number);
}

uint64_t Puppet::id_of(const std::string &member) const
{
    return sl_member_id(&hash_, member.data(), member.size());
}

std::vector<uint8_t> Puppet::alive(const std::string &member, uint64_t its_word, int at,
                                   const std::string &tags) const
{
    sl_identity identity = {};
    identity.v4 = Cluster::address_of(at);
    identity.name = member.data();
    identity.name_bytes = (uint8_t)member.size();
    identity.tags = tags.data();
    identity.tags_bytes = (uint16_t)tags.size();
    std::vector<uint8_t> out(SL_RECORD_ALIVE_BYTES_MAX);
    out.resize(sl_record_write_alive(out.data(), (uint32_t)out.size(), id_of(member), its_word,
                                     &identity));
    return out;
}

std::vector<uint8_t> Puppet::left(const std::string &member, uint64_t its_word) const
{
    std::vector<uint8_t> out(SL_RECORD_LEFT_BYTES);
    sl_record_write_left(out.data(), (uint32_t)out.size(), id_of(member), its_word);
    return out;
}

std::vector<uint8_t> Puppet::accusation(const std::string &member, uint64_t its_word,
                                        const std::string &accuser) const
{
    std::vector<uint8_t> out(SL_RECORD_ACCUSATION_BYTES);
    sl_record_write_accusation(out.data(), (uint32_t)out.size(), id_of(member), its_word,
                               id_of(accuser));
    return out;
}

std::vector<uint8_t> Puppet::begin(sl_frame_type type, uint32_t probe)
{
    sl_header header = {};
    header.type = (uint8_t)type;
    header.cluster_id = hash_.id;
    header.sender_id = id_of(name);
    header.boot_salt = 7;
    header.counter = ++counter_;
    header.probe = probe;
    header.unsettled = 1; // no view to compare with
    std::vector<uint8_t> frame(sl_frame_records_at((uint8_t)type));
    sl_header_write(frame.data(), &header);
    return frame;
}

void Puppet::deliver(ClusterNode &to, std::vector<uint8_t> frame)
{
    to.receive({endpoint, to.endpoint, std::move(frame)});
}

void Puppet::gossip(ClusterNode &to, const std::vector<std::vector<uint8_t>> &records)
{
    std::vector<uint8_t> frame = begin(SL_FRAME_GOSSIP, 0);
    for (const std::vector<uint8_t> &record : records)
        frame.insert(frame.end(), record.begin(), record.end());
    deliver(to, std::move(frame));
}

void Puppet::probe_frame(ClusterNode &to, sl_frame_type type, uint32_t probe,
                         const sl_probe_body &body)
{
    std::vector<uint8_t> frame = begin(type, probe);
    sl_probe_body_write(frame.data(), &body);
    deliver(to, std::move(frame));
}

void Puppet::introduce(ClusterNode &to)
{
    gossip(to, {alive(name, word, number)});
}

void Puppet::take(const ClusterPacket &packet)
{
    sl_header header;
    if (sl_header_read(packet.bytes.data(), (uint32_t)packet.bytes.size(), &header) != SL_WIRE_OK)
        return;
    received.push_back(header);
    sl_probe_body body;
    if (header.type > SL_FRAME_PING_REQ)
        return;
    sl_probe_body_read(packet.bytes.data(), &body);
    bool pinged = header.type == SL_FRAME_PING && answers && body.target_id == id_of(name);
    bool asked = header.type == SL_FRAME_PING_REQ && receipts;
    if (!pinged && !asked)
        return;
    if (pinged)
        body.target_word = word;
    std::vector<uint8_t> frame = begin(pinged ? SL_FRAME_ACK : SL_FRAME_NACK, header.probe);
    sl_probe_body_write(frame.data(), &body);
    cluster_.send(endpoint, packet.from, frame.data(), (uint32_t)frame.size());
}
