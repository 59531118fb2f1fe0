/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* `starling-bench compare`: the same work, PINGs answered, by Starling, by the bare DPDK responder,
 * by a kernel socket and by HashiCorp memberlist, in turn in one run. */

#ifdef __cplusplus
extern "C" {
#endif

/* argv[1] is "compare". Returns the exit code: 0, 1 (could not run) or 2 (wrong usage). */
int bench_compare(int argc, char **argv);
void bench_compare_usage(void);

#ifdef __cplusplus
}
#endif
