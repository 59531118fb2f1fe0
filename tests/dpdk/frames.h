/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* Frames written byte by byte, and a checksum from the RFC's words: nothing here comes from DPDK or
   from the code under test. */
#include <arpa/inet.h>

#include <array>
#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

#include "ports/net.h"

namespace frames
{
using Bytes = std::vector<uint8_t>;

const Bytes MY_MAC = {0x02, 0, 0, 0, 0, 1};
const Bytes PEER_MAC = {0x02, 0, 0, 0, 0, 2};
const Bytes EVERYBODY_MAC = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff};
const std::string MY_V4 = "10.0.0.1", PEER_V4 = "10.0.0.2", GATEWAY_V4 = "10.0.0.254";
const std::string MY_V6 = "fd00::1", PEER_V6 = "fd00::2", GATEWAY_V6 = "fe80::fe";
const std::string MY_LINK_LOCAL = "fe80::ff:fe00:1", PEER_LINK_LOCAL = "fe80::ff:fe00:2";
constexpr uint16_t PORT = 7947, PEER_PORT = 9000;

inline Bytes address(const std::string &text)
{
    Bytes out(text.find(':') == std::string::npos ? 4 : 16);
    inet_pton(out.size() == 4 ? AF_INET : AF_INET6, text.c_str(), out.data());
    return out;
}

inline Bytes operator+(Bytes a, const Bytes &b)
{
    a.insert(a.end(), b.begin(), b.end());
    return a;
}

inline Bytes u16(unsigned value)
{
    return {(uint8_t)(value >> 8), (uint8_t)value};
}

inline void set16(Bytes &b, size_t at, unsigned value)
{
    b[at] = (uint8_t)(value >> 8);
    b[at + 1] = (uint8_t)value;
}

/* RFC 1071: the ones' complement of the ones' complement sum of 16-bit words. */
inline uint16_t checksum(const Bytes &b)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < b.size(); i += 2)
        sum += (uint64_t)(b[i] << 8 | (i + 1 < b.size() ? b[i + 1] : 0));
    while (sum > 0xffff)
        sum = (sum & 0xffff) + (sum >> 16);
    return (uint16_t)~sum;
}

inline Bytes ethernet(const Bytes &to, const Bytes &from, unsigned type, const Bytes &body)
{
    return to + from + u16(type) + body;
}

inline Bytes tagged(const Bytes &to, const Bytes &from, unsigned tci, unsigned type,
                    const Bytes &body)
{
    return ethernet(to, from, 0x8100, u16(tci) + u16(type) + body);
}

struct Ip {
    std::string from, to;
    unsigned proto = 17;
    unsigned traffic_class = 0;
    unsigned hop_limit = 64;
    unsigned identity = 0, fragment = 0x4000;
};

inline Bytes ipv4(const Ip &ip, const Bytes &body)
{
    Bytes h = Bytes{0x45, (uint8_t)ip.traffic_class} + u16((unsigned)(20 + body.size())) +
              u16(ip.identity) + u16(ip.fragment) +
              Bytes{(uint8_t)ip.hop_limit, (uint8_t)ip.proto, 0, 0} + address(ip.from) +
              address(ip.to);
    set16(h, 10, checksum(h));
    return h + body;
}

inline Bytes ipv6(const Ip &ip, const Bytes &body)
{
    unsigned c = ip.traffic_class;
    return Bytes{(uint8_t)(0x60 | c >> 4), (uint8_t)(c << 4), 0, 0} + u16((unsigned)body.size()) +
           Bytes{(uint8_t)ip.proto, (uint8_t)ip.hop_limit} + address(ip.from) + address(ip.to) +
           body;
}

inline Bytes pseudo(const Ip &ip, size_t length)
{
    return address(ip.from) + address(ip.to) + Bytes{0, 0} + u16((unsigned)length) +
           Bytes{0, (uint8_t)ip.proto};
}

/* UDP or ICMPv6 with its checksum at `at` filled in. */
inline Bytes summed(const Ip &ip, Bytes body, size_t at)
{
    set16(body, at, 0);
    uint16_t sum = checksum(pseudo(ip, body.size()) + body);
    set16(body, at, ip.proto == 17 && sum == 0 ? 0xffff : sum);
    return body;
}

inline Bytes udp(const Ip &ip, unsigned from_port, unsigned to_port, const Bytes &payload)
{
    Bytes b =
        u16(from_port) + u16(to_port) + u16((unsigned)(8 + payload.size())) + u16(0) + payload;
    return summed(ip, b, 6);
}

inline bool is_v6(const Ip &ip)
{
    return ip.to.find(':') != std::string::npos;
}

inline Bytes packet(const Ip &ip, const Bytes &upper)
{
    return is_v6(ip) ? ipv6(ip, upper) : ipv4(ip, upper);
}

inline unsigned ether_type(const Ip &ip)
{
    return is_v6(ip) ? 0x86dd : 0x0800;
}

inline Bytes datagram(const Ip &ip, unsigned from_port, unsigned to_port, const Bytes &payload)
{
    return ethernet(MY_MAC, PEER_MAC, ether_type(ip),
                    packet(ip, udp(ip, from_port, to_port, payload)));
}

inline Bytes icmp_echo(unsigned type, const Bytes &data)
{
    Bytes b = Bytes{(uint8_t)type, 0, 0, 0, 0x12, 0x34, 0, 7} + data;
    set16(b, 2, checksum(b));
    return b;
}

inline Bytes arp(unsigned opcode, const Bytes &from_mac, const std::string &from,
                 const Bytes &to_mac, const std::string &to)
{
    return u16(1) + u16(0x0800) + Bytes{6, 4} + u16(opcode) + from_mac + address(from) + to_mac +
           address(to);
}

/* Neighbour solicitation (135) or advertisement (136) with an option of that type and MAC. */
inline Bytes nd(const Ip &ip, unsigned type, unsigned flags, const std::string &target,
                unsigned option, const Bytes &mac)
{
    Bytes b = Bytes{(uint8_t)type, 0, 0, 0, (uint8_t)flags, 0, 0, 0} + address(target);
    if (option)
        b = b + Bytes{(uint8_t)option, 1} + mac;
    return summed(ip, b, 2);
}

inline sl_net node()
{
    sl_net net = {};
    memcpy(&net.mac, MY_MAC.data(), 6);
    memcpy(net.v4.address, address(MY_V4).data(), 4);
    memcpy(net.v4.gateway, address(GATEWAY_V4).data(), 4);
    net.v4.prefix_bits = 24;
    net.v4.set = net.v4.has_gateway = true;
    memcpy(net.v6.address, address(MY_V6).data(), 16);
    memcpy(net.v6.gateway, address(GATEWAY_V6).data(), 16);
    net.v6.prefix_bits = 64;
    net.v6.set = net.v6.has_gateway = true;
    memcpy(net.link_local, address(MY_LINK_LOCAL).data(), 16);
    net.dscp = 48;
    net.hop_limit = 64;
    net.udp_port = PORT;
    net.udp_ports = 2;
    net.mtu = 1500;
    return net;
}

inline sl_endpoint endpoint(const std::string &ip, uint16_t port)
{
    Bytes a = address(ip);
    return a.size() == 4 ? sl_endpoint_v4(a.data(), port) : sl_endpoint_v6(a.data(), port);
}

inline std::array<uint8_t, 16> hop(const std::string &ip)
{
    std::array<uint8_t, 16> out;
    memcpy(out.data(), endpoint(ip, 0).ip, 16);
    return out;
}
} // namespace frames
