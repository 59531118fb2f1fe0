// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// The members and frames that lib/WIRE.md shows.
#include "lib/digest.h"
#include "lib/frame.h"
#include "lib/hash.h"
#include "lib/record.h"
#include "lib/word.h"

#include <cstring>
#include <string>
#include <vector>

using Bytes = std::vector<uint8_t>;

struct Vectors {
    struct sl_cluster cluster = sl_cluster_from_name("murmuration");
    uint64_t kestrel = sl_member_id(&cluster, "kestrel", 7);
    uint64_t merlin = sl_member_id(&cluster, "merlin", 6);
    uint64_t hobby = sl_member_id(&cluster, "hobby", 5);
    uint64_t south = sl_member_id(&cluster, "south", 5); // a zone
    uint64_t kestrel_word = sl_word(1735689600, 0, SL_ALIVE);
    uint64_t merlin_suspect = sl_word(1735689660, 1, SL_SUSPECT);
    uint64_t merlin_alive = sl_word(1735689660, 2, SL_ALIVE);
    uint64_t merlin_dead = sl_word(1735689630, 0, SL_DEAD);
    uint64_t hobby_left = sl_word(1735689720, 0, SL_LEFT);

    uint64_t item_hash(uint64_t id, uint64_t word) const
    {
        return sl_item_hash(&cluster, id, sl_word_incarnation(word));
    }

    struct sl_header header(uint8_t type) const
    {
        struct sl_header h = {};
        h.type = type;
        h.cluster_id = cluster.id;
        h.sender_id = kestrel;
        h.boot_salt = 0x01020304;
        h.lane = 2;
        h.counter = 7;
        h.probe = 42;
        h.unsettled = 3;
        h.view_hash = item_hash(kestrel, kestrel_word) + item_hash(merlin, merlin_alive);
        h.authority_revision = 9;
        return h;
    }

    struct sl_identity identity() const
    {
        const uint8_t v4[4] = {192, 0, 2, 1};
        const uint8_t v6[16] = {0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1};
        struct sl_identity i = {};
        i.v4 = sl_endpoint_v4(v4, 7947);
        i.v6 = sl_endpoint_v6(v6, 7948);
        i.name = "kestrel";
        i.name_bytes = 7;
        i.zone = "north";
        i.zone_bytes = 5;
        i.tags = "role=edge";
        i.tags_bytes = 9;
        return i;
    }

    Bytes ping() const
    {
        Bytes frame(SL_HEADER_BYTES + SL_PROBE_BODY_BYTES, 0xee);
        struct sl_header h = header(SL_FRAME_PING);
        struct sl_probe_body body = {merlin, kestrel, merlin_suspect};
        sl_header_write(frame.data(), &h);
        sl_probe_body_write(frame.data(), &body);
        return frame;
    }

    Bytes ack() const
    {
        Bytes frame(SL_HEADER_BYTES + SL_PROBE_BODY_BYTES, 0xee);
        struct sl_header h = header(SL_FRAME_ACK);
        h.sender_id = merlin;
        h.boot_salt = 0x0a0b0c0d;
        h.lane = 0;
        h.counter = 0xabcdef012345;
        h.unsettled = 0;
        struct sl_probe_body body = {merlin, kestrel, merlin_alive};
        sl_header_write(frame.data(), &h);
        sl_probe_body_write(frame.data(), &body);
        return frame;
    }

    Bytes sync(uint8_t type) const
    {
        Bytes frame(SL_HEADER_BYTES + SL_SYNC_BODY_BYTES, 0xee);
        struct sl_header h = header(type);
        struct sl_sync_body body = {0, UINT64_MAX, 0x1122334455667788ull, 2, 0};
        sl_header_write(frame.data(), &h);
        sl_sync_body_write(frame.data(), &body);
        return frame;
    }

    Bytes compare() const
    {
        Bytes frame = sync(SL_FRAME_SYNC_REQUEST);
        const uint64_t salt = 0x1122334455667788ull;
        uint64_t one = item_hash(kestrel, kestrel_word), two = item_hash(merlin, merlin_alive);
        append_digests(frame, SL_RECORD_DIGESTS, 1, {one + two, 0}, salt);
        append_digests(frame, SL_RECORD_ITEMS, 0, {one, two}, salt);
        return frame;
    }

    static void append_digests(Bytes &frame, uint8_t type, uint8_t bits,
                               const std::vector<uint64_t> &hashes, uint64_t salt)
    {
        struct sl_digest head = {};
        head.type = type;
        head.bits = bits;
        head.count = static_cast<uint32_t>(hashes.size());
        head.live_count = static_cast<uint16_t>(type == SL_RECORD_ITEMS ? hashes.size() : 0);
        size_t at = frame.size();
        frame.resize(at + sl_digest_bytes(&head));
        sl_digest_write(frame.data() + at, sl_digest_bytes(&head), &head);
        for (size_t i = 0; i < hashes.size(); i++)
            sl_be32_store(frame.data() + at + SL_DIGEST_HEAD_BYTES + 4 * i,
                          sl_digest_hash(hashes[i], salt));
    }

    Bytes records() const
    {
        Bytes out(1024, 0xee);
        struct sl_identity i = identity();
        uint8_t *at = out.data();
        at += sl_record_write_alive(at, 256, kestrel, kestrel_word, &i);
        at += sl_record_write_left(at, 256, hobby, hobby_left);
        at += sl_record_write_accusation(at, 256, merlin, merlin_suspect, kestrel);
        at += sl_record_write_accusation(at, 256, merlin, merlin_dead, hobby);
        at += sl_record_write_accusation(at, 256, hobby, hobby_left, kestrel); // REMOVED
        sl_record_write_pad(at, 6);
        out.resize(static_cast<size_t>(at + 6 - out.data()));
        return out;
    }

    Bytes gossip() const
    {
        Bytes frame(SL_HEADER_BYTES, 0xee);
        struct sl_header h = header(SL_FRAME_GOSSIP);
        h.counter = 8;
        h.probe = 0;
        sl_header_write(frame.data(), &h);
        frame.resize(SL_HEADER_BYTES + SL_RECORD_DOUBT_BYTES);
        sl_record_write_doubt(frame.data() + SL_HEADER_BYTES, south);
        Bytes tail = records();
        frame.insert(frame.end(), tail.begin(), tail.end());
        return frame;
    }
};
