/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* Members, addresses and records for the tests of the fast path. */
#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <vector>

#include "lib/frame.h"
#include "lib/record.h"
#include "lib/word.h"

namespace fast_test
{

using Bytes = std::vector<uint8_t>;

inline Bytes operator+(Bytes a, const Bytes &b)
{
    a.insert(a.end(), b.begin(), b.end());
    return a;
}

constexpr uint64_t SECOND = 1000000000ull;
constexpr uint32_t FRAME_LIMIT = 1232;
constexpr uint32_t ROOM = 2048;
constexpr uint32_t PROBE_BYTES = SL_HEADER_BYTES + SL_PROBE_BODY_BYTES;
constexpr uint32_t SYNC_BYTES = SL_HEADER_BYTES + SL_SYNC_BODY_BYTES;
constexpr uint64_t SELF = 0x5e1f, A = 0xa000, B = 0xb000, STRANGER = 0x57a;
constexpr uint64_t GENERATION = 1000;

inline uint64_t word(uint32_t refutations, sl_status status)
{
    return sl_word(GENERATION, refutations, status);
}

inline sl_endpoint v4(uint32_t host, uint16_t port = 7947)
{
    uint8_t address[4] = {10, (uint8_t)(host >> 16), (uint8_t)(host >> 8), (uint8_t)host};
    return sl_endpoint_v4(address, port);
}

inline sl_endpoint v6(uint8_t host)
{
    uint8_t address[16] = {0x20, 0x01, 0x0d, 0xb8};
    address[15] = host;
    return sl_endpoint_v6(address, 7947);
}

struct Identity {
    std::string name;
    sl_identity it{};
    Identity(const std::string &n, const sl_endpoint &four, const sl_endpoint &six) : name(n)
    {
        it.v4 = four;
        it.v6 = six;
        it.name = name.data();
        it.name_bytes = (uint8_t)name.size();
        it.zone = it.tags = "";
    }
    Identity(const std::string &n, uint32_t host) : Identity(n, v4(host), sl_endpoint{})
    {
    }
    Identity(const Identity &) = delete;
};

inline Bytes alive(uint64_t id, uint64_t w, const Identity &identity)
{
    Bytes r(512);
    r.resize(sl_record_write_alive(r.data(), 512, id, w, &identity.it));
    return r;
}

inline Bytes alive(uint64_t id, uint64_t w, uint32_t host)
{
    return alive(id, w, Identity("m" + std::to_string(host), host));
}

inline Bytes left(uint64_t id, uint64_t w)
{
    Bytes r(SL_RECORD_LEFT_BYTES);
    sl_record_write_left(r.data(), SL_RECORD_LEFT_BYTES, id, w);
    return r;
}

inline Bytes accuse(uint64_t id, uint64_t w, uint64_t accuser)
{
    Bytes r(SL_RECORD_ACCUSATION_BYTES);
    sl_record_write_accusation(r.data(), SL_RECORD_ACCUSATION_BYTES, id, w, accuser);
    return r;
}

inline Bytes pad(uint32_t bytes)
{
    Bytes r(bytes);
    sl_record_write_pad(r.data(), bytes);
    return r;
}

inline Bytes doubt(uint64_t zone_id)
{
    Bytes out(SL_RECORD_DOUBT_BYTES);
    sl_record_write_doubt(out.data(), zone_id);
    return out;
}

inline std::vector<sl_record> records(const uint8_t *at, const uint8_t *end)
{
    std::vector<sl_record> all;
    sl_record_cursor cursor{at, end};
    sl_record r;
    sl_wire_error error;
    while (sl_record_next(&cursor, &r, &error))
        all.push_back(r);
    EXPECT_EQ(error, SL_WIRE_OK);
    return all;
}

} // namespace fast_test
