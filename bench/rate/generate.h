/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* `starling-bench generate`: emulates members of a cluster against a node in another process or on
 * another machine, over any port, and measures what it answers. */

#ifdef __cplusplus
extern "C" {
#endif

/* argv[1] is "generate". Returns the exit code: 0, 1 (could not run) or 2 (wrong usage). */
int bench_generate(int argc, char **argv);
void bench_generate_usage(void);

#ifdef __cplusplus
}
#endif
