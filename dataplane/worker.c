/* SPDX-License-Identifier: BSD-3-Clause */
#include "dataplane/worker.h"

#include <rte_common.h>
#include <rte_lcore.h>
#include <sched.h>
#include <urcu/urcu-qsbr.h>

static bool worker_poll(struct sl_worker *w, uint64_t now_ns)
{
    bool found = sl_receiver_poll(&w->receiver, now_ns) > 0;
    if (w->loop != NULL)
        found |= sl_engine_loop_turn(w->loop, now_ns);
    sl_transmitter_flush(&w->transmitter);
    return found;
}

uint64_t sl_worker_deadline(const struct sl_worker *w, uint64_t now_ns)
{
    uint64_t deadline_ns = w->loop != NULL ? sl_engine_loop_deadline(w->loop) : UINT64_MAX;
    if (w->transmitter.backed_up) /* the queue tells nobody when it has room again */
        return RTE_MIN(deadline_ns, now_ns + SL_IDLE_SLEEP_MAX_NS);
    return deadline_ns;
}

static void worker_run(struct sl_worker *w)
{
    struct sl_idler idler;
    sl_idler_init(&idler, w->busy, w->doorbell_fd, &w->load);
    uint64_t now_ns = sl_clock_now(w->clock);
    while (!__atomic_load_n(&w->stop, __ATOMIC_ACQUIRE)) {
        bool found = worker_poll(w, now_ns);
        urcu_qsbr_quiescent_state();
        uint64_t sleep_ns =
            sl_idler_after_poll(&idler, found, now_ns, sl_worker_deadline(w, now_ns));
        if (sleep_ns > 0)
            sl_idler_sleep(&idler, w->clock, sleep_ns);
        uint64_t next_ns = sl_clock_now(w->clock);
        sl_idler_account(&idler, found, next_ns - now_ns);
        now_ns = next_ns;
    }
}

int sl_worker_main(void *argument)
{
    struct sl_worker *w = argument;
    w->load.lcore = rte_lcore_id();
    w->load.cpu = (uint32_t)sched_getcpu();
    int rc = sl_receiver_start(&w->receiver);
    if (rc != 0)
        return rc;
    urcu_qsbr_register_thread();
    if (w->loop != NULL) {
        sl_reclaim_attach(w->reclaim);
        sl_engine_loop_start(w->loop, sl_clock_now(w->clock));
    }
    worker_run(w);
    sl_transmitter_stop(&w->transmitter);
    sl_receiver_stop(&w->receiver);
    if (w->loop != NULL)
        sl_reclaim_detach();
    urcu_qsbr_unregister_thread();
    return 0;
}

void sl_worker_stop(struct sl_worker *w)
{
    __atomic_store_n(&w->stop, true, __ATOMIC_RELEASE);
}
