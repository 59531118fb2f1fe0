/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "dataplane/daemon.h"
#include "dataplane/signals.h"
#include "ports/log.h"

int main(int argc, char *argv[])
{
    static struct sl_options options;
    char why[SL_OPTIONS_WHY];
    sl_log_find_journal();
    int signals = sl_signals_open();
    if (signals < 0) {
        SL_LOG(SL_LOG_ERROR, "signals: %s", strerror(-signals));
        return SL_EXIT_FAILED;
    }
    int answer = sl_options_load(&options, argc, argv, stdout, why, sizeof(why));
    if (answer < 0) {
        fprintf(stderr, "%s\n", why);
        return SL_EXIT_OPTIONS;
    }
    if (answer == SL_OPTIONS_ANSWERED && (fflush(stdout) != 0 || ferror(stdout))) {
        SL_LOG(SL_LOG_ERROR, "cannot write the answer: %s; is the disk full?", strerror(errno));
        return SL_EXIT_FAILED;
    }
    if (answer == SL_OPTIONS_ANSWERED)
        return SL_EXIT_DONE;
    sl_log_set_level((enum sl_log_level)options.log_level);
    return sl_daemon_run(&options, signals, argc, argv);
}
