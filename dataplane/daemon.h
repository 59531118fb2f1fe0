/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * The life of starlingd's control thread: brings everything up in order, serves the control socket,
 * resolves seeds, watches for signals and for the node's own end, and takes everything down in
 * reverse.
 */
#include "dataplane/options.h"

#ifdef __cplusplus
extern "C" {
#endif

#define SL_DAEMON_TICK_MS  50   /* how late a signal-free end of the node may be noticed */
#define SL_DAEMON_LEAVE_MS 2000 /* a leave that cannot be spread ends after this */

enum sl_exit {
    SL_EXIT_DONE = 0,
    SL_EXIT_FAILED = 1,  /* start or a port failed; one line says why */
    SL_EXIT_OPTIONS = 2, /* configuration */
    SL_EXIT_YIELDED = 4, /* another node owns this name or address */
};

/* Runs a node until a signal, its leave or its yielding; signals: from sl_signals_open(); argc,
 * argv: to read the configuration again. Returns an sl_exit. Once per process: EAL starts no second
 * time. */
int sl_daemon_run(struct sl_options *options, int signals, int argc, char *const argv[]);

#ifdef __cplusplus
}
#endif
