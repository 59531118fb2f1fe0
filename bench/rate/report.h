/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* `starling-bench report`: one self-contained HTML page of what the other commands wrote with
 * --json.
 */
#include <jansson.h>
#include <stdio.h>

#ifdef __cplusplus
extern "C" {
#endif

/* argv[1] is "report". Returns the exit code: 0, 1 (could not read or write) or 2 (wrong usage). */
int bench_report(int argc, char **argv);
void bench_report_usage(void);

/* report_plots.c: a section each of the results (an array of objects) of its kind; none of it, no
   section. */
void bench_report_packet(FILE *out, const json_t *results);
void bench_report_latency(FILE *out, const json_t *results);
void bench_report_compare(FILE *out, const json_t *results);
void bench_report_stages(FILE *out, const json_t *results);
void bench_report_library(FILE *out, const json_t *results);

#ifdef __cplusplus
}
#endif
