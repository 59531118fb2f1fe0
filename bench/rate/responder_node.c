/* SPDX-License-Identifier: BSD-3-Clause */
#include <string.h>
#include <urcu/urcu-qsbr.h>

#include "bench/rate/responder.h"
#include "lib/record.h"

static unsigned respond(struct bench_seat *seat)
{
    struct sl_worker *w = seat->worker;
    unsigned count = sl_receiver_poll(&w->receiver, sl_clock_now(w->clock));
    sl_transmitter_flush(&w->transmitter);
    urcu_qsbr_quiescent_state();
    return count;
}

static unsigned respond_with_engine(struct bench_seat *seat)
{
    struct sl_worker *w = seat->worker;
    uint64_t now_ns = sl_clock_now(w->clock);
    unsigned count = sl_receiver_poll(&w->receiver, now_ns);
    if (w->loop != NULL)
        sl_engine_loop_turn(w->loop, now_ns);
    sl_transmitter_flush(&w->transmitter);
    urcu_qsbr_quiescent_state();
    return count;
}

/* What the engine does with a written frame, without the writing: that is the same for one
 * destination. */
static unsigned send_to_many(struct bench_seat *seat)
{
    struct bench_node *node = seat->node;
    struct sl_host host = sl_engine_host(seat->worker->loop->host);
    uint32_t bytes = bench_payload_max(&node->load), count = 0;
    while (count + node->load.fan_out <= BENCH_BURST) {
        struct sl_endpoint to[SL_FANOUT_MAX];
        struct sl_buffer buffer;
        if (!host.lend(host.context, &buffer))
            break;
        for (uint32_t i = 0; i < node->load.fan_out; i++)
            to[i] = bench_member_v4(bench_member_draw(&node->members, &seat->random));
        memset(buffer.bytes + SL_HEADER_BYTES, 0, bytes - SL_HEADER_BYTES);
        host.send(host.context, &buffer, bytes, SL_CLASS_MEMBERSHIP, to, node->load.fan_out);
        count += node->load.fan_out;
    }
    sl_transmitter_flush(&seat->worker->transmitter);
    return count;
}

bench_responder_fn bench_responder_node(const struct bench_load *load)
{
    if (load->what == BENCH_FAN_OUT)
        return send_to_many;
    return bench_load_has_news(load) ? respond_with_engine : respond;
}
