/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* SIGTERM and SIGINT as something to read: blocked in every thread, so that nothing is interrupted
 * half-way. SIGPIPE is ignored. */

#ifdef __cplusplus
extern "C" {
#endif

/* Before any thread is made. Returns a descriptor that is readable while a signal waits, or -errno.
 */
int sl_signals_open(void);

/* How many signals to end came since the last call; 0 at most times. Never blocks. */
unsigned sl_signals_take(int fd);

#ifdef __cplusplus
}
#endif
