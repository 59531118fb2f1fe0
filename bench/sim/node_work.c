/* SPDX-License-Identifier: BSD-3-Clause */
/* What a node does while it runs, pauses or starves. */
#include "bench/sim/node.h"
#include "bench/sim/trace.h"
#include "bench/sim/world.h"
#include "lib/frame.h"
#include "lib/record_prefix.h"

/* ---- the engine ---- */

static uint64_t due_ns(const struct sim_node *node)
{
    bool waits = node->backlog.count > 0 || node->deadline_ns < node->next_poll_ns;
    return node->is_starved && waits ? node->next_poll_ns : node->deadline_ns;
}

static void set_wake(struct sim_node *node)
{
    uint64_t tick = sim_tick_at(due_ns(node));
    if (!sim_link_is_set(&node->wake) || tick < node->wake.tick)
        sim_wheel_set(&node->world->wheel, &node->wake, tick);
}

void sim_node_step(struct sim_node *node, const struct sl_input *input)
{
    struct sim_world *w = node->world;
    uint32_t steps = 1;
    node->sent = 0;
    uint64_t own_ns = sim_node_now_ns(node);
    struct sl_step step = sl_engine_step(node->engine, own_ns, input);
    for (; step.more; steps++)
        step = sl_engine_step(node->engine, own_ns, NULL);
    sim_check_work(&w->invariants, sim_world_ns(w), node->number, steps, node->sent);
    node->deadline_ns = sim_node_world_ns(node, step.next_deadline_ns);
    set_wake(node);
    uint64_t word = sl_engine_self_word(node->engine);
    if (word != node->word)
        sim_node_tell_truth(node, word);
    if (node->has_left)
        sim_node_stop(node);
}

/* ---- packets ---- */

/* The greatest accusation of oneself among what the engine is told. */
static uint64_t accusation(const struct sim_node *node, const struct sl_input *input)
{
    uint64_t self_id = sl_engine_self_id(node->engine), worst = 0, id, word;
    struct sl_record_cursor cursor = {input->records, input->records + input->records_bytes};
    enum sl_wire_error error;
    uint8_t type;
    while (sl_record_next_prefix(&cursor, &type, &id, &word, &error)) {
        if (id == self_id && sl_word_is_accusation(word))
            worst = sl_word_merge(worst, word);
    }
    return worst;
}

static void tell_engine(struct sim_node *node, const struct sl_input *input)
{
    struct sim_world *w = node->world;
    uint64_t accused = input->record_count > 0 ? accusation(node, input) : 0;
    sim_node_step(node, input);
    if (accused != 0 && node->state != SIM_NODE_DOWN)
        sim_check_refuted(&w->invariants, sim_world_ns(w), node->number, accused,
                          sl_engine_self_word(node->engine));
}

/* The node's poll has found the packet. Returns whether the node took it. */
static bool meet(struct sim_node *node, struct sim_packet *packet)
{
    struct sim_world *w = node->world;
    w->trace = sim_trace_mix(w->trace, w->now_ns ^ (uint64_t)node->number << 40);
    w->trace = sim_trace_bytes(w->trace, packet->bytes, packet->length_bytes);
    sim_world_count(w, SIM_METRIC_events, 1);
    struct sl_frame_io io = {
        .bytes = packet->bytes,
        .length_bytes = packet->length_bytes,
        .room_bytes = w->scenario->options.config.frame_bytes,
        .from = sim_world_endpoint(w, packet->from),
    };
    uint64_t charged_before = node->counters->charged_bytes;
    uint64_t served_before = node->counters->served_bytes;
    uint64_t own_ns = sim_node_now_ns(node);
    enum sl_verdict verdict =
        sl_fast_frame(sl_engine_fast(node->engine), node->lane, own_ns, &io, w->input);
    sl_engine_note_traffic(node->engine, own_ns, node->counters->charged_bytes - charged_before,
                           node->counters->served_bytes - served_before);
    if (verdict == SL_VERDICT_ANSWER && io.bytes[SL_HEADER_TYPE_AT] == SL_FRAME_SYNC)
        sim_world_count(w, SIM_METRIC_sync_bytes, io.length_bytes);
    if (verdict == SL_VERDICT_ANSWER)
        sim_world_send(w, node->number, &io.from, io.bytes, io.length_bytes);
    else if (verdict == SL_VERDICT_RELAY)
        sim_world_send(w, node->number, &io.to, io.bytes, io.length_bytes);
    if (io.to_engine)
        tell_engine(node, w->input);
    return verdict != SL_VERDICT_DROP;
}

static void meet_waiting(struct sim_node *node, uint32_t most)
{
    struct sim_packet *packet;
    while (most-- > 0 && node->state == SIM_NODE_UP &&
           (packet = sim_packet_queue_take(&node->backlog)) != NULL) {
        (void)meet(node, packet);
        sim_packet_give(&node->world->pool, packet);
    }
}

/* A late step tells the engine of the time; that packets are gone it cannot know. */
static void step_late(struct sim_node *node)
{
    sim_node_step(node, NULL);
    if (node->state == SIM_NODE_UP && node->overflowed != 0) {
        sl_engine_note_stall(node->engine, sim_node_now_ns(node), SL_STALL_RX_OVERFLOW, 0);
        sim_node_step(node, NULL);
    }
    node->overflowed = 0;
}

/* Polls that found nothing were not played. */
static void skip_idle_polls(struct sim_node *node)
{
    uint64_t now_ns = node->world->now_ns;
    if (!node->is_starved || node->next_poll_ns > now_ns)
        return;
    uint64_t missed = (now_ns - node->next_poll_ns) / node->poll_every_ns + 1;
    node->next_poll_ns += missed * node->poll_every_ns;
}

static void wait_in_ring(struct sim_node *node, struct sim_packet *packet)
{
    struct sim_world *w = node->world;
    if (node->backlog.count < node->ring) {
        sim_packet_queue_add(&node->backlog, packet);
        return;
    }
    node->overflowed++;
    sim_world_count(w, SIM_METRIC_overflows, 1);
    sim_world_count(w, SIM_METRIC_frames_lost, 1);
    sim_packet_give(&w->pool, packet);
}

void sim_node_receive(struct sim_node *node, struct sim_packet *packet)
{
    struct sim_world *w = node->world;
    if (node->state == SIM_NODE_DOWN) {
        sim_node_meter_down(node, packet->length_bytes);
        sim_world_count(w, SIM_METRIC_frames_lost, 1);
        sim_packet_give(&w->pool, packet);
        return;
    }
    if (node->state == SIM_NODE_PAUSED || node->is_starved) {
        sim_node_meter(node, packet->length_bytes, false); /* the wire has carried it */
        if (node->backlog.count == 0)
            skip_idle_polls(node);
        wait_in_ring(node, packet);
        if (node->state == SIM_NODE_UP)
            set_wake(node);
        return;
    }
    uint32_t length_bytes = packet->length_bytes;
    bool is_taken = meet(node, packet);
    sim_node_meter(node, length_bytes, !is_taken);
    sim_packet_give(&w->pool, packet);
}

/* ---- pausing and starving ---- */

/* Everybody asks whoever seems dead: who answers all that at once, after a longer pause than is
   tolerated, needs the cap of a joiner until a second without a part of that has passed. */
#define AWAKE_NS 2000000000u

void sim_node_pause(struct sim_node *node)
{
    node->state = SIM_NODE_PAUSED;
    node->paused_ns = node->world->now_ns;
    sim_wheel_cancel(&node->wake);
}

void sim_node_resume(struct sim_node *node)
{
    struct sim_world *w = node->world;
    node->state = SIM_NODE_UP;
    if (w->now_ns - node->paused_ns > w->scenario->options.config.max_pause_ns) {
        node->excused_until_ns = w->now_ns + sim_world_echo_ns(w);
        sim_node_is_young_until(node, w->now_ns + AWAKE_NS);
    }
    meet_waiting(node, UINT32_MAX);
    if (node->state == SIM_NODE_UP)
        step_late(node);
}

void sim_node_starve(struct sim_node *node, uint32_t millionths, uint64_t until_ns)
{
    node->is_starved = true;
    node->starved_until_ns = until_ns;
    node->poll_every_ns = SIM_POLL_NS * SIM_MILLION / millionths;
    node->next_poll_ns = node->world->now_ns + node->poll_every_ns;
}

static void poll(struct sim_node *node)
{
    struct sim_world *w = node->world;
    node->is_starved = w->now_ns < node->starved_until_ns;
    node->next_poll_ns = w->now_ns + node->poll_every_ns;
    meet_waiting(node, node->is_starved ? SIM_POLL_BURST : UINT32_MAX);
}

void sim_node_wake(struct sim_node *node)
{
    struct sim_world *w = node->world;
    if (due_ns(node) > w->now_ns && !(node->is_starved && node->next_poll_ns <= w->now_ns)) {
        set_wake(node); /* moved away meanwhile */
        return;
    }
    sim_world_count(w, SIM_METRIC_events, 1);
    if (node->is_starved)
        poll(node);
    if (node->state == SIM_NODE_UP)
        step_late(node);
}
