/* SPDX-License-Identifier: BSD-3-Clause */
#include "dataplane/signals.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <unistd.h>

int sl_signals_open(void)
{
    sigset_t set;
    /* A reader of stderr that goes away loses lines, and nothing else. */
    signal(SIGPIPE, SIG_IGN);
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGHUP);
    int error = pthread_sigmask(SIG_BLOCK, &set, NULL);
    if (error != 0)
        return -error;
    int fd = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
    return fd >= 0 ? fd : -errno;
}

struct sl_signals sl_signals_take(int fd)
{
    struct signalfd_siginfo info;
    struct sl_signals taken = {0};
    while (read(fd, &info, sizeof(info)) == (ssize_t)sizeof(info)) {
        if (info.ssi_signo == SIGHUP)
            taken.reloads++;
        else
            taken.ends++;
    }
    return taken;
}
