/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* `starling-bench clock`: how far the packet cores' clock strays from the kernel's, and what a
 * reading costs. */

#ifdef __cplusplus
extern "C" {
#endif

/* argv[1] is "clock". Returns the exit code: 0, 1 (it strayed) or 2 (wrong usage). */
int bench_clock(int argc, char **argv);
void bench_clock_usage(void);

#ifdef __cplusplus
}
#endif
