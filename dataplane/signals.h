/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* SIGTERM, SIGINT and SIGHUP as something to read: blocked in every thread, so that nothing is
 * interrupted half-way. SIGPIPE is ignored. */

#ifdef __cplusplus
extern "C" {
#endif

/* Before any thread is made. Returns a descriptor that is readable while a signal waits, or -errno.
 */
int sl_signals_open(void);

struct sl_signals {
    unsigned ends;    /* SIGTERM and SIGINT */
    unsigned reloads; /* SIGHUP */
};

/* How many came since the last call; none at most times. Never blocks. */
struct sl_signals sl_signals_take(int fd);

#ifdef __cplusplus
}
#endif
