/* SPDX-License-Identifier: BSD-3-Clause */
/* What a stranger can send, on the wire: every type and length, and good frames with a bit turned.
 * Whatever it is, it is counted once, and no answer is longer than its question. */
#include "lib/digest.h"
#include "tests/dpdk/frames.h"
#include "tests/dpdk/worker_fixture.h"

namespace
{
using namespace worker_test;
using frames::Bytes;

class Stranger : public Worker
{
  protected:
    Stranger() : Worker({}, [](sl_config &c) { c.byte_cap = c.byte_cap_joining = 1u << 30; })
    {
        turn();
        free_taken();
    }

    /* Frames that came: of these reasons there may be several records in one that is taken, and
       what finds no next hop goes out. */
    uint64_t drops() const
    {
        uint64_t all = 0;
        for (uint64_t count : worker->counters.drops)
            all += count;
        return all - dropped(SL_DROP_MEMBER_UNKNOWN) - dropped(SL_DROP_RECORDS_OVER) -
               dropped(SL_DROP_WORD_AHEAD) - dropped(SL_DROP_NEIGHBOUR_UNRESOLVED);
    }

    uint64_t admitted() const
    {
        uint64_t all = 0;
        for (uint64_t count : worker->counters.rx_frames)
            all += count;
        return all;
    }

    /* UDP payload of all that was sent since, to anybody. */
    uint32_t answered()
    {
        uint32_t bytes = 0;
        for (rte_mbuf *m; (m = take()) != nullptr;) {
            sl_net_rx rx = {};
            if (sl_net_classify(&peer, m, &rx) == SL_NET_GOSSIP)
                bytes += rx.payload_bytes;
            rte_pktmbuf_free(m);
        }
        return bytes;
    }

    Bytes header(unsigned type) const
    {
        Bytes out(SL_HEADER_BYTES);
        sl_header h = {};
        h.type = (uint8_t)type;
        h.cluster_id = sl_cluster_from_name("test").id;
        h.sender_id = PEER;
        h.boot_salt = 1;
        h.counter = 1;
        h.probe = 77;
        sl_header_write(out.data(), &h);
        return out;
    }

    /* A well-formed frame of that type without records. */
    Bytes plain(unsigned type, uint64_t target, uint64_t salt = 0) const
    {
        Bytes out = header(type);
        if (type < SL_FRAME_PING || type > SL_FRAME_PULL)
            return out;
        out.resize(sl_frame_records_at((uint8_t)type));
        sl_probe_body probe = {target,
                               type == SL_FRAME_ACK || type == SL_FRAME_NACK ? node.id() : PEER,
                               sl_word(1000, 0, SL_ALIVE)};
        sl_sync_body sync = {0, UINT64_MAX, salt, 3, 0};
        if (type <= SL_FRAME_PING_REQ)
            sl_probe_body_write(out.data(), &probe);
        else if (type == SL_FRAME_SYNC_REQUEST || type == SL_FRAME_SYNC)
            sl_sync_body_write(out.data(), &sync);
        return out;
    }

    Bytes padded(Bytes frame, size_t bytes) const
    {
        size_t at = frame.size();
        frame.resize(bytes);
        if (bytes >= at + 4) /* the least that a record takes */
            sl_record_write_pad(frame.data() + at, (uint32_t)(bytes - at));
        return frame;
    }

    static Bytes claim(uint64_t id, const std::string &name, uint8_t host)
    {
        const uint8_t v4[4] = {10, 0, 0, host};
        sl_identity identity = {};
        identity.v4 = sl_endpoint_v4(v4, 7947);
        identity.name = identity.tags = name.data();
        identity.name_bytes = (uint8_t)name.size();
        identity.tags_bytes = (uint16_t)name.size();
        Bytes out(SL_RECORD_ALIVE_BYTES_MAX);
        out.resize(sl_record_write_alive(out.data(), (uint32_t)out.size(), id,
                                         sl_word(1000, 0, SL_ALIVE), &identity));
        return out;
    }

    Bytes records() const
    {
        Bytes accusation(SL_RECORD_ACCUSATION_BYTES), left(SL_RECORD_LEFT_BYTES),
            doubt(SL_RECORD_DOUBT_BYTES);
        sl_record_write_accusation(
            accusation.data(), (uint32_t)accusation.size(), node.id(),
            sl_word_with_status(sl_engine_self_word(node.runtime.loop.engine), SL_SUSPECT), PEER);
        sl_record_write_left(left.data(), (uint32_t)left.size(), PEER, sl_word(1000, 0, SL_LEFT));
        sl_record_write_doubt(doubt.data(), 4711);
        sl_cluster cluster = sl_cluster_from_name("test");
        return frames::operator+(
            frames::operator+(doubt, claim(sl_member_id(&cluster, "c", 1), "c", 9)),
            frames::operator+(accusation, left));
    }

    Bytes digests() const
    {
        Bytes out(SL_DIGEST_HEAD_BYTES + 4 * 16, 0xee);
        sl_digest head = {};
        head.type = SL_RECORD_DIGESTS;
        head.bits = 4;
        head.count = 16;
        EXPECT_EQ(sl_digest_write(out.data(), (uint32_t)out.size(), &head), out.size());
        return out;
    }

    /* One good frame of each type, and what else has a meaning of its own. */
    std::vector<Bytes> captured() const
    {
        std::vector<Bytes> all;
        for (unsigned type = SL_FRAME_PING; type <= SL_FRAME_PULL; type++) {
            all.push_back(plain(type, node.id()));
            all.push_back(frames::operator+(plain(type, node.id()), records()));
        }
        all.push_back(plain(SL_FRAME_PING_REQ, 0x123));
        all.push_back(frames::operator+(plain(SL_FRAME_SYNC_REQUEST, 0, 5), digests()));
        all.push_back(frames::operator+(plain(SL_FRAME_SYNC, 0, 5), digests()));
        return all;
    }

    rte_mbuf *wrapped(const Bytes &payload)
    {
        rte_mbuf *m = rte_pktmbuf_alloc(pool.get());
        if (!payload.empty())
            memcpy(rte_pktmbuf_append(m, (uint16_t)payload.size()), payload.data(), payload.size());
        sl_net_wrap(&peer, m, &self, &node.net.mac, 0);
        return m;
    }

    std::string reasons_since(const sl_counters &before) const
    {
        std::string all;
        for (int reason = 0; reason < SL_DROP_COUNT; reason++) {
            if (worker->counters.drops[reason] != before.drops[reason])
                all += std::string(", ") + sl_drop_name((sl_drop)reason);
        }
        return all;
    }

    /* The whole way of one frame: `question` is its payload's length. */
    void expect_counted_once(rte_mbuf *m, uint32_t question, const std::string &what)
    {
        sl_counters before = worker->counters;
        uint64_t drops_before = drops(), admitted_before = admitted();
        put(m);
        ASSERT_EQ(poll(), 1u);
        turn();
        uint64_t dropped = drops() - drops_before, taken = admitted() - admitted_before;
        EXPECT_TRUE(dropped == 1 || (dropped == 0 && taken == 1))
            << what << ": " << dropped << " drops, " << taken << " admitted"
            << reasons_since(before);
        EXPECT_LE(answered(), question) << what;
    }
};

TEST_F(Stranger, EveryTypeInEveryLengthIsCountedOnceAndAnsweredNoLonger)
{
    for (unsigned type = 0; type <= SL_FRAME_PULL + 1u; type++) {
        Bytes good = plain(type, node.id());
        for (size_t bytes = 0; bytes <= SL_FRAME_BYTES; bytes++) {
            Bytes frame = bytes < good.size() ? Bytes(good.begin(), good.begin() + (long)bytes)
                                              : padded(good, bytes);
            expect_counted_once(wrapped(frame), (uint32_t)bytes,
                                "type " + std::to_string(type) + ", " + std::to_string(bytes) +
                                    " bytes");
            if (HasFailure())
                return;
        }
    }
    EXPECT_EQ(rte_mempool_in_use_count(pool.get()), 0u);
}

TEST_F(Stranger, TypesThatNobodyKnowsAreCountedAsThat)
{
    for (unsigned type = SL_FRAME_PULL + 1u; type < 256; type++)
        expect_counted_once(wrapped(padded(header(type), 200)), 200,
                            "type " + std::to_string(type));
    EXPECT_EQ(dropped(SL_DROP_FRAME_TYPE), 255u - SL_FRAME_PULL);
}

TEST_F(Stranger, AGoodFrameWithABitTurnedIsCountedOnceAndAnsweredNoLonger)
{
    std::vector<Bytes> all = captured();
    for (size_t f = 0; f < all.size(); f++) {
        expect_counted_once(wrapped(all[f]), (uint32_t)all[f].size(), "frame " + std::to_string(f));
        for (size_t bit = 0; bit < 8 * all[f].size(); bit++) {
            Bytes turned = all[f];
            turned[bit / 8] ^= (uint8_t)(1 << bit % 8);
            expect_counted_once(wrapped(turned), (uint32_t)turned.size(),
                                "frame " + std::to_string(f) + ", bit " + std::to_string(bit));
            if (HasFailure())
                return;
        }
    }
}

TEST_F(Stranger, ABitTurnedOnTheWireIsNoticedOrChangesNothing)
{
    Bytes ping = plain(SL_FRAME_PING, node.id());
    uint64_t answers = worker->counters.pings_answered;
    size_t bits = 8 * (14 + 20 + 8 + ping.size());
    for (size_t bit = 8 * 12; bit < bits;
         bit++) { /* behind the MAC addresses, which nothing sums */
        rte_mbuf *m = wrapped(ping);
        rte_pktmbuf_mtod(m, uint8_t *)[bit / 8] ^= (uint8_t)(1 << bit % 8);
        expect_counted_once(m, (uint32_t)ping.size(), "bit " + std::to_string(bit));
    }
    EXPECT_EQ(worker->counters.pings_answered, answers);
}
/* Being told of is no proof: only an answer to this node's own question shows that somebody is
 * there. */
TEST_F(Stranger, ItsOwnClaimEarnsItNoLongerAnswers)
{
    sl_cluster cluster = sl_cluster_from_name("test");
    uint64_t asked = 0, got = 0;
    auto ask = [&](Bytes frame, const std::string &name) {
        sl_header h;
        ASSERT_EQ(sl_header_read(frame.data(), (uint32_t)frame.size(), &h), SL_WIRE_OK);
        h.sender_id = sl_member_id(&cluster, name.data(), name.size());
        h.unsettled = 1;
        sl_header_write(frame.data(), &h);
        put(wrapped(frame));
        poll();
        turn();
        asked += frame.size();
        got += answered();
        EXPECT_LE(got, asked) << "type " << (int)h.type;
    };
    for (uint8_t i = 3; i < 40; i++) {
        std::string name = "m" + std::to_string(i);
        ask(frames::operator+(header(SL_FRAME_GOSSIP),
                              claim(sl_member_id(&cluster, name.data(), name.size()), name, i)),
            "s");
    }
    ask(frames::operator+(header(SL_FRAME_GOSSIP), claim(sl_member_id(&cluster, "s", 1), "s", 2)),
        "s");
    asked = got = 0;
    for (int i = 0; i < 20; i++) {
        ask(plain(SL_FRAME_SYNC_REQUEST, 0), "s");
        ask(plain(SL_FRAME_PING, node.id()), "s");
        ask(plain(SL_FRAME_PULL, 0), "s");
    }
}

} // namespace
