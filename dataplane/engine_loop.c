/* SPDX-License-Identifier: BSD-3-Clause */
#include "dataplane/engine_loop.h"

#include <errno.h>

/* The byte cap looks at a whole second: adding up all workers' counters more often moves their
 * cache lines for nothing. */
#define TRAFFIC_EVERY_NS 1000000

/* Two CPUs' TSCs may differ a little; the engine's time never goes back. */
static uint64_t loop_time(struct sl_engine_loop *l, uint64_t now_ns)
{
    if (now_ns > l->host->now_ns)
        l->host->now_ns = now_ns;
    return l->host->now_ns;
}

/* A driver's word costs system calls, and may be "down" for ever. */
static bool loop_waits_for_link(const struct sl_engine_loop *l)
{
    const struct sl_port *port = l->watch.port;
    return port->kernel_tells && sl_port_link(port) != SL_LINK_UP;
}

/* Questions whether the address is free would reach nobody while the link is down. */
static void loop_meet_link(struct sl_engine_loop *l)
{
    l->waits_for_link = loop_waits_for_link(l);
    if (l->waits_for_link)
        return;
    sl_neighbour_start(l->host->neighbours, l->host->now_ns);
    l->neighbour_due_ns = 0;
}

void sl_engine_loop_start(struct sl_engine_loop *l, uint64_t now_ns)
{
    loop_time(l, now_ns);
    l->step.more = true;
    loop_meet_link(l);
}

static bool loop_command(struct sl_engine_loop *l)
{
    const struct sl_letter *letter = sl_mailbox_posted(l->mailbox);
    int answer = -EINVAL;
    if (letter == NULL)
        return false;
    switch (letter->command) {
    case SL_COMMAND_JOIN:
        answer = sl_engine_join(l->engine, l->host->now_ns, letter->seeds, letter->seed_count);
        break;
    case SL_COMMAND_LEAVE:
        answer = sl_engine_leave(l->engine, l->host->now_ns);
        break;
    case SL_COMMAND_UPDATE:
        answer = sl_engine_update(l->engine, l->host->now_ns, letter->tags, letter->tags_bytes);
        break;
    case SL_COMMAND_REMOVE:
        answer = sl_engine_remove(l->engine, l->host->now_ns, letter->name, letter->name_bytes);
        break;
    case SL_COMMAND_TELL_RIVAL:
        sl_engine_host_tell_rival(l->host, &letter->rival_address, letter->rival);
        answer = 0;
        break;
    }
    sl_mailbox_answer(l->mailbox, answer);
    l->step.more = true; /* the command may have moved the deadline */
    return true;
}

static void loop_packet(struct sl_engine_loop *l, struct rte_mbuf *m)
{
    const struct sl_packet_note *note = sl_packet_note(m);
    struct sl_net_rx rx;
    if (sl_endpoint_is_set(&note->to)) {
        struct sl_endpoint to = note->to;
        if (!sl_neighbour_send(l->host->neighbours, m, &to, l->host->lane->id, l->host->now_ns))
            sl_count(&l->host->counters->drops[SL_DROP_NEIGHBOUR_UNRESOLVED], 1);
    } else if (sl_net_classify(l->net, m, &rx) == SL_NET_NEIGHBOUR) {
        sl_neighbour_input(l->host->neighbours, m, &rx, l->host->now_ns);
    } else {
        rte_pktmbuf_free(m);
    }
}

static bool loop_packets(struct sl_engine_loop *l)
{
    struct rte_mbuf *packets[SL_BURST];
    unsigned n = sl_handoff_take_packets(l->handoff, packets, SL_BURST);
    for (unsigned i = 0; i < n; i++)
        loop_packet(l, packets[i]);
    return n > 0;
}

static bool loop_inputs(struct sl_engine_loop *l)
{
    struct sl_input *inputs[SL_TURN_INPUTS_ONCE];
    unsigned done = 0, n;
    do {
        n = sl_handoff_take(l->handoff, inputs, SL_TURN_INPUTS_ONCE);
        for (unsigned i = 0; i < n; i++)
            l->step = sl_engine_step(l->engine, l->host->now_ns, inputs[i]);
        if (n > 0) {
            sl_handoff_done(l->handoff, inputs, n);
            loop_time(l, sl_clock_now(l->clock));
        }
        done += n;
    } while (n == SL_TURN_INPUTS_ONCE && done < SL_TURN_INPUTS_MAX);
    return done > 0;
}

static void loop_traffic(struct sl_engine_loop *l)
{
    uint64_t charged_bytes = 0, served_bytes = 0;
    l->traffic_due_ns = l->host->now_ns + TRAFFIC_EVERY_NS;
    for (unsigned w = 0; w < l->worker_count; w++) {
        charged_bytes += __atomic_load_n(&l->workers[w]->charged_bytes, __ATOMIC_RELAXED);
        served_bytes += __atomic_load_n(&l->workers[w]->served_bytes, __ATOMIC_RELAXED);
    }
    if (charged_bytes != l->charged_bytes || served_bytes != l->served_bytes)
        sl_engine_note_traffic(l->engine, l->host->now_ns, charged_bytes - l->charged_bytes,
                               served_bytes - l->served_bytes);
    l->charged_bytes = charged_bytes;
    l->served_bytes = served_bytes;
}

bool sl_engine_loop_turn(struct sl_engine_loop *l, uint64_t now_ns)
{
    uint64_t sent_before = l->host->sent;
    loop_time(l, now_ns);
    bool found = loop_command(l);
    found |= loop_packets(l);
    found |= loop_inputs(l);
    if (l->host->now_ns >= l->traffic_due_ns)
        loop_traffic(l);
    if (l->waits_for_link)
        loop_meet_link(l);
    if (sl_self_watch_look(&l->watch, l->host->now_ns))
        l->step.more = true; /* its deadline may have moved */
    if (l->step.more || l->host->now_ns >= l->step.next_deadline_ns)
        l->step = sl_engine_step(l->engine, l->host->now_ns, NULL);
    bool sent = l->host->sent != sent_before;
    /* Whatever was sent, or handed over to be sent, may have begun to resolve a next hop. */
    if (sent || found || l->host->now_ns >= l->neighbour_due_ns)
        l->neighbour_due_ns = sl_neighbour_tick(l->host->neighbours, l->host->now_ns);
    return found || sent;
}

uint64_t sl_engine_loop_deadline(const struct sl_engine_loop *l)
{
    if (l->step.more)
        return l->host->now_ns;
    return l->step.next_deadline_ns < l->neighbour_due_ns ? l->step.next_deadline_ns
                                                          : l->neighbour_due_ns;
}
