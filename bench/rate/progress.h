/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* One line on stderr that says what is being done, written over by the next. Only on a terminal. */

#ifdef __cplusplus
extern "C" {
#endif

void bench_progress(const char *format, ...) __attribute__((format(printf, 1, 2)));
void bench_progress_end(void); /* wipes it */

#ifdef __cplusplus
}
#endif
