/* SPDX-License-Identifier: BSD-3-Clause */
/* Whole ways through a worker: from the wire by parser, fast path, hand-over and engine to the wire
 * again. */
#include <deque>
#include <map>

#include "tests/dpdk/frames.h"
#include "tests/dpdk/worker_fixture.h"

extern "C" {
#include "lib/engine_private.h"
}

namespace
{
using namespace worker_test;

/* A host on the wire, by the last byte of its address. */
struct Host {
    uint8_t number;
    std::string name;
    sl_net net;
    uint64_t id;
};

struct Sent {
    sl_header header;
    sl_probe_body body;
    bool to_its_host; /* address and MAC of the host that it was taken for */
};

class WorkerWay : public Worker
{
  protected:
    explicit WorkerWay(const std::function<void(sl_port &)> &port = {},
                       const std::function<void(sl_config &)> &configure = {})
        : Worker(port, configure)
    {
        asker = host(2, "asker");
        target = host(3, "target");
        turn();
        drain();
    }

    Host host(uint8_t number, const std::string &name)
    {
        Host h = {number, name, node.net, id_of(name)};
        h.net.mac = {{2, 0, 0, 0, 0, number}};
        h.net.v4.address[3] = number;
        return h;
    }

    static uint64_t id_of(const std::string &name)
    {
        sl_cluster cluster = sl_cluster_from_name("test");
        return sl_member_id(&cluster, name.data(), name.size());
    }

    static std::vector<uint8_t> claim(const Host &h, const std::string &tags = "")
    {
        sl_identity identity = {};
        identity.v4 = sl_endpoint_v4(h.net.v4.address, 7947);
        identity.name = h.name.data();
        identity.name_bytes = (uint8_t)h.name.size();
        identity.tags = tags.data();
        identity.tags_bytes = (uint16_t)tags.size();
        std::vector<uint8_t> out(SL_RECORD_ALIVE_BYTES_MAX);
        out.resize(sl_record_write_alive(out.data(), (uint32_t)out.size(), h.id,
                                         sl_word(1000, 0, SL_ALIVE), &identity));
        return out;
    }

    static std::vector<uint8_t> accusation(uint64_t id, uint64_t word, uint64_t accuser)
    {
        std::vector<uint8_t> out(SL_RECORD_ACCUSATION_BYTES);
        sl_record_write_accusation(out.data(), (uint32_t)out.size(), id, word, accuser);
        return out;
    }

    /* Makes a PING_REQ as long as an asker's must be that is not proven. */
    static std::vector<uint8_t> padding()
    {
        std::vector<uint8_t> out(SL_PING_REQ_PADDED_BYTES - SL_HEADER_BYTES - SL_PROBE_BODY_BYTES);
        sl_record_write_pad(out.data(), (uint32_t)out.size());
        return out;
    }

    /* A frame of that host's, over the wire. */
    void send_from(const Host &h, rte_mbuf *m, const std::vector<uint8_t> &records = {})
    {
        if (!records.empty())
            memcpy(rte_pktmbuf_append(m, (uint16_t)records.size()), records.data(), records.size());
        sl_header header;
        auto *at = rte_pktmbuf_mtod(m, uint8_t *);
        ASSERT_EQ(sl_header_read(at, m->data_len, &header), SL_WIRE_OK);
        header.sender_id = h.id;
        sl_header_write(at, &header);
        sl_net_wrap(&h.net, m, &self, &node.net.mac, 0);
        put(m);
    }

    void introduce(const std::vector<Host> &hosts, const std::string &tags = "")
    {
        for (const Host &h : hosts) {
            send_from(h, frame(SL_FRAME_GOSSIP), claim(h, tags));
            poll();
        }
        turn();
        drain();
    }

    /* The host tells its MAC to a node that has asked for it. */
    void answer_arp(const Host &h)
    {
        using namespace frames;
        Bytes mac(h.net.mac.addr_bytes, h.net.mac.addr_bytes + 6);
        Bytes mine(node.net.mac.addr_bytes, node.net.mac.addr_bytes + 6);
        Bytes f = ethernet(mine, mac, 0x0806,
                           arp(2, mac, "10.0.0." + std::to_string(h.number), mine, "10.0.0.1"));
        rte_mbuf *m = rte_pktmbuf_alloc(pool.get());
        memcpy(rte_pktmbuf_append(m, (uint16_t)f.size()), f.data(), f.size());
        put(m);
        poll();
        turn();
    }

    /* What the node has sent since, ARP left out but remembered by the address asked for. */
    std::deque<rte_mbuf *> taken()
    {
        std::deque<rte_mbuf *> out;
        for (rte_mbuf *m; (m = take()) != nullptr;) {
            const uint8_t *at = rte_pktmbuf_mtod(m, uint8_t *);
            if (at[12] == 0x08 && at[13] == 0x06) {
                asked_for.push_back(at[41]);
                rte_pktmbuf_free(m);
            } else {
                out.push_back(m);
            }
        }
        return out;
    }

    void drain()
    {
        for (rte_mbuf *m : taken())
            rte_pktmbuf_free(m);
    }

    /* The one frame of that type that the node has sent since, as that host receives it. */
    Sent sent_to(const Host &h, sl_frame_type type)
    {
        Sent sent = {};
        unsigned count = 0;
        for (rte_mbuf *m : taken()) {
            sl_net_rx rx = {};
            sl_header header;
            const auto *ether = rte_pktmbuf_mtod(m, rte_ether_hdr *);
            bool mac = rte_is_same_ether_addr(&ether->dst_addr, &h.net.mac);
            bool here = sl_net_classify(&h.net, m, &rx) == SL_NET_GOSSIP;
            /* Somebody else's too: as whose it came is what is asked. */
            for (uint8_t n = 2; !here && n < 6; n++) {
                Host other = host(n, "other");
                if (sl_net_classify(&other.net, m, &rx) == SL_NET_GOSSIP)
                    break;
            }
            if (rx.payload && sl_header_read(rx.payload, rx.payload_bytes, &header) == SL_WIRE_OK &&
                header.type == type) {
                sent.header = header;
                sl_probe_body_read(rx.payload, &sent.body);
                sent.to_its_host = here && mac;
                count++;
            }
            rte_pktmbuf_free(m);
        }
        EXPECT_EQ(count, 1u) << "frames of type " << type;
        return sent;
    }

    bool asked_for_mac_of(const Host &h)
    {
        return std::count(asked_for.begin(), asked_for.end(), h.number) > 0;
    }

    sl_probe_body about_target()
    {
        return {target.id, asker.id, sl_word(1000, 0, SL_ALIVE)};
    }

    sl_engine *engine()
    {
        return node.runtime.loop.engine;
    }

    std::vector<uint8_t> asked_for;
    Host asker, target;
};

TEST_F(WorkerWay, APingIsAnsweredAndWhatItBringsReachesTheEngine)
{
    introduce({asker});
    Host novel = host(4, "novel");
    uint64_t before = sl_engine_self_word(engine());
    auto records = accusation(node.id(), sl_word_with_status(before, SL_SUSPECT), asker.id);
    auto more = claim(novel);
    records.insert(records.end(), more.begin(), more.end());
    sl_probe_body body = {node.id(), asker.id, 0};
    send_from(asker, frame(SL_FRAME_PING, &body), records);
    EXPECT_EQ(poll(), 1u);
    Sent ack = sent_to(asker, SL_FRAME_ACK);
    EXPECT_TRUE(ack.to_its_host);
    EXPECT_EQ(ack.header.probe, 77u);
    EXPECT_EQ(sl_engine_self_word(engine()), before) << "a worker decides nothing";
    turn();
    EXPECT_EQ(sl_engine_self_word(engine()),
              sl_word_refute(sl_word_with_status(before, SL_SUSPECT)));
    EXPECT_NE(sl_view_word(sl_engine_view(engine()), novel.id), 0u);
    drain();
}

TEST_F(WorkerWay, APingReqIsRelayedToItsTargetOnceItsMacIsKnown)
{
    introduce({asker, target});
    sl_probe_body body = about_target();
    send_from(asker, frame(SL_FRAME_PING_REQ, &body), padding());
    EXPECT_EQ(poll(), 1u);
    EXPECT_TRUE(taken().empty()) << "only the engine's core resolves";
    EXPECT_FALSE(asked_for_mac_of(target));
    turn();
    drain();
    EXPECT_TRUE(asked_for_mac_of(target));
    answer_arp(target);
    Sent relayed = sent_to(target, SL_FRAME_PING);
    EXPECT_TRUE(relayed.to_its_host);
    EXPECT_EQ(relayed.header.sender_id, node.id());
    EXPECT_EQ(relayed.header.probe, 77u);
    EXPECT_EQ(relayed.body.target_id, target.id);
    EXPECT_EQ(relayed.body.origin_id, asker.id);
}

TEST_F(WorkerWay, WithTheMacKnownTheWorkerRelaysAPingReqItselfAndTheAckBack)
{
    introduce({asker, target});
    sl_probe_body body = about_target();
    send_from(asker, frame(SL_FRAME_PING_REQ, &body), padding());
    poll();
    turn();
    answer_arp(target);
    answer_arp(asker); /* the receipt waits for it */
    drain();

    send_from(asker, frame(SL_FRAME_PING_REQ, &body), padding());
    EXPECT_EQ(poll(), 1u);
    Sent ping = sent_to(target, SL_FRAME_PING);
    EXPECT_TRUE(ping.to_its_host);
    EXPECT_EQ(ping.body.origin_id, asker.id);

    send_from(target, frame(SL_FRAME_ACK, &body));
    EXPECT_EQ(poll(), 1u);
    Sent ack = sent_to(asker, SL_FRAME_ACK);
    EXPECT_TRUE(ack.to_its_host);
    EXPECT_EQ(ack.body.target_id, target.id);
    EXPECT_EQ(ack.header.probe, 77u);
    EXPECT_EQ(worker->counters.relays, 3u);
    turn();
    drain();
}

TEST_F(WorkerWay, ARelayedPacketThatNobodyResolvesIsCountedAndFreed)
{
    introduce({asker, target});
    sl_probe_body body = about_target();
    send_from(asker, frame(SL_FRAME_PING_REQ, &body), padding());
    poll();
    /* The engine's own frames to the same address wait in between. */
    bool all_freed = false;
    for (int i = 0; i < 200 && !all_freed; i++, now += 50 * MS) {
        turn();
        drain();
        all_freed = sl_neighbours_unanswered(node.runtime.neighbours) >= 1 &&
                    rte_mempool_in_use_count(pool.get()) == 0;
    }
    EXPECT_TRUE(all_freed);
}

TEST_F(WorkerWay, ABackedUpQueueIsTriedAgainSoonHoweverFarTheNextDeadlineIs)
{
    while (!worker->transmitter.backed_up) {
        for (int i = 0; i < SL_BURST; i++)
            send(ping());
        poll();
    }
    worker->loop = nullptr; /* of a worker without the engine nothing is ever due */
    EXPECT_EQ(sl_worker_deadline(worker, now), now + SL_IDLE_SLEEP_MAX_NS);
    free_taken();
    poll();
    EXPECT_FALSE(worker->transmitter.backed_up);
    EXPECT_EQ(sl_worker_deadline(worker, now), UINT64_MAX);
    worker->loop = &node.runtime.loop;
    free_taken();
}

TEST_F(WorkerWay, ADeadlineThatANotedStallMovedIsObeyed)
{
    sl_engine_loop &loop = node.runtime.loop;
    now += loop.watch.every_ns;
    turn();
    now += loop.watch.every_ns;
    uint64_t stalls = sl_engine_stats(engine())->stalls;
    sl_count(&worker->counters.drops[SL_DROP_ENGINE_RING_FULL], 1);
    loop.step = {now + 3600000 * MS, false}; /* nothing is due but a look at itself */
    turn();
    ASSERT_GT(sl_engine_stats(engine())->stalls, stalls);
    EXPECT_EQ(loop.step.next_deadline_ns, sl_timers_next_ns(&engine()->timers));
    drain();
}

/* A port that takes payloads in segments and sums them itself, or says so. */
void offloads(sl_port &port)
{
    port.multi_segment = true;
    port.tx_checksum_udp = true;
}

class SharingWorkerWay : public WorkerWay
{
  protected:
    SharingWorkerWay() : WorkerWay(offloads)
    {
    }
};

TEST_F(SharingWorkerWay, AFanOutSharesOnePayloadThatLivesUntilItsLastCopyIsSent)
{
    sl_endpoint to[3];
    Host hosts[3] = {host(2, "asker"), host(3, "target"), host(4, "third")};
    for (int i = 0; i < 3; i++)
        to[i] = sl_endpoint_v4(hosts[i].net.v4.address, 7947);
    sl_host engine_host = sl_engine_host(&node.runtime.host);
    auto fan_out = [&] {
        sl_buffer buffer;
        ASSERT_TRUE(engine_host.lend(engine_host.context, &buffer));
        memset(buffer.bytes, 0xab, SL_SHARE_PAYLOAD_BYTES);
        engine_host.send(engine_host.context, &buffer, SL_SHARE_PAYLOAD_BYTES, SL_CLASS_MEMBERSHIP,
                         to, 3);
        sl_transmitter_flush(&worker->transmitter);
    };
    fan_out();
    for (const Host &h : hosts)
        answer_arp(h);
    drain();
    fan_out();
    std::deque<rte_mbuf *> sent = taken();
    ASSERT_EQ(sent.size(), 3u);
    for (size_t i = 0; i < sent.size(); i++) {
        rte_mbuf *payload = sent[i]->next;
        ASSERT_NE(payload, nullptr);
        EXPECT_EQ(payload, sent.back()->next);
        EXPECT_EQ(rte_mbuf_refcnt_read(payload), sent.size() - i);
        EXPECT_EQ(rte_pktmbuf_mtod(payload, uint8_t *)[SL_SHARE_PAYLOAD_BYTES - 1], 0xab);
        rte_pktmbuf_free(sent[i]);
    }
}
} // namespace
