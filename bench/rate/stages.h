/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * `starling-bench stages`: where a packet's cycles go. The worker's calls are made stage by stage
 * for a whole burst with a TSC read between them. What the fast path does inside is told apart by
 * replaying its first two parts alone in every other round: reading headers (admit), and walking
 * the records and looking up their members (look up); the rest of it is the answer.
 */

#ifdef __cplusplus
extern "C" {
#endif

/* argv[1] is "stages". Returns the exit code: 0, 1 (could not run) or 2 (wrong usage). */
int bench_stages(int argc, char **argv);
void bench_stages_usage(void);

#ifdef __cplusplus
}
#endif
