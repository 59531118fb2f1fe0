/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* `starling-bench lib`: the pure protocol code from memory, without DPDK: nanoseconds, and by
 * valgrind's callgrind instructions, of one operation each. */

#ifdef __cplusplus
extern "C" {
#endif

/* argv[1] is "lib". Returns the exit code: 0, 1 (could not run) or 2 (wrong usage). */
int bench_library(int argc, char **argv);
void bench_library_usage(void);

#ifdef __cplusplus
}
#endif
