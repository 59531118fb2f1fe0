/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* `starling-bench packet`: what one core answers, beside what a bare responder answers. */

/* argv[1] is "packet". Returns the exit code: 0, 1 (could not run) or 2 (wrong usage). */
int sl_bench_packet(int argc, char **argv);
