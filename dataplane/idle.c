/* SPDX-License-Identifier: BSD-3-Clause */
#include "dataplane/idle.h"

#include <poll.h>
#include <rte_pause.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <urcu/urcu-qsbr.h>

/* The kernel may round a sleep up by this much to join wake-ups; its default, 50 us, would double
 * the shortest. */
#define TIMER_SLACK_NS 5000ul

void sl_idler_init(struct sl_idler *idler, bool busy, int doorbell_fd, struct sl_worker_load *load)
{
    idler->busy = busy;
    idler->doorbell_fd = doorbell_fd;
    idler->empty_polls = 0;
    idler->sleep_ns = SL_IDLE_SLEEP_MIN_NS;
    idler->slept_ns = 0;
    idler->load = load;
    prctl(PR_SET_TIMERSLACK, TIMER_SLACK_NS, 0, 0, 0);
}

uint64_t sl_idler_after_poll(struct sl_idler *idler, bool found, uint64_t now_ns,
                             uint64_t deadline_ns)
{
    if (found) {
        idler->empty_polls = 0;
        idler->sleep_ns = SL_IDLE_SLEEP_MIN_NS;
        return 0;
    }
    if (idler->busy || ++idler->empty_polls <= SL_IDLE_PAUSE_POLLS) {
        rte_pause();
        return 0;
    }
    uint64_t sleep_ns = idler->doorbell_fd != 0 ? SL_IDLE_WAIT_MAX_NS : idler->sleep_ns;
    idler->sleep_ns *= 2;
    if (idler->sleep_ns > SL_IDLE_SLEEP_MAX_NS)
        idler->sleep_ns = SL_IDLE_SLEEP_MAX_NS;
    if (deadline_ns <= now_ns)
        return 0;
    return sleep_ns < deadline_ns - now_ns ? sleep_ns : deadline_ns - now_ns;
}

/* An interface that went down leaves an error, by which the bell would ring until it is read. */
static void idler_wait(const struct sl_idler *idler, uint64_t sleep_ns)
{
    struct timespec t = {(time_t)(sleep_ns / 1000000000u), (long)(sleep_ns % 1000000000u)};
    struct timespec pause = {0, SL_IDLE_SLEEP_MAX_NS};
    struct pollfd bell = {.fd = idler->doorbell_fd, .events = POLLIN};
    int error;
    socklen_t error_bytes = sizeof(error);
    if (ppoll(&bell, 1, &t, NULL) <= 0 || (bell.revents & ~POLLIN) == 0)
        return;
    getsockopt(idler->doorbell_fd, SOL_SOCKET, SO_ERROR, &error, &error_bytes);
    nanosleep(&pause, NULL); /* for one that rings on */
}

void sl_idler_sleep(struct sl_idler *idler, const struct sl_clock *clock, uint64_t sleep_ns)
{
    struct timespec t = {(time_t)(sleep_ns / 1000000000u), (long)(sleep_ns % 1000000000u)};
    uint64_t from_ns = sl_clock_now(clock);
    urcu_qsbr_thread_offline();
    if (idler->doorbell_fd != 0)
        idler_wait(idler, sleep_ns);
    else
        nanosleep(&t, NULL);
    urcu_qsbr_thread_online();
    idler->slept_ns += sl_clock_now(clock) - from_ns;
}

void sl_idler_account(struct sl_idler *idler, bool found, uint64_t loop_ns)
{
    struct sl_worker_load *load = idler->load;
    uint64_t slept_ns = idler->slept_ns < loop_ns ? idler->slept_ns : loop_ns;
    sl_count(&load->polls, 1);
    sl_count(&load->asleep_ns, slept_ns);
    if (found)
        sl_count(&load->busy_ns, loop_ns - slept_ns);
    else
        sl_count(&load->empty_polls, 1);
    idler->slept_ns = 0;
}
